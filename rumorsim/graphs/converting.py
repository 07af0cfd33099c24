"""Lists of follows straight into a directory of arrays, in a chosen amount of memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.files import checked_file
from rumorsim.common.memory import memory_to_use, shown_memory
from rumorsim.graphs.cells import TextOptions, check_ids
from rumorsim.graphs.columns import (
    COLUMNS_ADVICE,
    DIRECTIONS,
    Columns,
    follower_first,
    parse_columns,
)
from rumorsim.graphs.dealing import EdgeFile, Piece, bounds_of, in_pieces, write_rows
from rumorsim.graphs.follows import FollowGraph, ReadAs
from rumorsim.graphs.formats import format_of_file
from rumorsim.graphs.lines import moment
from rumorsim.graphs.making import check_room
from rumorsim.graphs.mapped import finish_mapped, mapped_draft, read_mapped, write_mapped
from rumorsim.graphs.numbering import Part
from rumorsim.graphs.parquet import stream_columns
from rumorsim.graphs.provisional import BeyondTable, Numbering, Table, Text, Whole
from rumorsim.graphs.reading import header_of, read_follows
from rumorsim.graphs.sources import Progress, file_format, is_mapped
from rumorsim.graphs.text import TextStream
from rumorsim.graphs.vectors import cores

#: Bytes of memory that reading a file as a whole takes, for each of its own: assumptions, on the
#: high side (text ids take most).
_IN_MEMORY: Final = {"text": 8, "gzip": 40, "parquet": 20}
#: Bytes an account, an edge that is being sorted (the second: its weight), and in all.
_ACCOUNT, _EDGE, _WEIGHT, _BASE = 48, 20, 16, 500 << 20
#: A table over all ids may take this part of the memory, at five bytes a possible id.
_TABLE: Final = 4
#: Edges that are sorted at a time, at least.
_LEAST_PART: Final = 1 << 18


def map_follows(
    source: str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    columns: str | None = None,
    ids: str = "auto",
    header: Any = None,
    separator: str | None = None,
    comments: str | None = None,
    both_ways: bool = False,
    format: str | None = None,
    id_attribute: str | None = None,
    until: float | str | None = None,
    max_bytes: int | None = None,
    memory: str | int | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> FollowGraph:
    """Read a file of follows into the directory ``path``, NAME.mapped, whatever its size.

    As :func:`.read_follows` and :func:`.write_follows` do it, to the bit. Text, .gz, CSV and
    Parquet that would not fit into ``memory`` are read in parts: edges are numbered, dealt out to
    parts by whom they follow, and each part is sorted by itself. What waits lies in the directory
    that is being written, some 20 bytes an edge (36 with weights), and is gone at the end. Ids are
    then all text, or all whole numbers of at most 64 bits.

    Parameters
    ----------
    source : str or path
        The file to read.
    path : str or path
        The directory to write, whose name ends in ".mapped".
    columns, ids, header, separator, comments, both_ways, format, id_attribute, until, max_bytes
        As for :func:`.read_follows`; a file that is read in parts has no limit of its own.
    memory : str or int, optional
        How much memory the process may take, such as "8GiB", or in bytes. Default: half of what
        the machine has available.
    overwrite : bool
        Whether a graph that is there already may be replaced.
    progress : function, optional
        Called while the file is read.

    Returns
    -------
    FollowGraph
        The graph, read in place.

    Raises
    ------
    InputError
        If the file is invalid, or the memory is too little for its accounts.
    OutputError
        If the disk has no room, or something exists already.
    """
    allowed, place = memory_to_use(memory), Path(path)
    reading: dict[str, Any] = {"columns": columns, "ids": ids, "header": header}
    reading |= {"separator": separator, "comments": comments, "both_ways": both_ways}
    reading |= {"format": format, "id_attribute": id_attribute, "until": until}
    reading |= {"max_bytes": max_bytes, "progress": progress}
    if id_attribute is not None or _fits(source, format, allowed):
        graph = read_follows(source, **reading)
        write_mapped(graph, place, overwrite=overwrite)
        return replace(read_mapped(place), read_as=graph.read_as)
    if columns is None and not both_ways:
        raise InputError("is missing", source, "columns", advice=COLUMNS_ADVICE)
    options = TextOptions(ids, header_of(header), separator, comments)
    options.check()
    wanted = parse_columns(DIRECTIONS[0] if columns is None else columns)
    last = None if until is None else moment(str(until))
    if last is not None and last != last:
        rule = "must be a number or a date such as 2011-05-03"
        raise InputError(rule, key="until", value=show_value(until))
    stream = _Stream(checked_file(source), wanted, options, last, max_bytes, progress)
    with mapped_draft(place, overwrite=overwrite) as draft:
        _write(draft, stream, place, allowed, both_ways=both_ways)
    return replace(read_mapped(place), read_as=stream.read_as(both_ways))


def _fits(source: str | os.PathLike[str], format: str | None, allowed: int) -> bool:
    """Whether the file is read as a whole: it fits, or it is not a list of follows."""
    if is_mapped(source):
        return True
    place = checked_file(source)
    named = format_of_file(place, format)
    kind = format or file_format(place, anything=named is not None and not named.ours)
    if named is not None or kind not in _IN_MEMORY:
        return True
    return _IN_MEMORY[kind] * place.stat().st_size <= allowed


@dataclass
class _Stream:
    """The follows of a file part by part, as often as they are wanted."""

    file: Path
    columns: Columns
    options: TextOptions
    #: Only follows that began until then.
    last: float | None
    max_bytes: int | None
    progress: Progress | None
    first: float = field(default=np.inf, init=False)
    latest: float = field(default=-np.inf, init=False)
    too_late: int = field(default=0, init=False)
    text: TextStream | None = field(default=None, init=False)
    kind: str = field(default="integer", init=False)

    def parts(self) -> Iterator[Part]:
        """Ends, weights and times of some follows after another."""
        if self.last is not None and not self.columns.timed:
            rule, advice = "needs times", 'name their column: "follower followee time"'
            raise InputError(rule, self.file, "until", advice=advice)
        self.first, self.latest, self.too_late = np.inf, -np.inf, 0
        for first, second, weights, times in self._read():
            if times.size:
                self.first = min(self.first, float(times.min()))
                self.latest = max(self.latest, float(times.max()))
            if self.last is not None:
                kept = times <= self.last
                self.too_late += int(kept.size - kept.sum())
                first, second = first[kept], second[kept]
                weights = weights[kept] if self.columns.weighted else weights
            if first.size:
                yield first, second, weights if self.columns.weighted else np.empty(0), times

    def _read(self) -> Iterator[Part]:
        if file_format(self.file) == "parquet":
            yield from stream_columns(self.file, self.columns, self.options.ids == "text")
            return
        self.text = TextStream(
            self.file,
            self.columns,
            self.options,
            compressed=file_format(self.file) == "gzip",
            max_bytes=self.max_bytes,
            progress=self.progress,
        )
        yield from self.text.parts()

    def nothing(self) -> InputError:
        """What to raise where no follow was left."""
        if self.too_late:
            rule = f"leaves no follows: the first began at {self.first:.15g}"
            return InputError(rule, self.file, "until", show_value(self.last))
        return InputError("holds no follows", self.file, advice="a graph needs at least one")

    def read_as(self, both_ways: bool) -> ReadAs:
        """How the file was read, once all of it was."""
        said = ReadAs("Parquet", str(self.columns)) if self.text is None else self.text.read_as()
        times = (self.first, self.latest) if self.columns.timed else None
        return replace(
            said, both_ways=both_ways, times=times, too_late=self.too_late, ids=self.kind
        )


def _write(draft: Path, stream: _Stream, place: Path, allowed: int, *, both_ways: bool) -> None:
    """Number the edges of a stream, and write their rows and all that goes with them."""
    numbering, edges = _numbered(draft, stream, allowed)
    if not edges.size:
        raise stream.nothing()
    weighted = stream.columns.weighted
    found = numbering.finish()
    total = edges.size * (2 if both_ways else 1)
    check_room(draft, place, total * (12 + (16 if weighted else 0)))
    counts = np.zeros(found.accounts, np.int32)
    from rumorsim.engine.kernels.csr import counted_columns
    from rumorsim.engine.kernels.larger_rows import renumbered

    def pieces() -> Iterator[Piece]:
        for back in (False, True) if both_ways else (False,):
            for piece in in_pieces(edges.pieces()):
                if found.rank is not None:
                    renumbered(piece.rows, found.rank)
                    renumbered(piece.columns, found.rank)
                yield _turned(piece) if back else piece

    for piece in pieces():
        counted_columns(piece.rows, counts)
    fixed = _BASE + _ACCOUNT * found.accounts
    each = _EDGE + (_WEIGHT if weighted else 0)
    part = (allowed - fixed) // (each * cores())
    if part < _LEAST_PART:
        least = shown_memory(fixed + _LEAST_PART * each * cores())
        rule = f"must be at least {least} for {found.accounts:,} accounts"
        raise InputError(rule, key="memory", value=show_value(shown_memory(allowed)))
    offsets, loops, duplicates = write_rows(
        draft, pieces(), bounds_of(counts, part), weighted=weighted, workers=cores()
    )
    edges.remove()
    ids = numbering.save(draft)
    if stream.options.ids == "auto":
        for some in numbering.kept_ids():
            check_ids(some, str(stream.file))
    numbering.close()
    finish_mapped(draft, offsets, ids, loops, duplicates)


def _turned(piece: Piece) -> Piece:
    """Each edge the other way round; loops once."""
    apart = piece.rows != piece.columns
    weights = piece.weights[apart] if piece.weights.size else piece.weights
    return Piece(piece.columns[apart], piece.rows[apart], weights)


def _numbered(draft: Path, stream: _Stream, allowed: int) -> tuple[Numbering, EdgeFile]:
    """All edges under provisional numbers: followees, followers and weights."""
    try:
        return _spilled(draft, stream, lambda ids: _way(draft, ids, allowed))
    except BeyondTable:
        # Read again: ids are too far apart for a table over all of them.
        return _spilled(draft, stream, lambda ids: Whole(ids.dtype))


def _way(draft: Path, ids: NDArray[Any], allowed: int) -> Numbering:
    if ids.dtype == object:
        return Text(draft)
    if ids.dtype == np.int64:
        return Table(allowed // (5 * _TABLE))
    return Whole(ids.dtype)


def _spilled(
    draft: Path, stream: _Stream, way: Callable[[NDArray[Any]], Numbering]
) -> tuple[Numbering, EdgeFile]:
    swap = follower_first(stream.columns.direction)
    edges = EdgeFile(draft / "edges", weighted=stream.columns.weighted)
    numbering: Numbering | None = None
    try:
        for first, second, weights, _ in stream.parts():
            if numbering is None:
                numbering = way(first)
                stream.kind = "text" if isinstance(numbering, Text) else "integer"
            one, two = numbering.take(first), numbering.take(second)
            edges.append(Piece(two, one, weights) if swap else Piece(one, two, weights))
    except BeyondTable:
        edges.remove()
        raise
    if numbering is None:
        raise stream.nothing()
    return numbering, edges
