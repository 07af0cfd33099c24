"""Intervals as answers state them: those of ``intervals``, where the worlds can bear one.

Few worlds of a rumor that seldom takes off bear none (see ``tails``), and neither does a
difference that no world shows: what happens in rare worlds may be missing from these. Such an
interval has no ends.

``key``, the dotted name of a number, says which rule it is judged by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.studies.statistics import intervals
from rumorsim.studies.statistics.intervals import LEVEL, UNBOUNDED, Bounds, Interval
from rumorsim.studies.statistics.tails import most_needed, needed_if_tame, needed_of_difference

#: Numbers of what spreads: few worlds may decide them.
_SPREADING: Final = ("reach.", "shares.", "cascades.", "reproduction.")


class _Rule(NamedTuple):
    """How many worlds means, and mean differences to a base, take: columns of worlds, to (k,)."""

    of_mean: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    of_difference: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


def _tame_difference(apart: NDArray[np.float64], base: NDArray[np.float64]) -> NDArray[np.float64]:
    needed: NDArray[np.float64] = np.maximum(needed_if_tame(apart), needed_if_tame(base))
    return needed


_STRICT: Final = _Rule(most_needed, needed_of_difference)
_LIGHT: Final = _Rule(needed_if_tame, _tame_difference)


def _rule_of(key: str) -> _Rule:
    """How far stories spread takes more worlds than what is counted of a policy's work.

    Without a key nothing is known of the number: then it may spread.
    """
    return _STRICT if not key or key.startswith(_SPREADING) else _LIGHT


def needed_for(apart: Sequence[float], base: Sequence[float], key: str = "") -> int:
    """The worlds that an interval of a mean difference ``apart`` to ``base`` takes, at least 2."""
    return _needed_of_difference(tuple(apart), tuple(base), _rule_of(key))


@lru_cache(maxsize=4096)
def _needed_of_difference(apart: tuple[float, ...], base: tuple[float, ...], rule: _Rule) -> int:
    """Several sentences and tables ask for the same numbers."""
    return int(rule.of_difference(_column(apart), _column(base))[0])


def needed_for_mean(values: Sequence[float], key: str = "") -> int:
    """The worlds that an interval of a mean takes, at least 2."""
    return int(_rule_of(key).of_mean(_column(values))[0])


def difference_is_estimable(apart: Sequence[float], base: Sequence[float], key: str = "") -> bool:
    """Whether some world shows a difference, and there are enough of them for its interval."""
    return len(apart) > 1 and any(apart) and needed_for(apart, base, key) <= len(apart)


def _column(values: Sequence[float]) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)[:, None]


def mean_interval(
    values: Sequence[float], level: float = LEVEL, bounds: Bounds = UNBOUNDED
) -> Interval:
    """The mean with its interval; ValueError for no values."""
    return _mean(values, "", level, bounds)


def mean_of(values: Sequence[float], key: str, level: float = LEVEL) -> Interval:
    """The mean of the number ``key`` with its interval, which keeps to the bounds of the number.

    What is the same in every world has none: they show nothing of how it varies.
    """
    if len(set(values)) == 1:
        return Interval(intervals.mean(values))
    return _mean(values, key, level, intervals.bounds_of(key))


def _mean(values: Sequence[float], key: str, level: float, bounds: Bounds) -> Interval:
    """The mean, with its interval where there are as many worlds as it takes."""
    if not values or needed_for_mean(values, key) <= len(values):
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
    *,
    key: str = "",
) -> Interval:
    """The mean of ``values[r] - base[r]``; an interval where difference and base bear one."""
    apart = [a - b for a, b in zip(values, base, strict=True)]
    if difference_is_estimable(apart, base, key):
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
    values: Sequence[float], base: Sequence[float], level: float = LEVEL, *, key: str = ""
) -> Interval | None:
    """The ratio of means minus 1, with an interval where :func:`paired_difference` has one.

    None where the mean of the base is zero.
    """
    bottom = intervals.mean(base)
    apart = [a - b for a, b in zip(values, base, strict=True)]
    if bottom == 0 or difference_is_estimable(apart, base, key):
        return intervals.relative_change(values, base, level)
    return Interval(intervals.mean(apart) / bottom)
