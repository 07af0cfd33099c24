"""What a policy did to one number, over worlds in which it and ``none`` are both known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rumorsim.measures import describe
from rumorsim.studies.statistics.intervals import LEVEL, Interval, bounds_of, in_both
from rumorsim.studies.statistics.stated import (
    mean_of,
    needed_for,
    needed_for_mean,
    paired_difference,
    relative_change,
)
from rumorsim.studies.statistics.tails import rarest


class Seen(NamedTuple):
    """What worlds show of a change, whatever they can say of its mean.

    In ``lower`` worlds the number is below that under ``none``, in ``higher`` above it. Where it
    is in no world, an effect in a part of all worlds below ``unseen`` cannot be excluded (exact
    binomial bound, for all policies at once). ``needed``: worlds that an interval of the mean
    change takes, as far as these can tell; more than there are: they give none.
    """

    lower: int = 0
    higher: int = 0
    unseen: float | None = None
    needed: int = 2

    @property
    def differing(self) -> int:
        """In how many worlds the number is another than under ``none``."""
        return self.lower + self.higher


class Change(NamedTuple):
    """What one policy did to one number, over the worlds in which it is defined.

    ``mean`` under the policy; ``difference`` to ``none`` in the same worlds; ``relative``:
    ratio of means minus 1; both with intervals that hold for all policies at once; ``alone``:
    the difference with an interval for this policy alone; ``fewer``: how many times fewer
    replicates the pairing needed (infinite: the same difference in every world). The last four
    are None for ``none`` itself, and where ``none`` has no such number; ``relative`` where the
    mean of ``none`` is 0; ``fewer`` where nothing varied. ``identical``: equal to ``none`` in
    every world. ``worlds``: how many worlds the comparison rests on; ``seen``: in how many of
    them there is a change, and whether they can bear an interval.
    """

    policy: str
    key: str
    mean: Interval
    difference: Interval | None
    relative: Interval | None
    alone: Interval | None
    fewer: float | None
    identical: bool
    worlds: int
    seen: Seen


class Paired(NamedTuple):
    """A number under one policy, and its change from ``none``: as in :class:`Change`."""

    mean: Interval
    difference: Interval | None
    relative: Interval | None
    identical: bool
    worlds: int
    seen: Seen


def paired(
    values: Sequence[float | None], base: Sequence[float | None] | None, key: str, level: float
) -> Paired | None:
    """The number ``key`` over the worlds where it and the base are defined.

    Differences have intervals at ``level``. None where ``values`` has no number at all; without
    a base, or where it has none, there is no difference.
    """
    known = [value for value in values if value is not None]
    if not known:
        return None
    bounds = bounds_of(key)
    ours, theirs = in_both(values, base)
    if not ours:
        mean = mean_of(known, key)
        return Paired(mean, None, None, False, len(known), Seen(needed=needed_for_mean(known, key)))
    return Paired(
        mean_of(ours, key),
        paired_difference(ours, theirs, level, bounds, key=key),
        relative_change(ours, theirs, level, key=key),
        len(ours) == len(values) and ours == theirs,
        len(ours),
        seen_in(ours, theirs, level, key) or Seen(),
    )


def seen_in(
    values: Sequence[float | None],
    base: Sequence[float | None] | None,
    level: float = LEVEL,
    key: str = "",
) -> Seen | None:
    """What worlds show of a change of ``key``; None where no world has both numbers."""
    ours, theirs = in_both(values, base)
    if not ours:
        return None
    apart = [a - b for a, b in zip(ours, theirs, strict=True)]
    lower, higher = sum(each < 0 for each in apart), sum(each > 0 for each in apart)
    unseen = None if lower or higher else rarest(len(apart), level)
    return Seen(lower, higher, unseen, needed_for(apart, theirs, key))


def plain_change(change: Change, scenario: Mapping[str, Any]) -> dict[str, Any]:
    """A change as one flat row of plain values; an infinite ``fewer`` is the text "infinite".

    ``scenario``, in its resolved form, says what measures that were handed over mean.
    """
    meaning = describe(change.key, scenario)
    row: dict[str, Any] = {
        "measure": change.key,
        "policy": change.policy,
        "unit": meaning.unit if meaning else None,
        "worlds": change.worlds,
    }
    for name in ("mean", "difference", "relative"):
        interval: Interval | None = getattr(change, name)
        values = (None, None, None) if interval is None else interval
        for suffix, value in zip(("", "_low", "_high"), values, strict=True):
            row[name + suffix] = value
    alone = change.alone or Interval(0.0)
    row["difference_alone_low"], row["difference_alone_high"] = alone.low, alone.high
    infinite = change.fewer is not None and math.isinf(change.fewer)
    row["times_fewer_replicates"] = "infinite" if infinite else change.fewer
    row["identical_in_all_worlds"] = change.identical
    row["worlds_lower"], row["worlds_higher"] = change.seen.lower, change.seen.higher
    row["effect_not_excluded_below"] = change.seen.unseen
    row["worlds_needed"] = change.seen.needed
    return row
