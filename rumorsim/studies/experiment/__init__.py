"""experiment: what an A/B test or another design would have told, beside the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.common.renamed import exports

if TYPE_CHECKING:
    from rumorsim.studies.experiment.running import experiment

__all__ = ["experiment"]

exports(__name__, {"experiment": "studies.experiment.running"})
