"""A comparison as a table for LaTeX, with the rules of the package booktabs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from rumorsim.common.errors import on_one_line
from rumorsim.measures import describe
from rumorsim.reports.figures.tables import spread
from rumorsim.studies.compare.report_text import headlines

if TYPE_CHECKING:
    from rumorsim.studies.compare.worlds import ComparedWorlds
    from rumorsim.studies.statistics.change import Change

_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
}


def latex_table(comparison: ComparedWorlds, keys: Sequence[str] | None = None) -> str:
    """A ``tabular`` for ``booktabs``: mean, difference to ``none`` and relative change."""
    if keys is None:
        titles = {headline.key: headline.title for headline in headlines(comparison)}
    else:
        titles = {key: _title(key) for key in keys}
    lines = [
        *_notes(comparison),
        r"\begin{tabular}{lrrr}",
        r"\toprule",
        r" & Mean & Difference to none & Relative change (\%) \\",
    ]
    for key, title in titles.items():
        lines += [r"\midrule", rf"\multicolumn{{4}}{{l}}{{{escaped(title)}}} \\"]
        lines += _rows(comparison, key)
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def _rows(comparison: ComparedWorlds, key: str) -> Iterator[str]:
    for policy in comparison.policies:
        change = comparison.change(policy, key)
        if change is not None:
            cells = [escaped(policy), *map(_number, _cells(change))]
            yield rf"\quad {' & '.join(cells)} \\"


def _cells(change: Change) -> list[str]:
    mean = spread(*change.mean)
    if change.difference is None:
        return [mean, "", ""]
    difference = spread(*change.difference, signed=True)
    relative = change.relative
    return [mean, difference, "" if relative is None else spread(*relative.in_percent, signed=True)]


def _notes(comparison: ComparedWorlds) -> list[str]:
    count = len(comparison.seeds)
    worlds = f"{count} coupled worlds, seeds {comparison.seeds[0]} to {comparison.seeds[-1]}"
    notes = [f"rumorsim: {comparison.name}; {worlds}"]
    if count > 1:
        rule = "those of differences hold for all policies at once"
        notes.append(f"in brackets: 95 % intervals; {rule}")
    notes.append(r"needs \usepackage{booktabs}")
    return [f"% {on_one_line(note)}" for note in notes]


def _title(key: str) -> str:
    meaning = describe(key)
    return key if meaning is None else f"{key} ({meaning.unit})"


def _number(text: str) -> str:
    """A cell of numbers, its hyphens as minus signs."""
    return text.replace("-", r"$-$").replace("%", r"\%")


def escaped(text: str) -> str:
    """Text as LaTeX has it."""
    return "".join(_SPECIAL.get(c, c) for c in text)
