"""Follows and tables of accounts in Parquet files; needs the extra ``[data]``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.plurals import counted
from rumorsim.graphs.columns import Columns
from rumorsim.graphs.lines import moment
from rumorsim.graphs.numbering import Edges, Floats, Part, id_table
from rumorsim.graphs.sources import DEFAULT_MAX_BYTES, too_big

#: Rows that are read at a time where a file is read part by part.
_BATCH: Final = 1 << 20


def _pyarrow(file: Path) -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        rule = "Parquet files need pyarrow, which is not installed"
        advice = 'pip install "rumorsim[data]", or use text, .gz or .csv'
        raise InputError(rule, file, advice=advice) from error
    return pyarrow


def read_table(path: Path, wanted: Sequence[str] | None, max_bytes: int | None) -> Any:
    """The columns ``wanted`` (all if None) as a pyarrow table; InputError if damaged."""
    with (
        _readable(path) as parquet,
        parquet.ParquetFile(path, page_checksum_verification=True) as file,
    ):
        _check_size(file, wanted, max_bytes, path)
        return file.read(columns=None if wanted is None else list(wanted))


def column_names(path: Path) -> list[str]:
    """The names of a Parquet file's columns."""
    with _readable(path) as parquet:
        return list(parquet.read_schema(path).names)


@contextmanager
def _readable(path: Path) -> Iterator[Any]:
    """``pyarrow.parquet`` to read a file with; InputError if that is damaged."""
    pyarrow = _pyarrow(path)
    try:
        yield pyarrow.parquet
    except (pyarrow.ArrowException, OSError) as error:
        rule, advice = "is not a Parquet file that can be read", "write or fetch it again"
        raise InputError(rule, path, value=show_value(str(error)), advice=advice) from error


def _check_size(file: Any, wanted: Sequence[str] | None, cap: int | None, path: Path) -> None:
    metadata = file.metadata
    limit = DEFAULT_MAX_BYTES if cap is None else cap
    total = sum(
        metadata.row_group(i).column(j).total_uncompressed_size
        for i in range(metadata.num_row_groups)
        for j in range(metadata.num_columns)
        if wanted is None or metadata.row_group(i).column(j).path_in_schema in wanted
    )
    # Dictionaries and runs can say much in few bytes: what is unpacked counts too.
    total = max(total, 4 * metadata.num_rows * (2 if wanted is None else len(wanted)))
    if total > limit:
        raise too_big(str(path), cap)


def _names(path: Path, columns: Columns) -> list[str]:
    """The names of the columns wanted; InputError where they are not there."""
    header = column_names(path)
    if len(set(header)) != len(header):
        raise InputError("column names must be distinct", path, value=show_value(", ".join(header)))
    if not columns.named_in(header) and len(header) != len(columns.words):
        rule = f"has {counted(len(header), 'column')} where {len(columns.words)} are expected"
        advice = 'name those you want: "follower=NAME followee=NAME", or say "_" to skip one'
        raise InputError(rule, path, "columns", show_value(", ".join(header)), advice)
    return [header[at] for at in columns.places(header, file=str(path))]


def read_columns(path: Path, columns: Columns, as_text: bool, max_bytes: int | None) -> Edges:
    """The follows in a Parquet file."""
    names = _names(path, columns)
    table = read_table(path, names, max_bytes)
    found = {
        word: _Column(path, word, name, table.column(name))
        for word, name in zip(columns.wanted, names, strict=True)
    }
    first, second = (found[word].ids(as_text) for word in columns.direction.split())
    weights = found["weight"].weights() if columns.weighted else None
    return Edges(first, second, weights, found["time"].times() if columns.timed else None)


