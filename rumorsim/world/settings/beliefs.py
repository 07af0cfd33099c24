"""What people write under [beliefs]: how trust and the will to post are moved."""

from __future__ import annotations

from pydantic import Field, model_validator

from rumorsim.common.settings import Model
from rumorsim.common.units import ZeroToOne


class Beliefs(Model):
    """What reading and seeing does to accounts. All off unless set.

    Surveys agree on signs at most: no platform publishes these numbers, so each is an
    assumption, meant to be swept.
    """

    trust_refuted: float = Field(
        0.0,
        ge=-1,
        le=10,
        description="relative change of trust in official sources, each time a false story that"
        " was believed is corrected (assumption)",
    )
    trust_unrefuted: float = Field(
        0.0,
        ge=-1,
        le=10,
        description="the same, each time a false story comes to be believed (assumption)",
    )
    trust_closure: float = Field(
        0.0,
        ge=-1,
        le=10,
        description="the same, each time a followed account is seen closed (assumption)",
    )
    most_trust: float = Field(
        1.0, ge=0, le=100, description="trust never rises above this, or above where it began"
    )
    chilling: ZeroToOne = Field(
        0.0,
        description="share by which an account posts and shares less, each time it sees a"
        " followed account closed (assumption)",
    )
    chilling_floor: ZeroToOne = Field(
        0.0, description="share of its posting that is left at least (assumption)"
    )

    @model_validator(mode="after")
    def _fits(self) -> Beliefs:
        if self.chilling == 0 and self.chilling_floor != 0:
            raise ValueError("chilling_floor goes with chilling")
        return self
