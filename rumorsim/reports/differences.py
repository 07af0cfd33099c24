"""Figure: paired differences, a dot and an interval for each policy, one panel a quantity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rumorsim.reports.numbers import number
from rumorsim.reports.style import BASE, colour, drawing
from rumorsim.reports.tables import told_apart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Dot", "draw_differences"]


class Dot(NamedTuple):
    """One policy's change: its name, the estimate, its interval (None where unknown).

    ``text`` is written at the end of its row.
    """

    label: str
    estimate: float
    low: float | None
    high: float | None
    text: str


def draw_differences(panels: Mapping[str, Sequence[Dot]], unit: str, note: str) -> Figure:
    """A figure with one panel for each title, all on one scale; zero is the base."""
    rows = max(len(dots) for dots in panels.values())
    with drawing(1.6 + 4.9 * len(panels), 1.7 + 0.45 * rows) as figure:
        axes = figure.subplots(1, len(panels), squeeze=False, sharex=True, sharey=True)[0]
        for ax, (title, dots) in zip(axes, panels.items(), strict=True):
            _panel(ax, dots)
            ax.set_title(title)
            ax.set_xlabel(unit)
        axes[0].margins(x=0.12)
        figure.supxlabel(note, fontsize=8.5, color="#666666")
    return figure


def _panel(ax: Axes, dots: Sequence[Dot]) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.axvline(0, color=BASE, linewidth=1.2, linestyle="--")
    for row, dot in enumerate(dots):
        shade = colour(row)
        if dot.low is not None and dot.high is not None:
            ax.plot([dot.low, dot.high], [row, row], color=shade, linewidth=2.4)
        ax.plot([dot.estimate], [row], "o", color=shade, markersize=7)
        ax.annotate(
            dot.text, (1.02, row), xycoords=ax.get_yaxis_transform(), va="center", fontsize=8.5,
            color="#444444", annotation_clip=False,
        )  # fmt: skip
    ax.set_yticks(range(len(dots)), told_apart([dot.label for dot in dots], 28))
    ax.set_ylim(len(dots) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.xaxis.set_major_formatter(lambda x, _: number(x, 0))
