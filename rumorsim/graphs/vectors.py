"""Long vectors that are written once, in order, and read in parts: in memory or in a file.

What is made part by part need not know which: parts of a vector in memory are views, parts of
one in a file are read into memory of their own, so that no more of it is there than is looked at.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray
from typing_extensions import override

from rumorsim.common.progress import move_heartbeat
from rumorsim.graphs.follows import FollowGraph

T = TypeVar("T")
U = TypeVar("U")

#: Bytes that are read or written at a time where nothing else says how many.
PIECE: Final = 16 << 20


def cores() -> int:
    """How many cores this process may use."""
    known = getattr(os, "sched_getaffinity", None)
    return len(known(0)) if known else os.cpu_count() or 1


class Vector(ABC):
    """``size`` values of one type, appended until they are all there."""

    def __init__(self, dtype: DTypeLike, size: int) -> None:
        self.dtype, self.size = np.dtype(dtype), size

    @abstractmethod
    def append(self, values: NDArray[Any]) -> None:
        """Write the next values."""

    @abstractmethod
    def part(self, begin: int, end: int) -> NDArray[Any]:
        """Values ``begin`` to ``end``; not to be changed."""

    @abstractmethod
    def remove(self) -> None:
        """Give back the room it takes."""

    @abstractmethod
    def close(self) -> None:
        """Let go of its file, which stays, once all values are there."""


class Held(Vector):
    """A vector in memory."""

    def __init__(self, dtype: DTypeLike, size: int) -> None:
        super().__init__(dtype, size)
        self.values = np.empty(size, self.dtype)
        self._made = 0

    @override
    def append(self, values: NDArray[Any]) -> None:
        if values.size == self.size:
            self.values = values
            return
        self.values[self._made : self._made + values.size] = values
        self._made += values.size

    @override
    def part(self, begin: int, end: int) -> NDArray[Any]:
        return self.values[begin:end]

    @override
    def close(self) -> None:
        """There is no file."""

    @override
    def remove(self) -> None:
        self.values = np.empty(0, self.dtype)


class Filed(Vector):
    """A vector in a file behind ``start`` bytes of something else.

    Its room on the disk is taken at once: OSError where there is none, before any work.
    """

    def __init__(self, path: Path, dtype: DTypeLike, size: int, start: bytes = b"") -> None:
        super().__init__(dtype, size)
        self.path, self._start = path, len(start)
        self._file: BinaryIO = path.open("x+b")
        take_room(self._file, len(start) + size * self.dtype.itemsize)
        self._file.write(start)

    @override
    def append(self, values: NDArray[Any]) -> None:
        self._file.write(np.ascontiguousarray(values, self.dtype).data)

    @override
    def part(self, begin: int, end: int) -> NDArray[Any]:
        self._file.flush()
        found = np.empty(end - begin, self.dtype)
        read_into(self.path, found, self._start + begin * self.dtype.itemsize)
        return found

    @override
    def close(self) -> None:
        self._file.close()

    @override
    def remove(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


def graph_of_rows(counts: NDArray[np.integer[Any]], followers: Vector) -> FollowGraph:
    """The graph of rows in memory: how many followers each account has, and all of them."""
    return FollowGraph(row_offsets(counts), followers.part(0, followers.size))


def row_offsets(counts: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Where each of n rows begins, and the end of the last; int64[n + 1]."""
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, dtype=np.int64, out=offsets[1:])
    return offsets


@dataclass
class Rooms:
    """Where the vectors of a graph that is being made are, and in which parts it is made.

    In memory, unless there is a ``folder`` for them. ``part`` entries are sorted at a time,
    ``block`` are at hand at any other; ``workers`` cores share the work. ``result`` makes the
    vector of the followers. ``told``: signs of life say how far it is.
    """

    folder: Path | None = None
    part: int = 1 << 62
    block: int = 1 << 22
    workers: int = field(default_factory=cores)
    result: Callable[[int], Vector] = lambda size: Held(np.int32, size)
    told: bool = False

    def fill(self, vector: Vector, parts: Iterable[NDArray[Any]], unit: str) -> None:
        """Append all parts of a vector of so many ``unit``."""
        done = 0
        for part in parts:
            vector.append(part)
            done += part.size
            if self.told and done:
                move_heartbeat(done, vector.size, unit)

    def vector(self, name: str, dtype: DTypeLike, size: int) -> Vector:
        """Room for so many values."""
        if self.folder is None:
            return Held(dtype, size)
        return Filed(self.folder / name, dtype, size)


def take_room(file: BinaryIO, size: int) -> None:
    """Have the system set so many bytes of the disk aside; OSError where there is no room."""
    if size and hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)


def read_into(path: Path, values: NDArray[Any], at: int) -> None:
    """Fill ``values`` with the bytes of a file from ``at`` on; OSError where it is too short.

    It is opened anew, so that many threads can read it at once on any system.
    """
    with path.open("rb", buffering=0) as file:
        file.seek(at)
        view = values.view(np.uint8).data
        while len(view):
            got = file.readinto(view)
            if not got:
                raise OSError("a file of values ended too early")
            view = view[got:]


def blocks_of(lengths: NDArray[Any], most: int, begin: int = 0) -> Iterator[tuple[int, int]]:
    """Consecutive rows from ``begin`` on, first and last, with at most so many entries together.

    A row that has more stands alone. ``lengths`` int[n].
    """
    end = begin
    while begin < len(lengths):
        # A row has some entries: so many rows at once are enough to look at.
        total = 0
        while end < len(lengths):
            sums = total + np.cumsum(lengths[end : end + 65536], dtype=np.int64)
            fit = int(np.searchsorted(sums, most, side="right"))
            end += fit
            if fit < sums.size:
                break
            total = int(sums[-1])
        end = max(end, begin + 1)
        yield begin, end
        begin = end


def in_order(work: Callable[[T], U], tasks: Iterable[T], workers: int) -> Iterator[U]:
    """``work`` of each task, in order; up to ``workers`` tasks are worked on at a time.

    Results that nobody has taken yet are one for each worker at most.
    """
    if workers == 1:
        yield from map(work, tasks)
        return
    waiting: deque[Future[U]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for task in tasks:
                waiting.append(pool.submit(work, task))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()
