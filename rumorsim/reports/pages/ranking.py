"""Sections: the policies of a comparison ranked, and those of a sweep at all of its settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from rumorsim.common.plurals import counted
from rumorsim.reports.figures.tables import spread
from rumorsim.reports.pages.charts import Mark, Row, draw_forest
from rumorsim.reports.pages.page import Figure, Part, Section, Table, Text
from rumorsim.reports.pages.sweep_answers import effects
from rumorsim.reports.pages.wording import (
    MOST_SETTINGS,
    capital,
    ends_of,
    first_rows,
    heads_of,
    kinds_of,
    less_is_better,
    level_of,
    main_of,
    ordered,
    plain,
    quoted,
)
from rumorsim.studies.compare.effects import (
    INNOCENT,
    best_form,
    by_shares,
    cell,
    changed_cell,
    clarity_clause,
    did,
    is_estimable,
    number_name,
    unit_of,
)
from rumorsim.studies.compare.worlds import NONE

if TYPE_CHECKING:
    from rumorsim.reports.pages.saved import Saved
    from rumorsim.reports.pages.saved_sweep import Swept
    from rumorsim.reports.pages.sweep_answers import Effect
    from rumorsim.studies.statistics.change import Paired

_ACTIONS: Final = "enforcement.actions"
#: Rows of a figure at most.
_MOST_DRAWN: Final = 12


def ranking_section(saved: Saved) -> Section | None:
    """Changes of reach as dots and intervals, best mean first, then the table."""
    policies = ordered(saved)
    if not policies or NONE not in saved.policies:
        return None
    parts = [part for part in (_order(saved), _figure(saved, policies), _table(saved)) if part]
    return Section("policies", "The policies ranked", parts)


def settings_section(swept: Swept) -> Section:
    """The policies at all settings ranked, or the settings by reach where there is no policy."""
    parts: list[Part] = [
        Text(f"{counted(count, 'run')} without numbers: {cause}.", "note")
        for cause, count in swept.left_out.items()
    ]
    found = effects(swept)
    if found:
        parts += [_settings_figure(found), _settings_table(swept, found)]
    elif swept.points:
        parts.append(_reach_table(swept))
    return Section("settings", "The settings ranked", parts)


def _ranking_of(saved: Saved) -> dict[str, Any]:
    """How sure the order is, as the comparison itself put it; empty for one policy."""
    return (saved.facts.get("ranking") or {}) if len(saved.policies) > 2 else {}


def _order(saved: Saved) -> Text | None:
    ranking = _ranking_of(saved)
    if not ranking:
        return None
    told = f"Ordered by mean {_reach(saved)}, {_best(saved)} first."
    chance = ranking["probability_of_the_order"]
    if chance is None:
        return Text(f"{told} These worlds cannot say how sure the order is.")
    winner = ranking["winner"]
    first = f"{capital(quoted(winner))} is" if winner is not None else "No policy is"
    return Text(
        f"{told} {first} clearly first; the probability that the true means come in exactly this"
        f" order is {_chance(chance)}."
    )


def _best(saved: Saved) -> str:
    return "lowest" if less_is_better(main_of(saved)) else "highest"


def _reach(saved: Saved) -> str:
    return number_name(main_of(saved))


def _chance(value: float) -> str:
    """A probability from resampling, which is never sure."""
    if value < 0.01:
        return "under 1\u00a0%"
    return "over 99\u00a0%" if value > 0.99 else f"{100 * value:.0f}\u00a0%"


def _unit(changes: Iterable[Paired | None]) -> str:
    """Percent where every change has such an interval, so that all stand on one scale."""
    forms = [best_form(change) for change in changes if change is not None]
    return "%" if forms and all(form and form[1] == "%" for form in forms) else "accounts"


def _mark(change: Paired, unit: str, words: str = "", *, hollow: bool = False) -> Mark | None:
    """A change on its row: what is drawn of it, and its words behind ``words``."""
    form = best_form(change) if unit == "%" else (change.difference, unit)
    if form is None or form[0] is None:
        return None
    if change.identical or (change.worlds > 1 and not is_estimable(change)):
        return Mark(form[0], words + changed_cell(change), hollow)
    return Mark(form[0], f"{words}{spread(*form[0], signed=True)} {unit}", hollow)


def _figure(saved: Saved, policies: list[str]) -> Figure | None:
    kinds = kinds_of(saved)
    unit = _unit(saved.change(policy, key) for policy in policies for key, _ in kinds)
    rows, told = [], []
    for policy in policies:
        marks = []
        for key, word in kinds:
            change = saved.change(policy, key)
            hollow = not less_is_better(key)
            if change and (mark := _mark(change, unit, f"{word} stories: ", hollow=hollow)):
                marks.append(mark)
                effect = did(change, f"the {number_name(key)}", level_of(saved))
                told.append(f"{quoted(policy)} {effect}")
        if marks:
            rows.append(Row(policy, saved.policies.index(policy), marks))
    if not rows:
        return None
    caption = "Dots: false stories; hollow diamonds: true stories. " if len(kinds) == 2 else ""
    if len(saved.seeds) == 1:
        caption += "One world, so no intervals."
    else:
        caption += (
            f"Bars are {level_of(saved)} intervals; where one crosses 0, the data are compatible"
            " with no change."
        )
        if saved.facts.get("few_worlds"):
            caption += (
                " A dot without a bar is a mean that rests on too few worlds for an interval."
            )
    what = "shares" if by_shares(saved.scenario) else "reach"
    axis = f"change of {what} from none, %" if unit == "%" else f"change of {what}, accounts"
    words = "; ".join(told) + "."
    drawing = draw_forest("ranked", f"Change of {what} under each policy: " + words, rows, axis)
    return Figure("changes", f"Change of {what}", [("", drawing)], words, caption)


def _settings_figure(found: Sequence[Effect]) -> Figure:
    unit = _unit(each.change for each in found)
    drawn = [*found[: _MOST_DRAWN - 2], *found[-2:]] if len(found) > _MOST_DRAWN else found
    rows, told = [], []
    for each in drawn:
        if mark := _mark(each.change, unit):
            place = each.point.saved.policies.index(each.policy)
            rows.append(Row(f"{each.policy}: {each.point.label}", place, [mark]))
            told.append(f"{quoted(each.policy)} at {each.point.label}: {mark.text}")
    saved, words = found[0].point.saved, "; ".join(told) + "."
    shared = f" that hold for all {len(found)} rows at once" if len(found) > 1 else ""
    caption = f"Bars are {level_of(saved)} intervals{shared}."
    if len(drawn) < len(found):
        caption += f" Drawn are the {len(drawn) - 2} best and the 2 worst means."
    axis = f"change of {_reach(saved)} from none, {unit}"
    drawing = draw_forest("settings-drawn", words, rows, axis)
    title = f"Change of {_reach(saved)}"
    return Figure("settings-figure", title, [("", drawing)], words, caption)


def _table(saved: Saved) -> Table:
    kinds = kinds_of(saved)
    extras = [
        (key, head)
        for key, head in ((INNOCENT, "innocent accounts hit"), (_ACTIONS, "moderation actions"))
        if saved.change(NONE, key)
    ]
    places = _ranking_of(saved).get("places", [{"probability_first": None}])
    sure = places[0]["probability_first"] is not None
    first = {each["policy"]: _chance(each["probability_first"]) for each in places if sure}
    heads = ["policy", *([f"P({_best(saved)} mean)"] if first else [])]
    heads += [number_name(key) for key, _ in kinds] + [head for _, head in extras]
    rows, raw = [], []
    for policy in [*ordered(saved), NONE]:
        row = [policy, *([first.get(policy, "")] if first else [])]
        for key, _ in kinds:
            change = saved.change(policy, key)
            if change and policy == NONE:
                row.append(f"{change.mean.estimate:,.0f} {unit_of(key)}")
            else:
                row.append(changed_cell(change) if change else "")
        rows.append([*row, *(_mean_cell(saved, policy, key) for key, _ in extras)])
        raw += _raw(saved, policy, (*(key for key, _ in kinds), _ACTIONS, INNOCENT), [policy], 3)
    note = f"P: probability that this policy has the {_best(saved)} mean {_reach(saved)}."
    title = "What each policy changed, compared with none in the same worlds"
    head = ["policy", "measure", "worlds", *heads_of("mean", "difference", "relative")]
    return Table("policies-ranked", title, heads, rows, (head, raw), note if first else "")


def _mean_cell(saved: Saved, policy: str, key: str) -> str:
    change = saved.change(policy, key)
    return cell(change.mean) if change else ""


def _raw(
    saved: Saved, policy: str, keys: Iterable[str], before: Sequence[Any], parts: int
) -> list[list[Any]]:
    """Rows for CSV: ``before``, the measure, its worlds, mean, difference and relative change."""
    return [
        [*before, key, each.worlds, *ends_of(*(each.mean, each.difference, each.relative)[:parts])]
        for key in keys
        if (each := saved.change(policy, key)) is not None
    ]


def _settings_table(swept: Swept, found: Sequence[Effect]) -> Table:
    names = swept.sweep.parameters
    kinds = kinds_of(swept.points[0].saved)
    hits = any(each.point.saved.change(each.policy, INNOCENT) for each in found)
    heads = ["policy", *names, *(f"{word} stories" for _, word in kinds)]
    heads += ["innocent accounts hit"] if hits else []
    rows, raw = [], []
    for each in found:
        saved, values = each.point.saved, [each.point.values[name] for name in names]
        changes = [saved.change(each.policy, key) for key, _ in kinds]
        cells = [changed_cell(change) if change else "" for change in changes]
        cells += [_mean_cell(saved, each.policy, INNOCENT)] if hits else []
        sure = clarity_clause(each.change)
        rows.append([each.policy, *map(plain, values), *cells, sure])
        keys = (*(key for key, _ in kinds), _ACTIONS, INNOCENT)
        raw += _raw(saved, each.policy, keys, [each.policy, *values], 2)
    head = ["policy", *names, "measure", "worlds", *heads_of("mean", "difference")]
    title = "What each policy changed at each setting, compared with none in the same worlds"
    return Table(
        "settings-ranked", title, [*heads, "clear?"], rows[:MOST_SETTINGS], (head, raw),
        first_rows(rows), {"policy", *names, "clear?"},
    )  # fmt: skip


def _reach_table(swept: Swept) -> Table:
    names = swept.sweep.parameters
    kinds = kinds_of(swept.points[0].saved)
    rows, raw = [], []
    for point in swept.points:
        for policy in point.saved.policies:
            values = [point.values[name] for name in names]
            cells = [_mean_cell(point.saved, policy, key) for key, _ in kinds]
            rows.append([policy, *map(plain, values), *cells])
            raw += _raw(point.saved, policy, [key for key, _ in kinds], [policy, *values], 1)
    heads = ["policy", *names, *(number_name(key) for key, _ in kinds)]
    head = ["policy", *names, "measure", "worlds", "mean", "low", "high"]
    title = "Accounts reached at each setting, means over worlds"
    return Table(
        "settings-reach", title, heads, rows[:MOST_SETTINGS], (head, raw), first_rows(rows),
        1 + len(names),
    )  # fmt: skip
