"""How many follow and are followed in the power-law follow graph: the laws of its counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.randomness import Purpose, address_word, seed_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Fixed point in which propensities are summed, so that sums do not depend on their order.
_UNIT = 2.0**20
#: No account draws more than this share of all accounts as followers, by expectation.
_LARGEST_AUDIENCE = 0.1


def graph_seed(seed: Any) -> int:
    """The seed of a graph as a Python int in [0, 2**63 - 1]; else InputError."""
    return seed_of(seed, most=2**63 - 1)


def require(holds: bool, key: str, value: object, rule: str) -> None:
    """InputError that ``key = value`` breaks ``rule``, unless it ``holds``."""
    if not holds:
        raise InputError(rule, key=key, value=show_value(value))


def require_mean(mean_followers: float, accounts: int) -> None:
    """InputError unless ``accounts`` can have this many followers on average."""
    rule = f"must be in [0, {accounts - 1}], the other accounts there are"
    require(0.0 <= mean_followers <= accounts - 1, "mean_followers", mean_followers, rule)


def word_of(stage: int) -> int:
    """The first word of the addresses of a stage of the power-law graph."""
    return address_word(Purpose.GRAPH, stage)


def coins(accounts: int, seed: int, stage: int) -> Floats:
    """A number strictly inside (0, 1) for each account; float64[accounts]."""
    from rumorsim.engine.kernels.random_graphs import row_uniforms

    return np.asarray(row_uniforms(seed, word_of(stage), accounts))


def rounded24(values: Floats) -> Floats:
    """``values`` rounded to 24 significant bits, so that libraries' last bits do not matter."""
    fraction, exponent = np.frexp(values)
    return np.asarray(np.ldexp(np.rint(fraction * 2.0**24), exponent - 24))


def propensity(accounts: int, mean: float, exponent: float, seed: int, *, stage: int) -> Floats:
    """Pareto numbers above 1, cut off where the largest audience is; float64[accounts]."""
    values = rounded24(coins(accounts, seed, stage) ** (-1.0 / (exponent - 1.0)))
    largest = max(_LARGEST_AUDIENCE * accounts, 10.0 * mean)
    typical = max(mean, 1.0) * (exponent - 2.0) / (exponent - 1.0)
    return np.minimum(values, max(largest / typical, 1.0))


def _scaled(values: Floats, caps: Ints | int, total: int) -> float:
    """The factor at which the capped ``values`` add up to ``total``, by bisection.

    Sums are of whole numbers, hence exact: the factor is the same on every machine.
    """
    from rumorsim.engine.kernels.drawn_rows import capped_total

    low, high = 0.0, 1.0
    ceilings = np.atleast_1d(np.asarray(caps, np.int64))

    def reached(factor: float) -> int:
        return int(capped_total(values, ceilings, factor, _UNIT))

    goal = int(total * _UNIT)
    while reached(high) < goal and high < 1e15:
        high *= 2.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if reached(middle) < goal else (low, middle)
    return high


def whole_counts(values: Floats, total: int, cap: int, seed: int) -> Ints:
    """Whole numbers in [0, cap] in proportion to ``values``, adding up to about ``total``."""
    exact = np.minimum(values * _scaled(values, cap, total), float(cap))
    whole = np.floor(exact + coins(values.size, seed, 2)).astype(np.int64)
    return _adjusted(np.minimum(whole, cap), np.broadcast_to(np.int64(cap), values.size), total)


def _adjusted(whole: Ints, caps: Ints, total: int) -> Ints:
    """``whole`` with ones added or taken, spread over the accounts, until it sums to total."""
    gap = total - int(whole.sum())
    while gap != 0:
        able = np.flatnonzero(whole < caps if gap > 0 else whole > 0)
        if able.size == 0:
            break
        take = min(abs(gap), able.size)
        chosen = able[(np.arange(take) * able.size) // take]
        whole[chosen] += 1 if gap > 0 else -1
        gap -= take if gap > 0 else -take
    return whole


def limited(activity: Floats, open_ends: Ints, wanted: int, seed: int) -> Ints:
    """How many followers each account follows back: by activity, at most those it can."""
    if wanted >= int(open_ends.sum()):
        return open_ends
    exact = np.minimum(activity * _scaled(activity, open_ends, wanted), open_ends)
    whole = np.floor(exact + coins(activity.size, seed, 7)).astype(np.int64)
    return _adjusted(np.minimum(whole, open_ends), open_ends, wanted)


def returns_wanted(follows: int, reciprocity: float, popularity: Floats, activity: Floats) -> int:
    """Follows to be added as returns, given those that are mutual by chance.

    By chance account v follows a with probability about activity * popularity, so the
    expected number of mutual follows is the square of sum(activity * popularity) in
    units where each sums to 1.
    """
    unit = 2.0**-10 * _UNIT
    whole_p, whole_a = np.rint(popularity * unit), np.rint(activity * unit)
    shared = float(np.sum((whole_p * whole_a).astype(np.float64)))
    overlap = shared / (float(whole_p.sum()) * float(whole_a.sum()))
    drawn = follows * (1.0 - reciprocity / 2.0)
    chance = min((drawn * overlap) ** 2, drawn)
    return max(0, round((reciprocity * follows - chance) / 2.0))
