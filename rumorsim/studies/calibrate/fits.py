"""Fits: whether runs from the posterior look like the data, statistic by statistic."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.studies.calibrate.statistics import Standard

Array = NDArray[np.float64]

#: Quantiles that are stated of what is predicted.
ENDS: Final = (0.05, 0.5, 0.95)
#: Data this far out, two-sided, are a miss: of statistics that fit, one in a hundred is.
MISSED: Final = 0.01
#: With fewer runs nothing is said of what is predicted.
_FEW: Final = 10
#: Distance between quantiles .05 and .95 of a normal law, in standard deviations.
_NINETY: Final = 3.2897


class Fit(NamedTuple):
    """One statistic: what was observed, its noise, and what the posterior predicts.

    ``noise`` is the standard error of the observed value, None where not known; ``log`` says
    whether the statistic is compared by its logarithm. ``low``, ``middle`` and ``high`` are
    quantiles .05, .5 and .95 of runs from the posterior. ``tail`` is the chance that such a run,
    with the data's own noise, is as far out as the data or farther, two-sided: the part of the
    runs that are, or where none is, the tail of a t law with their mean and standard deviation.
    """

    key: str
    observed: float
    noise: float | None
    log: bool
    low: float | None
    middle: float | None
    high: float | None
    tail: float | None

    @property
    def missed(self) -> bool:
        """Whether the data lie outside of what the model predicts, with 1 % of false alarms."""
        return self.tail is not None and self.tail < MISSED

    @property
    def standardised(self) -> tuple[float, float] | None:
        """Where the data lie, and their standard error: from the median, in standard deviations.

        The standard deviation is the predicted one, from the quantiles .05 and .95, on the scale
        on which the statistic is compared. None where nothing is predicted.
        """
        if self.low is None or self.middle is None or self.high is None:
            return None
        noise = self.noise or 0.0
        values = [self.observed, self.low, self.middle, self.high]
        if self.log and min(values) > 0:
            noise = noise / self.observed
            values = np.log(values).tolist()
        observed, low, middle, high = values
        unit = (high - low) / _NINETY
        if unit <= 0:
            return (0.0 if observed == middle else float(np.copysign(np.inf, observed - middle)), 0)
        return (observed - middle) / unit, noise / unit


def fits_of(standard: Standard, predicted: Array, first: int, seed: int) -> list[Fit]:
    """How each statistic that was observed lies in what the posterior predicts.

    ``predicted`` [runs, statistics]; ``first`` is the number of the first of these runs and
    ``seed`` the calibration's first, which fix the noise that stands for the data's own.
    """
    away = standard(predicted, first, seed) if len(predicted) else predicted
    found = []
    chosen = standard.chosen
    for j, key in enumerate(chosen.keys):
        observed, noise = float(chosen.observed[j]), float(chosen.noise[j])
        stated, log = None if np.isnan(noise) else noise, bool(standard.log[j])
        there = predicted[:, j][np.isfinite(predicted[:, j])]
        if len(there) < _FEW:
            found.append(Fit(key, observed, stated, log, None, None, None, None))
            continue
        low, middle, high = np.quantile(there, ENDS).tolist()
        tail = _tail(away[:, j][np.isfinite(away[:, j])])
        found.append(Fit(key, observed, stated, log, low, middle, high, tail))
    return found


def _tail(away: Array) -> float | None:
    """Chance of a value as far from the middle of ``away`` as 0, two-sided."""
    from scipy.special import stdtr

    count = len(away)
    if count < _FEW:
        return None
    below, above = int((away <= 0).sum()), int((away >= 0).sum())
    if min(below, above) > 0:
        return min(1.0, 2 * (min(below, above) + 1) / (count + 1))
    spread = float(away.std(ddof=1)) * np.sqrt(1 + 1 / count)
    if spread == 0:
        return 0.0
    beyond = 2 * float(stdtr(count - 1, -abs(float(away.mean())) / spread))
    return min(beyond, 2 / (count + 1))
