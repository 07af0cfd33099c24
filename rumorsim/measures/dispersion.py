"""How unequal counts are: k of a negative binomial, the smaller the more a few hold of them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Below this ``(x - log(1 + x)) / x**2`` is its series, of which these many terms are enough.
_SMALL: Final = 0.05
_TERMS: Final = 12
#: A root this close to the last one, in parts of it, is the root.
_CLOSE: Final = 1e-14
_MOST_STEPS: Final = 200


def dispersion_by_moments(counts: NDArray[np.int64]) -> float | None:
    """The k of the negative binomial with the mean and variance of some counts.

    mean**2 / (variance - mean), with the variance of the counts as they are (not of what they
    may be a sample of); None where that is not above the mean. One very large count decides it.
    """
    total, excess = int(counts.sum()), _excess(counts)
    return total**2 / excess if excess > 0 else None


def _excess(counts: NDArray[np.int64]) -> int:
    """How far the variance is above the mean, times the square of how many counts there are."""
    total, squares = int(counts.sum()), int(counts @ counts)
    return len(counts) * squares - total**2 - len(counts) * total


def dispersion(counts: NDArray[np.int64]) -> float | None:
    """The k of the negative binomial of greatest likelihood, as in Lloyd-Smith et al. (2005).

    None where the variance of the counts is not above their mean: then the likelihood has no
    greatest value (Levin and Reeds 1977). With n counts of mean m, F_j of them above j, the
    likelihood is stationary where, for a = 1 / k,

        n m**2 (x - log(1 + x)) / x**2 = sum over j of j F_j / (1 + a j),   x = a m.

    In this form nothing cancels, so that k is right to some 12 digits for large k too.
    """
    if _excess(counts) <= 0:
        return None
    size, mean = len(counts), int(counts.sum()) / len(counts)
    above = size - np.cumsum(np.bincount(counts))[:-1]
    step = np.arange(1, len(above))
    weight = step * above[1:]

    def slope(a: float) -> tuple[float, float]:
        """The left side minus the right side, and its derivative."""
        below = 1 + a * step
        left, change = _bent(a * mean)
        right = weight / below
        value = size * mean**2 * left - float(right.sum())
        return value, size * mean**3 * change + float((right * step / below).sum())

    low, high, a = 0.0, np.inf, 1 / (dispersion_by_moments(counts) or 1.0)
    for _ in range(_MOST_STEPS):
        value, change = slope(a)
        low, high = (a, high) if value < 0 else (low, a)
        last, a = a, a - value / change if change > 0 else 2 * a
        if not low < a < high:
            a = 2 * low if high == np.inf else (low + high) / 2
        if abs(a - last) <= _CLOSE * a:
            break
    return 1 / a


def _bent(x: float) -> tuple[float, float]:
    """``(x - log(1 + x)) / x**2`` and its derivative, at x > 0."""
    if x < _SMALL:
        signs = [(-1) ** i for i in range(_TERMS)]
        value = sum(sign * x**i / (i + 2) for i, sign in enumerate(signs))
        change = sum(sign * i * x ** (i - 1) / (i + 2) for i, sign in enumerate(signs) if i)
        return value, change
    value = (x - np.log1p(x)) / x**2
    return float(value), float(1 / (x * (1 + x)) - 2 * value / x)
