"""How precise a comparison is to be, how precise it is, and how many worlds that takes.

Worlds are added until half the interval of every policy's paired difference is small enough.
Whoever stops when an interval is narrow stops too often where it happens to be: each look at the
worlds therefore has a part of the 5 % that may miss, so that the intervals hold at whatever look
one stops (``intervals.level_of_look``). Worlds too few for the tail of a number give no interval,
and so do policies that differ from ``none`` in no world: neither counts as precise. How often
what is reached holds the truth is measured in experiments/coverage.
"""

from __future__ import annotations

import math
from collections.abc import Container
from typing import Final

from rumorsim.studies.compare.precision import Precision, PrecisionTarget
from rumorsim.studies.compare.worlds import ComparedWorlds
from rumorsim.studies.statistics.change import Change

#: Beyond the estimate of how many are needed, since it is one.
_SPARE: Final = 1.05
#: The estimate of few worlds may be far off: no more than so many times as many at once.
_GROWTH: Final = 4
#: Looks cost level: each has at least so many times the worlds of the one before.
_LEAST: Final = 1.3


def reached_precision(
    comparison: ComparedWorlds, wish: PrecisionTarget, most: int, inert: Container[str] = ()
) -> Precision:
    """How precise ``comparison`` is in the number of the wish.

    Those of ``inert`` policies, which cannot act, that have changed nothing are not asked.
    """
    worlds = len(comparison.seeds)
    found: list[tuple[float, str]] = []
    for policy in comparison.policies[1:]:
        change = comparison.change(policy, wish.key)
        if policy in inert and change is not None and change.identical:
            continue
        width = _half(change, wish)
        if width is None:
            differing = 0 if change is None else change.seen.differing
            needed = change.seen.needed if change is not None and differing else None
            needed = needed if needed is not None and needed > worlds else None
            return Precision(wish, worlds, most, None, policy, needed, differing)
        found.append((width, policy))
    if not found:
        return Precision(wish, worlds, most, 0.0, comparison.policies[-1], worlds)
    widest, policy = max(found, key=lambda each: each[0])
    needed = max(math.ceil(worlds * (widest / wish.size) ** 2), 2)
    return Precision(wish, worlds, most, widest, policy, needed)


def next_count(precision: Precision) -> int:
    """How many worlds to have next: what is needed by estimate, within growth and cap."""
    worlds = precision.worlds
    needed = 2 * worlds if precision.needed is None else math.ceil(_SPARE * precision.needed)
    return min(
        max(needed, worlds + 5, math.ceil(_LEAST * worlds)), _GROWTH * worlds, precision.most
    )


def _half(change: Change | None, wish: PrecisionTarget) -> float | None:
    """Half the interval's width; None without one."""
    if change is None:
        return None
    interval = change.relative if wish.relative else change.difference
    if interval is None or interval.low is None or interval.high is None:
        return None
    return (interval.high - interval.low) / 2
