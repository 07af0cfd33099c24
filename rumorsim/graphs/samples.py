"""Statistics of graphs of which there is no room for a second copy: from samples, row by row.

A follow graph is kept by whom it leads to. What is asked the other way round is looked for in one
pass over all follows, for the accounts of the sample alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.progress import move_heartbeat
from rumorsim.common.randomness import Purpose, address_word, philox_array, uniform_array
from rumorsim.graphs.arrays import forget
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.vectors import blocks_of

#: How many pairs, or follows, are drawn: the same ones every time.
SAMPLE: Final = 200_000
_PAIRS, _FOLLOWS = 4096, 4097
#: Follows that are gone through at a time: 64 MiB.
_BLOCK: Final = 1 << 24


def sample_draws(stage: int) -> list[NDArray[np.float64]]:
    """Three numbers in [0, 1) for each of the sample; float64[SAMPLE] each."""
    index = np.arange(SAMPLE, dtype=np.uint64)
    words = philox_array(0, address_word(Purpose.GRAPH, stage), index, 0, 0)
    return [uniform_array(word) for word in words[:3]]


def sampled_reciprocity(graph: FollowGraph) -> tuple[float, float]:
    """The share of follows that are returned, and its standard error, from 200,000 follows."""
    from rumorsim.engine.kernels.graph_samples import entries_there

    follows = np.minimum(
        (sample_draws(_FOLLOWS)[0] * graph.follows).astype(np.int64), graph.follows - 1
    )
    followed = np.searchsorted(graph.offsets, follows, side="right") - 1
    followers = graph.followers[follows].astype(np.int64)
    return _share(entries_there(graph.offsets, graph.followers, followers, followed))


def sampled_clustering(graph: FollowGraph) -> tuple[float, float]:
    """Mean local clustering with directions left out, and its standard error.

    Two contacts of each of 200,000 accounts, drawn at random; who has fewer than two counts as 0.
    """
    from rumorsim.engine.kernels.graph_samples import entries_there, pairs_of_contacts

    place, one, other = sample_draws(_PAIRS)
    accounts = _below(graph.accounts, place)
    drawn, which = np.unique(accounts, return_inverse=True)
    starts, followees = _followees_of(graph, drawn)
    pairs = np.empty((SAMPLE, 2), np.int64)
    pairs_of_contacts(
        graph.offsets, graph.followers, starts, followees, accounts, which, one, other, pairs
    )
    there = pairs[:, 0] >= 0
    first, second = pairs[there].T.copy()
    tied = np.zeros(SAMPLE, np.bool_)
    tied[there] = entries_there(graph.offsets, graph.followers, first, second)
    tied[there] |= entries_there(graph.offsets, graph.followers, second, first)
    return _share(tied)


def _below(size: int, draws: NDArray[np.float64]) -> NDArray[np.int64]:
    """A whole number in [0, size) for each number in [0, 1)."""
    return np.minimum((draws * size).astype(np.int64), size - 1)


def _share(found: NDArray[np.bool_]) -> tuple[float, float]:
    """The share that is true, and its standard error; one more of each, so that none is 0."""
    about = (float(found.sum()) + 1.0) / (found.size + 2.0)
    return float(found.mean()), (about * (1.0 - about) / found.size) ** 0.5


def _followees_of(
    graph: FollowGraph, accounts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Whom each of some accounts follows, ascending: where each begins, and all of them."""
    from rumorsim.engine.kernels.graph_samples import rows_with

    marked = np.zeros(graph.accounts, np.bool_)
    marked[accounts] = True
    number = np.zeros(graph.accounts, np.int32)
    number[accounts] = np.arange(accounts.size, dtype=np.int32)
    starts = np.concatenate([[0], np.cumsum(graph.followee_counts()[accounts])])
    place, found = starts[:-1].copy(), np.empty(starts[-1], np.int32)
    for begin, end, followers in _row_blocks(graph):
        rows_with(begin, end, graph.offsets, followers, marked, number, place, found)
    return starts, found


def component_share(graph: FollowGraph) -> float:
    """The share of accounts in the largest weakly connected component; 0 without accounts."""
    from rumorsim.engine.kernels.graph_samples import joined, largest_tree

    if graph.accounts == 0:
        return 0.0
    parent = np.arange(graph.accounts, dtype=np.int32)
    for begin, end, followers in _row_blocks(graph):
        joined(begin, end, graph.offsets, followers, parent)
    return float(largest_tree(parent)) / graph.accounts


def _row_blocks(graph: FollowGraph) -> Iterator[tuple[int, int, NDArray[Any]]]:
    """First row, last row and followers of one block of accounts after another."""
    for begin, end in blocks_of(graph.follower_counts(), _BLOCK):
        yield begin, end, graph.followers[graph.offsets[begin] : graph.offsets[end]]
        move_heartbeat(int(graph.offsets[end]), graph.follows, "follows looked through")
        # Pages that were read are given back: the graph may be larger than memory.
        forget(graph.followers, 0)
