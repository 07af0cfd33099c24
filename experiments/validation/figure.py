"""The picture of a validation: how far each check lies from its target, in tolerances."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from checks import Check

from rumorsim.reports.figures.pictures import save_figure
from rumorsim.reports.figures.style import BASE, COLOURS, drawing

__all__ = ["deviations"]


def deviations(checks: Sequence[Check], place: Path) -> None:
    """A dot a check with its standard error; the band is what the target allows."""
    numbers = [check for check in checks if not check.is_law and check.error > 0]
    with drawing(7.5, 0.23 * len(numbers) + 1.2) as figure:
        axes = figure.subplots()
        axes.axvspan(-1, 1, color="#e8f0f6", zorder=0)
        axes.axvline(0, color=BASE, linewidth=0.8)
        for row, check in enumerate(numbers):
            axes.errorbar(
                (check.got - check.expected) / check.tolerance,
                row,
                xerr=check.error / check.tolerance,
                fmt="o",
                markersize=4,
                color=COLOURS[0] if check.passed else COLOURS[1],
            )
        axes.set_yticks(range(len(numbers)), [f"{c.row}: {c.what}" for c in numbers], fontsize=8)
        axes.set_ylim(len(numbers) - 0.5, -0.5)
        axes.set_xlim(-1.6, 1.6)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("(got - expected) / tolerance, with one standard error")
        axes.set_title("Engine against theory; laws and exact rows are in the table")
    save_figure(figure, place, ["png"])
