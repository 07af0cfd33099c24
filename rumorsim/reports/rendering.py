"""A page as one HTML file that asks for nothing: no script, no font, no picture elsewhere."""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

    from rumorsim.reports.parts import Code, Page, Table


def html_of(page: Page) -> str:
    """The page as HTML; the same page is the same text."""
    return _environment().get_template("page.html").render(page=page) + "\n"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("rumorsim.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["csv_link"] = _csv_link
    made.filters["file_link"] = _file_link
    return made


def _csv_link(table: Table) -> str:
    """The table's CSV as an address that holds it, for spreadsheets in any language."""
    return _held("text/csv", table.csv(), mark=True)


def _file_link(code: Code) -> str:
    return _held("text/plain", code.text)


def _held(kind: str, text: str, *, mark: bool = False) -> str:
    # Spreadsheets take CSV for UTF-8 only behind a byte order mark.
    data = text.encode("utf-8-sig" if mark else "utf-8")
    return f"data:{kind};charset=utf-8;base64,{base64.b64encode(data).decode('ascii')}"
