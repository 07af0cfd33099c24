"""Section: how often the rumor takes off, and how far it goes then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.plurals import counted
from rumorsim.reports.parts import Column, Section, Table, Text
from rumorsim.reports.tables import number, spread
from rumorsim.studies.comparison import NONE
from rumorsim.studies.effects import what_is
from rumorsim.studies.intervals import Interval
from rumorsim.studies.take_off import Taken, take_off

if TYPE_CHECKING:
    from rumorsim.reports.saved import Saved


def take_off_section(saved: Saved) -> Section | None:
    """What all worlds say of a rumor's chances, whatever the few largest do to the means."""
    if len(saved.seeds) < 2 or NONE not in saved.policies:
        return None
    found = take_off(saved)
    if not found.rows:
        return None
    base = found.rows[0]
    worlds = counted(base.worlds, "world")
    told = Text(
        f"A rumor takes off in a world if it reaches at least {found.threshold:,} accounts. Without"
        f" any policy it does so in {base.took_off:,} of {worlds}. A mean over worlds mixes two"
        " questions, how often a rumor takes off and how far it goes then; where few worlds take"
        " off, the mean rests on these few. The numbers here rest on all worlds."
    )
    heads = ["policy", "takes off, % of worlds", "prevented", "added", "reach if it takes off",
             "median reach", "one world in ten reaches more than"]  # fmt: skip
    columns = [Column(head, numeric=at > 0) for at, head in enumerate(heads)]
    rows = [_row(row, base) for row in found.rows]
    note = (
        "Prevented: worlds in which the rumor takes off without any policy, but not under this one;"
        " added: the reverse. In brackets 95\u00a0% intervals (of shares by Clopper and Pearson, of"
        " quantiles between order statistics), which hold whatever the spread of the worlds."
    )
    title = f"How often it takes off, by the {what_is(found.key)}"
    table = Table("take-off", title, columns, rows, _raw(found.rows), note)
    return Section("take-off", "How often it takes off", [told, table])


def _row(row: Taken, base: Taken) -> list[str]:
    chance = row.chance.in_percent
    against = [number(row.prevented, 0), number(row.added, 0)] if row is not base else ["", ""]
    given = "" if row.given is None else spread(*row.given)
    return [row.policy, spread(*chance), *against, given, _range(row.median), _range(row.high)]


def _range(found: Interval) -> str:
    """A quantile; an end beyond all worlds is left open."""
    low, high = ("…" if end is None else number(end, 0) for end in (found.low, found.high))
    return f"{number(found.estimate, 0)} ({low} to {high})"


def _raw(rows: tuple[Taken, ...]) -> tuple[list[str], list[list[object]]]:
    named = ("chance", "given", "median", "high")
    head = ["policy", "worlds", "took_off", "prevented", "added"]
    head += [f"{name}{end}" for name in named for end in ("", "_low", "_high")]
    found: list[list[object]] = []
    for row in rows:
        ends = [end for name in named for end in (getattr(row, name) or (None, None, None))]
        found.append([row.policy, row.worlds, row.took_off, row.prevented, row.added, *ends])
    return head, found
