"""Sections: how often the rumor takes off, and who was reached before a policy acted."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, median
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rumorsim.common.plurals import counted
from rumorsim.reports.figures.tables import digits_for, number, spread
from rumorsim.reports.pages.charts import draw_bars
from rumorsim.reports.pages.page import Figure, Items, Part, Section, Table, Text
from rumorsim.reports.pages.wording import both_of, ends_of, heads_of, ordered, quoted
from rumorsim.studies.compare.effects import number_name
from rumorsim.studies.compare.take_off import take_off
from rumorsim.studies.compare.worlds import NONE

if TYPE_CHECKING:
    from rumorsim.reports.pages.replay import Replay, World
    from rumorsim.reports.pages.saved import Saved
    from rumorsim.studies.statistics.intervals import Interval


def take_off_section(saved: Saved) -> Section | None:
    """A rumor's chances by all worlds, whatever the few largest do to the means.

    In a replay the same cascades took off as were observed.
    """
    spread_out = len(saved.seeds) > 1 and not saved.scenario.get("replay")
    found = take_off(saved) if spread_out and NONE in saved.policies else None
    if found is None or not found.rows:
        return None
    base = found.rows[0]
    told = Text(
        f"A rumor takes off in a world if it reaches at least {found.threshold:,} accounts. Without"
        f" any policy it does so in {base.took_off:,} of {counted(base.worlds, 'world')}. A mean"
        " over worlds mixes two questions, how often a rumor takes off and how far it goes then;"
        " where few worlds take off, the mean rests on these few. The numbers here rest on all"
        " worlds."
    )
    heads = ["policy", "takes off, % of worlds", "prevented", "added", "reach if it takes off",
             "median reach", "one world in ten reaches more than"]  # fmt: skip
    note = (
        "Prevented: worlds in which the rumor takes off without any policy, but not under this one;"
        " added: the reverse. In brackets 95\u00a0% intervals (of shares by Clopper and Pearson, of"
        " quantiles between order statistics), which hold whatever the spread of the worlds."
    )
    rows, raw = [], []
    for row in found.rows:
        against = [number(row.prevented, 0), number(row.added, 0)] if row is not base else ["", ""]
        reach = [
            "" if row.given is None else spread(*row.given),
            _range(row.median),
            _range(row.high),
        ]
        rows.append([row.policy, spread(*row.chance.in_percent), *against, *reach])
        ends = ends_of(row.chance, row.given, row.median, row.high)
        raw.append([row.policy, row.worlds, row.took_off, row.prevented, row.added, *ends])
    head = ["policy", "worlds", "took_off", "prevented", "added"]
    head += heads_of("chance", "given", "median", "high")
    title = f"How often it takes off, by the {number_name(found.key)}"
    table = Table("take-off", title, heads, rows, (head, raw), note)
    return Section("take-off", "How often it takes off", [told, table])


def _range(found: Interval) -> str:
    """A quantile; an end beyond all worlds is left open."""
    low, high = ("…" if end is None else number(end, 0) for end in (found.low, found.high))
    return f"{number(found.estimate, 0)} ({low} to {high})"


class Early(NamedTuple):
    """One policy over worlds: hours of the first action, accounts reached before it, after it.

    ``without``: accounts reached in the same worlds under ``none``. ``worlds`` counts all of
    them; the lists are of those in which the policy acted at all.
    """

    policy: str
    worlds: int
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
    parts: list[Part] = [Items([_in_words(each) for each in found])]
    acting = [each for each in found if each.hours]
    if acting:
        parts += [_figure(acting), *_kinds(acting, again)]
    return Section("before", title, parts)


def _early(policy: str, again: Replay) -> Early:
    found = Early(policy, len(again.worlds[policy]), [], [], [], [])
    for world, base in zip(again.worlds[policy], again.worlds[NONE], strict=True):
        if world.acted is not None:
            early = int(np.count_nonzero(world.met < world.acted))
            found.hours.append(world.acted)
            found.before.append(early)
            found.after.append(_reached(world) - early)
            found.without.append(_reached(base))
    return found


def _reached(world: World) -> int:
    return int(np.count_nonzero(world.met < np.inf))


def _in_words(early: Early) -> str:
    acted = len(early.hours)
    if not acted:
        return f"{quoted(early.policy)} acted in none of the {_worlds(early.worlds)} run again."
    where = "" if acted == early.worlds else f" in {acted} of {early.worlds} worlds"
    parts = [100 * b / w for b, w in zip(early.before, early.without, strict=True) if w]
    share = _middle(parts, "\u00a0%") if parts else "none"
    return (
        f"{quoted(early.policy)} first acted{where} after {_middle(early.hours, ' hours')}; by then"
        f" {share} of the accounts that the rumor reaches without any policy had read it."
    )


def _middle(values: Sequence[float], unit: str) -> str:
    """The median and the range, or the one value."""
    low, high = min(values), max(values)
    digits = min(digits_for(median(values), low, high), 1) if high > low else 1
    if len(values) == 1:
        return f"{number(values[0], digits)}{unit}"
    return (
        f"a median of {number(median(values), digits)}{unit} ({number(low, digits)} to"
        f" {number(high, digits)} over the worlds)"
    )


def _worlds(count: int) -> str:
    return "one world" if count == 1 else f"{count} worlds"


def _figure(acting: Sequence[Early]) -> Figure:
    bars, rows, raw = [], [], []
    for each in acting:
        before, after, without = fmean(each.before), fmean(each.after), fmean(each.without)
        averted = without - before - after
        bars.append((each.policy, [before, after, max(averted, 0.0)]))
        cells = [number(value, 0) for value in (before, after, averted)]
        acted = f"{len(each.hours)} of {each.worlds}"
        rows.append([each.policy, acted, number(median(each.hours), 1), *cells])
        raw += [[each.policy, *values] for values in zip(*each[2:], strict=True)]
    told, count = " ".join(_in_words(each) for each in acting), acting[0].worlds
    heads = ["policy", "acted in worlds", "hours to the first action", "reached before it",
             "reached after it", "averted"]  # fmt: skip
    caption = (
        "Dark: read it before the policy first acted, beyond help. Lighter: read it after that."
        " Hatched: reached without the policy only. "
    )
    if count == 1:
        caption += "This world, run again to the same digest."
    else:
        caption += (
            f"Means over the worlds in which the policy acted, of the first {_worlds(count)}, run"
            " again to the same digests."
        )
    what = "accounts reached by false stories"
    head = ["policy", "first_action_hours", "before", "after", "under_none"]
    table = Table("reached-before", what.capitalize(), heads, rows, (head, raw))
    drawing = draw_bars("early", told, bars, what)
    title = "Before and after the first action"
    return Figure("early-figure", title, [("", drawing)], told, caption, (), table)


def _kinds(acting: Sequence[Early], again: Replay) -> list[Table]:
    """By kind of account: the part of each kind that had read the rumor by then."""
    kinds = again.worlds[NONE][0].facts.kinds
    rows = []
    for place, kind in enumerate(kinds):
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
    heads = ["kind of account", "accounts"]
    heads += [f"read it before {quoted(each.policy)} acted" for each in acting]
    who = Table("reached-before-by-kind", "Who that was", heads, rows)
    return [who] if len(kinds) > 1 else []
