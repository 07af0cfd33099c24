"""The two worlds of one browser: left without a policy, right under the script."""

from __future__ import annotations

import gc
import math
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from rumorsim.common.errors import Fault, InputError
from rumorsim.common.settings import replaced
from rumorsim.platform.interventions import Intervention
from rumorsim.scenario import Scenario, build_graph
from rumorsim.simulation.simulation import Simulation, intervention_facts
from rumorsim.web import limits, wire
from rumorsim.web.hanging import HangingWorld
from rumorsim.web.messages import Act, Hang, Settings
from rumorsim.web.one_world import OneWorld
from rumorsim.web.script import NAME, Entry, clicked, rewritten

#: Between a click and the next: no two acts of the platform share a moment, so that the order
#: in which they are done is the same when the policy is known from the start. Hours.
AFTER: Final = 1e-5
#: Steps in which worlds are run again, at least and (about) at most.
_FEWEST: Final = 50
_MOST: Final = 600

#: Building follow graphs fills a cache that sessions share.
_building = threading.Lock()


def check_size(scenario: Scenario, seed: int | None = None) -> None:
    """InputError for a world that is too large to be watched, and for a replay."""
    if scenario.replay is not None:
        rule = "keeps what was observed, which the sliders of this page would change"
        advice = "use rumorsim compare and rumorsim report"
        raise InputError(rule, key="replay", advice=advice)
    stories = sum(story.copies for story in scenario.stories)
    if stories > limits.STORIES:
        rule = f"at most {limits.STORIES} stories can be watched"
        raise InputError(rule, key="stories", value=str(stories))
    if scenario.reading.exposures == "late":
        rule = "leaves out who reads what, which this page shows"
        raise InputError(rule, key="feed.exposures", value='"late"')
    with _building:
        graph, _ = build_graph(scenario, seed)
    for what, count, most in (
        ("accounts", graph.accounts, limits.ACCOUNTS),
        ("follows", graph.follows, limits.FOLLOWS),
    ):
        if count > most:
            raise InputError(
                f"at most {most:,} {what} can be watched",
                key="graph",
                value=f"{count:,} {what}",
                advice="make the graph smaller, or use rumorsim run",
            )


@dataclass(frozen=True)
class Plan:
    """What makes the right-hand world differ, and the sliders that move both.

    ``begun`` is the policy of the scenario that ``script`` began with.
    """

    begun: str
    script: tuple[Entry, ...]
    settings: Settings


