"""Pictures of a posterior: panels of marginals, of pairs, and of what the posterior predicts.

A panel draws on axes it is given, so that the figure beside the tables and the drawings of a
report are the same pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.reports.figures.style import BASE, COLOURS, drawing
from rumorsim.reports.figures.tables import shortened, shortened_names, significant
from rumorsim.studies.calibrate.fits import Fit
from rumorsim.studies.calibrate.identifiability import Pair
from rumorsim.studies.calibrate.inference import systematic
from rumorsim.studies.calibrate.marginals import Marginal, numbers_of, span_of
from rumorsim.studies.calibrate.study import Unknown, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
#: What draws on the axes it is given.
Panel = Callable[["Axes"], None]

#: Dots of a pair: draws by systematic resampling.
_DOTS: Final = 240
#: Pairs that are shown, those that trade off first.
MOST_PAIRS: Final = 12
#: Data farther out than this stand at the edge, as an arrow.
_FAR: Final = 6.0
#: Statistics in one figure; the misses are always among them.
_MOST_ROWS: Final = 60
#: Half the width of an interval of 90 % of a normal law, in standard deviations.
NINETY: Final = 1.645


@dataclass(frozen=True)
class Drawable:
    """What panels need: the parameters, the values and weights of the draws, and the pairs."""

    parameters: Sequence[Unknown]
    values: Sequence[Sequence[Any]]
    weights: Array
    pairs: Sequence[Pair]

    def of(self, place: int) -> list[Any]:
        """The values of one parameter."""
        return [row[place] for row in self.values]

    def by_interest(self) -> list[Pair]:
        """The pairs that are shown: those that trade off, then the most correlated ones."""
        order = sorted(self.pairs, key=lambda pair: (not pair.trades, -abs(pair.correlation)))
        return order[:MOST_PAIRS]


def draw_marginal(ax: Axes, drawn: Drawable, place: int, letters: int = 30) -> None:
    """One parameter: its prior as a line, its posterior filled, on the scale of the prior."""
    unknown = drawn.parameters[place]
    found = Marginal.of(unknown, drawn.of(place), drawn.weights)
    ax.set_title(shortened(unknown.name, letters))
    ax.grid(visible=False)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    if found.labels:
        at = np.arange(len(found.labels))
        ax.bar(at, found.posterior, 0.8, color=COLOURS[0], alpha=0.75)
        ax.bar(at, found.prior, 0.8, facecolor="none", edgecolor=BASE, linewidth=1.2)
        many = len(at) > 5 or any(len(label) > 9 for label in found.labels)
        labels = shortened_names(found.labels, 14 if many else 10)
        ax.set_xticks(at, labels, rotation=40 if many else 0, ha="right" if many else "center")
        ax.set_ylim(bottom=0)
        return
    bins = len(found.prior)
    ax.stairs(np.multiply(found.posterior, bins), found.edges, fill=True, color=COLOURS[0],
              alpha=0.75)  # fmt: skip
    ax.stairs(np.multiply(found.prior, bins), found.edges, color=BASE, linewidth=1.3)
    ax.set_ylim(bottom=0)
    _scale(ax, "x", unknown, (found.edges[0], found.edges[-1]))
    if unknown.form is not None:
        ax.set_xlabel(shortened(unknown.form.replace("{}", "").strip(), 24))


def draw_pair(ax: Axes, drawn: Drawable, pair: Pair, letters: int = 22) -> None:
    """Two parameters: a dot a draw, over the range of the priors; the ridge where they trade."""
    names = [each.name for each in drawn.parameters]
    places = [names.index(name) for name in (pair.first, pair.second)]
    both = [drawn.parameters[place] for place in places]
    numbers = [numbers_of(drawn.parameters[p], drawn.of(p)) for p in places]
    spans = [span_of(each, mine) for each, mine in zip(both, numbers, strict=True)]
    which = systematic(drawn.weights, _DOTS)
    dots = [mine[which] for mine in numbers]
    for at, each in enumerate(both):
        if each.prior.prior == "choice":
            spread = np.random.default_rng(at).uniform(-0.25, 0.25, len(which))
            dots[at] = dots[at] + spread
    ax.plot(*dots, "o", color=COLOURS[0], markersize=2.6, alpha=0.45, markeredgewidth=0)
    if pair.trades and not any(each.prior.prior == "choice" for each in both):
        ax.plot(*_ridge(both, numbers, drawn.weights, spans), color=COLOURS[1], linewidth=1.6)
    for axis, each, span in zip("xy", both, spans, strict=True):
        _scale(ax, axis, each, span)
        getattr(ax, f"set_{axis}label")(shortened(each.name, letters))


def _ridge(
    both: Sequence[Unknown], numbers: Sequence[Array], weights: Array, spans: Sequence[Any]
) -> list[Array]:
    """The main axis of two parameters over two standard deviations, each on its own scale."""
    logs = [each.prior.prior == "log-uniform" for each in both]
    scaled = np.stack([np.log(n) if log else n for n, log in zip(numbers, logs, strict=True)])
    widths = np.array(
        [np.log(b / a) if log else b - a for (a, b), log in zip(spans, logs, strict=True)]
    )
    middle = scaled @ weights
    away = (scaled - middle[:, None]) / widths[:, None]
    sizes, axes = np.linalg.eigh(away * weights @ away.T)
    reach = np.sqrt(sizes[-1]) * np.array([-2, 2])
    line = middle[:, None] + widths[:, None] * axes[:, -1:] * reach
    return [np.exp(each) if log else each for each, log in zip(line, logs, strict=True)]


def _scale(ax: Axes, axis: str, unknown: Unknown, span: tuple[float, float]) -> None:
    """Limits, scale and a few ticks of one axis."""
    from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter, NullLocator

    log = unknown.prior.prior == "log-uniform"
    if log:
        getattr(ax, f"set_{axis}scale")("log")
    getattr(ax, f"set_{axis}lim")(*span)
    ticks = ax.xaxis if axis == "x" else ax.yaxis
    ticks.set_minor_locator(NullLocator())
    ticks.set_minor_formatter(NullFormatter())
    if unknown.prior.prior == "choice":
        labels = [shortened(plain(value), 8) for value in unknown.prior.values]
        few = range(len(labels)) if len(labels) <= 6 else ()
        turned = {"rotation": 40, "ha": "right"} if axis == "x" else {}
        getattr(ax, f"set_{axis}ticks")(few, [labels[at] for at in few], **turned)
        return
    ticks.set_major_locator(FixedLocator(_log_ticks(*span)) if log else MaxNLocator(3))
    ticks.set_major_formatter(lambda x, _: significant(x, 3))


def _log_ticks(low: float, high: float) -> list[float]:
    """Three or four round numbers of 1, 2 and 5 times powers of ten; the ends if there are few."""
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for steps in ((1,), (1, 3), (1, 2, 5)):
        found = [
            step * 10.0**power
            for power in powers
            for step in steps
            if low * 0.999 <= step * 10.0**power <= high * 1.001
        ]
        if len(found) >= 3:
            return found[:: -(-len(found) // 4)]
    return [low, float(np.sqrt(low * high)), high]


def grid(figure: Figure, panels: Sequence[Panel], columns: int) -> None:
    """The panels in rows of ``columns``."""
    columns = max(1, min(columns, len(panels)))
    axes = figure.subplots(-(-len(panels) // columns), columns, squeeze=False).ravel()
    for ax, draw in zip(axes, panels, strict=False):
        draw(ax)
    for ax in axes[len(panels) :]:
        ax.set_visible(False)


def marginal_panels(drawn: Drawable, letters: int = 30) -> list[Panel]:
    """A panel a parameter."""
    places = range(len(drawn.parameters))
    return [partial(draw_marginal, drawn=drawn, place=at, letters=letters) for at in places]


def pair_panels(drawn: Drawable, letters: int = 22) -> list[Panel]:
    """A panel for each of the pairs that are shown."""
    pairs = drawn.by_interest()
    return [partial(draw_pair, drawn=drawn, pair=pair, letters=letters) for pair in pairs]


def posterior_picture(drawn: Drawable) -> Figure:
    """The marginals beside the priors, then the pairs."""
    panels = [*marginal_panels(drawn), *pair_panels(drawn)]
    columns = min(len(drawn.parameters), 4) if len(panels) > 3 else len(panels)
    with drawing(0.6 + 2.8 * columns, 2.5 * -(-len(panels) // columns)) as figure:
        grid(figure, panels, columns)
        _legend(figure)
    return figure


def _legend(figure: Figure) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks = [
        Line2D([], [], color=BASE, label="prior"),
        Patch(color=COLOURS[0], alpha=0.75, label="posterior"),
        Line2D([], [], color=COLOURS[0], marker="o", linestyle="", markersize=4, label="a draw"),
        Line2D([], [], color=COLOURS[1], label="ridge of two that trade off"),
    ]
    figure.legend(handles=marks, loc="outside upper left", ncols=4, fontsize=9)


def predictions_picture(fits: Sequence[Fit]) -> Figure:
    """Every statistic: what is predicted, and where the data lie; misses first."""
    shown = sorted(fits, key=lambda fit: not fit.missed)
    rows = shown[:_MOST_ROWS]
    with drawing(8.0, 1.2 + 0.24 * max(len(rows), 1)) as figure:
        ax = figure.subplots()
        draw_fits(ax, rows)
        ax.set_yticks(range(len(rows)), shortened_names([fit.key for fit in rows], 60))
        some = f"{len(rows)} of {len(shown)} statistics. " if len(rows) < len(shown) else ""
        text = "Bar: 90 % of runs from the posterior; dot: the data; orange: not reproduced"
        figure.suptitle(f"{some}{text}", fontsize=9, x=0.01, ha="left")
    return figure


def draw_fits(ax: Axes, fits: Sequence[Fit]) -> None:
    """A row a statistic: the predicted 90 % as a bar, the data as a dot with their error."""
    for at, fit in enumerate(fits):
        place = fit.standardised
        if place is None:
            ax.text(0, at, "not defined in enough runs", ha="center", va="center", fontsize=8)
            continue
        observed, noise = place
        colour = COLOURS[1] if fit.missed else BASE
        if fit.low != fit.high:
            ax.barh(at, 2 * NINETY, left=-NINETY, height=0.62, color=COLOURS[0], alpha=0.28)
        ax.plot([0, 0], [at - 0.31, at + 0.31], color=COLOURS[0], linewidth=1.4)
        if abs(observed) > _FAR:
            side = np.copysign(_FAR, observed)
            ax.plot([side], [at], ">" if side > 0 else "<", color=colour, markersize=7)
            continue
        ends = np.clip([observed - noise, observed + noise], -_FAR, _FAR)
        ax.plot(ends, [at, at], color=colour, linewidth=1.3)
        ax.plot([observed], [at], "o", color=colour, markersize=5)
    places = [abs(fit.standardised[0]) for fit in fits if fit.standardised is not None]
    far = min(max([3.0, *places]), _FAR) + 0.4
    ax.set(xlim=(-far, far), ylim=(len(fits) - 0.4, -0.6))
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("from the predicted median, in predicted standard deviations")
