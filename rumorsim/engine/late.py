"""Late exposures: the first reads of a finished run, as events or counted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.engine.kernels.late import count_first_reads, first_reads
from rumorsim.engine.kernels.records import FIRST
from rumorsim.events.stream import EVENT, Batch, Kind

if TYPE_CHECKING:
    from rumorsim.world.levers import Levers
    from rumorsim.world.rules import Rules
    from rumorsim.world.world import World

__all__ = ["delays_are_positive", "late_exposures", "late_reach"]

#: Of one lever column: where each row's changes begin, when and after what each was made
#: (time; account, story, author, k; posts there were), and what the lever came to.
Changes = tuple[
    NDArray[np.int64],
    NDArray[np.float64],
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.float64],
]
#: The levers that decide whether a delivery is read.
_LEVERS: Final = (
    ("accounts", "audience"),
    ("posts", "alive"),
    ("accounts", "visible"),
    ("accounts", "can_read"),
    ("posts", "visibility"),
    ("stories", "alive"),
)
#: The changes of a lever that nobody moved.
_UNCHANGED: Final = (
    np.empty(0),
    np.empty((0, 4), np.int64),
    np.empty(0, np.int64),
    np.empty(0),
)


def delays_are_positive(rules: Rules) -> bool:
    """Whether every read comes after its post, whatever is drawn.

    Otherwise who reads what first depends on the order in which posts of one moment were made, and
    every delivery has to go on the agenda.
    """
    return float(rules.tables[0].min()) > 0.0


def late_exposures(world: World, levers: Levers, until: float) -> Batch:
    """Expose events before ``until`` (hours), in order of time.

    For delay reading with ``feed.exposures = "late"``: the same first reads, at the same
    times and in the same posts, as a run that logs them as it goes.
    """
    n = world.graph.accounts
    firsts, readers = np.zeros(n, FIRST), np.empty(n, dtype=np.int64)
    firsts["stamp"] = -1
    where = np.uint64(firsts.ctypes.data)
    history = _history(world, levers)
    parts = []
    for story, posts in enumerate(_posts_of_stories(world)):
        found = first_reads(world.memory, posts, until, history, firsts, where, story, readers)
        part = np.empty(found, dtype=[("account", "i4"), ("story", "i4"), ("post", "i4")])
        who = readers[:found]
        part["account"], part["story"], part["post"] = who, story, firsts["post"][who]
        parts.append((firsts["time"][who], part))
    return _exposure_batch(world, *(np.concatenate(each) for each in zip(*parts, strict=True)))


def late_reach(world: World, levers: Levers, until: float) -> NDArray[np.int64]:
    """Number of accounts exposed to each story before ``until`` (hours), int64 [stories].

    Equal to counting :func:`late_exposures`, in a small part of the time.
    """
    if world.memory["touched"][0]:
        exposed = late_exposures(world, levers, until)
        return np.bincount(exposed.story, minlength=len(world.stories))
    seen = np.zeros(world.graph.accounts, dtype=np.uint8)
    longest = float(world.rules.tables[0].max())
    counts = np.zeros(len(world.stories), dtype=np.int64)
    for story, posts in enumerate(_posts_of_stories(world)):
        stamp = story % 255 + 1
        if stamp == 1:
            seen[:] = 0
        counts[story] = count_first_reads(world.memory, posts, until, longest, seen, stamp)
    return counts


def _posts_of_stories(world: World) -> Iterator[NDArray[np.int64]]:
    """The posts of each story in turn, in order of time."""
    stories = world.posts["story"][: world.posts_made]
    if len(world.stories) == 1:
        yield np.arange(len(stories))
        return
    order = np.argsort(stories, kind="stable")
    ends = np.searchsorted(stories[order], np.arange(len(world.stories) + 1))
    for begin, end in pairwise(ends.tolist()):
        yield order[begin:end]


def _exposure_batch(world: World, times: NDArray[np.float64], what: NDArray[np.void]) -> Batch:
    """Expose events of first reads, in order of time."""
    order = np.argsort(times, kind="stable")
    what = what[order]
    rows = np.zeros(len(times), EVENT)
    rows["time"] = times[order]
    for column in ("account", "story", "post"):
        rows[column] = what[column]
    rows["source"] = world.posts["author"][what["post"]]
    rows["kind"] = Kind.EXPOSE
    rows["platform"] = world.platform[rows["account"]]
    return Batch(rows)


def _history(world: World, levers: Levers) -> tuple[Changes, ...]:
    """The history of the levers that decide whether a delivery is read."""
    sizes = {
        "accounts": world.graph.accounts,
        "posts": world.posts_made,
        "stories": len(world.stories),
    }
    # One for all that nobody moved: none of their rows has changes.
    none = np.zeros(max(sizes.values()) + 1, np.int64)
    return tuple(_changes(levers, none, sizes[table], table, column) for table, column in _LEVERS)


def _changes(
    levers: Levers, none: NDArray[np.int64], size: int, table: str, column: str
) -> Changes:
    """The history of one lever column by row, in the order in which it was moved."""
    changes = [each for each in levers.history if each[1:3] == (table, column)]
    if not changes:
        return none, *_UNCHANGED
    changes.sort(key=lambda change: change.row)
    rows = np.array([change.row for change in changes], dtype=np.int64)
    return (
        np.searchsorted(rows, np.arange(size + 1)).astype(np.int64),
        np.array([change.when.time for change in changes], dtype=np.float64),
        np.array([change.when[1:5] for change in changes], dtype=np.int64).reshape(-1, 4),
        np.array([change.when.posts for change in changes], dtype=np.int64),
        np.array([change.value for change in changes], dtype=np.float64),
    )
