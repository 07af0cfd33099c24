"""The figures of a comparison: curves over time with their changes, and paired differences.

Worlds differ more than policies do, so bands around the curves themselves would overlap where
the differences within each world are clear: the bands are those of the differences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rumorsim.reports.figures.style import BASE, colour, count_ticks, drawing, hour_ticks, in_rows
from rumorsim.reports.figures.tables import number, shortened_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Band(NamedTuple):
    """One line: its name, times (hours), means, and the ends of the interval at each time.

    Both ends are the mean where there is no interval.
    """

    label: str
    time: Sequence[float]
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


class Panel(NamedTuple):
    """A row of the figure: curves, the first of which is the base, and changes from the base."""

    levels: Sequence[Band]
    changes: Sequence[Band]


def draw_bands(panels: Mapping[str, Panel], unit: str, note: str) -> Figure:
    """A figure with a row for each title: the curves, and their changes where there are any."""
    wide = 2 if any(panel.changes for panel in panels.values()) else 1
    with drawing(4.9 * wide, 1.4 + 2.9 * len(panels)) as figure:
        axes = figure.subplots(len(panels), wide, squeeze=False, sharex=True, sharey="col")
        for row, (title, panel) in zip(axes, panels.items(), strict=True):
            _levels(row[0], panel.levels)
            row[0].set_title(title)
            row[0].set_ylabel(unit)
            if wide > 1:
                _changes(row[1], panel.changes)
                row[1].set_title(f"{title}: change from {panel.levels[0].label}")
            for ax in row:
                ax.set_xlim(panel.levels[0].time[0], panel.levels[0].time[-1])
                hour_ticks(ax, panel.levels[0].time[-1])
                count_ticks(ax)
        axes[0][0].set_ylim(bottom=0)  # shared by all rows, which are drawn by now
        for ax in axes[-1]:
            ax.set_xlabel("hours since the start")
        handles, labels = axes[0][0].get_legend_handles_labels()
        columns = min(len(labels), 2 * wide)
        figure.legend(
            in_rows(handles, columns), in_rows(labels, columns), loc="outside lower center",
            ncols=columns, title=note, title_fontsize=8.5,
        )  # fmt: skip
    return figure


def _levels(ax: Axes, bands: Sequence[Band]) -> None:
    for place, band in enumerate(bands):
        shade, dashes = (BASE, "--") if place == 0 else (colour(place - 1), "-")
        ax.plot(band.time, band.mean, dashes, color=shade, linewidth=1.7, label=band.label)


def _changes(ax: Axes, bands: Sequence[Band]) -> None:
    ax.axhline(0, color=BASE, linewidth=1.2, linestyle="--")
    for place, band in enumerate(bands):
        shade_band(ax, band.time, band.low, band.high, color=colour(place), alpha=0.18)
        ax.plot(band.time, band.mean, color=colour(place), linewidth=1.7)


def shade_band(
    ax: Axes, time: Sequence[float], low: Sequence[float], high: Sequence[float], **look: Any
) -> None:
    """Shade the interval at each time; nothing where its ends are equal."""
    wide = [least < most for least, most in zip(low, high, strict=True)]
    ax.fill_between(time, low, high, where=wide, linewidth=0, **look)


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
    ax.set_yticks(range(len(dots)), shortened_names([dot.label for dot in dots], 28))
    ax.set_ylim(len(dots) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.xaxis.set_major_formatter(lambda x, _: number(x, 0))
