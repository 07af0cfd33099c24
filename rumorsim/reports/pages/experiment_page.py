"""The page of an experiment: what each estimator reads, and what is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rumorsim.common.plurals import counted
from rumorsim.reports.figures.tables import spread
from rumorsim.reports.pages.assumptions import answer_page
from rumorsim.reports.pages.charts import Mark, Row, draw_forest
from rumorsim.reports.pages.page import Figure, Items, Page, Part, Section, Table, Text
from rumorsim.reports.pages.saved import heads, in_shell, raw_rows, read_answer
from rumorsim.reports.pages.wording import quoted
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.experiment.answer import ESTIMATORS, percent
from rumorsim.studies.statistics.intervals import Interval

Reading = Mapping[str, Any]


def page_of_experiment(directory: Path) -> Page:
    """The page of what ``experiment`` saved in a directory."""
    found = read_answer(directory, "experiment")
    shown = [each for each in found["readings"] if each["level"] > 0]
    worlds, seeds = len(found["seeds"]), found["seeds"]
    return answer_page(
        found,
        [_readings(shown), _in_words(found)],
        [NONE, found["policy"]],
        f"rumorsim experiment scenario.json --policy {in_shell(found['policy'])}"
        f" --replicates {worlds} --seed {seeds[0]} --out again",
        what=f"An experiment with {quoted(found['policy'])} for {found['design']}, in"
        f" {counted(worlds, 'world')}",
        answer=_answer(found, shown),
        terms=(
            f"From {counted(worlds, 'coupled world')} (seeds {seeds[0]} to {seeds[-1]}), each with"
            f" an assignment of its own. True is {found['truth']}, in the same worlds."
        ),
    )


def _answer(found: Mapping[str, Any], shown: Sequence[Reading]) -> str:
    """What is read and what is true of the first outcome of each sort, by the first estimator."""
    if not shown:
        return "Nothing happened in any world."
    first: dict[str, Reading] = {}
    for each in shown:
        first.setdefault(each["outcome"], each)
    some = [each for name, each in first.items() if name in ("shares", "reach")] or shown[:1]
    told = [
        f"{percent(each['read_change'])} of {each['outcome']}, where"
        f" {percent(each['true_change'])} is true"
        for each in some
    ]
    return f"The experiment reads {'; and '.join(told)}."


def _readings(shown: Sequence[Reading]) -> Section:
    rows, said = [], []
    for each in shown:
        level, base = each["level"], each["base"]
        ends = (None if each[name] is None else 100 * each[name] / level for name in heads("truth"))
        true = Interval(*ends)  # type: ignore[arg-type]
        parts = [each["estimate"], *(each["estimate"] + sign * each["half"] for sign in (-1, 1))]
        read = Interval(*(100 * part / base for part in parts)) if base > 0 else Interval(0.0)
        label = f"{each['outcome']}, {ESTIMATORS[each['estimator']]}"
        marks = [Mark(read, f"read {percent(each['read_change'])}")]
        marks.append(Mark(true, f"true {percent(each['true_change'])}", hollow=True))
        rows.append(Row(label, 1, marks))
        said.append(f"{label}: read {percent(each['read_change'])}, true {marks[1].text[5:]}.")
    told = " ".join(said) or "Nothing happened."
    parts_of: list[Part] = []
    if rows:
        drawing = draw_forest("readings", told, rows, "change, % of the level without treatment")
        caption = (
            "Filled: what is read, mean over worlds, with the mean 95\u00a0% interval of an analyst"
            " in one world. Hollow: what is true, with a 95\u00a0% interval over worlds."
        )
        title = "What is read and what is true"
        parts_of.append(Figure("readings", title, [("", drawing)], told, caption))
    if shown:
        parts_of.append(_table(shown))
    return Section("readings", "What the experiment reads", parts_of)


def _table(shown: Sequence[Reading]) -> Table:
    heads = ["outcome", "estimator", "true", "read", "bias (points)", "95\u00a0% holds", "seen"]
    rows = []
    for each in shown:
        ends = (each["bias"], each["bias_low"], each["bias_high"])
        bias = [None if end is None else 100 * end / each["level"] for end in ends]
        rows.append(
            [
                each["outcome"],
                ESTIMATORS[each["estimator"]],
                percent(each["true_change"]),
                percent(each["read_change"]),
                spread(bias[0] or 0.0, bias[1], bias[2], signed=True),
                f"{each['coverage']:.0%}",
                f"{each['power']:.0%}",
                "" if each["false_alarms"] is None else f"{each['false_alarms']:.0%}",
            ]
        )
    note = (
        "Bias: read less true, with a 95\u00a0% interval over worlds. 95\u00a0% holds: how often"
        " the analyst's interval holds what is true in that world. Seen: how often it excludes 0;"
        " false alarms: the same where nobody is treated."
    )
    raw = raw_rows(shown)
    words = set(heads[:2])
    return Table("readings", "Every reading", [*heads, "false alarms"], rows, raw, note, words)


def _in_words(found: Mapping[str, Any]) -> Section:
    size = (
        f"Each world has {counted(found['accounts'], 'account')} and"
        f" {found['days']:g} days from when treatment begins."
    )
    why = (
        "An experiment compares accounts, or times, as if what is done to one changed nothing for"
        " another. Where posts spread it does: what a treated account does not share, accounts of"
        " the other arm do not see either, and what they share, treated accounts do see. More"
        " accounts make such a reading more precise, not more right."
    )
    return Section("words", "In words", [Items(found["sentences"]), Text(size), Text(why)])
