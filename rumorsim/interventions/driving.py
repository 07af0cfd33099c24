"""How a campaign is driven: what its pace allows, who is next, and which penalty it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np

from rumorsim.desk import Case, Desk, Done
from rumorsim.interventions.cases import Docket
from rumorsim.interventions.penalties import Penalty, penalise, possible
from rumorsim.interventions.selecting import Selector
from rumorsim.randomness import uniform

if TYPE_CHECKING:
    from rumorsim.interventions.campaign import Campaign

__all__ = ["Drive"]


class Drive(Docket):
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

    # -- hooks of the docket ------------------------------------------------------------

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
