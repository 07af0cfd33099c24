"""The page of a sensitivity: which parameters move an answer, ranked, with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rumorsim.common.plurals import counted
from rumorsim.reports.figures.tables import spread
from rumorsim.reports.pages.assumptions import answer_page
from rumorsim.reports.pages.charts import Mark, Row, draw_forest
from rumorsim.reports.pages.page import Figure, Items, Page, Part, Section, Table, Text
from rumorsim.reports.pages.saved import raw_rows, read_answer
from rumorsim.reports.pages.wording import capital, quoted
from rumorsim.studies.compare.effects import and_, number_name
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.indices import OUT_OF_RANGE, as_parts
from rumorsim.studies.statistics.intervals import Interval

_METHODS: Final = {"sobol": "Sobol\u2019 indices", "morris": "Morris\u2019 elementary effects"}
#: What is drawn: the index that ranks, then its companion; and what each is called.
_SHOWN: Final = {"sobol": ("total", "first"), "morris": ("size", "spread")}
_CALLED: Final = {
    "total": "total",
    "first": "alone",
    "size": "mean size",
    "spread": "spread",
    "mean": "mean",
}
_MEANING: Final = {
    "sobol": [
        "Total: the part of the variance between settings that stays when all other parameters are"
        " known. The parameter may be left where it is if this is near 0.",
        "Alone: the part that goes when this parameter alone becomes known. What total has beyond"
        " it the parameter does together with others.",
    ],
    "morris": [
        "Mean size: how far the number moves, on average, when the parameter goes over its whole"
        " range and the others stay where they are.",
        "Spread: how unequal these moves are: the effect depends on the other parameters, or is no"
        " straight line.",
    ],
}
_AXIS: Final = {"sobol": "part of the variance", "morris": "effect over the whole range"}

#: Above this part of the variance the luck of the worlds is worth a warning.
_NOISY: Final = 0.05


def page_of_sensitivity(directory: Path) -> Page:
    """The page of what ``sensitivity`` saved in a directory."""
    found = read_answer(directory, "sensitivity")
    method, worlds = found["method"], len(found["seeds"])
    policies = list(dict.fromkeys(row["policy"] for row in found["indices"]))
    policies.sort(key=lambda policy: _flat(found, policy))  # what nothing moves comes last
    sections = [_section(found, policy, at) for at, policy in enumerate(policies)]
    meaning = Section("meaning", "What the indices mean", [Items(_MEANING[method])])
    return answer_page(
        found,
        [*sections, meaning],
        policies,
        f"rumorsim sensitivity study.json --of {found['measure']} --out again",
        what=f"Sensitivity: {_METHODS[method]}, {counted(found['points'], 'setting')} in"
        f" {counted(worlds, 'world')}",
        answer=_answer(found, policies),
        terms=(
            f"From {found['points']:,} settings in the same {worlds} coupled worlds, with 95\u00a0%"
            " bootstrap intervals over settings and worlds. Indices are about the ranges that the"
            " study gives the parameters: a wider range makes a parameter matter more."
        ),
    )


def _ranked(found: Mapping[str, Any], policy: str) -> list[dict[str, dict[str, Any]]]:
    """For each parameter its indices by name, the one that moves most first."""
    by: dict[str, dict[str, dict[str, Any]]] = {}
    for row in found["indices"]:
        if row["policy"] == policy:
            by.setdefault(row["parameter"], {})[row["index"]] = row
    main = _SHOWN[found["method"]][0]
    return sorted(by.values(), key=lambda each: -float(each[main]["value"]))


def _at(row: Mapping[str, Any]) -> Interval:
    return Interval(*as_parts(row["index"], (row["value"], row["low"], row["high"])))


def _index(row: Mapping[str, Any]) -> str:
    """An index in words: "total 0.70 (0.60 to 0.80)"."""
    return f"{_CALLED[row['index']]} {spread(*_at(row))}"


def _what(found: Mapping[str, Any], policy: str) -> str:
    what = number_name(found["measure"])
    rows = [row for row in found["indices"] if row["policy"] == policy]
    if rows[0]["explained"] == "difference to none":
        return f"what {quoted(policy)} changes in the {what}"
    return f"the {what} {'without a policy' if policy == NONE else f'under {quoted(policy)}'}"


def _flat(found: Mapping[str, Any], policy: str) -> bool:
    main = _SHOWN[found["method"]][0]
    return all(each[main]["value"] == 0 for each in _ranked(found, policy))


def _answer(found: Mapping[str, Any], policies: list[str]) -> str:
    """The parameter that moves most, where its interval is clear of all others'."""
    told = []
    moved = [policy for policy in policies if not _flat(found, policy)]
    if not moved:
        return f"No parameter moves the {number_name(found['measure'])}."
    for policy in moved:
        ranked, main = _ranked(found, policy), _SHOWN[found["method"]][0]
        first = ranked[0][main]
        near = [each[main]["parameter"] for each in ranked[1:] if each[main]["high"] > first["low"]]
        name = quoted(first["parameter"])
        if near:
            others = and_([quoted(each) for each in near])
            told.append(
                f"{name} has the largest index for {_what(found, policy)} ({_index(first)}), but"
                f" its interval overlaps that of {others}"
            )
        else:
            told.append(f"{name} moves {_what(found, policy)} most ({_index(first)})")
    return f"{capital('; '.join(told))}."


def _section(found: Mapping[str, Any], policy: str, at: int) -> Section:
    title = capital(_what(found, policy))
    if _flat(found, policy):
        return Section(f"indices-{at}", title, [Text("The same at every setting.")])
    method, ranked = found["method"], _ranked(found, policy)
    main, other = _SHOWN[method]
    rows, order = [], []
    for each in ranked:
        marks = [Mark(_at(each[name]), _index(each[name]), name == other) for name in (main, other)]
        rows.append(Row(each[main]["parameter"], at + 1, marks))
        order.append(f"{quoted(each[main]['parameter'])} {_index(each[main])}")
    told = f"Indices for {_what(found, policy)}, the largest first: {and_(order)}."
    every = [row for each in ranked for row in each.values()]
    table = Table(
        f"indices-{at}",
        "Every index",
        ["parameter", *(_CALLED[name] for name in ranked[0])],
        [
            [each[main]["parameter"], *(spread(*_at(row)) for row in each.values())]
            for each in ranked
        ],
        raw_rows(every),
    )
    figure = Figure(
        f"ranked-{at}", f"{_METHODS[method]}, the largest first",
        [("", draw_forest(f"ranked-{at}", told, rows, _AXIS[method]))], told,
        f"Filled: {_CALLED[main]}; hollow: {_CALLED[other]}. Lines: 95\u00a0% intervals.",
        table=table,
    )  # fmt: skip
    outside = any(_at(row) != Interval(row["value"], row["low"], row["high"]) for row in every)
    note = [Text(OUT_OF_RANGE)] if outside else []
    parts: list[Part] = [figure, *note, _luck(found, policy)]
    return Section(f"indices-{at}", title, parts)


def _luck(found: Mapping[str, Any], policy: str) -> Text:
    noise = found["noise"].get(policy)
    if noise is None:
        return Text("One world: the part of this that is chance cannot be estimated.", "note")
    part = f"{100 * noise:.2g}\u00a0%"
    text = f"Chance differences between worlds: {part} of the variance between settings."
    if noise > _NOISY:
        text += " Add replicates: totals are too high by up to that."
    return Text(text, "note")
