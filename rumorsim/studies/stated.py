"""Intervals as answers state them: those of ``intervals``, where the worlds can bear one.

Few worlds of a rumor that seldom takes off bear none (see ``tails``), and neither does a
difference that no world shows: what happens in rare worlds may be missing from these. Such an
interval has no ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.studies import intervals
from rumorsim.studies.intervals import LEVEL, UNBOUNDED, Bounds, Interval
from rumorsim.studies.tails import most_needed, needed_if_tame, needed_of_difference

__all__ = [
    "bears_difference",
    "mean_interval",
    "mean_intervals",
    "mean_of",
    "needed_for",
    "paired_difference",
    "paired_differences",
    "relative_change",
]

#: Numbers of what spreads: few worlds may decide them.
_SPREADING: Final = ("reach.", "shares.", "cascades.", "reproduction.")


def needed_for(apart: Sequence[float], base: Sequence[float]) -> int:
    """The worlds that an interval of a mean difference ``apart`` to ``base`` takes, at least 2."""
    return int(needed_of_difference(_column(apart), _column(base))[0])


def bears_difference(apart: Sequence[float], base: Sequence[float]) -> bool:
    """Whether some world shows a difference, and there are enough of them for its interval."""
    return len(apart) > 1 and any(apart) and needed_for(apart, base) <= len(apart)


def _column(values: Sequence[float]) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)[:, None]


def mean_interval(
    values: Sequence[float], level: float = LEVEL, bounds: Bounds = UNBOUNDED
) -> Interval:
    """The mean with its interval; ValueError for no values."""
    return _mean(values, most_needed, level, bounds)


def mean_of(values: Sequence[float], key: str, level: float = LEVEL) -> Interval:
    """The mean of the number ``key`` with its interval, which keeps to the bounds of the number.

    How far stories spread takes more worlds than what is counted of a policy's work.
    """
    needed = most_needed if key.startswith(_SPREADING) else needed_if_tame
    return _mean(values, needed, level, intervals.bounds_of(key))


def _mean(
    values: Sequence[float],
    needed: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    level: float,
    bounds: Bounds,
) -> Interval:
    """The mean, with its interval where there are as many worlds as ``needed`` says."""
    if not values or needed(_column(values))[0] <= len(values):
        return intervals.mean_interval(values, level, bounds)
    return Interval(intervals.mean(values))


def mean_intervals(
    columns: Sequence[Sequence[float]], level: float = LEVEL, bounds: Bounds = UNBOUNDED
) -> list[Interval]:
    """:func:`mean_interval` of each column, all of one length; much faster for many."""
    found = intervals.mean_intervals(columns, level, bounds)
    if not found or len(columns[0]) < 2:
        return found
    needed = most_needed(np.array(columns, dtype=np.float64).T).tolist()
    return [
        each if most <= len(columns[0]) else Interval(each.estimate)
        for each, most in zip(found, needed, strict=True)
    ]


def paired_difference(
    values: Sequence[float],
    base: Sequence[float],
    level: float = LEVEL,
    bounds: Bounds = UNBOUNDED,
) -> Interval:
    """The mean of ``values[r] - base[r]``; an interval where difference and base bear one."""
    apart = [a - b for a, b in zip(values, base, strict=True)]
    if bears_difference(apart, base):
        return intervals.paired_difference(values, base, level, bounds)
    return Interval(intervals.mean(apart))


def paired_differences(
    columns: Sequence[Sequence[float]], bases: Sequence[Sequence[float]], level: float = LEVEL
) -> list[Interval]:
    """:func:`paired_difference` of each column to its base, all of one length; faster for many."""
    ours, theirs = (np.array(each, dtype=np.float64).T for each in (columns, bases))
    found = intervals.mean_intervals((ours - theirs).T.tolist(), level)
    if len(ours) < 2:
        return found
    borne = (ours != theirs).any(axis=0) & (
        needed_of_difference(ours - theirs, theirs) <= len(ours)
    )
    return [
        each if enough else Interval(each.estimate)
        for each, enough in zip(found, borne.tolist(), strict=True)
    ]


def relative_change(
    values: Sequence[float], base: Sequence[float], level: float = LEVEL
) -> Interval | None:
    """The ratio of means minus 1, with an interval where :func:`paired_difference` has one.

    None where the mean of the base is zero.
    """
    bottom = intervals.mean(base)
    apart = [a - b for a, b in zip(values, base, strict=True)]
    if bottom == 0 or bears_difference(apart, base):
        return intervals.relative_change(values, base, level)
    return Interval(intervals.mean(apart) / bottom)
