"""Section: what each policy averts against what it costs legitimate speech, and in work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rumorsim.pages.answers import level_of, ordered
from rumorsim.pages.charts import Point, draw_frontier
from rumorsim.pages.parts import Column, Figure, Key, Section, Table, Text
from rumorsim.pages.svg import look_of
from rumorsim.pages.wording import FALSE, TRUE, and_, both_of, cell, quoted
from rumorsim.studies.comparison import NONE
from rumorsim.studies.intervals import Interval

if TYPE_CHECKING:
    from rumorsim.pages.saved import Saved

__all__ = ["COSTS", "cost_of", "frontier_section", "less"]

#: Where a cost may stand, the first that was measured; then its words.
COSTS: Final = (
    ("cost.total", "cost"),
    ("enforcement.actions", "actions of the desk"),
)


def cost_of(keys: tuple[str, ...]) -> tuple[str, str] | None:
    """The number that stands for cost among those measured, and what it is called."""
    return next((pair for pair in COSTS if pair[0] in keys), None)


def less(interval: Interval | None) -> Interval | None:
    """The same difference counted the other way: what was averted, what was lost."""
    if interval is None:
        return None
    low, high = (None if end is None else 0.0 - end for end in (interval.high, interval.low))
    return Interval(0.0 - interval.estimate, low, high)


def frontier_section(saved: Saved) -> Section | None:
    """Two planes: rumor reach averted against legitimate reach lost, and against cost."""
    policies = ordered(saved)
    if NONE not in saved.policies or not policies or not both_of(saved)[0]:
        return None
    cost = cost_of(saved.keys)
    averted = {policy: _averted(saved, policy, FALSE) for policy in policies}
    lost = (
        {policy: _averted(saved, policy, TRUE) for policy in policies} if both_of(saved)[1] else {}
    )
    spent = {policy: _spent(saved, policy, cost[0]) for policy in policies} if cost else {}
    drawings, told = [], []
    gain = "false reach averted, accounts"
    for name, other, title, axis in (
        ("lost", lost, "Against true reach lost", "true reach lost, accounts"),
        ("cost", spent, f"Against {cost[1] if cost else ''}", cost[1] if cost else ""),
    ):
        points = [
            Point(policy, saved.policies.index(policy), x, y)
            for policy in policies
            if (x := averted[policy]) is not None and (y := other.get(policy)) is not None
        ]
        if points:
            words = _told(points, axis)
            told.append(words)
            drawings.append((title, draw_frontier(f"frontier-{name}", points, (gain, axis), words)))
    if not drawings:
        return None
    rows = [
        [policy, cell(averted[policy]), cell(lost.get(policy)), cell(spent.get(policy))]
        for policy in policies
    ]
    head = ["policy", "false reach averted", "true reach lost", cost[1] if cost else "cost"]
    columns = [Column(text, numeric=at > 0) for at, text in enumerate(head)]
    legend = []
    for policy in policies:
        place = saved.policies.index(policy)
        legend.append(Key(f"{place} {policy}", look_of(place)[2]))
    worth = "Further right averts more, further up costs more: right and low is better."
    arms = "" if len(saved.seeds) == 1 else f" Arms are {level_of(saved)} intervals."
    figure = Figure(
        "frontier-figure", "What is averted, and at what price", drawings, " ".join(told),
        worth + arms, legend, Table("frontier", "In accounts a world", columns, rows),
    )  # fmt: skip
    intro = [Text(_undominated(policies, averted, lost))] if lost else []
    return Section("frontier", "The frontier", [*intro, figure])


def _averted(saved: Saved, policy: str, key: str) -> Interval | None:
    change = saved.change(policy, key)
    return None if change is None else less(change.difference)


def _spent(saved: Saved, policy: str, key: str) -> Interval | None:
    change = saved.change(policy, key)
    return None if change is None else change.mean


def _told(points: list[Point], axis: str) -> str:
    each = "; ".join(
        f"{quoted(point.label)}: {cell(point.x)} accounts averted, {axis}: {cell(point.y)}"
        for point in points
    )
    return f"{each}."


def _undominated(
    policies: list[str],
    averted: dict[str, Interval | None],
    lost: dict[str, Interval | None],
) -> str:
    """Which policies none of the others beats in both means: a statement on estimates alone."""
    known = {
        policy: (gain.estimate, price.estimate)
        for policy in policies
        if (gain := averted[policy]) is not None and (price := lost.get(policy)) is not None
    }
    if len(known) < 2:
        return "False reach averted and true reach lost are counted in the same unit: accounts."
    best = [
        policy
        for policy, (gain, price) in known.items()
        if not any(
            other[0] >= gain and other[1] <= price and other != (gain, price)
            for other in known.values()
        )
    ]
    names = and_([quoted(policy) for policy in best])
    are = (
        "are policies that no other beats" if len(best) > 1 else "is the policy that no other beats"
    )
    return (
        f"By their means alone, {names} {are} both in false reach averted and in true reach kept."
        " Where the arms of two policies overlap, the worlds do not tell which is better."
    )
