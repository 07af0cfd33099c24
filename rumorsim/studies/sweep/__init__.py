"""sweep: every setting of a study in the same worlds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.common.renamed import exports

if TYPE_CHECKING:
    from rumorsim.studies.sweep.running import sweep

__all__ = ["sweep"]

exports(__name__, {"sweep": "studies.sweep.running"})
