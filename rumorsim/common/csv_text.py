"""Tables as CSV that no spreadsheet takes for formulas.

Names of stories, accounts and policies come from whoever wrote the scenario; a cell such as
``=HYPERLINK(...)`` would be run by the program it is opened in (CWE-1236). Such text stands
behind an apostrophe, which :func:`restored` takes off again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TextIO

#: What spreadsheets begin a formula with, in full width too, after any blanks.
_FORMULA: Final = tuple("=+-@|%＝＋－＠")
_CONTROL: Final = ("\t", "\r", "\n")


class CsvRows:
    """Rows on their way into an open file: numbers with every digit, nothing for None."""

    def __init__(self, file: TextIO, head: Iterable[str]) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self.add([head])

    def add(self, rows: Iterable[Iterable[Any]]) -> None:
        """Write further rows."""
        self._writer.writerows(map(defused, row) for row in rows)


def csv_text(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A table as text."""
    text = io.StringIO()
    CsvRows(text, head).add(rows)
    return text.getvalue()


def write_csv(place: Path, head: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """A table as a file."""
    with place.open("w", encoding="utf-8", newline="") as file:
        CsvRows(file, head).add(rows)


def write_records(place: Path, records: Sequence[Mapping[str, Any]]) -> None:
    """Records as a file; the keys of the first are its head."""
    write_csv(place, records[0], (record.values() for record in records))


def read_csv(place: Path) -> Iterator[dict[str, str]]:
    """The rows of such a file by column, as text that is what it was before it was written.

    OSError and csv.Error where it cannot be read.
    """
    names = read_head(place)
    if len(set(names)) != len(names):
        raise csv.Error("two columns have the same name")
    with place.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        reader.fieldnames = names
        next(reader, None)
        for row in reader:
            yield {name: restored(cell) for name, cell in row.items()}


def read_head(place: Path) -> list[str]:
    """The names of the columns of such a file. OSError and csv.Error where it cannot be read."""
    with place.open(encoding="utf-8", newline="") as file:
        return [restored(name) for name in next(csv.reader(file), [])]


def defused(cell: Any) -> Any:
    """The cell, behind an apostrophe where it is text that could be run as a formula.

    Numbers stay numbers, negative ones too; None is an empty cell.
    """
    if not isinstance(cell, str):
        return "" if cell is None else cell
    return f"'{cell}" if _runs(cell) else cell


def restored(cell: Any) -> Any:
    """What :func:`defused` had been given, if that was text."""
    return cell[1:] if isinstance(cell, str) and cell[:1] == "'" and _runs(cell[1:]) else cell


def _runs(cell: str) -> bool:
    """Whether text, behind apostrophes of its own or not, could be run as a formula."""
    # With them, so that no two cells are written alike and all can be read back.
    bare = cell.lstrip("'")
    if bare.startswith(_CONTROL) or bare.lstrip().startswith(_FORMULA):
        return not _is_number(bare)
    return False


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.strip() == cell
