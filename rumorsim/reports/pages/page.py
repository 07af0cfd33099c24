"""A page: its sections of paragraphs, tables, figures and code, and its HTML.

Only the templates know HTML, and the drawing of a figure is SVG; so a section is written once
for screen, phone and paper. The HTML loads nothing: no script, no font, no external picture.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from rumorsim.common.csv_text import csv_text

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True)
class Text:
    """A paragraph; ``tone`` is "" or "note" for what is said in small type."""

    text: str
    tone: str = ""
    kind: ClassVar = "text"


@dataclass(frozen=True)
class Items:
    """A list of short paragraphs."""

    items: Sequence[str]
    kind: ClassVar = "items"


@dataclass(frozen=True)
class Table:
    """Rows of cells as people read them, and the same rows as plain values for CSV.

    ``name`` is the stem of the CSV file. ``raw`` is a head and rows of its own, with every digit;
    without it the CSV has the cells shown. ``words`` are the columns that hold words rather than
    numbers (which are aligned to the right): how many at the beginning, or their heads.
    """

    name: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    raw: tuple[Sequence[str], Sequence[Sequence[Any]]] | None = None
    note: str = ""
    words: int | Collection[str] = 1
    kind: ClassVar = "table"

    @property
    def numeric(self) -> list[bool]:
        """Whether each column holds numbers."""
        if isinstance(self.words, int):
            return [at >= self.words for at in range(len(self.heads))]
        return [head not in self.words for head in self.heads]

    def csv(self) -> str:
        """The table as CSV."""
        return csv_text(*(self.raw or (self.heads, self.rows)))


class Key(NamedTuple):
    """One entry of a legend: its words, the number of its colour (-1: the base), its dashes."""

    label: str
    shade: int
    dashes: str = ""


@dataclass(frozen=True)
class Figure:
    """Drawings that belong together, what they show in words, and their numbers.

    ``drawings`` are inline SVG with a short title each; ``told`` is the text alternative for
    whoever cannot see them; ``table`` holds the numbers drawn.
    """

    name: str
    title: str
    drawings: Sequence[tuple[str, str]]
    told: str
    caption: str = ""
    legend: Sequence[Key] = ()
    table: Table | None = None
    kind: ClassVar = "figure"


@dataclass(frozen=True)
class Code:
    """Text to be copied as it is; ``file`` names it where it can be taken away as a file."""

    text: str
    file: str = ""
    kind: ClassVar = "code"


@dataclass(frozen=True)
class Folded:
    """Parts behind a line that opens them."""

    title: str
    parts: Sequence[Part]
    kind: ClassVar = "folded"


Part = Text | Items | Table | Figure | Code | Folded


@dataclass(frozen=True)
class Section:
    """A part of the page with a heading; ``name`` is where links to it lead.

    ``paper``: whether it is printed too.
    """

    name: str
    title: str
    parts: Sequence[Part]
    paper: bool = True


@dataclass(frozen=True)
class Page:
    """A whole report. ``answer`` is its one sentence, ``terms`` what that rests on.

    ``of`` is the digest of the scenario (:class:`rumorsim.common.claims.Claim`); ``intro`` says
    before the answer what was compared.
    """

    title: str
    what: str
    answer: str
    terms: str
    sections: Sequence[Section]
    source: str
    of: str
    intro: Sequence[Part] = ()

    def tables(self) -> list[Table]:
        """Every table on the page, those of figures and behind folds too, in order."""
        return [table for section in self.sections for table in _tables(section.parts)]


def _tables(parts: Sequence[Part]) -> list[Table]:
    found: list[Table] = []
    for part in parts:
        if isinstance(part, Table):
            found.append(part)
        elif isinstance(part, Figure) and part.table is not None:
            found.append(part.table)
        elif isinstance(part, Folded):
            found += _tables(part.parts)
    return found


def html_of(page: Page) -> str:
    """The page as one HTML file; the same page is the same text."""
    return _environment().get_template("page.html").render(page=page) + "\n"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("rumorsim.reports.pages"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    # Spreadsheets take CSV for UTF-8 only behind a byte order mark.
    made.filters["csv_link"] = lambda table: _link("text/csv", table.csv().encode("utf-8-sig"))
    made.filters["file_link"] = lambda code: _link("text/plain", code.text.encode())
    return made


def _link(kind: str, data: bytes) -> str:
    """An address that holds the data itself."""
    return f"data:{kind};charset=utf-8;base64,{base64.b64encode(data).decode('ascii')}"
