"""The power-law follow graph: heavy tails, follows returned, friends of friends."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value, whole_number
from rumorsim.common.randomness import Purpose, address_word, seed_of
from rumorsim.graphs.follows import FollowGraph

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


def power_law(
    accounts: int,
    mean_followers: float,
    *,
    follower_exponent: float = 2.3,
    followee_exponent: float = 2.7,
    reciprocity: float = 0.22,
    clustering: float = 0.1,
    seed: int,
) -> FollowGraph:
    """A random follow graph like those of microblogs.

    The tails of both counts fall as count**-exponent (exponents above 2).
    ``reciprocity`` in [0, 1] is the share of follows that are returned;
    ``clustering`` in [0, 1] the share of the drawn (not returned) follows that go to
    somebody whom a followee of the account follows. Linear in accounts + follows.

    How. Each account has a propensity to be followed and one to follow, both Pareto
    with a cut-off (nobody expects more than a tenth of all accounts, or ten times the
    mean if that is more). First each account draws its followees by propensity, then
    its closures among its followees' followees, then follows back: as many as its
    propensity to follow allows, so that the most followed do not return everything.
    In small dense graphs some follows are mutual by chance; those are counted in, and
    reciprocity cannot fall below them.

    Defaults: followers' exponent 2.3 and reciprocity 0.22 as measured on Twitter by
    Kwak, Lee, Park and Moon (WWW 2010: 2.276 up to 1e5 followers; 22.1 %); the
    followees' exponent (a lighter tail), clustering and the cut-off are assumptions.
    """
    from rumorsim.engine.kernels import alias, random_graphs
    from rumorsim.engine.kernels.csr import sorted_rows, turned_rows

    accounts, seed = whole_number(accounts, "accounts", 1), graph_seed(seed)
    require_mean(mean_followers, accounts)
    exponents = {"follower_exponent": follower_exponent, "followee_exponent": followee_exponent}
    for key, exponent in exponents.items():
        require(2.0 < exponent <= 10.0, key, exponent, "must be in (2, 10]")
    for key, share in (("reciprocity", reciprocity), ("clustering", clustering)):
        require(0.0 <= share <= 1.0, key, share, "must be in [0, 1]")
    popularity = _propensity(accounts, mean_followers, follower_exponent, seed, stage=0)
    activity = _propensity(accounts, mean_followers, followee_exponent, seed, stage=1)
    follows = round(accounts * mean_followers)
    returned = _returns_wanted(follows, reciprocity, popularity, activity)
    lengths = _whole(activity, follows - returned, accounts - 1, seed)
    offsets = _starts(lengths)
    drawn = lengths - np.floor(lengths * clustering + _coins(accounts, seed, 3)).astype(np.int64)
    drawn = np.minimum(np.maximum(drawn, lengths > 0), lengths)
    threshold, other = popularity, np.empty(accounts, np.int32)
    alias.alias_table(threshold, other, np.empty(accounts, np.int32))
    first = random_graphs.weighted_rows(_starts(drawn), threshold, other, seed, _word(4))
    columns = random_graphs.closed_rows(
        offsets, _starts(drawn), first, threshold, other, seed, _word(5)
    )
    del first
    # Turning twice sorts the rows.
    turned_offsets, turned = turned_rows(offsets, columns, accounts)
    offsets, columns = turned_rows(turned_offsets, turned, accounts)
    open_ends = random_graphs.one_way_counts(offsets, columns, turned_offsets, turned)
    chance = follows - returned - int(open_ends.sum())
    wanted = max(0, min(int(open_ends.sum()), round((reciprocity * follows - chance) / 2)))
    returns = _limited(activity, open_ends, wanted, seed)
    followers, followees = random_graphs.with_returns(
        offsets, columns, turned_offsets, turned, returns, seed, _word(8)
    )
    del columns, turned
    rows, result, _, _, _ = sorted_rows(followees, followers, np.empty(0), accounts)
    return FollowGraph(rows, result)


def _word(stage: int) -> int:
    return address_word(Purpose.GRAPH, stage)


def _starts(lengths: Ints) -> Ints:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


def _coins(accounts: int, seed: int, stage: int) -> Floats:
    from rumorsim.engine.kernels.random_graphs import row_uniforms

    return np.asarray(row_uniforms(seed, _word(stage), accounts))


def rounded24(values: Floats) -> Floats:
    """``values`` rounded to 24 significant bits, so that libraries' last bits do not matter."""
    fraction, exponent = np.frexp(values)
    return np.asarray(np.ldexp(np.rint(fraction * 2.0**24), exponent - 24))


def _propensity(accounts: int, mean: float, exponent: float, seed: int, *, stage: int) -> Floats:
    """Pareto numbers above 1, cut off where the largest audience is; float64[accounts]."""
    values = rounded24(_coins(accounts, seed, stage) ** (-1.0 / (exponent - 1.0)))
    largest = max(_LARGEST_AUDIENCE * accounts, 10.0 * mean)
    typical = max(mean, 1.0) * (exponent - 2.0) / (exponent - 1.0)
    return np.minimum(values, max(largest / typical, 1.0))


def _scaled(values: Floats, caps: Ints | int, total: int) -> float:
    """The factor at which the capped ``values`` add up to ``total``, by bisection.

    Sums are of whole numbers, hence exact: the factor is the same on every machine.
    """
    low, high = 0.0, 1.0
    ceiling = np.asarray(caps, np.float64)

    def reached(factor: float) -> int:
        return int(np.floor(np.minimum(values * factor, ceiling) * _UNIT).astype(np.int64).sum())

    goal = int(total * _UNIT)
    while reached(high) < goal and high < 1e15:
        high *= 2.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if reached(middle) < goal else (low, middle)
    return high


def _whole(values: Floats, total: int, cap: int, seed: int) -> Ints:
    """Whole numbers in [0, cap] in proportion to ``values``, adding up to about ``total``."""
    exact = np.minimum(values * _scaled(values, cap, total), float(cap))
    whole = np.floor(exact + _coins(values.size, seed, 2)).astype(np.int64)
    return _adjusted(np.minimum(whole, cap), np.full(values.size, cap, np.int64), total)


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


def _limited(activity: Floats, open_ends: Ints, wanted: int, seed: int) -> Ints:
    """How many followers each account follows back: by activity, at most those it can."""
    if wanted >= int(open_ends.sum()):
        return open_ends
    exact = np.minimum(activity * _scaled(activity, open_ends, wanted), open_ends)
    whole = np.floor(exact + _coins(activity.size, seed, 7)).astype(np.int64)
    return _adjusted(np.minimum(whole, open_ends), open_ends, wanted)


def _returns_wanted(follows: int, reciprocity: float, popularity: Floats, activity: Floats) -> int:
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
