"""Follow graphs into files: written beside, synced, then renamed, so never half there."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.files import write_beside
from rumorsim.graphs.cells import written_ids
from rumorsim.graphs.columns import SKIPPED, Columns, parse_columns
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.formats import ENDINGS, check_ending, format_by_name
from rumorsim.graphs.sources import is_mapped

_CHUNK = 1 << 18
#: What an id must not hold to be found again in a line.
_UNSAFE_TEXT = re.compile(r'[\s\x00-\x1f\x7f\ud800-\udfff]|^[#%"]|^$')
_UNSAFE_CSV = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]|^$")
#: What stands in quotes in CSV: separators of any dialect, marks of comments, outer blanks.
_QUOTED_CSV = re.compile(r'[",;\t#%]|^ | $')
_LONGEST_ID = 1000


def write_follows(
    graph: FollowGraph,
    path: str | os.PathLike[str],
    *,
    columns: str | None = None,
    overwrite: bool = False,
) -> None:
    """Write a follow graph to a file, with original ids.

    The file appears complete or not at all. Accounts without follows and attributes are kept by
    the formats of ``graphs.formats`` (as far as each supports attributes) and by .mapped; a list
    of follows does not hold them.

    Parameters
    ----------
    graph : FollowGraph
        The graph to write.
    path : str or path
        .csv or text (also .gz), .parquet, a format of ``graphs.formats``, or NAME.mapped, a
        directory of arrays that holds the whole graph.
    columns : str, optional
        As for :func:`.read_follows`, with "weight" only if the graph has weights; names given
        here become the header. Not for .mapped. Mixed ids of numbers and text become text.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If the file exists, the format is unknown, or ids would collide as text.
    """
    place = Path(path)
    if is_mapped(place):
        from rumorsim.graphs.mapped import write_mapped

        if columns is not None:
            rule = "must be left out: a directory of arrays has no columns"
            raise InputError(rule, path, "columns", show_value(columns))
        write_mapped(graph, place, overwrite=overwrite)
        return
    if columns is None:
        advice = 'say "follower followee" or "followee follower"'
        raise InputError("is missing", path, "columns", advice=advice)
    wanted = parse_columns(columns)
    if wanted.timed or SKIPPED in wanted.words:
        rule, key = "a graph has no times and no further columns", "columns"
        advice = f'say columns = "{wanted.without("time", SKIPPED)}"'
        raise InputError(rule, path, key, show_value(columns), advice)
    if wanted.weighted and graph.weights is None:
        rule, advice = "these follows have no weights", f'say columns = "{wanted.direction}"'
        raise InputError(rule, key="columns", value=show_value(columns), advice=advice)
    chosen = format_by_name(place)
    if chosen is None:
        check_ending(place)
    if chosen is not None and not chosen.writable:
        advice = f"one of {', '.join(ENDINGS)}, .csv, .parquet, .mapped or text"
        raise InputError(f"{chosen.name} files are read only", path, advice=advice)
    packed = place.suffix.lower() == ".gz"
    with write_beside(place, overwrite=overwrite) as draft:
        suffixes = [each.lower() for each in place.suffixes]
        if suffixes[-1:] == [".parquet"]:
            from rumorsim.graphs.parquet import write_columns

            write_columns(draft, _table(graph, wanted, place))
        elif chosen is not None:
            with _opened(draft, packed=packed) as raw:
                chosen.write(raw, graph, wanted, place)
            if chosen.read_back:
                from rumorsim.graphs.formats.small import check_written

                check_written(chosen, draft, graph, wanted, compressed=packed)
        else:
            _write_text(draft, graph, wanted, place, commas=".csv" in suffixes[-2:], packed=packed)


def left_behind(graph: FollowGraph, path: str | os.PathLike[str]) -> tuple[int, list[str]]:
    """What ``path`` does not hold of ``graph``: accounts without follows, and attributes."""
    if is_mapped(path):
        return 0, []
    chosen = format_by_name(path)
    if chosen is not None:
        kept = chosen.kept(graph)
        return 0, [name for name in graph.attributes if name not in kept]
    alone = (graph.follower_counts() == 0) & (graph.followee_counts() == 0)
    return int(np.sum(alone)), list(graph.attributes)


def _names(columns: Columns) -> tuple[str, ...]:
    return columns.names or columns.words


def _ends(graph: FollowGraph) -> dict[str, NDArray[Any]]:
    return {"followee": graph.followees(), "follower": graph.followers}


def _table(graph: FollowGraph, columns: Columns, place: Path) -> dict[str, NDArray[Any]]:
    ids = np.arange(graph.accounts, dtype=np.int64) if graph.ids is None else graph.ids
    if ids.dtype == object and len({type(each) for each in ids.tolist()}) > 1:
        ids = np.array(written_ids(ids.tolist(), str(place)), object)
    found = {word: ids[end] for word, end in _ends(graph).items()}
    if graph.weights is not None:
        found["weight"] = graph.weights
    return {name: found[word] for name, word in zip(_names(columns), columns.words, strict=True)}


def _write_text(
    draft: Path, graph: FollowGraph, columns: Columns, place: Path, *, commas: bool, packed: bool
) -> None:
    ids = None if graph.ids is None else _id_words(graph.ids.tolist(), place, commas)
    with _opened(draft, packed=packed) as raw:
        separator = "," if commas else "\t"
        names = [_quoted(name) if commas else name for name in _names(columns)]
        # Columns by name are found in a header only; else a comment that any program skips.
        mark = "" if commas or columns.names else "# "
        raw.write((mark + separator.join(names) + "\n").encode())
        ends = _ends(graph)
        for start in range(0, graph.follows, _CHUNK):
            part = slice(start, start + _CHUNK)
            cells = [_cells(graph, word, ends, ids, part) for word in columns.words]
            lines = map(separator.join, zip(*cells, strict=True))
            raw.write(("\n".join(lines) + "\n").encode())


@contextlib.contextmanager
def _opened(draft: Path, *, packed: bool) -> Iterator[IO[bytes]]:
    with draft.open("wb") as raw:
        if not packed:
            yield raw
            return
        # No name and no time inside: the same graph gives the same bytes.
        with gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as file:
            yield cast(IO[bytes], file)


def _cells(
    graph: FollowGraph, word: str, ends: dict[str, NDArray[Any]], ids: list[str] | None, part: slice
) -> list[str]:
    if word == "weight" and graph.weights is not None:
        return list(map(repr, graph.weights[part].tolist()))
    accounts = ends[word][part].tolist()
    return list(map(str, accounts)) if ids is None else [ids[each] for each in accounts]


def _id_words(ids: list[Any], place: Path, commas: bool) -> list[str]:
    """Each id as it stands in a line; an InputError for one that could not be read back."""
    unsafe = _UNSAFE_CSV if commas else _UNSAFE_TEXT
    words = []
    for word in written_ids(ids, str(place)):
        if unsafe.search(word) or len(word.encode()) > _LONGEST_ID:
            rule = "this id cannot be written in a line of text"
            advice = "write .parquet" if commas else "write .csv or .parquet"
            raise InputError(rule, place, "id", show_value(word), advice)
        words.append(_quoted(word) if commas else word)
    return words


def _quoted(word: str) -> str:
    if not _QUOTED_CSV.search(word):
        return word
    cell = io.StringIO()
    csv.writer(cell, quoting=csv.QUOTE_ALL, lineterminator="").writerow([word])
    return cell.getvalue()
