"""From trigger to act: how every intervention opens, reviews and closes its cases."""

from __future__ import annotations

import math
import zlib
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import simpy

from rumorsim.common.laws import quantile_table, sample
from rumorsim.common.randomness import Purpose, address_word, philox, uniform
from rumorsim.platform.desk import Case, Desk, Quotas
from rumorsim.platform.interventions.selecting import Selector, target_address
from rumorsim.platform.interventions.watching import Watch

if TYPE_CHECKING:
    from rumorsim.platform.interventions.terms import Terms

Process = Generator[Any, Any, None]


#: How often new posts are looked for, in hours: younger ages come up to so much late.
SOONEST: Final = 0.001


class Caseload:
    """The cases of one intervention in one run.

    ``place`` is the intervention's place in its policy; ``ordinal`` its place among those
    of its kind, which with the kind addresses its luck: the same intervention has the same
    luck in two policies. What a kind does differently it overrides: see the hooks below.
    """

    #: How often a watched count may bring up one target, and whether one that was hit and is
    #: still under it may come up again.
    often = 1
    repeats = False

    def __init__(self, intervention: Terms, place: int, ordinal: int, desk: Desk) -> None:
        self.intervention, self.place, self.desk = intervention, place, desk
        code = zlib.crc32(intervention.kind.encode())
        low, high, _, _ = philox(desk.world.seed, address_word(Purpose.CASE), code, ordinal, 0)
        self._luck = low | (high << 32)
        #: Set where the simulation goes on under another policy: no more cases are opened.
        self.retired = False
        desk.caseloads.append(self)
        self._opened: dict[int, int] = {}
        self._busy: set[int] = set()
        self._in_force: dict[int, list[Case]] = {}
        self._delay = None if intervention.delay is None else quantile_table(intervention.delay)
        review = intervention.review_time
        self._review = None if review is None else quantile_table(review)
        self.reviewers: simpy.Resource | None = None
        if intervention.reviewers is not None:
            self.reviewers = simpy.Resource(desk.env, capacity=intervention.reviewers)
        quota = intervention.quota
        self._quotas = None if quota is None else Quotas(desk.env, quota.count, quota.period)
        self._selector = Selector(intervention, desk, self._luck, place)

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
            Watch(
                self.desk,
                self.intervention.target,
                str(when.quantity),
                when.threshold,
                lambda target: self._trigger(target, reason),
                self.often,
            ).start()

    def _at_times(self, times: Iterable[float]) -> Process:
        begun = self.desk.now
        for occurrence, time in enumerate(sorted(times)):
            if time < begun:
                continue
            if time > self.desk.now:
                yield self.desk.env.timeout_until(time)
            self._open_all(self._selector.all_targets(occurrence), f"at {time:g} h")

    def _open_all(self, targets: list[int], reason: str) -> None:
        for target in targets:
            self.open(target, reason)

    def _at_age(self, age: float) -> Process:
        """Targets in order of birth: the next one due is always the oldest not yet seen."""
        env, world = self.desk.env, self.desk.world
        seen: set[int] = set()
        cursor = 0
        while True:
            cursor = self._selector.next_post(cursor)
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
        before = world.count_of(self.intervention.target, str(when.quantity)).astype(np.int64)
        tick = int(self.desk.now / window)
        while True:
            tick += 1
            yield self.desk.env.timeout_until(tick * window)
            now = world.count_of(self.intervention.target, str(when.quantity)).astype(np.int64)
            fresh = now.copy()
            fresh[: len(before)] -= before
            before = now
            for target in self.intervention.pick(self._beyond(fresh), fresh):
                self._trigger(target, f"{when.threshold} {when.quantity} within {window:g} h")
            if when.off is not None:
                calm = [
                    case
                    for target, cases in self._in_force.items()
                    if fresh[target] < when.off
                    for case in cases
                ]
                for case in calm:
                    self._undo(case, "calm again")

    def _beyond(self, fresh: Any) -> list[int]:
        """The targets whose count in this window reaches the threshold in force for them."""
        threshold, kind = self.intervention.when.threshold, self.intervention.target
        lowest = math.ceil(threshold / max(self.desk.degrees()))
        return [
            target
            for target in np.flatnonzero(fresh >= max(lowest, 1)).tolist()
            if fresh[target] * self.desk.strictness(kind, target) >= threshold
        ]

    def _trigger(self, target: int, reason: str) -> None:
        """A count or an age was reached: a case, if the target belongs to the sample."""
        if self._selector.sampled(target):
            self.open(target, reason)

    # -- a case ---------------------------------------------------------------------

    def open(self, target: int, reason: str) -> Case | None:
        """Open a case for a target that fits and has none under way or in force."""
        if self.retired or target in self._busy or (self._held(target) and not self.repeats):
            return None
        if not self._selector.fits(target):
            return None
        self._busy.add(target)
        number = self._opened.get(target, 0)
        self._opened[target] = number + 1
        words = philox(self._luck, address_word(Purpose.CASE, number), *self._address(target))
        told = (number, reason, self.desk.now, words)
        case = Case(self.place, target, *told, for_treated=self.intervention.for_treated)
        self._log_opened(case)
        self.desk.env.process(self._work(case))
        return case

    def _held(self, target: int) -> bool:
        """Is what was done to the target still in force? An appeal may have lifted it."""
        cases = self._in_force.get(target, ())
        return any(not case.done or any(not d.undone for d in case.done) for case in cases)

    def _address(self, target: int) -> tuple[int, int, int]:
        return target_address(self.desk.world, self.intervention.target, target)

    def _work(self, case: Case) -> Process:
        """Delay, review, judgement, quota, act, undo: the life of one case."""
        yield from self._looked_into(case)
        if self._moot(case) or not self._judged(case) or not (yield from self._turn(case)):
            self._left(case)
        elif self._acted(case):
            self._busy.discard(case.target)
            yield from self._serve(case)
        self._busy.discard(case.target)

    def _looked_into(self, case: Case) -> Process:
        """Delay and review; nobody reviews a case that is moot by then."""
        env = self.desk.env
        if self._delay is not None:
            yield env.timeout(sample(self._delay, case.words[1]))
        if self.reviewers is not None and self._review is not None:
            with self.reviewers.request() as turn:
                yield turn
                if not self._moot(case):
                    yield env.timeout(sample(self._review, case.words[2]))

    def _acted(self, case: Case) -> bool:
        """Act, and say so where that did nothing: then nothing is in force and no quota used."""
        duration, told = self.intervention.duration, len(self.desk.journal)
        case.until = math.inf if duration is None else self.desk.now + duration
        if not self._moot(case):
            self._act(case)
        if len(self.desk.journal) > told:
            self._in_force.setdefault(case.target, []).append(case)
            return True
        self._give_back(case)
        self._left(case)
        return False

    def _left(self, case: Case) -> None:
        """Say how a case ended in which nothing was done."""
        if case.found_moot or self._moot(case):
            self._log_moot(case)
        else:
            self._log_dismissed(case)

    def _serve(self, case: Case) -> Process:
        """What was done is undone when its time has passed."""
        if self.intervention.duration is not None:
            yield self.desk.env.timeout(self.intervention.duration)
            # It may have been undone before, and another case for the target be in force.
            if any(case is each for each in self._in_force.get(case.target, ())):
                self._undo(case, "time served")

    # -- hooks ----------------------------------------------------------------------

    def _log_opened(self, case: Case) -> None:
        self.desk.flag(self.intervention.target, case.target, case)

    def _log_dismissed(self, case: Case) -> None:
        self.desk.dismiss(self.intervention.target, case.target, case)

    def _log_moot(self, case: Case) -> None:
        self.desk.moot(self.intervention.target, case.target, case)

    def _moot(self, case: Case) -> bool:
        """Whether nothing is left to do: the target is gone or as strong an action is in force."""
        return self.intervention.moot(self.desk, case.target)

    def _turn(self, case: Case) -> Generator[Any, Any, bool]:
        """Wait until there is quota for one more; False where there never will be."""
        if self._quotas is not None:
            yield self._quotas.turn()
        return True

    def _give_back(self, case: Case) -> None:
        """The case came to nothing: what :meth:`_turn` took is free again."""
        if self._quotas is not None:
            self._quotas.give_back()

    def _act(self, case: Case) -> None:
        """Act now."""
        self.intervention.act(self.desk, case.target, case)

    # -- judging and undoing ----------------------------------------------------------

    def _judged(self, case: Case) -> bool:
        """Whether the reviewer decides to act."""
        sensitivity = self.intervention.sensitivity
        false_positive_rate = self.intervention.false_positive_rate
        if sensitivity is None or false_positive_rate is None:
            return True
        if self._selector.guilty(case.target):
            return uniform(case.words[0]) < sensitivity
        strictness = self.desk.strictness(self.intervention.target, case.target)
        return uniform(case.words[0]) < false_positive_rate * strictness

    def _undo(self, case: Case, reason: str) -> None:
        for done in reversed(case.done):
            self.desk.undo(done, reason=reason)
        case.done.clear()
        cases = self._in_force[case.target]
        cases.remove(case)
        if not cases:
            del self._in_force[case.target]
