"""The figures of a comparison: reach over time, and paired differences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from rumorsim.reports.figures.panels import Band, Dot, Panel, draw_bands, draw_differences
from rumorsim.reports.figures.pictures import FigureFiles, save_pictures
from rumorsim.studies.compare.effects import by_shares, cell, changed_cell, is_estimable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from rumorsim.studies.compare.worlds import ComparedWorlds

#: The one picture to look at first.
MAIN_FIGURE: Final = "reach-over-time.png"

_PANELS: Final = {"False stories": "false", "True stories": "true"}


def draw_comparison(comparison: ComparedWorlds, folder: Path, files: FigureFiles) -> list[Path]:
    """Write the figures into ``folder``; the paths of those that could be drawn."""
    pictures = {
        MAIN_FIGURE: lambda: reach_figure(comparison),
        "differences.png": lambda: difference_figure(comparison),
    }
    return save_pictures(folder, pictures, files)


def reach_figure(comparison: ComparedWorlds) -> Figure:
    """Accounts reached over time under each policy, and what each policy changes in that."""
    panels = {
        title: Panel(
            [_band(comparison, policy, truth) for policy in comparison.policies],
            [_change(comparison, policy, truth) for policy in comparison.policies[1:]],
        )
        for title, truth in _panels(comparison).items()
    }
    what = (
        "accounts that shared or would have"
        if by_shares(comparison.scenario)
        else "accounts reached"
    )
    return draw_bands(panels, what, _note(comparison, "lines are means", "; bands"))


def difference_figure(comparison: ComparedWorlds) -> Figure:
    """Accounts reached, each policy minus ``none`` in the same world: mean and interval."""
    panels = {
        title: [_dot(comparison, policy, truth) for policy in comparison.policies[1:]]
        for title, truth in _panels(comparison).items()
    }
    note = _note(comparison, "dots are means", "; bars")
    what = "shares" if by_shares(comparison.scenario) else "accounts reached"
    return draw_differences(panels, f"{what}, change from none", note)


def _panels(comparison: ComparedWorlds) -> dict[str, str]:
    there = {"true" if truth else "false" for _, truth in comparison.told}
    return {title: truth for title, truth in _PANELS.items() if truth in there}


def _band(comparison: ComparedWorlds, policy: str, truth: str) -> Band:
    return Band(policy, *comparison.band(policy, f"reach.truth.{truth}.over_time", "accounts"))


def _change(comparison: ComparedWorlds, policy: str, truth: str) -> Band:
    key = f"reach.truth.{truth}.over_time"
    return Band(policy, *comparison.difference_band(policy, key, "accounts"))


def _dot(comparison: ComparedWorlds, policy: str, truth: str) -> Dot:
    keys = {is_true: key for key, is_true in comparison.told}
    change = comparison.change(policy, keys[truth == "true"])
    if change is None or change.difference is None:
        raise ValueError(f"no reach was measured under {policy!r}")
    if change.identical or (change.worlds > 1 and not is_estimable(change)):
        ends = change.difference.estimate
        return Dot(policy, ends, ends, ends, changed_cell(change))
    text = (
        "" if change.relative is None else cell(change.relative.in_percent, unit="%", signed=True)
    )
    return Dot(policy, *change.difference, text)


def _note(comparison: ComparedWorlds, means: str, bars: str) -> str:
    """What is drawn, over which worlds, and what the intervals hold for."""
    count, others = len(comparison.seeds), len(comparison.policies) - 1
    if count == 1:
        return f"{comparison.name}: one world (seed {comparison.seeds[0]}), no intervals"
    every = "both" if others == 2 else f"all {others}"
    together = f"\nthat hold for {every} policies at once" if others > 1 else ""
    over_time = ", at each hour by itself" if "band" in bars else ""
    few = "; none where the worlds are too few" if over_time or comparison.worlds_needed else ""
    return (
        f"{comparison.name}: {means} over {count} coupled worlds{bars} are 95 % intervals of the"
        f" change{together}{over_time}{few}"
    )
