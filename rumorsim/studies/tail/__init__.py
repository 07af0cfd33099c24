"""compare --tail: the chance that a rumor becomes huge, by splitting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.common.renamed import exports

if TYPE_CHECKING:
    from rumorsim.studies.tail.running import compare_tail

__all__ = ["compare_tail"]

exports(__name__, {"compare_tail": "studies.tail.running"})
