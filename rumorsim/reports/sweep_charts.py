"""Drawings of a sweep: what a parameter does, and all settings in the plane of gain and loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rumorsim.reports.style import BASE
from rumorsim.reports.svg import PAPER, canvas, drawn, inline, look_of, plane
from rumorsim.reports.tables import shortened

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes

    from rumorsim.studies.intervals import Interval


#: With more values than these along the axis there are dots, without intervals.
_MOST_TICKS = 12


class Response(NamedTuple):
    """What comes of each value of a parameter under one policy (by its place)."""

    place: int
    values: Sequence[Interval | None]


@drawn
def draw_response(
    name: str,
    ticks: Sequence[str],
    numbers: Sequence[float] | None,
    responses: Sequence[Response],
    words: tuple[str, str],
    told: str,
) -> Markup:
    """A line for each policy over the values of a parameter.

    ``numbers`` are where the values stand where they are many and numbers; otherwise they
    stand side by side in the order given.
    """
    many = numbers is not None and len(ticks) > _MOST_TICKS
    with canvas(3.4) as (figure, ax):
        for order, response in enumerate(responses):
            shift = 0.0 if many else 0.07 * (order - (len(responses) - 1) / 2)
            _response(ax, numbers if many else None, response, shift)
        if any(v and v.low is not None and v.low < 0 for r in responses for v in r.values):
            ax.axhline(0, color=BASE, linewidth=1.0)
        else:
            ax.set_ylim(bottom=0)
        if not many:
            ax.set_xticks(range(len(ticks)), [shortened(tick, 14) for tick in ticks])
            ax.set_xlim(-0.4, len(ticks) - 0.6)
            ax.grid(visible=False, axis="x")
        ax.set_xlabel(shortened(words[0], 50))
        ax.set_ylabel(words[1])
        ax.yaxis.set_major_formatter("{x:,g}")
        return inline(figure, name, told)


def _response(ax: Axes, numbers: Sequence[float] | None, response: Response, shift: float) -> None:
    shade, dashes, _ = look_of(response.place)
    points = [
        (at if numbers is None else numbers[at], value)
        for at, value in enumerate(response.values)
        if value is not None
    ]
    x = [at + shift for at, _ in points]
    y = [value.estimate for _, value in points]
    if numbers is not None:
        ax.plot(x, y, "o", color=shade, markersize=3.4, alpha=0.75)
        return
    style = (0, tuple(float(part) / 1.6 for part in dashes.split())) if dashes else "-"
    ax.plot(x, y, color=shade, linewidth=1.6, linestyle=style)
    ax.plot(x, y, "o", color=shade, markersize=5.5, markeredgecolor=PAPER, markeredgewidth=0.8)
    for at, (_, value) in zip(x, points, strict=True):
        if value.low is not None and value.high is not None:
            ax.plot([at, at], [value.low, value.high], color=shade, linewidth=1.8)


@drawn
def draw_cloud(
    name: str,
    points: Sequence[tuple[int, float, float]],
    words: tuple[str, str],
    told: str,
) -> Markup:
    """Every setting and policy as a dot: (place of the policy, cost, gain), means alone."""
    with canvas(3.7) as (figure, ax):
        plane(ax, words, 0.08)
        marks = "osD^vP"
        for place in sorted({point[0] for point in points}):
            shade, _, _ = look_of(place)
            mine = [point for point in points if point[0] == place]
            ax.plot(
                [point[1] for point in mine], [point[2] for point in mine],
                marks[(place - 1) % len(marks)], color=shade, markersize=6, alpha=0.85,
                markeredgecolor=PAPER, markeredgewidth=0.6,
            )  # fmt: skip
        return inline(figure, name, told)
