"""Estimators of a treatment's effect as analysts use them, on outcomes of accounts.

Each returns an :class:`Estimate` in the unit of the outcome. What they assume (that nobody's
outcome depends on the treatment of others) does not hold where posts spread: how far that leads
astray is what an experiment in coupled worlds shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.randomness import Purpose, address_word, philox_array

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: All assignments of units are gone through where there are no more; else so many are drawn.
_MOST_ASSIGNMENTS: Final = 2_000
_DRAWN: Final = 200
#: An account with this share of its followees in its own arm counts as fully exposed to it.
EXPOSED: Final = 0.75
#: Accounts that are exposed to an arm with a smaller probability are left out.
LEAST_CHANCE: Final = 0.01
#: Distance from what was fitted that rounding explains, as a share of the largest value.
_ROUNDING: Final = 1e-9
#: Accounts on either side of a threshold that a discontinuity is read from, at most.
NEAR: Final = 100


class Estimate(NamedTuple):
    """An effect, its standard error, and the degrees of freedom of its t interval.

    ``base`` is the level without treatment that the analyst would hold the effect against.
    ``target`` is the mean outcome of those treated accounts that the estimate is about, where it
    is not about everybody.
    """

    effect: float
    error: float
    freedom: float
    base: float
    target: float | None = None


def difference(outcome: Array, treated: Mask, unit: NDArray[np.int32]) -> Estimate | None:
    """Difference in means of accounts, with errors robust to units that are treated together.

    Errors are Neyman's (HC2) where each account is a unit, and else cluster-robust (Liang and
    Zeger 1986), each arm with its correction for few clusters. None with fewer than two units in
    an arm. Shapes [accounts].
    """
    parts = []
    for arm in (treated, ~treated):
        units, place = np.unique(unit[arm], return_inverse=True)
        if len(units) < 2:
            return None
        values = outcome[arm]
        mean = float(values.mean())
        sums = np.bincount(place, weights=_beyond_rounding(values - mean, values))
        clusters = len(units)
        variance = float(np.square(sums).sum()) / len(values) ** 2 * clusters / (clusters - 1)
        parts.append((mean, variance, clusters))
    return _between(*parts)


def _beyond_rounding(distances: Array, values: Array) -> Array:
    """Distances of values from what was fitted to them, 0 where rounding explains them.

    Where all fits, what rounding leaves says nothing of how values vary.
    """
    far = np.abs(distances) > _ROUNDING * np.abs(values).max()
    return np.where(far, distances, 0.0)


def _between(treated: tuple[float, float, int], control: tuple[float, float, int]) -> Estimate:
    """The difference of two independent means, each with its variance and number of units.

    Degrees of freedom are those of Welch (1947), 0 where nothing varies.
    """
    (one, of_one, n), (other, of_other, m) = treated, control
    error = math.sqrt(of_one + of_other)
    return Estimate(one - other, error, _freedom(of_one, n, of_other, m), other)


def _freedom(one: float, n: int, other: float, m: int) -> float:
    if one + other == 0:
        return 0.0
    return (one + other) ** 2 / (one**2 / (n - 1) + other**2 / (m - 1))


class Exposure:
    """Which accounts are exposed to an arm through those around them, and how seldom that is.

    An account counts as exposed to an arm if it is in it with at least ``EXPOSED`` of those that
    it follows; accounts for which either has a chance below ``LEAST_CHANCE`` (those that follow
    many) are left out. ``follows``: offsets and followers of the graph, rows by followee;
    ``treated`` and ``unit`` have the shape [accounts].
    """

    def __init__(
        self,
        treated: Mask,
        unit: NDArray[np.int32],
        follows: tuple[NDArray[np.int64], NDArray[np.int32]],
    ) -> None:
        offsets, self._followers = follows
        self._followees = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
        self._around = np.bincount(self._followers, minlength=len(unit))
        self._treated, self._unit = treated, unit
        self._units = int(unit.max()) + 1
        self._chosen = len(np.unique(unit[treated]))
        self._chances = self._found_chances()
        # Whoever is seldom exposed to either would carry weights that rule the mean.
        self._fair = np.minimum(*self._chances) >= LEAST_CHANCE

    def estimates(self, outcomes: Array) -> list[Estimate | None]:
        """Differences of the means of accounts that are exposed to either arm, by outcome.

        Means are of Hajek's kind: weights are one over the probability of the exposure (Aronow and
        Samii 2017) under all assignments of the same number of units. Standard errors are those
        over these assignments with every outcome as it is (Fisher's randomisation), which knows
        that followers of one account are exposed together. Assignments are gone through or, where
        there are too many, drawn. None where nobody is exposed to an arm. ``outcomes`` has the
        shape [outcomes, accounts].
        """
        found = self._means(self._treated, outcomes)
        if found is None:
            return [None] * len(outcomes)
        drawn = []
        for treated in self._assignments():
            means = self._means(treated, outcomes)
            if means is not None:
                drawn.append(means[0] - means[1])
        errors = np.std(drawn, axis=0, ddof=1) if len(drawn) > 1 else np.zeros(len(outcomes))
        return [
            Estimate(one - other, error, float(max(len(drawn) - 1, 1)), other)
            for one, other, error in zip(*(each.tolist() for each in (*found, errors)), strict=True)
        ]

    def _means(self, treated: Mask, outcomes: Array) -> tuple[Array, Array] | None:
        """Means of those exposed to either arm by outcome; None where there is nobody."""
        means = []
        for arm, chance in zip((treated, ~treated), self._chances, strict=True):
            exposed = np.flatnonzero(arm & self._fair & self._exposed(arm))
            if not len(exposed):
                return None
            weights = 1.0 / chance[exposed]
            means.append(outcomes[:, exposed] @ weights / weights.sum())
        return means[0], means[1]

    def _exposed(self, arm: Mask) -> Mask:
        """Who has enough of those around it in an arm; whoever follows nobody has."""
        inside = np.bincount(
            self._followers, weights=arm[self._followees], minlength=len(self._around)
        )
        found: Mask = inside >= EXPOSED * self._around - 1e-9
        return found

    def _found_chances(self) -> tuple[Array, Array]:
        """P(exposed to treatment) and P(exposed to control) where so many units are treated."""
        units, chosen = self._units, self._chosen
        if units == len(self._unit):
            one, other = (
                _chances_of_single(self._around, n, units) for n in (chosen, units - chosen)
            )
            return one, other
        both, assignments = np.zeros((2, len(self._unit))), 0
        for treated in self._assignments():
            for row, arm in enumerate((treated, ~treated)):
                both[row] += arm & self._exposed(arm)
            assignments += 1
        return both[0] / assignments, both[1] / assignments

    def _assignments(self) -> Iterator[Mask]:
        """Who is treated in every assignment of as many units, or in some that are drawn."""
        for picked in _assignments(self._units, self._chosen):
            there = np.zeros(self._units, bool)
            there[picked] = True
            yield there[self._unit]


def _assignments(units: int, chosen: int) -> list[NDArray[np.int64]]:
    """Every choice of so many units, or some of the choices."""
    if math.comb(units, chosen) <= _MOST_ASSIGNMENTS:
        return [np.array(each, np.int64) for each in combinations(range(units), chosen)]
    words = (
        philox_array(0, address_word(Purpose.ARM, draw), np.arange(units), 3, 0)[0]
        for draw in range(_DRAWN)
    )
    return [np.argsort(each, kind="stable")[:chosen] for each in words]


def _chances_of_single(around: NDArray[np.int64], chosen: int, units: int) -> Array:
    """P(an account and enough of those around it are chosen), where accounts are chosen singly.

    The number chosen of those around it is hypergeometric.
    """
    found = np.zeros(len(around))
    if chosen == 0:
        return found
    others, left = units - 1, chosen - 1
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, units + 1)))])

    def ways(of: Any, some: Any) -> Any:
        return logs[of] - logs[some] - logs[of - some]

    for followed in np.unique(around).tolist():
        least = math.ceil(EXPOSED * followed - 1e-9)
        inside = np.arange(max(least, left - (others - followed)), min(followed, left) + 1)
        terms = ways(followed, inside) + ways(others - followed, left - inside)
        chance = float(np.exp(terms - ways(others, left)).sum()) * chosen / units
        found[around == followed] = min(chance, chosen / units)
    return found


def switched(rates: Array, on: Mask) -> Estimate | None:
    """Difference of the mean of periods with and without treatment; shapes [periods]."""
    if on.sum() < 2 or (~on).sum() < 2:
        return None
    arms = (rates[on], rates[~on])
    one, other = ((float(a.mean()), float(a.var(ddof=1)) / len(a), len(a)) for a in arms)
    return _between(one, other)


def two_way(rates: Array, treated: Mask, unit: NDArray[np.int32]) -> Estimate | None:
    """Two-way fixed effects of account and period, errors clustered by unit.

    ``rates`` and ``treated`` have the shape [periods, accounts]. None where nothing is left of
    the treatment once accounts and periods are taken out of it.
    """
    within = _within(treated.astype(float))
    power = float(np.square(within).sum())
    clusters = len(np.unique(unit))
    if power <= 1e-9 or clusters < 2:
        return None
    left = _within(rates)
    effect = float((within * left).sum() / power)
    moment = (within * (left - effect * within)).sum(axis=0)
    _, place = np.unique(unit, return_inverse=True)
    sums = np.bincount(place, weights=moment)
    error = math.sqrt(float(np.square(sums).sum()) * clusters / (clusters - 1)) / power
    return Estimate(effect, error, float(clusters - 1), float(rates[~treated].mean()))


def _within(values: Array) -> Array:
    """What is left of a balanced panel without the means of its rows and columns."""
    rows, columns = values.mean(axis=1, keepdims=True), values.mean(axis=0, keepdims=True)
    left: Array = values - rows - columns + values.mean()
    return left


def before_after(before: Array, after: Array) -> Estimate | None:
    """Mean change of accounts from before to after; shapes [accounts]."""
    changes = after - before
    if len(changes) < 2:
        return None
    error = float(changes.std(ddof=1)) / math.sqrt(len(changes))
    return Estimate(float(changes.mean()), error, float(len(changes) - 1), float(before.mean()))


def difference_in_differences(before: Array, after: Array, treated: Mask) -> Estimate | None:
    """Change of treated accounts less that of others; shapes [accounts]."""
    unit = np.arange(len(before), dtype=np.int32)
    found = difference(after - before, treated, unit)
    if found is None:
        return None
    target = float(after[treated].mean())
    base = float(before[treated].mean()) + float((after - before)[~treated].mean())
    return found._replace(base=base, target=target)


def discontinuity(outcome: Array, treated: Mask, score: Array, most: int = NEAR) -> Estimate | None:
    """Jump of the outcome where the score passes the threshold of treatment.

    It is about accounts at the threshold: ``target`` is their mean outcome as the line of treated
    accounts has it.

    A line is fitted on either side, to the ``most`` accounts nearest to the threshold there, with
    errors robust to unequal variance (HC2). None with fewer than three accounts or a single score
    on a side. Shapes [accounts].
    """
    if treated.all() or not treated.any():
        return None
    middle = (float(score[treated].min()) + float(score[~treated].max())) / 2
    ends = []
    for arm, order in ((treated, 1), (~treated, -1)):
        rows = np.flatnonzero(arm)
        rows = rows[np.argsort(order * score[rows], kind="stable")[:most]]
        away = score[rows] - middle
        if len(rows) < 3 or np.ptp(away) == 0:
            return None
        x, y = away - away.mean(), outcome[rows]
        spread = float(np.square(x).sum())
        # The value of the line at the threshold is a weighted sum of the outcomes.
        weights = 1 / len(rows) - away.mean() * x / spread
        level, slope = float(weights @ y), float(x @ y) / spread
        off = _beyond_rounding(y - level - slope * away, y)
        leverage = 1 / len(rows) + np.square(x) / spread
        variance = np.square(weights * off) / np.maximum(1 - leverage, 1e-9)
        ends.append((level, float(variance.sum()), len(rows) - 1))
    return _between(*ends)._replace(target=ends[0][0])
