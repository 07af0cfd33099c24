"""The drawings of a report, each one SVG of a phone's width. Words for them are elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rumorsim.reports.style import BASE, count_ticks, hour_ticks
from rumorsim.reports.svg import INK, MUTED, PAPER, canvas, drawn, inline, look_of, plane
from rumorsim.reports.tables import told_apart

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes

    from rumorsim.studies.comparison import CurveBand
    from rumorsim.studies.intervals import Interval


#: Letters of a label that fit the width of a drawing.
_LETTERS: Final = 44


class Mark(NamedTuple):
    """An estimate on a row, with the words written beside it; hollow marks are a second kind."""

    at: Interval
    text: str
    hollow: bool = False


class Row(NamedTuple):
    """A row of a forest: its label, the place of its policy, one mark or two."""

    label: str
    place: int
    marks: Sequence[Mark]


class Spot(NamedTuple):
    """A policy in the plane of two changes, with their intervals."""

    label: str
    place: int
    x: Interval
    y: Interval


class Bar(NamedTuple):
    """A bar of parts laid end to end."""

    label: str
    parts: Sequence[float]


@drawn
def draw_levels(name: str, bands: Sequence[tuple[int, CurveBand]], told: str) -> Markup:
    """Means over hours, a line each by the place of its policy."""
    with canvas(3.3) as (figure, ax):
        for place, band in reversed(bands):
            _line(ax, place, band)
        _over_hours(ax, bands)
        ax.set_ylim(bottom=0)
        return inline(figure, name, told)


@drawn
def draw_changes(name: str, bands: Sequence[tuple[int, CurveBand]], told: str) -> Markup:
    """Changes over hours with their intervals; 0 is no change."""
    with canvas(3.3) as (figure, ax):
        ax.axhline(0, color=BASE, linewidth=1.1)
        for place, band in reversed(bands):
            shade, _, _ = look_of(place)
            wide = [low < high for low, high in zip(band.low, band.high, strict=True)]
            ax.fill_between(
                band.time, band.low, band.high, where=wide, color=shade, alpha=0.16, linewidth=0
            )
            _line(ax, place, band)
        _over_hours(ax, bands)
        return inline(figure, name, told)


def _line(ax: Axes, place: int, band: CurveBand) -> None:
    shade, dashes, _ = look_of(place)
    ax.plot(band.time, band.mean, color=shade, linewidth=1.9, linestyle=_dashes(dashes))


def _over_hours(ax: Axes, bands: Sequence[tuple[int, CurveBand]]) -> None:
    time = bands[0][1].time
    ax.set_xlim(time[0], time[-1])
    ax.set_xlabel("hours since the start")
    count_ticks(ax)
    hour_ticks(ax, time[-1])


def _dashes(dashes: str) -> str | tuple[int, tuple[float, ...]]:
    # Matplotlib counts dashes in widths of the line, the legend in units.
    return (0, tuple(float(part) / 1.9 for part in dashes.split())) if dashes else "-"


@drawn
def draw_forest(name: str, rows: Sequence[Row], unit: str, told: str) -> Markup:
    """Changes with their intervals, a row each; 0 is no change."""
    from matplotlib.ticker import MaxNLocator

    marks = max(len(row.marks) for row in rows)
    step = 0.32 + 0.4 * marks
    with canvas(0.65 + step * len(rows)) as (figure, ax):
        lines = 1 + marks
        labels = told_apart([row.label for row in rows], _LETTERS)
        for at, row in enumerate(rows):
            top = at * lines
            shade, _, _ = look_of(row.place)
            ax.text(
                0.0, top + 0.32, labels[at], color=INK, fontweight="bold",
                transform=ax.get_yaxis_transform(), va="center", clip_on=False,
            )  # fmt: skip
            for line, mark in enumerate(row.marks, start=1):
                _mark(ax, mark, top + line + 0.42, shade)
        ax.set_ylim(lines * len(rows) + 0.05, -0.2)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.grid(visible=False, axis="y")
        ax.margins(x=0.06)
        ax.xaxis.set_major_locator(MaxNLocator(6))
        ax.set_xlabel(unit)
        return inline(figure, name, told)


def _mark(ax: Axes, mark: Mark, y: float, shade: str) -> None:
    low, high = mark.at.low, mark.at.high
    # Zero is marked beside each bar alone, so that it crosses no words.
    ax.plot([0, 0], [y - 0.15, y + 0.15], color=BASE, linewidth=1.1)
    if low is not None and high is not None:
        ax.plot([low, high], [y, y], color=shade, linewidth=2.6, solid_capstyle="butt")
    ax.plot(
        [mark.at.estimate], [y], "D" if mark.hollow else "o", markersize=6 if mark.hollow else 7,
        markerfacecolor=PAPER if mark.hollow else shade, markeredgecolor=shade,
        markeredgewidth=1.6,
    )  # fmt: skip
    ax.annotate(
        mark.text, (1.0, y), xycoords=ax.get_yaxis_transform(), ha="right", va="bottom",
        xytext=(0, 5), textcoords="offset points", fontsize=10.5, color=MUTED,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.5},
    )  # fmt: skip


@drawn
def draw_frontier(name: str, points: Sequence[Spot], words: tuple[str, str], told: str) -> Markup:
    """Policies in the plane of what they cost (right) and what they avert (up)."""
    with canvas(3.7) as (figure, ax):
        plane(ax, words, 0.1)
        for point in points:
            shade, _, _ = look_of(point.place)
            for across, side in ((point.x, True), (point.y, False)):
                if across.low is None or across.high is None:
                    continue
                span, level = (
                    [across.low, across.high],
                    [(point.y if side else point.x).estimate] * 2,
                )
                ax.plot(*((span, level) if side else (level, span)), color=shade, linewidth=1.7)
            ax.plot([point.x.estimate], [point.y.estimate], "o", color=shade, markersize=7.5)
        _labels(ax, points)
        return inline(figure, name, told)


def _labels(ax: Axes, points: Sequence[Spot]) -> None:
    """A number beside each point, told in the legend: names would cover each other."""
    for point in points:
        shade, _, _ = look_of(point.place)
        ax.annotate(
            str(point.place), (point.x.estimate, point.y.estimate), (6, 5),
            textcoords="offset points", color=shade, fontweight="bold",
        )  # fmt: skip


@drawn
def draw_bars(name: str, bars: Sequence[Bar], words: str, told: str) -> Markup:
    """Bars of three parts: filled, lighter, and hollow."""
    with canvas(0.6 + 0.62 * len(bars)) as (figure, ax):
        labels = told_apart([bar.label for bar in bars], _LETTERS)
        for at, bar in enumerate(bars):
            start = 0.0
            for part, style in zip(bar.parts, _PARTS, strict=False):
                ax.barh(at + 0.2, part, left=start, height=0.44, linewidth=0.9, **style)
                start += part
            ax.text(
                0.0, at - 0.22, labels[at], color=INK, va="center",
                transform=ax.get_yaxis_transform(), fontweight="bold",
            )  # fmt: skip
        ax.set_ylim(len(bars) - 0.4, -0.5)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.grid(visible=False, axis="y")
        ax.set_xlabel(words)
        ax.xaxis.set_major_formatter("{x:,.0f}")
        return inline(figure, name, told)


_PARTS: Final[tuple[dict[str, Any], ...]] = (
    {"color": BASE, "edgecolor": BASE},
    {"color": MUTED, "edgecolor": BASE, "alpha": 0.45},
    {"facecolor": "none", "edgecolor": BASE, "hatch": "////", "hatch_linewidth": 0.5},
)
