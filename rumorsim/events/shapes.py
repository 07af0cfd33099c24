"""Shapes of cascades: how large, deep, broad and branching the trees of a forest are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.events.posts import depths_and_roots


@dataclass(frozen=True)
class Shapes:
    """The shape of each tree, all of shape [trees], in order of publication.

    ``root`` is the post published; ``size`` counts posts; ``depth`` generations below the
    root; ``breadth`` the most posts in one generation; ``virality`` the mean distance
    between two posts of the tree (0 where there is only one, which has none).
    """

    root: NDArray[np.int64]
    size: NDArray[np.int64]
    depth: NDArray[np.int64]
    breadth: NDArray[np.int64]
    virality: NDArray[np.float64]


@dataclass(frozen=True)
class Forest:
    """The trees of all posts: their ``shapes``, and each post's place in them.

    ``tree`` (index into the shapes) and ``generation`` (0: the publication) are int64 [posts].
    """

    shapes: Shapes
    tree: NDArray[np.int64]
    generation: NDArray[np.int64]


def shapes(parent: NDArray[np.int32]) -> Shapes:
    """The shapes of the trees given by each post's ``parent`` (-1 for a publication)."""
    return forest(parent).shapes


def forest(parent: NDArray[np.int32]) -> Forest:
    """The trees given by each post's ``parent`` (-1 for a publication), which comes before it."""
    return _forest(parent, *depths_and_roots(parent))


def pruned(
    whole: Forest, parent: NDArray[np.int32], kept: NDArray[np.bool_]
) -> tuple[Forest, NDArray[np.int32]]:
    """A forest without some posts, and the parents of those that are left.

    ``kept`` (bool [posts]) holds every publication, and of a post that it holds the parent; the
    posts that are left are numbered anew in the same order.
    """
    number = np.cumsum(kept, dtype=np.int32) - 1
    shared = parent[kept]
    shared = np.where(shared < 0, shared, number[shared])
    root = number[whole.shapes.root][whole.tree[kept]]
    return _forest(shared, whole.generation[kept], root), shared


def _forest(
    parent: NDArray[np.int32], depth: NDArray[np.int64], root: NDArray[np.integer[Any]]
) -> Forest:
    """The trees of posts whose generations and publications are known.

    Structural virality (Goel, Anderson, Hofman and Watts 2016) without looking at pairs: the
    edge above a post parts its subtree of s posts from the other n - s, so it lies on
    s (n - s) of the paths; their sum over the n (n - 1) / 2 pairs is exact in whole numbers.
    """
    roots = np.flatnonzero(parent < 0)
    number = np.empty(len(parent), np.int64)
    number[roots] = np.arange(len(roots))
    tree = number[root]
    size = np.bincount(tree, minlength=len(roots))
    deepest, breadth = _generations(tree, depth, len(roots))
    below = _subtree_sizes(parent, depth)
    paths = np.zeros(len(roots), np.int64)
    np.add.at(paths, tree, below * (size[tree] - below))
    pairs = size * (size - 1)
    virality = np.divide(2 * paths, pairs, out=np.zeros(len(roots)), where=pairs > 0)
    return Forest(Shapes(roots, size, deepest, breadth, virality), tree, depth)


def order_of(numbers: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """The stable order of numbers of [0, ``most``]; where these are few by radix sort."""
    return np.argsort(numbers.astype(np.uint16) if most < 1 << 16 else numbers, kind="stable")


def _generations(
    tree: NDArray[np.int64], depth: NDArray[np.int64], trees: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The last generation of each tree and the most posts in one of its generations."""
    levels = int(depth.max(initial=0)) + 1
    deepest, breadth = np.zeros((2, trees), np.int64)
    np.maximum.at(deepest, tree, depth)
    if trees * levels > 4 * len(tree):
        cells, posts = np.unique(tree * levels + depth, return_counts=True)
        np.maximum.at(breadth, cells // levels, posts)
    elif trees:
        posts = np.bincount(tree * levels + depth, minlength=trees * levels)
        breadth = posts.reshape(trees, levels).max(axis=1)
    return deepest, breadth


def _subtree_sizes(parent: NDArray[np.int32], depth: NDArray[np.int64]) -> NDArray[np.int64]:
    """Posts at or below each post, added up from the deepest generation."""
    size = np.ones(len(parent), np.int64)
    deepest = int(depth.max(initial=0))
    order = order_of(depth, deepest)
    ends = np.cumsum(np.bincount(depth, minlength=deepest + 1)).tolist()
    for level in range(deepest, 0, -1):
        generation = order[ends[level - 1] : ends[level]]
        np.add.at(size, parent[generation], size[generation])
    return size
