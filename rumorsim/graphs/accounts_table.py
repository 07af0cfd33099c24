"""Tables of accounts, in CSV or Parquet, joined to a follow graph by id."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import Fault, InputError, nearest, show_value
from rumorsim.common.files import checked_file
from rumorsim.common.plurals import counted
from rumorsim.graphs.building import with_accounts
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.lines import is_whole
from rumorsim.graphs.numbering import attribute_array, is_missing
from rumorsim.graphs.sources import file_format, marked_encoding, too_big

_ID = "id"
#: Faults shown one by one; more are counted.
_SHOWN = 20
_ISOLATED = (
    "with isolated = true under [accounts] an id of the table alone is an account without follows"
)
_TRUTH = {"true": True, "false": False}
#: What separates the cells of a table, by the header: the first that gives it a column "id".
_SEPARATORS = "\t;,"
#: Lines among which the header is looked for.
_COMMENTS = 1000


def read_accounts_table(
    path: str | os.PathLike[str],
    ids: NDArray[Any] | Sequence[Any] | int,
    *,
    max_bytes: int | None = None,
) -> dict[str, NDArray[Any]]:
    """The columns of a CSV or Parquet table of accounts, each aligned with ``ids``.

    The table has a column "id" and one row per account; ``ids`` are those of the graph
    in the order of its accounts, or their number N when ids are 0..N-1. Accounts that
    the table lacks and empty cells are missing (see :func:`attribute_array`, and
    :func:`missing_values` for a count). In CSV a column is of truth values, whole
    numbers or numbers if all its cells are, else text. An id that is not in the graph
    and an id given twice are faults, told with their line.
    """
    place = checked_file(path)
    known = list(range(ids)) if isinstance(ids, int) else np.asarray(ids, object).tolist()
    (names, given, columns), text = _table(place, max_bytes)
    accounts = _accounts(given, known, str(path), text=text)
    result = {}
    for name, cells in zip(names, columns, strict=True):
        values: list[Any] = [None] * len(known)
        for account, cell in zip(accounts, cells, strict=True):
            values[account] = None if is_missing(cell) else cell
        result[name] = attribute_array(values)
    return result


#: Names of columns other than the id, (place, id) of each row, cells by column.
Table = tuple[list[str], list[tuple[str, Any]], list[list[Any]]]


def with_accounts_of(
    graph: FollowGraph, path: str | os.PathLike[str], *, max_bytes: int | None = None
) -> FollowGraph:
    """``graph`` with an account for every id of a table that it lacks, without follows.

    InputError where an id is of another kind than those of the graph: text among whole
    numbers, say.
    """
    (_, given, _), text = _table(checked_file(path), max_bytes)
    known = graph.id_list()
    kinds = {type(each) for each in known}
    names = set(known)
    ids: list[Any] = []
    for line, value in given:
        found = value.strip() if text and value not in names else value
        if text and kinds == {int} and is_whole(found.encode()):
            found = int(found)
        if found == "" or is_missing(found) or type(found) not in kinds:
            rule = "is not an id of the kind that the graph has"
            raise InputError(rule, line, _ID, show_value(found), _such_as(known))
        ids.append(found)
    return with_accounts(graph, ids)


def with_accounts_table(
    graph: FollowGraph, path: str | os.PathLike[str], *, max_bytes: int | None = None
) -> FollowGraph:
    """``graph`` with the accounts of a table and its columns as attributes; the table wins."""
    whole = with_accounts_of(graph, path, max_bytes=max_bytes)
    ids = whole.accounts if whole.ids is None else whole.ids
    columns = read_accounts_table(path, ids, max_bytes=max_bytes)
    return replace(whole, attributes={**whole.attributes, **columns})


def _table(path: Path, max_bytes: int | None) -> tuple[Table, bool]:
    """A table, and whether its ids are text because all of it is."""
    if file_format(path) != "parquet":
        return _csv_columns(path, max_bytes), True
    from rumorsim.graphs.parquet import column_names, read_table

    names = column_names(path)
    at = _id_column(names, str(path))
    columns = [column.to_pylist() for column in read_table(path, None, max_bytes).columns]
    given = [(f"{path}, row {i}", value) for i, value in enumerate(columns.pop(at), 1)]
    return (names[:at] + names[at + 1 :], given, columns), False


def _csv_columns(path: Path, max_bytes: int | None) -> Table:
    limit = (1 << 30) if max_bytes is None else max_bytes
    if path.stat().st_size > limit:
        raise too_big(str(path), limit)
    rows = (row for row in _csv_rows(path) if any(cell.strip() for cell in row[1]))
    # Before the header, a line that begins with a mark is a comment.
    _, names = next((row for row in rows if not _marked(row[1])), (0, []))
    names = [name.strip() for name in names]
    at = _id_column(names, str(path))
    others = names[:at] + names[at + 1 :]
    given: list[tuple[str, Any]] = []
    columns: list[list[str]] = [[] for _ in others]
    for number, cells in rows:
        line = f"{path}, line {number}"
        if len(cells) != len(names) and _marked(cells):
            continue
        if len(cells) != len(names):
            rule = f"has {counted(len(cells), 'column')} where {len(names)} are expected"
            raise InputError(rule, line, value=show_value(",".join(cells)))
        given.append((line, cells.pop(at)))
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell.strip())
    return others, given, [_typed(column) for column in columns]


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row, comments and empty ones among them."""
    with path.open("rb") as raw:
        mark, encoding = marked_encoding(raw.read(4))
    with path.open(newline="", encoding=encoding) as file:
        file.read(1 if mark else 0)
        reader = csv.reader(file, strict=True, delimiter=_separator(path, encoding))
        try:
            for cells in reader:
                yield reader.line_num, cells
        except (csv.Error, UnicodeError) as error:
            place, value = f"{path}, line {reader.line_num + 1}", show_value(str(error))
            raise InputError("is not CSV text in UTF-8", place, value=value) from error


