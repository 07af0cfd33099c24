"""explain: who the reach of a run hung on, and why a policy worked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.common.renamed import exports

if TYPE_CHECKING:
    from rumorsim.studies.explain.running import explain

__all__ = ["explain"]

exports(__name__, {"explain": "studies.explain.running"})
