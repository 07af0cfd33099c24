"""From trigger to act: how every intervention opens, reviews and closes its cases."""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import simpy

from rumorsim.desk import Case, Desk, Quotas
from rumorsim.kernels.records import QUANTITIES, TARGETS
from rumorsim.laws import quantile_table, sample
from rumorsim.randomness import Purpose, address_word, philox, uniform

if TYPE_CHECKING:
    from rumorsim.interventions.base import Intervention
    from rumorsim.world import World

__all__ = ["Docket"]

Process = Generator[Any, Any, None]


#: How often new posts are looked for, in hours: younger ages come up to so much late.
SOONEST: Final = 0.001


class Docket:
    """The cases of one intervention in one run.

    ``place`` is the intervention's place in its policy; ``ordinal`` its place among those
    of its kind, which with the kind addresses its luck: the same intervention has the same
    luck in two policies.
    """

    def __init__(self, intervention: Intervention, place: int, ordinal: int, desk: Desk) -> None:
        self.intervention, self.place, self.desk = intervention, place, desk
        code = zlib.crc32(intervention.kind.encode())
        low, high, _, _ = philox(desk.world.seed, address_word(Purpose.CASE), code, ordinal, 0)
        self._luck = low | (high << 32)
        self._opened: dict[int, int] = {}
        self._busy: set[int] = set()
        self._cases: dict[int, Case] = {}
        self._delay = None if intervention.delay is None else quantile_table(intervention.delay)
        review = intervention.review_time
        self._review = None if review is None else quantile_table(review)
        self.reviewers: simpy.Resource | None = None
        if intervention.reviewers is not None:
            self.reviewers = simpy.Resource(desk.env, capacity=intervention.reviewers)
        quota = intervention.quota
        self._quotas = None if quota is None else Quotas(desk.env, quota.count, quota.period)
        self._selector = _Selector(intervention, desk, self._luck)

    # -- triggers -------------------------------------------------------------------

    def start(self) -> None:
        """Begin to watch or to wait, as ``when`` says."""
        when, env = self.intervention.when, self.desk.env
        if when.at is not None:
            env.process(self._at_times(when.at))
        elif when.age is not None:
            env.process(self._at_age(when.age))
        elif when.window is not None:
            env.process(self._by_window(when.window))
        else:
            reason = f"{when.threshold} {when.quantity}"
            self.desk.watch(
                self.intervention.target,
                str(when.quantity),
                when.threshold,
                lambda target, _count: self._trigger(target, reason),
            )

    def _at_times(self, times: Iterable[float]) -> Process:
        for occurrence, time in enumerate(sorted(times)):
            if time > self.desk.now:
                yield self.desk.env.timeout_until(time)
            for target in self._selector.all_targets(occurrence):
                self.open(target, f"at {time:g} h")

    def _at_age(self, age: float) -> Process:
        """Targets in order of birth: the next one due is always the oldest not yet seen."""
        env, world = self.desk.env, self.desk.world
        seen: set[int] = set()
        cursor = 0
        while True:
            if cursor == world.posts_made:
                # Whatever is born from now on is due later than this.
                yield env.timeout(max(age, SOONEST))
                continue
            post = cursor
            cursor += 1
            target = self._born_with(post)
            if target in seen:
                continue
            if self.intervention.target != "post":
                seen.add(target)
            due = float(world.posts["time"][post]) + age
            if due > env.now:
                yield env.timeout_until(due)
            self._trigger(target, f"{age:g} h old")

    def _born_with(self, post: int) -> int:
        if self.intervention.target == "post":
            return post
        column = "author" if self.intervention.target == "account" else "story"
        return int(self.desk.world.posts[column][post])

    def _by_window(self, window: float) -> Process:
        """At the end of each window: open what reached the threshold, undo what fell below."""
        when, world = self.intervention.when, self.desk.world
        before = np.zeros(0, dtype=np.int64)
        tick = 0
        while True:
            tick += 1
            yield self.desk.env.timeout_until(tick * window)
            now = world.count_of(self.intervention.target, str(when.quantity)).astype(np.int64)
            fresh = now.copy()
            fresh[: len(before)] -= before
            before = now
            for target in np.flatnonzero(fresh >= when.threshold).tolist():
                self._trigger(target, f"{when.threshold} {when.quantity} within {window:g} h")
            if when.off is not None:
                calm = [case for target, case in self._cases.items() if fresh[target] < when.off]
                for case in calm:
                    self._undo(case, "calm again")

    def _trigger(self, target: int, reason: str) -> None:
        """A count or an age was reached: a case, if the target belongs to the sample."""
        if self._selector.sampled(target):
            self.open(target, reason)

    # -- a case ---------------------------------------------------------------------

    def open(self, target: int, reason: str) -> None:
        """Open a case for a target that fits and has none under way or in force."""
        if target in self._busy or not self._selector.fits(target):
            return
        self._busy.add(target)
        number = self._opened.get(target, 0)
        self._opened[target] = number + 1
        words = philox(self._luck, address_word(Purpose.CASE, number), *self._address(target))
        case = Case(self.place, target, number, reason, self.desk.now, words)
        self.desk.flag(self.intervention.target, target, case)
        self.desk.env.process(self._work(case))

    def _address(self, target: int) -> tuple[int, int, int]:
        return target_address(self.desk.world, self.intervention.target, target)

    def _work(self, case: Case) -> Process:
        """Delay, review, judgement, quota, act, undo: the life of one case."""
        env, intervention = self.desk.env, self.intervention
        if self._delay is not None:
            yield env.timeout(sample(self._delay, case.words[1]))
        if self.reviewers is not None and self._review is not None:
            with self.reviewers.request() as turn:
                yield turn
                yield env.timeout(sample(self._review, case.words[2]))
        if not self._judged(case):
            self.desk.dismiss(intervention.target, case.target, case)
            self._busy.discard(case.target)
            return
        if self._quotas is not None:
            yield self._quotas.turn()
        intervention.act(self.desk, case.target, case)
        self._cases[case.target] = case
        if intervention.duration is not None:
            yield env.timeout(intervention.duration)
            # It may have been undone before, and another case for the target be in force.
            if self._cases.get(case.target) is case:
                self._undo(case, "time served")

    def _judged(self, case: Case) -> bool:
        """Does the reviewer decide to act?"""
        sensitivity = self.intervention.sensitivity
        false_positive_rate = self.intervention.false_positive_rate
        if sensitivity is None or false_positive_rate is None:
            return True
        chance = sensitivity if self._selector.guilty(case.target) else false_positive_rate
        return uniform(case.words[0]) < chance

    def _undo(self, case: Case, reason: str) -> None:
        for done in reversed(case.done):
            self.desk.undo(done, reason=reason)
        case.done.clear()
        del self._cases[case.target]
        self._busy.discard(case.target)