def _separator(path: Path, encoding: str) -> str:
    """What gives the header a column "id"; a comma where nothing does."""
    with path.open(encoding=encoding, errors="replace") as file:
        for line in islice(file, _COMMENTS):
            for each in _SEPARATORS:
                names = [name.strip('\ufeff \t\r\n"') for name in line.split(each)]
                if _ID in names and (len(names) > 1 or each == ","):
                    return each
    return ","


def _marked(cells: list[str]) -> bool:
    return cells[0].lstrip().startswith(("#", "%"))


def _id_column(names: list[str], path: str) -> int:
    if not names:
        raise InputError("is empty", path, advice='begin with a header line: "id,..."')
    if len(set(names)) != len(names) or not all(names):
        rule = "column names must be distinct and not empty"
        raise InputError(rule, path, value=show_value(", ".join(names)))
    if _ID not in names:
        raise InputError('there is no column "id"', path, _ID, advice=nearest(_ID, names[:20]))
    return names.index(_ID)


def _typed(cells: list[str]) -> list[Any]:
    """A column of text as truth values, whole numbers or numbers, if all cells are."""
    present = [cell for cell in cells if cell]
    if present and all(cell.lower() in _TRUTH for cell in present):
        return [_TRUTH[cell.lower()] if cell else None for cell in cells]
    for read in (int, float):
        try:
            return [read(cell) if cell else None for cell in cells]
        except ValueError:
            continue
    return [cell or None for cell in cells]


def _accounts(
    given: list[tuple[str, Any]], known: list[Any], path: str, *, text: bool
) -> list[int]:
    """The account of each row; every unknown and repeated id is a fault."""
    places = {str(each) if text else each: i for i, each in enumerate(known)}
    if len(places) < len(known):
        rule, advice = "two ids of the graph are the same as text", "give the table as .parquet"
        raise InputError(rule, path, _ID, advice=advice)
    first: dict[Any, str] = {}
    faults: list[Fault] = []
    accounts: list[int] = []
    for line, as_given in given:
        value = as_given.strip() if text and as_given not in places else as_given
        account = places.get(value)
        if account is None:
            advice = f"{_such_as(known)}; {_ISOLATED}"
            faults.append(Fault("no account has this id", line, _ID, show_value(value), advice))
        elif value in first:
            advice = f"the first is at {first[value]}"
            faults.append(Fault("is given twice", line, _ID, show_value(value), advice))
        else:
            first[value] = line
            accounts.append(account)
    if faults:
        more = len(faults) - _SHOWN
        if more > 0:
            faults[_SHOWN:] = [Fault(f"has {counted(more, 'more such fault')}", path)]
        raise InputError(faults)
    return accounts


def _such_as(known: list[Any]) -> str:
    shown = ", ".join(map(show_value, known[:3]))
    return f"the graph has {counted(len(known), 'id')}, such as {shown}"
