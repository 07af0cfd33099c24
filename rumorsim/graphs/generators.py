"""Follow graphs made from a few numbers: one function each, a registry of all.

All are linear in accounts + follows, write sparse rows directly and draw only from
addressed randomness (purpose GRAPH): the same arguments give the same graph on every
machine. Undirected families are followed both ways.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, whole_number
from rumorsim.common.randomness import Purpose, address_word, philox_array, uniform_array
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.power_law import power_law
from rumorsim.graphs.propensities import (
    Floats,
    Ints,
    graph_seed,
    require,
    require_mean,
    rounded24,
)
from rumorsim.graphs.vectors import Rooms, Vector, blocks_of, graph_of_rows, in_order

#: Addresses of the generators' stages; 0-15 are those of the power-law graph.
_ERDOS_RENYI, _REGULAR, _SMALL_WORLD = 16, 20, 24
_POPULARITY, _ACTIVITY, _DRAW = 32, 33, 34
#: Draws again for followees that were drawn already; what is missing then stays missing.
_ROUNDS = 12
#: No account is this many times as likely to be followed as the least popular.
_MOST_POPULAR = 200.0
#: Pairings tried without mending, and the ends that may be shuffled for it; then with.
_PURE_ATTEMPTS, _PURE_WORK, _MENDED_ATTEMPTS = 200, 50_000_000, 20


def erdos_renyi(accounts: int, mean_followers: float, *, seed: int) -> FollowGraph:
    """Directed G(n, p): each follow exists with p = mean_followers / (accounts - 1).

    Exact up to the table's rounding: every account has a binomial number of followers
    (drawn from a table of the distribution, 24 significant bits), every set of that
    size being equally likely. Gilbert (1959).
    """
    return graph_of_rows(*erdos_renyi_rows(Rooms(), accounts, mean_followers, seed=seed))


def erdos_renyi_rows(
    rooms: Rooms, accounts: int, mean_followers: float, *, seed: int
) -> tuple[Ints, Vector]:
    """How many followers each account has in :func:`erdos_renyi`, and all, account by account."""
    from scipy.stats import binom

    from rumorsim.engine.kernels.random_graphs import places_in, uniform_rows

    accounts, seed = whole_number(accounts, "accounts", 1), graph_seed(seed)
    require_mean(mean_followers, accounts)
    others = accounts - 1
    share = mean_followers / others if others else 0.0
    top = min(others, int(mean_followers + 12.0 * (mean_followers + 9.0) ** 0.5))
    table = rounded24(np.asarray(binom.cdf(np.arange(top), others, share), np.float64))
    word = address_word(Purpose.GRAPH, _ERDOS_RENYI)
    counts: Ints = places_in(table, seed, word, accounts)

    def draw(block: tuple[int, int]) -> NDArray[np.int32]:
        columns: NDArray[np.int32] = uniform_rows(*block, counts, seed, word + 1)
        return columns

    followers = rooms.result(int(counts.sum()))
    # Each block marks who was drawn in a table of all accounts: it has to be worth that.
    blocks = blocks_of(counts, max(rooms.block, accounts))
    rooms.fill(followers, in_order(draw, blocks, rooms.workers), "follows drawn")
    return counts, followers


def regular(accounts: int, degree: int, *, seed: int) -> FollowGraph:
    """A random simple graph in which all have the same degree, followed both ways.

    Ends are paired at random until no pair is a loop or a repetition, which makes every
    such graph equally likely (Bollobas 1980). Where that would take too long (degree
    above 3, large graphs) such pairs are mended by random switches instead: about
    degree**2 / 4 of them, whatever the number of accounts. Above half of the accounts
    the complement is drawn.
    ``accounts * degree`` must be even and degree < accounts.
    """
    accounts, seed = whole_number(accounts, "accounts", 1), graph_seed(seed)
    degree = whole_number(degree, "degree")
    require(degree < accounts, "degree", degree, "must be below accounts")
    require(accounts * degree % 2 == 0, "degree", degree, "accounts * degree must be even")
    if 2 * degree > accounts - 1:
        return _complement(regular(accounts, accounts - 1 - degree, seed=seed))
    from rumorsim.engine.kernels.random_ties import paired_ends

    pure = min(_PURE_ATTEMPTS, _PURE_WORK // max(accounts * degree, 1))
    for attempt in range(pure + _MENDED_ATTEMPTS):
        word = address_word(Purpose.GRAPH, _REGULAR + 1024 * attempt)
        one, two, done = paired_ends(accounts, degree, seed, word, attempt >= pure)
        if done:
            return _both_ways(one, two, accounts)
    advice = "try another seed or more accounts"
    raise InputError("no simple graph was found", key="degree", value=str(degree), advice=advice)


def small_world(accounts: int, neighbours: int, rewiring: float, *, seed: int) -> FollowGraph:
    """Watts and Strogatz's small world, followed both ways.

    A ring in which each account is tied to its ``neighbours`` nearest (an even number);
    each tie moves one end to a random account with probability ``rewiring`` in [0, 1].
    Watts and Strogatz, Nature 393 (1998).
    """
    accounts, seed = whole_number(accounts, "accounts", 1), graph_seed(seed)
    neighbours = whole_number(neighbours, "neighbours")
    require(neighbours % 2 == 0, "neighbours", neighbours, "must be even")
    require(neighbours < accounts, "neighbours", neighbours, "must be below accounts")
    from rumorsim.engine.kernels.random_ties import rewired_ring

    require(0.0 <= rewiring <= 1.0, "rewiring", rewiring, "must be in [0, 1]")
    word = address_word(Purpose.GRAPH, _SMALL_WORLD)
    one, two = rewired_ring(accounts, neighbours, rewiring, seed, word)
    return _both_ways(one, two, accounts)


def complete(accounts: int) -> FollowGraph:
    """Everybody follows everybody else."""
    accounts = whole_number(accounts, "accounts", 1)
    nobody = FollowGraph(np.zeros(accounts + 1, np.int64), np.empty(0, np.int32))
    return _complement(nobody)


def star(accounts: int) -> FollowGraph:
    """Account 0 is followed by all others, who follow nobody else."""
    accounts = whole_number(accounts, "accounts", 1)
    offsets = np.full(accounts + 1, accounts - 1, np.int64)
    offsets[0] = 0
    return FollowGraph(offsets, np.arange(1, accounts, dtype=np.int32))


def path(accounts: int) -> FollowGraph:
    """Information can travel 0 -> 1 -> 2 ...: each account follows the one before it."""
    accounts = whole_number(accounts, "accounts", 1)
    offsets = np.minimum(np.arange(accounts + 1, dtype=np.int64), accounts - 1)
    return FollowGraph(offsets, np.arange(1, accounts, dtype=np.int32))


def tree(branching: int, depth: int) -> FollowGraph:
    """Outward from the root, account 0: each account above ``depth`` has ``branching`` followers.

    Accounts are numbered level by level; depth 0 is the root alone.
    """
    branching, depth = whole_number(branching, "branching", 1), whole_number(depth, "depth")
    accounts = sum(branching**level for level in range(depth + 1))
    parents = (accounts - 1) // branching
    starts = np.minimum(np.arange(accounts + 1, dtype=np.int64), parents)
    return FollowGraph(starts * branching, np.arange(1, accounts, dtype=np.int32))


def _both_ways(one: NDArray[np.int32], two: NDArray[np.int32], accounts: int) -> FollowGraph:
    from rumorsim.engine.kernels.csr import sorted_rows

    rows, columns = np.concatenate([one, two]), np.concatenate([two, one])
    offsets, followers, _, _, _ = sorted_rows(rows, columns, np.empty(0), accounts)
    return FollowGraph(offsets, followers)


def _complement(graph: FollowGraph) -> FollowGraph:
    """Follows exactly where ``graph`` has none."""
    from rumorsim.engine.kernels.random_graphs import missing_rows

    return FollowGraph(*missing_rows(graph.offsets, graph.followers))


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
    offsets = np.concatenate([[0], np.cumsum(np.bincount(found // accounts, minlength=accounts))])
    return FollowGraph(offsets, (found % accounts).astype(np.int32))


def _edges_of_groups(accounts: int, groups: int) -> Ints:
    """Where each community begins, and the end; nobody's community is empty."""
    share = np.cumsum(1.0 / (np.arange(groups) + 2.0))
    edges = np.floor(share / share[-1] * (accounts - groups)).astype(np.int64)
    edges += np.arange(1, groups + 1)
    edges[-1] = accounts
    return np.concatenate([[0], edges])


