"""Sections of a sweep: settings ranked, reach over time, frontier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from rumorsim.plurals import counted
from rumorsim.reports.answers import level_of, main_of
from rumorsim.reports.charts import Mark, Row, draw_changes, draw_forest, draw_levels
from rumorsim.reports.frontier_part import AVERTED, DIRECTION, axes_of
from rumorsim.reports.parts import Column, Figure, Section, Table, Text
from rumorsim.reports.ranking_part import kinds_of
from rumorsim.reports.reach_part import legend_of
from rumorsim.reports.sweep_answer import effects
from rumorsim.reports.sweep_charts import draw_cloud
from rumorsim.reports.tables import number, spread
from rumorsim.reports.wording import quoted
from rumorsim.studies.comparison import NONE
from rumorsim.studies.effects import FALSE, TRUE, bears, best_form, cell, changed_cell, clearly
from rumorsim.studies.frontier import frontier

if TYPE_CHECKING:
    from rumorsim.reports.parts import Part
    from rumorsim.reports.sweep_answer import Effect
    from rumorsim.reports.sweep_reading import Swept
    from rumorsim.studies.intervals import Interval


#: Rows of a figure and of a table at most; CSV holds all.
_MOST_DRAWN: Final = 12
MOST_SHOWN: Final = 60
_INNOCENT: Final = "collateral.accounts.innocent"


def settings_section(swept: Swept) -> Section:
    """The policies at all settings ranked, or the settings by reach where there is no policy."""
    found = effects(swept)
    parts: list[Part] = []
    for cause, count in swept.left_out.items():
        parts.append(Text(f"{counted(count, 'run')} without numbers: {cause}.", "note"))
    if found:
        parts += [_forest(swept, found), _effect_table(swept, found)]
    elif swept.points:
        parts.append(_reach_table(swept))
    return Section("settings", "The settings ranked", parts)


def _form(effect: Effect, unit: str) -> Interval:
    if unit == "%" and effect.change.relative is not None:
        return effect.change.relative.in_percent
    assert effect.change.difference is not None
    return effect.change.difference


def _forest(swept: Swept, found: Sequence[Effect]) -> Figure:
    forms = [best_form(each.change) for each in found]
    unit = "%" if all(form and form[1] == "%" for form in forms) else "accounts"
    drawn = [*found[: _MOST_DRAWN - 2], *found[-2:]] if len(found) > _MOST_DRAWN else list(found)
    rows, told = [], []
    for each in drawn:
        form = _form(each, unit)
        if each.change.identical or not bears(each.change):
            text = changed_cell(each.change)
        else:
            text = f"{spread(*form, signed=True)} {unit}"
        place = each.point.saved.policies.index(each.policy)
        rows.append(Row(f"{each.policy}: {each.point.label}", place, [Mark(form, text)]))
        told.append(f"{quoted(each.policy)} at {each.point.label}: {text}")
    main = "false" if main_of(swept.points[0].saved) == FALSE else "true"
    axis = f"change of reach of {main} stories from none, {unit}"
    words = "; ".join(told) + "."
    together = f" that hold for all {len(found)} rows at once" if len(found) > 1 else ""
    caption = f"Bars are {level_of(swept.points[0].saved)} intervals{together}."
    if len(drawn) < len(found):
        caption += f" Drawn are the {len(drawn) - 2} best and the 2 worst means."
    drawing = draw_forest("settings-drawn", rows, axis, words)
    return Figure(
        "settings-figure", f"Change of reach of {main} stories", [("", drawing)], words, caption
    )


def _effect_table(swept: Swept, found: Sequence[Effect]) -> Table:
    names = swept.sweep.parameters
    kinds = kinds_of(swept.points[0].saved)
    hits = any(each.point.saved.change(each.policy, _INNOCENT) for each in found)
    heads = ["policy", *names, *(words for _, words in kinds)]
    heads += ["innocent accounts hit"] if hits else []
    heads += ["clear?"]
    columns = [Column(head, numeric=at > len(names)) for at, head in enumerate(heads[:-1])]
    columns.append(Column(heads[-1], numeric=False))
    rows = []
    for each in found[:MOST_SHOWN]:
        saved = each.point.saved
        changed = [
            _changed(saved.change(each.policy, key)) if saved.change(each.policy, key) else ""
            for key, _ in kinds
        ]
        hit = saved.change(each.policy, _INNOCENT)
        sure = {-1: "less", 0: "no", 1: "more"}[clearly(each.change)]
        values = [text_of(each.point.values[name]) for name in names]
        wrongly = [cell(hit.mean) if hit else ""] if hits else []
        rows.append([each.policy, *values, *changed, *wrongly, sure])
    raw_head = ["policy", *names, "measure", "worlds", "mean", "mean_low", "mean_high",
                "difference", "difference_low", "difference_high"]  # fmt: skip
    raw: list[list[Any]] = []
    for each in found:
        for key in (FALSE, TRUE, "enforcement.actions", _INNOCENT):
            change = each.point.saved.change(each.policy, key)
            if change is not None:
                gap: Any = change.difference or (None, None, None)
                values = [each.point.values[name] for name in names]
                raw.append([each.policy, *values, key, change.worlds, *change.mean, *gap])
    note = (
        f"The first {MOST_SHOWN} of {len(found)}; the CSV has all."
        if len(found) > len(rows)
        else ""
    )
    title = "What each policy changed at each setting, compared with none in the same worlds"
    return Table("settings-ranked", title, columns, rows, (raw_head, raw), note)


def _changed(change: Any) -> str:
    return changed_cell(change)


def text_of(value: Any) -> str:
    """A value of a parameter as people read it."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _reach_table(swept: Swept) -> Table:
    names = swept.sweep.parameters
    kinds = kinds_of(swept.points[0].saved)
    heads = ["policy", *names, *(f"reach of {words}" for _, words in kinds)]
    columns = [Column(head, numeric=at > len(names)) for at, head in enumerate(heads)]
    rows, raw = [], []
    for point in swept.points:
        for policy in point.saved.policies:
            found = [point.saved.change(policy, key) for key, _ in kinds]
            values = [point.values[name] for name in names]
            cells = [cell(each.mean) if each else "" for each in found]
            rows.append([policy, *map(text_of, values), *cells])
            for (key, _), each in zip(kinds, found, strict=True):
                if each:
                    raw.append([policy, *values, key, each.worlds, *each.mean])
    head = ["policy", *names, "measure", "worlds", "mean", "low", "high"]
    note = (
        f"The first {MOST_SHOWN} of {len(rows)}; the CSV has all." if len(rows) > MOST_SHOWN else ""
    )
    title = "Accounts reached at each setting, means over worlds"
    return Table("settings-reach", title, columns, rows[:MOST_SHOWN], (head, raw), note)


