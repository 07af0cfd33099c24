"""Late exposures: the first reads of a finished run, as the events they would have been."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.events import EVENT, Batch, Kind
from rumorsim.kernels.late import first_reads
from rumorsim.kernels.records import FIRST

if TYPE_CHECKING:
    from rumorsim.levers import Levers
    from rumorsim.world import World

__all__ = ["late_exposures"]

Changes = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]
#: The levers that decide whether a delivery is read.
_LEVERS: Final = (
    ("accounts", "audience"),
    ("posts", "alive"),
    ("accounts", "visible"),
    ("accounts", "can_read"),
    ("posts", "visibility"),
)


def late_exposures(world: World, levers: Levers, until: float) -> Batch:
    """Expose events before ``until`` (hours), in order of time.

    For delay reading with ``feed.exposures = "late"``: the same first reads, at the same
    times and in the same posts, as a run that logs them as it goes.
    """
    made = world.posts[: world.posts_made]
    order = np.argsort(made["story"], kind="stable")
    ends = np.searchsorted(made["story"][order], np.arange(len(world.stories) + 1))
    history = tuple(_changes(world, levers, table, column) for table, column in _LEVERS)
    n = world.graph.accounts
    firsts, readers = np.zeros(n, FIRST), np.zeros(n, dtype=np.int64)
    firsts["stamp"] = -1
    where = np.uint64(firsts.ctypes.data)
    parts = []
    for story in range(len(world.stories)):
        posts = order[ends[story] : ends[story + 1]]
        found = first_reads(world.memory, posts, until, history, firsts, where, story, readers)
        who = readers[:found]
        rows = np.zeros(found, EVENT)
        first = firsts[who]
        rows["time"], rows["story"], rows["account"] = first["time"], story, who
        rows["post"] = first["post"]
        rows["source"] = made["author"][first["post"]]
        rows["kind"] = Kind.EXPOSE
        parts.append(rows)
    rows = np.concatenate(parts)
    return Batch(rows[np.argsort(rows["time"], kind="stable")])


def _changes(world: World, levers: Levers, table: str, column: str) -> Changes:
    """The history of one lever column by row: starts [rows + 1], times, values."""
    size = world.graph.accounts if table == "accounts" else world.posts_made
    changes = [
        (row, time, value) for time, t, c, row, value in levers.history if (t, c) == (table, column)
    ]
    changes.sort(key=lambda change: change[:2])
    rows = np.array([row for row, _, _ in changes], dtype=np.int64)
    return (
        np.searchsorted(rows, np.arange(size + 1)).astype(np.int64),
        np.array([time for _, time, _ in changes], dtype=np.float64),
        np.array([value for _, _, value in changes], dtype=np.float64),
    )
