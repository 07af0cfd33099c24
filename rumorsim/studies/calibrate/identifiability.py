"""Identifiability: what the data say of each parameter, and what they cannot tell.

All of it is on the standard normal scale of the priors, where each prior has a variance of 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Below the first a parameter is left open, from the second on it is well known (assumptions).
OPEN: Final = 0.25
KNOWN: Final = 0.75
#: From this correlation on two parameters trade off (assumption).
TRADED: Final = 0.6
#: A statistic that explains less than this of a parameter is not named (assumption).
_NAMED: Final = 0.05


@dataclass(frozen=True)
class Contraction:
    """How far one parameter's posterior shrank: 1 - variance of the posterior over the prior's."""

    parameter: str
    contraction: float

    @property
    def verdict(self) -> str:
        """Whether the data leave it "open", know it "partly", or "well"."""
        if self.contraction < OPEN:
            return "open"
        return "partly" if self.contraction < KNOWN else "well"


@dataclass(frozen=True)
class Pair:
    """Two parameters, the correlation of their draws, and how far each of two combinations shrank.

    ``sharp`` is the contraction of the combination that the data know best, ``flat`` that of
    the one at right angles to it, both of variance 1 in the prior. ``ratio`` is the slope of the
    logarithm of the second on that of the first along the ridge where both are numbers above 0,
    else NaN: -1 where only their product acts, 1 where only their ratio does.
    """

    first: str
    second: str
    correlation: float
    sharp: float
    flat: float
    ratio: float

    @property
    def trades(self) -> bool:
        """Whether more of one can be made up for by the other."""
        return abs(self.correlation) >= TRADED and self.sharp - self.flat > OPEN

    @property
    def acts_as(self) -> str:
        """What of the two the data know: "product", "ratio" or a "combination"."""
        if abs(self.ratio + 1) < 0.25:
            return "product"
        return "ratio" if abs(self.ratio - 1) < 0.25 else "combination"


@dataclass(frozen=True)
class Identifiability:
    """What the data say of the parameters.

    ``informs`` [statistics, parameters]: the part of a parameter's variance in the first
    generation that a statistic alone explains (squared correlation of ranks).
    """

    contractions: tuple[Contraction, ...]
    pairs: tuple[Pair, ...]
    informs: Array
    keys: tuple[str, ...]

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        points: Array,
        weights: Array,
        numbers: Sequence[Array | None],
        first: tuple[Array, Array],
        keys: Sequence[str],
    ) -> Identifiability:
        """From the draws (``points`` and ``weights``) and the first generation.

        ``numbers`` are those of each parameter, [draws]; None where it is a choice. ``first``: the
        points [runs, parameters] and statistics [runs, statistics] of the first generation.
        """
        middle = weights @ points
        covariance = ((points - middle).T * weights) @ (points - middle)
        contractions = tuple(
            Contraction(name, float(1 - min(covariance[i, i], 1.0))) for i, name in enumerate(names)
        )
        pairs = tuple(
            _pair(names, i, j, covariance, numbers, weights)
            for i in range(len(names))
            for j in range(i + 1, len(names))
        )
        return cls(contractions, pairs, _informs(*first), tuple(keys))

    def informing(self, parameter: int, most: int = 3) -> list[tuple[str, float]]:
        """The statistics that say most of a parameter, with the part that they explain."""
        order = np.argsort(-self.informs[:, parameter], kind="stable")[:most]
        return [
            (self.keys[j], float(self.informs[j, parameter]))
            for j in order
            if self.informs[j, parameter] >= _NAMED
        ]

    @property
    def traded(self) -> list[Pair]:
        """The pairs that trade off."""
        return [pair for pair in self.pairs if pair.trades]

    def lines(self) -> list[str]:
        """In plain words, what the data can and cannot tell."""
        return [
            *(f"{each.parameter}: {self._said(each)}" for each in self.contractions),
            *map(_traded, self.traded),
        ]

    def _said(self, known: Contraction) -> str:
        partners = [
            pair.second if pair.first == known.parameter else pair.first
            for pair in self.traded
            if known.parameter in (pair.first, pair.second)
        ]
        if known.verdict != "well" and partners:
            much = "little" if known.verdict == "open" else "something"
            return f"the data say {much} about it alone, as it trades off with {_and(partners)}."
        return _SAID[known.verdict]

    def summary(self) -> str:
        """One or two sentences: what is known, and what the data cannot tell."""
        loose = [
            pair
            for pair in self.traded
            if any(
                each.verdict != "well"
                for each in self.contractions
                if each.parameter in (pair.first, pair.second)
            )
        ]
        together = {name for pair in loose for name in (pair.first, pair.second)}
        names = {
            verdict: [
                each.parameter
                for each in self.contractions
                if each.verdict == verdict and (verdict == "well" or each.parameter not in together)
            ]
            for verdict in _SUMMED
        }
        said = [f"{words} {_and(names[each])}" for each, words in _SUMMED.items() if names[each]]
        sentences = [f"The data {_and(said)}."] if said else []
        if loose:
            pairs = [f"{pair.first} and {pair.second} ({pair.acts_as})" for pair in loose]
            who = "They" if said else "The data"
            sentences.append(f"{who} know only in combination: {'; '.join(pairs)}.")
        return " ".join(sentences)


#: What is said of a parameter by its verdict, alone and in a sentence about all.
_SAID: Final = {
    "well": "the data pin it down.",
    "partly": "the data narrow it down, but its prior still counts.",
    "open": "the data say next to nothing about it. What depends on it rests on its prior.",
}
_SUMMED: Final = {
    "well": "pin down",
    "partly": "narrow down",
    "open": "say next to nothing about",
}


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _traded(pair: Pair) -> str:
    less = "less" if pair.correlation < 0 else "more"
    known = {
        "product": "The data know their product, and little else of the two.",
        "ratio": "The data know their ratio, and little else of the two.",
        "combination": "The data know one combination of the two far better than either.",
    }[pair.acts_as]
    return (
        f"{pair.first} and {pair.second} trade off (correlation {pair.correlation:+.2f}): more of"
        f" one looks like {less} of the other. {known} Do not read either alone."
    )


def _pair(
    names: Sequence[str],
    i: int,
    j: int,
    covariance: Array,
    numbers: Sequence[Array | None],
    weights: Array,
) -> Pair:
    part = covariance[np.ix_([i, j], [i, j])]
    low, high = np.linalg.eigvalsh(part)
    correlation = float(part[0, 1] / max(np.sqrt(part[0, 0] * part[1, 1]), 1e-300))
    return Pair(
        names[i],
        names[j],
        correlation,
        float(1 - min(low, 1.0)),
        float(1 - min(high, 1.0)),
        _ridge(numbers[i], numbers[j], weights),
    )


def _ridge(first: Array | None, second: Array | None, weights: Array) -> float:
    """Slope of the main axis of two parameters' logarithms; NaN where these are not defined."""
    if first is None or second is None or min(first.min(), second.min()) <= 0:
        return float("nan")
    logs = np.log(np.stack([first, second]))
    away = logs - (logs @ weights)[:, None]
    _, axes = np.linalg.eigh(away * weights @ away.T)
    along = axes[:, -1]
    return float(along[1] / along[0]) if abs(along[0]) > 1e-9 else float("nan")


def _informs(points: Array, numbers: Array) -> Array:
    found = np.zeros((numbers.shape[1], points.shape[1]))
    for j in range(numbers.shape[1]):
        there = np.isfinite(numbers[:, j])
        if there.sum() < 10:
            continue
        ranks = _ranks(numbers[there, j])
        for i in range(points.shape[1]):
            other = _ranks(points[there, i])
            size = np.sqrt(np.square(ranks).sum() * np.square(other).sum())
            found[j, i] = (ranks @ other / size) ** 2 if size > 0 else 0.0
    return found


def _ranks(values: Array) -> Array:
    from scipy.stats import rankdata

    ranks: Array = rankdata(values)
    ranks -= ranks.mean()
    return ranks
