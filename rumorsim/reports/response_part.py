"""Section: what each parameter of a sweep does, averaged over the others."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any, Final

from rumorsim.plurals import counted
from rumorsim.reports.answers import level_of, main_of
from rumorsim.reports.parts import Column, Figure, Section, Table, Text
from rumorsim.reports.reach_part import legend_of
from rumorsim.reports.sweep_charts import Response, draw_response
from rumorsim.reports.wording import quoted
from rumorsim.studies.comparison import NONE
from rumorsim.studies.effects import FALSE, cell
from rumorsim.studies.stated import mean_interval

if TYPE_CHECKING:
    from rumorsim.reports.parts import Part
    from rumorsim.reports.sweep_reading import Point, Swept
    from rumorsim.studies.intervals import Interval


#: Parameters drawn at most.
_MOST: Final = 8


def response_section(swept: Swept) -> Section | None:
    """Mean reach over the values of each parameter, and what policies change in it."""
    names = [name for name in swept.sweep.parameters if len(_values(swept, name)) > 1]
    if not names:
        return None
    parts: list[Part] = []
    if len(names) > 1:
        parts.append(Text("Each value is averaged over all values of the other parameters."))
    parts += [_figure(swept, name, at) for at, name in enumerate(names[:_MOST])]
    if len(names) > _MOST:
        parts.append(
            Text(f"The table of settings has {counted(len(names) - _MOST, 'more parameter')}.")
        )
    return Section("parameters", "What each parameter does", parts)


def _values(swept: Swept, name: str) -> list[Any]:
    """The different values of a parameter, numbers in order, others as they come."""
    found: list[Any] = []
    for point in swept.points:
        if point.values[name] not in found:
            found.append(point.values[name])
    numeric = all(isinstance(each, int | float) and not isinstance(each, bool) for each in found)
    return sorted(found) if numeric else found


def _figure(swept: Swept, name: str, at: int) -> Figure:
    first = swept.points[0].saved
    key, values = main_of(first), _values(swept, name)
    ticks = [f"{value:g}" if isinstance(value, float) else str(value) for value in values]
    numbers = (
        [float(v) for v in values] if all(isinstance(v, int | float) for v in values) else None
    )
    groups = [[point for point in swept.points if point.values[name] == value] for value in values]
    reach = [
        Response(place, [_mean(group, policy, None, key) for group in groups])
        for place, policy in enumerate(first.policies)
    ]
    word = "false" if key == FALSE else "true"
    words = _told(first.policies, reach, ticks, f"reach of {word} stories")
    axes = (name, "accounts reached")
    drawings = [
        (
            f"Reach of {word} stories",
            draw_response(f"response-{at}", ticks, numbers, reach, axes, words),
        )
    ]
    changes = [
        Response(place, [_mean(group, policy, NONE, key) for group in groups])
        for place, policy in enumerate(first.policies)
        if policy != NONE and NONE in first.policies
    ]
    told = words
    if changes:
        words = _told(first.policies, changes, ticks, "change from none")
        told += " " + words
        axes = (name, "change, accounts")
        drawing = draw_response(f"response-change-{at}", ticks, numbers, changes, axes, words)
        drawings.append(("What policies change in it", drawing))
    table = _table(name, ticks, first.policies, reach, changes)
    one = "One world, so no intervals." if len(first.seeds) == 1 else (
        f"Bars are {level_of(first)} intervals of each mean by itself."
        if numbers is None or len(ticks) <= 12 else "Dots are means."
    )  # fmt: skip
    return Figure(f"parameter-{at}", name, drawings, told, one, legend_of(first), table)


def _mean(group: Sequence[Point], policy: str, base: str | None, key: str) -> Interval | None:
    """The mean over settings in each world, then over worlds; minus ``base`` if given."""
    by_seed: dict[int, list[float]] = {}
    for point in group:
        ours = point.saved.scalars[policy].get(key)
        theirs = point.saved.scalars[base].get(key) if base else None
        for place, seed in enumerate(point.saved.seeds):
            value = ours[place] if ours else None
            minus = 0.0 if base is None else theirs[place] if theirs else None
            if value is not None and minus is not None:
                by_seed.setdefault(seed, []).append(value - minus)
    whole = [fmean(values) for values in by_seed.values() if len(values) == len(group)]
    return mean_interval(whole) if whole else None


def _told(
    policies: Sequence[str], found: Sequence[Response], ticks: Sequence[str], what: str
) -> str:
    parts = []
    for each in found:
        known = [(t, v) for t, v in zip(ticks, each.values, strict=True) if v is not None]
        if known:
            (first, low), (last, high) = known[0], known[-1]
            ends = f"from {cell(low)} at {first} to {cell(high)} at {last}"
            parts.append(f"{quoted(policies[each.place])} {ends}")
    return f"Mean {what}: {'; '.join(parts)}."


def _table(
    name: str,
    ticks: Sequence[str],
    policies: Sequence[str],
    reach: Sequence[Response],
    changes: Sequence[Response],
) -> Table:
    columns = [Column(name, numeric=False)]
    columns += [Column(policies[each.place]) for each in reach]
    columns += [Column(f"change by {policies[each.place]}") for each in changes]
    rows = [
        [tick, *(cell(each.values[at]) for each in reach),
         *(cell(each.values[at], signed=True) for each in changes)]
        for at, tick in enumerate(ticks)
    ]  # fmt: skip
    head = [name, "policy", "number", "mean", "low", "high"]
    raw = [
        [tick, policies[each.place], what, *value]
        for what, found in (("reach", reach), ("change", changes))
        for each in found
        for tick, value in zip(ticks, each.values, strict=True)
        if value is not None
    ]
    return Table(f"parameter-{name}", f"Means for each value of {name}", columns, rows, (head, raw))
