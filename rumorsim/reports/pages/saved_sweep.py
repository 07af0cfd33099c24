"""Reading back a sweep for its report: every setting is a comparison of the policies.

A sweep may hold tens of thousands of runs with hundreds of numbers each: only the numbers in the
report are kept, and sums of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from rumorsim.reports.pages.saved import Saved
from rumorsim.reports.pages.wording import plain
from rumorsim.studies.compare import frontier
from rumorsim.studies.compare.effects import (
    FALSE,
    INNOCENT,
    SHARES,
    TRUE,
)
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.statistics.intervals import resampled, shared_level
from rumorsim.studies.sweep.swept import Row, Sweep

#: The numbers kept of every run of a sweep.
_KEPT: Final = (
    *(FALSE, TRUE, *SHARES, "reach.exposures", "shares.shares", "enforcement.actions"),
    "enforcement.precision.by_truth.value",
    "enforcement.latency.from_first_guilty_post.median",
    *(INNOCENT, "collateral.posts.deleted.true"),
    *(frontier.FALSE, frontier.TRUE, frontier.COST),
)
#: Settings of a sweep whose curves are shown.
_PANELS: Final = 4


class Point(NamedTuple):
    """One setting: the values of the parameters, and the comparison of the policies in it."""

    number: int
    label: str
    values: Mapping[str, Any]
    saved: Saved


@dataclass(frozen=True)
class Swept:
    """A sweep with all its settings, as far as they are finished.

    ``sums[policy][key]`` are a number's sum over all rows, and how many there are; ``panels`` the
    numbers of the settings whose curves were kept; ``left_out`` counts runs by why they failed.
    """

    sweep: Sweep
    points: Sequence[Point]
    sums: Mapping[str, Mapping[str, tuple[float, int]]]
    panels: Sequence[int]
    left_out: Mapping[str, int]

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What was asked."""
        return self.sweep.manifest


def read_sweep(directory: Path) -> Swept:
    """The sweep in a directory. Worlds that any policy lacks are left out at that setting.

    Intervals of changes hold for all settings and policies at once.
    """
    sweep = Sweep.load(directory)
    count = len(sweep.points)
    panels = sorted({round(i * (count - 1) / (_PANELS - 1)) for i in range(_PANELS)})
    level = shared_level(count * max(len(sweep.policies) - (NONE in sweep.policies), 1))
    sums: dict[str, dict[str, tuple[float, int]]] = {}
    left_out: dict[str, int] = {}
    points: list[Point] = []
    rows: list[Row] = []
    for row in sweep.runs():
        if row.error is not None:
            left_out[row.error] = left_out.get(row.error, 0) + 1
        mine = sums.setdefault(row.policy, {})
        for key, value in row.scalars.items():
            if value is not None:
                total, number = mine.get(key, (0.0, 0))
                mine[key] = (total + value, number + 1)
        kept = {key: row.scalars[key] for key in _KEPT if key in row.scalars}
        series = row.series if row.point in panels else {}
        rows.append(replace(row, scalars=kept, series=series))
        if len(rows) == len(sweep.policies) * len(sweep.seeds):
            points += _point(sweep, rows, level)
            rows = []
    return Swept(sweep, points, sums, panels, left_out)


def _point(sweep: Sweep, rows: Sequence[Row], level: float) -> Iterator[Point]:
    """A setting from all its rows; nothing where no world is finished under every policy."""
    failed = {row.seed for row in rows if row.error is not None}
    done = [row for row in rows if row.seed not in failed]
    if not done:
        return
    label = ", ".join(f"{name} {plain(value)}" for name, value in rows[0].parameters.items())
    facts = {
        "scenario": sweep.manifest["scenario"],
        "provenance": {"versions": sweep.manifest["versions"]},
        "level_of_each_policy": level,
        "intervals": "bootstrap" if resampled(len(done) // len(sweep.policies)) else "t",
    }
    runs = {policy: [row for row in done if row.policy == policy] for policy in sweep.policies}
    saved = Saved.of_runs(label or str(sweep.manifest["name"]), runs, facts, level)
    yield Point(rows[0].point, label, rows[0].parameters, saved)
