"""The drawings of a posterior's report: marginals, pairs, predictions, what informs what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rumorsim.reports.figures.style import BASE, COLOURS
from rumorsim.reports.figures.tables import shortened, shortened_names
from rumorsim.reports.pages.svg import INK, axes_of, drawn
from rumorsim.studies.calibrate.fits import Fit
from rumorsim.studies.calibrate.pictures import Panel, draw_fits, grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Letters of a statistic beside its row.
_LETTERS: Final = 26
#: From this part on a cell is dark enough for its number.
_SHOWN: Final = 0.05


@drawn
def draw_panels(figure: Figure, panels: Sequence[Panel], height: float) -> None:
    """Panels of one kind, two a row, each ``height`` inches high."""
    columns = min(2, len(panels))
    figure.set_figheight(height * -(-len(panels) // columns) + 0.1)
    figure.set_layout_engine("constrained", h_pad=0.08)
    grid(figure, panels, columns)
    for ax in figure.axes:
        ax.title.set_fontsize(11)
        ax.tick_params(labelsize=9)
        ax.xaxis.label.set_fontsize(10)
        ax.yaxis.label.set_fontsize(10)


@drawn
def draw_predictions(figure: Figure, labels: Sequence[str], fits: Sequence[Fit]) -> None:
    """A row a statistic: what runs from the posterior give, and where the data lie."""
    ax = axes_of(figure, 0.75 + 0.27 * len(fits))
    draw_fits(ax, fits)
    ax.set_xlabel("predicted standard deviations")
    ax.set_yticks(range(len(fits)), shortened_names(labels, _LETTERS), fontsize=9.5)


@drawn
def draw_informing(
    figure: Figure,
    statistics: Sequence[str],
    parameters: Sequence[str],
    parts: Sequence[Sequence[float]],
) -> None:
    """``parts[statistic][parameter]``; the darker, the more a statistic says of a parameter."""
    from matplotlib.patches import Rectangle

    ax = axes_of(figure, 0.9 + 0.25 * len(statistics))
    for y, row in enumerate(parts):
        for x, part in enumerate(row):
            corner, shade = (x - 0.48, y - 0.46), 0.03 + 0.62 * min(part, 1.0)
            ax.add_patch(
                Rectangle(corner, 0.96, 0.92, facecolor=COLOURS[0], alpha=shade, linewidth=0)
            )
            if part >= _SHOWN:
                ax.text(x, y, f"{100 * part:.0f}", ha="center", va="center", color=INK, fontsize=9)
    ax.set(xlim=(-0.5, len(parameters) - 0.5), ylim=(len(statistics) - 0.5, -0.5))
    ax.set_yticks(range(len(statistics)), shortened_names(statistics, 34), fontsize=8.5)
    letters, few = (14, len(parameters) < 4) if len(parameters) < 6 else (11, False)
    ax.xaxis.tick_top()
    ax.set_xticks(
        range(len(parameters)), [shortened(each, letters) for each in parameters], fontsize=9.5,
        rotation=0 if few else 40, ha="center" if few else "left",
    )  # fmt: skip
    ax.grid(visible=False)
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)


@drawn
def draw_tolerance(figure: Figure, tolerances: Sequence[float]) -> None:
    """The distance up to which runs are kept, after each generation."""
    from matplotlib.ticker import MaxNLocator

    ax = axes_of(figure, 2.6)
    at = range(1, len(tolerances) + 1)
    ax.plot(at, tolerances, "o-", color=BASE, linewidth=1.6, markersize=6)
    ax.set_xlim(0.7, len(tolerances) + 0.3)
    ax.set_ylim(bottom=0)
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.set(xlabel="generation", ylabel="tolerance")
    ax.yaxis.set_major_formatter("{x:,g}")
