"""What makes stories, originals, audiences and sharers differ, given at random to stories."""

from __future__ import annotations

import random
from typing import Any

from rumorsim.scenario.models import Scenario

__all__ = ["varied"]


def varied(scenario: Scenario, number: int) -> Scenario:
    """The same scenario, each of its stories with a random choice of these fields."""
    chance = random.Random(f"varied {number}")
    plain = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    for story in plain["stories"]:
        story |= _fields(chance)
        if scenario.model is None and chance.random() < 0.5:
            story["again"] = chance.choice([0.2, 0.6, 0.9])
    written = scenario.model_fields_set
    return Scenario.model_validate({key: plain[key] for key in plain if key in written})


def _fields(chance: random.Random) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key in ("appeal_across", "original_across", "shares_across"):
        if chance.random() < 0.6:
            fields[key] = chance.choice(
                [
                    {"law": "gamma", "shape": chance.choice([0.2, 1.0, 5.0])},
                    {"law": "lognormal", "sigma": chance.choice([0.0, 0.5, 2.0])},
                ]
            )
    if chance.random() < 0.7:
        fields["original"] = chance.choice([0.0, 0.2, 3.0, 50.0])
    if chance.random() < 0.5:
        fields["audience_exponent"] = chance.choice([-0.5, 0.4, 1.0, 2.5])
        fields["audience_reference"] = chance.choice([0.0, 3.0, 100.0])
    if chance.random() < 0.5:
        fields["rank_exponent"] = chance.choice([0.2, 1.0, 5.0])
        fields["rank_scale"] = chance.choice([0.01, 2.0, 30.0])
    return fields
