"""Tables as CSV that no spreadsheet takes for formulas.

Names of stories, accounts and policies come from whoever wrote the scenario; a cell such as
``=HYPERLINK(...)`` would be run by the program it is opened in (CWE-1236).
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rumorsim.pages.parts import Table

__all__ = ["csv_of", "defused"]

#: What spreadsheets begin a formula with, in full width too, after any blanks.
_FORMULA: Final = tuple("=+-@|%＝＋－＠")
_CONTROL: Final = ("\t", "\r", "\n")


def csv_of(table: Table) -> str:
    """The table as CSV: its raw rows where it has them, else the rows shown."""
    head: list[Any] = [column.head for column in table.columns]
    rows: Any = table.rows
    if table.raw is not None:
        head, rows = list(table.raw[0]), table.raw[1]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(defused, head))
    writer.writerows([defused(cell) for cell in row] for row in rows)
    return text.getvalue()


def defused(cell: Any) -> Any:
    """The cell, behind an apostrophe where it is text that could be run as a formula.

    Numbers stay numbers, negative ones too; None is an empty cell.
    """
    if not isinstance(cell, str):
        return "" if cell is None else cell
    if cell.startswith(_CONTROL) or cell.lstrip().startswith(_FORMULA):
        return cell if _is_number(cell) else f"'{cell}"
    return cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.strip() == cell
