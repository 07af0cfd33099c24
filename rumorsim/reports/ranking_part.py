"""Section: the policies ranked, with what cannot be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rumorsim.reports.answers import level_of, main_of, ordered
from rumorsim.reports.charts import Mark, Row, draw_forest
from rumorsim.reports.parts import Column, Figure, Section, Table, Text
from rumorsim.reports.tables import spread
from rumorsim.reports.wording import both_of, capital, quoted
from rumorsim.studies.comparison import NONE
from rumorsim.studies.effects import FALSE, TRUE, bears, best_form, cell, changed_cell, did

if TYPE_CHECKING:
    from rumorsim.reports.saved import Saved
    from rumorsim.studies.change import Paired


_INNOCENT = "collateral.accounts.innocent"
_ACTIONS = "enforcement.actions"


def ranking_section(saved: Saved) -> Section | None:
    """Changes of reach as dots and intervals, best mean first, then the table."""
    policies = ordered(saved)
    if not policies or NONE not in saved.policies:
        return None
    parts = [part for part in (_order(saved), _figure(saved, policies), _table(saved)) if part]
    return Section("policies", "The policies ranked", parts)


def _order(saved: Saved) -> Text | None:
    """How sure the order is, as the comparison itself put it."""
    ranking = saved.facts.get("ranking")
    if not ranking or len(saved.policies) < 3:
        return None
    if ranking["probability_of_the_order"] is None:
        return Text(
            f"Ordered by mean {_what(saved)}. These worlds cannot say how sure the order is."
        )
    chance = _chance(ranking["probability_of_the_order"])
    if ranking["winner"] is not None:
        sure = f"{capital(quoted(ranking['winner']))} is clearly first"
    else:
        sure = "No policy is clearly first"
    return Text(
        f"Ordered by mean {_what(saved)}. {sure}; the probability that the true means come in"
        f" exactly this order is {chance}."
    )


def _what(saved: Saved) -> str:
    return f"{_kind(saved)}, {_best(saved)} first"


def _best(saved: Saved) -> str:
    return "lowest" if main_of(saved) == FALSE else "highest"


def _kind(saved: Saved) -> str:
    return "reach of false stories" if main_of(saved) == FALSE else "reach of true stories"


def _chance(value: float) -> str:
    """A probability from resampling, which is never sure."""
    if value < 0.01:
        return "under 1\u00a0%"
    return "over 99\u00a0%" if value > 0.99 else f"{100 * value:.0f}\u00a0%"


def kinds_of(saved: Saved) -> list[tuple[str, str]]:
    """The reach of the kinds of story that there are, with the words for them."""
    pairs = ((FALSE, "false stories"), (TRUE, "true stories"))
    return [pair for pair, there in zip(pairs, both_of(saved), strict=True) if there]


def _figure(saved: Saved, policies: list[str]) -> Figure | None:
    level = level_of(saved)
    kinds = kinds_of(saved)
    unit = _unit(saved, policies)
    rows, told = [], []
    for policy in policies:
        marks = []
        for key, words in kinds:
            change = saved.change(policy, key)
            form = None if change is None else _form(change, unit)
            if change is None or form is None:
                continue
            if change.identical or (change.worlds > 1 and not bears(change)):
                text = changed_cell(change)
            else:
                text = f"{spread(*form, signed=True)} {unit}"
            marks.append(Mark(form, f"{words}: {text}", hollow=key == TRUE))
            told.append(f"{quoted(policy)} {did(change, f'the reach of {words}', level)}")
        if marks:
            rows.append(Row(policy, saved.policies.index(policy), marks))
    if not rows:
        return None
    axis = "change of reach from none, %" if unit == "%" else "change of reach, accounts"
    shapes = "Dots: false stories; hollow diamonds: true stories. " if len(kinds) == 2 else ""
    bars = (
        f"Bars are {level} intervals; where one crosses 0, the data are compatible with no change."
    )
    if saved.facts.get("few_worlds"):
        bars += " A dot without a bar is a mean that rests on too few worlds for an interval."
    if len(saved.seeds) == 1:
        bars = "One world, so no intervals."
    words = "; ".join(told) + "."
    drawing = draw_forest("ranked", rows, axis, "Change of reach under each policy: " + words)
    return Figure("changes", "Change of reach", [("", drawing)], words, shapes + bars)


def _unit(saved: Saved, policies: list[str]) -> str:
    """Percent where every change has such an interval, so that all stand on one scale."""
    forms = [
        best_form(change)
        for policy in policies
        for key, _ in kinds_of(saved)
        if (change := saved.change(policy, key)) is not None
    ]
    return "%" if forms and all(form and form[1] == "%" for form in forms) else "accounts"


def _form(change: Paired, unit: str) -> Any:
    if unit == "%":
        form = best_form(change)
        return None if form is None else form[0]
    return change.difference


def _table(saved: Saved) -> Table:
    kinds = kinds_of(saved)
    extras = [
        (key, head)
        for key, head in ((_INNOCENT, "innocent accounts hit"), (_ACTIONS, "moderation actions"))
        if saved.change(NONE, key)
    ]
    first = _first(saved)
    columns = [Column("policy", numeric=False)]
    columns += [Column(f"P({_best(saved)} mean reach)")] if first else []
    for _, words in kinds:
        columns.append(Column(f"reach of {words}"))
    columns += [Column(head) for _, head in extras]
    rows = []
    for policy in [*ordered(saved), NONE]:
        row = [policy]
        row += [first.get(policy, "")] if first else []
        for key, _ in kinds:
            change = saved.change(policy, key)
            if policy == NONE:
                row.append(f"{change.mean.estimate:,.0f} accounts" if change else "")
            else:
                row.append(_changed(change) if change else "")
        for key, _ in extras:
            change = saved.change(policy, key)
            row.append(cell(change.mean) if change else "")
        rows.append(row)
    note = (
        f"P: probability that this policy has the {_best(saved)} mean {_kind(saved)}."
        if first
        else ""
    )
    title = "What each policy changed, compared with none in the same worlds"
    return Table("policies-ranked", title, columns, rows, _raw(saved), note)


def _first(saved: Saved) -> dict[str, str]:
    ranking = saved.facts.get("ranking")
    if not ranking or len(saved.policies) < 3 or ranking["places"][0]["probability_first"] is None:
        return {}
    return {place["policy"]: _chance(place["probability_first"]) for place in ranking["places"]}


def _changed(change: Paired) -> str:
    return changed_cell(change)


def _raw(saved: Saved) -> tuple[list[str], list[list[Any]]]:
    head = ["policy", "measure", "worlds"]
    head += [f"{what}{end}" for what in ("mean", "difference", "relative") for end in _ENDS]
    rows = []
    for policy in [*ordered(saved), NONE]:
        for key in (FALSE, TRUE, _ACTIONS, _INNOCENT):
            change = saved.change(policy, key)
            if change is not None:
                intervals = (change.mean, change.difference, change.relative)
                numbers = [end for each in intervals for end in (each or (None, None, None))]
                rows.append([policy, key, change.worlds, *numbers])
    return head, rows


_ENDS = ("", "_low", "_high")
