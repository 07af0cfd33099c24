"""Reading back what commands saved with ``--out``, for reports.

A comparison is read as it was saved; runs of the same worlds make one too.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rumorsim.common import saved_json
from rumorsim.common.csv_text import read_csv
from rumorsim.common.errors import InputError, show_value
from rumorsim.common.files import MARKER
from rumorsim.simulation.results import Result
from rumorsim.studies.compare.worlds import NONE, CurveBand
from rumorsim.studies.runner.shapes import read_saved
from rumorsim.studies.statistics.change import Paired, Seen, paired
from rumorsim.studies.statistics.intervals import LEVEL, Interval
from rumorsim.studies.sweep.swept import Row

_ADVICE: Final = "name one that a command of rumorsim wrote with --out"

Values = Sequence[float | None]
Bands = Mapping[tuple[str, str], CurveBand]


@dataclass(frozen=True)
class Saved:
    """A saved comparison. ``scalars[policy][key][r]`` belongs to ``seeds[r]``.

    ``bands`` and ``differences`` are by policy and curve: means, and their changes from ``none``.
    """

    name: str
    policies: tuple[str, ...]
    seeds: tuple[int, ...]
    changes: Mapping[tuple[str, str], Paired]
    scalars: Mapping[str, Mapping[str, Values]]
    digests: Mapping[str, Sequence[str]]
    bands: Bands
    facts: Mapping[str, Any]
    differences: Bands = field(default_factory=dict)

    @classmethod
    def of_runs(
        cls,
        name: str,
        runs: Mapping[str, Sequence[Row]],
        facts: Mapping[str, Any],
        level: float = LEVEL,
    ) -> Saved:
        """The comparison of ``runs`` by policy, each in the same worlds."""
        scalars = {
            policy: {key: [row.scalars.get(key) for row in rows] for key in rows[0].scalars}
            for policy, rows in runs.items()
        }
        base = scalars.get(NONE, {})
        changes = {
            (policy, key): change
            for policy, numbers in scalars.items()
            for key, values in numbers.items()
            if (change := paired(values, None if policy == NONE else base.get(key), key, level))
        }
        return cls(
            name=name,
            policies=tuple(runs),
            seeds=tuple(row.seed for row in next(iter(runs.values()))),
            changes=changes,
            scalars=scalars,
            digests={policy: [row.digest for row in rows] for policy, rows in runs.items()},
            bands=_bands_of(runs, None, LEVEL),
            facts=facts,
            differences=_bands_of(runs, runs[NONE], level) if NONE in runs else {},
        )

    @property
    def scenario(self) -> Mapping[str, Any]:
        """The resolved scenario."""
        found: Mapping[str, Any] = self.facts["scenario"]
        return found

    @property
    def provenance(self) -> Mapping[str, Any]:
        """What the comparison was made with."""
        found: Mapping[str, Any] = self.facts["provenance"]
        return found

    @property
    def keys(self) -> tuple[str, ...]:
        """Every number's dotted name, in the order measured."""
        return tuple(dict.fromkeys(key for _, key in self.changes))

    def change(self, policy: str, key: str) -> Paired | None:
        """What the policy did to the number; None if it never has that number."""
        return self.changes.get((policy, key))

    def ever(self, key: str) -> bool:
        """Whether any world of any policy has this number other than 0."""
        return any(value for policy in self.policies for value in self.scalars[policy].get(key, ()))

    def curves(self, bands: Bands, curve: str) -> list[tuple[int, CurveBand]]:
        """The ``bands`` of a curve, each with the place of its policy."""
        return [
            (place, bands[policy, curve])
            for place, policy in enumerate(self.policies)
            if (policy, curve) in bands
        ]


def _bands_of(
    runs: Mapping[str, Sequence[Row]], base: Sequence[Row] | None, level: float
) -> dict[tuple[str, str], CurveBand]:
    """By policy and curve; with ``base`` the changes from these runs in the same worlds."""
    return {
        (policy, f"{key}.{series}"): CurveBand.of(
            [row.series[key] for row in rows],
            series,
            None if base is None else [row.series[key] for row in base],
            level,
        )
        for policy, rows in runs.items()
        if base is None or policy != NONE
        for key, curve in rows[0].series.items()
        for series in curve
        if series != "time"
    }


def kind_of(directory: Path) -> str:
    """What a directory says it holds: "result", "comparison", "sweep" ...

    InputError where there is none, or it holds nothing of ours.
    """
    if not directory.is_dir():
        rule = "is not a directory" if directory.exists() else "there is no such directory"
        raise InputError(rule, file=str(directory), advice=_ADVICE)
    marker = directory / MARKER
    if not marker.is_file():
        raise InputError("holds no results of rumorsim", file=str(directory), advice=_ADVICE)
    found = saved_json.read_json(marker, _Marker)
    return str(found["holds"])


class _Marker(saved_json.Saved):
    """What the marker of a directory of results must say."""

    holds: str


