"""A delay map: its cells, in words, as tables and as one picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from typing_extensions import override

from rumorsim.common.claims import Claim
from rumorsim.common.plurals import counted
from rumorsim.common.shown import listed
from rumorsim.reports.figures.style import drawing
from rumorsim.reports.figures.tables import aligned, digits_for, number
from rumorsim.studies.compare.effects import cell as in_cell
from rumorsim.studies.compare.effects import number_name
from rumorsim.studies.compare.parameter_width import ParameterWidth, width_lines
from rumorsim.studies.runner.answering import AnswerDirectory, SavedAnswer, made_with
from rumorsim.studies.runner.queue import not_needed
from rumorsim.studies.runner.world_draws import NO_DRAWS, WorldDraws
from rumorsim.studies.statistics.intervals import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

HOLDS: Final = "delay map"


class Cell(NamedTuple):
    """What is averted at one reaction time (hours) and coverage (a part).

    ``averted``: ``none`` less the policy in the same worlds; ``part``: of the mean under
    ``none``, None where that is 0. Intervals hold for all cells of the map at once.
    """

    delay: float
    coverage: float
    averted: Interval
    part: Interval | None


@dataclass(frozen=True, repr=False)
class DelayMap(SavedAnswer):
    """Every cell, by delay and then by coverage."""

    name: str
    policy: str
    key: str
    covered_by: str
    delays: tuple[str, ...]
    coverages: tuple[float, ...]
    seeds: tuple[int, ...]
    level: float
    cells: tuple[Cell, ...]
    scenario: Mapping[str, Any]
    source: str = field(default="", compare=False, repr=False)
    #: Runs that were not made: see :func:`.compare`.
    reused: int = field(default=0, compare=False)
    draws: WorldDraws = NO_DRAWS
    #: With a posterior: what not knowing the parameters does to the intervals of :func:`extremes`.
    widths: tuple[ParameterWidth, ...] = ()

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        return [
            ("scenario", self.name),
            ("policy", self.policy),
            ("number", self.key),
            ("delays", listed(self.delays)),
            (self.covered_by, listed(self.coverages)),
            ("worlds", len(self.seeds)),
        ]

    def rows(self) -> list[dict[str, Any]]:
        """The table behind the picture: one row per cell."""
        return [_row(cell, self.covered_by) for cell in self.cells]

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "name": self.name,
            "policy": self.policy,
            "measure": self.key,
            "covered_by": self.covered_by,
            "delays": list(self.delays),
            "coverages": list(self.coverages),
            "seeds": list(self.seeds),
            "level_of_each_cell": self.level,
            "cells": self.rows(),
            "scenario": dict(self.scenario),
            "provenance": {**made_with(self.scenario), **self.draws.named()},
            **self.draws.as_dict(self.seeds),
            **({"widths": [each.as_dict() for each in self.widths]} if self.draws else {}),
        }

    def text(self) -> str:
        """The table for people."""
        return answer_text(self)

    def _claim(self) -> Claim:
        return self.draws.claim(HOLDS, self.scenario, self.source)

    def _write(self, directory: AnswerDirectory) -> None:
        directory.text("delay-map.txt", self.text() + "\n")
        directory.json("delay-map.json", self.as_dict())
        directory.csv("delay-map.csv", self.rows())
        self.draws.save(directory.place)

    def _drawn(self) -> tuple[str, Callable[[], Figure]]:
        return "delay-map.png", lambda: picture(self)


def _row(cell: Cell, covered_by: str) -> dict[str, Any]:
    part = cell.part or (None, None, None)
    return {
        "delay_hours": cell.delay,
        covered_by: cell.coverage,
        "averted": cell.averted.estimate,
        "averted_low": cell.averted.low,
        "averted_high": cell.averted.high,
        "part": part[0],
        "part_low": part[1],
        "part_high": part[2],
        "clear": cell.averted.clear,
    }


#: Light where little is averted, dark where much is; the same order in grey.
_COLOURS: Final = "Blues"


def answer_text(found: DelayMap) -> str:
    """A table: reaction times across, coverages down."""
    worlds, cells = counted(len(found.seeds), "coupled world"), len(found.cells)
    head = f'{found.name}, "{found.policy}": {_what(found)} averted, {worlds}'
    rows = [[found.covered_by, *found.delays]]
    for coverage in reversed(found.coverages):
        some = [cell for cell in found.cells if cell.coverage == coverage]
        rows.append([_percent(coverage), *(_text(cell) for cell in some)])
    note = (
        f"Intervals hold for all {cells} cells at once (95 %; each alone"
        f" {100 * found.level:.4g} %, Bonferroni); * the data are compatible with no change."
    )
    spared = not_needed(found.reused, (cells + 1) * len(found.seeds))
    lines = [head, "", *aligned(rows), "", note, sentence(found)]
    lines += filter(None, (found.draws.sentence(), *width_lines(found.widths), spared))
    return "\n".join(lines)


def extremes(cells: Sequence[Cell]) -> list[int]:
    """The places of the fastest and the slowest reaction at the greatest coverage."""
    most = max(cell.coverage for cell in cells)
    widest = [place for place, cell in enumerate(cells) if cell.coverage == most]
    widest.sort(key=lambda place: cells[place].delay)
    return list(dict.fromkeys((widest[0], widest[-1])))


def sentence(found: DelayMap) -> str:
    """The fastest and the slowest reaction at the greatest coverage, in one sentence."""
    told = " and ".join(
        f"{_text(cell).rstrip('*')} after {cell.delay:g} h"
        for cell in (found.cells[place] for place in extremes(found.cells))
    )
    covered = _percent(max(found.coverages))
    return f'At {covered} coverage "{found.policy}" averts {told} of the {_what(found)}.'


def _what(found: DelayMap) -> str:
    return number_name(found.key)


def _percent(part: float) -> str:
    return f"{100 * part:g} %"


def _text(cell: Cell) -> str:
    star = "" if _is_clear(cell) else "*"
    if cell.part is None:
        return in_cell(cell.averted) + star
    return in_cell(cell.part.in_percent, unit="%") + star


def picture(found: DelayMap) -> Figure:
    """One map: reaction time across, coverage up, the darker the more is averted."""
    wide, high = len(found.delays), len(found.coverages)
    with drawing(2.2 + 1.15 * wide, 1.9 + 0.75 * high) as drawn:
        ax = drawn.subplots()
        image = _cells(ax, found)
        ax.set_xticks(range(wide), list(found.delays))
        ax.set_yticks(range(high), [_percent(each) for each in found.coverages])
        ax.set_xlabel("reaction time: from trigger to act")
        ax.set_ylabel(_AXIS[found.covered_by])
        ax.grid(visible=False)
        ax.tick_params(length=0)
        for side in ("left", "bottom"):
            ax.spines[side].set_visible(False)
        bar = drawn.colorbar(image, ax=ax, shrink=0.9, pad=0.02)
        bar.set_label(f"{_what(found)} averted{', %' if _parts(found) else ''}")
        bar.outline.set_visible(False)
        ax.set_title(f"{found.name}, “{found.policy}”: {_what(found)} averted")
        drawn.supxlabel(
            f"{len(found.seeds)} coupled worlds; below each number its interval, all of which"
            " hold at once in 95 %;\n* the data are compatible with no change",
            fontsize=8.5, color="#666666",
        )  # fmt: skip
    return drawn


_AXIS: Final = {
    "fraction": "coverage: part of the targets",
    "sensitivity": "coverage: P(act | reviewed, guilty)",
}


def _parts(found: DelayMap) -> bool:
    return all(cell.part is not None for cell in found.cells)


def _cells(ax: Axes, found: DelayMap) -> AxesImage:
    import numpy as np

    scale = 100 if _parts(found) else 1
    shown = [cell.part if scale == 100 and cell.part else cell.averted for cell in found.cells]
    values = np.array([scale * each.estimate for each in shown])
    grid = values.reshape(len(found.delays), len(found.coverages)).T
    top = max(float(values.max()), 1e-9)
    image = ax.imshow(
        grid, cmap=_COLOURS, vmin=min(0.0, float(values.min())), vmax=top, aspect="auto",
        origin="lower",
    )  # fmt: skip
    for place, (cell, each) in enumerate(zip(found.cells, shown, strict=True)):
        x, y = divmod(place, len(found.coverages))
        scaled = each.in_percent if scale == 100 else each
        ink = "white" if scaled.estimate > 0.6 * top else "#222222"
        digits = digits_for(*scaled)
        star = "" if _is_clear(cell) else "*"
        unit = " %" if scale == 100 else ""
        text = f"{number(scaled.estimate, digits)}{unit}{star}"
        ax.text(x, y + 0.1, text, ha="center", va="center", color=ink)
        if scaled.low is not None and scaled.high is not None and scaled.low < scaled.high:
            low, high = (number(end, digits) for end in (scaled.low, scaled.high))
            small: dict[str, Any] = {"ha": "center", "va": "center", "color": ink, "fontsize": 7.5}
            ax.text(x, y - 0.22, f"{low} to {high}", **small)
    return image


def _is_clear(cell: Cell) -> bool:
    """Whether its interval holds no 0, or it is the same in every world."""
    found = cell.averted
    return found.clear or (found.known and found.low == found.high)
