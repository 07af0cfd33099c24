"""Runs that need not be made: those under policies that a world gave no occasion to act.

In a world under ``none`` it is known what each policy would have waited for. Where that never
happened, the run under the policy is the same run, event for event. Only measures that report on
the policy itself (such as how many guilty accounts an intervention has missed) differ: these are
taken from the same events.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from rumorsim.common.errors import InputError
from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures import MEASURES, Listening
from rumorsim.platform.interventions import Intervention
from rumorsim.platform.interventions.selecting import accounts_of, stories_of
from rumorsim.platform.interventions.waiting import ACTIONS, AGE, TIME, Wait
from rumorsim.scenario import Scenario
from rumorsim.simulation.simulation import Simulation, intervention_facts

#: Events after which it is looked at for the first time who may have acted, and then at each
#: doubling; beyond the most nothing is kept any more, and every policy is run.
_FIRST, _MOST = 64, 2_000_000


class Waiting(NamedTuple):
    """A policy that may do nothing, with the scenario in which it stands alone."""

    scenario: Scenario
    policy: str

    @property
    def interventions(self) -> tuple[Intervention, ...]:
        """The interventions of the policy, in their order."""
        return self.scenario.policy(self.policy).interventions


def waits_of(interventions: Iterable[Intervention]) -> tuple[Wait, ...] | None:
    """What has to happen before any of them can act: one of these. None where that is not known.

    For interventions of rumorsim's own: what others override is not known.
    """
    waits = [each.waits_for() for each in interventions]
    known = [each for each in waits if each is not None]
    return tuple(known) if len(known) == len(waits) else None


class Untouched:
    """Listens to a run under ``none`` for policies that cannot have acted in it.

    ``measures`` are the names of what is measured, all of rumorsim's own; each of ``waiting`` has
    interventions whose :func:`waits_of` is known. Memory: the events that measures need which see
    the policy, until every policy may have acted.
    """

    def __init__(
        self, simulation: Simulation, waiting: Sequence[Waiting], measures: Sequence[str]
    ) -> None:
        self._simulation = simulation
        self._left = dict(enumerate(waiting))
        self._measures = [name for name in measures if MEASURES[name].sees_policy]
        self._kinds = frozenset[Kind]().union(*(MEASURES[name].needs for name in self._measures))
        self._kept: list[Batch] = []
        self._events, self._look = 0, _FIRST

    def take(self, batch: Batch) -> None:
        """Take the next events in."""
        if not self._left:
            return
        if self._kinds:
            self._kept.append(batch.only(*self._kinds))
        self._events += len(batch)
        if self._events >= self._look:
            self._look = 2 * self._events
            self._left = {n: each for n, each in self._left.items() if not self._may_act(each)}
            if sum(map(len, self._kept)) > _MOST:
                self._left = {}
            if not self._left:
                self._kept = []

    def measured(self) -> dict[int, dict[str, Any]]:
        """At the end of the run: by place in ``waiting``, what differs in the measures."""
        found = {}
        for place, each in self._left.items():
            if self._starts(each) and not self._may_act(each):
                found[place] = self._replayed(each)
        return found

    def _replayed(self, waiting: Waiting) -> dict[str, Any]:
        facts = tuple(intervention_facts(each) for each in waiting.interventions)
        known: Facts = replace(self._simulation.facts, policy=waiting.policy, interventions=facts)
        listening = Listening(known, self._measures)
        for batch in self._kept:
            listening.observe(batch)
        return listening.values()

    def _starts(self, waiting: Waiting) -> bool:
        """Whether a run under the policy would begin at all: it may name who is not there."""
        try:
            for one in waiting.interventions:
                one.fits_world(self._simulation.world, "")
                accounts_of(self._simulation.world, one.whom, "")
        except InputError:
            return False
        return True

    def _may_act(self, waiting: Waiting) -> bool:
        """Whether any intervention of the policy may have opened a case so far."""
        return any(
            wait is None or self._has_come(one, wait)
            for one in waiting.interventions
            for wait in [one.waits_for()]
        )

    def _has_come(self, one: Intervention, wait: Wait) -> bool:
        world = self._simulation.world
        if wait.quantity == TIME:
            return wait.least < world.horizon
        if wait.quantity == AGE:
            return bool(world.posts_made) and world.posts["time"][0] + wait.least < world.horizon
        if wait.quantity == ACTIONS:
            return len(self._simulation.desk.journal) >= wait.least
        # Counts never fall: what they come to in the end is the most there was.
        beyond = world.count_of(wait.target, wait.quantity) >= wait.least
        return bool(beyond.any() and (beyond & self._fixed_targets(one, wait.target)).any())

    def _fixed_targets(self, one: Intervention, target: str) -> Any:
        """Targets that fit ``whom`` as far as that never changes; bool [targets]."""
        world = self._simulation.world
        if target == "story":
            return stories_of(world, one.whom)
        try:
            accounts = accounts_of(world, one.whom, "")
        except InputError:
            return True
        if target == "account":
            return accounts
        posts = world.posts[: world.posts_made]
        return accounts[posts["author"]] & stories_of(world, one.whom)[posts["story"]]
