"""Section: what each policy averts against what it costs legitimate speech, and in work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from rumorsim.reports.answers import level_of, ordered
from rumorsim.reports.charts import Spot, draw_frontier
from rumorsim.reports.parts import Column, Figure, Key, Section, Table, Text
from rumorsim.reports.svg import look_of
from rumorsim.reports.wording import both_of, quoted
from rumorsim.studies.comparison import NONE
from rumorsim.studies.effects import and_, cell
from rumorsim.studies.frontier import Point, frontier

if TYPE_CHECKING:
    from rumorsim.reports.saved import Saved
    from rumorsim.studies.intervals import Interval


#: What the axis that goes up says, on every page.
AVERTED: Final = "exposures to false stories averted"
DIRECTION: Final = (
    "Further up averts more, further right costs more: policies up and to the left are better."
)


class Axis(NamedTuple):
    """An axis that goes right: what it is called, the title above it, its value at a point."""

    name: str
    words: str
    title: str
    of: Callable[[Point], Interval | None]


_LOST: Final = Axis(
    "lost", "exposures to true stories lost", "Against exposures to true stories lost",
    lambda point: point.lost,
)  # fmt: skip
_COST: Final = Axis("cost", "cost", "Against cost", lambda point: point.cost)


def axes_of(saved: Saved, points: Sequence[Point]) -> list[Axis]:
    """What stands against exposures averted: exposures lost, and cost where it was measured."""
    lost = [_LOST] if both_of(saved)[1] else []
    return [*lost, *([_COST] if any(point.cost is not None for point in points) else [])]


def frontier_section(saved: Saved) -> Section | None:
    """Two planes: exposures averted against exposures lost, and against cost."""
    points = _points(saved)
    axes = axes_of(saved, points)
    if not points or not axes:
        return None
    drawings, told = [], []
    for axis in axes:
        words = _told(points, axis)
        spots = [
            Spot(point.policy, saved.policies.index(point.policy), across, point.averted)
            for point in points
            if (across := axis.of(point)) is not None
        ]
        drawing = draw_frontier(f"frontier-{axis.name}", spots, (axis.words, AVERTED), words)
        told.append(words)
        drawings.append((axis.title, drawing))
    bars = "" if len(saved.seeds) == 1 else f" Lines are {level_of(saved)} intervals."
    figure = Figure(
        "frontier-figure", "What is averted, and at what price", drawings, " ".join(told),
        DIRECTION + bars, _legend(saved, points), _table(points, axes),
    )  # fmt: skip
    return Section("frontier", "The frontier", [Text(_unbeaten(points)), figure])


def _points(saved: Saved) -> list[Point]:
    """The points of the frontier, the policy that averts most first."""
    if not ordered(saved) or saved.policies[0] != NONE or not both_of(saved)[0]:
        return []
    points = {point.policy: point for point in frontier(saved)}
    return [points[policy] for policy in ordered(saved)] if points else []


def _legend(saved: Saved, points: Sequence[Point]) -> list[Key]:
    places = [saved.policies.index(point.policy) for point in points]
    return [Key(f"{place} {saved.policies[place]}", look_of(place)[2]) for place in sorted(places)]


def _table(points: Sequence[Point], axes: Sequence[Axis]) -> Table:
    heads = ["policy", AVERTED, *(axis.words for axis in axes), "on the frontier"]
    words = {"policy", "on the frontier"}
    columns = [Column(head, numeric=head not in words) for head in heads]
    rows = [
        [
            point.policy,
            cell(point.averted),
            *(cell(axis.of(point)) for axis in axes),
            f"no: {quoted(point.beaten_by)} is at least as good in all" if point.beaten_by
            else "yes",
        ]
        for point in points
    ]  # fmt: skip
    return Table("frontier", "Differences to none, per world", columns, rows)


def _told(points: Sequence[Point], axis: Axis) -> str:
    each = "; ".join(
        f"{quoted(point.policy)}: {cell(point.averted)} {AVERTED}, {axis.words}:"
        f" {cell(axis.of(point))}"
        for point in points
    )
    return f"{each}."


def _unbeaten(points: Sequence[Point]) -> str:
    """Which policies nothing beats in all means: a statement on estimates alone."""
    best = [quoted(point.policy) for point in points if not point.beaten_by]
    kept = ["exposures averted", "exposures to true stories kept"]
    what = and_([*kept, *(["cost"] if points[0].cost is not None else [])])
    if not best:
        told = f"By their means, every policy is beaten in {what} together."
    elif len(points) == 1:
        told = f"By its means, {best[0]} is not beaten by doing nothing in {what} together."
    elif len(best) == 1:
        told = f"By the means alone, {best[0]} is the only policy that no other beats in {what}."
    else:
        told = f"By the means alone, no policy beats {and_(best)} in {what} together."
    if len(points) > 1:
        told += " Where the lines of two policies overlap, the worlds do not tell which is better."
    return told
