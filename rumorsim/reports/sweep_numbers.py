"""Sections of a sweep: enforcement and collateral at each setting, and all measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rumorsim.measures import MEASURES, describe
from rumorsim.reports.numbers_part import shown_of
from rumorsim.reports.parts import Column, Folded, Section, Table
from rumorsim.reports.sweep_answer import effects
from rumorsim.reports.sweep_parts import MOST_SHOWN, text_of
from rumorsim.studies.effects import cell

if TYPE_CHECKING:
    from rumorsim.reports.sweep_reading import Swept


_DESK: Final = (
    ("enforcement.actions", "actions"),
    ("enforcement.precision.by_truth.value", "precision"),
    ("enforcement.latency.from_first_guilty_post.median", "hours from guilty post to action"),
    ("collateral.accounts.innocent", "innocent accounts hit"),
    ("collateral.posts.deleted.true", "posts of true stories deleted"),
)


def desk_table(swept: Swept) -> Section | None:
    """What the desk did at each setting, and whom it hit by mistake."""
    names = swept.sweep.parameters
    found = [each for each in effects(swept) if each.point.saved.change(each.policy, _DESK[0][0])]
    keys = [
        (key, words) for key, words in _DESK if any(each.point.saved.ever(key) for each in found)
    ]
    if not found or not keys:
        return None
    heads = ["policy", *names, *(words for _, words in keys)]
    columns = [Column(head, numeric=at > len(names)) for at, head in enumerate(heads)]
    rows, raw = [], []
    for each in sorted(found, key=lambda one: (one.policy, one.point.number)):
        values = [each.point.values[name] for name in names]
        cells = []
        for key, _ in keys:
            change = each.point.saved.change(each.policy, key)
            meaning = describe(key, swept.manifest["scenario"])
            part = meaning is not None and meaning.unit == "part"
            mean = None if change is None else change.mean
            unit = "%" if part else ""
            cells.append(cell(mean.in_percent if part and mean else mean, unit=unit))
            if change is not None:
                raw.append([each.policy, *values, key, change.worlds, *change.mean])
        rows.append([each.policy, *map(text_of, values), *cells])
    head = ["policy", *names, "measure", "worlds", "mean", "low", "high"]
    note = (
        f"The first {MOST_SHOWN} of {len(rows)}; the CSV has all." if len(rows) > MOST_SHOWN else ""
    )
    title = "The desk at each setting, means over worlds"
    table = Table("enforcement", title, columns, rows[:MOST_SHOWN], (head, raw), note)
    return Section("enforcement", "Enforcement and collateral", [table])


def numbers_part(swept: Swept) -> Section | None:
    """Everything measured, as means over all settings and worlds."""
    policies = swept.sweep.policies
    measures: dict[str, list[str]] = {}
    keys = dict.fromkeys(key for policy in policies for key in swept.sums.get(policy, {}))
    for key in keys:
        if any(swept.sums.get(policy, {}).get(key, (0.0, 0))[0] for policy in policies):
            measures.setdefault(key.split(".", 1)[0], []).append(key)
    parts = []
    for name, mine in measures.items():
        wanted = shown_of(mine)
        columns = [Column("", numeric=False), Column("unit", numeric=False)]
        columns += [Column(policy) for policy in policies]
        rows, raw = [], []
        for key in wanted:
            meaning = describe(key, swept.manifest["scenario"])
            unit = meaning.unit if meaning else ""
            means = [_mean(swept, policy, key) for policy in policies]
            cells = ["\u2013" if mean is None else f"{mean:,.4g}" for mean in means]
            rows.append([key.removeprefix(f"{name}.").replace(".", " \u203a "), unit, *cells])
            raw.append([key, unit, *means])
        summary = f": {MEASURES[name].summary}" if name in MEASURES else ""
        title = f"{name}, means over all settings and worlds"
        table = Table(
            f"measure-{name}", title, columns, rows, (["measure", "unit", *policies], raw)
        )
        parts.append(Folded(f"{name}{summary}", [table]))
    return Section("numbers", "All measures", parts, paper=False) if parts else None


def _mean(swept: Swept, policy: str, key: str) -> float | None:
    total, count = swept.sums.get(policy, {}).get(key, (0.0, 0))
    return total / count if count else None
