"""sensitivity: which parameters move an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.common.renamed import exports

if TYPE_CHECKING:
    from rumorsim.studies.sensitivity.running import sensitivity

__all__ = ["sensitivity"]

exports(__name__, {"sensitivity": "studies.sensitivity.running"})
