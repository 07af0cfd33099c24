"""Follow graphs with communities: most follows stay among accounts of one's own group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rumorsim.errors import whole_number
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.power_law import rounded24
from rumorsim.graphs.requirements import graph_seed, require, require_mean
from rumorsim.randomness import Purpose, address_word, philox_array, uniform_array

#: Addresses of the stages, among those of all generators.
_POPULARITY, _ACTIVITY, _DRAW = 32, 33, 34
#: Draws again for followees that were drawn already; what is missing then stays missing.
_ROUNDS = 12
#: No account is this many times as likely to be followed as the least popular.
_MOST_POPULAR = 200.0

_Numbers = NDArray[np.int64]


def communities(
    accounts: int,
    mean_followers: float,
    *,
    groups: int = 6,
    mixing: float = 0.05,
    follower_exponent: float = 2.3,
    seed: int,
) -> FollowGraph:
    """A random follow graph of ``groups`` communities, each with its own much-followed.

    Every account follows others by their popularity (Pareto, tail exponent above 2, cut off
    at 200 times the least), of its own community or, with probability ``mixing`` in [0, 1],
    of all. The community of rank r holds a share of accounts in proportion to 1 / (r + 2).
    Accounts of one community have neighbouring numbers. In small communities that are
    drawn from very often, some follows are missing. Degree-corrected planted partition:
    Karrer and Newman (2011, Phys. Rev. E 83, 016107).
    """
    accounts, seed = whole_number(accounts, "accounts", 1), graph_seed(seed)
    require_mean(mean_followers, accounts)
    groups = whole_number(groups, "groups", 1, accounts)
    require(0.0 <= mixing <= 1.0, "mixing", mixing, "must be in [0, 1]")
    require(2.0 < follower_exponent <= 10.0, "follower_exponent", follower_exponent, "in (2, 10]")
    edges = _edges_of_groups(accounts, groups)
    group = np.repeat(np.arange(groups), np.diff(edges))
    wanted = _followees_wanted(accounts, mean_followers, seed)
    ends = np.concatenate([[0.0], np.cumsum(_popularity(accounts, follower_exponent, seed))])
    found = np.empty(0, np.int64)
    for attempt in range(_ROUNDS):
        held = np.bincount(found % accounts, minlength=accounts)
        missing = np.maximum(wanted - held, 0)
        if not missing.any():
            break
        follower = np.repeat(np.arange(accounts), missing)
        followee = _drawn(follower, group, edges, ends, mixing, seed, attempt)
        keys = followee * accounts + follower
        found = np.union1d(found, keys[followee != follower])
    counts = np.bincount(found // accounts, minlength=accounts)
    return FollowGraph(
        np.concatenate([[0], np.cumsum(counts)]), (found % accounts).astype(np.int32)
    )


def _edges_of_groups(accounts: int, groups: int) -> _Numbers:
    """Where each community begins, and the end; nobody's community is empty."""
    share = np.cumsum(1.0 / (np.arange(groups) + 2.0))
    edges = np.floor(share / share[-1] * (accounts - groups)).astype(np.int64)
    edges += np.arange(1, groups + 1)
    edges[-1] = accounts
    return np.concatenate([[0], edges])


def _popularity(accounts: int, exponent: float, seed: int) -> NDArray[np.float64]:
    word = philox_array(seed, address_word(Purpose.GRAPH, _POPULARITY), np.arange(accounts), 0, 0)[
        0
    ]
    drawn = uniform_array(word) ** (-1.0 / (exponent - 1.0))
    return rounded24(np.minimum(drawn, _MOST_POPULAR))


def _followees_wanted(accounts: int, mean: float, seed: int) -> _Numbers:
    """How many each account would follow: even between half and one and a half of the mean."""
    words = philox_array(seed, address_word(Purpose.GRAPH, _ACTIVITY), np.arange(accounts), 0, 0)
    exact = mean * (0.5 + uniform_array(words[0]))
    whole = np.floor(exact + uniform_array(words[1])).astype(np.int64)
    return np.minimum(whole, accounts - 1)


def _drawn(
    follower: _Numbers,
    group: _Numbers,
    edges: _Numbers,
    ends: NDArray[np.float64],
    mixing: float,
    seed: int,
    attempt: int,
) -> _Numbers:
    """A followee for each entry, by popularity within the community or among all."""
    order = np.arange(follower.size)
    words = philox_array(seed, address_word(Purpose.GRAPH, _DRAW), follower, order, attempt)
    outside = uniform_array(words[0]) < mixing
    low = np.where(outside, 0.0, ends[edges[group[follower]]])
    high = np.where(outside, ends[-1], ends[edges[group[follower] + 1]])
    at = low + uniform_array(words[1]) * (high - low)
    place: _Numbers = np.searchsorted(ends, at, side="right").astype(np.int64) - 1
    return np.clip(place, 0, len(group) - 1)
