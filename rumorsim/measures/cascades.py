"""Cascades: the trees posts make, how large, deep, broad and how branching they are."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.posts import PostLog
from rumorsim.events.shapes import Shapes, shapes
from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import by_stories
from rumorsim.measures.summaries import summary, summary_meanings


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