class TwoWorlds:
    """Two simulations of one scenario on one seed, and the events of both so far.

    Every change of the plan but a click runs both worlds again up to the present hour; a
    click is done in the running world. Each change can be undone.
    """

    def __init__(self, base: Scenario, seed: int | None, policy: str) -> None:
        check_size(base, seed)
        self.base = base
        self.seed = base.seed if seed is None else seed
        self.plan = Plan(policy, _of_policy(base, policy), Settings(do="settings"))
        self._before: list[Plan] = []
        #: What hangs on whom in either world, as it was asked for last.
        self._explained: dict[int, HangingWorld] = {}
        self._build()

    @property
    def script(self) -> list[Entry]:
        """The entries of the right-hand world's policy."""
        return list(self.plan.script)

    @property
    def can_undo(self) -> bool:
        """Whether some change of the plan can be undone."""
        return bool(self._before)

    def _build(self) -> None:
        """Both worlds at hour 0; those before are freed at once, which are megabytes each."""
        gc.collect()
        self.scenario = rewritten(self.base, self.seed, self.plan.settings, self.plan.script)
        with _building:
            self.left = OneWorld(Simulation(self.scenario, "none", self.seed))
            self.right = OneWorld(Simulation(self.scenario, NAME, self.seed))
        self.now = 0.0

    @property
    def horizon(self) -> float:
        """Hours at which the run ends."""
        return self.left.simulation.world.horizon

    @property
    def over(self) -> bool:
        """Whether the horizon is reached."""
        return self.now >= self.horizon

    # -- time -----------------------------------------------------------------------

    def advance(self, until: float) -> None:
        """Run both worlds up to ``until`` hours, the horizon at most."""
        until = min(until, self.horizon)
        for world in (self.left, self.right):
            world.advance(until)
        self.now = max(self.now, until)

    def rewind(self, to: float) -> None:
        """Run both worlds again from their seed up to hour ``to``."""
        self._build()
        self._run_up_to(to)

    def _run_up_to(self, to: float) -> None:
        """In steps that end where a trending list changes, so that its past is exact."""
        to = min(to, self.horizon)
        times = [np.linspace(0.0, to, _FEWEST)[1:]]
        surfaces = self.left.simulation.world.platforms.surfaces
        for each in self.left.lists:
            refresh = surfaces[each.surface].settings.refresh
            stride = math.ceil(self.horizon / _MOST / refresh)
            # Products, as the list itself makes them: a step must not end just after a refresh.
            times.append(np.arange(stride, to / refresh, stride) * refresh)
        for time in np.unique(np.concatenate(times)):
            self.advance(float(time))

    # -- the right-hand world ---------------------------------------------------------

    def act(self, act: Act) -> None:
        """Do what was clicked, now, in the right-hand world, and write it into the script."""
        moment = max(self.now, self.right.simulation.now) + AFTER
        if moment + AFTER >= self.horizon:
            raise InputError("the run is over; go back to act", key=act.verb)
        self.right.advance(moment)
        desk = self.right.simulation.desk
        entries = clicked(act, desk, AFTER)
        plan = replace(self.plan, script=(*self.plan.script, *entries))
        self.scenario = rewritten(self.base, self.seed, plan.settings, plan.script)
        _start(self.right.simulation, self.scenario.policies[0].interventions, len(entries))
        self._remember(self.plan)
        self.plan = plan
        self.right.advance(desk.now + len(entries) * AFTER)

    def add(self, intervention: Mapping[str, Any]) -> None:
        """Add an intervention from a form to the script; both worlds are run again."""
        script = (*self.plan.script, Entry(dict(intervention), "form"))
        self._change(replace(self.plan, script=script))

    def drop(self, entry: int) -> None:
        """Take an entry out of the script; both worlds are run again."""
        script = self.plan.script
        if entry >= len(script):
            raise InputError("there is no such entry", key="entry", value=str(entry))
        self._change(replace(self.plan, script=script[:entry] + script[entry + 1 :]))

    def choose(self, policy: str) -> None:
        """Begin the script anew with a policy of the scenario; both worlds are run again."""
        script = _of_policy(self.base, policy)
        self._change(replace(self.plan, begun=policy, script=script))

    def move(self, settings: Settings) -> None:
        """Move the sliders that are named; both worlds are run again."""
        moved = replaced(self.plan.settings, **settings.model_dump(exclude_unset=True))
        self._change(replace(self.plan, settings=moved))

    def undo(self) -> None:
        """Take back the last change of the plan; both worlds are run again."""
        if not self._before:
            raise InputError("there is nothing to undo")
        self._run_again(self._before[-1])
        self._before.pop()

    def _change(self, plan: Plan) -> None:
        before = self.plan
        self._run_again(plan)
        self._remember(before)

    def _remember(self, plan: Plan) -> None:
        self._before = [*self._before, plan][-limits.UNDO :]

    def _run_again(self, plan: Plan) -> None:
        """Both worlds again up to now under another plan, or as they were if it is refused."""
        before = self.plan, self.scenario, self.left, self.right, self.now
        try:
            self.plan = plan
            self._build()
            self._run_up_to(before[-1])
        except InputError:
            self.plan, self.scenario, self.left, self.right, self.now = before
            raise

    def hanging(self, hang: Hang, at: float) -> dict[str, Any]:
        """What the browser is told of an account at hour ``at``; the worlds stay as they are."""
        known = self._explained.get(hang.world)
        if known is None or not known.is_of(self.scenario, at):
            known = HangingWorld(self.scenario, NAME if hang.world else "none", self.seed, at)
            self._explained[hang.world] = known
        return known.told(hang)

    # -- what to send -----------------------------------------------------------------

    def frame(self, number: int, flags: int) -> bytes:
        """What happened since the frame before; with RESET, since hour 0."""
        if self.over:
            flags |= wire.OVER
        reset = bool(flags & wire.RESET)
        sides = [world.side(reset) for world in (self.left, self.right)]
        return wire.frame(number, flags, self.now, *sides)

    def frame_at(self, number: int, time: float) -> bytes:
        """Both worlds as they were at ``time`` hours, now at most; they stay where they are."""
        sides = [world.side_at(time) for world in (self.left, self.right)]
        flags = wire.RESET | wire.KEPT | (wire.OVER if self.over else 0)
        return wire.frame(number, flags, time, *sides)


def _of_policy(scenario: Scenario, name: str) -> tuple[Entry, ...]:
    try:
        scenario.policy(name)
    except KeyError as error:
        fault = Fault("no such policy", key="policy", value=f'"{name}"', advice=str(error.args[0]))
        raise InputError(fault) from None
    if name == "none":
        return ()
    policies = {policy["name"]: policy for policy in scenario.resolved()["policies"]}
    return tuple(Entry(each, "policy") for each in policies[name]["interventions"])


def _start(simulation: Simulation, interventions: Sequence[Intervention], fresh: int) -> None:
    """Start the last ``fresh`` of these in a simulation that runs under the others."""
    facts = tuple(intervention_facts(each) for each in interventions)
    simulation.world.facts = replace(simulation.world.facts, interventions=facts)
    ordinals = Counter(each.kind for each in interventions[: len(interventions) - fresh])
    for place in range(len(interventions) - fresh, len(interventions)):
        each = interventions[place]
        each.start(simulation.desk, place, ordinals[each.kind])
        ordinals[each.kind] += 1
