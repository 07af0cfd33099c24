"""Cascades: the trees posts make, how large, deep, broad and how branching they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.posts import PostLog, depths_and_roots
from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import by_stories
from rumorsim.measures.summaries import summary, summary_meanings


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


def shapes(parent: NDArray[np.int32]) -> Shapes:
    """The shapes of the trees given by each post's ``parent`` (-1 for a publication).

    Structural virality (Goel, Anderson, Hofman and Watts 2016) without looking at pairs: the
    edge above a post parts its subtree of s posts from the other n - s, so it lies on
    s (n - s) of the paths; their sum over the n (n - 1) / 2 pairs is exact in whole numbers.
    """
    depth, root = depths_and_roots(parent)
    roots, tree, size = np.unique(root, return_inverse=True, return_counts=True)
    deepest = np.zeros(len(roots), np.int64)
    np.maximum.at(deepest, tree, depth)
    levels = int(deepest.max(initial=0)) + 1
    cells, posts = np.unique(tree * levels + depth, return_counts=True)
    breadth = np.zeros(len(roots), np.int64)
    np.maximum.at(breadth, cells // levels, posts)
    below = _subtree_sizes(parent, depth)
    paths = np.zeros(len(roots), np.int64)
    np.add.at(paths, tree, below * (size[tree] - below))
    pairs = size * (size - 1)
    virality = np.divide(2 * paths, pairs, out=np.zeros(len(roots)), where=pairs > 0)
    return Shapes(roots, size, deepest, breadth, virality)


def _subtree_sizes(parent: NDArray[np.int32], depth: NDArray[np.int64]) -> NDArray[np.int64]:
    """Posts at or below each post, added up from the deepest generation."""
    size = np.ones(len(parent), np.int64)
    order = np.argsort(depth, kind="stable")
    starts = np.searchsorted(depth[order], np.arange(1, int(depth.max(initial=0)) + 2))
    for low, high in zip(starts[-2::-1], starts[:0:-1], strict=True):
        generation = order[low:high]
        np.add.at(size, parent[generation], size[generation])
    return size


class State:
    """Memory: 20 bytes x posts."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.posts = PostLog()


class Cascades(OfState[State]):
    """Size, depth, breadth and structural virality of the trees, by story and truth.

    One tree a publication. Structural virality is undefined for a post nobody shared, so its
    ``count`` is the number of trees of two posts or more.
    """

    state: ClassVar = State
    name: ClassVar[str] = "cascades"
    summary: ClassVar[str] = "size, depth, breadth and structural virality of cascades"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.PUBLISH, Kind.SHARE})
    meanings: ClassVar[dict[str, Meaning]] = {
        "*trees": Meaning("trees", "publications, shared or not"),
        **summary_meanings("*size", "posts", "posts in a tree, the publication included"),
        **summary_meanings("*depth", "generations", "longest chain of shares in a tree"),
        **summary_meanings("*breadth", "posts", "most posts in one generation of a tree"),
        **summary_meanings(
            "*structural_virality", "steps", "mean distance between two posts of a tree"
        ),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        state.posts.observe(batch)

    @override
    def value(self, state: State) -> dict[str, Any]:
        every = shapes(state.posts.parent)
        story = state.posts.story[every.root]
        return {
            **_summaries(every, np.ones(len(story), bool)),
            **by_stories(state.facts, lambda _, stories: _summaries(every, stories[story])),
        }


def _summaries(every: Shapes, chosen: NDArray[np.bool_]) -> dict[str, Any]:
    shared = chosen & (every.size > 1)
    return {
        "trees": int(np.count_nonzero(chosen)),
        "size": summary(every.size[chosen]),
        "depth": summary(every.depth[chosen]),
        "breadth": summary(every.breadth[chosen]),
        "structural_virality": summary(every.virality[shared]),
    }
