"""A campaign: so many penalties within a window, at a daily pace, for a mix of targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator
from typing_extensions import override

from rumorsim.common.randomness import uniform
from rumorsim.common.units import Duration, PositiveDuration, parse_duration, show_duration
from rumorsim.platform.desk import Case, Desk, Done
from rumorsim.platform.interventions.base import Intervention, Whom
from rumorsim.platform.interventions.cases import Caseload
from rumorsim.platform.interventions.penalties import Penalty, penalise, possible
from rumorsim.platform.interventions.selecting import Selector

if TYPE_CHECKING:
    from rumorsim.platform.desk import Desk

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
        description="number of each penalty within the window; a `delete` is one post",
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

    @override
    def applies(self, desk: Desk, target: int) -> bool:
        return bool(desk.world.accounts["visible"][target])

    def waits_for(self) -> None:
        """Not known: it may drive the desk, or look for accounts, from its begin on."""

    @override
    def start(self, desk: Desk, place: int, ordinal: int) -> None:
        CampaignCaseload(self, place, ordinal, desk).start()


class CampaignCaseload(Caseload):
    """The cases of one campaign."""

    intervention: Campaign
    often = 2**31
    repeats = True

    def __init__(self, campaign: Campaign, place: int, ordinal: int, desk: Desk) -> None:
        super().__init__(campaign, place, ordinal, desk)
        self._aims = [Selector(campaign, desk, self._luck, place, aim) for aim in campaign.aims]
        self._shares = [aim.share for aim in campaign.aims]
        self._shares.append(1.0 - sum(self._shares))
        self._scale = self._scaled()
        self._aim_of: dict[int, int] = {}
        self._begun: Counter[int] = Counter()
        self._settled: Counter[int] = Counter()
        self._meted: Counter[Penalty] = Counter()
        self._chosen: dict[int, Penalty] = {}

    def _scaled(self) -> float:
        """One here stands for so many where the counts come from, inverted."""
        population, facts = self.intervention.population, self.desk.world.facts
        if population is None:
            return 1.0
        kinds = [i for i, kind in enumerate(facts.kinds) if kind in self.intervention.whom.kinds]
        here = int(np.isin(facts.kind, kinds).sum()) if kinds else len(facts.kind)
        return here / population

    def start(self) -> None:
        """Begin to look, and to drive the desk if the campaign does."""
        super().start()
        if self.intervention.strictness > 1:
            for platform in range(len(self.desk.world.facts.platforms)):
                self.desk.env.process(self._drive(platform))

    # -- the pace -------------------------------------------------------------------

    def _step_end(self) -> float:
        """When the present step of the pace is over."""
        campaign = self.intervention
        steps = int((self.desk.now - campaign.begin) / campaign.every) + 1
        end = campaign.begin + steps * campaign.every
        return end if end > self.desk.now else end + campaign.every

    def _over(self) -> bool:
        return self.desk.now >= self.intervention.end + self.intervention.relaxation

    def _progress(self) -> float:
        """The share of the penalties that is to be done by the end of this step."""
        campaign, pace = self.intervention, self.intervention.pace
        until, whole = self._step_end(), sum(self.intervention.pace)
        parts = min((until - campaign.begin) / (campaign.end - campaign.begin), 1.0) * len(pace)
        done = sum(pace[: int(parts)])
        if parts < len(pace):
            return (done + pace[int(parts)] * (parts - int(parts))) / whole
        late = min(until - campaign.end, campaign.relaxation)
        if late <= 0:
            return 1.0
        hourly = pace[-1] * len(pace) / whole / (campaign.end - campaign.begin)
        return 1.0 + hourly * (late - late * late / (2 * campaign.relaxation))

    def _allowed(self, penalty: Penalty) -> int:
        return round(self.intervention.penalties[penalty] * self._scale * self._progress())

    def _unmeted(self) -> dict[Penalty, int]:
        """How many of each penalty may still be meted out in this step."""
        penalties = self.intervention.penalties
        left = {each: self._allowed(each) - self._meted[each] for each in penalties}
        return {penalty: count for penalty, count in left.items() if count > 0}

    def _room(self, aim: int, taken: Counter[int]) -> int:
        """How many more of this aim there may be in this step."""
        allowed = sum(self._allowed(each) for each in self.intervention.penalties)
        return round(allowed * self._shares[aim]) - taken[aim]

    def _aim(self, account: int) -> int:
        """The first aim that an account fits; the number of aims where it fits none."""
        fitting = (i for i, aim in enumerate(self._aims) if aim.fits(account))
        return next(fitting, len(self._aims))

    # -- hooks of the caseload ------------------------------------------------------------

    def _open_all(self, targets: list[int], reason: str) -> None:
        """Open as many as there is room for, aim by aim."""
        if self.desk.now < self.intervention.begin or self._over():
            return
        room = [self._room(aim, self._begun) for aim in range(len(self._shares))]
        for account in targets:
            if not any(count > 0 for count in room):
                return
            aim = self._aim(account)
            if room[aim] > 0 and self.open(account, reason) is not None:
                room[aim] -= 1

    def open(self, target: int, reason: str) -> Case | None:
        """Open a case within the window."""
        inside = self.intervention.begin <= self.desk.now and not self._over()
        case = super().open(target, reason) if inside and self._possible(target) else None
        if case is not None:
            self._aim_of[target] = self._aim(target)
            self._begun[self._aim_of[target]] += 1
        return case

    def _left(self, case: Case) -> None:
        """There is room for another."""
        self._begun[self._aim_of[case.target]] -= 1
        super()._left(case)

    def _turn(self, case: Case) -> Generator[Any, Any, bool]:
        """Wait until the pace allows one more, and choose its penalty."""
        yield from super()._turn(case)
        aim = self._aim_of[case.target]
        while not self._over():
            possible = self._possible(case.target)
            left = {each: count for each, count in self._unmeted().items() if each in possible}
            if not possible:
                case.found_moot = True
                break
            if left and self._room(aim, self._settled) > 0:
                self._settled[aim] += 1
                self._choose(case, left)
                return True
            yield self.desk.env.timeout_until(self._step_end())
        super()._give_back(case)
        return False

    def _give_back(self, case: Case) -> None:
        super()._give_back(case)
        self._settled[self._aim_of[case.target]] -= 1
        self._meted[self._chosen[case.target]] -= 1

    def _possible(self, account: int) -> set[Penalty]:
        """The penalties there are for an account: those it is not under yet."""
        suspension = self.intervention.suspension
        return {
            penalty
            for penalty in self.intervention.penalties
            if possible(self.desk, penalty, account, suspension)
        }

    def _choose(self, case: Case, left: dict[Penalty, int]) -> None:
        ends = np.cumsum(list(left.values()))
        place = int(np.searchsorted(ends, uniform(case.words[3]) * ends[-1], side="right"))
        penalty = list(left)[place]
        self._meted[penalty] += 1
        self._chosen[case.target] = penalty

    def _act(self, case: Case) -> None:
        penalty = self._chosen[case.target]
        penalise(self.desk, penalty, case.target, case, self.intervention.suspension)

    # -- how strict -----------------------------------------------------------------

    def _drive(self, platform: int) -> Generator[Any, Any, None]:
        """Warn one platform, and let it calm down step by step after the end."""
        campaign, env = self.intervention, self.desk.env
        case = Case(self.place, platform, 0, "campaign", self.desk.now, (0, 0, 0, 0))
        if campaign.begin > self.desk.now:
            yield env.timeout_until(campaign.begin)
        done = self._warn(platform, campaign.strictness, case)
        yield env.timeout_until(campaign.end)
        step = 1
        while step * campaign.every < campaign.relaxation:
            rest = 1.0 - step * campaign.every / campaign.relaxation
            self.desk.undo(done, quietly=True)
            done = self._warn(platform, 1.0 + (campaign.strictness - 1.0) * rest, case, True)
            yield env.timeout_until(campaign.end + step * campaign.every)
            step += 1
        self.desk.undo(done, reason="the campaign is over")

    def _warn(self, platform: int, strictness: float, case: Case, quietly: bool = False) -> Done:
        return self.desk.warn_platform(platform, strictness=strictness, case=case, quietly=quietly)
