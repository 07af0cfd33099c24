"""Summaries of a follow graph: reciprocity, clustering, components, growth along follows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.samples import component_share, sampled_clustering, sampled_reciprocity

Array = NDArray[np.float64]

#: Work (sum of squared degrees) up to which clustering is computed, not sampled.
_EXACT_WORK = 200_000_000
#: Follows up to which all are looked up the other way round, not a sample of them.
_EXACT_FOLLOWS = 1 << 27
#: Steps of the power method, and the relative change that ends it.
_STEPS, _ENOUGH = 2000, 1e-7
_QUANTILES = (0.0, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0)


def reciprocity(graph: FollowGraph) -> float:
    """The share of follows that are returned, in [0, 1]; 0 without follows.

    Exact: takes as much memory as the follows do. See :func:`.sampled_reciprocity`.
    """
    from rumorsim.engine.kernels.csr import mutual_entries, turned_rows

    turned = turned_rows(graph.offsets, graph.followers, graph.accounts)
    found = mutual_entries(graph.offsets, graph.followers, *turned)
    return float(found) / graph.follows if graph.follows else 0.0


def _tied(graph: FollowGraph) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Rows of accounts tied by a follow in either direction."""
    from rumorsim.engine.kernels.csr import sorted_rows

    ends = [graph.followees(), graph.followers]
    rows, columns = np.concatenate(ends), np.concatenate(ends[::-1])
    offsets, tied, _, _, _ = sorted_rows(rows, columns, np.empty(0), graph.accounts)
    return offsets, tied


def clustering(graph: FollowGraph, *, exact_work: int = _EXACT_WORK) -> tuple[float, float]:
    """Mean local clustering with directions left out, and its standard error.

    The share of pairs of an account's contacts that are contacts, averaged over all
    accounts (0 for those with fewer than two), as Watts and Strogatz (1998) do. Exact,
    with standard error 0, up to a work of ``exact_work``; otherwise from 200,000
    sampled pairs, the same ones every time.
    """
    from rumorsim.engine.kernels.csr import closed_shares

    # Nobody has more than twice as many contacts as follows in both directions say.
    most = graph.follower_counts() + graph.followee_counts()
    if _work(most) <= 4.0 * exact_work:
        offsets, columns = _tied(graph)
        if _work(np.diff(offsets)) <= exact_work:
            return float(closed_shares(offsets, columns).mean()) if graph.accounts else 0.0, 0.0
    return sampled_clustering(graph)


def _work(degree: NDArray[np.int64]) -> float:
    return float(np.sum(degree.astype(np.float64) ** 2))


def _quantiles(counts: NDArray[np.int64]) -> dict[str, float]:
    if counts.size == 0:
        return {}
    values = np.quantile(counts, _QUANTILES, method="inverted_cdf").astype(float).tolist()
    return {f"{q:g}": value for q, value in zip(_QUANTILES, values, strict=True)}


def describe(graph: FollowGraph) -> dict[str, Any]:
    """Sizes, what was dropped, quantiles of both counts, reciprocity, clustering, component."""
    share, error = clustering(graph)
    sampled = graph.follows > _EXACT_FOLLOWS
    mutual, about = sampled_reciprocity(graph) if sampled else (reciprocity(graph), 0.0)
    return {
        "accounts": graph.accounts,
        "follows": graph.follows,
        "mean_followers": graph.mean_followers,
        "self_loops_dropped": graph.self_loops,
        "duplicates_dropped": graph.duplicates,
        "weighted": graph.weights is not None,
        "followers_quantiles": _quantiles(graph.follower_counts()),
        "followees_quantiles": _quantiles(graph.followee_counts()),
        "reciprocity": mutual,
        "reciprocity_standard_error": about,
        "clustering": share,
        "clustering_standard_error": error,
        "clustering_sampled": error > 0.0,
        "largest_component_share": component_share(graph),
        "digest": graph.digest(),
    }


def weighted_followers(graph: FollowGraph, weights: Array) -> float:
    """Mean weight of the followers of an account reached through a follow; 0 without follows.

    Each account counts by the weight of the follows that lead to it: sum of in * out over
    sum of in. Where all weigh 1 that is the mean over follows of the follower's followers.
    """
    into = np.bincount(graph.followers, weights, minlength=graph.accounts)
    out = np.bincount(graph.followees(), weights, minlength=graph.accounts)
    total = float(into.sum())
    return float(into @ out) / total if total else 0.0


def plain_followers(graph: FollowGraph) -> float:
    """:func:`weighted_followers` where all follows weigh 1, without an array of follows."""
    into = graph.followee_counts().astype(np.float64)
    total = float(into.sum())
    return float(into @ graph.follower_counts().astype(np.float64)) / total if total else 0.0


def mean_onward(graph: FollowGraph, weights: Array) -> float:
    """:func:`weighted_followers` without the account that it was reached from.

    <k^2> / <k> - 1 where all follow each other and weigh 1.
    """
    total = float(weights.sum())
    if not total:
        return 0.0
    back = _matrix(graph, weights)
    returned = float(back.multiply(back.T).sum())
    return weighted_followers(graph, weights) - returned / total


def returned(graph: FollowGraph) -> NDArray[np.bool_]:
    """Whether each follow is returned; bool[M], aligned with ``graph.followers``."""
    places = _matrix(graph, np.arange(1.0, graph.follows + 1.0))
    both = places.multiply(_matrix(graph, np.ones(graph.follows)).T.tocsr())
    found = np.zeros(graph.follows, dtype=bool)
    found[both.data.astype(np.int64) - 1] = True
    return found


def spectral_radius(graph: FollowGraph, weights: Array) -> float:
    """The largest eigenvalue of the matrix of weights (float64[M], not negative).

    By the power method, to seven digits where the matrix has a gap. Weights lead back only
    within strongly connected parts, so all others are left out: 0 for a graph without cycles.
    """
    from scipy.sparse.csgraph import connected_components

    matrix = _matrix(graph, weights.copy()).copy()  # the graph's own arrays cannot be changed
    matrix.eliminate_zeros()
    _, part = connected_components(matrix, directed=True, connection="strong")
    rows = np.repeat(np.arange(graph.accounts), np.diff(matrix.indptr))
    matrix.data[part[rows] != part[matrix.indices]] = 0.0
    matrix.eliminate_zeros()
    if not matrix.nnz:
        return 0.0
    # Adding a multiple of the identity keeps the power method from going round in a circle.
    shift = float(matrix.data.max())
    vector = np.ones(graph.accounts)
    before = math.inf
    for _ in range(_STEPS):
        vector = matrix @ vector + shift * vector
        size = float(np.linalg.norm(vector))
        vector /= size
        found = float(vector @ (matrix @ vector))
        if abs(found - before) <= _ENOUGH * found:
            break
        before = found
    return found


def _matrix(graph: FollowGraph, values: NDArray[Any]) -> Any:
    from scipy.sparse import csr_array

    offsets = graph.offsets if graph.follows > 2**31 - 1 else graph.offsets.astype(np.int32)
    shape = (graph.accounts, graph.accounts)
    return csr_array((values, graph.followers, offsets), shape=shape)
