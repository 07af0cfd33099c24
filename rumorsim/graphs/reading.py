"""Follow graphs from files: edge lists as text, .gz, .csv, Parquet, GraphML, mapped arrays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.errors import Fault, InputError, nearest, show_value
from rumorsim.files import checked_file
from rumorsim.graphs.building import from_edges, id_table
from rumorsim.graphs.columns import COLUMNS_ADVICE, Columns, parse_columns
from rumorsim.graphs.direction import DIRECTIONS
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.formats import Request, format_of_file
from rumorsim.graphs.lines import LONGEST_LINE, Id, LineFormat, format_of
from rumorsim.graphs.sources import Progress, blocks, file_format, is_mapped

__all__ = ["read_follows"]

_IDS = ("auto", "integer", "text")
_BOM = b"\xef\xbb\xbf"
#: Two arrays of ids and one of weights (None without), for some lines of a file.
Part = tuple[NDArray[Any], NDArray[Any], NDArray[np.float64] | None]


def read_follows(
    path: str | os.PathLike[str],
    *,
    columns: str | None = None,
    ids: str = "auto",
    both_ways: bool = False,
    format: str | None = None,
    id_attribute: str | None = None,
    max_bytes: int | None = None,
    progress: Progress | None = None,
) -> FollowGraph:
    """The follow graph of a file of follows, one a line (or row, or edge).

    ``columns`` says what the columns hold: "follower followee" or "followee follower",
    with " weight" behind if there is a third; or, where the file has a header,
    "follower=NAME followee=NAME". Text columns are separated by commas, tabs or blanks;
    lines starting with # are comments. ``ids``: "auto" takes whole numbers if the first
    line has them (then all must be), "text" keeps ids as written. Accounts are those in
    the file; see ``from_edges`` for their numbering and for what is dropped.

    In GraphML and the other formats of ``graphs.formats`` (GEXF, GML, Pajek, adjacency lists,
    node-link JSON, Matrix Market) "follower followee" says that the source of an edge follows
    its target. They go by the ending of the name unless ``format`` names one ("text" and
    "parquet" are lists of follows). ``id_attribute`` is the attribute of nodes that holds their
    ids, where those of the file mean nothing, such as igraph's "name".

    A directory of arrays, NAME.mapped, is read in place and says all this itself: there
    everything but ``max_bytes`` is left out.

    ``both_ways`` makes two follows of each line, as files of undirected edges mean it;
    ``columns`` may then be left out where there are two. ``max_bytes`` caps the bytes of a
    file once decompressed. Whatever is wrong with the
    file is an InputError with its line.
    """
    if is_mapped(path):
        from rumorsim.graphs.mapped import read_mapped

        _said_by_itself(
            path,
            columns=columns,
            ids=None if ids == "auto" else ids,
            both_ways=both_ways or None,
            format=format,
            id_attribute=id_attribute,
        )
        return read_mapped(path, max_bytes=max_bytes)
    if columns is None and both_ways:
        columns = DIRECTIONS[0]
    wanted = _wanted(columns, path)
    if ids not in _IDS:
        raise InputError(
            Fault(
                "must be a way to read ids",
                key="ids",
                value=show_value(ids),
                advice=nearest(str(ids), _IDS),
            )
        )
    place = checked_file(path)
    kind = file_format(place)
    packed = kind == "gzip"
    chosen = format_of_file(place, format, kind)
    if chosen is not None:
        return chosen.read(
            Request(place, wanted, ids, id_attribute, both_ways, packed, max_bytes, progress)
        )
    if id_attribute is not None:
        rule, advice = "a list of follows has no attributes of accounts", "leave it out"
        value = show_value(id_attribute)
        raise InputError(Fault(rule, str(path), "id_attribute", value, advice))
    if (format or kind) == "parquet":
        from rumorsim.graphs.parquet import read_columns

        first, second, weights = read_columns(place, wanted, ids == "text", max_bytes)
    else:
        first, second, weights = _read_text(place, wanted, ids, packed, max_bytes, progress)
    if first.size == 0:
        raise InputError(
            Fault("holds no follows", file=str(path), advice="a graph needs at least one")
        )
    return from_edges(
        first,
        second,
        direction=wanted.direction,
        weights=weights,
        both_ways=both_ways,
        file=str(path),
    )


def _wanted(columns: str | None, path: str | os.PathLike[str]) -> Columns:
    if columns is None:
        raise InputError(Fault("is missing", file=str(path), key="columns", advice=COLUMNS_ADVICE))
    return parse_columns(columns)


def _said_by_itself(path: str | os.PathLike[str], **given: str | bool | None) -> None:
    for key, value in given.items():
        if value is not None:
            rule = "must be left out: the arrays say it themselves"
            raise InputError(Fault(rule, file=str(path), key=key, value=show_value(value)))


def _read_text(
    path: Path,
    columns: Columns,
    ids: str,
    compressed: bool,
    max_bytes: int | None,
    progress: Progress | None,
) -> Part:
    def fresh() -> Iterator[bytes]:
        return _without_mark(
            blocks(path, compressed=compressed, max_bytes=max_bytes, progress=progress)
        )

    form = _format(fresh(), columns, ids, str(path))
    if form is None:
        return np.empty(0, np.int64), np.empty(0, np.int64), None
    if form.plain:
        parts = _plain_parts(fresh(), form)
        if parts is not None:
            return _joined(parts, columns.weighted)
    return _any_lines(fresh(), form)


def _format(pieces: Iterator[bytes], columns: Columns, ids: str, file: str) -> LineFormat | None:
    start = b""
    for block in pieces:
        # Comments may fill more than the first block.
        start += block
        form = format_of(start, columns, ids, file, whole=False)
        if form is not None:
            return form
    return format_of(start, columns, ids, file, whole=True)


def _without_mark(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks without a byte order mark at the very start."""
    for i, block in enumerate(pieces):
        yield block.removeprefix(_BOM) if i == 0 else block


