"""One line of an edge list, read with care: what it holds or exactly what is wrong."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from typing import NoReturn

from rumorsim.errors import Fault, InputError, show_value
from rumorsim.graphs.columns import Columns

__all__ = ["LONGEST_LINE", "Id", "LineFormat", "format_of"]

Id = int | str
#: Bytes; longer lines are no edge list.
LONGEST_LINE = 10_000
_INTEGER = re.compile(rb"0|-?[1-9][0-9]*")
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_ENDS = ("follower", "followee")


@dataclass(frozen=True)
class LineFormat:
    """How the lines of one file are cut and read."""

    file: str
    columns: Columns
    #: b"," or b"\\t", or b" " for any run of spaces and tabs.
    separator: bytes
    #: Whether ids are whole numbers; else they are text.
    integers: bool
    #: Columns in each line, and where the wanted ones are.
    width: int
    places: tuple[int, ...]
    #: The number of the line with the names of the columns; 0 without one.
    header_line: int

    @property
    def plain(self) -> bool:
        """Whether the compiled reader can try: whole numbers in the columns as they stand."""
        return self.integers and self.places == tuple(range(self.width))

    def values(self, line: bytes, number: int) -> tuple[Id, Id, float] | None:
        """The two ends and the weight (1.0 without); None for comments and empty lines."""
        cells = cells_of(line, self.separator, self.file, number)
        if cells is None or number == self.header_line:
            return None
        if len(cells) != self.width:
            self._fault(
                number,
                f"has {len(cells)} columns where {self.width} are expected",
                show_value(line.decode().strip()),
                _width_advice(len(cells), self.columns),
            )
        one = self._id(cells[self.places[0]], 0, number)
        two = self._id(cells[self.places[1]], 1, number)
        weight = self._weight(cells[self.places[2]], number) if self.columns.weighted else 1.0
        return one, two, weight

    def _id(self, cell: bytes, which: int, number: int) -> Id:
        key = self.columns.words[which]
        if not cell:
            self._fault(number, "is empty", "", "give an id or drop the line", key)
        if len(cell) > 1000:
            self._fault(
                number,
                "ids can have at most 1,000 bytes",
                show_value(cell[:80].decode(errors="replace")),
                "",
                key,
            )
        if not self.integers:
            return cell.decode()
        if not _INTEGER.fullmatch(cell):
            self._fault(
                number,
                "is not a whole number, as ids were before",
                show_value(cell.decode()),
                'correct the line, or say ids = "text" to keep ids as written',
                key,
            )
        return int(cell)

    def _weight(self, cell: bytes, number: int) -> float:
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or value < 0 or b"_" in cell:
            self._fault(
                number,
                "must be a finite number of at least 0",
                show_value(cell.decode()),
                "",
                "weight",
            )
        return value

    def _fault(self, number: int, rule: str, value: str, advice: str, key: str = "") -> NoReturn:
        raise InputError(
            Fault(rule, file=f"{self.file}, line {number}", key=key, value=value, advice=advice)
        )


def _width_advice(found: int, columns: Columns) -> str:
    if found == 3 and columns.words[2:] == () and not columns.names:
        return f'if the third is a weight, say columns = "{columns.direction} weight"'
    if found == 1:
        return "separate the columns by spaces, tabs or commas"
    if not columns.names:
        return "with more columns, name those you want in a header line"
    return "correct the line"


def cells_of(line: bytes, separator: bytes, file: str, number: int) -> list[bytes] | None:
    """The columns of a line, stripped; None for a comment or an empty line."""
    place = f"{file}, line {number}"
    if len(line) > LONGEST_LINE:
        raise InputError(
            Fault(
                f"a line can have at most {LONGEST_LINE:,} bytes",
                file=place,
                value=f"{len(line):,} bytes",
                advice="is this an edge list?",
            )
        )
    bare = line.rstrip(b"\r\n").strip(b" \t")
    if not bare or bare.startswith(b"#"):
        return None
    _check_text(bare, place)
    if separator == b" ":
        return bare.split()
    if b'"' in bare and separator == b",":
        return _quoted(bare.decode(), place)
    whole = line.rstrip(b"\r\n") if separator == b"\t" else bare
    return [cell.strip(b" \t") for cell in whole.split(separator)]


def _check_text(line: bytes, place: str) -> None:
    control = _CONTROL.search(line)
    if control is None:
        try:
            line.decode()
        except UnicodeDecodeError as error:
            wrong = line[error.start : error.start + 1]
        else:
            return
    else:
        wrong = control.group()
    raise InputError(
        Fault(
            "is not text in UTF-8",
            file=place,
            value=f"byte 0x{wrong.hex()}",
            advice="is this an edge list?",
        )
    )


def _quoted(line: str, place: str) -> list[bytes]:
    try:
        cells = next(csv.reader([line], strict=True, skipinitialspace=True))
    except csv.Error as error:
        raise InputError(
            Fault(
                "has quotes that do not match",
                file=place,
                value=show_value(line),
                advice=str(error),
            )
        ) from error
    return [cell.strip().encode() for cell in cells]


def format_of(
    start: bytes, columns: Columns, ids: str, file: str, *, whole: bool
) -> LineFormat | None:
    """How a file is to be read, from its ``start``; None if that has too few lines of data.

    Two lines decide; one is enough when the start is the ``whole`` file.

    The separator is a comma if the first line of data has one, else a tab, else blanks.
    That line is a header if columns are asked for by name, if it says "follower" or
    "followee", or if ids that are no whole numbers are followed by ids that are.
    """
    found = _first_lines(start, file)
    if len(found) < (1 if whole else 2):
        return None
    separator = found[0][1]
    rows = [(number, cells_of(line, separator, file, number) or []) for number, _, line in found]
    number, top = rows[0]
    below = rows[1][1] if len(rows) > 1 else []
    names = [cell.decode() for cell in top]
    says = {name.strip().lower() for name in names}
    headed = (
        bool(columns.names)
        or bool(says & set(_ENDS))
        or (
            len(top) == len(below)
            and not any(map(_INTEGER.fullmatch, top))
            and all(map(_INTEGER.fullmatch, below[:2]))
        )
    )
    if headed and not below:
        return None
    places = columns.places(names if headed else None, file=f"{file}, line {number}")
    width = len(names) if headed and columns.named_in(names) else len(columns.words)
    data = below if headed else top
    integers = ids == "integer" or (
        ids == "auto" and all(at < len(data) and _INTEGER.fullmatch(data[at]) for at in places[:2])
    )
    return LineFormat(
        file, columns, separator, integers, width, tuple(places), number if headed else 0
    )


def _first_lines(block: bytes, file: str) -> list[tuple[int, bytes, bytes]]:
    """Number, separator and text of the first two lines of data."""
    found: list[tuple[int, bytes, bytes]] = []
    for number, line in enumerate(block.split(b"\n"), 1):
        cells = cells_of(line, b" ", file, number)
        if cells is not None:
            bare = line.strip(b" \r\n")
            separator = b"," if b"," in bare else b"\t" if b"\t" in bare else b" "
            found.append((number, separator, line))
            if len(found) == 2:
                break
    return found
