"""Reading back what ``run --out`` and ``compare --out`` saved, for reports."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rumorsim import saved_json
from rumorsim.csv_text import read_csv
from rumorsim.errors import Fault, InputError, show_value
from rumorsim.files import MARKER
from rumorsim.studies.change import Paired, Seen
from rumorsim.studies.comparison import CurveBand
from rumorsim.studies.intervals import Interval
from rumorsim.studies.shapes import read_saved

Values = Sequence[float | None]


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
    bands: Mapping[tuple[str, str], CurveBand]
    facts: Mapping[str, Any]
    differences: Mapping[tuple[str, str], CurveBand] = field(default_factory=dict)

    @property
    def scenario(self) -> Mapping[str, Any]:
        """The resolved scenario."""
        found: Mapping[str, Any] = self.facts["scenario"]
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


def kind_of(directory: Path) -> str:
    """What a directory says it holds: "result", "comparison", "sweep" ...

    InputError where there is none, or it holds nothing of ours.
    """
    if not directory.is_dir():
        rule = "is not a directory" if directory.exists() else "there is no such directory"
        raise InputError(Fault(rule, file=str(directory), advice=_ADVICE))
    marker = directory / MARKER
    if not marker.is_file():
        raise InputError(Fault("holds no results of rumorsim", file=str(directory), advice=_ADVICE))
    found = saved_json.read_json(marker, _Marker)
    return str(found["holds"])


class _Marker(saved_json.Saved):
    """What the marker of a directory of results must say."""

    holds: str


_APART: Final = ("difference", "difference_low", "difference_high")
_ADVICE: Final = "name one that a command of rumorsim wrote with --out"


def read_comparison(directory: Path) -> Saved:
    """The comparison in a directory; InputError where a file of it is missing or broken."""
    advice = "run rumorsim compare again"
    facts = read_saved(directory / "comparison.json", "comparison", advice)
    try:
        policies, seeds = tuple(facts["policies"]), tuple(facts["seeds"])
        scalars, digests = _worlds(directory / "worlds.csv", policies)
        changes = {
            (row["policy"], row["measure"]): _change(row)
            for row in _rows(directory / "changes.csv")
        }
        return Saved(
            name=facts["name"],
            policies=policies,
            seeds=seeds,
            changes=changes,
            scalars=scalars,
            digests=digests,
            bands=_bands(directory / "curves.csv", ("mean", "low", "high")),
            differences=_bands(directory / "curves.csv", _APART),
            facts=facts,
        )
    except InputError:
        raise
    except (KeyError, ValueError, TypeError) as error:
        rule = f"is not a comparison as this version saves them ({show_value(str(error))})"
        raise InputError(Fault(rule, file=str(directory), advice=advice)) from error


def _rows(place: Path) -> Iterator[dict[str, str]]:
    try:
        yield from read_csv(place)
    except FileNotFoundError:
        raise InputError(Fault("is missing", file=str(place))) from None
    except (OSError, csv.Error) as error:
        raise InputError(Fault(f"cannot be read: {error}", file=str(place))) from error


def _number(text: str | None) -> float | None:
    return float(text) if text else None


def _change(row: Mapping[str, str]) -> Paired:
    def interval(name: str) -> Interval | None:
        estimate = _number(row.get(name))
        if estimate is None:
            return None
        return Interval(estimate, _number(row[f"{name}_low"]), _number(row[f"{name}_high"]))

    mean = interval("mean")
    if mean is None:
        raise ValueError(f"{row['measure']} has no mean")
    return Paired(
        mean=mean,
        difference=interval("difference"),
        relative=interval("relative"),
        identical=row["identical_in_all_worlds"] == "True",
        worlds=int(row["worlds"]),
        seen=Seen(
            int(row["worlds_lower"]),
            int(row["worlds_higher"]),
            _number(row["effect_not_excluded_below"]),
            int(row["worlds_needed"]),
        ),
    )


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


def _bands(place: Path, columns: Sequence[str]) -> dict[tuple[str, str], CurveBand]:
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
