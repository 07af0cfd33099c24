"""The law of parents from who shared and when alone: expectation and maximisation.

Shares are taken for a Hawkes process: a post of the age t draws shares at the rate weight * f(t),
where f is one law for all posts, the weight of a share is in proportion to (followers + 1) **
exponent, and that of each root is its own. Expected parents under the law of one step are the
data of the next (Veen and Schoenberg, "Estimation of space-time branching process models in
seismology using an EM-type algorithm", JASA 2008).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize

from rumorsim.events.observed.parents.law import Chooser, ParentLaw, lomax_density
from rumorsim.events.observed.parents.shares import BINS, EDGES, NONE, Floats, Shares

#: The bins are drawn to a power law as by this number of shares (assumption).
_PRIOR_SHARES: Final = 50.0
#: Steps end when a share's mean log likelihood changes by less (assumption).
_ENOUGH: Final = 1e-5
_WIDTHS: Final = np.diff(EDGES)


@dataclass(frozen=True)
class Hidden:
    """What expectation and maximisation came to.

    ``extra`` float64 [cascades]: log of the weight of each root against that of all;
    ``exponent`` and ``scale`` (hours): the power law nearest to the delays; ``history``: mean
    log likelihood of a share, step by step.
    """

    law: ParentLaw
    extra: Floats
    exponent: float
    scale: float
    history: tuple[float, ...]


@dataclass
class _Expected:
    """Expected counts: shares by age [BINS], children [posts], log likelihood of a share."""

    ages: Floats
    children: Floats
    log_likelihood: float


def fit_hidden(shares: Shares, steps: int) -> Hidden:
    """Fit a law to cascades whose parents are not known, from a plain power law on."""
    start = ParentLaw.power_law(1.0, 1.0)
    audience, outside = _audience(shares), _outside(shares)
    extra = np.log(np.maximum(shares.sizes, 2) / 2.0)
    current = ParentLaw(start.delay, start.root, start.followers, 1.0, outside)
    history: list[float] = []
    exponent = scale = float("nan")
    for _ in range(steps):
        expected = _expected(shares, current, extra)
        history.append(expected.log_likelihood)
        density, exponent, scale = _delays(expected.ages)
        current, extra = _maximised(shares, current, expected, density, audience)
        if len(history) > 1 and abs(history[-1] - history[-2]) < _ENOUGH:
            break
    return Hidden(current, extra, exponent, scale / 3600.0, tuple(history))


def _audience(shares: Shares) -> Floats:
    """How many could take each post up: the followers in the graph where there is one, else 1."""
    if shares.follows is None:
        return np.ones(len(shares.account))
    followers = shares.follows.astype(np.int64).sum(0)
    audience: Floats = 1.0 + followers[shares.account]
    return audience


def _outside(shares: Shares) -> float:
    """The part of shares of which nobody followed had posted: what is outside for certain."""
    if shares.follows is None:
        return 0.0
    without = 0
    for block in shares.blocks():
        assert block.followed is not None
        without += int((~block.followed.any(1)).sum())
    return without / max(1, len(shares.account) - len(shares.begin) + 1)


def _expected(shares: Shares, law: ParentLaw, extra: Floats) -> _Expected:
    chooser = Chooser(law, shares, extra)
    ages, children, logs = np.zeros(BINS + 1), np.zeros(len(shares.account)), 0.0
    for block in shares.blocks():
        choice = chooser.choose(block)
        weights = choice.share * (1 - choice.root)[:, None]
        ages += np.bincount(block.bins.ravel(), weights.ravel(), BINS + 1)
        ages += np.bincount(block.root, choice.root, BINS + 1)
        children[block.first : block.first + weights.shape[1]] += weights.sum(0)
        children[block.first] += choice.root.sum()
        logs += float(chooser.log_intensity(block).sum())
    rate = _rate(shares, law, children)
    count = max(1, len(shares.account) - len(shares.begin) + 1)
    return _Expected(ages[:NONE], children, logs / count + np.log(rate))


def _rate(shares: Shares, law: ParentLaw, children: Floats) -> float:
    """Shares drawn by a share of weight 1."""
    roots = shares.begin[:-1]
    weight = _audience(shares)
    if shares.log_followers is not None:
        weight = weight * np.exp(law.followers * shares.log_followers)
    drawn = children.sum() - children[roots].sum()
    return max(float(drawn / max(weight.sum() - weight[roots].sum(), 1e-12)), 1e-12)


def _delays(ages: Floats) -> tuple[Floats, float, float]:
    """Density by age: expected counts drawn to the power law that fits them best."""

    def misfit(logs: Floats) -> float:
        exponent, seconds = np.exp(np.clip(logs, -12, 25))
        return -float(ages @ np.log(lomax_density(exponent, seconds) * _WIDTHS))

    exponent, seconds = np.exp(minimize(misfit, [0.0, 8.0], method="Nelder-Mead").x)
    near = lomax_density(exponent, seconds)
    mass = ages + _PRIOR_SHARES * near * _WIDTHS + 1e-12
    return mass / mass.sum() / _WIDTHS, float(exponent), float(seconds)


def _maximised(
    shares: Shares, law: ParentLaw, expected: _Expected, density: Floats, audience: Floats
) -> tuple[ParentLaw, Floats]:
    roots = shares.begin[:-1]
    share = np.ones(len(shares.account), np.bool_)
    share[roots] = False
    power = law.followers
    weight = audience
    if shares.log_followers is not None:
        power = _exponent(
            expected.children[share], shares.log_followers[share], audience[share], power
        )
        weight = audience * np.exp(power * shares.log_followers)
    rate = max(expected.children[share].sum() / max(weight[share].sum(), 1e-12), 1e-12)
    drawn, exposed = expected.children[roots], weight[roots]
    pooled = drawn.sum() / exposed.sum()
    # A root's own weight has a Gamma prior of shape 1 around that of all roots (assumption).
    own = (drawn + 1.0) / (exposed + 1.0 / pooled)
    root = np.log(density) + np.log(pooled / rate)
    fitted = ParentLaw(tuple(density), tuple(root), power, 1.0, law.outside)
    return fitted, np.log(own / pooled)


def _exponent(children: Floats, logs: Floats, audience: Floats, power: float) -> float:
    """The exponent of followers: Poisson regression of expected children, by Newton's steps."""
    for _ in range(20):
        weight = audience * np.exp(power * logs)
        weight /= weight.sum()
        mean = weight @ logs
        spread = weight @ (logs - mean) ** 2
        if spread * children.sum() <= 0:
            return power
        step = (children @ logs / children.sum() - mean) / spread
        power += float(np.clip(step, -0.5, 0.5))
        if abs(step) < 1e-8:
            break
    return power
