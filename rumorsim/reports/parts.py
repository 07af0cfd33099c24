"""What a page is made of: sections of paragraphs, tables, figures and code.

Nothing here knows HTML but the drawing of a figure; the template says how each part looks,
so that a section is written once for screen, phone and paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rumorsim.csv_text import csv_text


@dataclass(frozen=True)
class Text:
    """A paragraph; ``tone`` is "" or "note" for what is said in small type."""

    text: str
    tone: str = ""
    kind: str = field(default="text", init=False)


@dataclass(frozen=True)
class Items:
    """A list of short paragraphs."""

    items: Sequence[str]
    kind: str = field(default="items", init=False)


class Column(NamedTuple):
    """A column of a table: its head and whether it holds numbers (set to the right)."""

    head: str
    numeric: bool = True


@dataclass(frozen=True)
class Table:
    """Rows of cells as people read them, and the same rows as plain values for CSV.

    ``name`` is the stem of the CSV file; ``raw`` has a head and rows of its own, with every
    digit; without it the CSV holds what is shown.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    raw: tuple[Sequence[str], Sequence[Sequence[Any]]] | None = None
    note: str = ""
    kind: str = field(default="table", init=False)

    def csv(self) -> str:
        """The table as CSV: its raw rows where it has them, else the rows shown."""
        if self.raw is not None:
            return csv_text(*self.raw)
        return csv_text([column.head for column in self.columns], self.rows)


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
    kind: str = field(default="figure", init=False)


@dataclass(frozen=True)
class Code:
    """Text to be copied as it is; ``file`` names it where it can be taken away as a file."""

    text: str
    file: str = ""
    kind: str = field(default="code", init=False)


@dataclass(frozen=True)
class Folded:
    """Parts behind a line that opens them."""

    title: str
    parts: Sequence[Part]
    kind: str = field(default="folded", init=False)


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

    ``of`` is the digest of the scenario (:class:`rumorsim.claims.Claim`); ``intro`` says before
    the answer what was compared.
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
