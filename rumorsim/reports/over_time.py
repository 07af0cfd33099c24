"""Sections: reach over time, of a comparison and of a few settings of a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rumorsim.plurals import counted
from rumorsim.reports.charts import draw_changes, draw_levels
from rumorsim.reports.page import Figure, Section, Table
from rumorsim.reports.tables import spread
from rumorsim.reports.wording import (
    kinds_of,
    legend_of,
    level_of,
    quoted,
    together,
)
from rumorsim.studies.comparison import NONE
from rumorsim.studies.effects import cell
from rumorsim.studies.intervals import Interval

if TYPE_CHECKING:
    from rumorsim.reports.charts import Bands
    from rumorsim.reports.saved import Saved
    from rumorsim.reports.saved_sweep import Swept
    from rumorsim.studies.comparison import CurveBand

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
