"""Maki-Thompson: who tells a story and meets somebody who knows it stops telling."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.engine.models.base import Rumor, Terms

__all__ = ["MakiThompson"]


class MakiThompson(Rumor):
    """Directed contacts: only the account that made the contact may be stifled.

    Maki and Thompson, Mathematical Models and Applications (1973). Of many accounts that
    meet at random a part x = exp(-(after + 1)(1 - x)) never hears of it: 0.203 for after =
    1. With ``forgetting`` and on networks: Nekovee, Moreno, Bianconi and Marsili, Physica A
    374 (2007). Their spreading probability is the story's ``appeal``.
    """

    summary: ClassVar = "a spreader that meets an account that knows the story stops spreading"

    kind: Literal["maki-thompson"] = Field("maki-thompson", description="Maki and Thompson 1973")

    @override
    def terms(self) -> Terms:
        return Terms(
            contacts=self.contacts,
            stifling=self.stifling,
            after=self.after,
            stop=self.forgets(),
            daily_curve=self.daily_curve,
        )
