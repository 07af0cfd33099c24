"""Expected against got: one check, its tolerance and how often chance alone would fail it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
from asking import Target
from numpy.typing import NDArray
from scipy import stats

__all__ = ["Check", "exactly", "goodness", "mean_of", "number"]

#: Standard errors allowed where the target says so, and the P below which a law is refused.
ERRORS = 3.0
LEVEL = 0.001


@dataclass(frozen=True)
class Check:
    """One number (or law) held against the target.

    ``error`` is the standard error of ``got``; ``alarm`` the probability that a true model
    fails. A law has its P value in ``got`` and the level in ``tolerance``.
    """

    row: str
    what: str
    expected: float
    got: float
    error: float
    tolerance: float
    alarm: float
    is_law: bool = False

    @property
    def passed(self) -> bool:
        """Within the tolerance; a law: P at or above the level."""
        if self.is_law:
            return self.got >= self.tolerance
        return abs(self.got - self.expected) <= self.tolerance


def number(
    target: Target, what: str, expected: float, got: float, error: float, reference: float = 0.0
) -> Check:
    """A number with the tolerance the target states; ``error`` is its standard error.

    "+-0.01" and "+-1%" are taken as they are; everything else (3 SE, ref SE x) is three
    standard errors, the reference's own included.
    """
    stated = re.match(r"\+-([\d.]+)(%?)", target.tolerance)
    whole = math.hypot(error, reference)
    if stated is None:
        tolerance = ERRORS * whole
    elif stated[2]:
        tolerance = float(stated[1]) / 100 * expected
    else:
        tolerance = float(stated[1])
    alarm = float(2 * stats.norm.sf(tolerance / whole)) if whole > 0 else 0.0
    return Check(target.id, what, expected, got, error, tolerance, alarm)


def mean_of(target: Target, what: str, expected: float, values: NDArray[np.int64]) -> Check:
    """The mean of independent values; "ref SE x" in the target is the reference's error."""
    reference = re.match(r"ref SE ([\d.]+)", target.tolerance)
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    reference_error = float(reference[1]) if reference else 0.0
    return number(target, what, expected, float(values.mean()), error, reference_error)


def goodness(
    target: Target, what: str, values: NDArray[np.int64], law: NDArray[np.float64]
) -> Check:
    """Chi-square of counts of 1, 2, ... against their law; what is beyond it is one class."""
    beyond = len(law) + 1
    seen = np.bincount(np.minimum(values, beyond), minlength=beyond + 1)[1:].astype(float)
    wanted = np.append(law, 1 - law.sum()) * len(values)
    if wanted[-1] < 1:  # the law is whole; what is left over is its rounding
        outside, seen, wanted = seen[-1], seen[:-1], law / law.sum() * len(values)
        if outside:
            return Check(target.id, what, 1.0, 0.0, 0.0, LEVEL, LEVEL, is_law=True)
    found = float(stats.chisquare(seen, wanted * seen.sum() / wanted.sum()).pvalue)
    return Check(target.id, what, 1.0, found, 0.0, LEVEL, LEVEL, is_law=True)


def exactly(target: Target, what: str, expected: float, got: float) -> Check:
    """A number that must be right to the rounding of floating point."""
    return Check(target.id, what, expected, got, 0.0, 1e-12 * abs(expected), 0.0)
