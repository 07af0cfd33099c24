"""The page of a delay map: what a policy averts, by how fast it reacts and how much it covers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rumorsim.plurals import counted
from rumorsim.reports.answer_charts import Cell, draw_map
from rumorsim.reports.answer_reading import answer_page, in_shell, interval_of, read_answer
from rumorsim.reports.parts import Column, Figure, Page, Section, Table, Text
from rumorsim.reports.tables import digits_for, number, with_interval
from rumorsim.reports.wording import quoted
from rumorsim.studies.comparison import NONE
from rumorsim.studies.effects import and_, what_is
from rumorsim.studies.effects import cell as cell_text
from rumorsim.studies.intervals import Interval

_AXIS: Final = {
    "fraction": "coverage: part of the targets",
    "sensitivity": "coverage: P(act | reviewed, guilty)",
}


def page_of_delay_map(directory: Path) -> Page:
    """The page of what ``delay-map`` saved in a directory."""
    found = read_answer(directory, "delay map")
    worlds, cells = len(found["seeds"]), len(found["cells"])
    what, seeds = what_is(found["measure"]), found["seeds"]
    return answer_page(
        found,
        what=f"Delay map of {quoted(found['policy'])}: {counted(cells, 'cell')} in"
        f" {counted(worlds, 'world')}",
        answer=_answer(found, what),
        terms=(
            f"From {counted(worlds, 'coupled world')} (seeds {seeds[0]} to {seeds[-1]}); each cell"
            " is the mean paired difference to the same worlds without the policy. Intervals hold"
            " for all"
            f" {cells} cells at once in 95\u00a0%. They do not say whether the scenario is right."
        ),
        sections=[
            _section(found, what),
        ],
        policies=[NONE, found["policy"]],
        command=_command(found),
    )


def _answer(found: Mapping[str, Any], what: str) -> str:
    """The fastest and the slowest reaction at the greatest coverage."""
    parts = _in_parts(found)
    widest = max(found["coverages"])
    some = [row for row in found["cells"] if row[found["covered_by"]] == widest]
    ends = {row["delay_hours"]: _shown(row, parts) for row in some}
    delays = sorted({min(ends), max(ends)})
    said = [f"{_said(ends[hours], parts)} after {hours:g}\u00a0h" for hours in delays]
    return (
        f"At {100 * widest:g}\u00a0% coverage {quoted(found['policy'])} averts, of the {what},"
        f" {and_(said)}."
    )


def _said(each: Interval, parts: bool) -> str:
    if each.low == each.high == each.estimate == 0:
        return "nothing"
    return with_interval(*each, "%" if parts else "accounts", gap="\u00a0")


def _in_parts(found: Mapping[str, Any]) -> bool:
    return all(row["part"] is not None for row in found["cells"])


def _section(found: Mapping[str, Any], what: str) -> Section:
    rows, columns = found["coverages"], found["delays"]
    parts = _in_parts(found)
    unit = "\u00a0%" if parts else ""
    shown = [_shown(row, parts) for row in found["cells"]]
    most = max(max(each.estimate for each in shown), 1e-9)
    least = min(0.0, *(each.estimate for each in shown))

    def cell(x: int, y: int) -> Cell:
        at = x * len(rows) + y
        each, digits = shown[at], digits_for(*shown[at])
        ends = ""
        if each.low is not None and each.high is not None and each.low != each.high:
            ends = f"{number(each.low, digits)} to {number(each.high, digits)}"
        depth = (each.estimate - least) / (most - least)
        clear = bool(found["cells"][at]["clear"])
        star = "" if clear or each.low == each.high else "*"
        return Cell(depth, number(each.estimate, digits) + unit + star, ends, clear)

    cells = [[cell(x, y) for x in range(len(columns))] for y in range(len(rows))]
    told = _told(found, what, shown, unit)
    percents = [f"{100 * each:g}\u00a0%" for each in rows]
    words = ("reaction time: from trigger to act", _AXIS[found["covered_by"]])
    drawing = draw_map("averted", columns, percents, cells, words, told)
    caption = (
        "The darker, the more is averted; below each number its interval where there is room."
        " * the data are compatible with no change."
    )
    figure = Figure(
        name="averted",
        title=f"{what[:1].upper()}{what[1:]} averted by {quoted(found['policy'])}",
        drawings=[("", drawing)],
        told=told,
        caption=caption,
        table=_table(found, parts),
    )
    after = Text(
        "Read a row for what a faster reaction is worth at the same coverage, a column for what a"
        " wider one is worth at the same speed."
    )
    return Section("map", "How fast, and how much of it", [figure, after])


def _shown(row: Mapping[str, Any], parts: bool) -> Interval:
    each = interval_of(row, "part" if parts else "averted")
    if each is None:
        return Interval(0.0)
    return each.in_percent if parts else each


def _told(found: Mapping[str, Any], what: str, shown: list[Interval], unit: str) -> str:
    order = sorted(range(len(shown)), key=lambda at: shown[at].estimate)
    high = len(found["coverages"])

    def place(at: int) -> str:
        x, y = divmod(at, high)
        digits = digits_for(*shown[at])
        return (
            f"{number(shown[at].estimate, digits)}{unit} at {100 * found['coverages'][y]:g}\u00a0%"
            f" coverage after {found['delays'][x]}"
        )

    clear = sum(bool(row["clear"]) for row in found["cells"])
    return (
        f"Of the {what}, {quoted(found['policy'])} averts most, {place(order[-1])}, and least,"
        f" {place(order[0])}. {clear} of {len(shown)} cells show a clear change."
    )


def _table(found: Mapping[str, Any], parts: bool) -> Table:
    rows = [
        [
            found["delays"][at // len(found["coverages"])],
            f"{100 * row[found['covered_by']]:g}\u00a0%",
            cell_text(interval_of(row, "averted")),
            *([cell_text(_shown(row, True), unit="%")] if parts else []),
            "yes" if row["clear"] else "no",
        ]
        for at, row in enumerate(found["cells"])
    ]
    heads = ["reaction time", "coverage", "averted", *(["part"] if parts else []), "clear change"]
    columns = [Column(head, numeric=head in ("averted", "part")) for head in heads]
    raw = (list(found["cells"][0]), [list(row.values()) for row in found["cells"]])
    return Table("delay-map", "Every cell", columns, rows, raw=raw)


def _command(found: Mapping[str, Any]) -> str:
    parts = [
        f"rumorsim delay-map scenario.json --policy {in_shell(found['policy'])}",
        *(f"--delay {in_shell(each)}" for each in found["delays"]),
        *(f"--coverage {each:g}" for each in found["coverages"]),
        f"--covered-by {found['covered_by']} --of {found['measure']}",
        f"--replicates {len(found['seeds'])} --seed {found['seeds'][0]} --out again",
    ]
    return " ".join(parts)
