"""The tables of a sweep: one row per run, and the curves. Parquet, or CSV without pyarrow.

They are merged from the records alone, in the order of the plan, so they are the same bytes
whoever made the runs. Rows go through in batches: memory does not grow with the sweep.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from rumorsim.common.csv_text import CsvRows
from rumorsim.common.files import write_beside
from rumorsim.studies.runner.manifest import TABLES
from rumorsim.studies.runner.store import Store
from rumorsim.studies.sweep.columns import as_cell
from rumorsim.studies.sweep.swept import DRAW, Row, Sweep

_ROWS: Final = 250
_FIRST: Final = ("point", "policy", "seed")
_LAST: Final = ("run", "digest", "events", "error")
_SERIES: Final = ("point", "policy", "seed", "curve", "series", "time", "value")

Cells = Mapping[str, Sequence[Any]]


class _Table(Protocol):
    """A file that takes columns of rows."""

    def add(self, columns: Cells) -> None: ...

    def close(self) -> None: ...


def write_tables(sweep: Sweep) -> set[str]:
    """Write ``runs`` and ``series`` beside the records; the names of runs that have none.

    OutputError where they cannot be written.
    """
    lost: set[str] = set()
    store = Store(sweep.directory)
    keys = _keys(sweep, store)
    suffix, make = (".parquet", _Parquet) if _has_pyarrow() else (".csv", _Csv)
    runs_place, series_place = (sweep.directory / f"{n}{suffix}" for n in ("runs", "series"))
    with contextlib.ExitStack() as stack:
        runs_draft = stack.enter_context(write_beside(runs_place, overwrite=True))
        series_draft = stack.enter_context(write_beside(series_place, overwrite=True))
        runs = make(runs_draft, _types(sweep, keys))
        series = make(series_draft, _series_types())
        try:
            for rows in _batches(sweep, store):
                runs.add(_columns(sweep, rows, keys))
                series.add(_series(rows))
                lost.update(row.run for row in rows if row.error)
        finally:
            runs.close()
            series.close()
    for name in TABLES:
        if not name.endswith(suffix):
            (sweep.directory / name).unlink(missing_ok=True)
    return lost


def _batches(sweep: Sweep, store: Store) -> Iterator[list[Row]]:
    rows = (sweep.filled(row, store) for row in sweep.places())
    while batch := list(islice(rows, _ROWS)):
        yield batch


def _keys(sweep: Sweep, store: Store) -> list[str]:
    """Every number that any setting has; the worlds of a setting have the same ones."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    for row in sweep.places():
        setting = sweep.setting_at(row.point, sweep.policies.index(row.policy), row.seed)
        if setting not in seen:
            scalars = sweep.filled(row, store).scalars
            found.update(dict.fromkeys(scalars))
            if scalars:
                seen.add(setting)
    return list(found)


def _columns(sweep: Sweep, rows: Sequence[Row], keys: Sequence[str]) -> Cells:
    columns: dict[str, Sequence[Any]] = {
        "point": [row.point for row in rows],
        "policy": [row.policy for row in rows],
        "seed": [row.seed for row in rows],
    }
    if sweep.draws:
        columns[DRAW] = [sweep.draws[row.seed] for row in rows]
    for name in sweep.parameters:
        columns[name] = [as_cell(row.parameters[name]) for row in rows]
    columns["run"] = [row.run for row in rows]
    columns["digest"] = [row.digest or None for row in rows]
    columns["events"] = [None if row.error else row.events for row in rows]
    columns["error"] = [row.error for row in rows]
    for key in keys:
        columns[key] = [row.scalars.get(key) for row in rows]
    return columns


def _series(rows: Sequence[Row]) -> Cells:
    columns: dict[str, list[Any]] = {name: [] for name in _SERIES}
    for row in rows:
        for curve, table in row.series.items():
            for name, values in table.items():
                if name == "time":
                    continue
                size = len(values)
                cells = (row.point, row.policy, row.seed, curve, name)
                for column, cell in zip(_SERIES, cells, strict=False):
                    columns[column] += [cell] * size
                columns["time"] += table["time"]
                columns["value"] += values
    return columns


def _types(sweep: Sweep, keys: Sequence[str]) -> dict[str, str]:
    """The type of each column of the table of runs."""
    types = {"point": "int64", "policy": "text", "seed": "uint64"}
    if sweep.draws:
        types[DRAW] = "int64"
    for place, name in enumerate(sweep.parameters):
        types[name] = _type_of([as_cell(point[place]) for point in sweep.manifest["points"]])
    types |= {"run": "text", "digest": "text", "events": "int64", "error": "text"}
    return types | dict.fromkeys(keys, "float64")


def _type_of(cells: Sequence[Any]) -> str:
    kinds = {type(cell) for cell in cells}
    if kinds <= {bool}:
        return "bool"
    if kinds <= {int} and all(abs(cell) < 2**63 for cell in cells):
        return "int64"
    return "float64" if kinds <= {int, float} else "text"


def _series_types() -> dict[str, str]:
    text = dict.fromkeys(("policy", "curve", "series"), "text")
    return {name: text.get(name, "float64") for name in _SERIES} | {
        "point": "int64",
        "seed": "uint64",
    }


def _has_pyarrow() -> bool:
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        return False
    return True


class _Csv:
    """A table as CSV."""

    def __init__(self, place: Path, types: Mapping[str, str]) -> None:
        self._file = place.open("w", encoding="utf-8", newline="")
        self._types = types
        self._rows = CsvRows(self._file, types)

    def add(self, columns: Cells) -> None:
        self._rows.add(zip(*(columns[name] for name in self._types), strict=True))

    def close(self) -> None:
        self._file.close()


class _Parquet:
    """A table as Parquet, its pages with checksums."""

    def __init__(self, place: Path, types: Mapping[str, str]) -> None:
        import pyarrow
        import pyarrow.parquet

        kinds = {"text": pyarrow.string(), "float64": pyarrow.float64(), "bool": pyarrow.bool_()}
        kinds |= {"int64": pyarrow.int64(), "uint64": pyarrow.uint64()}
        self._types = types
        self._schema = pyarrow.schema([(name, kinds[kind]) for name, kind in types.items()])
        self._array = pyarrow.array
        self._batch = pyarrow.record_batch
        self._writer = pyarrow.parquet.ParquetWriter(
            place, self._schema, compression="zstd", write_page_checksum=True
        )

    def add(self, columns: Cells) -> None:
        arrays = []
        for name, field in zip(self._types, self._schema, strict=True):
            cells: Any = columns[name]
            if self._types[name] == "text" and not {*map(type, cells)} <= {str, type(None)}:
                cells = [None if cell is None else str(cell) for cell in cells]
            elif self._types[name] == "float64":
                # None becomes NaN, which no measure gives, and that an empty cell.
                cells = np.array(cells, np.float64)
            arrays.append(self._array(cells, field.type, from_pandas=True))
        self._writer.write_batch(self._batch(arrays, schema=self._schema))

    def close(self) -> None:
        self._writer.close()
