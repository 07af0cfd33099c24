"""Scenarios on which branches of a world are tried, and when two of their worlds are alike."""

from __future__ import annotations

import numpy as np
import pytest
from random_models import random_model_scenario
from random_scenarios import pair, random_scenario
from small_worlds import agree

from rumorsim.events.stream import Batch
from rumorsim.scenario.models import Scenario

__all__ = ["ALL", "QUICK", "alike", "numbers", "scenario_of"]

#: Scenarios of the ordinary suite; the long check takes all.
QUICK, ALL = 25, 120


def numbers(count: int = ALL) -> list[object]:
    return [pytest.param(i, marks=[] if i < QUICK else pytest.mark.long) for i in range(count)]


def scenario_of(number: int) -> Scenario:
    """Feeds and models in turn; every fourth feed has its exposures worked out late."""
    if number % 3 == 0:
        return random_model_scenario(number // 3)
    return pair(number)[1] if number % 4 == 0 else random_scenario(number)


def alike(one: tuple[Batch, np.ndarray], other: tuple[Batch, np.ndarray]) -> bool:
    return agree(one[0], other[0]) and bool(np.array_equal(one[1], other[1]))
