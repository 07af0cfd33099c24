"""What objects look like at a prompt and in a notebook: one screen, never more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from textwrap import wrap
from typing import Any, Final

#: Lines and columns of a screen.
_LINES: Final = 24
_WIDE: Final = 100
_LONGEST: Final = 300
#: Lines of one value.
_TALLEST: Final = 3


class Shown:
    """Base of what people meet in Python: :meth:`facts` is its look, as text and as HTML."""

    __slots__ = ()

    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        """What it is called and holds: names and values, the most important first."""
        raise NotImplementedError

    def __repr__(self) -> str:
        rows = [(name, str(value)) for name, value in self.facts_shown()]
        width = max((len(name) for name, _ in rows), default=0)
        margin = " " * (width + 4)
        lines = [
            line
            for name, value in rows
            for line in wrap(
                value, _WIDE, initial_indent=f"  {name:{width}}  ", subsequent_indent=margin,
                max_lines=_TALLEST, placeholder=" ...",
            ) or [f"  {name}"]
        ]  # fmt: skip
        return "\n".join([f"<{type(self).__name__}>", *_most(lines)])

    def _repr_html_(self) -> str:
        rows = [[f"<b>{escape(name)}</b>", _html(value)] for name, value in self.facts_shown()]
        return tabled(type(self).__name__, (), _most(rows, ["…", ""]))


def listed(words: Iterable[object], most: int = 8) -> str:
    """Words with commas between; of many the first, and how many more there are."""
    every = [str(word) for word in words]
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def shown_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table as HTML: its cells are text."""
    cells = [[_html(cell) for cell in row] for row in rows]
    return tabled(caption, head, _most(cells, ["…"] + [""] * (len(head) - 1)))


def tabled(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(
        "<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    title = f'<caption style="text-align:left"><b>{escape(caption)}</b></caption>'
    return f"<table>{title}{f'<tr>{top}</tr>' if head else ''}{body}</table>"


def _html(value: Any) -> str:
    text = str(value)
    return escape(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def _most(lines: list[Any], last: Any = "  ...") -> list[Any]:
    return lines if len(lines) <= _LINES else [*lines[: _LINES - 1], last]
