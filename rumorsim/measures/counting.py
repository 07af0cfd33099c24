"""Counting over a stream: bins of time, first appearances, columns that grow.

All of it is whole numbers or plain appends in stream order, which is why a value cannot
depend on where the stream was cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.events.stream import Batch, Facts, StoryFacts

#: A curve has this many equal bins of [0, horizon), so one more edge than that.
BINS: Final = 100
#: Cascades of a replay up to which each is a story of its own in measures.
_MANY_CASCADES: Final = 100


def ratio(part: float, whole: float) -> float | None:
    """``part / whole``, or None when there is nothing to divide by."""
    return part / whole if whole else None


def unique_names(names: Sequence[str]) -> list[str]:
    """The names, a repeated one told apart as ``name (2)``: no two may share a column."""
    seen: dict[str, int] = {}
    unique: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique


def story_names(facts: Facts) -> list[str]:
    """One distinct name a story, in story order."""
    return unique_names([story.name for story in facts.stories])


def truth_groups(facts: Facts) -> dict[str, NDArray[np.bool_]]:
    """Which stories (bool [stories]) are ``false``, ``true`` and ``correction``."""
    return _truth_groups(facts.stories).copy()


@lru_cache(64)
def _truth_groups(stories: tuple[StoryFacts, ...]) -> dict[str, NDArray[np.bool_]]:
    truth = np.array([story.truth for story in stories], bool)
    answers = np.array([story.answers is not None for story in stories], bool)
    groups = {"false": ~truth, "true": truth, "correction": answers}
    for each in groups.values():
        each.flags.writeable = False
    return groups


def by_stories(
    facts: Facts, value_of: Callable[[str | int, NDArray[np.bool_]], dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The value of each group of stories under "truth", and of each single story under "stories".

    ``value_of`` is called with the name of the group or the number of the story, and with the
    stories that it holds (bool [stories]). Single stories are those of :func:`single_stories`.
    """
    numbers = np.arange(len(facts.stories))
    return {
        "truth": {name: value_of(name, stories) for name, stories in truth_groups(facts).items()},
        "stories": {name: value_of(i, numbers == i) for i, name in single_stories(facts)},
    }


def single_stories(facts: Facts) -> list[tuple[int, str]]:
    """Number and name of each story that measures tell apart: all of them.

    None in a replay of many cascades, where what interests is how they are distributed: there
    ``prevented`` counts the shares of each.
    """
    many = facts.observed is not None and len(facts.stories) > _MANY_CASCADES
    return [] if many else list(enumerate(story_names(facts)))


def edges_of(horizon: float, bins: int = BINS) -> NDArray[np.float64]:
    """The ``bins + 1`` equally spaced edges of [0, horizon], in hours."""
    return _edges(horizon, bins)


@lru_cache(64)
def _edges(horizon: float, bins: int) -> NDArray[np.float64]:
    edges = np.arange(bins + 1) * horizon / bins
    edges.flags.writeable = False
    return edges


def bin_of(time: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.int64]:
    """The bin [edge, next edge) of each of ``time``, hours in ascending order."""
    ends = np.empty(len(edges), np.int64)
    ends[0], ends[-1] = 0, len(time)
    ends[1:-1] = time.searchsorted(edges[1:-1], side="left")
    return np.arange(len(edges) - 1).repeat(ends[1:] - ends[:-1])


def over_time(edges: NDArray[np.float64], **series: NDArray[np.int64]) -> dict[str, list[Any]]:
    """Cumulative curves at the edges, from counts a bin: what happened before each edge."""
    curve: dict[str, list[Any]] = {"time": edges.tolist()}
    for name, counts in series.items():
        curve[name] = [0, *counts.cumsum().tolist()]
    return curve


class FirstSeen:
    """Which numbers of [0, size) have appeared: 4 bytes each, untouched pages cost nothing."""

    def __init__(self, size: int) -> None:
        self._mark = np.zeros(size, np.int32)
        self.count = 0

    def fresh(self, ids: NDArray[Any]) -> NDArray[np.bool_]:
        """True for each of ``ids`` at its first appearance in the stream; they then count."""
        if not len(ids):
            return np.empty(0, bool)
        # The first numbers of all are met for the first time.
        first: NDArray[np.bool_] = self._mark[ids] == 0 if self.count else np.ones(len(ids), bool)
        unseen = ids[first] if self.count else ids
        # The earliest of equal numbers carries the largest mark and so survives the maximum.
        mark = np.arange(len(unseen), 0, -1, dtype=np.int32)
        np.maximum.at(self._mark, unseen, mark)
        first[first] = self._mark[unseen] == mark
        self.count += int(np.count_nonzero(first))
        return first

    def either(self, other: FirstSeen) -> int:
        """How many have appeared here or there."""
        return int(np.count_nonzero((self._mark != 0) | (other._mark != 0)))


#: Stories up to which a mark for each number of each is kept.
_FEW_STORIES: Final = 64


class FirstSeenOf:
    """Which numbers of [0, size) have appeared with each of some stories.

    Few ``stories`` have a mark for each number; of many, the pairs that appeared are kept, 8 bytes
    each; of none nothing.
    """

    def __init__(self, size: int, stories: int) -> None:
        self._size, self._none = size, stories == 0
        self._seen: dict[int, FirstSeen] = {}
        self._few = stories <= _FEW_STORIES
        self._pairs = np.empty(0, np.int64)
        self._fresh: list[NDArray[np.int64]] = []

    def add(self, story: NDArray[Any], ids: NDArray[Any]) -> None:
        """Each of ``ids`` appeared with the story of the same place."""
        if self._none:
            return
        if not self._few:
            self._fresh.append(np.unique(story.astype(np.int64) * self._size + ids))
            if sum(map(len, self._fresh)) > max(len(self._pairs), 1 << 16):
                self._join()
            return
        present = np.bincount(story).nonzero()[0].tolist()
        for each in present:
            if each not in self._seen:
                self._seen[each] = FirstSeen(self._size)
            self._seen[each].fresh(ids if len(present) == 1 else ids[story == each])

    def count(self, story: int) -> int:
        """How many have appeared with a story."""
        if not self._few:
            self._join()
            ends = np.searchsorted(self._pairs, [story * self._size, (story + 1) * self._size])
            return int(ends[1] - ends[0])
        return self._seen[story].count if story in self._seen else 0

    def _join(self) -> None:
        """Take the fresh pairs in."""
        if self._fresh:
            self._pairs = np.unique(np.concatenate([self._pairs, *self._fresh]))
            self._fresh.clear()


class StoryCounts:
    """Events counted by story and bin of time: ``counts``, int64 [stories, BINS]."""

    def __init__(self, facts: Facts) -> None:
        self.edges = edges_of(facts.horizon)
        self.counts = np.zeros((len(facts.stories), BINS), np.int64)

    def add(self, batch: Batch) -> None:
        """Count each event of ``batch`` (all of stories)."""
        if len(batch):
            self.add_bins(batch.story, bin_of(batch.time, self.edges))

    def add_bins(self, story: NDArray[np.int32], bins: NDArray[np.int64]) -> None:
        """Count events whose bins are known, int64 [events]."""
        cells = bins if len(self.counts) == 1 else story * np.int64(BINS) + bins
        cells = np.bincount(cells, minlength=self.counts.size)
        self.counts += cells.reshape(self.counts.shape)
