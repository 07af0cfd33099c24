"""The figure of a comparison of tails: the chance that a number exceeds x, for every x."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rumorsim.reports.figures.panels import shade_band
from rumorsim.reports.figures.style import BASE, colour, drawing
from rumorsim.reports.figures.tables import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rumorsim.studies.tail.answer import TailNumbers
    from rumorsim.studies.tail.curve import Point

#: Chances below this part of the least that is known are not drawn.
_BELOW: Final = 0.2
#: An axis over a smaller ratio has more ticks than the powers of ten.
_SHORT: Final = 300.0


class Line(NamedTuple):
    """A policy's chances, by rising threshold, and how its line looks (matplotlib's words)."""

    label: str
    points: Sequence[Point]
    look: dict[str, Any]


def tail_figure(found: TailNumbers) -> Figure:
    """Chances against thresholds, both on scales of logarithms."""
    with drawing(6.4, 4.4) as figure:
        ax = figure.subplots()
        lines = [
            Line(
                shortened(policy, 40),
                [each for each in found.curve if each.policy == policy],
                {
                    "color": colour(place - 1) if place else BASE,
                    "linestyle": "-" if place else "--",
                },
            )
            for place, policy in enumerate(found.policies)
        ]
        draw_chances(ax, lines, found.tail.threshold, found.tail.number)
        ax.legend(loc="lower left")
        note = f"bands are 95 % intervals, from {len(found.seeds):,} worlds; thin: none is known"
        figure.suptitle(f"{found.name}: chance of more than x; {note}", x=0.02, ha="left", size=9.5)
    return figure


def draw_chances(ax: Axes, lines: Sequence[Line], asked: float, what: str) -> None:
    """A line a policy, thin where no interval is known; ``asked`` is the threshold in question.

    ``what``: the number that may be above it.
    """
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    ax.set_xscale("log")
    ax.set_yscale("log")
    least = 1.0
    for line in lines:
        shown = [each for each in line.points if each.above > 0 and each.chance.estimate > 0]
        known = [each for each in shown if each.chance.known and (each.chance.low or 0) > 0]
        x, y = [each.above for each in shown], [each.chance.estimate for each in shown]
        ax.plot(x, y, linewidth=0.9, alpha=0.7, **line.look)
        if known:
            x, y = [each.above for each in known], [each.chance.estimate for each in known]
            low, high = ([each.chance[end] or 0.0 for each in known] for end in (1, 2))
            shade_band(ax, x, low, high, color=line.look["color"], alpha=0.15)
            ax.plot(x, y, linewidth=1.9, label=line.label, **line.look)
            least = min(least, *(each.chance.low or 1.0 for each in known))
        else:
            ax.plot([], [], linewidth=0.9, label=line.label, **line.look)
    ax.axvline(asked, color=BASE, linewidth=0.8, linestyle=":")
    ax.set_ylim(_BELOW * least, 1.3)
    first, last = ax.get_xlim()
    if last < _SHORT * first:
        ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,g}"))
    ax.yaxis.set_major_formatter(FuncFormatter(_one_in))
    ax.set(xlabel="x", ylabel=f"chance of {shortened(what, 40)} > x")


def _one_in(chance: float, _: int) -> str:
    return f"1 in {1 / chance:,.0f}" if chance < 0.5 else "always" if chance == 1 else ""
