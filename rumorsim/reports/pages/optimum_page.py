"""The page of an optimisation: the answer, the finalists in fresh worlds, the search."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rumorsim.common.plurals import counted
from rumorsim.reports.pages.assumptions import answer_page
from rumorsim.reports.pages.charts import Dot, Tried, best_so_far, draw_plane, draw_search
from rumorsim.reports.pages.page import Figure, Key, Page, Section, Table, Text
from rumorsim.reports.pages.saved import in_shell, interval_of, raw_rows, read_answer
from rumorsim.reports.pages.svg import look_of
from rumorsim.reports.pages.wording import percent, quoted
from rumorsim.studies.compare.effects import and_, cell
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.optimise.goals import ACTIONS, Target
from rumorsim.studies.statistics.intervals import Interval


def _closures(found: Mapping[str, Any]) -> list[str]:
    """Options of the command for the closures that were candidates."""
    given = found.get("closures")
    if given is None:
        return []
    sizes = (f"--close {each}" for each in given["close"])
    return [
        *sizes,
        *(f"--close-by {each}" for each in given["close_by"]),
        f"--learn {given['learn']}",
    ]


def page_of_optimum(directory: Path) -> Page:
    """The page of what ``optimise`` saved in a directory."""
    found = read_answer(directory, "optimisation")
    finals, fresh = len(found["finalists"]), len(found["fresh_seeds"])
    goal, prices = found["goal"], found["goal"]["prices"]
    target = f"cheapest setting with {goal['target']}" if goal["target"] else "frontier"
    cost = " + ".join(f"{price:g} x {key}" for key, price in prices.items())
    cost = "every moderation action costs 1" if prices == {ACTIONS: 1.0} else cost
    return answer_page(
        found,
        [_finalists(found), _search(found)],
        [NONE, *dict.fromkeys(row["policy"] for row in found["trials"])],
        " ".join(
            [
                "rumorsim optimise study.json",
                *([f"--at-most {goal['at_most']}"] if goal["at_most"] is not None else []),
                *(f"--price {in_shell(f'{key}={price:g}')}" for key, price in prices.items()),
                *_closures(found),
                f"--trials {len(found['trials'])} --finalists {finals}",
                f"--confirm {fresh} --search-seed {found['search_seed']} --out again",
            ]
        ),
        what=(
            f"Optimisation: {counted(len(found['trials']), 'trial')} in"
            f" {counted(len(found['seeds']), 'world')},"
            f" {counted(finals, 'finalist')} in {counted(fresh, 'fresh one')}"
        ),
        answer=str(found["answer"]),
        terms=(
            f"Goal: the {target}. Cost: {cost}. Statements about the finalists rest on {fresh}"
            " coupled worlds that the search has not seen; a winner is named only where it is"
            " clearly cheaper than every rival in the same worlds, with intervals that hold for all"
            " of them at once."
        ),
    )


def _finalists(found: Mapping[str, Any]) -> Section:
    finals = found["finalists"]
    policies = list(dict.fromkeys(row["policy"] for row in finals))
    line = None
    if found["goal"]["at_most"] is not None:
        target = Target.read(found["goal"]["at_most"])
        line = 100.0 * (1.0 - target.size) if target.relative else None
    told = and_(
        [
            f"{row['finalist']} ({quoted(row['policy'])}) averts"
            f" {cell(_percent(row, 'averted'), unit='%')} at cost {cell(interval_of(row, 'cost'))}"
            for row in finals
        ]
    )
    told = f"Of the finalists, {told}."
    drawings = []
    for name, title, axis in (
        ("lost", "Against true reach lost", "true reach lost, %"),
        ("cost", "Against cost", "cost"),
    ):
        if name == "cost" or any(row["lost"] is not None for row in finals):
            dots = [
                Dot(
                    row["finalist"],
                    policies.index(row["policy"]) + 1,
                    _percent(row, "lost") if name == "lost" else _interval(row, "cost"),
                    _percent(row, "averted"),
                    row["beaten_by"] is not None or row["target"] == "missed",
                )
                for row in finals
            ]
            svg = draw_plane(name, told, dots, (axis, "false reach averted, %"), line)
            drawings.append((title, svg))
    missed = found["goal"]["at_most"] is not None
    hollow = "misses the target, which is the dashed line." if missed else "clearly beaten."
    figure = Figure(
        "held", "The finalists in fresh worlds", drawings, told,
        "Numbers are those of the table; lines: 95\u00a0% intervals, each by itself. Hollow: "
        + hollow,
        [Key(policy, look_of(at)[2]) for at, policy in enumerate(policies, 1)], _table(found),
    )  # fmt: skip
    return Section("finalists", "Finalists", [figure])


def _interval(row: Mapping[str, Any], name: str) -> Interval:
    return interval_of(row, name) or Interval(0.0)


def _percent(row: Mapping[str, Any], name: str) -> Interval:
    return percent(interval_of(row, name))


def _table(found: Mapping[str, Any]) -> Table:
    target = found["goal"]["target"] is not None
    names = list(found["parameters"])
    heads = ["no.", "policy", *names, "false reach averted", "true reach lost", "cost"]
    heads += ["extra cost over the cheapest", "target"] if target else ["clearly beaten by"]
    rows = []
    for row in found["finalists"]:
        lost = "" if row["lost"] is None else cell(_percent(row, "lost"), unit="%")
        cells = [str(row["finalist"]), row["policy"], *(_value(row[name]) for name in names)]
        cells += [cell(_percent(row, "averted"), unit="%"), lost, cell(interval_of(row, "cost"))]
        if target:
            cells += [cell(interval_of(row, "dearer"), signed=True), row["target"] or ""]
        else:
            cells.append("" if row["beaten_by"] is None else str(row["beaten_by"]))
        rows.append(cells)
    raw, words = raw_rows(found["finalists"]), {"policy", "target", *names}
    return Table("finalists", "The finalists", heads, rows, raw, words=words)


def _value(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _search(found: Mapping[str, Any]) -> Section:
    trials, target = found["trials"], found["goal"]["target"] is not None
    if target:
        tried = [Tried(row["cost"], bool(row["meets_target"])) for row in trials]
        words, goal = "cost", "the cheapest that met the target"
    else:
        tried = [Tried(row["false_reach"], True) for row in trials]
        words, goal = "reach of false stories", "the least reach of false stories"
    told = f"None of {counted(len(tried), 'trial')} met the target in the worlds of the search."
    if best := best_so_far(tried):
        at, value = best[-1]
        told = f"Of {counted(len(tried), 'trial')} number {at} was {goal}: {words} {value:,.4g}."
    caption = (
        "The line is the best so far. The best of them looks better than it is, because it was"
        " selected here."
    )
    if target:
        missed = sum(not each.allowed for each in tried)
        caption += f" Hollow: misses the target ({missed} of {len(tried)})."
    heads, rows = raw_rows(trials)
    table = Table(
        "trials", "Every trial", [head.replace("_", " ") for head in heads],
        [[_value(value) for value in row] for row in rows], (heads, rows),
        words={"policy", "meets target", *(name.replace("_", " ") for name in found["parameters"])},
    )  # fmt: skip
    drawing = draw_search("course", told, tried, words)
    title = "The course of the search"
    figure = Figure("course", title, [("", drawing)], told, caption, table=table)
    after = Text("Every trial is a mean over the worlds of the search alone.", "note")
    return Section("search", "The search", [figure, after])