def _joined(parts: list[Part], weighted: bool) -> Part:
    weights = [part[2] for part in parts if part[2] is not None]
    return (
        np.concatenate([part[0] for part in parts]),
        np.concatenate([part[1] for part in parts]),
        np.concatenate(weights) if weighted else None,
    )


def _plain_parts(pieces: Iterator[bytes], form: LineFormat) -> list[Part] | None:
    """Whole numbers by the compiled reader; None when some line, though right, is beyond it.

    The first block is read with care, so that most faults are told before anything is
    compiled.
    """
    parts: list[Part] = []
    line = 1
    for block in pieces:
        if line == 1:
            part = _any_lines(iter([block]), form)
            if part[0].dtype != np.int64 or part[1].dtype != np.int64:
                return None
        else:
            found = _plain_block(block, form, line)
            if found is None:
                return None
            part = found
        parts.append(part)
        line += block.count(b"\n")
    return parts


def _plain_block(block: bytes, form: LineFormat, line: int) -> Part | None:
    from rumorsim.kernels.edge_text import count_lines, plain_lines

    text = np.frombuffer(block, np.uint8)
    room = int(count_lines(text))
    first, second = np.empty(room, np.int64), np.empty(room, np.int64)
    weights = np.empty(room if form.columns.weighted else 0, np.float64)
    rows, stopped = plain_lines(
        text, form.separator[0], form.columns.weighted, LONGEST_LINE, first, second, weights
    )
    if stopped < len(block):
        end = block.find(b"\n", stopped)
        bad = block[stopped : end if end >= 0 else None]
        form.values(bad, line + block.count(b"\n", 0, stopped))
        return None
    return first[:rows], second[:rows], weights[:rows] if form.columns.weighted else None


def _any_lines(pieces: Iterator[bytes], form: LineFormat) -> Part:
    """Every line in plain Python: text, numbers of any size, quotes, extra columns."""
    first: list[Id] = []
    second: list[Id] = []
    weights: list[float] = []
    number = 0
    for block in pieces:
        lines = block.split(b"\n")
        if not lines[-1]:
            lines.pop()
        for line in lines:
            number += 1
            found = form.values(line, number)
            if found is not None:
                first.append(found[0])
                second.append(found[1])
                weights.append(found[2])
    kept = np.array(weights, np.float64) if form.columns.weighted else None
    return id_table(first), id_table(second), kept
