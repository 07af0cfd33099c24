"""Sections: reach over time, and over the values of each parameter of a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any, Final

from rumorsim.common.plurals import counted
from rumorsim.reports.figures.tables import spread
from rumorsim.reports.pages.charts import MOST_TICKS, draw_changes, draw_levels, draw_response
from rumorsim.reports.pages.page import Figure, Part, Section, Table, Text
from rumorsim.reports.pages.wording import kinds_of, legend_of, level_of, plain, quoted, together
from rumorsim.studies.compare.effects import cell
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.intervals import Interval
from rumorsim.studies.statistics.stated import mean_interval

if TYPE_CHECKING:
    from rumorsim.reports.pages.charts import Bands
    from rumorsim.reports.pages.saved import Saved
    from rumorsim.reports.pages.saved_sweep import Point, Swept
    from rumorsim.studies.compare.worlds import CurveBand

#: Times that the table of a curve shows, as parts of the horizon.
_SHOWN: Final = (0.1, 0.25, 0.5, 0.75, 1.0)
_LINES: Final = "Lines are means over worlds. Bands are "
_FEW: Final = ", at each hour by itself; none where the worlds are too few for one."


def reach_section(saved: Saved) -> Section | None:
    """Accounts reached by each hour under each policy, false and true stories side by side."""
    curves = [(word, _curve(word)) for _, word in kinds_of(saved)]
    curves = [each for each in curves if (saved.policies[0], each[1]) in saved.bands]
    if not curves:
        return None
    drawings, rows, told = [], [], []
    raw: list[list[object]] = []
    for word, curve in curves:
        bands, changes = saved.curves(saved.bands, curve), _changes(saved, curve)
        told.append(_levels_in_words(saved, word, bands))
        title = f"{word.capitalize()} stories"
        drawings.append((title, draw_levels(f"reach-{word}", told[-1], bands)))
        if changes:
            told.append(_changes_in_words(saved, word, changes))
            drawing = draw_changes(f"reach-change-{word}", told[-1], changes)
            drawings.append((f"{title}: change from none", drawing))
        for place, band in bands:
            rows.append([f"{saved.policies[place]}, {word} stories", *_cells(band)])
            raw += [[saved.policies[place], word, *point] for point in band.points()]
    time = saved.bands[saved.policies[0], curves[0][1]].time
    heads = ["accounts reached by", *(f"{time[_at(time, part)]:.3g} h" for part in _SHOWN)]
    head = ["policy", "stories", "hours", "accounts", "low", "high"]
    caption = "One world."
    if len(saved.seeds) > 1:
        caption = (
            f"{_LINES}around the changes within each world, not around the lines, since worlds"
            f" differ more than policies do: {level_of(saved)} intervals{together(saved, ' that')}"
            f"{_FEW}"
        )
    figure = Figure(
        "over-time", "Accounts reached, hour by hour", drawings, " ".join(told), caption,
        legend_of(saved), Table("reach-over-time", "Accounts reached", heads, rows, (head, raw)),
    )  # fmt: skip
    return Section("reach", "Reach over time", [figure])


def curves_section(swept: Swept) -> Section | None:
    """Reach of the main kind of story over time at a few settings, all policies."""
    shown = [point for point in swept.points if point.number in swept.panels]
    word = kinds_of(swept.points[0].saved)[0][1]
    drawings, told = [], []
    for at, (_, label, _, saved) in enumerate(shown):
        bands, changes = saved.curves(saved.bands, _curve(word)), _changes(saved, _curve(word))
        if not bands:
            return None
        told.append(
            f"At {label or 'the only setting'} the mean reach ends at: {_ends(saved, bands)}."
        )
        drawings.append((label, draw_levels(f"curve-{at}", told[-1], bands)))
        if changes:
            drawing = draw_changes(f"curve-change-{at}", told[-1], changes)
            drawings.append((f"{label}: change from none".lstrip(": "), drawing))
    if not shown:
        return None
    caption = (
        f"{_LINES}{level_of(shown[0].saved)} intervals of the changes that hold for all settings"
        f" and policies at once{_FEW}"
    )
    if len(shown) < len(swept.points):
        caption += f" {len(shown)} of {len(swept.points)} settings."
    figure = Figure(
        "over-time", f"Accounts reached by {word} stories", drawings, " ".join(told), caption,
        legend_of(shown[0].saved),
    )  # fmt: skip
    return Section("reach", "Reach over time", [figure])


def _curve(word: str) -> str:
    return f"reach.truth.{word}.over_time.accounts"


def _changes(saved: Saved, curve: str) -> Bands:
    bands = saved.curves(saved.differences, curve)
    return [(place, band) for place, band in bands if saved.policies[place] != NONE]


def _at(time: Sequence[object], part: float) -> int:
    return round(part * (len(time) - 1))


def _cells(band: CurveBand) -> list[str]:
    points = list(band.points())
    return [spread(*points[_at(points, part)][1:]) for part in _SHOWN]


def _ends(saved: Saved, bands: Bands) -> str:
    return ", ".join(
        f"{quoted(saved.policies[place])} {band.mean[-1]:,.0f}" for place, band in bands
    )


def _levels_in_words(saved: Saved, word: str, bands: Bands) -> str:
    """When half of the final reach was there, and where each line ends."""
    time, mean = bands[0][1].time, bands[0][1].mean
    half = next(at for at, value in zip(time, mean, strict=True) if value >= mean[-1] / 2)
    return (
        f"Mean accounts reached by {word} stories after {counted(time[-1], 'hour', spec='g')}:"
        f" {_ends(saved, bands)}. Under {quoted(saved.policies[0])} half of that was reached by"
        f" hour {half:.3g}."
    )


def _changes_in_words(saved: Saved, word: str, changes: Bands) -> str:
    """Where the change under each policy ends."""
    last = [
        (place, Interval(band.mean[-1], band.low[-1], band.high[-1])) for place, band in changes
    ]
    ends = ", ".join(f"{quoted(saved.policies[at])} {cell(each, signed=True)}" for at, each in last)
    return f"Mean change of the accounts reached by {word} stories at the end: {ends}."


#: Parameters drawn at most.
_MOST: Final = 8

#: By policy, the mean at each value of a parameter.
Response = list[tuple[str, list["Interval | None"]]]


def response_section(swept: Swept) -> Section | None:
    """Mean reach over the values of each parameter, and what policies change in it."""
    names = [name for name in swept.sweep.parameters if len(_values(swept, name)) > 1]
    if not names:
        return None
    parts: list[Part] = [_response_figure(swept, name, at) for at, name in enumerate(names[:_MOST])]
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


def _response_figure(swept: Swept, name: str, at: int) -> Figure:
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
            told.append(_response_in_words(found, ticks, what))
            lines = [(first.policies.index(policy), means) for policy, means in found]
            svg = draw_response(f"{drawing}-{at}", told[-1], ticks, places, lines, (name, axis))
            drawings.append((title, svg))
    caption = f"Bars are {level_of(first)} intervals of each mean by itself."
    if len(first.seeds) == 1:
        caption = "One world, so no intervals."
    elif places is not None and len(ticks) > MOST_TICKS:
        caption = "Dots are means."
    table = _response_table(name, ticks, reach, changes)
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


def _response_in_words(found: Response, ticks: Sequence[str], what: str) -> str:
    parts = []
    for policy, means in found:
        known = [(t, mean) for t, mean in zip(ticks, means, strict=True) if mean is not None]
        if known:
            (first, low), (last, high) = known[0], known[-1]
            parts.append(f"{quoted(policy)} from {cell(low)} at {first} to {cell(high)} at {last}")
    return f"Mean {what}: {'; '.join(parts)}."


def _response_table(name: str, ticks: Sequence[str], reach: Response, changes: Response) -> Table:
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
