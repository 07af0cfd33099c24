"""A campaign: so many penalties within a window, at a daily pace, for a mix of targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from rumorsim.interventions.base import Intervention, Whom
from rumorsim.interventions.driving import Drive
from rumorsim.interventions.penalties import Penalty
from rumorsim.units import Duration, PositiveDuration, parse_duration, show_duration

if TYPE_CHECKING:
    from rumorsim.desk import Desk

__all__ = ["Aim", "Campaign"]

#: Looks at the accounts that a campaign may plan.
MOST_LOOKS = 100_000


class Aim(Whom):
    """One kind of target of a campaign, and its share of all penalties."""

    share: float = Field(gt=0, le=1, description="share of the campaign's penalties")


class Campaign(Intervention):
    """Penalise so many accounts within a window, then relax.

    Once in every step (a day) the campaign takes up as many accounts that fit ``whom`` as
    its pace allows, in random order, or those that ``when`` brings up; each case is judged
    like any other and gets one of the penalties that are left, in proportion to what is
    left. Accounts go to the first of ``aims`` they fit; what the aims leave goes to accounts
    that fit none. After the end pace and strictness ebb linearly over ``relaxation``.

    Enforcement that comes in waves, with targets to be met and laxer times between, is
    what van Rooij describes ("The campaign enforcement style", in Bignami and Zaring, eds.,
    Comparative Law and Regulation, Edward Elgar 2016) and the series of "special actions"
    since 2013 shows. That one penalty is as likely for any kind of
    target is an assumption.
    """

    target: ClassVar = "account"
    summary: ClassVar = "a fixed number of penalties, by daily pace and a mix of targets"

    kind: Literal["campaign"] = Field("campaign", description="campaign")
    begin: Duration = Field("0 h", description="when it begins")  # type: ignore[assignment]
    end: PositiveDuration = Field(description="when it ends, apart from the relaxation")
    penalties: dict[Penalty, Annotated[int, Field(ge=0, le=10**12)]] = Field(
        min_length=1,
        description="how many of each penalty there are to be within the window; a `delete` is"
        " one post",
    )
    population: int | None = Field(
        None,
        ge=1,
        le=10**12,
        description="accounts of whom.kinds (all, if none are named) where the counts come from:"
        " counts are scaled by how many there are here; absent: they are meant for this world",
    )
    aims: tuple[Aim, ...] = Field(
        (), strict=False, max_length=100, description="the mix of targets; absent: all of `whom`"
    )
    every: PositiveDuration = Field(
        "1 d",  # type: ignore[assignment]
        description="one step of the pace",
    )
    pace: tuple[Annotated[float, Field(ge=0, le=1e6)], ...] = Field(
        (1.0,),
        strict=False,
        min_length=1,
        max_length=10_000,
        description="relative pace in equal parts of the window: [3, 1] does three quarters in"
        " the first half",
    )
    suspension: PositiveDuration = Field(
        "7 d",  # type: ignore[assignment]
        description="how long the penalty suspend lasts (assumption)",
    )
    strictness: float = Field(
        1.0,
        ge=1,
        le=1000,
        description="while it lasts, how many times as strict the desk is (assumption)",
    )
    relaxation: Duration = Field(
        "0 h",  # type: ignore[assignment]
        description="time after the end in which pace and strictness fall to normal (assumption)",
    )

    @model_validator(mode="before")
    @classmethod
    def _plan(cls, values: Any) -> Any:
        """Without ``when`` the campaign looks at the accounts once in every step."""
        if not isinstance(values, dict) or "when" in values:
            return values
        try:
            begin, end, every, relaxation = (
                parse_duration(values.get(name, otherwise))
                for name, otherwise in (
                    ("begin", "0 h"),
                    ("end", "0 h"),
                    ("every", "1 d"),
                    ("relaxation", "0 h"),
                )
            )
            looks = int((end + relaxation - begin) / every) + 1
        except (ValueError, ZeroDivisionError):
            looks = 0  # the fields themselves will say what is wrong with them
        if not 0 < looks <= MOST_LOOKS:
            return {**values, "when": {"at": ["0 h"]}}
        times = [begin + step * every for step in range(looks)]
        times = [time for time in times if time < end + relaxation] or [begin]
        return {**values, "when": {"at": [show_duration(time) for time in times]}}

    @model_validator(mode="after")
    def _is_a_campaign(self) -> Campaign:
        if self.end <= self.begin:
            raise ValueError("end is not after begin")
        if (self.end + self.relaxation - self.begin) / self.every > MOST_LOOKS:
            raise ValueError(f"every is so short that there are more than {MOST_LOOKS:,} steps")
        if sum(self.pace) == 0:
            raise ValueError("pace is 0 throughout")
        if sum(aim.share for aim in self.aims) > 1 + 1e-9:
            raise ValueError("the shares of the aims add up to more than 1")
        if any(aim.posts != "all" or aim.nth is not None for aim in self.aims):
            raise ValueError("aims are accounts: posts and nth have no effect")
        return self

    def applies(self, desk: Desk, target: int) -> bool:
        return bool(desk.world.accounts["visible"][target])

    def waits_for(self) -> None:
        """Not known: it may drive the desk, or look for accounts, from its begin on."""

    def start(self, desk: Desk, place: int, ordinal: int) -> None:
        Drive(self, place, ordinal, desk).start()
