"""The room that the fast engine works in: what of its memory says nothing of the world.

Of a small world to give it back and to ask for it again takes as long as the run itself: the next
engine that needs as much takes it over.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np

from rumorsim.engine.kernels import records
from rumorsim.engine.kernels.agenda import CHUNK
from rumorsim.events.stream import EVENT

#: Bytes of a room up to which it is kept, and how many rooms are.
_LARGEST, _MOST = 2**25, 2
#: Rooms that nobody works in.
_free: list[Room] = []


@dataclass
class Room:
    """Arrays by the names that kernels know them by; see ``records.ARRAYS``.

    ``size`` is how many entries there are places for at first on the agenda, ``spans`` how many
    buckets it has, ``surfaces`` how many looks are worked out ahead.
    """

    size: int
    spans: int
    surfaces: int
    logged: int
    exposed: int
    log: Any = field(init=False)
    hits: Any = field(init=False)
    words: Any = field(init=False)
    addresses: Any = field(init=False)
    waiting: Any = field(init=False)
    at: Any = field(init=False)
    coming: Any = field(init=False)
    exposures: Any = field(init=False)
    pool: Any = field(init=False)
    buckets: Any = field(init=False)
    chunks: Any = field(init=False)
    chunk_links: Any = field(init=False)
    heap: Any = field(init=False)
    present: Any = field(init=False)
    scratch: Any = field(init=False)
    bins: Any = field(init=False)
    background_words: Any = field(init=False)
    _shown: dict[str, Any] | None = field(init=False, default=None)
    _places: Any = field(init=False, default=None)
    _words: Any = field(init=False, default=None)

    def __post_init__(self) -> None:
        # What is not used yet costs addresses, not memory. Most is written before it is read.
        self.log = np.zeros(self.logged, EVENT)
        self.hits = np.zeros(1024, records.HIT)
        self.words = np.zeros(4 * records.BLOCK, np.uint32)
        self.addresses = np.zeros(4 * records.DRAWS, np.uint32)
        self.waiting = np.zeros(records.BLOCK, np.int32)
        self.at = np.zeros(records.BLOCK)
        self.coming = np.empty((self.surfaces, records.COMING_ROOM), records.COMING)
        self.exposures = empty_exposures(self.exposed)
        self.pool = np.empty(self.size, records.DELIVERIES)
        self.buckets = np.zeros(self.spans, records.BUCKET)
        self.buckets["last"] = -1
        self.chunks = np.empty(self.size * CHUNK, records.ENTRY)
        self.chunk_links = np.empty(self.size, np.int32)
        self.heap = np.empty(self.size + 1, records.ENTRY)
        self.make_present(self.size)

    def make_present(self, size: int) -> None:
        """Room for a bucket of so many entries, and one place to spare."""
        self.present = np.empty(size + 1, records.ENTRY)
        self.scratch = np.empty(size + 1, records.ENTRY)
        self.bins = np.empty(size + 2, np.int32)
        self.background_words = np.empty(size, np.uint32)

    def arrays(self) -> dict[str, Any]:
        """The arrays by name."""
        return {name: getattr(self, name) for name in _NAMES}

    def show(self, memory: Any) -> None:
        """Let kernels see the arrays; where they are is worked out once, until one is replaced."""
        arrays = self.arrays()
        shown = self._shown
        if shown is None or any(array is not shown[name] for name, array in arrays.items()):
            # In an empty record all that is not 0 is of these arrays; what is 0 stays 0.
            record = np.zeros(1, records.MEMORY)
            records.show_all(record, arrays)
            words = record.view(np.uint64)
            self._places = words.nonzero()[0]
            self._words, self._shown = words[self._places], arrays
        memory.view(np.uint64)[self._places] = self._words

    def clear(self) -> None:
        """Make it as good as new: what is read before it is written."""
        size = len(self.exposures)
        if size & (size - 1):
            # It has grown to a place for every key of its world: another world has other keys.
            self.exposures = empty_exposures(self.exposed)
        else:
            _clear_exposures(self.exposures)
        self.buckets.view(np.int32)[::2] = -1
        self.buckets.view(np.int32)[1::2] = 0

    def fits(self, *sizes: int) -> bool:
        """Whether it began with these sizes."""
        return sizes == (self.size, self.spans, self.surfaces, self.logged, self.exposed)


_NAMES: Final = tuple(
    each.name for each in fields(Room) if not each.init and not each.name.startswith("_")
)


def room_for(*sizes: int) -> Room:
    """A room of these sizes: one of those kept, which is then somebody's alone, or a new one."""
    # Several threads may look for one: what is taken off the list is nobody else's.
    others = []
    found = None
    while _free and found is None:
        room = _free.pop()
        if room.fits(*sizes):
            found = room
        else:
            others.append(room)
    _free.extend(others)
    if found is None:
        return Room(*sizes)
    found.clear()
    return found


def keep(room: Room) -> None:
    """Keep a room that nobody works in any more, unless it is large; the oldest goes for it."""
    if sum(each.nbytes for each in room.arrays().values()) <= _LARGEST:
        _free.append(room)
        del _free[:-_MOST]


def empty_exposures(size: int) -> Any:
    """A table of exposures without any."""
    table = np.empty(size, records.EXPOSURE)
    _clear_exposures(table)
    return table


def _clear_exposures(table: Any) -> None:
    table.view(np.uint8)[:] = 0
    table["key"] = -1
