"""The page of a delay map: what a policy averts by its delay and its coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rumorsim.common.plurals import counted
from rumorsim.reports.figures.tables import digits_for, number, with_interval
from rumorsim.reports.pages.assumptions import answer_page
from rumorsim.reports.pages.charts import Cell, draw_map
from rumorsim.reports.pages.page import Figure, Page, Section, Table, Text
from rumorsim.reports.pages.saved import in_shell, interval_of, raw_rows, read_answer
from rumorsim.reports.pages.wording import capital, percent, quoted
from rumorsim.studies.compare.effects import and_, cell, number_name
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.intervals import Interval

_AXIS: Final = {
    "fraction": "coverage: part of the targets",
    "sensitivity": "coverage: P(act | reviewed, guilty)",
}


def page_of_delay_map(directory: Path) -> Page:
    """The page of what ``delay-map`` saved in a directory."""
    found = read_answer(directory, "delay map")
    worlds, cells, seeds = len(found["seeds"]), len(found["cells"]), found["seeds"]
    in_percent = all(row["part"] is not None for row in found["cells"])
    shown = [_averted(row, in_percent) for row in found["cells"]]
    return answer_page(
        found,
        [_section(found, shown, in_percent)],
        [NONE, found["policy"]],
        " ".join(
            [
                f"rumorsim delay-map scenario.json --policy {in_shell(found['policy'])}",
                *(f"--delay {in_shell(each)}" for each in found["delays"]),
                *(f"--coverage {each:g}" for each in found["coverages"]),
                f"--covered-by {found['covered_by']} --of {found['measure']}",
                f"--replicates {worlds} --seed {seeds[0]} --out again",
            ]
        ),
        what=f"Delay map of {quoted(found['policy'])}: {counted(cells, 'cell')} in"
        f" {counted(worlds, 'world')}",
        answer=_answer(found, shown, "%" if in_percent else "accounts"),
        terms=(
            f"From {counted(worlds, 'coupled world')} (seeds {seeds[0]} to {seeds[-1]}); each cell"
            " is the mean paired difference to the same worlds without the policy. Intervals hold"
            f" for all {cells} cells at once in 95\u00a0%. They do not say whether the scenario is"
            " right."
        ),
    )


def _averted(row: Mapping[str, Any], in_percent: bool) -> Interval:
    if in_percent:
        return percent(interval_of(row, "part"))
    return interval_of(row, "averted") or Interval(0.0)


def _answer(found: Mapping[str, Any], shown: Sequence[Interval], unit: str) -> str:
    """The fastest and the slowest reaction at the greatest coverage."""
    widest = max(found["coverages"])
    ends = {
        row["delay_hours"]: each
        for row, each in zip(found["cells"], shown, strict=True)
        if row[found["covered_by"]] == widest
    }
    said = []
    for hours in sorted({min(ends), max(ends)}):
        each = ends[hours]
        nothing = each.low == each.high == each.estimate == 0
        amount = "nothing" if nothing else with_interval(*each, unit, gap="\u00a0")
        said.append(f"{amount} after {hours:g}\u00a0h")
    return (
        f"At {100 * widest:g}\u00a0% coverage {quoted(found['policy'])} averts, of the"
        f" {number_name(found['measure'])}, {and_(said)}."
    )


def _section(found: Mapping[str, Any], shown: Sequence[Interval], in_percent: bool) -> Section:
    rows, columns = found["coverages"], found["delays"]
    unit = "\u00a0%" if in_percent else ""
    most = max(max(each.estimate for each in shown), 1e-9)
    least = min(0.0, *(each.estimate for each in shown))

    def drawn(at: int) -> Cell:
        each, digits, clear = shown[at], digits_for(*shown[at]), bool(found["cells"][at]["clear"])
        ends = ""
        if each.low is not None and each.high is not None and each.low != each.high:
            ends = f"{number(each.low, digits)} to {number(each.high, digits)}"
        star = "" if clear or each.low == each.high else "*"
        depth = (each.estimate - least) / (most - least)
        return Cell(depth, number(each.estimate, digits) + unit + star, ends, clear)

    cells = [[drawn(x * len(rows) + y) for x in range(len(columns))] for y in range(len(rows))]
    told = _in_words(found, shown, unit)
    percents = [f"{100 * each:g}\u00a0%" for each in rows]
    words = ("reaction time: from trigger to act", _AXIS[found["covered_by"]])
    title = f"{capital(number_name(found['measure']))} averted by {quoted(found['policy'])}"
    caption = (
        "The darker, the more is averted; below each number its interval where there is room."
        " * the data are compatible with no change."
    )
    drawing = draw_map("averted", told, columns, percents, cells, words)
    table = _table(found, shown, in_percent)
    figure = Figure("averted", title, [("", drawing)], told, caption, table=table)
    after = Text(
        "Read a row for what a faster reaction is worth at the same coverage, a column for what a"
        " wider one is worth at the same speed."
    )
    return Section("map", "How fast, and how much of it", [figure, after])


def _in_words(found: Mapping[str, Any], shown: Sequence[Interval], unit: str) -> str:
    order = sorted(range(len(shown)), key=lambda at: shown[at].estimate)

    def place(at: int) -> str:
        x, y = divmod(at, len(found["coverages"]))
        return (
            f"{number(shown[at].estimate, digits_for(*shown[at]))}{unit} at"
            f" {100 * found['coverages'][y]:g}\u00a0% coverage after {found['delays'][x]}"
        )

    clear = sum(bool(row["clear"]) for row in found["cells"])
    return (
        f"Of the {number_name(found['measure'])}, {quoted(found['policy'])} averts most,"
        f" {place(order[-1])}, and least, {place(order[0])}. {clear} of {len(shown)} cells show a"
        " clear change."
    )


def _table(found: Mapping[str, Any], shown: Sequence[Interval], in_percent: bool) -> Table:
    rows = []
    for at, row in enumerate(found["cells"]):
        delay = found["delays"][at // len(found["coverages"])]
        averted = [cell(interval_of(row, "averted"))]
        averted += [cell(shown[at], unit="%")] if in_percent else []
        covered, clear = (f"{100 * row[found['covered_by']]:g}\u00a0%", _sure(row))
        rows.append([delay, covered, *averted, clear])
    words = ["reaction time", "coverage", "clear change"]
    heads = [*words[:2], "averted", *(["part"] if in_percent else []), words[2]]
    raw = raw_rows(found["cells"])
    return Table("delay-map", "Every cell", heads, rows, raw, words=words)


def _sure(row: Mapping[str, Any]) -> str:
    """Whether a cell shows a clear change, in words for the table."""
    averted = interval_of(row, "averted")
    if averted is None or not averted.known:
        return "too few worlds"
    return "yes" if row["clear"] else "no"
