"""Edges in any order and number as rows in files: dealt out to parts, each sorted by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.graphs.arrays import array_start
from rumorsim.graphs.vectors import in_order, read_into

Labels = NDArray[np.int32]
Floats = NDArray[np.float64]
#: Edges that are at hand at a time.
_SOME: Final = 1 << 22
#: Parts at most: each has a file that is open.
_MOST_PARTS: Final = 400


class Piece(NamedTuple):
    """Both ends of some edges and their weights, which may be empty."""

    rows: Labels
    columns: Labels
    weights: Floats


class EdgeFile:
    """Edges that are written one piece after another, and read again in that order."""

    def __init__(self, path: Path, *, weighted: bool) -> None:
        self._path, self._weighted = path, weighted
        self._file: BinaryIO = path.open("x+b")
        self._sizes: list[int] = []

    @property
    def size(self) -> int:
        """How many edges there are."""
        return sum(self._sizes)

    def append(self, piece: Piece) -> None:
        """Write some edges."""
        if piece.rows.size:
            for values in piece:
                self._file.write(np.ascontiguousarray(values).data)
            self._sizes.append(piece.rows.size)

    def pieces(self) -> Iterator[Piece]:
        """The edges as they were written."""
        self._file.flush()
        at = 0
        for size in self._sizes:
            found = Piece(
                np.empty(size, np.int32),
                np.empty(size, np.int32),
                np.empty(size if self._weighted else 0),
            )
            for values in found:
                read_into(self._path, values, at)
                at += values.nbytes
            yield found

    def whole(self) -> Piece:
        """All edges together."""
        found = Piece(
            np.empty(self.size, np.int32),
            np.empty(self.size, np.int32),
            np.empty(self.size if self._weighted else 0),
        )
        at = 0
        for piece in self.pieces():
            found.rows[at : at + piece.rows.size] = piece.rows
            found.columns[at : at + piece.rows.size] = piece.columns
            found.weights[at : at + piece.weights.size] = piece.weights
            at += piece.rows.size
        return found

    def remove(self) -> None:
        """Give back its room on the disk."""
        self._file.close()
        self._path.unlink()


class ArrayFile:
    """A ``.npy`` file of values whose number is known only when all are there."""

    def __init__(self, path: Path, dtype: str) -> None:
        self._dtype, self._size = dtype, 0
        self._file = path.open("xb")
        self._file.write(array_start(dtype, 0))

    def append(self, values: NDArray[Any]) -> None:
        """Write some values."""
        self._file.write(np.ascontiguousarray(values, self._dtype).data)
        self._size += values.size

    def close(self) -> None:
        """Write how many there are."""
        self._file.seek(0)
        self._file.write(array_start(self._dtype, self._size))
        self._file.close()


def in_pieces(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The same edges in larger pieces."""
    waiting: list[Piece] = []
    for piece in pieces:
        waiting.append(piece)
        if sum(each.rows.size for each in waiting) >= _SOME:
            yield Piece(*map(np.concatenate, zip(*waiting, strict=True)))
            waiting = []
    if waiting:
        yield Piece(*map(np.concatenate, zip(*waiting, strict=True)))


def bounds_of(counts: NDArray[np.integer[Any]], most: int) -> Labels:
    """First rows of parts with at most so many edges, and the end of the last.

    A row that has more is a part by itself; more parts than can be open at once are not made.
    """
    from rumorsim.graphs.vectors import blocks_of

    most = max(most, int(counts.sum(dtype=np.int64)) // _MOST_PARTS + 1)
    return np.array([0, *(end for _, end in blocks_of(counts, most))], np.int32)


def write_rows(
    folder: Path, edges: Iterable[Piece], bounds: Labels, *, weighted: bool, workers: int
) -> tuple[NDArray[np.int64], int, int]:
    """Write ``followers.npy`` (and ``weights.npy``) of edges whose rows are in parts.

    Returns the offsets, and how many self-loops and duplicates were dropped: as
    :func:`.csr.sorted_rows` does it. Parts wait in files of ``folder``.
    """
    parts = [EdgeFile(folder / f"part-{i}", weighted=weighted) for i in range(len(bounds) - 1)]
    _deal(edges, bounds, parts)
    followers = ArrayFile(folder / "followers.npy", "<i4")
    weights = ArrayFile(folder / "weights.npy", "<f8") if weighted else None
    offsets = np.zeros(int(bounds[-1]) + 1, np.int64)
    dropped = [0, 0]

    def sort(part: int) -> tuple[int, Any]:
        from rumorsim.engine.kernels.larger_rows import rows_of_part

        low, n = int(bounds[part]), int(bounds[part + 1] - bounds[part])
        found = rows_of_part(*parts[part].whole(), low, n)
        parts[part].remove()
        return low, found

    for low, (lengths, columns, values, loops, again) in in_order(sort, range(len(parts)), workers):
        followers.append(columns)
        if weights is not None:
            weights.append(values)
        offsets[low + 1 : low + 1 + lengths.size] = lengths
        dropped[0] += loops
        dropped[1] += again
    np.cumsum(offsets, out=offsets)
    followers.close()
    if weights is not None:
        weights.close()
    return offsets, dropped[0], dropped[1]


def _deal(edges: Iterable[Piece], bounds: Labels, parts: list[EdgeFile]) -> None:
    from rumorsim.engine.kernels.larger_rows import dealt

    place = np.empty(len(bounds), np.int64)
    for piece in edges:
        into = Piece(*map(np.empty_like, piece))
        dealt(*piece, bounds, place, *into)
        for part, begin, end in zip(parts, place, place[1:], strict=False):
            weights = into.weights[begin:end] if into.weights.size else into.weights
            part.append(Piece(into.rows[begin:end], into.columns[begin:end], weights))
