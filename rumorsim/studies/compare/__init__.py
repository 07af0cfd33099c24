"""compare: every policy in the same worlds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.common.renamed import exports

if TYPE_CHECKING:
    from rumorsim.studies.compare.running import compare

__all__ = ["compare"]

exports(__name__, {"compare": "studies.compare.running"})
