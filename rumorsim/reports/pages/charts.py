"""The drawings of a report, each one SVG of a phone's width: called with name, words and data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rumorsim.reports.figures.panels import shade_band
from rumorsim.reports.figures.style import BASE, COLOURS, count_ticks, hour_ticks
from rumorsim.reports.figures.tables import shortened, shortened_names
from rumorsim.reports.pages.svg import INK, MUTED, PAPER, axes_of, drawn, look_of
from rumorsim.studies.statistics.intervals import Interval
from rumorsim.studies.tail.figures import Line, draw_chances

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rumorsim.studies.compare.worlds import CurveBand
    from rumorsim.studies.tail.curve import Point

#: Letters of a label that fit the width of a drawing.
_LETTERS: Final = 44
#: With more columns than these a cell has no room for its interval.
_ROOMY: Final = 6
#: With more values than these along the axis there are dots, without intervals.
MOST_TICKS: Final = 12

#: Means (or their changes) over hours, each with the place of its policy.
Bands = Sequence[tuple[int, "CurveBand"]]


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


class Dot(NamedTuple):
    """A numbered dot in the plane of two changes: the place of its policy, hollow if it is out."""

    number: int
    place: int
    x: Interval
    y: Interval
    hollow: bool = False


class Cell(NamedTuple):
    """One cell of a map: how dark it is (0 to 1), its number, its interval, or "" for none."""

    depth: float
    text: str
    ends: str
    clear: bool


class Tried(NamedTuple):
    """One trial of a search: the number minimised, and whether the trial is allowed."""

    value: float
    allowed: bool


@drawn
def draw_levels(figure: Figure, bands: Bands) -> None:
    """Means over hours, a line for each policy."""
    ax = axes_of(figure, 3.3)
    _lines(ax, bands)
    ax.set_ylim(bottom=0)


@drawn
def draw_changes(figure: Figure, bands: Bands) -> None:
    """Changes over hours with their intervals; 0 is no change."""
    ax = axes_of(figure, 3.3)
    ax.axhline(0, color=BASE, linewidth=1.1)
    for place, band in reversed(bands):
        shade_band(ax, band.time, band.low, band.high, color=look_of(place)[0], alpha=0.16)
    _lines(ax, bands)


def _lines(ax: Axes, bands: Bands) -> None:
    for place, band in reversed(bands):
        shade, dashes, _ = look_of(place)
        ax.plot(band.time, band.mean, color=shade, linewidth=1.9, linestyle=_dashes(dashes, 1.9))
    time = bands[0][1].time
    ax.set_xlim(time[0], time[-1])
    ax.set_xlabel("hours since the start")
    count_ticks(ax)
    hour_ticks(ax, time[-1])


def _dashes(dashes: str, width: float) -> str | tuple[int, tuple[float, ...]]:
    # Matplotlib counts dashes in widths of the line, the legend in units.
    return (0, tuple(float(part) / width for part in dashes.split())) if dashes else "-"


@drawn
def draw_forest(figure: Figure, rows: Sequence[Row], unit: str) -> None:
    """Changes with their intervals, a row each; 0 is no change."""
    from matplotlib.ticker import MaxNLocator

    lines = 1 + max(len(row.marks) for row in rows)
    ax = axes_of(figure, 0.65 + (0.32 + 0.4 * (lines - 1)) * len(rows), rows=True)
    labels = shortened_names([row.label for row in rows], _LETTERS)
    for at, row in enumerate(rows):
        _label(ax, labels[at], at * lines + 0.32)
        for line, mark in enumerate(row.marks, start=1):
            _mark(ax, mark, at * lines + line + 0.42, look_of(row.place)[0])
    ax.set_ylim(lines * len(rows) + 0.05, -0.2)
    ax.margins(x=0.06)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.set_xlabel(unit)


def _label(ax: Axes, text: str, y: float) -> None:
    where = ax.get_yaxis_transform()
    ax.text(0.0, y, text, color=INK, fontweight="bold", transform=where, va="center")


def _mark(ax: Axes, mark: Mark, y: float, shade: str) -> None:
    # Zero is marked beside each bar alone, so that it crosses no words.
    ax.plot([0, 0], [y - 0.15, y + 0.15], color=BASE, linewidth=1.1)
    _span(ax, mark.at, y, color=shade, linewidth=2.6, solid_capstyle="butt")
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


def _span(ax: Axes, span: Interval, at: float, *, upright: bool = False, **look: Any) -> None:
    """A line from end to end of an interval, if it has ends; ``at`` is its other coordinate."""
    if span.low is not None and span.high is not None:
        ends, level = [span.low, span.high], [at, at]
        ax.plot(*((level, ends) if upright else (ends, level)), **look)


def _plane(ax: Axes, words: tuple[str, str], margin: float) -> None:
    """Axes of two differences: a line at 0 of each, and what they are called."""
    ax.axhline(0, color=BASE, linewidth=1.0)
    ax.axvline(0, color=BASE, linewidth=1.0)
    ax.margins(margin)
    ax.set(xlabel=words[0], ylabel=words[1])
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:,g}")


@drawn
def draw_plane(
    figure: Figure, dots: Sequence[Dot], words: tuple[str, str], line: float | None = None
) -> None:
    """Numbered dots with their intervals in the plane of cost (right) and gain (up).

    Names would cover each other: numbers are explained in the legend. ``line``: a target, across.
    """
    ax = axes_of(figure, 3.7)
    _plane(ax, words, 0.1)
    if line is not None:
        ax.axhline(line, color=MUTED, linewidth=1.1, linestyle=(0, (4, 3)))
    for dot in dots:
        shade, at = look_of(dot.place)[0], (dot.x.estimate, dot.y.estimate)
        _span(ax, dot.x, at[1], color=shade, linewidth=1.5)
        _span(ax, dot.y, at[0], upright=True, color=shade, linewidth=1.5)
        ax.plot(
            *([each] for each in at), "o", color=shade, markersize=13, zorder=3,
            markerfacecolor=PAPER if dot.hollow else shade, markeredgewidth=1.4,
        )  # fmt: skip
        ax.annotate(
            str(dot.number), at, ha="center", va="center",
            color=shade if dot.hollow else "#ffffff", fontsize=8.5, fontweight="bold", zorder=4,
        )  # fmt: skip


@drawn
def draw_cloud(
    figure: Figure, points: Sequence[tuple[int, float, float]], words: tuple[str, str]
) -> None:
    """Every setting and policy as a dot: (place of the policy, cost, gain), means alone."""
    ax = axes_of(figure, 3.7)
    _plane(ax, words, 0.08)
    marks = "osD^vP"
    for place in sorted({point[0] for point in points}):
        _, x, y = zip(*(point for point in points if point[0] == place), strict=True)
        ax.plot(
            x, y, marks[(place - 1) % len(marks)], color=look_of(place)[0], markersize=6,
            alpha=0.85, markeredgecolor=PAPER, markeredgewidth=0.6,
        )  # fmt: skip


@drawn
def draw_bars(figure: Figure, bars: Sequence[tuple[str, Sequence[float]]], words: str) -> None:
    """Labelled bars of three parts laid end to end: filled, lighter, and hollow."""
    ax = axes_of(figure, 0.6 + 0.62 * len(bars), rows=True)
    labels = shortened_names([label for label, _ in bars], _LETTERS)
    for at, (_, parts) in enumerate(bars):
        start = 0.0
        for part, style in zip(parts, _PARTS, strict=False):
            ax.barh(at + 0.2, part, left=start, height=0.44, linewidth=0.9, **style)
            start += part
        _label(ax, labels[at], at - 0.22)
    ax.set(ylim=(len(bars) - 0.4, -0.5), xlabel=words)
    ax.xaxis.set_major_formatter("{x:,.0f}")


_PARTS: Final[tuple[dict[str, Any], ...]] = (
    {"color": BASE, "edgecolor": BASE},
    {"color": MUTED, "edgecolor": BASE, "alpha": 0.45},
    {"facecolor": "none", "edgecolor": BASE, "hatch": "////", "hatch_linewidth": 0.5},
)


@drawn
def draw_response(
    figure: Figure,
    ticks: Sequence[str],
    numbers: Sequence[float] | None,
    responses: Sequence[tuple[int, Sequence[Interval | None]]],
    words: tuple[str, str],
) -> None:
    """A line for each policy (by its place) over the values of a parameter.

    ``numbers`` are where the values stand where they are many and numbers; otherwise they
    stand side by side in the order given.
    """
    ax = axes_of(figure, 3.4)
    at = numbers if numbers is not None and len(ticks) > MOST_TICKS else None
    for order, (place, values) in enumerate(responses):
        shift = 0.0 if at else 0.07 * (order - (len(responses) - 1) / 2)
        shade, dashes, _ = look_of(place)
        known = [(x + shift, v) for x, v in zip(at or range(len(ticks)), values, strict=True) if v]
        x, y = [x for x, _ in known], [value.estimate for _, value in known]
        if at:
            ax.plot(x, y, "o", color=shade, markersize=3.4, alpha=0.75)
            continue
        ax.plot(x, y, color=shade, linewidth=1.6, linestyle=_dashes(dashes, 1.6))
        ax.plot(x, y, "o", color=shade, markersize=5.5, markeredgecolor=PAPER, markeredgewidth=0.8)
        for place_, value in known:
            _span(ax, value, place_, upright=True, color=shade, linewidth=1.8)
    if any(v and v.low is not None and v.low < 0 for _, values in responses for v in values):
        ax.axhline(0, color=BASE, linewidth=1.0)
    else:
        ax.set_ylim(bottom=0)
    if not at:
        ax.set_xticks(range(len(ticks)), [shortened(tick, 14) for tick in ticks])
        ax.set_xlim(-0.4, len(ticks) - 0.6)
        ax.grid(visible=False, axis="x")
    ax.set(xlabel=shortened(words[0], 50), ylabel=words[1])
    ax.yaxis.set_major_formatter("{x:,g}")


@drawn
def draw_map(
    figure: Figure,
    columns: Sequence[str],
    rows: Sequence[str],
    cells: Sequence[Sequence[Cell]],
    words: tuple[str, str],
) -> None:
    """``cells[row][column]``, the first row at the bottom; darker is more."""
    from matplotlib.patches import Rectangle

    ax = axes_of(figure, 0.9 + 0.62 * len(rows))
    for x, y, cell in [(x, y, cell) for y, row in enumerate(cells) for x, cell in enumerate(row)]:
        place, shade = (x - 0.48, y - 0.47), 0.05 + 0.57 * cell.depth
        ax.add_patch(Rectangle(place, 0.96, 0.94, facecolor=COLOURS[0], alpha=shade, linewidth=0))
        both = len(columns) <= _ROOMY and cell.ends
        look: dict[str, Any] = {"ha": "center", "va": "center", "color": INK}
        weight = "bold" if cell.clear else "normal"
        ax.text(x, y + (0.13 if both else 0), cell.text, fontweight=weight, fontsize=10.5, **look)
        if both:
            ax.text(x, y - 0.24, cell.ends, fontsize=7.5, **look)
    ax.set(xlim=(-0.5, len(columns) - 0.5), ylim=(-0.5, len(rows) - 0.5))
    ax.set_xticks(range(len(columns)), [shortened(each, 9) for each in columns])
    ax.set_yticks(range(len(rows)), list(rows))
    ax.grid(visible=False)
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set(xlabel=words[0], ylabel=words[1])


@drawn
def draw_outbreaks(
    figure: Figure, lines: Sequence[tuple[int, Sequence[Point]]], asked: float, what: str
) -> None:
    """The chance of more than x for every x, a line for each policy (by its place)."""
    ax = axes_of(figure, 3.6)
    looks = [(look_of(place), points) for place, points in lines]
    draw_chances(
        ax,
        [
            Line("", points, {"color": shade, "linestyle": _dashes(dashes, 1.9)})
            for (shade, dashes, _), points in looks
        ],
        asked,
        what,
    )


@drawn
def draw_search(figure: Figure, tried: Sequence[Tried], words: str) -> None:
    """Every trial as a dot, those not allowed hollow; a line for the best allowed so far."""
    from matplotlib.ticker import MaxNLocator

    ax = axes_of(figure, 3.2)
    for allowed, face in ((False, PAPER), (True, MUTED)):
        mine = [(at, each.value) for at, each in enumerate(tried, 1) if each.allowed == allowed]
        ax.plot(
            [at for at, _ in mine], [value for _, value in mine], "o", color=MUTED,
            markerfacecolor=face, markersize=5.5, markeredgewidth=1.2,
        )  # fmt: skip
    if steps := best_so_far(tried):
        at, best = zip(*steps, (len(tried), steps[-1][1]), strict=True)
        ax.plot(at, best, color=BASE, linewidth=1.8, drawstyle="steps-post")
    ax.set_xlim(0.3, len(tried) + 0.7)
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.set_ylim(bottom=0)
    ax.set(xlabel="trial", ylabel=words)
    ax.yaxis.set_major_formatter("{x:,g}")


def best_so_far(tried: Sequence[Tried]) -> list[tuple[int, float]]:
    """The trials (from 1) that were the least allowed until then, with what counts."""
    found: list[tuple[int, float]] = []
    for at, each in enumerate(tried, 1):
        if each.allowed and (not found or each.value < found[-1][1]):
            found.append((at, each.value))
    return found
