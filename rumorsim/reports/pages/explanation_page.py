"""The page of an explanation: on whom the reach of a run hung, and what a policy averted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rumorsim.common.plurals import counted
from rumorsim.reports.pages.assumptions import answer_page
from rumorsim.reports.pages.page import Figure, Page, Section, Table, Text
from rumorsim.reports.pages.saved import in_shell, raw_rows, read_answer
from rumorsim.reports.pages.svg import axes_of, drawn
from rumorsim.reports.pages.wording import quoted
from rumorsim.studies.compare.effects import and_
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.explain.averting import Flow, by_part
from rumorsim.studies.explain.pictures import TREE_NOTE, draw_bands, draw_branch

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

#: Rows of the tables that are shown; their CSV has all that the answer holds.
_ROWS = 20


def page_of_explanation(directory: Path) -> Page:
    """The page of what ``explain`` saved in a directory."""
    found = read_answer(directory, "explanation")
    policy, counts = found["policy"], found["counts"]
    averted = found["averted"]
    sections = [_hanging(found), *([] if averted is None else [_averted(averted)])]
    return answer_page(
        {**found, "seeds": [found["seed"]]},
        sections,
        list(dict.fromkeys([NONE, policy])),
        f"rumorsim explain scenario.json --policy {in_shell(policy)} --seed {found['seed']}"
        f" --check {len(found['reruns'])} --out again",
        what=f"On whom the reach of {quoted(policy)} hung: {counted(counts['reached'], 'account')}"
        f" reached, {counted(counts['sharers'], 'sharer')}",
        answer=found["answer"] if averted is None else f"{found['answer']} {averted['in_words']}",
        terms=f"One world (seed {found['seed']}), of {and_(list(found['stories'][:5]))}."
        f" {found['check']}",
    )


def _hanging(found: Mapping[str, Any]) -> Section:
    closed = {row["account"]: row for row in found["reruns"]}
    heads = [
        "account",
        "kind",
        "followers",
        "fewer heard",
        "fewer shared",
        "closed: heard",
        "shared",
    ]
    rows = []
    for row in found["accounts"][:_ROWS]:
        again = closed.get(row["account"])
        cells = [str(row["id"]), row["kind"]]
        cells += [f"{row[name]:,}" for name in ("followers", "reached_lost", "sharers_lost")]
        cells += [
            "" if again is None else f"{again[name]:,}" for name in ("reached_lost", "sharers_lost")
        ]
        rows.append(cells)
    parts: list[Any] = [
        Text(
            "An account's number is how many fewer would have heard, and shared, had it been closed"
            " at the start. The last two columns are what a run in which it was closed at hour 0"
            " says."
        )
    ]
    if rows:
        raw = raw_rows(found["accounts"])
        parts.append(Table("accounts", "Accounts on which most hangs", heads, rows, raw, words=2))
    tree = found["tree"]
    if tree is not None:
        ids = [str(each) for each in tree["ids"]]
        told = (
            f"{counted(len(ids) - 1, 'sharer')} shown that hang on account {ids[0]}, through which"
            f" alone {counted(tree['reached'][0], 'account')} heard."
        )
        svg = _tree("tree", told, ids, tree["parent"], tree["reached"])
        parts.append(Figure("tree", "What hangs on the first", [("", svg)], told, f"{TREE_NOTE}."))
    return Section("hanging", "On whom it hung", parts)


def _averted(averted: Mapping[str, Any]) -> Section:
    parts: list[Any] = [Text(averted["in_words"])]
    flows = [Flow(**each) for each in averted["flows"]]
    if flows:
        ways = and_([f"{count:,} by {name}" for name, count in by_part(flows, "mechanism").items()])
        why = and_([f"{count:,} {name}" for name, count in by_part(flows, "between").items()])
        told = f"Of those who did not hear, {ways} would have; what stood between: {why}."
        table = Table(
            "averted",
            "Who did not hear",
            ["way", "generation", "what stood between", "kind", "platform", "accounts"],
            [[*map(str, flow[:-1]), f"{flow.accounts:,}"] for flow in flows],
            raw_rows(averted["flows"]),
            words=5,
        )
        svg = _bands("averted-flows", told, flows)
        parts.append(Figure("averted-flows", "Who did not hear", [("", svg)], told, table=table))
    rows = [
        [str(each["id"]), "yes" if each["acted_upon"] else "no", f"{each['accounts']:,}"]
        for each in averted["between"]
    ]
    if rows:
        heads = ["account", "acted upon", "did not hear"]
        raw = raw_rows(averted["between"])
        parts.append(Table("between", "Accounts that stood between", heads, rows, raw, words=2))
    return Section("averted", "What the policy averted", parts)


@drawn
def _tree(
    figure: Drawing, ids: Sequence[str], parent: Sequence[int], reached: Sequence[int]
) -> None:
    draw_branch(axes_of(figure, 4.5), ids, parent, reached)


@drawn
def _bands(figure: Drawing, flows: Sequence[Flow]) -> None:
    draw_bands(axes_of(figure, 4.5), flows, narrow=True)
