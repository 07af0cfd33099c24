"""How a text file of follows is written: what people say about it, and what its lines show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from rumorsim.common.errors import InputError, nearest, show_value
from rumorsim.graphs.cells import (
    SEPARATORS,
    Shape,
    TextOptions,
    bare_line,
    check_slashes,
    is_shortened,
    rounded_id,
    surely_has_attributes,
)
from rumorsim.graphs.columns import EDGE_ENDS, ENDS, Columns, names_a_column
from rumorsim.graphs.formats import not_read
from rumorsim.graphs.lines import LineFormat, is_whole

#: The separators of the cells of CSV files.
_CSV: Final = b";,"
#: Lines of data that decide.
_LOOKED_AT: Final = 200
#: Rows of whole numbers under other words that make these a header, whatever they are.
_SURE: Final = 3
#: How a graph in DOT begins; behind an id, { may open attributes as networkx writes them.
_DOT: Final = re.compile(rb"(strict\s+)?(di)?graph\b[^{,;\t]*\{(?!\s*['}])", re.I)

#: Lines with their numbers, and their cells.
Lines = Sequence[tuple[int, bytes]]
Rows = list[list[bytes]]


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


def shape_of(lines: Lines, columns: Columns, options: TextOptions, file: str) -> Shape:
    """How the first ``lines`` of data (number, bytes) are cut; InputError where that is unclear.

    A separator gives every line the same number of cells, two at least. A tab that does so
    decides. Else it is the one that gives the columns asked for, unless a semicolon or comma
    gives other ones, or two do: commas outrank blanks only in a file that is named .csv.
    Where no separator agrees with all lines, the one that agrees with most: the reader then
    tells the line that is wrong.
    """
    names = SEPARATORS if options.separator is None else [options.separator]
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
    csv = ".csv" in [each.lower() for each in Path(file).suffixes[-2:]]
    if csv and best.shape.separator in _CSV:
        rivals = [each for each in rivals if each.separator in _CSV]
    if stray := best.stray(_CSV.replace(best.shape.separator, b"")):
        # Lines that are cut unevenly by commas, say, may still have two words each.
        rivals.append(Shape(stray))
    if rivals:
        _unclear(lines[0], [best.shape, *rivals], file)
    return best.shape


def _tried(lines: Lines, shape: Shape, columns: Columns, file: str) -> _Tried | None:
    """A shape on all the lines; None where they have fewer than two cells or uneven ones."""
    rows = _rows(lines, shape, file)
    if len(rows[0]) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return None
    bare = [row for row, (_, line) in zip(rows, lines, strict=True) if b'"' not in line]
    if shape.attributes:
        return _Tried(shape, bare, True)
    head = [cell.decode() for cell in rows[0]]
    if columns.names:
        return _Tried(shape, bare, set(columns.names) <= set(head))
    return _Tried(shape, bare, columns.named_in(head) or len(head) == len(columns.words))


def _most(lines: Lines, shapes: Sequence[Shape], columns: Columns, file: str) -> Shape:
    """The shape that gives most lines the columns asked for, or else some columns."""

    def agreement(shape: Shape) -> tuple[int, int]:
        wide = [len(row) for row in _rows(lines, shape, file)]
        wanted = 2 if shape.attributes else len(columns.words)
        return wide.count(wanted), sum(each > 1 for each in wide)

    return max(shapes, key=agreement)


def _rows(lines: Lines, shape: Shape, file: str) -> Rows:
    """The cells of each line; none where it cannot be cut so."""
    separator = shape.separator
    return [shape.cells(bare_line(line, separator, file, number)) or [] for number, line in lines]


def _unclear(line: tuple[int, bytes], shapes: Sequence[Shape], file: str) -> NoReturn:
    ways = list(dict.fromkeys(each.separator_name for each in shapes))
    value = show_value(line[1].decode(errors="replace").strip())
    rule = f"may be separated by {' or by '.join(ways)}"
    advice = f'say separator = "{ways[0]}" (--separator {ways[0]}), or another'
    raise InputError(rule, f"{file}, line {line[0]}", value=value, advice=advice)


def format_of(
    start: bytes, columns: Columns, options: TextOptions, file: str, *, whole: bool
) -> LineFormat | None:
    """How a file is read, from its ``start``; None if that has too few lines of data.

    The first 200 lines decide; one is enough when the start is the ``whole`` file.

    Lines that begin with # or % (or the mark in ``options``) do not take part. The first that does
    is a header if that is said, if columns are asked for by name, if it has "follower" or
    "followee" in it, or if its ids are no whole numbers and all that follow are. Whether other
    first lines look like a header only the whole file shows.
    """
    lines, named = _first_lines(start, options, file)
    if len(lines) < (1 if whole else _LOOKED_AT):
        return None
    shape = shape_of(lines, columns, options, file)
    rows, number = _rows(lines, shape, file), lines[0][0]
    if shape.attributes:
        return _with_attributes(rows, columns, options, shape, file, number)
    if not columns.names:
        _check_rounded(rows[0], columns, options, f"{file}, line {number}")
    headed = _headed(rows, columns, options, named, f"{file}, line {number}")
    if headed and not rows[1:]:
        return None
    top = [cell.decode() for cell in rows[0]]
    places = columns.places(top if headed else None, file=f"{file}, line {number}")
    width = len(top) if headed and columns.named_in(top) else len(columns.words)
    place = dict(zip(columns.wanted, places, strict=True))
    one, two = (place[word] for word in columns.direction.split())
    return LineFormat(
        file,
        columns,
        options,
        shape,
        integers=_whole_ids(rows[1] if headed else rows[0], (one, two), options),
        width=width,
        ends=(one, two),
        weight=place.get("weight", -1),
        time=place.get("time", -1),
        first_line=number,
        header_line=number if headed else 0,
        doubtful=options.header is None and not columns.names and not named,
        top=(top[one], top[two]) if headed and max(one, two) < len(top) else (),
    )


def _first_lines(block: bytes, options: TextOptions, file: str) -> tuple[Lines, bool]:
    """Number and bytes of the first lines of data; whether a comment before them names the ends."""
    found: list[tuple[int, bytes]] = []
    named = False
    for number, line in enumerate(block.split(b"\n"), 1):
        bare = line.strip(b" \t\r")
        if not bare:
            continue
        if bare[0] in options.marks:
            words = bare.lstrip(bare[:1]).replace(b",", b" ").lower().split()
            named = named or (not found and sorted(words[:2]) == [b"followee", b"follower"])
            continue
        check_slashes(bare, options, f"{file}, line {number}")
        if not found and _DOT.match(bare):
            raise not_read("DOT", f"{file}, line {number}", show_value(bare.decode()))
        found.append((number, line))
        if len(found) == _LOOKED_AT:
            break
    return found, named


def _check_rounded(
    row: Sequence[bytes], columns: Columns, options: TextOptions, place: str
) -> None:
    """InputError for ids in the first line that a spreadsheet has rounded: they are no header."""
    if options.ids == "text":
        return
    for word, cell in zip(columns.words, row, strict=False):
        if word in ENDS and is_shortened(cell.decode()):
            raise rounded_id(cell.decode(), place, word)


def _headed(rows: Rows, columns: Columns, options: TextOptions, named: bool, place: str) -> bool:
    """Whether the first row holds the names of the columns."""
    if options.header is False:
        if columns.names:
            rule, advice = "columns by name need a header", "name the columns in order"
            raise InputError(rule, place, "header", "false", advice)
        return False
    if options.header or columns.names:
        return True
    top = [cell.decode().lower() for cell in rows[0]]
    if set(top) & set(ENDS):
        return True
    if named:
        return False
    ends = [i for i, word in enumerate(columns.words) if word in ENDS]
    if len(rows) < 2 or any(len(row) <= max(ends) for row in rows):
        return False
    words = not any(is_whole(rows[0][at]) for at in ends)
    return (words and all(is_whole(row[at]) for row in rows[1:] for at in ends)) and (
        (len(rows) > _SURE and options.ids != "text")
        or all(names_a_column(rows[0][at].decode()) for at in ends)
    )


def _whole_ids(row: Sequence[bytes], ends: Sequence[int], options: TextOptions) -> bool:
    if options.ids != "auto":
        return options.ids == "integer"
    return all(at < len(row) and is_whole(row[at]) for at in ends)


def _with_attributes(
    rows: Rows, columns: Columns, options: TextOptions, shape: Shape, file: str, number: int
) -> LineFormat:
    """The format of a list with attributes, whose two ends are "source" and "target" by name."""
    ends = (0, 1)
    if columns.names:
        pairs = zip(columns.words, columns.names, strict=True)
        names = [name for word, name in pairs if word in ENDS]
        if sorted(names) != sorted(EDGE_ENDS):
            bad = next((name for name in names if name not in EDGE_ENDS), names[0])
            rule = "there is no such end of an edge where lines end in {...}"
            raise InputError(rule, file, "columns", show_value(bad), nearest(bad, EDGE_ENDS))
        ends = (EDGE_ENDS.index(names[0]), EDGE_ENDS.index(names[1]))
    integers = _whole_ids(rows[0], ends, options)
    header = number if options.header else 0
    return LineFormat(
        file, columns, options, shape, integers, 2, ends, first_line=number, header_line=header
    )