def _popularity(accounts: int, exponent: float, seed: int) -> Floats:
    words = philox_array(seed, address_word(Purpose.GRAPH, _POPULARITY), np.arange(accounts), 0, 0)
    drawn = uniform_array(words[0]) ** (-1.0 / (exponent - 1.0))
    return rounded24(np.minimum(drawn, _MOST_POPULAR))


def _followees_wanted(accounts: int, mean: float, seed: int) -> Ints:
    """How many each account would follow: even between half and one and a half of the mean."""
    words = philox_array(seed, address_word(Purpose.GRAPH, _ACTIVITY), np.arange(accounts), 0, 0)
    exact = mean * (0.5 + uniform_array(words[0]))
    whole = np.floor(exact + uniform_array(words[1])).astype(np.int64)
    return np.minimum(whole, accounts - 1)


def _drawn(
    follower: Ints, group: Ints, edges: Ints, ends: Floats, mixing: float, seed: int, attempt: int
) -> Ints:
    """A followee for each entry, by popularity within the community or among all."""
    order = np.arange(follower.size)
    words = philox_array(seed, address_word(Purpose.GRAPH, _DRAW), follower, order, attempt)
    outside = uniform_array(words[0]) < mixing
    low = np.where(outside, 0.0, ends[edges[group[follower]]])
    high = np.where(outside, ends[-1], ends[edges[group[follower] + 1]])
    at = low + uniform_array(words[1]) * (high - low)
    place: Ints = np.searchsorted(ends, at, side="right").astype(np.int64) - 1
    return np.clip(place, 0, len(group) - 1)


#: Every generator by the ``kind`` that configurations and the command line know it by.
GENERATORS: dict[str, Callable[..., FollowGraph]] = {
    "power-law": power_law,
    "erdos-renyi": erdos_renyi,
    "regular": regular,
    "small-world": small_world,
    "communities": communities,
    "complete": complete,
    "star": star,
    "path": path,
    "tree": tree,
}
