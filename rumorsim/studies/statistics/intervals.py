"""Means, paired differences and relative changes over replicates, with intervals.

All intervals are for a mean over independent worlds: by Student's t below 30 worlds, by the
bias-corrected bootstrap from there to 500 (see ``resampling``), which follows the skewness that
few worlds cannot show, and by t again with more. Of more than 500 worlds the end towards the
tail reaches as far as the cubic transformation that removes skewness says (Hall, "On the removal
of skewness by transformation", JRSS B 54, 1992), if that is further; the other end stays, since
skewness itself is uncertain where giants are rare. Several differences that are read together,
the policies of a comparison, get intervals that hold all at once: by Bonferroni, each at
``1 - (1 - level) / together``. That is right however the policies hang together, and unlike
Holm's procedure it has intervals to show, so that table and verdict say the same. Estimates are
correctly rounded sums (``math.fsum``).

Not every number of worlds can bear an interval of what they show: ``stated`` has those that
answers give.

No interval holds an impossible value. Resampled means cannot leave the bounds of a quantity;
a t interval of a bounded quantity is made on a scale that ends where the quantity does and
on which its standard error hardly depends on the mean: the square root of a count, the angle
``asin(sqrt(p))`` of a part (Freeman and Tukey, Annals of Mathematical Statistics 21, 1950). A
ratio of quantities that are not negative has its t interval on the scale of logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.measures import describe
from rumorsim.studies.statistics import resampling
from rumorsim.studies.statistics.tails import skewness_of

#: Of all intervals made like this, the part that holds the true mean.
LEVEL: Final = 0.95
#: With fewer worlds than this, intervals are Student's t; with more, bootstrap.
RESAMPLED_FROM: Final = 30
#: Skewness times quantile below this bends the scale by less than a number can show.
_STRAIGHT: Final = 1e-8


class Bounds(NamedTuple):
    """Between which values a quantity lies; None where it has no such end."""

    low: float | None = None
    high: float | None = None

    def hold(self, values: Sequence[float]) -> bool:
        """Whether all values lie between them."""
        above = self.low is None or min(values) >= self.low
        return above and (self.high is None or max(values) <= self.high)


UNBOUNDED: Final = Bounds()
#: What is counted, and every other amount that cannot be negative.
COUNT: Final = Bounds(0.0)
#: What is a part of something.
PART: Final = Bounds(0.0, 1.0)
#: Units of numbers that may be negative; all others cannot.
_SIGNED: Final = ("money", "trust")
_PARTS: Final = ("part", "gini")
#: Columns resampled at once: bounds the memory.
_COLUMNS: Final = 64
_Floats = NDArray[np.float64]


class Interval(NamedTuple):
    """An estimate and where the true value may lie, ``low`` to ``high``.

    ``low`` and ``high`` are None where no interval exists: a single world, worlds too few for the
    tail of the number, a difference of 0 in all of them, or a relative change whose base cannot
    be told from zero.
    """

    estimate: float
    low: float | None = None
    high: float | None = None

    @property
    def known(self) -> bool:
        """Whether there is an interval at all."""
        return self.low is not None and self.high is not None

    @property
    def clear(self) -> bool:
        """Whether there is an interval and zero lies outside it."""
        return self.low is not None and self.high is not None and self.low * self.high > 0

    @property
    def in_percent(self) -> Interval:
        """Of a part, the same in percent."""
        low, high = (None if end is None else 100 * end for end in (self.low, self.high))
        return Interval(100 * self.estimate, low, high)

    @property
    def turned(self) -> Interval:
        """Of a change, the same counted the other way: a loss for a gain."""
        low, high = (None if end is None else 0.0 - end for end in (self.high, self.low))
        return Interval(0.0 - self.estimate, low, high)

    @property
    def size(self) -> Interval:
        """Of a change, how large it is, whichever way it went."""
        return self if self.estimate >= 0 else self.turned


def bounds_of(key: str) -> Bounds:
    """The bounds of a number by its dotted name; none for a number that no measure of ours has."""
    meaning = describe(key)
    if meaning is None or meaning.unit in _SIGNED:
        return UNBOUNDED
    return PART if meaning.unit in _PARTS else COUNT


def in_both(
    values: Sequence[float | None], base: Sequence[float | None] | None
) -> tuple[list[float], list[float]]:
    """Two numbers in the worlds in which both are defined; nothing where there is no base."""
    pairs = [
        (a, b)
        for a, b in zip(values, base or (), strict=base is not None)
        if a is not None and b is not None
    ]
    return [a for a, _ in pairs], [b for _, b in pairs]


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean; ValueError for no values."""
    if not values:
        raise ValueError("no values, no mean")
    return math.fsum(values) / len(values)


