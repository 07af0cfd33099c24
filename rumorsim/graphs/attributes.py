"""Attributes of accounts: columns of values, and tables that are joined by id."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.errors import Fault, InputError, nearest, show_value
from rumorsim.files import checked_file
from rumorsim.graphs.sources import file_format, too_big

__all__ = ["attribute_array", "is_missing", "missing_values", "read_accounts_table"]

_ID = "id"
#: Faults told one by one; more are counted.
_TOLD = 20
_TRUTH = {"true": True, "false": False}


def is_missing(value: Any) -> bool:
    """Whether ``value`` stands for nothing: None or NaN."""
    return value is None or (isinstance(value, float) and value != value)


def attribute_array(values: Sequence[Any]) -> NDArray[Any]:
    """One attribute of all accounts; None stands for missing.

    Truth values give bool, whole numbers int64, other numbers float64, all else
    objects. A missing value makes numbers float64 with NaN, other things objects with
    None.
    """
    kinds = {type(each) for each in values if each is not None}
    missing = any(each is None for each in values)
    if kinds == {bool} and not missing:
        return np.array(values, bool)
    if kinds and all(issubclass(kind, int | np.integer) and kind is not bool for kind in kinds):
        if all(each is None or -(2**53) <= each <= 2**53 for each in values):
            return np.array(values, np.float64 if missing else np.int64)
    elif kinds and all(
        issubclass(kind, int | float | np.integer | np.floating) and kind is not bool
        for kind in kinds
    ):
        return np.array(values, np.float64)
    result = np.empty(len(values), object)
    result[:] = values
    return result


def missing_values(columns: Mapping[str, NDArray[Any]]) -> dict[str, int]:
    """How many accounts lack each attribute; attributes that all have are left out."""
    counts = {name: sum(map(is_missing, values.tolist())) for name, values in columns.items()}
    return {name: count for name, count in counts.items() if count}


def read_accounts_table(
    path: str | os.PathLike[str],
    ids: NDArray[Any] | Sequence[Any] | int,
    *,
    max_bytes: int | None = None,
) -> dict[str, NDArray[Any]]:
    """The columns of a CSV or Parquet table of accounts, each aligned with ``ids``.

    The table has a column "id" and one row an account; ``ids`` are those of the graph
    in the order of its accounts, or their number N when ids are 0..N-1. Accounts that
    the table lacks and empty cells are missing (see :func:`attribute_array`, and
    :func:`missing_values` for a count). In CSV a column is of truth values, whole
    numbers or numbers if all its cells are, else text. An id that is not in the graph
    and an id given twice are faults, told with their line.
    """
    place = checked_file(path)
    known = list(range(ids)) if isinstance(ids, int) else np.asarray(ids, object).tolist()
    parquet = file_format(place) == "parquet"
    if parquet:
        names, given, columns = _parquet_columns(place, max_bytes)
    else:
        names, given, columns = _csv_columns(place, max_bytes)
    accounts = _accounts(given, known, str(path), text=not parquet)
    result = {}
    for name, cells in zip(names, columns, strict=True):
        values: list[Any] = [None] * len(known)
        for account, cell in zip(accounts, cells, strict=True):
            values[account] = None if is_missing(cell) else cell
        result[name] = attribute_array(values)
    return result


#: Names of columns other than the id, (place, id) of each row, cells by column.
Table = tuple[list[str], list[tuple[str, Any]], list[list[Any]]]


def _parquet_columns(path: Path, max_bytes: int | None) -> Table:
    from rumorsim.graphs.parquet import column_names, read_table

    names = column_names(path)
    at = _id_column(names, str(path))
    columns = [column.to_pylist() for column in read_table(path, None, max_bytes).columns]
    given = [(f"{path}, row {i}", value) for i, value in enumerate(columns[at], 1)]
    return names[:at] + names[at + 1 :], given, columns[:at] + columns[at + 1 :]


def _csv_columns(path: Path, max_bytes: int | None) -> Table:
    limit = (1 << 30) if max_bytes is None else max_bytes
    if path.stat().st_size > limit:
        raise too_big(str(path), limit)
    rows = _csv_rows(path)
    _, names = next(rows, (0, []))
    names = [name.strip() for name in names]
    at = _id_column(names, str(path))
    given: list[tuple[str, Any]] = []
    columns: list[list[str]] = [[] for _ in names]
    for number, cells in rows:
        line = f"{path}, line {number}"
        if len(cells) != len(names):
            raise InputError(
                Fault(
                    f"has {len(cells)} columns where {len(names)} are expected",
                    file=line,
                    value=show_value(",".join(cells)),
                )
            )
        given.append((line, cells[at].strip()))
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell.strip())
    typed = [_typed(column) for column in columns]
    return names[:at] + names[at + 1 :], given, typed[:at] + typed[at + 1 :]


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line that has any; comments start with #."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file, strict=True)
        while True:
            try:
                cells = next(reader, None)
            except (csv.Error, UnicodeDecodeError) as error:
                raise InputError(
                    Fault(
                        "is not CSV text in UTF-8",
                        file=f"{path}, line {reader.line_num + 1}",
                        value=show_value(str(error)),
                    )
                ) from error
            if cells is None:
                return
            if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
                yield reader.line_num, cells


def _id_column(names: list[str], path: str) -> int:
    if not names:
        raise InputError(Fault("is empty", file=path, advice='begin with a header line: "id,..."'))
    if len(set(names)) != len(names) or not all(names):
        raise InputError(
            Fault(
                "column names must be distinct and not empty",
                file=path,
                value=show_value(", ".join(names)),
            )
        )
    if _ID not in names:
        advice = nearest(_ID, names[:20])
        raise InputError(Fault('there is no column "id"', file=path, key=_ID, advice=advice))
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
    first: dict[Any, str] = {}
    faults: list[Fault] = []
    accounts: list[int] = []
    for line, value in given:
        account = places.get(value)
        if account is None:
            faults.append(
                Fault(
                    "no account has this id",
                    file=line,
                    key=_ID,
                    value=show_value(value),
                    advice=_such_as(known),
                )
            )
        elif value in first:
            faults.append(
                Fault(
                    "is given twice",
                    file=line,
                    key=_ID,
                    value=show_value(value),
                    advice=f"the first is at {first[value]}",
                )
            )
        else:
            first[value] = line
            accounts.append(account)
    if faults:
        more = len(faults) - _TOLD
        told = list(islice(faults, _TOLD))
        if more > 0:
            told.append(Fault(f"has {more} more such faults", file=path))
        raise InputError(told)
    return accounts


def _such_as(known: list[Any]) -> str:
    return f"there are {len(known)} ids, such as {', '.join(map(show_value, known[:3]))}"
