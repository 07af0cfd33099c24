"""Section: who had been reached before the policy first acted, in worlds run again."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, median
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rumorsim.reports.answers import ordered
from rumorsim.reports.charts import Bar, draw_bars
from rumorsim.reports.parts import Column, Figure, Items, Section, Table, Text
from rumorsim.reports.tables import digits_for, number
from rumorsim.reports.wording import both_of, quoted
from rumorsim.studies.comparison import NONE

if TYPE_CHECKING:
    from rumorsim.reports.parts import Part
    from rumorsim.reports.replay import Replay, World
    from rumorsim.reports.saved import Saved


class Early(NamedTuple):
    """One policy over worlds: hours of the first action, accounts reached before it, after it.

    ``without``: accounts reached in the same worlds under ``none``. ``worlds`` counts all of
    them, ``acted`` those in which the policy acted at all; the lists are of the latter.
    """

    policy: str
    worlds: int
    acted: int
    hours: list[float]
    before: list[int]
    after: list[int]
    without: list[int]


def before_section(saved: Saved, again: Replay) -> Section | None:
    """How much of the rumor's reach was past help when each policy began."""
    if not both_of(saved)[0] or not ordered(saved) or NONE not in saved.policies:
        return None
    title = "Who was reached before the policy acted"
    if not again.worlds:
        return Section("before", title, [Text(f"Not shown: {again.why_not}.")])
    found = [_early(policy, again) for policy in ordered(saved)]
    parts: list[Part] = [Items([_told(each) for each in found])]
    acting = [each for each in found if each.acted]
    if acting:
        parts += [_figure(acting), *_kinds(acting, again)]
    return Section("before", title, parts)


def _early(policy: str, again: Replay) -> Early:
    hours, before, after, without = [], [], [], []
    pairs = list(zip(again.worlds[policy], again.worlds[NONE], strict=True))
    for world, base in pairs:
        if world.acted is None:
            continue
        early = int(np.count_nonzero(world.met < world.acted))
        hours.append(world.acted)
        before.append(early)
        after.append(_reached(world) - early)
        without.append(_reached(base))
    return Early(policy, len(pairs), len(hours), hours, before, after, without)


def _reached(world: World) -> int:
    return int(np.count_nonzero(world.met < np.inf))


def _told(early: Early) -> str:
    if not early.acted:
        return f"{quoted(early.policy)} acted in none of the {_worlds(early.worlds)} run again."
    where = "" if early.acted == early.worlds else f" in {early.acted} of {early.worlds} worlds"
    parts = [100 * b / w for b, w in zip(early.before, early.without, strict=True) if w]
    share = _middle(parts, "\u00a0%") if parts else "none"
    return (
        f"{quoted(early.policy)} first acted{where} after {_middle(early.hours, ' hours')}; by then"
        f" {share} of the accounts that the rumor reaches without any policy had read it."
    )


def _middle(values: Sequence[float], unit: str) -> str:
    """The median and the range, or the one value."""
    low, high = min(values), max(values)
    digits = digits_for(median(values), low, high) if high > low else 1
    digits = min(digits, 1)
    if len(values) == 1:
        return f"{number(values[0], digits)}{unit}"
    return (
        f"a median of {number(median(values), digits)}{unit} ({number(low, digits)} to"
        f" {number(high, digits)} over the worlds)"
    )


def _worlds(count: int) -> str:
    return "one world" if count == 1 else f"{count} worlds"


def _figure(acting: Sequence[Early]) -> Figure:
    bars, rows = [], []
    for each in acting:
        before, after, without = fmean(each.before), fmean(each.after), fmean(each.without)
        averted = without - before - after
        bars.append(Bar(each.policy, [before, after, max(averted, 0.0)]))
        cells = [number(value, 0) for value in (before, after, averted)]
        rows.append([each.policy, f"{each.acted} of {each.worlds}", _hours(each), *cells])
    told = " ".join(_told(each) for each in acting)
    heads = ["policy", "acted in worlds", "hours to the first action", "reached before it",
             "reached after it", "averted"]  # fmt: skip
    columns = [Column(head, numeric=at > 0) for at, head in enumerate(heads)]
    drawing = draw_bars("early", bars, "accounts reached by false stories", told)
    count = acting[0].worlds
    means = (
        "This world, run again to the same digest."
        if count == 1
        else "Means over the worlds in which the policy acted, of the first"
        f" {_worlds(count)}, run again to the same digests."
    )
    caption = (
        "Dark: read it before the policy first acted, beyond help. Lighter: read it after that."
        f" Hatched: reached without the policy only. {means}"
    )
    table = Table(
        "reached-before", "Accounts reached by false stories", columns, rows, _raw(acting)
    )
    return Figure(
        "early-figure",
        "Before and after the first action",
        [("", drawing)],
        told,
        caption,
        (),
        table,
    )


def _hours(each: Early) -> str:
    return number(median(each.hours), 1) if each.hours else ""


def _raw(acting: Sequence[Early]) -> tuple[list[str], list[list[object]]]:
    rows: list[list[object]] = []
    for each in acting:
        columns = (each.hours, each.before, each.after, each.without)
        rows += [[each.policy, *values] for values in zip(*columns, strict=True)]
    return ["policy", "first_action_hours", "before", "after", "under_none"], rows


def _kinds(acting: Sequence[Early], again: Replay) -> list[Table]:
    """By kind of account: the part of each kind that had read the rumor by then."""
    facts = again.worlds[NONE][0].facts
    if len(facts.kinds) < 2:
        return []
    columns = [Column("kind of account", numeric=False), Column("accounts")]
    columns += [Column(f"read it before {quoted(each.policy)} acted") for each in acting]
    rows = []
    for place, kind in enumerate(facts.kinds):
        size = [int(np.count_nonzero(w.facts.kind == place)) for w in again.worlds[NONE]]
        if not any(size):
            continue
        row = [kind, number(fmean(size), 0)]
        for each in acting:
            parts = [
                float(np.mean(w.met[w.facts.kind == place] < w.acted))
                for w in again.worlds[each.policy]
                if w.acted is not None and (w.facts.kind == place).any()
            ]
            row.append(f"{100 * fmean(parts):.0f}\u00a0%" if parts else "")
        rows.append(row)
    who = Table("reached-before-by-kind", "Who that was", columns, rows)
    return [who]
