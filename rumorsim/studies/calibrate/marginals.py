"""Marginals: the prior and the posterior of one parameter, on the scale of its prior."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.studies.calibrate.study import Unknown, plain
from rumorsim.studies.statistics.weighted import quantile_places

Array = NDArray[np.float64]

#: A whole parameter with at most so many values is shown value by value.
_FEW: Final = 12
#: Values of a choice that are shown; the others are one more.
_MOST: Final = 11
#: Bins: at least, at most, and over nine tenths of the posterior.
_BINS: Final = (18, 180)
_FINE: Final = 8
#: Values of the prior that stand for it.
_DENSE: Final = 6000


@dataclass(frozen=True)
class Marginal:
    """Parts of the prior and the posterior of a parameter, bin by bin or value by value.

    ``edges`` [bins + 1] are numbers of the parameter, evenly spaced on its scale (``log`` says
    whether that is logarithmic); where ``labels`` are given there are values in place of bins
    and no edges. ``prior`` and ``posterior`` each sum to 1.
    """

    log: bool
    edges: tuple[float, ...]
    labels: tuple[str, ...]
    prior: tuple[float, ...]
    posterior: tuple[float, ...]

    @classmethod
    def of(cls, unknown: Unknown, values: Sequence[Any], weights: Array) -> Marginal:
        """From the values of the draws, as a scenario takes them, and their weights."""
        parts = (np.arange(_DENSE) + 0.5) / _DENSE
        if unknown.prior.prior == "choice":
            return _by_value(unknown, parts, values, weights)
        numbers = numbers_of(unknown, values)
        believed = np.array([unknown.number(unknown.at(z)) for z in _normal(parts)], float)
        low, high = span_of(unknown, numbers)
        if unknown.whole and high - low <= _FEW:
            return _by_value(unknown, parts, values, weights)
        log = unknown.prior.prior == "log-uniform"
        scaled, prior = (np.log(each) if log else each for each in (numbers, believed))
        ends = (float(np.log(low)), float(np.log(high))) if log else (low, high)
        inner = scaled[quantile_places(scaled, weights, (0.05, 0.95))]
        fine = _FINE * (ends[1] - ends[0]) / max(float(inner[1] - inner[0]), 1e-12)
        edges = np.linspace(ends[0], ends[1], int(np.clip(np.ceil(fine), *_BINS)) + 1)
        masses = [
            np.histogram(np.clip(each, *ends), edges, weights=mass)[0]
            for each, mass in ((prior, np.full(_DENSE, 1 / _DENSE)), (scaled, weights))
        ]
        numbered = np.exp(edges) if log else edges
        return cls(log, tuple(numbered.tolist()), (), *(tuple(m.tolist()) for m in masses))


def numbers_of(unknown: Unknown, values: Sequence[Any]) -> Array:
    """The numbers in values of a parameter; of a choice their places in its list."""
    if unknown.prior.prior == "choice":
        places = {_key(value): place for place, value in enumerate(unknown.prior.values)}
        return np.array([places[_key(value)] for value in values], float)
    return np.array([unknown.number(value) for value in values], float)


def span_of(unknown: Unknown, numbers: Array) -> tuple[float, float]:
    """From where to where a parameter is drawn: its prior's range, and all draws."""
    prior = unknown.prior
    if prior.prior == "choice":
        return -0.5, len(prior.values) - 0.5
    if prior.prior in ("uniform", "log-uniform"):
        low, high = prior.low, prior.high
    else:
        low, high = prior.quantile(0.001), prior.quantile(0.999)
    return min(low, float(numbers.min())), max(high, float(numbers.max()))


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _normal(parts: Array) -> list[float]:
    from scipy.special import ndtri

    found: list[float] = ndtri(parts).tolist()
    return found


def _by_value(unknown: Unknown, parts: Array, values: Sequence[Any], weights: Array) -> Marginal:
    believed = [unknown.at(z) for z in _normal(parts)]
    if unknown.prior.prior == "choice":
        every: Sequence[Any] = unknown.prior.values
    else:
        every = sorted({*believed, *values}, key=lambda value: unknown.number(value) or 0.0)
    prior = dict.fromkeys(map(_key, every), 0.0)
    posterior = dict(prior)
    for value in believed:
        prior[_key(value)] += 1 / len(believed)
    for value, weight in zip(values, weights.tolist(), strict=True):
        posterior[_key(value)] += weight
    labels = {_key(value): plain(value) for value in every}
    if len(labels) > _MOST + 1:
        most = sorted(labels, key=lambda key: -max(prior[key], posterior[key]))[:_MOST]
        rest = [key for key in labels if key not in most]
        labels = {key: label for key, label in labels.items() if key in most}
        labels["others"] = f"{len(rest)} others"
        for masses in (prior, posterior):
            masses["others"] = sum(masses.pop(key) for key in rest)
    return Marginal(
        False,
        (),
        tuple(labels.values()),
        tuple(prior[key] for key in labels),
        tuple(posterior[key] for key in labels),
    )
