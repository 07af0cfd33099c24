"""The columns of a sweep's table of runs: hundreds in the file, some tens in a frame."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from rumorsim.common.csv_text import read_head
from rumorsim.common.errors import Fault, InputError, nearest, show_value
from rumorsim.common.frames import of_data

#: The numbers that most questions are about, as patterns of dotted keys.
_MAIN: Final = (
    "events",
    "error",
    "reach.truth.*.accounts",
    "reach.truth.*.persons",
    "reach.truth.*.exposures",
    "shares.truth.*.shares",
    "cascades.truth.*.size.mean",
    "cascades.truth.*.depth.mean",
    "reproduction.truth.false.mean",
    "reproduction.truth.true.mean",
    "attention.truth.*.exposures.half",
    "enforcement.actions",
    "enforcement.undone",
    "enforcement.precision.by_t*.value",
    "enforcement.recall.by_t*.value",
    "enforcement.latency.from_flag.median",
    "collateral.accounts.innocent",
    "collateral.posts.deleted.true",
    "collateral.stories.delisted.true",
    "cost.total",
    "impressions.truth.*.reads",
)
#: Of every other measure the numbers that are not split further, at most so many.
_OTHERS: Final = 8
_ALL: Final = "all"


def wanted_columns(
    found: Sequence[str], first: Sequence[str], columns: str | Sequence[str] | None
) -> list[str]:
    """Which of the columns ``found`` a frame has: ``first``, and those asked for.

    InputError for one that is not there.
    """
    if columns == _ALL:
        return list(found)
    asked = [columns] if isinstance(columns, str) else list(_MAIN if columns is None else columns)
    matches = {
        pattern: [name for name in found if name == pattern or fnmatchcase(name, pattern)]
        for pattern in asked
    }
    if columns is None:
        matches["others"] = _others(found)
    missing = [pattern for pattern in asked if not matches[pattern]]
    if missing and columns is not None:
        rule = "there is no such column in the table of runs"
        raise InputError(
            Fault(rule, value=show_value(each), advice=nearest(each, [*found, _ALL]))
            for each in missing
        )
    chosen = {name for names in matches.values() for name in names}
    return [*first, *(name for name in found if name in chosen and name not in first)]


def _others(found: Sequence[str]) -> list[str]:
    """Numbers of measures that have none among the main ones."""
    told = {pattern.partition(".")[0] for pattern in _MAIN}
    others: dict[str, list[str]] = {}
    for name in found:
        measure, dot, inner = name.partition(".")
        if dot and measure not in told and "." not in inner:
            others.setdefault(measure, []).append(name)
    return [name for names in others.values() for name in names[:_OTHERS]]


def columns_of(place: Path) -> list[str]:
    """The columns of a table; its file is Parquet or CSV."""
    if place.suffix == ".csv":
        return read_head(place)
    return list(of_data("pyarrow.parquet").read_schema(place).names)


def as_cell(value: Any) -> Any:
    """A value of a parameter as a cell: lists and tables are told as JSON."""
    return json.dumps(value) if isinstance(value, list | dict) else value
