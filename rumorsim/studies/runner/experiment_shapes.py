"""The shape of the JSON file that ``experiment`` saves."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rumorsim.common.saved_json import ProvenanceShape, Saved, ScenarioShape

_Number = float | None
_Part = Annotated[float, Field(ge=0, le=1)]


class ReadingShape(Saved):
    """One row: an outcome and an estimator."""

    outcome: str
    estimator: str
    worlds: Annotated[int, Field(ge=1)]
    level: float
    base: float
    half: float
    true_change: _Number
    read_change: _Number
    truth: float
    truth_low: _Number
    truth_high: _Number
    estimate: float
    bias: float
    bias_low: _Number
    bias_high: _Number
    coverage: _Part
    power: _Part
    false_alarms: _Part | None


class ExperimentShape(Saved):
    """What the page of an experiment relies on."""

    name: str
    policy: str
    design: str
    truth: str
    side: str
    seeds: Annotated[list[Annotated[int, Field(ge=0, lt=2**64)]], Field(min_length=1)]
    accounts: int
    days: float
    readings: list[ReadingShape]
    sentences: list[str]
    scenario: ScenarioShape
    provenance: ProvenanceShape
