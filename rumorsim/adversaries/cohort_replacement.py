"""Cohort replacement: a closed bot is replaced by the next one."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rumorsim.adversaries.returning import Returning
from rumorsim.common.laws import Law, Lognormal
from rumorsim.common.units import Duration, ZeroToOne


class CohortReplacement(Returning):
    """An operator who keeps the number of its bots: each closed one is replaced, in its place.

    The next bot takes over at once what the closed one was doing: planned posts, and its
    part in a group of boosters. Bots follow each other, so by default it has its followers
    from the first moment. All numbers are assumptions.
    """

    summary: ClassVar = "an operator replaces closed bots by new ones"

    kind: Literal["cohort-replacement"] = Field(
        "cohort-replacement", description="cohort replacement"
    )
    delay: Law = Field(
        default_factory=lambda: Lognormal(law="lognormal", median="2 h", sigma=1.0),  # type: ignore[arg-type]
        description="from the closure to the next bot (assumption)",
    )
    regained: ZeroToOne = Field(
        1.0, description="share of the followers that are bots of the operator's too"
    )
    half_life: Duration = Field(
        "0 h",  # type: ignore[assignment]
        description="time in which half of them are back (assumption); 0: at once",
    )
    times: int = Field(
        5, ge=1, le=100, description="how often a bot is replaced at most (assumption)"
    )
