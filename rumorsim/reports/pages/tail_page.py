"""The page of a comparison of tails: how likely an outbreak is, and what the mean is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rumorsim.common.plurals import counted
from rumorsim.reports.pages.assumptions import answer_page
from rumorsim.reports.pages.charts import draw_outbreaks
from rumorsim.reports.pages.page import Figure, Items, Key, Page, Part, Section, Table, Text
from rumorsim.reports.pages.saved import interval_of, raw_rows, read_answer
from rumorsim.reports.pages.svg import look_of
from rumorsim.reports.pages.wording import quoted
from rumorsim.studies.statistics.intervals import Interval
from rumorsim.studies.tail.curve import Point
from rumorsim.studies.tail.text import PLAIN, chance_cells, mean_cells

_HOW: Final = (
    "Most rumors die, and a few reach very many. Waiting for one of the few takes too many worlds."
    " Where the rumor has come far in a world, that world is therefore run again from that moment"
    " several times, each time with other chance. Each of these branches counts for less: together"
    " they count as much as the one world that they come from. Where anybody may be first, worlds"
    " in which somebody with many followers does are taken more often, and each of these counts for"
    " less too. So nothing is exaggerated: on average the estimates are what very many ordinary"
    " worlds would give."
)


def page_of_tail(directory: Path) -> Page:
    """The page of what ``compare --tail`` saved in a directory."""
    found = read_answer(directory, "tail comparison")
    policies = [row["policy"] for row in found["policies"]]
    under = counted(len(policies) - 1, "policy", "policies")
    return answer_page(
        found,
        [_chances(found, policies), _means(found), _words(found)],
        policies,
        f"rumorsim compare scenario.json {found['options']} --out again",
        what=f"How likely {found['tail']} is, under {under}",
        answer=_answer(found),
        terms=found["made"],
    )


def _answer(found: Mapping[str, Any]) -> str:
    base, *others = found["sentences"]
    clear = [
        said
        for row, said in zip(found["policies"][1:], others, strict=True)
        if row["ratio_high"] is not None and (row["ratio_high"] < 1 or row["ratio_low"] > 1)
    ]
    return " ".join([base, *clear])


def _chances(found: Mapping[str, Any], policies: Sequence[str]) -> Section:
    rows = found["policies"]
    cells = [[row["policy"], *chance_cells(*_of_chance(row))] for row in rows]
    heads = ["policy", "chance", "95\u00a0% interval", "ratio to none", PLAIN]
    note = (
        "Intervals of ratios hold for all policies at once. The last column: in how many worlds,"
        " none of them split or chosen, the chance would be known as well."
    )
    table = Table("chances", f"Chance of {found['tail']}", heads, cells, raw_rows(rows), note)
    return Section("chances", "How likely an outbreak is", [_figure(found, policies), table])


def _of_chance(row: Mapping[str, Any]) -> tuple[Interval, float | None, Interval | None, Any]:
    chance = interval_of(row, "chance") or Interval(row["chance"])
    ratio = interval_of(row, "ratio")
    if ratio is None and row["ratio"] is not None:
        ratio = Interval(row["ratio"])
    return chance, row["at_most"], ratio, row["plain_worlds"]


def _figure(found: Mapping[str, Any], policies: Sequence[str]) -> Figure:
    lines = []
    for place, policy in enumerate(policies):
        ours = [row for row in found["curve"] if row["policy"] == policy]
        points = [
            Point(policy, row["above"], interval_of(row, "chance") or Interval(row["chance"]))
            for row in ours
        ]
        lines.append((place, points))
    told = f"How often {found['number']} is above x, for every x; both scales by tens. " + " ".join(
        found["sentences"]
    )
    drawing = draw_outbreaks("outbreaks", told, lines, found["threshold"], found["number"])
    caption = (
        "Bands are 95\u00a0% intervals, at each x by itself. Thin lines: too few worlds for an"
        f" interval. Dotted: {found['tail']}."
    )
    keys = [Key(policy, look_of(at)[2], look_of(at)[1]) for at, policy in enumerate(policies)]
    curve = found["curve"]
    heads = ["policy", "above", "chance", "low", "high"]
    rows = [
        [row["policy"], f"{row['above']:,.4g}", *(_part(row[name]) for name in _ENDS)]
        for row in curve
    ]
    table = Table(
        "curve", "The chance of more than x", heads, rows, raw_rows(curve) if curve else None
    )
    title = "The chance of more than x"
    return Figure("outbreaks", title, [("", drawing)], told, caption, keys, table)


_ENDS: Final = ("chance", "chance_low", "chance_high")


def _part(chance: float | None) -> str:
    return "" if chance is None else f"{100 * chance:.3g}\u00a0%"


def _means(found: Mapping[str, Any]) -> Section | None:
    if not found["means"]:
        return None
    parts: list[Part] = []
    for at, key in enumerate(dict.fromkeys(row["measure"] for row in found["means"])):
        rows = [row for row in found["means"] if row["measure"] == key]
        cells = [
            [
                row["policy"],
                *mean_cells(
                    interval_of(row, "mean") or Interval(row["mean"]),
                    interval_of(row, "difference"),
                    interval_of(row, "relative"),
                ),
            ]
            for row in rows
        ]
        heads = ["policy", "mean", "95\u00a0% interval", "difference to none", "relative change"]
        lacking = [
            f"No interval for {what} under {quoted(row['policy'])}: {row[why]}."
            for row in rows
            for what, why in _LACKING
            if row[why]
        ]
        name = f"means-{at + 1}"
        parts.append(Table(name, f"Mean of {key} in all worlds", heads, cells, raw_rows(rows)))
        parts += [Items(lacking)] if lacking else []
    return Section("means", "The average over all worlds", parts)


_LACKING: Final = (
    ("the mean", "why_no_interval"),
    ("the difference", "why_no_interval_of_difference"),
)


def _words(found: Mapping[str, Any]) -> Section:
    return Section("words", "In words", [Items(found["sentences"]), Text(_HOW)])