class _Selector:
    """Which targets an intervention may open a case for, and who among them is guilty."""

    def __init__(self, intervention: Intervention, desk: Desk, luck: int) -> None:
        self._intervention, self._desk, self._luck = intervention, desk, luck
        world, whom = desk.world, intervention.whom
        self._target = intervention.target
        people = world.people
        self._accounts = np.ones(people.accounts, dtype=bool)
        if whom.kinds:
            wanted = [people.kinds.index(kind) for kind in whom.kinds if kind in people.kinds]
            self._accounts &= np.isin(people.kind, wanted)
        if whom.top is not None:
            most = np.argsort(-world.graph.follower_counts(), kind="stable")[: whom.top]
            among = np.zeros(people.accounts, dtype=bool)
            among[most] = True
            self._accounts &= among
        facts = world.facts.stories
        self._in_category = np.array(
            [not whom.categories or f.category in whom.categories for f in facts]
        )
        names = set(whom.stories)
        self._in_stories = np.array(
            [not names or f.name.split("#")[0] in names or f.name in names for f in facts]
        )
        self._false = np.array([not f.truth for f in facts])

    def fits(self, target: int) -> bool:
        """Do all conditions of ``whom`` hold for this target now?"""
        whom, desk, kind = self._intervention.whom, self._desk, self._target
        if whom.kinds or whom.top is not None or whom.strikes:
            behind = self._behind(target)
            if not any(self._accounts[a] and desk.strikes[a] >= whom.strikes for a in behind):
                return False
        if kind == "post" and whom.posts != "all":
            original = desk.world.posts["root"][target] == target
            if original != (whom.posts == "originals"):
                return False
        if whom.categories or whom.stories:
            stories = desk.stories_of(kind, target)
            if not (self._in_category[stories] & self._in_stories[stories]).any():
                return False
        if whom.suspicion > 0:
            counts = {q: int(desk.world.count_of(kind, q)[target]) for q in QUANTITIES}
            if counts["reports"] < whom.suspicion * max(counts["reach"], 1):
                return False
        return True

    def all_targets(self, occurrence: int) -> list[int]:
        """Every target that fits, sampled by ``fraction``, in random but addressed order."""
        world = self._desk.world
        if self._target == "account":
            candidates = np.flatnonzero(self._accounts).tolist()
        elif self._target == "post":
            candidates = list(range(world.posts_made))
        else:
            candidates = list(range(len(world.stories)))
        drawn = [
            (self._word(target, occurrence), target)
            for target in candidates
            if self.sampled(target, occurrence) and self.fits(target)
        ]
        return [target for _, target in sorted(drawn)]

    def sampled(self, target: int, occurrence: int = 0) -> bool:
        """Does the target belong to the random share ``fraction``? Each timed occasion anew."""
        fraction = self._intervention.whom.fraction
        return fraction >= 1 or uniform(self._word(target, occurrence)) < fraction

    def _word(self, target: int, occurrence: int) -> int:
        address = target_address(self._desk.world, self._target, target)
        return philox(self._luck, address_word(Purpose.CASE_SAMPLE, occurrence), *address)[0]

    def guilty(self, target: int) -> bool:
        """Has the target posted (or is it) what this intervention is after?"""
        stories = self._desk.stories_of(self._target, target)
        wrong = (
            self._in_category
            if self._intervention.judge == "category"
            else self._false & self._in_category
        )
        return bool(wrong[stories].any())

    def _behind(self, target: int) -> list[int]:
        """The account, the post's author, or everyone who has published the story."""
        if self._target == "story":
            return self._desk.publishers_of(target)
        return (
            [int(self._desk.world.posts["author"][target])] if self._target == "post" else [target]
        )


def target_address(world: World, kind: str, target: int) -> tuple[int, int, int]:
    """Three address words of a target that no row number enters."""
    if kind != "post":
        return target, TARGETS.index(kind), 0
    post = world.posts[target]
    return int(post["story"]), int(post["author"]), int(post["k"])
