"""How fast what passes along follows grows: branching and the largest eigenvalue."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from rumorsim.graphs.follows import FollowGraph


Array = NDArray[np.float64]

#: Steps of the power method, and the relative change that ends it.
_STEPS: Final = 2000
_ENOUGH: Final = 1e-7


def weighted_followers(graph: FollowGraph, weights: Array) -> float:
    """Mean weight of the followers of an account reached through a follow; 0 without follows.

    Each account counts by the weight of the follows that lead to it: sum of in * out over
    sum of in. Where all weigh 1 that is the mean over follows of the follower's followers.
    """
    into, out = _into(graph, weights), _out(graph, weights)
    total = float(into.sum())
    return float(into @ out) / total if total else 0.0


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

    matrix = _matrix(graph, weights).copy()  # the graph's own arrays cannot be changed
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


def _matrix(graph: FollowGraph, weights: Array) -> Any:
    from scipy.sparse import csr_array

    shape = (graph.accounts, graph.accounts)
    return csr_array((weights.copy(), graph.followers, graph.offsets), shape=shape)


def _into(graph: FollowGraph, weights: Array) -> Array:
    return np.bincount(graph.followers, weights, minlength=graph.accounts).astype(np.float64)


def _out(graph: FollowGraph, weights: Array) -> Array:
    followees = np.repeat(np.arange(graph.accounts, dtype=np.int32), graph.follower_counts())
    return np.bincount(followees, weights, minlength=graph.accounts).astype(np.float64)
