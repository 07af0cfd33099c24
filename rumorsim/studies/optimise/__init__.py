"""optimise: the policy that meets a target at the least cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.common.renamed import exports

if TYPE_CHECKING:
    from rumorsim.studies.optimise.running import optimise

__all__ = ["optimise"]

exports(__name__, {"optimise": "studies.optimise.running"})
