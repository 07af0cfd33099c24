"""The shape of the JSON file that ``compare --tail`` saves."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rumorsim.common.saved_json import ProvenanceShape, Saved, ScenarioShape

_Number = float | None
_Seed = Annotated[int, Field(ge=0, lt=2**64)]
#: Estimates by weights may be a little above 1.
_Chance = Annotated[float, Field(ge=0)]


class ChanceShape(Saved):
    """The chance of the tail under one policy."""

    policy: str
    chance: _Chance
    chance_low: _Number
    chance_high: _Number
    difference: _Number
    difference_low: _Number
    difference_high: _Number
    ratio: _Number
    ratio_low: _Number
    ratio_high: _Number
    at_most: _Number
    worlds_contributing: Annotated[int, Field(ge=0)]
    plain_worlds: _Number
    why_no_interval: str


class PointShape(Saved):
    """The chance of one threshold under one policy."""

    policy: str
    above: float
    chance: _Chance
    chance_low: _Number
    chance_high: _Number


class MeanShape(Saved):
    """The mean of a number under one policy."""

    policy: str
    measure: str
    mean: float
    mean_low: _Number
    mean_high: _Number
    difference: _Number
    difference_low: _Number
    difference_high: _Number
    relative: _Number
    relative_low: _Number
    relative_high: _Number
    why_no_interval: str
    why_no_interval_of_difference: str


class TailShape(Saved):
    """What the page of a comparison of tails relies on."""

    name: str
    tail: str
    number: str
    threshold: float
    policies: Annotated[list[ChanceShape], Field(min_length=1)]
    curve: list[PointShape]
    means: list[MeanShape]
    seeds: Annotated[list[_Seed], Field(min_length=1)]
    runs: Annotated[int, Field(ge=1)]
    sentences: list[str]
    made: str
    options: str
    scenario: ScenarioShape
    provenance: ProvenanceShape
