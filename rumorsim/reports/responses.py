"""Section: the effect of each parameter of a sweep, averaged over the others."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any, Final

from rumorsim.plurals import counted
from rumorsim.reports.charts import MOST_TICKS, draw_response
from rumorsim.reports.page import Figure, Part, Section, Table, Text
from rumorsim.reports.wording import kinds_of, legend_of, level_of, plain, quoted
from rumorsim.studies.comparison import NONE
from rumorsim.studies.effects import cell
from rumorsim.studies.stated import mean_interval

if TYPE_CHECKING:
    from rumorsim.reports.saved_sweep import Point, Swept
    from rumorsim.studies.intervals import Interval

#: Parameters drawn at most.
_MOST: Final = 8

#: By policy, the mean at each value of a parameter.
Response = list[tuple[str, list["Interval | None"]]]


def response_section(swept: Swept) -> Section | None:
    """Mean reach over the values of each parameter, and what policies change in it."""
    names = [name for name in swept.sweep.parameters if len(_values(swept, name)) > 1]
    if not names:
        return None
    parts: list[Part] = [_figure(swept, name, at) for at, name in enumerate(names[:_MOST])]
    if len(names) > 1:
        parts.insert(0, Text("Each value is averaged over all values of the other parameters."))
    if len(names) > _MOST:
        left = counted(len(names) - _MOST, "more parameter")
        parts.append(Text(f"The table of settings has {left}."))
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
    first, values = swept.points[0].saved, _values(swept, name)
    key, word = kinds_of(first)[0]
    ticks = [plain(value) for value in values]
    numbers = [float(v) for v in values if isinstance(v, int | float)]
    places = numbers if len(numbers) == len(values) else None
    groups = [[point for point in swept.points if point.values[name] == value] for value in values]
    reach: Response = [
        (policy, [_mean(group, policy, None, key) for group in groups]) for policy in first.policies
    ]
    changes: Response = [
        (policy, [_mean(group, policy, NONE, key) for group in groups])
        for policy in first.policies
        if policy != NONE and NONE in first.policies
    ]
    drawings, told = [], []
    for drawing, title, axis, what, found in (
        ("response", f"Reach of {word} stories", "accounts reached", f"reach of {word} stories",
         reach),
        ("response-change", "What policies change in it", "change, accounts", "change from none",
         changes),
    ):  # fmt: skip
        if found:
            told.append(_in_words(found, ticks, what))
            lines = [(first.policies.index(policy), means) for policy, means in found]
            svg = draw_response(f"{drawing}-{at}", told[-1], ticks, places, lines, (name, axis))
            drawings.append((title, svg))
    caption = f"Bars are {level_of(first)} intervals of each mean by itself."
    if len(first.seeds) == 1:
        caption = "One world, so no intervals."
    elif places is not None and len(ticks) > MOST_TICKS:
        caption = "Dots are means."
    table = _table(name, ticks, reach, changes)
    return Figure(
        f"parameter-{at}", name, drawings, " ".join(told), caption, legend_of(first), table
    )


def _mean(group: Sequence[Point], policy: str, base: str | None, key: str) -> Interval | None:
    """The mean over settings in each world, then over worlds; minus ``base`` if given."""
    by_seed: dict[int, list[float]] = {}
    for _, _, _, saved in group:
        nothing = [None] * len(saved.seeds)
        ours = saved.scalars[policy].get(key, nothing)
        theirs = saved.scalars[base].get(key, nothing) if base else [0.0] * len(saved.seeds)
        for seed, value, minus in zip(saved.seeds, ours, theirs, strict=True):
            if value is not None and minus is not None:
                by_seed.setdefault(seed, []).append(value - minus)
    whole = [fmean(values) for values in by_seed.values() if len(values) == len(group)]
    return mean_interval(whole) if whole else None


def _in_words(found: Response, ticks: Sequence[str], what: str) -> str:
    parts = []
    for policy, means in found:
        known = [(t, mean) for t, mean in zip(ticks, means, strict=True) if mean is not None]
        if known:
            (first, low), (last, high) = known[0], known[-1]
            parts.append(f"{quoted(policy)} from {cell(low)} at {first} to {cell(high)} at {last}")
    return f"Mean {what}: {'; '.join(parts)}."


def _table(name: str, ticks: Sequence[str], reach: Response, changes: Response) -> Table:
    heads = [
        name,
        *(policy for policy, _ in reach),
        *(f"change by {policy}" for policy, _ in changes),
    ]
    rows = [
        [tick, *(cell(means[at]) for _, means in reach),
         *(cell(means[at], signed=True) for _, means in changes)]
        for at, tick in enumerate(ticks)
    ]  # fmt: skip
    raw = [
        [tick, policy, what, *mean]
        for what, found in (("reach", reach), ("change", changes))
        for policy, means in found
        for tick, mean in zip(ticks, means, strict=True)
        if mean is not None
    ]
    head = [name, "policy", "number", "mean", "low", "high"]
    title = f"Means for each value of {name}"
    return Table(f"parameter-{name}", title, heads, rows, (head, raw))