def read_comparison(directory: Path) -> Saved:
    """The comparison in a directory; InputError where a file of it is missing or broken."""
    advice = "run rumorsim compare again"
    facts = read_saved(directory / "comparison.json", "comparison", advice)
    try:
        policies = tuple(facts["policies"])
        scalars, digests = _worlds(directory / "worlds.csv", policies)
        changes = directory / "changes.csv"
        return Saved(
            name=facts["name"],
            policies=policies,
            seeds=tuple(facts["seeds"]),
            changes={(row["policy"], row["measure"]): _change(row) for row in _rows(changes)},
            scalars=scalars,
            digests=digests,
            bands=_bands(directory / "curves.csv", ("mean", "low", "high")),
            differences=_bands(directory / "curves.csv", heads("difference")),
            facts=facts,
        )
    except InputError:
        raise
    except (KeyError, ValueError, TypeError) as error:
        rule = f"is not a comparison as this version saves them ({show_value(str(error))})"
        raise InputError(rule, file=str(directory), advice=advice) from error


def _rows(place: Path) -> Iterator[dict[str, str]]:
    try:
        yield from read_csv(place)
    except FileNotFoundError:
        raise InputError("is missing", file=str(place)) from None
    except (OSError, csv.Error) as error:
        raise InputError(f"cannot be read: {error}", file=str(place)) from error


def _number(text: str | None) -> float | None:
    return float(text) if text else None


def interval_of(row: Mapping[str, Any], name: str) -> Interval | None:
    """The estimate ``name`` of a row with its ends, None where there is none."""
    if row.get(name) is None:
        return None
    return Interval(row[name], *(row.get(end) for end in heads(name)[1:]))


def heads(name: str) -> tuple[str, str, str]:
    """The columns of an estimate and its ends."""
    return name, f"{name}_low", f"{name}_high"


def _change(row: Mapping[str, str]) -> Paired:
    mean, difference, relative = (
        interval_of({column: _number(row.get(column)) for column in heads(name)}, name)
        for name in ("mean", "difference", "relative")
    )
    if mean is None:
        raise ValueError(f"{row['measure']} has no mean")
    seen = Seen(
        int(row["worlds_lower"]),
        int(row["worlds_higher"]),
        _number(row["effect_not_excluded_below"]),
        int(row["worlds_needed"]),
    )
    identical = row["identical_in_all_worlds"] == "True"
    return Paired(mean, difference, relative, identical, int(row["worlds"]), seen)


def _worlds(
    place: Path, policies: Sequence[str]
) -> tuple[dict[str, dict[str, list[float | None]]], dict[str, list[str]]]:
    scalars: dict[str, dict[str, list[float | None]]] = {policy: {} for policy in policies}
    digests: dict[str, list[str]] = {policy: [] for policy in policies}
    for row in _rows(place):
        policy = row.pop("policy")
        digests[policy].append(row.pop("digest"))
        del row["seed"]
        for key, text in row.items():
            scalars[policy].setdefault(key, []).append(_number(text))
    return scalars, digests


def _bands(place: Path, columns: Sequence[str]) -> Bands:
    """By policy and curve, from these columns; empty where they were not saved."""
    if not place.is_file():
        return {}
    found: dict[tuple[str, str], CurveBand] = {}
    for row in _rows(place):
        if columns[0] not in row:
            return {}
        band = found.setdefault(
            (row["policy"], f"{row['curve']}.{row['series']}"), CurveBand([], [], [], [])
        )
        for name, column in zip(("time", *columns), band, strict=True):
            # Without an interval its ends are empty: they are the mean.
            column.append(float(row[name] or row[columns[0]]))  # type: ignore[attr-defined]
    return found


def compared_results(results: Mapping[str, Result]) -> Saved:
    """Runs of one world by policy as a comparison of one world."""
    last = list(results.values())[-1]
    runs = {
        policy: [
            Row(0, {}, policy, each.seed, "", each.digest,
                scalars=each.scalars(), series=each.curves())
        ]
        for policy, each in results.items()
    }  # fmt: skip
    facts = {"scenario": last.scenario, "provenance": last.provenance}
    return Saved.of_runs(last.scenario["name"], runs, facts)


def in_shell(text: str) -> str:
    """A word within double quotes of a shell."""
    return '"' + "".join(f"\\{c}" if c in '\\"$`!' else c for c in text) + '"'


#: The file of each kind of answer, and the command that makes it.
_ANSWERS: Final = {
    "sensitivity": ("sensitivity.json", "sensitivity"),
    "optimisation": ("optimum.json", "optimise"),
    "delay map": ("delay-map.json", "delay-map"),
    "calibration": ("calibration.json", "calibrate"),
    "explanation": ("explanation.json", "explain"),
    "experiment": ("experiment.json", "experiment"),
    "tail comparison": ("tail.json", "compare --tail"),
}


def read_answer(directory: Path, holds: str) -> Mapping[str, Any]:
    """The answer in a directory; InputError where its file is missing or not as we save it."""
    name, command = _ANSWERS[holds]
    return read_saved(directory / name, holds, f"run rumorsim {command} again")


def raw_rows(rows: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[Any]]]:
    """Rows of an answer as a head and rows for CSV."""
    return list(rows[0]), [list(row.values()) for row in rows]
