"""Reading back a sweep for its report: every setting as a comparison of its policies.

A sweep may hold tens of thousands of runs with hundreds of numbers each; kept are the numbers
that the report speaks of, and sums of the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from rumorsim.reports.saved import Saved
from rumorsim.studies.change import Paired, paired
from rumorsim.studies.comparison import NONE, CurveBand
from rumorsim.studies.effects import FALSE, TRUE
from rumorsim.studies.frontier import COST
from rumorsim.studies.frontier import FALSE as EXPOSED_FALSE
from rumorsim.studies.frontier import TRUE as EXPOSED_TRUE
from rumorsim.studies.intervals import LEVEL, resampled, shared_level
from rumorsim.studies.swept import Row, Sweep

#: The numbers kept of every run.
KEPT: Final = (
    FALSE,
    TRUE,
    "reach.exposures",
    "shares.shares",
    "enforcement.actions",
    "enforcement.precision.by_truth.value",
    "enforcement.latency.from_first_guilty_post.median",
    "collateral.accounts.innocent",
    "collateral.posts.deleted.true",
    EXPOSED_FALSE,
    EXPOSED_TRUE,
    COST,
)
#: Settings whose curves are shown.
_PANELS: Final = 4


class Point(NamedTuple):
    """One setting: the values of the parameters, and what came of it under each policy."""

    number: int
    label: str
    values: Mapping[str, Any]
    saved: Saved


@dataclass(frozen=True)
class Swept:
    """A sweep with all its settings, as far as they are finished.

    ``level`` is that of each interval of a change, so that all of them hold at once;
    ``sums[policy][key]`` are a number's sum over all rows, and how many there are.
    """

    sweep: Sweep
    points: Sequence[Point]
    level: float
    sums: Mapping[str, Mapping[str, tuple[float, int]]]
    panels: Sequence[int]
    left_out: Mapping[str, int]

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What was asked."""
        return self.sweep.manifest


def read_sweep(directory: Path) -> Swept:
    """The sweep in a directory. Worlds that any policy lacks are left out at that setting."""
    sweep = Sweep.load(directory)
    count = len(sweep.points)
    panels = sorted({round(i * (count - 1) / (_PANELS - 1)) for i in range(_PANELS)})
    changes = count * max(len(sweep.policies) - (NONE in sweep.policies), 1)
    level = shared_level(changes)
    sums: dict[str, dict[str, tuple[float, int]]] = {}
    left_out: dict[str, int] = {}
    points: list[Point] = []
    rows: list[Row] = []
    for row in sweep.runs():
        if row.error is not None:
            left_out[row.error] = left_out.get(row.error, 0) + 1
        _add(sums.setdefault(row.policy, {}), row)
        rows.append(_thinned(row, curves=row.point in panels))
        if len(rows) == len(sweep.policies) * len(sweep.seeds):
            point = _point(sweep, rows, level)
            points += [point] if point is not None else []
            rows = []
    return Swept(sweep, points, level, sums, panels, left_out)


def _add(sums: dict[str, tuple[float, int]], row: Row) -> None:
    for key, value in row.scalars.items():
        if value is not None:
            total, count = sums.get(key, (0.0, 0))
            sums[key] = (total + value, count + 1)


def _thinned(row: Row, *, curves: bool) -> Row:
    scalars = {key: row.scalars[key] for key in KEPT if key in row.scalars}
    series = row.series if curves else {}
    return Row(
        row.point, row.parameters, row.policy, row.seed, row.run, row.digest, row.events,
        scalars, series, row.error,
    )  # fmt: skip


def _point(sweep: Sweep, rows: Sequence[Row], level: float) -> Point | None:
    """A setting from all its rows; None where no world is finished under every policy."""
    failed = {row.seed for row in rows if row.error is not None}
    seeds = tuple(seed for seed in sweep.seeds if seed not in failed)
    if not seeds:
        return None
    by_policy = {
        policy: [row for row in rows if row.policy == policy and row.seed not in failed]
        for policy in sweep.policies
    }
    scalars = {
        policy: {key: [row.scalars.get(key) for row in kept] for key in kept[0].scalars}
        for policy, kept in by_policy.items()
    }
    label = ", ".join(f"{name} {_plain(value)}" for name, value in rows[0].parameters.items())
    saved = Saved(
        name=label or str(sweep.manifest["name"]),
        policies=sweep.policies,
        seeds=seeds,
        changes=_changes(scalars, level),
        scalars=scalars,
        digests={policy: [row.digest for row in kept] for policy, kept in by_policy.items()},
        bands=_bands(by_policy),
        differences=_bands(by_policy, NONE, level),
        facts={
            "scenario": sweep.manifest["scenario"],
            "provenance": {"versions": sweep.manifest["versions"]},
            "level": LEVEL,
            "level_of_each_policy": level,
            "intervals": "bootstrap" if resampled(len(seeds)) else "t",
        },
    )
    return Point(rows[0].point, label, rows[0].parameters, saved)


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _changes(
    scalars: Mapping[str, Mapping[str, Sequence[float | None]]], level: float
) -> dict[tuple[str, str], Paired]:
    found = {}
    for policy, numbers in scalars.items():
        for key, values in numbers.items():
            base = None if policy == NONE else scalars.get(NONE, {}).get(key)
            change = paired(values, base, key, level)
            if change is not None:
                found[policy, key] = change
    return found


def _bands(
    by_policy: Mapping[str, Sequence[Row]], base: str | None = None, level: float = LEVEL
) -> dict[tuple[str, str], CurveBand]:
    """By policy and curve; with ``base`` the changes from that policy in the same worlds."""
    if base is not None and base not in by_policy:
        return {}
    return {
        (policy, f"{key}.{series}"): CurveBand.of(
            [row.series[key] for row in rows],
            series,
            None if base is None else [row.series[key] for row in by_policy[base]],
            level,
        )
        for policy, rows in by_policy.items()
        for key, curve in rows[0].series.items()
        for series in curve
        if series != "time"
    }
