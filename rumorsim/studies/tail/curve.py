"""P(number > x) for every x, from the leaves of trees: the curve of which one tail is a point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from rumorsim.studies.statistics.intervals import Interval

#: Thresholds of a curve besides the one asked about.
_POINTS: Final = 24


class Point(NamedTuple):
    """The chance under a policy that the number is above ``above``; its 95 % interval.

    An interval that holds for this threshold and policy alone; absent where too few worlds
    contribute.
    """

    policy: str
    above: float
    chance: Interval

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        estimate, low, high = self.chance
        return {
            "policy": self.policy,
            "above": self.above,
            "chance": estimate,
            "chance_low": low,
            "chance_high": high,
        }


def thresholds_of(numbers: Sequence[float], asked: float) -> list[float]:
    """``asked``, and others spread evenly by their logarithms over positive numbers; rising."""
    if not numbers or max(numbers) <= min(numbers):
        return [asked]
    spread = np.geomspace(min(numbers), max(numbers), _POINTS + 1)[:-1]
    whole = all(float(number).is_integer() for number in numbers)
    return sorted({asked, *(np.round(spread) if whole else spread).tolist()})
