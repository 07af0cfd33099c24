"""Section: what each policy averts against what it costs legitimate speech, and in work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from rumorsim.reports.figures.tables import number
from rumorsim.reports.pages.charts import Dot, draw_cloud, draw_plane
from rumorsim.reports.pages.page import Figure, Section, Table, Text
from rumorsim.reports.pages.wording import (
    both_of,
    legend_of,
    less_is_better,
    level_of,
    main_of,
    ordered,
    quoted,
)
from rumorsim.studies.compare.effects import and_, cell
from rumorsim.studies.compare.frontier import Point, frontier
from rumorsim.studies.compare.worlds import NONE

if TYPE_CHECKING:
    from rumorsim.reports.pages.saved import Saved
    from rumorsim.reports.pages.saved_sweep import Swept
    from rumorsim.studies.statistics.intervals import Interval

_TITLE: Final = "What is averted, and at what price"
#: The axis that goes up.
_AVERTED: Final = "exposures to false stories averted"
_DIRECTION: Final = (
    "Further up averts more, further right costs more: policies up and to the left are better."
)


class Axis(NamedTuple):
    """An axis that goes right: what it is called, and its value at a point."""

    name: str
    words: str
    of: Callable[[Point], Interval | None]

    @property
    def title(self) -> str:
        """The title above its drawing."""
        return f"Against {self.words}"


_LOST: Final = Axis("lost", "exposures to true stories lost", lambda point: point.lost)
_COST: Final = Axis("cost", "cost", lambda point: point.cost)


def _axes_of(saved: Saved, points: Sequence[Point]) -> list[Axis]:
    """What stands against exposures averted: exposures lost, and cost where it was measured."""
    lost = [_LOST] if both_of(saved)[1] else []
    return [*lost, *([_COST] if any(point.cost is not None for point in points) else [])]


def frontier_section(saved: Saved) -> Section | None:
    """Two planes: exposures averted against exposures lost, and against cost."""
    if not ordered(saved) or saved.policies[0] != NONE or not both_of(saved)[0]:
        return None
    found = {point.policy: point for point in frontier(saved)}
    points = [found[policy] for policy in ordered(saved)] if found else []
    axes = _axes_of(saved, points)
    if not points or not axes:
        return None
    drawings, told = [], []
    for axis in axes:
        each = "; ".join(
            f"{quoted(point.policy)}: {cell(point.averted)} {_AVERTED}, {axis.words}:"
            f" {cell(axis.of(point))}"
            for point in points
        )
        told.append(f"{each}.")
        places = [(saved.policies.index(point.policy), point) for point in points]
        dots = [
            Dot(place, place, across, point.averted)
            for place, point in places
            if (across := axis.of(point)) is not None
        ]
        drawing = draw_plane(f"frontier-{axis.name}", told[-1], dots, (axis.words, _AVERTED))
        drawings.append((axis.title, drawing))
    bars = "" if len(saved.seeds) == 1 else f" Lines are {level_of(saved)} intervals."
    names = [policy for policy in saved.policies if policy in found]
    figure = Figure(
        "frontier-figure", _TITLE, drawings, " ".join(told), _DIRECTION + bars,
        legend_of(saved, names, numbered=True), _table(points, axes),
    )  # fmt: skip
    return Section("frontier", "The frontier", [Text(_unbeaten(points)), figure])


def _table(points: Sequence[Point], axes: Sequence[Axis]) -> Table:
    heads = ["policy", _AVERTED, *(axis.words for axis in axes), "on the frontier"]
    rows = []
    for point in points:
        beaten = f"no: {quoted(point.beaten_by)} is at least as good in all"
        cells = [cell(point.averted), *(cell(axis.of(point)) for axis in axes)]
        rows.append([point.policy, *cells, beaten if point.beaten_by else "yes"])
    title = "Differences to none, per world"
    return Table("frontier", title, heads, rows, words={heads[0], heads[-1]})


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
        told += " Where the lines of two policies overlap, the worlds do not show which is better."
    return told


def swept_frontier_section(swept: Swept) -> Section | None:
    """Every policy at every setting: what it averts against what it loses, and costs."""
    first = swept.points[0].saved
    if not less_is_better(main_of(first)) or first.policies[0] != NONE or len(first.policies) < 2:
        return None
    found = [point for each in swept.points for point in frontier(each.saved)]
    drawings, told = [], []
    for at, axis in enumerate(_axes_of(first, found)):
        dots = [
            (first.policies.index(point.policy), across.estimate, point.averted.estimate)
            for point in found
            if (across := axis.of(point)) is not None
        ]
        if not dots:
            continue
        x, y = [dot[1] for dot in dots], [dot[2] for dot in dots]
        told.append(
            f"{len(dots)} dots: {_AVERTED} from {number(min(y), 0)} to {number(max(y), 0)} a world;"
            f" {axis.words} from {number(min(x), 0)} to {number(max(x), 0)}."
        )
        drawing = draw_cloud(f"cloud-{at}", told[-1], dots, (axis.words, _AVERTED))
        drawings.append((axis.title, drawing))
    if not drawings:
        return None
    caption = (
        "Each dot is a policy at a setting, means alone: neighbours may not be clearly apart."
        f" {_DIRECTION}"
    )
    figure = Figure(
        "frontier-figure", _TITLE, drawings, " ".join(told), caption,
        legend_of(first, first.policies[1:]),
    )  # fmt: skip
    return Section("frontier", "The frontier", [figure])
