"""The cells of a delay map, by delay and then by coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from typing_extensions import override

from rumorsim.common.shown import listed
from rumorsim.studies.runner.answering import (
    SavedAnswer,
    made_with,
)
from rumorsim.studies.statistics.intervals import Interval

if TYPE_CHECKING:
    pass


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
class DelayMapCells(SavedAnswer):
    """The cells of a delay map, by delay and then by coverage."""

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
            "provenance": made_with(self.scenario),
        }


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
