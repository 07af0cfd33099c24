"""The trials of a search, the finalists in fresh worlds, and the verdict on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rumorsim.studies.optimise.finals import Verdict
from rumorsim.studies.optimise.goals import Goal
from rumorsim.studies.optimise.searching import Trial
from rumorsim.studies.runner.answering import (
    SavedAnswer,
)

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, repr=False)
class OptimumNumbers(SavedAnswer):
    """The trials of a search, the finalists in fresh worlds, and the verdict on them."""

    name: str
    goal: Goal
    parameters: tuple[str, ...]
    trials: tuple[Trial, ...]
    seeds: tuple[int, ...]
    fresh: tuple[int, ...]
    verdict: Verdict
    scenario: Mapping[str, Any]
    study: Mapping[str, Any]
    search_seed: int = 1
    source: str = field(default="", compare=False, repr=False)

    def trial_rows(self) -> list[dict[str, Any]]:
        """One row for each trial: policy, parameters, means in the worlds of the search."""
        return [
            {
                "trial": place,
                "policy": trial.policy,
                **trial.values,
                "false_reach": trial.false,
                "true_reach": trial.true,
                "cost": trial.cost,
                "meets_target": trial.meets,
            }
            for place, trial in enumerate(self.trials)
        ]
