"""Drawings of answers: a map of two settings, the course of a search, its finalists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rumorsim.reports.style import BASE, COLOURS
from rumorsim.reports.svg import INK, MUTED, PAPER, canvas, drawn, inline, look_of, plane
from rumorsim.reports.tables import shortened

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes

    from rumorsim.studies.intervals import Interval


#: With more columns than these a cell has no room for its interval.
_ROOMY = 6


class Cell(NamedTuple):
    """One cell of a map: how dark it is (0 to 1), its number, its interval, or "" for none."""

    depth: float
    text: str
    ends: str
    clear: bool


class Tried(NamedTuple):
    """One trial of a search: its number, what counts, and whether it is allowed."""

    value: float
    allowed: bool


class Dot(NamedTuple):
    """A finalist in the plane: its number, the place of its policy, hollow if it is out."""

    number: int
    place: int
    x: Interval
    y: Interval
    hollow: bool


@drawn
def draw_map(
    name: str,
    columns: Sequence[str],
    rows: Sequence[str],
    cells: Sequence[Sequence[Cell]],
    words: tuple[str, str],
    told: str,
) -> Markup:
    """``cells[row][column]``, the first row at the bottom; darker is more."""
    from matplotlib.patches import Rectangle

    with canvas(0.9 + 0.62 * len(rows)) as (figure, ax):
        for y, row in enumerate(cells):
            for x, cell in enumerate(row):
                place, shade = (x - 0.48, y - 0.47), 0.05 + 0.57 * cell.depth
                ax.add_patch(
                    Rectangle(place, 0.96, 0.94, facecolor=COLOURS[0], alpha=shade, linewidth=0)
                )
                _write(ax, x, y, cell, small=len(columns) <= _ROOMY)
        ax.set_xlim(-0.5, len(columns) - 0.5)
        ax.set_ylim(-0.5, len(rows) - 0.5)
        ax.set_xticks(range(len(columns)), [shortened(each, 9) for each in columns])
        ax.set_yticks(range(len(rows)), list(rows))
        ax.grid(visible=False)
        ax.tick_params(length=0)
        for side in ("left", "bottom"):
            ax.spines[side].set_visible(False)
        ax.set_xlabel(words[0])
        ax.set_ylabel(words[1])
        return inline(figure, name, told)


def _write(ax: Axes, x: int, y: int, cell: Cell, *, small: bool) -> None:
    both = small and cell.ends
    weight = "bold" if cell.clear else "normal"
    ax.text(
        x, y + (0.13 if both else 0.0), cell.text, ha="center",
        va="center", color=INK, fontweight=weight, fontsize=10.5,
    )  # fmt: skip
    if both:
        ax.text(x, y - 0.24, cell.ends, ha="center", va="center", color=INK, fontsize=7.5)


@drawn
def draw_search(name: str, tried: Sequence[Tried], words: str, told: str) -> Markup:
    """Every trial as a dot, those not allowed hollow; a line for the best allowed so far."""
    from matplotlib.ticker import MaxNLocator

    with canvas(3.2) as (figure, ax):
        for allowed, face in ((False, PAPER), (True, MUTED)):
            mine = [(at, each.value) for at, each in enumerate(tried, 1) if each.allowed == allowed]
            ax.plot(
                [at for at, _ in mine], [value for _, value in mine], "o", color=MUTED,
                markerfacecolor=face, markersize=5.5, markeredgewidth=1.2,
            )  # fmt: skip
        steps = best_so_far(tried)
        if steps:
            at = [step[0] for step in steps] + [len(tried)]
            best = [step[1] for step in steps] + [steps[-1][1]]
            ax.plot(at, best, color=BASE, linewidth=1.8, drawstyle="steps-post")
        ax.set_xlim(0.3, len(tried) + 0.7)
        ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        ax.set_ylim(bottom=0)
        ax.set_xlabel("trial")
        ax.set_ylabel(words)
        ax.yaxis.set_major_formatter("{x:,g}")
        return inline(figure, name, told)


def best_so_far(tried: Sequence[Tried]) -> list[tuple[int, float]]:
    """The trials (from 1) that were the least allowed until then, with what counts."""
    found: list[tuple[int, float]] = []
    for at, each in enumerate(tried, 1):
        if each.allowed and (not found or each.value < found[-1][1]):
            found.append((at, each.value))
    return found


@drawn
def draw_finalists(
    name: str, dots: Sequence[Dot], line: float | None, words: tuple[str, str], told: str
) -> Markup:
    """Finalists by number with their intervals; ``line`` is the target, across."""
    with canvas(3.7) as (figure, ax):
        plane(ax, words, 0.1)
        if line is not None:
            ax.axhline(line, color=MUTED, linewidth=1.1, linestyle=(0, (4, 3)))
        for dot in dots:
            shade, _, _ = look_of(dot.place)
            _bars(ax, dot, shade)
            ax.plot(
                [dot.x.estimate], [dot.y.estimate], "o", color=shade, markersize=13,
                markerfacecolor=PAPER if dot.hollow else shade, markeredgewidth=1.4,
            )  # fmt: skip
            ax.annotate(
                str(dot.number), (dot.x.estimate, dot.y.estimate), ha="center", va="center",
                color=shade if dot.hollow else "#ffffff", fontsize=8.5, fontweight="bold",
            )  # fmt: skip
        return inline(figure, name, told)


def _bars(ax: Axes, dot: Dot, shade: str) -> None:
    if dot.x.low is not None and dot.x.high is not None:
        ax.plot([dot.x.low, dot.x.high], [dot.y.estimate] * 2, color=shade, linewidth=1.5)
    if dot.y.low is not None and dot.y.high is not None:
        ax.plot([dot.x.estimate] * 2, [dot.y.low, dot.y.high], color=shade, linewidth=1.5)
