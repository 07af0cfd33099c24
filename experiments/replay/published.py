"""Published effects beside which the replays stand."""

from __future__ import annotations

import csv
import re
from typing import NamedTuple

from cascades import DATA

PUBLISHED = DATA / "published_intervention_effects.csv"


class Effect(NamedTuple):
    """Percent of posts that a paper says were prevented, and the hours to the intervention."""

    source: str
    intervention: str
    parameter: str
    outcome: str
    prevented: float

    @property
    def hours(self) -> float:
        """The delay that the parameter names; "half-life 2 d" counts as 2 days."""
        number, unit = re.search(r"([\d.]+) (min|d)\b", self.parameter).groups()
        return float(number) * {"min": 1 / 60, "d": 24}[unit]


def published() -> list[Effect]:
    """All effects of the table, as parts prevented."""
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        return [
            Effect(
                row["source"],
                row["intervention"],
                row["parameter"],
                row["outcome"],
                -float(row["effect_percent"]),
            )
            for row in csv.DictReader(file)
        ]