def stream_columns(path: Path, columns: Columns, as_text: bool) -> Iterator[Part]:
    """:func:`read_columns` part by part."""
    names = _names(path, columns)
    with (
        _readable(path) as parquet,
        parquet.ParquetFile(path, page_checksum_verification=True) as file,
    ):
        for batch in file.iter_batches(_BATCH, columns=names):
            found = {
                word: _Column(path, word, name, batch.column(name))
                for word, name in zip(columns.wanted, names, strict=True)
            }
            first, second = (found[word].ids(as_text) for word in columns.direction.split())
            nothing = np.empty(0)
            weights = found["weight"].weights() if columns.weighted else nothing
            yield first, second, weights, found["time"].times() if columns.timed else nothing


@dataclass(frozen=True)
class _Column:
    """One column of a file, of the part ``word`` of a follow."""

    path: Path
    word: str
    name: str
    values: Any

    def ids(self, as_text: bool) -> NDArray[Any]:
        """Text as objects; whole numbers as int64 or uint64."""
        types, kind, values = _pyarrow(self.path).types, self.values.type, self.values
        if types.is_dictionary(kind):
            kind = kind.value_type
            values = values.cast(kind)
        textual = types.is_string(kind) or types.is_large_string(kind)
        self._check(textual or types.is_integer(kind), "ids must be whole numbers or text", kind)
        if textual or as_text:
            return id_table([str(each) for each in values.to_pylist()])
        wide: NDArray[Any] = values.to_numpy()
        return wide if wide.dtype == np.uint64 else wide.astype(np.int64, copy=False)

    def weights(self) -> Floats:
        """The numbers of the column."""
        types, kind = _pyarrow(self.path).types, self.values.type
        numbers = types.is_floating(kind) or types.is_integer(kind)
        self._check(numbers, "weights must be numbers", kind)
        weights = self.values.to_numpy().astype(np.float64)
        fitting = np.isfinite(weights) & (weights >= 0)
        return self._all(weights, fitting, "must be a finite number of at least 0")

    def times(self) -> Floats:
        """Times as numbers: as they stand, or seconds since 1970 for dates and timestamps."""
        pyarrow, values = _pyarrow(self.path), self.values
        self._check(True, "", values.type)
        if pyarrow.types.is_date(values.type) or pyarrow.types.is_timestamp(values.type):
            micro = values.cast(pyarrow.timestamp("us")).cast(pyarrow.int64()).to_numpy()
            return np.asarray(micro / 1e6)
        found = np.array([moment(str(each)) for each in values.to_pylist()], np.float64)
        return self._all(found, np.isfinite(found), "must be a number or a date such as 2011-05-03")

    def _check(self, fitting: bool, rule: str, kind: Any) -> None:
        """InputError where the type does not fit or a value is missing."""
        key = f"{self.word} ({self.name})"
        if not fitting:
            raise InputError(rule, self.path, key, str(kind))
        if self.values.null_count:
            row = int(np.flatnonzero(self.values.is_null().to_numpy())[0])
            advice = "give a value or drop the row"
            raise InputError("is empty", f"{self.path}, row {row + 1}", key, advice=advice)

    def _all(self, found: Floats, fitting: NDArray[np.bool_], rule: str) -> Floats:
        bad = np.flatnonzero(~fitting)
        if bad.size:
            value, place = self.values[int(bad[0])].as_py(), f"{self.path}, row {bad[0] + 1}"
            raise InputError(rule, place, f"{self.word} ({self.name})", show_value(value))
        return found


def write_columns(path: Path, columns: dict[str, NDArray[Any]]) -> None:
    """Write columns of equal length to ``path``, with checksums on every page."""
    pyarrow = _pyarrow(path)
    try:
        arrays = {
            name: pyarrow.array(values.tolist() if values.dtype == object else values)
            for name, values in columns.items()
        }
    except (OverflowError, pyarrow.ArrowException) as error:
        rule = "ids must be text or whole numbers of at most 64 bits in Parquet"
        raise InputError(rule, path, "ids", show_value(str(error)), "write text or .csv") from error
    pyarrow.parquet.write_table(pyarrow.table(arrays), path, write_page_checksum=True)
