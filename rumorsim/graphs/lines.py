"""One line of an edge list: the follow in it, or the exact fault."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.plurals import counted
from rumorsim.graphs.cells import (
    Shape,
    TextOptions,
    attribute_values,
    attributes_of,
    bare_line,
    check_slashes,
    is_shortened,
    quoted_cells,
    rounded_id,
)
from rumorsim.graphs.columns import Columns

Id = int | str
#: One follow: the two ends as they stand, its weight (1.0 without) and its time (0.0 without).
Row = tuple[Id, Id, float, float]
_INTEGER = re.compile(rb"0|-?[1-9][0-9]*")
_LONGEST_ID = 1000
_ARROWS = frozenset({b"->", b"-->", b"=>", b"--", b"<-", b"<--"})


class Skip(Enum):
    """Why a line holds no follow."""

    EMPTY = auto()
    COMMENT = auto()
    HEADER = auto()


def is_whole(cell: bytes) -> bool:
    """Whether a cell is a whole number in the one way of writing it."""
    return _INTEGER.fullmatch(cell) is not None


def moment(text: str) -> float:
    """A time as a number: one already, or seconds since 1970 for ISO 8601; NaN if neither.

    Times without a zone are taken as UTC.
    """
    number = _number(text)
    if number == number:
        return number
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return math.nan
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


@dataclass(frozen=True)
class LineFormat:
    """How the lines of one file are cut and read."""

    file: str
    columns: Columns
    options: TextOptions
    shape: Shape
    #: Whether ids are whole numbers; else they are text.
    integers: bool
    #: Cells in each line, without attributes.
    width: int
    #: Where the two ends are, in the order of ``columns.direction``.
    ends: tuple[int, int]
    #: Where weight and time are; -1 where they are among the attributes or not wanted.
    weight: int = -1
    time: int = -1
    #: The number of the first line that is neither empty nor a comment.
    first_line: int = 1
    #: The number of the line with the names of the columns; 0 without one.
    header_line: int = 0
    #: Whether the option header is not given: only the whole file shows what is likely.
    doubtful: bool = False
    #: What the header says of the two ends; empty without one.
    top: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether all lines of a list of whole numbers that begin with a mark are comments."""
        return self.options.comments is not None or self.options.ids == "integer"

    @property
    def marked(self) -> NDArray[np.bool_]:
        """Whether a comment can begin with a byte, for the compiled reader; bool[256]."""
        return np.isin(np.arange(256), list(self.options.marks))

    @property
    def roles(self) -> NDArray[np.int8]:
        """The part of each column in a follow, for the compiled reader; int8[width]."""
        roles = np.zeros(self.width, np.int8)
        for role, at in enumerate((*self.ends, self.weight, self.time), 1):
            if at >= 0:
                roles[at] = role
        return roles

    def read(self, line: bytes, number: int) -> Row | Skip:
        """The follow in a line, or why there is none."""
        separator = self.shape.separator
        bare = bare_line(line, separator, self.file, number)
        if not bare:
            return Skip.EMPTY
        if bare[0] in self.options.marks and self._comment(bare, number):
            return Skip.COMMENT
        check_slashes(bare, self.options, f"{self.file}, line {number}")
        if number == self.header_line:
            return Skip.HEADER
        cells = self.shape.cells(bare)
        if cells is None or len(cells) != self.width:
            self._refuse(cells, bare, number)
        first, second = self.ends
        one, two = self._id(cells[first], 0, number), self._id(cells[second], 1, number)
        if self.weight < 0 and self.time < 0 and not self.shape.attributes:
            return one, two, 1.0, 0.0
        return one, two, *self._values(bare, cells, number)

    def quoted_ids(self, line: bytes, number: int) -> list[str]:
        """The ids that stand in quotes in a line that has been read."""
        bare = bare_line(line, self.shape.separator, self.file, number)
        if self.shape.attributes and (found := attributes_of(bare, self.shape.separator)):
            bare = found[0]
        cells = quoted_cells(bare, self.shape.separator) or []
        return [cells[at][0].decode() for at in self.ends if cells[at][1]]

    # -- comments ----------------------------------------------------------------------

    def _comment(self, bare: bytes, number: int) -> bool:
        """Whether a line that begins with a mark is a comment; InputError where it may be data.

        It may be data if it has the cells that a line of data has. In a list of whole numbers
        it then still is a comment where ids are asked to be whole numbers, before the first
        line of data, behind a mark and a blank, and where it is a line of data once the mark
        is taken off. In a list of text only a line before the first that has "follower" and
        "followee" in it is.
        """
        if self.options.comments is not None:
            return True
        cells = self.shape.cells(bare)
        if cells is None or len(cells) != self.width or not self._could_have_values(cells):
            return True
        behind, mark = bare.lstrip(bare[:1]), bare[:1].decode()
        leading = number < self.first_line
        if self.integers:
            other = cells[next(at for at in self.ends if at > 0)]
            without = (self.shape.cells(behind) or [b""])[0] if behind else b""
            sure = leading or self.sure or behind[:1] in (b"", b" ", b"\t")
            if sure or is_whole(without) or not is_whole(other):
                return True
        else:
            words = behind.lower().replace(b",", b" ").split()
            if leading and {b"follower", b"followee"} <= set(words):
                return True
        advice = f'say comments = "{mark}" (--comments "{mark}") to skip such lines, or "none"'
        rule, value = "may be a comment or a follow", show_value(bare.decode())
        self._fault(number, rule, value, f"{advice} if ids begin so")

    def _could_have_values(self, cells: list[bytes]) -> bool:
        """Whether weight and time, where there are such cells, are numbers."""
        weight = 0.0 if self.weight < 0 else _number(cells[self.weight].decode())
        time = 0.0 if self.time < 0 else moment(cells[self.time].decode())
        return math.isfinite(weight) and math.isfinite(time)

    # -- cells -------------------------------------------------------------------------

    def _refuse(self, cells: list[bytes] | None, bare: bytes, number: int) -> NoReturn:
        """Say why a line does not have the cells that it should have."""
        shown = show_value(bare.decode())
        if cells is not None:
            rule = f"has {counted(len(cells), 'column')} where {self.width} are expected"
            self._fault(number, rule, shown, _width_advice(bare, len(cells), self))
        if self.shape.attributes and attributes_of(bare, self.shape.separator) is None:
            rule = "is not two ids and attributes in {...}, as lines of such a list are"
            advice = "correct the line, or put quotes around ids that hold blanks or separators"
            self._fault(number, rule, shown, advice)
        advice = "write a quote inside quotes twice, and quotes around a cell that begins with one"
        self._fault(number, "has quotes that do not match", shown, advice)

    def _id(self, cell: bytes, which: int, number: int) -> Id:
        if self.integers and _INTEGER.fullmatch(cell) and len(cell) <= _LONGEST_ID:
            return int(cell)
        key = self.columns.direction.split()[which]
        if not cell:
            self._fault(number, "is empty", "", "give an id or drop the line", key)
        if len(cell) > _LONGEST_ID:
            shown = show_value(cell[:80].decode(errors="replace"))
            self._fault(number, f"ids can have at most {_LONGEST_ID:,} bytes", shown, "", key)
        if not self.integers:
            return cell.decode()
        if is_shortened(cell.decode()):
            raise rounded_id(cell.decode(), f"{self.file}, line {number}", key)
        rule = "is not a whole number, as ids were before"
        advice = 'correct the line, or say ids = "text" (--ids text) to keep ids as written'
        self._fault(number, rule, show_value(cell.decode()), advice, key)

    def _values(self, bare: bytes, cells: list[bytes], number: int) -> tuple[float, float]:
        """Weight and time of a line."""
        columns = self.columns
        if not columns.weighted and not columns.timed:
            return 1.0, 0.0
        given = {"weight": "1", "time": "" if columns.timed else "0"}
        if self.shape.attributes:
            found = attributes_of(bare, self.shape.separator) or (b"", b"{}")
            values = attribute_values(found[1], f"{self.file}, line {number}")
            for word, name in zip(columns.words, columns.names or columns.words, strict=True):
                if name in values and word in given:
                    given[word] = str(values[name])
        else:
            for word, at in (("weight", self.weight), ("time", self.time)):
                if at >= 0:
                    given[word] = cells[at].decode()
        weight, time = _number(given["weight"]), moment(given["time"])
        if not math.isfinite(weight) or weight < 0:
            rule = "must be a finite number of at least 0"
            self._fault(number, rule, show_value(given["weight"]), "", "weight")
        if not math.isfinite(time):
            rule = "must be a number or a date such as 2011-05-03"
            self._fault(number, rule, show_value(given["time"]), "", "time")
        return weight, time

    def _fault(self, number: int, rule: str, value: str, advice: str, key: str = "") -> NoReturn:
        raise InputError(rule, f"{self.file}, line {number}", key, value, advice)


def _number(cell: str) -> float:
    try:
        return math.nan if "_" in cell else float(cell)
    except ValueError:
        return math.nan


def _width_advice(bare: bytes, found: int, form: LineFormat) -> str:
    columns = form.columns
    if bare.startswith((b"#", b"%")):
        mark = bare[:1].decode()
        return f'if this is a comment, say comments = "{mark}" (--comments "{mark}")'
    if found == 1:
        return "separate the columns by spaces, tabs, commas or semicolons"
    if columns.names or form.width == found:
        return "correct the line"
    if found > form.width:
        skipped = columns.without() + " _" * (found - form.width)
        if not _ARROWS.isdisjoint(bare.split()):
            return "leave out the arrows: two ids with a blank, tab, comma or semicolon between"
        if found == 3 and form.width == 2:
            weight = f'if the third is a weight, say columns = "{columns.direction} weight"; '
            return weight + f'to skip it, "{skipped}"'
        return f'to skip the others, say columns = "{skipped}"'
    return "correct the line, or name the columns"
