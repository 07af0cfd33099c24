"""Means, paired differences and relative changes over replicates, with intervals.

All intervals are for a mean over independent worlds: by Student's t below 30 worlds, by the
bias-corrected bootstrap from there (see ``resampling``), which follows the skewness that few
worlds cannot show. Several differences that are read together, the policies of a comparison,
get intervals that hold all at once: by Bonferroni, each at ``1 - (1 - level) / together``.
That is right however the policies hang together, and unlike Holm's procedure it has intervals
to show, so that table and verdict say the same. Estimates are correctly rounded sums
(``math.fsum``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.studies import resampling

__all__ = [
    "LEVEL",
    "RESAMPLED_FROM",
    "Interval",
    "covariance",
    "in_both",
    "mean",
    "mean_interval",
    "mean_intervals",
    "paired_difference",
    "relative_change",
    "resampled",
    "shared_level",
    "t_quantile",
    "times_fewer",
]

#: Of all intervals made like this, the part that holds the true mean.
LEVEL: Final = 0.95
#: With fewer worlds than this, intervals are Student's t; with more, bootstrap.
RESAMPLED_FROM: Final = 30
#: Columns resampled at once: bounds the memory.
_COLUMNS: Final = 64
_Floats = NDArray[np.float64]


class Interval(NamedTuple):
    """An estimate and where the true value may lie, ``low`` to ``high``.

    ``low`` and ``high`` are None where no interval exists: a single world, or a relative
    change whose base cannot be told from zero.
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
    def size(self) -> Interval:
        """Of a change, how large it is, whichever way it went."""
        if self.estimate >= 0:
            return self
        low, high = (None if end is None else -end for end in (self.high, self.low))
        return Interval(-self.estimate, low, high)


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
    middle, centre = mean(one), mean(other)
    products = [(a - middle) * (b - centre) for a, b in zip(one, other, strict=True)]
    return math.fsum(products) / (len(products) - 1)


def mean_interval(values: Sequence[float], level: float = LEVEL) -> Interval:
    """The mean with its interval; without one for a single value."""
    middle = mean(values)
    count = len(values)
    if count < 2:
        return Interval(middle)
    if resampled(count):
        low, high = _bootstrap(np.array(values, dtype=np.float64)[:, None], level)
        return Interval(middle, middle + float(low[0]), middle + float(high[0]))
    half = t_quantile(count, level) * math.sqrt(covariance(values, values) / count)
    return Interval(middle, middle - half, middle + half)


def mean_intervals(columns: Sequence[Sequence[float]], level: float = LEVEL) -> list[Interval]:
    """:func:`mean_interval` of each column, all of one length; much faster for many."""
    if not columns or not resampled(len(columns[0])):
        return [mean_interval(values, level) for values in columns]
    lows, highs = _bootstrap(np.array(columns, dtype=np.float64).T, level)
    middles = [mean(values) for values in columns]
    return [
        Interval(middle, middle + low, middle + high)
        for middle, low, high in zip(middles, lows.tolist(), highs.tolist(), strict=True)
    ]


def paired_difference(
    values: Sequence[float], base: Sequence[float], level: float = LEVEL
) -> Interval:
    """The mean of ``values[r] - base[r]`` with its interval."""
    return mean_interval([a - b for a, b in zip(values, base, strict=True)], level)


def relative_change(
    values: Sequence[float], base: Sequence[float], level: float = LEVEL
) -> Interval | None:
    """The ratio of means minus 1, with an interval for paired values.

    Below 30 worlds Fieller's (1954): every ratio q at which the mean of ``values - q * base``
    is not significantly different from zero; from there the bootstrap of the ratio. There is
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
    return _fieller(change, apart, base, level)


def shared_level(together: int, level: float = LEVEL) -> float:
    """The level of each of ``together`` intervals so that all hold at once at ``level``."""
    return 1 - (1 - level) / max(together, 1)


def resampled(count: int) -> bool:
    """Whether intervals over so many worlds come from the bootstrap."""
    return RESAMPLED_FROM <= count <= resampling.MOST_WORLDS


def t_quantile(count: int, level: float = LEVEL) -> float:
    """Half the width of a t interval over ``count`` worlds, in standard errors."""
    from scipy.special import stdtrit

    return float(stdtrit(count - 1, 0.5 + level / 2))


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
