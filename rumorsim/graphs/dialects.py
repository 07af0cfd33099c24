"""How a text file of follows is written: what people say about it, and what its lines show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from rumorsim.errors import InputError, nearest, show_value
from rumorsim.graphs.cells import SEPARATORS, attributes_of, bare_line, cut, surely_has_attributes
from rumorsim.graphs.columns import Columns

#: What lines of comment can begin with, by the word people say for it.
COMMENTS: Final = {"#": b"#", "%": b"%", "#%": b"#%", "none": b""}
#: Both marks are looked for, and doubted, where nobody says.
_MARKS: Final = b"#%"
#: What separates the cells of a CSV file.
_CSV: Final = b";,"
_IDS: Final = ("auto", "integer", "text")


@dataclass(frozen=True)
class Said:
    """What a person says about a text file; None leaves it to the file."""

    ids: str = "auto"
    #: Whether the first line of data holds names.
    header: bool | None = None
    #: One of ``cells.SEPARATORS``.
    separator: str | None = None
    #: One of ``COMMENTS``.
    comments: str | None = None

    def check(self) -> None:
        """InputError for a word that is none of those there are."""
        for key, value, words in (
            ("ids", self.ids, list(_IDS)),
            ("separator", self.separator, list(SEPARATORS)),
            ("comments", self.comments, list(COMMENTS)),
        ):
            if value is not None and value not in words:
                rule, advice = "there is no such word for it", nearest(str(value), words)
                raise InputError(rule, key=key, value=show_value(value), advice=advice)

    @property
    def marks(self) -> bytes:
        """The bytes that a line of comment can begin with."""
        return _MARKS if self.comments is None else COMMENTS[self.comments]

    def for_text_only(self) -> dict[str, object]:
        """What was said that only text has, by key."""
        given = {"header": self.header, "separator": self.separator, "comments": self.comments}
        return {key: value for key, value in given.items() if value is not None}


def check_slashes(bare: bytes, said: Said, place: str) -> None:
    """InputError where a line begins with // and nobody said what comments begin with."""
    if bare.startswith(b"//") and said.comments is None:
        rule = "looks like a comment, not like a follow"
        advice = (
            'begin comments with #, or say comments = "none" (--comments none) if ids begin with //'
        )
        raise InputError(rule, place, value=show_value(bare.decode()), advice=advice)


@dataclass(frozen=True)
class Shape:
    """How lines are cut."""

    separator: bytes
    #: Whether each line ends in a dict, as networkx writes it.
    attributes: bool = False

    @property
    def separator_name(self) -> str:
        """The word for the separator."""
        return next(name for name, each in SEPARATORS.items() if each == self.separator)

    def cells(self, bare: bytes) -> list[bytes] | None:
        """The cells of a bare line without attributes; None where it cannot be cut so."""
        if self.attributes:
            found = attributes_of(bare, self.separator)
            return None if found is None else cut(found[0], self.separator)
        return cut(bare, self.separator)


@dataclass(frozen=True)
class _Tried:
    """One shape on the first lines of a file."""

    shape: Shape
    #: The cells of the lines without quotes.
    bare: list[list[bytes]]
    #: Whether the columns that were asked for are there.
    fits: bool

    def stray(self, marks: bytes) -> bytes:
        """One of ``marks`` that a cell without quotes begins or ends with; b"" without any."""
        ends = (cell[at : at + 1] for row in self.bare for cell in row for at in (0, len(cell) - 1))
        return next((end for end in ends if end and end in marks), b"")


def shape_of(lines: Sequence[tuple[int, bytes]], columns: Columns, said: Said, file: str) -> Shape:
    """How the first ``lines`` of data (number, bytes) are cut; InputError where that is unclear.

    A separator gives every line the same number of cells, two at least. A tab that does so
    decides. Else it is the one that gives the columns asked for, unless a semicolon or comma
    gives other ones, or two do: commas outrank blanks only in a file that is named .csv.
    Where no separator agrees with all lines, the one that agrees with most: the reader then
    tells the line that is wrong.
    """
    names = SEPARATORS if said.separator is None else [said.separator]
    for attributes in (True, False):
        shapes = [Shape(SEPARATORS[name], attributes) for name in names]
        tried = [found for shape in shapes if (found := _tried(lines, shape, columns, file))]
        if tried or all(surely_has_attributes(line.strip()) for _, line in lines):
            break
    if not tried:
        return _most(lines, shapes, columns, file)
    if len(names) == 1 or tried[0].shape.separator == b"\t":
        return tried[0].shape
    fitting = [each for each in tried if each.fits]
    own = b"".join(each.shape.separator for each in fitting)
    if not fitting:
        return tried[0].shape
    if all(each.stray(own) for each in fitting):
        _unclear(lines[0], [each.shape for each in fitting], file)
    fitting = [each for each in fitting if not each.stray(own)]
    best = fitting[0]
    rivals = [each.shape for each in (*tried[: tried.index(best)], *fitting[1:])]
    if _named_csv(file) and best.shape.separator in _CSV:
        rivals = [each for each in rivals if each.separator in _CSV]
    if stray := best.stray(_CSV.replace(best.shape.separator, b"")):
        # Lines that are cut unevenly by commas, say, may still have two words each.
        rivals.append(Shape(stray))
    if rivals:
        _unclear(lines[0], [best.shape, *rivals], file)
    return best.shape


def _tried(
    lines: Sequence[tuple[int, bytes]], shape: Shape, columns: Columns, file: str
) -> _Tried | None:
    """A shape on all the lines; None where they have fewer than two cells or uneven ones."""
    rows: list[list[bytes]] = []
    bare: list[list[bytes]] = []
    for number, line in lines:
        cells = shape.cells(bare_line(line, shape.separator, file, number))
        if cells is None or len(cells) < 2 or (rows and len(cells) != len(rows[0])):
            return None
        rows.append(cells)
        if b'"' not in line:
            bare.append(cells)
    if shape.attributes:
        return _Tried(shape, bare, True)
    head = [cell.decode() for cell in rows[0]]
    if columns.names:
        return _Tried(shape, bare, set(columns.names) <= set(head))
    return _Tried(shape, bare, columns.named_in(head) or len(head) == len(columns.words))


def _most(
    lines: Sequence[tuple[int, bytes]], shapes: Sequence[Shape], columns: Columns, file: str
) -> Shape:
    """The shape that gives most lines the columns asked for, or else some columns."""

    def agreement(shape: Shape) -> tuple[int, int]:
        found = [shape.cells(bare_line(line, shape.separator, file, n)) or () for n, line in lines]
        wide = [len(cells) for cells in found]
        wanted = 2 if shape.attributes else len(columns.words)
        return wide.count(wanted), sum(each > 1 for each in wide)

    return max(shapes, key=agreement)


def _named_csv(file: str) -> bool:
    return ".csv" in [each.lower() for each in Path(file).suffixes[-2:]]


def _unclear(line: tuple[int, bytes], shapes: Sequence[Shape], file: str) -> NoReturn:
    ways = list(dict.fromkeys(each.separator_name for each in shapes))
    value = show_value(line[1].decode(errors="replace").strip())
    rule = f"may be separated by {' or by '.join(ways)}"
    advice = f'say separator = "{ways[0]}" (--separator {ways[0]}), or another'
    raise InputError(rule, f"{file}, line {line[0]}", value=value, advice=advice)
