"""Sections: enforcement and collateral, and everything that was measured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rumorsim.measures import MEASURES, describe
from rumorsim.reports.pages.page import Folded, Part, Section, Table, Text
from rumorsim.reports.pages.sweep_answers import effects
from rumorsim.reports.pages.wording import (
    MOST_SETTINGS,
    ends_of,
    first_rows,
    heads_of,
    in_worlds,
    ordered,
    over,
    plain,
    quoted,
)
from rumorsim.studies.compare.effects import INNOCENT, and_, cell

if TYPE_CHECKING:
    from rumorsim.reports.pages.saved import Saved
    from rumorsim.reports.pages.saved_sweep import Swept
    from rumorsim.studies.statistics.intervals import Interval

_ACTIONS: Final = "enforcement.actions"
_PRECISION: Final = "enforcement.precision.by_truth.value"
_LATENCY: Final = "enforcement.latency.from_first_guilty_post.median"
#: Numbers shown wherever any policy has them, with the words for them.
_ENFORCEMENT: Final = {
    "enforcement.flags": "cases opened",
    "enforcement.dismissals": "reviewed and dismissed",
    "enforcement.moot": "moot: the target was gone, or under as much already",
    _ACTIONS: "actions",
    "enforcement.undone": "undone later",
    _PRECISION: "precision: part of the actions that hit the guilty",
    "enforcement.recall.by_truth.value": "recall: part of the guilty that were hit",
    _LATENCY: "median hours from the first guilty post to the action",
    "enforcement.queue.max_waiting": "most cases waiting at once",
    "enforcement.queue.open_at_end": "cases still open at the end",
}
_COLLATERAL: Final = {
    "collateral.accounts.guilty": "guilty accounts hit",
    INNOCENT: "innocent accounts hit",
    "collateral.accounts.innocent_persons": "persons behind them",
    "collateral.posts.deleted.true": "posts of true stories deleted",
    "collateral.posts.hidden.true": "posts of true stories hidden",
    "collateral.posts.of_closed_accounts.true": "posts of true stories gone with an account",
    "collateral.stories.delisted.true": "true stories kept off the trending list",
}
_OF_SETTINGS: Final = {
    _ACTIONS: "actions",
    _PRECISION: "precision",
    _LATENCY: "hours from guilty post to action",
    INNOCENT: "innocent accounts hit",
    "collateral.posts.deleted.true": "posts of true stories deleted",
}
_GUILT: Final = (
    "An account is guilty once it has posted a false story, whether it knew or not, and innocent"
    " if it had posted none when it was hit. A true story taken down because of its subject counts"
    " as collateral."
)
#: Rows a measure shows at most; the rest stands in the files of the directory.
_MOST_ROWS: Final = 40
#: Finer cuts of numbers that are there as a whole.
_FINE: Final = re.compile(r"\.(interventions|generations)\.|\.(q\d+|min|count|of|right)$")


def enforcement_section(saved: Saved) -> Section | None:
    """Enforcement and collateral side by side for all policies."""
    policies = [policy for policy in ordered(saved) if saved.change(policy, _ACTIONS)]
    if not policies:
        return None
    tables = [
        table
        for name, title, keys in (
            ("enforcement", "Moderation", _ENFORCEMENT),
            ("collateral", "Accounts, posts and stories hit", _COLLATERAL),
        )
        if (table := _table(saved, policies, name, title + over(saved), keys)).rows
    ]
    parts: list[Part] = [Text(_wrongly(saved, policies)), *tables, Text(_GUILT, "note")]
    return Section("enforcement", "Enforcement and collateral", parts)


def _wrongly(saved: Saved, policies: list[str]) -> str:
    hit = [policy for policy in policies if any(saved.scalars[policy].get(INNOCENT, ()))]
    if not hit:
        return "In none of these worlds did any policy hit an innocent account."
    each = [
        f"{quoted(policy)} {cell(change.mean)}"
        for policy in hit
        if (change := saved.change(policy, INNOCENT))
    ]
    per_world = "" if len(saved.seeds) == 1 else " per world"
    others = "; every other policy none" if len(hit) < len(policies) else ""
    return f"Innocent accounts hit{per_world}: {and_(each)}{others}."


def _cell(key: str, mean: Interval | None, scenario: Mapping[str, Any] | None = None) -> str:
    meaning = describe(key, scenario)
    if mean is not None and meaning is not None and meaning.unit == "part":
        return cell(mean.in_percent, unit="%")
    return cell(mean)


def _table(
    saved: Saved, policies: list[str], name: str, title: str, keys: Mapping[str, str]
) -> Table:
    rows, raw = [], []
    for key, words in keys.items():
        if not any(saved.scalars[policy].get(key) and saved.ever(key) for policy in policies):
            continue
        row = [words]
        for policy in policies:
            change = saved.change(policy, key)
            if change:
                raw.append([key, words, policy, change.worlds, *change.mean])
            row.append(in_worlds(_cell(key, change.mean), change, saved) if change else "\u2013")
        rows.append(row)
    head = ["measure", "meaning", "policy", "worlds", "mean", "low", "high"]
    return Table(name, title, ["", *policies], rows, (head, raw))


def swept_enforcement_section(swept: Swept) -> Section | None:
    """Enforcement and collateral at each setting."""
    names = swept.sweep.parameters
    found = [each for each in effects(swept) if each.point.saved.change(each.policy, _ACTIONS)]
    keys = [key for key in _OF_SETTINGS if any(each.point.saved.ever(key) for each in found)]
    if not keys:
        return None
    rows, raw = [], []
    for each in sorted(found, key=lambda one: (one.policy, one.point.number)):
        row = [each.policy, *(plain(each.point.values[name]) for name in names)]
        for key in keys:
            change = each.point.saved.change(each.policy, key)
            row.append(_cell(key, change and change.mean, swept.manifest["scenario"]))
            if change is not None:
                values = [each.point.values[name] for name in names]
                raw.append([each.policy, *values, key, change.worlds, *change.mean])
        rows.append(row)
    heads = ["policy", *names, *(_OF_SETTINGS[key] for key in keys)]
    head = ["policy", *names, "measure", "worlds", "mean", "low", "high"]
    table = Table(
        "enforcement", "The desk at each setting, means over worlds", heads, rows[:MOST_SETTINGS],
        (head, raw), first_rows(rows), 1 + len(names),
    )  # fmt: skip
    return Section("enforcement", "Enforcement and collateral", [table])


def numbers_section(saved: Saved) -> Section | None:
    """The means of each measure under each policy."""
    parts = []
    for name, keys, shown in _by_measure(key for key in saved.keys if saved.ever(key)):
        rows, raw = [], []
        for key in shown:
            row = _first_cells(name, key, saved.scenario)
            for policy in saved.policies:
                each = saved.change(policy, key)
                if each is not None:
                    ends = ends_of(each.mean, each.difference)
                    raw.append([key, row[1], policy, each.worlds, *ends])
                row.append(in_worlds(cell(each.mean), each, saved) if each else "\u2013")
            rows.append(row)
        left = len(keys) - len(shown)
        head = ["measure", "unit", "policy", "worlds", *heads_of("mean", "difference")]
        note = f"{left} finer numbers are in the files this was made from." if left else ""
        parts.append(_folded(name, over(saved), saved.policies, rows, (head, raw), note))
    return Section("numbers", "All measures", parts, paper=False) if parts else None


def swept_numbers_section(swept: Swept) -> Section | None:
    """The means of each measure under each policy, over all settings and worlds."""
    policies = swept.sweep.policies
    sums = {policy: swept.sums.get(policy, {}) for policy in policies}
    every = dict.fromkeys(key for policy in policies for key in sums[policy])
    ever = [key for key in every if any(sums[policy].get(key, (0.0, 0))[0] for policy in policies)]
    parts = []
    for name, _, shown in _by_measure(ever):
        rows, raw = [], []
        for key in shown:
            row = _first_cells(name, key, swept.manifest["scenario"])
            known = [sums[policy].get(key) for policy in policies]
            means = [None if each is None else each[0] / each[1] for each in known]
            raw.append([key, row[1], *means])
            rows.append(row + ["\u2013" if mean is None else f"{mean:,.4g}" for mean in means])
        over_all, head = ", means over all settings and worlds", ["measure", "unit", *policies]
        parts.append(_folded(name, over_all, policies, rows, (head, raw)))
    return Section("numbers", "All measures", parts, paper=False) if parts else None


def _by_measure(keys: Iterable[str]) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each measure with its numbers, and those shown: no finer cuts, single stories last."""
    measures: dict[str, list[str]] = {}
    for key in keys:
        measures.setdefault(key.split(".", 1)[0], []).append(key)
    for name, mine in measures.items():
        coarse = [key for key in mine if _FINE.search(key) is None]
        yield name, mine, sorted(coarse, key=lambda key: ".stories." in key)[:_MOST_ROWS]


def _first_cells(name: str, key: str, scenario: Mapping[str, Any]) -> list[str]:
    """A number's name within its measure, and its unit."""
    meaning = describe(key, scenario)
    shown = key.removeprefix(f"{name}.").replace(".", " \u203a ")
    return [shown, meaning.unit if meaning else ""]


def _folded(
    name: str,
    over_what: str,
    policies: Sequence[str],
    rows: Sequence[Sequence[str]],
    raw: tuple[Sequence[str], Sequence[Sequence[Any]]],
    note: str = "",
) -> Folded:
    heads = ["", "unit", *policies]
    table = Table(f"measure-{name}", f"{name}{over_what}", heads, rows, raw, note, 2)
    summary = f": {MEASURES[name].summary}" if name in MEASURES else ""
    return Folded(f"{name}{summary}", [table])
