"""Numbers for ids before all of them are known: what a file larger than memory is read with.

A :class:`Numbering` gives the ids of some edges provisional numbers, and says in the end what
became of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.common.errors import InputError
from rumorsim.graphs.arrays import LONGEST_TEXT, array_start

Labels = NDArray[np.int32]
_MOST_ACCOUNTS: Final = 2**31 - 1
#: Ids that are written or compared at a time.
_SOME: Final = 1 << 18


class Numbered(NamedTuple):
    """What became of the ids: how many there are, and the number of each provisional one."""

    accounts: int
    #: int32, by provisional number; None where it is that number already.
    rank: Labels | None


class BeyondTable(Exception):
    """An id that a table over all of them has no place for: read again another way."""


class Numbering(ABC):
    """One way to number ids."""

    @abstractmethod
    def take(self, ids: NDArray[Any]) -> Labels:
        """The provisional numbers of some ids."""

    @abstractmethod
    def finish(self) -> Numbered:
        """All ids have been taken: their numbers in order."""

    @abstractmethod
    def save(self, folder: Path) -> NDArray[Any] | None:
        """Write ``ids.npy`` if that can be done in parts; else the ids for whoever can write them.

        None where it is written, or where the ids are 0..N-1.
        """

    @abstractmethod
    def kept_ids(self) -> Iterator[NDArray[Any]]:
        """The ids in order, some at a time; none where they are 0..N-1."""

    def close(self) -> None:
        """Remove what it has on the disk: nothing, for most."""
        return


class Table(Numbering):
    """Whole numbers from 0 to ``most``: a provisional number is the id itself."""

    def __init__(self, most: int) -> None:
        self._most = min(most, _MOST_ACCOUNTS)
        self._present = np.zeros(min(1 << 20, self._most), np.bool_)
        self._ids: NDArray[np.int64] | None = None

    @override
    def take(self, ids: NDArray[Any]) -> Labels:
        from rumorsim.engine.kernels.larger_rows import marked

        if ids.dtype != np.int64:
            raise BeyondTable
        while not marked(ids, self._present):
            low, high = int(ids.min()), int(ids.max())
            if low < 0 or high >= self._most:
                raise BeyondTable
            room = min(max(high + 1, 2 * self._present.size), self._most)
            wider = np.zeros(room, np.bool_)
            wider[: self._present.size] = self._present
            self._present = wider
        return ids.astype(np.int32)

    @override
    def finish(self) -> Numbered:
        ids = np.flatnonzero(self._present)
        if ids.size and int(ids[-1]) == ids.size - 1:
            return Numbered(ids.size, None)
        rank = np.cumsum(self._present, dtype=np.int32)
        rank -= 1
        self._ids = ids
        return Numbered(ids.size, rank)

    @override
    def save(self, folder: Path) -> NDArray[Any] | None:
        return self._ids

    @override
    def kept_ids(self) -> Iterator[NDArray[Any]]:
        yield from () if self._ids is None else (self._ids,)


class Whole(Numbering):
    """Whole numbers of any size up to 64 bits, all signed or all unsigned."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._dtype = dtype
        self._table = np.full(1 << 16, -1, np.int32)
        self._known = np.empty(1 << 16, np.uint64)
        self._found = 0

    @override
    def take(self, ids: NDArray[Any]) -> Labels:
        from rumorsim.engine.kernels.larger_rows import entered_whole, numbered_whole

        if ids.dtype != self._dtype:
            raise mixed_ids()
        labels = np.empty(ids.size, np.int32)
        for start in range(0, ids.size, _SOME):
            some = ids[start : start + _SOME]
            if 2 * (self._found + some.size) > self._table.size:
                self._table = _wider(self._table, self._found + some.size)
                self._known = _longer(self._known, self._table.size // 2)
                entered_whole(self._table, self._known, self._found)
            into = labels[start : start + _SOME]
            self._found = int(
                numbered_whole(self._table, self._known, self._found, some.view(np.uint64), into)
            )
        return labels

    @override
    def finish(self) -> Numbered:
        ids = self._known[: self._found].view(self._dtype)
        self._table = np.empty(0, np.int32)
        order = np.argsort(ids, kind="stable")
        rank = np.empty(order.size, np.int32)
        rank[order] = np.arange(order.size, dtype=np.int32)
        self._known = self._known[order]
        return Numbered(order.size, rank)

    @override
    def save(self, folder: Path) -> NDArray[Any] | None:
        ids = self._known.view(self._dtype)
        plain = ids.size and int(ids[0]) == 0 and int(ids[-1]) == ids.size - 1
        return None if plain else ids

    @override
    def kept_ids(self) -> Iterator[NDArray[Any]]:
        ids = self.save(Path())
        yield from () if ids is None else (ids,)


class Text(Numbering):
    """Texts, which lie in a file of ``folder`` that is read in place."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "texts"
        self._path.touch()
        self._table = np.full(1 << 16, -1, np.int32)
        self._starts = np.zeros(1 << 16, np.int64)
        self._bytes = self._grown(1 << 20)
        self._found = 0
        self._order = np.empty(0, np.int32)

    def _grown(self, room: int) -> NDArray[np.uint8]:
        from rumorsim.graphs.vectors import take_room

        with self._path.open("r+b") as file:
            take_room(file, room)
            file.truncate(room)
        return np.memmap(self._path, np.uint8, "r+", 0, (room,))

    @override
    def take(self, ids: NDArray[Any]) -> Labels:
        labels = np.empty(ids.size, np.int32)
        for start in range(0, ids.size, _SOME):
            labels[start : start + _SOME] = self._take_some(ids[start : start + _SOME].tolist())
        return labels

    def _take_some(self, ids: list[Any]) -> Labels:
        from rumorsim.engine.kernels.larger_rows import entered_text, numbered_text

        if not all(isinstance(each, str) for each in ids):
            raise mixed_ids()
        words = [each.encode() for each in ids]
        ends = np.cumsum([len(each) for each in words], dtype=np.int64)
        if 2 * (self._found + len(ids)) > self._table.size:
            self._table = _wider(self._table, self._found + len(ids))
            entered_text(self._table, self._bytes, self._starts, self._found)
        if self._found + len(ids) >= self._starts.size:
            self._starts = _longer(self._starts, self._found + len(ids) + 1)
        room = int(self._starts[self._found] + ends[-1])
        if room > self._bytes.size:
            self._bytes = self._grown(max(room, 2 * self._bytes.size))
        labels = np.empty(len(ids), np.int32)
        text = np.frombuffer(b"".join(words), np.uint8)
        self._found = int(
            numbered_text(self._table, self._bytes, self._starts, self._found, text, ends, labels)
        )
        return labels

    @override
    def finish(self) -> Numbered:
        from rumorsim.engine.kernels.larger_rows import text_order

        self._table = np.empty(0, np.int32)
        self._order = text_order(self._bytes, self._starts, self._found)
        rank = np.empty(self._found, np.int32)
        rank[self._order] = np.arange(self._found, dtype=np.int32)
        return Numbered(self._found, rank)

    def ids(self) -> Iterator[list[str]]:
        """The ids in order, some at a time."""
        for start in range(0, self._found, _SOME):
            order = self._order[start : start + _SOME]
            begins, ends = self._starts[order].tolist(), self._starts[order + 1].tolist()
            yield [
                self._bytes[begin:end].tobytes().decode()
                for begin, end in zip(begins, ends, strict=True)
            ]

    @override
    def save(self, folder: Path) -> NDArray[Any] | None:
        width, fits = 1, True
        for some in self.ids():
            width = max(width, *map(len, some))
            fits = fits and not any(each.endswith("\0") for each in some)
        if not fits or width > LONGEST_TEXT:
            table = np.empty(self._found, object)
            table[:] = [each for some in self.ids() for each in some]
            return table
        with (folder / "ids.npy").open("xb") as file:
            file.write(array_start(f"<U{width}", self._found))
            for some in self.ids():
                file.write(np.array(some, f"<U{width}").data)
        return None

    @override
    def kept_ids(self) -> Iterator[NDArray[Any]]:
        return (np.array(some, object) for some in self.ids())

    @override
    def close(self) -> None:
        self._path.unlink()


def mixed_ids() -> InputError:
    """What to raise for ids of several kinds, which only a graph in memory can have."""
    rule = "must all be text, or all be whole numbers of at most 64 bits, in a graph read in parts"
    return InputError(rule, key="ids", advice='say ids = "text" (--ids text)')


def _wider(table: Labels, entries: int) -> Labels:
    size = table.size
    while size < 2 * entries:
        size *= 2
    return np.full(2 * size, -1, np.int32)


def _longer(values: NDArray[Any], room: int) -> NDArray[Any]:
    longer = np.empty(max(room, 2 * values.size), values.dtype)
    longer[: values.size] = values
    return longer
