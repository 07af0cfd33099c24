"""SIR: who tells a story tells each follower at a rate, until it recovers for good."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.common.laws import Exponential, Law
from rumorsim.common.units import Rate
from rumorsim.engine.models.base import ContactModel, Terms

__all__ = ["SIR", "Epidemic"]

#: A day of telling: an assumption.
A_DAY = Exponential.model_validate({"law": "exponential", "mean": "1 d"})


class Epidemic(ContactModel):
    """What SIR and SIS share."""

    transmission: Rate = Field(description="rate of contact with each follower while infected")
    recovery: Law = Field(
        A_DAY,
        validate_default=False,
        description="how long an account spreads a story (default an assumption)",
    )

    @override
    def terms(self) -> Terms:
        return Terms(
            contacts=self.transmission,
            per_follow=True,
            stop=self.recovery,
            stop_reason="recovered",
            daily_curve=self.daily_curve,
        )


class SIR(Epidemic):
    """Susceptible, infected (telling), recovered: an account tells a story once.

    Kermack and McKendrick, Proceedings of the Royal Society A 115 (1927); on networks
    Newman, Physical Review E 66 (2002). The chance to pass a contact is the story's ``appeal``.
    """

    summary: ClassVar = "an account infects each follower at a rate until it recovers for good"

    kind: Literal["sir"] = Field("sir", description="susceptible, infected, recovered")