def covariance(one: Sequence[float], other: Sequence[float]) -> float:
    """The sample covariance of paired values (denominator n - 1, n at least 2)."""
    products = (np.asarray(one) - mean(one)) * (np.asarray(other) - mean(other))
    return math.fsum(products.tolist()) / (len(products) - 1)


def mean_interval(
    values: Sequence[float], level: float = LEVEL, bounds: Bounds = UNBOUNDED
) -> Interval:
    """The mean with its interval, which keeps to ``bounds``; without one for a single value."""
    middle = mean(values)
    count = len(values)
    if count < 2:
        return Interval(middle)
    if resampled(count):
        return mean_intervals([values], level, bounds)[0]
    sides = _sides(values, level)
    return _between(middle, *sides, bounds if bounds.hold(values) else UNBOUNDED)


def _sides(values: Sequence[float], level: float) -> tuple[float, float]:
    """How far an interval reaches below and above the mean of ``values``, two at least."""
    count = len(values)
    error = math.sqrt(covariance(values, values) / count)
    half = t_quantile(count, level) * error
    if count <= resampling.MOST_WORLDS or error == 0:
        return half, half
    skewness = float(skewness_of(np.asarray(values, dtype=np.float64)[:, None])[0])
    moved = (_unskewed(sign * half / error, skewness, count) for sign in (1.0, -1.0))
    below, above = (error * each for each in moved)
    return max(half, below), max(half, -above)


def _unskewed(quantile: float, skewness: float, count: int) -> float:
    """Where the studentised mean of ``count`` values has the quantile ``quantile``, by Hall."""
    scale = skewness / math.sqrt(count)
    apart = quantile - scale / 6
    if abs(scale * apart) < _STRAIGHT:
        return apart
    return 3 / scale * (math.cbrt(1 + scale * apart) - 1)


def _between(middle: float, below: float, above: float, bounds: Bounds) -> Interval:
    """``middle`` less ``below`` to it plus ``above``, as wide on the scale that ends at bounds."""
    if below == above == 0 or bounds == UNBOUNDED:
        return Interval(middle, middle - below, middle + above)
    if bounds == COUNT:
        root = math.sqrt(middle)
        low, high = root - below / (2 * root), root + above / (2 * root)
        return Interval(middle, max(low, 0.0) ** 2, high**2)
    if bounds != PART:
        raise ValueError(f"no scale ends at {bounds}")
    angle = math.asin(math.sqrt(middle))
    slope = 2 * math.sqrt(middle * (1 - middle))
    low, high = max(angle - below / slope, 0.0), min(angle + above / slope, math.pi / 2)
    return Interval(middle, math.sin(low) ** 2, math.sin(high) ** 2)


def mean_intervals(
    columns: Sequence[Sequence[float]], level: float = LEVEL, bounds: Bounds = UNBOUNDED
) -> list[Interval]:
    """:func:`mean_interval` of each column, all of one length; much faster for many."""
    if not columns or not resampled(len(columns[0])):
        return [mean_interval(values, level, bounds) for values in columns]
    lows, highs = _bootstrap(np.array(columns, dtype=np.float64).T, level)
    return [
        _rounded(mean(values), low, high, bounds if bounds.hold(values) else UNBOUNDED)
        for values, low, high in zip(columns, lows.tolist(), highs.tolist(), strict=True)
    ]


def _rounded(middle: float, below: float, above: float, bounds: Bounds) -> Interval:
    """Resampled means lie within the bounds; their sums may miss one by the last digit."""
    low, high = middle + below, middle + above
    low = low if bounds.low is None else max(low, bounds.low)
    return Interval(middle, low, high if bounds.high is None else min(high, bounds.high))


def paired_difference(
    values: Sequence[float],
    base: Sequence[float],
    level: float = LEVEL,
    bounds: Bounds = UNBOUNDED,
) -> Interval:
    """The mean of ``values[r] - base[r]`` with its interval.

    Where the base is 0 in every world this is the mean of ``values``, and keeps to ``bounds``.
    Otherwise parts are not more than 1 apart.
    """
    within = UNBOUNDED if any(base) else bounds
    found = mean_interval([a - b for a, b in zip(values, base, strict=True)], level, within)
    if bounds != PART or found.low is None or found.high is None:
        return found
    if not (PART.hold(values) and PART.hold(base)):
        return found
    return Interval(found.estimate, max(found.low, -1.0), min(found.high, 1.0))


