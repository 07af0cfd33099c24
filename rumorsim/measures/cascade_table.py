"""A table of cascades: all shares with their delays and generations, and the tree of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from rumorsim.events.posts import PostLog
from rumorsim.events.shapes import Forest, forest, order_of, pruned
from rumorsim.events.stream import Facts, ObservationFacts

#: All cascades, whole.
EVERYTHING: Final = ObservationFacts()
#: Columns over shares and over cascades that :meth:`CascadeTable.take` copies as they are.
_OF_SHARES: Final = ("author", "generation", "delay", "age", "children")
_OF_CASCADES: Final = (
    *("story", "truth", "held", "time", "size", "direct"),
    *("depth", "breadth", "virality", "repeats", "half"),
)


@dataclass(frozen=True, eq=False)
class CascadeTable:
    """Cascades with their shares: one tree of an original and what was shared of it each.

    Columns over shares, [shares], those of a cascade together and in order of time:
    ``cascade`` (index of the cascade, int64), ``parent`` (row of the share that was shared, -1:
    the original, int64), ``author`` (account, int32), ``generation`` (1: a share of the
    original, int64), ``delay`` since what was shared and ``age`` since the original was
    published (hours, float64), ``children`` (shares of this share, int64).

    Columns over cascades, [cascades]: ``story`` (int32), ``truth`` (bool), ``held`` (whether a
    data set would hold it, bool), ``time`` of the original (hours, float64), ``size`` (shares),
    ``direct`` (shares of the original), ``depth`` (generations), ``breadth`` (most posts in one
    generation, the original being one), ``repeats`` (shares by an account that had shared in
    the cascade before; all int64), ``virality`` (mean distance between two posts, 0 without
    shares), ``half`` (hours from the original until half of the shares, rounded up, were made;
    NaN without shares; both float64).

    ``start`` is the hour of the day at time 0, None where it is not known; ``statistics`` names
    those of other packages that the observation asks for; ``out_of`` is how many
    cascades there were before those that a data set would not hold were left out.
    """

    cascade: NDArray[np.int64]
    parent: NDArray[np.int64]
    author: NDArray[np.int32]
    generation: NDArray[np.int64]
    delay: NDArray[np.float64]
    age: NDArray[np.float64]
    children: NDArray[np.int64]
    story: NDArray[np.int32]
    truth: NDArray[np.bool_]
    held: NDArray[np.bool_]
    time: NDArray[np.float64]
    size: NDArray[np.int64]
    direct: NDArray[np.int64]
    depth: NDArray[np.int64]
    breadth: NDArray[np.int64]
    virality: NDArray[np.float64]
    repeats: NDArray[np.int64]
    half: NDArray[np.float64]
    start: float | None
    statistics: tuple[str, ...]
    out_of: int

    def __len__(self) -> int:
        """How many cascades there are."""
        return len(self.size)

    @property
    def shares(self) -> int:
        """How many shares there are."""
        return len(self.cascade)

    @classmethod
    def of_posts(
        cls, posts: PostLog, facts: Facts, observation: ObservationFacts | None = None
    ) -> Self:
        """The table of all posts of a stream, those left out that come too late.

        ``observation`` says what a data set would hold; absent: that of the facts, and without
        one everything.
        """
        seen = observation or facts.observation or EVERYTHING
        parent, author, time = posts.parent, posts.author, posts.time
        trees = forest(parent)
        age = time - time[trees.shapes.root[trees.tree]]
        story = posts.story
        if seen.age is not None and (late := age > seen.age).any():
            kept = ~late
            trees, parent = pruned(trees, parent, kept)
            author, time, age, story = author[kept], time[kept], age[kept], story[kept]
        return cls(**_columns(parent, author, time, age, story, trees, facts, seen))

    def take(self, cascades: NDArray[np.integer[Any]], out_of: int | None = None) -> Self:
        """These cascades, by index, with their shares; one may be named several times.

        ``out_of`` is how many there were; absent: as many as are named.
        """
        size = self.size[cascades]
        before, after = _begins(self.size)[cascades], _begins(size)
        cascade = np.repeat(np.arange(len(size)), size)
        shift = np.repeat(before - after, size)
        row = shift + np.arange(len(cascade))
        parent = self.parent[row]
        return type(self)(
            cascade=cascade,
            parent=np.where(parent < 0, parent, parent - shift),
            start=self.start,
            statistics=self.statistics,
            out_of=len(size) if out_of is None else out_of,
            **{name: getattr(self, name)[row] for name in _OF_SHARES},
            **{name: getattr(self, name)[cascades] for name in _OF_CASCADES},
        )

    def of_truth(self, truth: bool) -> Self:
        """The cascades of stories that are true, or not."""
        return self.take(np.flatnonzero(self.truth == truth))

    def as_held(self) -> Self:
        """The cascades that a data set would hold; ``out_of`` stays."""
        return self if self.held.all() else self.take(np.flatnonzero(self.held), self.out_of)


def _begins(size: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first row of each cascade."""
    return np.cumsum(size) - size


def _columns(
    parent: NDArray[np.int32],
    author: NDArray[np.int32],
    time: NDArray[np.float64],
    age: NDArray[np.float64],
    story: NDArray[np.int32],
    trees: Forest,
    facts: Facts,
    seen: ObservationFacts,
) -> dict[str, Any]:
    """The columns of a table by name, from those of posts in the order of the stream."""
    shapes = trees.shapes
    size = shapes.size - 1
    post = np.flatnonzero(parent >= 0)
    post = post[order_of(trees.tree[post], len(size))]
    row = np.full(len(parent), -1)
    row[post] = np.arange(len(post))
    cascade, shared = trees.tree[post], parent[post]
    children = np.bincount(shared, minlength=len(parent))
    shared_age = age[post]
    half = np.full(len(size), np.nan)
    some = size > 0
    half[some] = shared_age[(_begins(size) + (size - 1) // 2)[some]]
    most = np.inf if seen.most is None else seen.most
    truths = np.array([each.truth for each in facts.stories], bool)
    return {
        "cascade": cascade,
        "parent": row[shared],
        "author": author[post],
        "generation": trees.generation[post],
        "delay": time[post] - time[shared],
        "age": shared_age,
        "children": children[post],
        "story": story[shapes.root],
        "truth": truths[story[shapes.root]],
        "held": (size >= seen.fewest) & (size <= most),
        "time": time[shapes.root],
        "size": size,
        "direct": children[shapes.root],
        "depth": shapes.depth,
        "breadth": shapes.breadth,
        "virality": shapes.virality,
        "repeats": _repeats(cascade, author[post], facts.accounts, len(size)),
        "half": half,
        "start": hour_of_day(facts.start),
        "statistics": seen.statistics,
        "out_of": len(size),
    }


def _repeats(
    cascade: NDArray[np.int64], author: NDArray[np.int32], accounts: int, cascades: int
) -> NDArray[np.int64]:
    """Shares of each cascade by an account that had shared in it before, [cascades]."""
    pairs = np.sort(cascade * accounts + author)
    again = pairs[1:][pairs[1:] == pairs[:-1]]
    return np.bincount(again // max(accounts, 1), minlength=cascades)


def hour_of_day(start: str) -> float | None:
    """The hour of the day, with its fraction, of a local date and time; None for no text."""
    if not start:
        return None
    at = datetime.fromisoformat(start)
    return at.hour + at.minute / 60 + at.second / 3600
