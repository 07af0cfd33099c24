"""The page of an optimisation: the answer, the finalists in fresh worlds, the search."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rumorsim.plurals import counted
from rumorsim.reports.answer_charts import Dot, Tried, best_so_far, draw_finalists, draw_search
from rumorsim.reports.answer_reading import answer_page, in_shell, interval_of, read_answer
from rumorsim.reports.parts import Column, Figure, Key, Page, Section, Table, Text
from rumorsim.reports.svg import look_of
from rumorsim.reports.wording import quoted
from rumorsim.studies.comparison import NONE
from rumorsim.studies.effects import and_, cell
from rumorsim.studies.goals import ACTIONS, Target
from rumorsim.studies.intervals import Interval


def page_of_optimum(directory: Path) -> Page:
    """The page of what ``optimise`` saved in a directory."""
    found = read_answer(directory, "optimisation")
    finals, fresh = len(found["finalists"]), len(found["fresh_seeds"])
    goal = found["goal"]["target"]
    return answer_page(
        found,
        what=(
            f"Optimisation: {counted(len(found['trials']), 'trial')} in"
            f" {counted(len(found['seeds']), 'world')},"
            f" {counted(finals, 'finalist')} in {counted(fresh, 'fresh one')}"
        ),
        answer=str(found["answer"]),
        terms=(
            (f"Sought: the cheapest setting with {goal}. " if goal else "Sought: the frontier. ")
            + f"Cost: {_cost(found)}. What is said of the finalists rests on {fresh} coupled worlds"
            " that the search has not seen; a winner is named only where it is clearly cheaper than"
            " every rival in the same worlds, with intervals that hold for all of them at once."
        ),
        sections=[
            _finalists(found),
            _search(found),
        ],
        policies=[NONE, *dict.fromkeys(row["policy"] for row in found["trials"])],
        command=_command(found),
    )


def _cost(found: Mapping[str, Any]) -> str:
    prices = found["goal"]["prices"]
    if prices == {ACTIONS: 1.0}:
        return "every moderation action costs 1"
    return " + ".join(f"{price:g} x {key}" for key, price in prices.items())


def _out(row: Mapping[str, Any]) -> bool:
    """Whether a finalist is out: beaten, or above the target."""
    return row["beaten_by"] is not None or row["target"] == "missed"


def _percent(row: Mapping[str, Any], name: str) -> Interval:
    each = interval_of(row, name)
    return Interval(0.0) if each is None else each.in_percent


def _finalists(found: Mapping[str, Any]) -> Section:
    finals = found["finalists"]
    policies = list(dict.fromkeys(row["policy"] for row in finals))
    target = found["goal"]["at_most"]
    line = None
    if target is not None and Target.read(target).relative:
        line = 100.0 * (1.0 - Target.read(target).size)
    told = _told(found)

    def dots(name: str) -> list[Dot]:
        return [
            Dot(
                row["finalist"],
                policies.index(row["policy"]) + 1,
                (interval_of(row, "cost") or Interval(0.0))
                if name == "cost"
                else _percent(row, name),
                _percent(row, "averted"),
                _out(row),
            )
            for row in finals
        ]

    averted = "false reach averted, %"
    drawings = []
    if any(row["lost"] is not None for row in finals):
        words = ("true reach lost, %", averted)
        drawing = draw_finalists("lost", dots("lost"), line, words, told)
        drawings.append(("Against true reach lost", drawing))
    drawing = draw_finalists("cost", dots("cost"), line, ("cost", averted), told)
    drawings.append(("Against cost", drawing))
    figure = Figure(
        name="held",
        title="The finalists in fresh worlds",
        drawings=drawings,
        told=told,
        caption=(
            "Numbers are those of the table; lines: 95\u00a0% intervals, each by itself. Hollow: "
            + ("misses the target, which is the dashed line." if target else "clearly beaten.")
        ),
        legend=[Key(policy, look_of(at)[2]) for at, policy in enumerate(policies, 1)],
        table=_table(found),
    )
    return Section("finalists", "Finalists", [figure])


def _told(found: Mapping[str, Any]) -> str:
    said = [
        f"{row['finalist']} ({quoted(row['policy'])}) averts"
        f" {cell(_percent(row, 'averted'), unit='%')} at cost {cell(interval_of(row, 'cost'))}"
        for row in found["finalists"]
    ]
    return f"Of the finalists, {and_(said)}."


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
    words = {"policy", "target", *names}
    raw = (list(found["finalists"][0]), [list(row.values()) for row in found["finalists"]])
    columns = [Column(head, numeric=head not in words) for head in heads]
    return Table("finalists", "The finalists", columns, rows, raw=raw)


def _value(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _search(found: Mapping[str, Any]) -> Section:
    trials, target = found["trials"], found["goal"]["target"] is not None
    if target:
        tried = [Tried(row["cost"], bool(row["meets_target"])) for row in trials]
        words, told = "cost", "the cheapest that met the target"
    else:
        tried = [Tried(row["false_reach"], True) for row in trials]
        words, told = "reach of false stories", "the least reach of false stories"
    best = best_so_far(tried)
    if best:
        at, value = best[-1]
        said = f"Of {counted(len(tried), 'trial')} number {at} was {told}: {words} {value:,.4g}."
    else:
        said = f"None of {counted(len(tried), 'trial')} met the target in the worlds of the search."
    allowed = sum(each.allowed for each in tried)
    caption = (
        "The line is the best so far. The best of them looks better than it is, because it was"
        " selected here."
    )
    if target:
        caption += f" Hollow: misses the target ({len(tried) - allowed} of {len(tried)})."
    figure = Figure(
        name="course",
        title="The course of the search",
        drawings=[("", draw_search("course", tried, words, said))],
        told=said,
        caption=caption,
        table=_trials(found),
    )
    after = Text("Every trial is a mean over the worlds of the search alone.", "note")
    return Section("search", "The search", [figure, after])


def _trials(found: Mapping[str, Any]) -> Table:
    trials = found["trials"]
    heads = list(trials[0])
    rows = [[_value(row[head]) for head in heads] for row in trials]
    words = {"policy", "meets_target", *found["parameters"]}
    columns = [Column(head.replace("_", " "), numeric=head not in words) for head in heads]
    raw = (heads, [list(row.values()) for row in trials])
    return Table("trials", "Every trial", columns, rows, raw=raw)


def _command(found: Mapping[str, Any]) -> str:
    goal = found["goal"]
    parts = ["rumorsim optimise study.json"]
    if goal["at_most"] is not None:
        parts.append(f"--at-most {goal['at_most']}")
    parts += [f"--price {in_shell(f'{key}={price:g}')}" for key, price in goal["prices"].items()]
    parts.append(f"--trials {len(found['trials'])} --finalists {len(found['finalists'])}")
    parts.append(f"--confirm {len(found['fresh_seeds'])} --search-seed {found['search_seed']}")
    return " ".join([*parts, "--out again"])
