"""How a whole text file is read, decided from its start."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rumorsim.errors import InputError, nearest, show_value
from rumorsim.graphs.cells import bare_line
from rumorsim.graphs.columns import Columns
from rumorsim.graphs.dialects import Said, Shape, check_slashes, shape_of
from rumorsim.graphs.formats import not_read
from rumorsim.graphs.headers import names_a_column
from rumorsim.graphs.id_checks import is_shortened, rounded_id
from rumorsim.graphs.lines import LineFormat, is_whole

#: Lines of data that decide.
_LOOKED_AT = 200
#: Rows of whole numbers under other words that make these a header, whatever they are.
_SURE = 3
#: How a graph in DOT begins; behind an id, { may open attributes as networkx writes them.
_DOT: Final = re.compile(rb"(strict\s+)?(di)?graph\b[^{,;\t]*\{(?!\s*['}])", re.I)
_ENDS = ("follower", "followee")
_ATTRIBUTE_ENDS = ("source", "target")

Rows = list[list[bytes]]


def format_of(
    start: bytes, columns: Columns, said: Said, file: str, *, whole: bool
) -> LineFormat | None:
    """How a file is read, from its ``start``; None if that has too few lines of data.

    The first 200 lines decide; one is enough when the start is the ``whole`` file.

    Lines that begin with # or % (or what was ``said``) do not take part. The first that does
    is a header if that is said, if columns are asked for by name, if it has "follower" or
    "followee" in it, or if its ids are no whole numbers and all that follow are. Whether other
    first lines look like a header only the whole file shows.
    """
    lines, named = _first_lines(start, said, columns, file)
    if len(lines) < (1 if whole else _LOOKED_AT):
        return None
    shape = shape_of(lines, columns, said, file)
    rows: Rows = []
    for number, line in lines:
        cells = shape.cells(bare_line(line, shape.separator, file, number))
        rows.append([] if cells is None else cells)
    number = lines[0][0]
    if shape.attributes:
        return _with_attributes(rows, columns, said, shape, file, number)
    if not columns.names:
        _check_rounded(rows[0], columns, said, f"{file}, line {number}")
    headed = _headed(rows, columns, said, named, f"{file}, line {number}")
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
        said,
        shape,
        integers=_whole_ids(rows[1] if headed else rows[0], (one, two), said),
        width=width,
        ends=(one, two),
        weight=place.get("weight", -1),
        time=place.get("time", -1),
        first_line=number,
        header_line=number if headed else 0,
        doubtful=said.header is None and not columns.names and not named,
        top=(top[one], top[two]) if headed and max(one, two) < len(top) else (),
    )


def _first_lines(
    block: bytes, said: Said, columns: Columns, file: str
) -> tuple[list[tuple[int, bytes]], bool]:
    """Number and bytes of the first lines of data; whether a comment before them names the ends."""
    found: list[tuple[int, bytes]] = []
    named = False
    for number, line in enumerate(block.split(b"\n"), 1):
        bare = line.strip(b" \t\r")
        if not bare:
            continue
        if bare[0] in said.marks:
            words = bare.lstrip(bare[:1]).replace(b",", b" ").lower().split()
            named = named or (not found and sorted(words[:2]) == [b"followee", b"follower"])
            continue
        check_slashes(bare, said, f"{file}, line {number}")
        if not found and _DOT.match(bare):
            raise not_read("DOT", f"{file}, line {number}", show_value(bare.decode()))
        found.append((number, line))
        if len(found) == _LOOKED_AT:
            break
    return found, named


def _check_rounded(row: Sequence[bytes], columns: Columns, said: Said, place: str) -> None:
    """InputError for ids in the first line that a spreadsheet has rounded: they are no header."""
    if said.ids == "text":
        return
    for word, cell in zip(columns.words, row, strict=False):
        if word in _ENDS and is_shortened(cell.decode()):
            raise rounded_id(cell.decode(), place, word)


def _headed(rows: Rows, columns: Columns, said: Said, named: bool, place: str) -> bool:
    """Whether the first row holds the names of the columns."""
    if said.header is False:
        if columns.names:
            rule, advice = "columns by name need a header", "say which columns there are in order"
            raise InputError(rule, place, "header", "false", advice)
        return False
    if said.header or columns.names:
        return True
    top = [cell.decode().lower() for cell in rows[0]]
    if set(top) & set(_ENDS):
        return True
    if named:
        return False
    ends = [i for i, word in enumerate(columns.words) if word in _ENDS]
    return _numbers_under_words(rows, ends) and (
        (len(rows) > _SURE and said.ids != "text")
        or all(names_a_column(rows[0][at].decode()) for at in ends)
    )


def _numbers_under_words(rows: Rows, ends: Sequence[int]) -> bool:
    if len(rows) < 2 or any(len(row) <= max(ends) for row in rows):
        return False
    return not any(is_whole(rows[0][at]) for at in ends) and all(
        is_whole(row[at]) for row in rows[1:] for at in ends
    )


def _whole_ids(row: Sequence[bytes], ends: Sequence[int], said: Said) -> bool:
    if said.ids != "auto":
        return said.ids == "integer"
    return all(at < len(row) and is_whole(row[at]) for at in ends)


def _with_attributes(
    rows: Rows, columns: Columns, said: Said, shape: Shape, file: str, number: int
) -> LineFormat:
    """The format of a list with attributes, whose two ends are "source" and "target" by name."""
    ends = (0, 1)
    if columns.names:
        names = [
            name for word, name in zip(columns.words, columns.names, strict=True) if word in _ENDS
        ]
        if sorted(names) != sorted(_ATTRIBUTE_ENDS):
            bad = next((name for name in names if name not in _ATTRIBUTE_ENDS), names[0])
            rule = "there is no such end of an edge where lines end in {...}"
            raise InputError(rule, file, "columns", show_value(bad), nearest(bad, _ATTRIBUTE_ENDS))
        ends = (_ATTRIBUTE_ENDS.index(names[0]), _ATTRIBUTE_ENDS.index(names[1]))
    integers = _whole_ids(rows[0], ends, said)
    header = number if said.header else 0
    return LineFormat(
        file, columns, said, shape, integers, 2, ends, first_line=number, header_line=header
    )
