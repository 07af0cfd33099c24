"""Means, paired differences and relative changes over replicates, with 95 % intervals.

All intervals are for a mean over independent worlds, by Student's t. Sums are correctly
rounded (``math.fsum``), so no number depends on the order the worlds came in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

__all__ = [
    "LEVEL",
    "Interval",
    "covariance",
    "mean",
    "mean_interval",
    "paired_difference",
    "relative_change",
    "times_fewer",
]

#: Of all intervals made like this, the part that holds the true mean.
LEVEL: Final = 0.95


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


def mean_interval(values: Sequence[float]) -> Interval:
    """The mean with its t interval; without one for a single value."""
    middle = mean(values)
    count = len(values)
    if count < 2:
        return Interval(middle)
    half = _quantile(count) * math.sqrt(covariance(values, values) / count)
    return Interval(middle, middle - half, middle + half)


def paired_difference(values: Sequence[float], base: Sequence[float]) -> Interval:
    """The mean of ``values[r] - base[r]`` with its t interval."""
    return mean_interval([a - b for a, b in zip(values, base, strict=True)])


def relative_change(values: Sequence[float], base: Sequence[float]) -> Interval | None:
    """The ratio of means minus 1, with Fieller's interval for paired values.

    The interval holds every ratio q at which the mean of ``values - q * base`` is not
    significantly different from zero (Fieller 1954). It is absent where the base itself is
    not significantly different from zero, and None is returned where its mean is zero.
    """
    top, bottom = mean(values), mean(base)
    if bottom == 0:
        return None
    change = mean([a - b for a, b in zip(values, base, strict=True)]) / bottom
    count = len(values)
    if count < 2:
        return Interval(change)
    # In x = q - 1 the quadratic keeps its digits where values and base hardly differ.
    apart = [a - b for a, b in zip(values, base, strict=True)]
    scale = _quantile(count) ** 2 / count
    square = bottom * bottom - scale * covariance(base, base)
    if square <= 0:
        return Interval(change)
    linear = (top - bottom) * bottom - scale * covariance(apart, base)
    constant = (top - bottom) ** 2 - scale * covariance(apart, apart)
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


def _quantile(count: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(count - 1, 0.5 + LEVEL / 2))
