"""Means over worlds that trees and weights estimate: of any number, under every policy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics import intervals
from rumorsim.studies.statistics.intervals import Interval, bounds_of, mean
from rumorsim.studies.statistics.tails import OF_TAME, skewness_of

#: An interval needs so many worlds that contribute.
CONTRIBUTING: Final = 10

_NOTHING: Final = "it is 0 in all {:,} worlds, which says nothing of rarer ones"
_NONE_APART: Final = "there is none in any of {:,} worlds, which says nothing of rarer ones"


class Mean(NamedTuple):
    """The mean of the number ``key`` under one policy, over all worlds as they come.

    ``mean``, ``difference`` to ``none`` in the same worlds and branches, and ``relative`` change
    (ratio of means minus 1) have 95 % intervals where the worlds bear one, those of the last two
    for all policies at once; ``why`` says what is missing for the mean, ``why_no_difference`` for
    the others. Both are None for ``none``, ``relative`` also where the mean under ``none`` is 0.
    """

    policy: str
    key: str
    mean: Interval
    difference: Interval | None
    relative: Interval | None
    why: str
    why_no_difference: str

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        row: dict[str, Any] = {"policy": self.policy, "measure": self.key}
        for name in ("mean", "difference", "relative"):
            found: Interval | None = getattr(self, name)
            estimate, low, high = (None, None, None) if found is None else found
            row |= {name: estimate, f"{name}_low": low, f"{name}_high": high}
        return row | {
            "why_no_interval": self.why,
            "why_no_interval_of_difference": self.why_no_difference,
        }


def mean_of(
    policy: str, key: str, values: Sequence[float], base: Sequence[float], level: float
) -> Mean:
    """From the weighted number of each world under a policy and under ``none``.

    Differences have intervals at ``level``.
    """
    why = lacking(values) if any(values) else _NOTHING.format(len(values))
    bounds = bounds_of(key)
    found = Interval(mean(values)) if why else intervals.mean_interval(values, bounds=bounds)
    if policy == NONE:
        return Mean(policy, key, found, None, None, why, "")
    apart = [a - b for a, b in zip(values, base, strict=True)]
    missing = lacking(apart) if any(apart) else _NONE_APART.format(len(values))
    change = intervals.relative_change(values, base, level)
    if missing:
        difference = Interval(mean(apart))
    else:
        difference = intervals.paired_difference(values, base, level, bounds)
    if change is not None and (missing or not any(values) or lacking(base)):
        change = Interval(change.estimate)
    return Mean(policy, key, found, difference, change, why, missing)


def lacking(values: Sequence[float]) -> str:
    """Why the mean of these has no interval that can be trusted; "" where it has."""
    count = len(values)
    inside = sum(value != 0 for value in values)
    if inside < CONTRIBUTING:
        few = f"only {inside:,}" if inside else "none"
        verb = "contributes" if inside == 1 else "contribute"
        return f"{few} of {count:,} worlds {verb}, and {CONTRIBUTING} are needed"
    needed = math.ceil(OF_TAME * float(skewness_of(np.array(values)[:, None])[0]) ** 2)
    if count < needed:
        return f"some {needed:,} worlds are needed, as few of them carry most of it"
    return ""
