"""Tables of any kind as columns of Arrow: files, data frames, dictionaries of arrays.

Needs pyarrow, of the extra ``[data]``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, nearest, show_value
from rumorsim.common.files import checked_file
from rumorsim.common.frames import of_data
from rumorsim.events.observed.moments import no_zone, seconds_of
from rumorsim.events.observed.records import Floats

#: The endings of tables, by how they are read.
TEXT: Final = {".csv": ",", ".tsv": "\t"}
ENDINGS: Final = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet", ".arrow", ".feather")
#: A whole number in the one way of writing it, of at most 18 digits.
_WHOLE: Final = "^(0|-?[1-9][0-9]{0,17})$"


class Columns:
    """A table, its columns read by name. ``name`` is what messages call it."""

    def __init__(self, source: Any, wanted: Sequence[str]) -> None:
        self._arrow = of_data("pyarrow")
        self._compute = of_data("pyarrow.compute")
        place = Path(source) if isinstance(source, (str, Path)) else None
        self.name = "the table" if place is None else str(source)
        #: Rows of text files are lines, under one of names.
        self.is_text = place is not None and _ending(place) in TEXT
        self.names: list[str] = []
        table = self._handed(source) if place is None else self._read(checked_file(place), wanted)
        self.names = self.names or list(table.schema.names)
        self._columns = {name: table.column(name) for name in wanted if name in self.names}
        self.rows: int = table.num_rows
        if not self.rows:
            raise InputError("holds no rows", self.name)

    def where(self, row: int) -> str:
        """The place of a row, for messages."""
        word, first = ("line", 2) if self.is_text else ("row", 1)
        return f"{self.name}, {word} {row + first}"

    def require(self, role: str, name: str) -> None:
        """InputError where the column of a role is not there."""
        if name not in self.names:
            advice = nearest(name, self.names)
            advice += f'; say which it is: columns = {{"{role}": ...}} (--columns {role}=...)'
            raise InputError("there is no such column", self.name, role, show_value(name), advice)

    # -- reading ------------------------------------------------------------------------

    def _handed(self, source: Any) -> Any:
        try:
            if isinstance(source, Mapping):
                return self._arrow.table(dict(source))
            if type(source).__module__.partition(".")[0] == "pandas":
                return self._arrow.Table.from_pandas(source, preserve_index=False)
            return self._arrow.table(source)
        except (TypeError, ValueError, self._arrow.ArrowException) as error:
            rule = "must be a file, a data frame, a table, trees of networkx or a mapping of arrays"
            raise InputError(rule, "", "source", show_value(str(error))) from error

    def _read(self, place: Path, wanted: Sequence[str]) -> Any:
        ending = _ending(place)
        try:
            if ending == ".parquet":
                parquet = of_data("pyarrow.parquet")
                with parquet.ParquetFile(place) as file:
                    self.names = file.schema_arrow.names
                    named = [name for name in self.names if name in wanted]
                    return file.read(columns=named or None, use_threads=False)
            if ending in TEXT:
                return self._read_text(place, TEXT[ending], wanted)
            table = of_data("pyarrow.feather").read_table(place, memory_map=False)
            table.validate(full=True)
            return table
        except (OSError, ValueError, self._arrow.ArrowException) as error:
            text = str(error).partition("\n")[0]
            rule = "cannot be read as a table"
            advice = "check that it is whole, and that its name ends as its format does"
            raise InputError(rule, str(place), value=show_value(text, 160), advice=advice) from None

    def _read_text(self, place: Path, separator: str, wanted: Sequence[str]) -> Any:
        csv = of_data("pyarrow.csv")
        read = csv.ReadOptions(use_threads=False)
        parse = csv.ParseOptions(delimiter=separator)
        with csv.open_csv(place, read_options=read, parse_options=parse) as reader:
            self.names = reader.schema.names
        named = [name for name in self.names if name in wanted]
        convert = csv.ConvertOptions(
            include_columns=named,
            column_types=dict.fromkeys(named, self._arrow.string()),
            null_values=[""],
            quoted_strings_can_be_null=True,
            strings_can_be_null=True,
        )
        return csv.read_csv(place, read, parse, convert)

    def array(self, values: Any) -> Any:
        """Values as an array of Arrow."""
        return self._arrow.array(values)

    # -- columns -------------------------------------------------------------------------

    def column(self, name: str, *, last: bool = False) -> Any:
        """A column as one array of Arrow, dictionaries spelt out; ``last``: it is let go of."""
        kept = self._columns.pop(name) if last else self._columns[name]
        found = kept.combine_chunks()
        if self._arrow.types.is_dictionary(found.type):
            found = found.dictionary_decode()
        return found

    def forget(self) -> None:
        """Let go of all columns: places of rows are known without them."""
        self._columns.clear()
        self._arrow.default_memory_pool().release_unused()

    def empty(self, column: Any) -> NDArray[np.bool_]:
        """Which values are missing."""
        found: NDArray[np.bool_] = self._compute.is_null(column, nan_is_null=True).to_numpy(False)
        return found

    def full(self, role: str, name: str, *, last: bool = False) -> Any:
        """A column without missing values; InputError with the row of the first."""
        column = self.column(name, last=last)
        missing = self.empty(column)
        if missing.any():
            place = self.where(int(np.argmax(missing)))
            advice = "give a value or remove the row"
            raise InputError("is empty", place, f"{role} ({name})", advice=advice)
        return column

    def whole(self, column: Any) -> Any:
        """Ids as whole numbers (int64) where all are; else as text. Missing ones stay."""
        types, compute = self._arrow.types, self._compute
        if types.is_integer(column.type):
            return column if types.is_uint64(column.type) else column.cast(self._arrow.int64())
        if types.is_floating(column.type):
            # What pandas makes of whole numbers where some are missing.
            try:
                return column.cast(self._arrow.int64())
            except self._arrow.ArrowInvalid:
                return column.cast(self._arrow.string())
        text = column.cast(self._arrow.string())
        fits = compute.all(compute.match_substring_regex(text, _WHOLE)).as_py()
        return text.cast(self._arrow.int64()) if fits in (True, None) else text

    def numbers(self, role: str, name: str, least: float = -np.inf) -> Floats:
        """Finite numbers; InputError with the row of the first that is none. Missing: NaN."""
        column = self.column(name)
        missing = self.empty(column)
        found = self._as_numbers(column)
        bad = ~missing & ~(np.isfinite(found) & (found >= least))
        if bad.any():
            row = int(np.argmax(bad))
            rule = "must be a finite number" + (f" of at least {least:g}" if least > -1e9 else "")
            value = show_value(column[row].as_py())
            raise InputError(rule, self.where(row), f"{role} ({name})", value)
        return found

    def _as_numbers(self, column: Any) -> Floats:
        """Values as float64, NaN where they are no numbers."""
        try:
            return np.asarray(column.cast(self._arrow.float64()).to_numpy(False), np.float64)
        except (self._arrow.ArrowInvalid, self._arrow.ArrowNotImplementedError):
            return np.array([_number(each) for each in column.to_pylist()], np.float64)

    def whole_numbers(self, role: str, name: str) -> NDArray[np.int32]:
        """Whole numbers from 0 as int32, -1 where missing; InputError for any other."""
        column = self.column(name, last=True)
        empty = self.empty(column)
        whole = self.whole(column)
        if not self._arrow.types.is_int64(whole.type):
            found = self._as_numbers(column)
            bad = ~empty & ~(found == np.floor(found))
            row = int(np.argmax(bad))
        else:
            found = whole.fill_null(-1).to_numpy(False)
            bad = ~empty & ((found < 0) | (found >= 2**31 - 1))
            row = int(np.argmax(bad))
        if bad.any():
            rule, value = "must be a whole number from 0", show_value(column[row].as_py())
            raise InputError(rule, self.where(row), f"{role} ({name})", value)
        return np.where(empty, -1, found).astype(np.int32)

    def times(self, role: str, name: str, zone: tzinfo | None) -> tuple[Floats, bool]:
        """Numbers as they stand, or seconds since 1970 of dates; whether they were dates."""
        column, key = self.full(role, name, last=True), f"{role} ({name})"
        types = self._arrow.types
        if types.is_timestamp(column.type):
            return self._stamps(column, key, zone), True
        if types.is_string(column.type) or types.is_large_string(column.type):
            try:
                column = column.cast(self._arrow.float64())
            except self._arrow.ArrowInvalid:
                return self._times_of_text(column.to_pylist(), key, zone)
        elif not (types.is_integer(column.type) or types.is_floating(column.type)):
            rule = "times must be numbers or dates"
            raise InputError(rule, self.name, key, show_value(str(column.type)))
        found = np.array(column.to_numpy(False), np.float64)
        bad = ~np.isfinite(found)
        if bad.any():
            row = int(np.argmax(bad))
            rule = "must be a finite number or a date in ISO 8601"
            raise InputError(rule, self.where(row), key, show_value(column[row].as_py()))
        return found, False

    def _times_of_text(
        self, texts: Sequence[str], key: str, zone: tzinfo | None
    ) -> tuple[Floats, bool]:
        """Dates, unless the first is a number: then all must be, with blanks around them or not."""
        if math.isnan(_number(texts[0])):
            stamps = (
                seconds_of(text, zone, self.where(row), key) for row, text in enumerate(texts)
            )
            return np.fromiter(stamps, np.float64, len(texts)), True
        found = np.array([_number(text) for text in texts])
        if not np.isfinite(found).all():
            row = int(np.argmin(np.isfinite(found)))
            place, advice = self.where(row), f"times are numbers from {self.where(0)} on"
            raise InputError("must be a finite number", place, key, show_value(texts[row]), advice)
        return found, False

    def _stamps(self, column: Any, key: str, zone: tzinfo | None) -> Floats:
        if column.type.tz is None:
            if zone is None:
                raise no_zone(self.where(0), key, str(column[0].as_py()))
            column = self._compute.assume_timezone(
                column, str(zone), ambiguous="earliest", nonexistent="earliest"
            )
        micro = column.cast(self._arrow.timestamp("us", tz="UTC"))
        return np.asarray(micro.cast(self._arrow.int64()).to_numpy(False) / 1e6)

    def joint(self, columns: Sequence[Any]) -> tuple[NDArray[Any], list[NDArray[np.int32]]]:
        """The distinct ids of columns in order, and each column as their numbers, -1: missing.

        Whole numbers (int64, uint64) where all columns are; else text (objects).
        """
        arrow = self._arrow
        found = [self.whole(each) for each in columns]
        if len({str(each.type) for each in found}) > 1:
            found = [each.cast(arrow.string()) for each in found]
        whole = arrow.chunked_array(found).combine_chunks()
        if arrow.types.is_string(whole.type):
            whole = whole.cast(arrow.large_string())
        coded = whole.dictionary_encode()
        ids, codes = coded.dictionary, coded.indices
        order = self._compute.sort_indices(ids).to_numpy()
        rank = np.empty(len(order) + 1, np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        rank[-1] = -1
        codes = np.asarray(codes.fill_null(len(order)).to_numpy(False))
        labels = rank[codes]
        ids = ids.take(arrow.array(order))
        table = ids.to_numpy(False)
        ends = np.cumsum([len(each) for each in columns])[:-1]
        del coded, codes, whole, found
        self._arrow.default_memory_pool().release_unused()
        return table, np.split(labels, ends)


def _ending(place: Path) -> str:
    """The ending of a table's name, .gz left out; InputError for one that is none."""
    name = place.name.lower().removesuffix(".gz")
    for ending in ENDINGS:
        if name.endswith(ending):
            return ending
    rule = "the name does not end as that of a table"
    raise InputError(rule, str(place), advice=f"one of {', '.join(ENDINGS)}")


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
