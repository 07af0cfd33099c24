"""The shapes of the JSON files that studies save, held against a file before it is used.

Each is what its reader relies on; a file may hold more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from rumorsim.common.errors import Fault, InputError
from rumorsim.common.saved_json import (
    OwnCodeShape,
    ProvenanceShape,
    Saved,
    ScenarioShape,
    read_json,
)
from rumorsim.studies.runner.experiment_shapes import ExperimentShape
from rumorsim.studies.runner.explanation_shapes import ExplanationShape, faults_of_explanation
from rumorsim.studies.runner.posterior_shapes import (
    PosteriorShape,
    WidthShape,
    faults_of_draws,
)
from rumorsim.studies.runner.tail_shapes import TailShape

_Number = float | None
_Names = Annotated[list[str], Field(min_length=1)]
_Seeds = Annotated[list[Annotated[int, Field(ge=0, lt=2**64)]], Field(min_length=1)]


class _Study(Saved):
    scenario: str


class _Answer(Saved):
    name: str
    scenario: ScenarioShape
    provenance: ProvenanceShape


class _Place(Saved):
    place: int
    policy: str
    mean: float
    mean_low: _Number
    mean_high: _Number
    probability_first: _Number
    lead_over_next: _Number
    lead_low: _Number
    lead_high: _Number
    probability_before_next: _Number


class _Ranking(Saved):
    measure: str
    best: str
    worlds: int
    probability_of_the_order: _Number
    winner: str | None
    places: Annotated[list[_Place], Field(min_length=1)]


class _Idle(Saved):
    policy: str
    key: str
    value: str
    why: str
    advice: str


class _IdleAt(_Idle):
    points: int


class _Comparison(_Answer):
    policies: _Names
    seeds: _Seeds
    ranking: _Ranking | None
    level: float
    intervals: str
    idle: list[_Idle] = []
    few_worlds: str = ""
    posterior: PosteriorShape | None = None
    widths: list[WidthShape] = []


class _Index(Saved):
    policy: str
    explained: str
    measure: str
    parameter: str
    index: Literal["first", "total", "size", "spread"]
    value: float
    low: _Number
    high: _Number


class _Sensitivity(_Answer):
    method: Literal["sobol", "morris"]
    measure: str
    parameters: _Names
    points: int
    seeds: _Seeds
    noise: dict[str, _Number]
    indices: Annotated[list[_Index], Field(min_length=1)]
    study: _Study


class _Cell(Saved):
    delay_hours: float
    fraction: float | None = None
    sensitivity: float | None = None
    averted: float
    averted_low: _Number
    averted_high: _Number
    part: _Number
    part_low: _Number
    part_high: _Number
    clear: bool


class _DelayMap(_Answer):
    policy: str
    measure: str
    covered_by: Literal["fraction", "sensitivity"]
    delays: _Names
    coverages: Annotated[list[float], Field(min_length=1)]
    seeds: _Seeds
    level_of_each_cell: float
    cells: Annotated[list[_Cell], Field(min_length=1)]
    posterior: PosteriorShape | None = None
    widths: list[WidthShape] = []


class _Goal(Saved):
    target: str | None
    at_most: str | None
    prices: dict[str, float]


class _Finalist(Saved):
    finalist: int
    policy: str
    averted: _Number
    averted_low: _Number
    averted_high: _Number
    lost: _Number
    lost_low: _Number
    lost_high: _Number
    cost: _Number
    cost_low: _Number
    cost_high: _Number
    dearer: _Number
    dearer_low: _Number
    dearer_high: _Number
    target: str | None
    beaten_by: int | None
    winner: bool


class _Trial(Saved):
    policy: str
    false_reach: float
    true_reach: float
    cost: float
    meets_target: bool | None


class _Optimum(_Answer):
    answer: str
    search_seed: int
    parameters: list[str]
    goal: _Goal
    seeds: _Seeds
    fresh_seeds: _Seeds
    finalists: Annotated[list[_Finalist], Field(min_length=1)]
    winner: int | None
    trials: Annotated[list[_Trial], Field(min_length=1)]
    posterior: PosteriorShape | None = None
    widths: list[WidthShape] = []
    study: _Study


class _Parameter(Saved):
    name: str
    keys: _Names
    prior_quantiles: Annotated[list[Any], Field(min_length=3, max_length=3)]
    quantiles: Annotated[list[Any], Field(min_length=3, max_length=3)]
    contraction: float
    verdict: Literal["open", "partly", "well"]


class _Pair(Saved):
    first: str
    second: str
    correlation: float
    sharp: float
    flat: float
    ratio: _Number


class _Statistic(Saved):
    key: str
    observed: float
    noise: _Number
    log: bool
    low: _Number
    middle: _Number
    high: _Number
    tail: _Number
    informs: dict[str, float]


class _Generation(Saved):
    runs: int
    tolerance: float
    draws: float


class _Fitted(_Study):
    parameters: Annotated[list[dict[str, Any]], Field(min_length=1)]


class _Calibration(_Answer):
    parameters: Annotated[list[_Parameter], Field(min_length=1)]
    pairs: list[_Pair]
    statistics: Annotated[list[_Statistic], Field(min_length=1)]
    generations: Annotated[list[_Generation], Field(min_length=1)]
    left_out: list[str]
    runs: int
    summary: str
    in_words: list[str]
    calibration: _Fitted


class _Sweep(Saved):
    format: Literal[1]
    name: str
    study: _Study
    scenario: ScenarioShape
    scenario_digest: str
    folder: str
    parameters: list[str]
    points: Annotated[list[list[Any]], Field(min_length=1)]
    policies: _Names
    first_seed: Annotated[int, Field(ge=0, lt=2**64)]
    replicates: Annotated[int, Field(ge=1, le=1_000_000)]
    curves: list[str]
    settings: list[list[str]] | list[list[list[str]]]
    posterior: PosteriorShape | None = None
    idle: list[_IdleAt] = []
    rows: int
    runs: int
    results_version: int
    versions: dict[str, str | None]
    own_code: OwnCodeShape | None = None


_SHAPES: Final[Mapping[str, Any]] = {
    "comparison": _Comparison,
    "sensitivity": _Sensitivity,
    "delay map": _DelayMap,
    "optimisation": _Optimum,
    "calibration": _Calibration,
    "explanation": ExplanationShape,
    "experiment": ExperimentShape,
    "tail comparison": TailShape,
    "sweep": _Sweep,
}


def read_saved(place: Path, holds: str, advice: str) -> dict[str, Any]:
    """What a study saved in the JSON file ``place``; ``holds`` says which kind of study.

    InputError, with ``advice``, where the file is missing or is not as this version saves it.
    """
    found: dict[str, Any] = read_json(place, _SHAPES[holds], advice=advice)
    for key, why in _mismatches(found, holds):
        raise InputError(Fault(why, file=str(place), key=key, advice=advice))
    return found


def _mismatches(found: Mapping[str, Any], holds: str) -> Iterable[tuple[str, str]]:
    """What no single key shows: parts that do not fit together."""
    if holds == "delay map":
        if len(found["cells"]) != len(found["delays"]) * len(found["coverages"]):
            yield "cells", "must be one for each delay and coverage"
        by = found["covered_by"]
        for i, cell in enumerate(found["cells"]):
            if cell.get(by) not in found["coverages"]:
                yield f"cells.{i}.{by}", "is not one of the coverages"
        if max(found["coverages"]) not in [cell.get(by) for cell in found["cells"]]:
            yield "coverages", "must have cells of their own"
    if holds == "optimisation":
        for part in ("finalists", "trials"):
            for i, row in enumerate(found[part]):
                yield from (
                    (f"{part}.{i}.{name}", "is missing")
                    for name in found["parameters"]
                    if name not in row
                )
    if holds == "sensitivity":
        shown = {"sobol": {"total", "first"}, "morris": {"size", "spread"}}[found["method"]]
        rows: dict[tuple[str, str], set[str]] = {}
        for row in found["indices"]:
            rows.setdefault((row["policy"], row["parameter"]), set()).add(row["index"])
        if any(each != shown for each in rows.values()):
            yield "indices", f"must be {' and '.join(sorted(shown))} for every parameter"
    if holds == "explanation":
        yield from faults_of_explanation(found)
    if holds == "calibration":
        yield from _of_calibration(found)
    if holds == "sweep":
        if any(len(point) != len(found["parameters"]) for point in found["points"]):
            yield "points", "must have a value for every parameter"
        shape = [len(found["policies"])] * len(found["points"])
        if [len(row) for row in found["settings"]] != shape:
            yield "settings", "must be one for each point and policy"
        yield from faults_of_draws(found)


def _of_calibration(found: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    names = [each["name"] for each in found["parameters"]]
    if [each.get("name") for each in found["calibration"]["parameters"]] != names:
        yield "calibration.parameters", "must be those of parameters"
    for i, row in enumerate(found["statistics"]):
        if list(row["informs"]) != names:
            yield f"statistics.{i}.informs", "must be one for every parameter"
    for i, pair in enumerate(found["pairs"]):
        if not {pair["first"], pair["second"]} <= set(names):
            yield f"pairs.{i}", "must be of two parameters"
