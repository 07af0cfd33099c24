"""The picture: real cascades that were not fitted to, beside simulated ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from takedown import Prevented

from rumorsim.measures.cascade_table import CascadeTable
from rumorsim.reports.figures.style import colour, drawing


def figure(
    tables: Mapping[str, tuple[CascadeTable, Sequence[CascadeTable]]],
    takedowns: Mapping[str, Sequence[Prevented]],
) -> Figure:
    """One row a kind: delays, sizes, structural virality, and what takedowns prevent."""
    with drawing(15, 3.0 * len(tables)) as drawn:
        axes = drawn.subplots(len(tables), 5, squeeze=False)
        for row, (kind, (data, made)) in zip(axes, tables.items(), strict=True):
            for place, first in ((0, True), (1, False)):
                which = "first generation" if first else "later generations"
                _two(
                    row[place],
                    data.delay[(data.generation == 1) == first],
                    np.concatenate([t.delay[(t.generation == 1) == first] for t in made]),
                    f"delay, {which} (h)",
                    (0.01, 1, 100),
                )
            for place, column, label, ticks in (
                (2, "size", "shares of a cascade", (100, 300, 1000)),
                (3, "virality", "structural virality", (2, 4, 8)),
            ):
                simulated = np.concatenate([getattr(t, column) for t in made])
                _two(row[place], getattr(data, column), simulated, label, ticks)
            row[0].set_ylabel(f"{kind}: part below")
            _takedowns(row[4], takedowns[kind])
        axes[0][1].legend(loc="upper left")
    return drawn


def _two(
    ax: Axes,
    observed: np.ndarray,
    simulated: np.ndarray,
    label: str,
    ticks: Sequence[float],
) -> None:
    for values, name, place in ((observed, "real, not fitted to", 0), (simulated, "simulated", 1)):
        ordered = np.sort(values)
        part = np.arange(1, len(ordered) + 1) / len(ordered)
        ax.plot(ordered, part, color=colour(place), label=name)
    _log(ax, ticks)
    ax.set_xlabel(label)
    ax.set_xlim(np.quantile(observed, 0.005) / 1.5, observed.max() * 1.1)


def _log(ax: Axes, ticks: Sequence[float]) -> None:
    """A logarithmic axis with these numbers, written as they are."""
    ax.set_xscale("log")
    ax.set_xticks(list(ticks), [f"{each:g}" for each in ticks])
    ax.xaxis.set_minor_formatter(NullFormatter())


def _takedowns(ax: Axes, found: Sequence[Prevented]) -> None:
    hours = [each.hours for each in found]
    ax.errorbar(
        hours,
        [100 * each.observed for each in found],
        [196 * each.noise for each in found],
        fmt="o",
        color=colour(0),
    )
    ax.plot(hours, [100 * each.simulated for each in found], color=colour(1))
    _log(ax, (0.25, 1, 4, 24))
    ax.set_xlabel("takedown after (h)")
    ax.set_title("shares prevented (%)")
