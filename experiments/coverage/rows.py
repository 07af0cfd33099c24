"""The rows of the table: what is asked of the intervals, and how often it held."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from known import KEY, comparison, true_mean
from numpy.typing import NDArray

from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.precision import PrecisionTarget
from rumorsim.studies.compare.stopping import next_count, reached_precision
from rumorsim.studies.statistics.intervals import Interval, paired_difference, relative_change

__all__ = ["HEAD", "Row", "rows"]

Reach = dict[str, NDArray[np.int64]]
HEAD: Final = ["what", "worlds", "experiments", "held", "standard error", "truth above", "below"]


class Row(NamedTuple):
    """How many of so many ``experiments`` held; where not, on which side the truth was."""

    what: str
    worlds: str
    experiments: int
    held: int
    above: int | None
    below: int | None

    def cells(self) -> list[str]:
        """The row as text, in per cent."""
        part = self.held / self.experiments
        error = math.sqrt(part * (1 - part) / self.experiments)
        sides = [
            "" if side is None else f"{100 * side / self.experiments:.1f} %"
            for side in (self.above, self.below)
        ]
        text = [f"{100 * part:.1f} %", f"{100 * error:.1f} %"]
        return [self.what, self.worlds, f"{self.experiments:,}", *text, *sides]


def rows(reach: Reach, worlds: int) -> list[Row]:
    """Every row; experiment i has the worlds i * worlds ... (i + 1) * worlds - 1."""
    found: list[Row] = []
    for count in (20, worlds):
        for policy in list(reach)[1:]:
            pair = {name: reach[name] for name in ("none", policy)}
            made = list(_experiments(pair, worlds, count))
            found.append(_intervals(f'difference, "{policy}"', made, policy, _difference))
            found.append(_intervals(f'relative change, "{policy}"', made, policy, _relative))
        every = list(_experiments(reach, worlds, count))
        found.append(_together(every))
        found.append(_order(every))
    found.append(_stopped(reach, worlds))
    return found


def _experiments(reach: Reach, worlds: int, count: int) -> Iterator[Comparison]:
    for begin in range(0, len(reach["none"]), worlds):
        yield comparison(reach, begin, count)


def _difference(comparison: Comparison, policy: str) -> tuple[Interval | None, float]:
    interval = paired_difference(*_pair(comparison, policy), comparison.level)
    return interval, true_mean(policy) - true_mean("none")


def _relative(comparison: Comparison, policy: str) -> tuple[Interval | None, float]:
    interval = relative_change(*_pair(comparison, policy), comparison.level)
    return interval, true_mean(policy) / true_mean("none") - 1


def _pair(comparison: Comparison, policy: str) -> tuple[list[float], list[float]]:
    """The numbers under the policy and under none: of all comparisons, stated or not."""
    ours, theirs = (comparison.scalars[each][KEY] for each in (policy, "none"))
    return [float(each or 0.0) for each in ours], [float(each or 0.0) for each in theirs]


def _side(interval: Interval | None, truth: float) -> int:
    """0 where the interval holds the truth, else on which side of it the truth is."""
    assert interval is not None and interval.low is not None and interval.high is not None
    return (truth > interval.high) - (truth < interval.low)


def _intervals(
    what: str,
    made: list[Comparison],
    policy: str,
    asked: Callable[[Comparison, str], tuple[Interval | None, float]],
) -> Row:
    sides = [_side(*asked(each, policy)) for each in made]
    worlds = str(len(made[0].seeds))
    return Row(what, worlds, len(sides), sides.count(0), sides.count(1), sides.count(-1))


def _together(made: list[Comparison]) -> Row:
    """All policies' differences in the same comparison held."""
    held = sum(
        all(_side(*_difference(each, policy)) == 0 for policy in each.policies[1:]) for each in made
    )
    what = f"differences of all {len(made[0].policies) - 1} policies at once"
    return Row(what, str(len(made[0].seeds)), len(made), held, None, None)


def _order(made: list[Comparison]) -> Row:
    """The order came out right, or its probability was stated below 95 %."""
    truth = sorted(made[0].policies, key=true_mean)
    held = 0
    for each in made:
        ranking = each.ranking()
        assert ranking is not None
        right = [place.policy for place in ranking.places] == truth
        held += right or ranking.probability is None or ranking.probability < 0.95
    what = "order right or stated with less than 95 %"
    return Row(what, str(len(made[0].seeds)), len(made), held, None, None)


def _stopped(reach: Reach, worlds: int) -> Row:
    """Worlds added until half the interval is 10 % of the mean under none, from 20 worlds on.

    Those that do not reach it within ``worlds`` are left out: nothing is said of them.
    """
    policy = "after 2 h"
    wish = PrecisionTarget.read("10%", KEY)
    pair = {name: reach[name] for name in ("none", policy)}
    sides, used = [], []
    for begin in range(0, len(pair["none"]), worlds):
        count, looks = 20, 0
        while True:
            looks += 1
            found = replace(comparison(pair, begin, count), looks=looks)
            precise = reached_precision(found, wish, worlds)
            if precise.reached or count == worlds:
                break
            count = next_count(precise)
        if precise.reached:
            sides.append(_side(*_relative(found, policy)))
            used.append(count)
    what = f'relative change, "{policy}", --precision 10% reached'
    span = f"{min(used)} to {max(used)}, mean {sum(used) / len(used):.0f}" if used else "none"
    return Row(what, span, len(sides), sides.count(0), sides.count(1), sides.count(-1))
