"""Figure: curves over time, one panel a quantity, one line a policy, with bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rumorsim.report.style import BASE, colour, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Band", "draw_bands"]


class Band(NamedTuple):
    """One line: its name, times (hours), means, and the ends of the interval at each time."""

    label: str
    time: Sequence[float]
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def draw_bands(panels: Mapping[str, Sequence[Band]], unit: str, note: str) -> Figure:
    """A figure with one panel for each title, side by side; the first band is the base."""
    with drawing(4.9 * max(len(panels), 1.2), 4.3) as figure:
        axes = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
        for place, (ax, (title, bands)) in enumerate(zip(axes, panels.items(), strict=True)):
            _panel(ax, bands)
            ax.set_title(title)
            ax.set_xlabel("hours since the start")
            if place == 0:
                ax.set_ylabel(unit)
        handles, labels = axes[0].get_legend_handles_labels()
        columns = min(len(labels), 4)
        figure.legend(
            handles, labels, loc="outside lower center", ncols=columns,
            title=note, title_fontsize=8.5,
        )  # fmt: skip
    return figure


def _panel(ax: Axes, bands: Sequence[Band]) -> None:
    for place, band in enumerate(bands):
        shade = BASE if place == 0 else colour(place - 1)
        dashes = "--" if place == 0 else "-"
        ax.fill_between(band.time, band.low, band.high, color=shade, alpha=0.15, linewidth=0)
        ax.plot(band.time, band.mean, dashes, color=shade, linewidth=1.7, label=band.label)
    ax.set_xlim(bands[0].time[0], bands[0].time[-1])
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter("{x:,.0f}")
