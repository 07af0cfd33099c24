"""What every model of contacts is: fields people write, and the terms engines read."""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

from pydantic import Field

from rumorsim.common.laws import Exponential, Law
from rumorsim.common.settings import Model, unchecked
from rumorsim.common.units import DailyCurve, Rate

__all__ = ["ContactModel", "Rumor", "Terms"]


class Terms(NamedTuple):
    """A model in the terms that both engines understand. Times in hours, rates per hour."""

    contacts: float = 0.0  #: contacts that an account makes while it tells a story
    per_follow: bool = False  #: of each account as a whole, or with each of its followers
    stifling: float = 0.0  #: P(stifled | contact with an account that knows)
    after: int = 1  #: stifling contacts that stop a spreader
    mutual: bool = False  #: may both of two spreaders that meet be stifled?
    stop: Law | None = None  #: time until a spreader stops by itself; None: never
    stop_reason: str = "forgot"  #: which of ``events.STOPS`` that is
    again: bool = False  #: may who has stopped be persuaded again?
    by_threshold: bool = False  #: deliveries and thresholds instead of contacts
    threshold: float | None = None  #: the same for all; None: uniform on (0, 1) by account
    delay: Law | None = None  #: by threshold: from delivery to reading
    follow_weight: Literal["none", "one-over-followees", "graph"] = "none"  #: on P(share)
    daily_curve: DailyCurve = "flat"  #: of contacts; what stops by itself goes by the clock


class ContactModel(Model):
    """Base of the models that stand in for the feed: people meet when they are awake.

    Contacts are a Poisson process warped by the daily curve, as check-ins are, so that a day
    has as many of them whatever the curve; delays of reading are warped alike. Forgetting and
    recovery go by the clock.
    """

    #: One line for help texts and the documentation.
    summary: ClassVar[str]

    kind: str
    daily_curve: DailyCurve = Field(
        "flat",
        description="contacts (with thresholds: readings) by hour of the day: 24 weights, or"
        " waking (an assumption: quiet 1-6, peaks 12 and 21); the papers have flat",
    )

    def terms(self) -> Terms:
        """What the engines do."""
        raise NotImplementedError


class Rumor(ContactModel):
    """What the two rumor models share: who tells a story meets others and may lose heart."""

    contacts: Rate = Field(
        1.0,
        validate_default=False,
        description="contacts of an account that spreads a story, each with one of its followers"
        " at random (1 per h: hours are the papers' unit of time)",
    )
    stifling: float = Field(
        1.0, ge=0, le=1, description="P(a contact with an account that knows the story stifles)"
    )
    after: int = Field(
        1, ge=1, le=1_000_000, description="stifling contacts after which an account stops"
    )
    forgetting: Rate = Field(
        0.0,
        validate_default=False,
        description="rate at which an account stops by itself (Nekovee et al. 2007); 0: never",
    )

    def forgets(self) -> Exponential | None:
        """The law of the time until an account stops by itself."""
        if self.forgetting == 0:
            return None
        return unchecked(Exponential, law="exponential", mean_time=1.0 / self.forgetting)