def relative_change(
    values: Sequence[float], base: Sequence[float], level: float = LEVEL
) -> Interval | None:
    """The ratio of means minus 1, with an interval for paired values.

    Below 30 worlds by t on the scale of logarithms, where no value is negative (then no end is
    below -1), else Fieller's (1954): every ratio q at which the mean of ``values - q * base`` is
    not significantly different from zero. From 30 worlds the bootstrap of the ratio. There is
    no interval where the base is not significantly different from zero (as a resampled base
    at or below zero shows), and None is returned where its mean is zero.
    """
    bottom = mean(base)
    if bottom == 0:
        return None
    apart = [a - b for a, b in zip(values, base, strict=True)]
    change = mean(apart) / bottom
    if len(values) < 2:
        return Interval(change)
    if resampled(len(values)):
        return _ratio(change, apart, base, level)
    if min(*values, *base) >= 0:
        return _log_ratio(change, apart, base, level)
    return _fieller(change, apart, base, level)


def shared_level(together: int, level: float = LEVEL) -> float:
    """The level of each of ``together`` intervals so that all hold at once at ``level``."""
    return 1 - (1 - level) / max(together, 1)


def level_of_look(look: int, level: float = LEVEL) -> float:
    """The level of intervals at the ``look``-th look (from 1), so that they hold at all looks.

    Whoever adds worlds until an interval is narrow stops where it happens to be. What may miss is
    therefore shared out over looks without end, 1 / (k (k + 1)) of it for the k-th: these sum
    to 1. Without looks (0) it is ``level``.
    """
    return level if look == 0 else 1 - (1 - level) / (look * (look + 1))


def resampled(count: int) -> bool:
    """Whether intervals over so many worlds come from the bootstrap."""
    return RESAMPLED_FROM <= count <= resampling.MOST_WORLDS


def t_quantile(count: int, level: float = LEVEL) -> float:
    """Half the width of a t interval over ``count`` worlds, in standard errors."""
    return student(count - 1, level)


def student(freedom: float, level: float = LEVEL) -> float:
    """Half the width of a t interval with so many degrees of freedom, in standard errors."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + level / 2))


def _bootstrap(values: NDArray[np.float64], level: float) -> tuple[_Floats, _Floats]:
    worlds, columns = values.shape
    pieces = [
        resampling.ends(resampling.resampled_means(values[:, at : at + _COLUMNS]), worlds, level)
        for at in range(0, columns, _COLUMNS)
    ]
    lows, highs = zip(*pieces, strict=True)
    return np.concatenate(lows), np.concatenate(highs)


def _ratio(change: float, apart: Sequence[float], base: Sequence[float], level: float) -> Interval:
    # A base below zero turns the sign of both: the ratio is the same.
    sign = math.copysign(1.0, math.fsum(base))
    found = resampling.resampled_ratio(sign * np.array(apart), sign * np.array(base))
    if found is None:
        return Interval(change)
    low, high = resampling.ends(found, len(base), level)
    return Interval(change, change + float(low[0]), change + float(high[0]))


def _is_clear_of_zero(base: Sequence[float], level: float) -> bool:
    bottom = mean(base)
    scale = t_quantile(len(base), level) ** 2 / len(base)
    return bottom * bottom > scale * covariance(base, base)


def _log_ratio(
    change: float, apart: Sequence[float], base: Sequence[float], level: float
) -> Interval:
    if not _is_clear_of_zero(base, level):
        return Interval(change)
    ratio, bottom = 1 + change, mean(base)
    if ratio <= 0:  # no world has anything left
        return Interval(change, change, change)
    # What each world adds to the logarithm of the ratio; it keeps its digits near ratio 1.
    parts = [(a - change * b) / (ratio * bottom) for a, b in zip(apart, base, strict=True)]
    below, above = _sides(parts, level)
    return Interval(change, change + ratio * math.expm1(-below), change + ratio * math.expm1(above))


def _fieller(
    change: float, apart: Sequence[float], base: Sequence[float], level: float
) -> Interval:
    # In x = q - 1 the quadratic keeps its digits where values and base hardly differ.
    difference, bottom = mean(apart), mean(base)
    scale = t_quantile(len(base), level) ** 2 / len(base)
    square = bottom * bottom - scale * covariance(base, base)
    if square <= 0:
        return Interval(change)
    linear = difference * bottom - scale * covariance(apart, base)
    constant = difference**2 - scale * covariance(apart, apart)
    root = math.sqrt(max(linear * linear - square * constant, 0.0))
    low, high = (linear - root) / square, (linear + root) / square
    return Interval(change, low, high)


def times_fewer(values: Sequence[float], base: Sequence[float]) -> float | None:
    """How many times fewer replicates the pairing needs for the same width of interval.

    (var(values) + var(base)) / var(values - base): infinite where the difference is the
    same in every world, None for a single world or where nothing varies at all.
    """
    if len(values) < 2:
        return None
    apart = [a - b for a, b in zip(values, base, strict=True)]
    unpaired = covariance(values, values) + covariance(base, base)
    paired = covariance(apart, apart)
    if paired == 0:
        return math.inf if unpaired > 0 else None
    return unpaired / paired