def curves_section(swept: Swept) -> Section | None:
    """Reach of the main kind of story over time at a few settings, all policies."""
    shown = [point for point in swept.points if point.number in swept.panels]
    if not shown:
        return None
    word = "false" if main_of(shown[0].saved) == FALSE else "true"
    curve = f"reach.truth.{word}.over_time.accounts"
    drawings, told = [], []
    for at, point in enumerate(shown):
        bands = [
            (place, point.saved.bands[policy, curve])
            for place, policy in enumerate(point.saved.policies)
            if (policy, curve) in point.saved.bands
        ]
        if not bands:
            return None
        ends = ", ".join(
            f"{quoted(point.saved.policies[place])} {band.mean[-1]:,.0f}" for place, band in bands
        )
        words = f"At {point.label or 'the only setting'} the mean reach ends at: {ends}."
        told.append(words)
        drawings.append((point.label, draw_levels(f"curve-{at}", bands, words)))
        changes = [
            (place, point.saved.differences[policy, curve])
            for place, policy in enumerate(point.saved.policies)
            if policy != NONE and (policy, curve) in point.saved.differences
        ]
        if changes:
            drawing = draw_changes(f"curve-change-{at}", changes, words)
            drawings.append((f"{point.label}: change from none".lstrip(": "), drawing))
    some = (
        f" {len(shown)} of {len(swept.points)} settings." if len(shown) < len(swept.points) else ""
    )
    figure = Figure(
        "over-time", f"Accounts reached by {word} stories", drawings, " ".join(told),
        f"Lines are means over worlds. Bands are {level_of(shown[0].saved)} intervals of the"
        " changes that hold for all settings and policies at once, at each hour by itself; none"
        " where the worlds are too few for one."
        f"{some}",
        legend_of(shown[0].saved),
    )  # fmt: skip
    return Section("reach", "Reach over time", [figure])


def frontier_part(swept: Swept) -> Section | None:
    """Every policy at every setting: what it averts against what it loses, and costs."""
    if not swept.points or main_of(swept.points[0].saved) != FALSE:
        return None
    first = swept.points[0].saved
    if first.policies[0] != NONE or len(first.policies) < 2:
        return None
    found = [point for each in swept.points for point in frontier(each.saved)]
    drawings, told = [], []
    for at, axis in enumerate(axes_of(first, found)):
        dots = [
            (first.policies.index(point.policy), across.estimate, point.averted.estimate)
            for point in found
            if (across := axis.of(point)) is not None
        ]
        words = _ranges(dots, axis.words)
        told.append(words)
        drawing = draw_cloud(f"cloud-{at}", dots, (axis.words, AVERTED), words)
        drawings.append((axis.title, drawing))
    if not drawings:
        return None
    policies = tuple(policy for policy in swept.sweep.policies if policy != NONE)
    figure = Figure(
        "frontier-figure", "What is averted, and at what price", drawings, " ".join(told),
        f"Each dot is a policy at a setting, means alone: neighbours may not be clearly apart."
        f" {DIRECTION}",
        legend_of(first, policies),
    )  # fmt: skip
    return Section("frontier", "The frontier", [figure])


def _ranges(dots: Sequence[tuple[int, float, float]], words: str) -> str:
    across, up = [x for _, x, _ in dots], [y for _, _, y in dots]
    return (
        f"{len(dots)} dots: {AVERTED} from {number(min(up), 0)} to {number(max(up), 0)} a world;"
        f" {words} from {number(min(across), 0)} to {number(max(across), 0)}."
    )
