"""The two worlds of one browser: left without a policy, right under the script."""

from __future__ import annotations

import gc
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from rumorsim.errors import Fault, InputError
from rumorsim.events import Batch, Kind
from rumorsim.interventions import Intervention
from rumorsim.measures.collateral import Collateral
from rumorsim.run import Simulation, intervention_facts
from rumorsim.scenario import Scenario, build_graph
from rumorsim.verbs import EFFECTS, VERBS
from rumorsim.web import limits, wire
from rumorsim.web.lists import lists_of, slots_of
from rumorsim.web.messages import Act, Settings
from rumorsim.web.script import NAME, Entry, clicked, rewritten
from rumorsim.written import replaced

__all__ = ["TwoWorlds", "check_size"]

#: Between a click and the next: no two acts of the platform share a moment, so that the order
#: in which they are done is the same when the policy is known from the start. Hours.
AFTER: Final = 1e-5
#: Numbers of the verbs that do something to somebody.
_EFFECTS: Final = [VERBS.index(verb) for verb in EFFECTS]

#: Building follow graphs fills a cache that sessions share.
_building = threading.Lock()


def check_size(scenario: Scenario) -> None:
    """InputError for a world that is too large to be watched."""
    stories = sum(story.copies for story in scenario.stories)
    if stories > limits.STORIES:
        rule = f"at most {limits.STORIES} stories can be watched"
        raise InputError(Fault(rule, key="stories", value=str(stories)))
    if scenario.reading.exposures == "late":
        rule = "leaves out who reads what, which is what there is to see"
        raise InputError(Fault(rule, key="feed.exposures", value='"late"'))
    with _building:
        graph, _ = build_graph(scenario)
    for what, count, most in (
        ("accounts", graph.accounts, limits.ACCOUNTS),
        ("follows", graph.follows, limits.FOLLOWS),
    ):
        if count > most:
            raise InputError(
                Fault(
                    f"at most {most:,} {what} can be watched",
                    key="graph",
                    value=f"{count:,} {what}",
                    advice="make the graph smaller, or use rumorsim run",
                )
            )


class TwoWorlds:
    """Two simulations of one scenario on one seed, and the events of both so far.

    ``script`` is the right-hand policy; ``settings`` the sliders. Every change of them but a
    click lives both worlds again up to the present hour.
    """

    def __init__(self, base: Scenario, seed: int | None, policy: str) -> None:
        check_size(base)
        self.base = base
        self.seed = base.seed if seed is None else seed
        self.settings = Settings(do="settings")
        self.script = _of_policy(base, policy)
        self._build()

    def _build(self) -> None:
        """Both worlds at hour 0; those before are freed at once, which are megabytes each."""
        gc.collect()
        self.scenario = rewritten(self.base, self.seed, self.settings, self.script)
        with _building:
            self.left = _World(Simulation(self.scenario, "none", self.seed))
            self.right = _World(Simulation(self.scenario, NAME, self.seed))
        self.now = 0.0

    @property
    def horizon(self) -> float:
        """Hours at which the story ends."""
        return self.left.simulation.world.horizon

    @property
    def over(self) -> bool:
        """Whether the horizon is reached."""
        return self.now >= self.horizon

    # -- time -----------------------------------------------------------------------

    def advance(self, until: float) -> None:
        """Let both worlds live up to ``until`` hours, the horizon at most."""
        until = min(until, self.horizon)
        for world in (self.left, self.right):
            world.advance(until)
        self.now = max(self.now, until)

    def rewind(self, to: float) -> None:
        """Live both worlds again from their seed up to hour ``to``."""
        self._build()
        self._live_up_to(to)

    def _live_up_to(self, to: float) -> None:
        for time in np.linspace(0.0, min(to, self.horizon), 50)[1:]:
            self.advance(float(time))

    # -- the right-hand world ---------------------------------------------------------

    def act(self, act: Act) -> None:
        """Do what was clicked, now, in the right-hand world, and write it into the script."""
        moment = max(self.now, self.right.simulation.now) + AFTER
        if moment + AFTER >= self.horizon:
            raise InputError(Fault("the story is over; go back to act", key=act.verb))
        self.right.advance(moment)
        desk = self.right.simulation.desk
        entry = clicked(act, desk)
        script = [*self.script, entry]
        self.scenario = rewritten(self.base, self.seed, self.settings, script)
        interventions = self.scenario.policies[0].interventions
        _start(self.right.simulation, interventions)
        self.script = script
        self.right.advance(desk.now + AFTER)

    def add(self, intervention: Mapping[str, Any]) -> None:
        """Write an intervention from a form into the script; both worlds are lived again."""
        self._rewrite([*self.script, Entry(dict(intervention), "form")], self.settings)

    def drop(self, entry: int) -> None:
        """Take an entry out of the script; both worlds are lived again."""
        if entry >= len(self.script):
            raise InputError(Fault("there is no such entry", key="entry", value=str(entry)))
        self._rewrite(self.script[:entry] + self.script[entry + 1 :], self.settings)

    def choose(self, policy: str) -> None:
        """Begin the script anew with a policy of the scenario; both worlds are lived again."""
        self._rewrite(_of_policy(self.base, policy), self.settings)

    def move(self, settings: Settings) -> None:
        """Move the sliders that are named; both worlds are lived again."""
        moved = replaced(self.settings, **settings.model_dump(exclude_unset=True))
        self._rewrite(self.script, moved)

    def _rewrite(self, script: list[Entry], settings: Settings) -> None:
        """Both worlds again up to now under another script, or as they were if it is refused."""
        before = self.script, self.settings, self.scenario, self.left, self.right, self.now
        try:
            self.script, self.settings = script, settings
            self._build()
            self._live_up_to(before[-1])
        except InputError:
            self.script, self.settings, self.scenario, self.left, self.right, self.now = before
            raise

    # -- what to send -----------------------------------------------------------------

    def frame(self, number: int, flags: int) -> bytes:
        """What happened since the frame before; with RESET, since hour 0."""
        if self.over:
            flags |= wire.OVER
        reset = bool(flags & wire.RESET)
        sides = [world.side(reset) for world in (self.left, self.right)]
        return wire.frame(number, flags, self.now, *sides)

    @property
    def events(self) -> int:
        """Events kept of both worlds."""
        return self.left.count + self.right.count


class _World:
    """One simulation and what came of it so far."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.batches: list[Batch] = []
        self.count = 0
        self._sent = 0
        self._collateral = Collateral()
        self._state = self._collateral.start(simulation.facts)
        self.wrong = self.acts = 0
        self.lists = lists_of(simulation.world)
        self._slots = np.empty(0, np.int32)

    def advance(self, until: float) -> None:
        if until < self.simulation.now:
            return
        batch = self.simulation.advance(until)
        if len(batch):
            self.batches.append(batch)
            self.count += len(batch)
            self._judge(batch)
        if self.count > limits.EVENTS:
            rule = f"more than {limits.EVENTS:,} events: too many to watch"
            raise InputError(Fault(rule, key="events"))

    def _judge(self, batch: Batch) -> None:
        """Count what the desk did, and accounts hit that had told nothing false by then."""
        self._collateral.observe(self._state, batch)
        actions = batch.only(Kind.ACTION)
        if len(actions):
            self.acts += int(np.isin(actions.value, _EFFECTS).sum())
            self.wrong = int(self._collateral.value(self._state)["accounts"]["innocent"])

    def side(self, whole: bool) -> wire.Side:
        world = self.simulation.world
        batch = Batch.joined(self.batches if whole else self.batches[self._sent :])
        self._sent = len(self.batches)
        slots = slots_of(world, self.lists)
        same = not whole and np.array_equal(slots, self._slots)
        self._slots = slots
        reach, shares = world.stories["reach"], world.stories["shares"]
        return wire.Side(batch, reach, shares, slots[:0] if same else slots, self.wrong, self.acts)


def _of_policy(scenario: Scenario, name: str) -> list[Entry]:
    try:
        scenario.policy(name)
    except KeyError as error:
        fault = Fault("no such policy", key="policy", value=f'"{name}"', advice=str(error.args[0]))
        raise InputError(fault) from None
    if name == "none":
        return []
    policies = {policy["name"]: policy for policy in scenario.resolved()["policies"]}
    return [Entry(each, "policy") for each in policies[name]["interventions"]]


def _start(simulation: Simulation, interventions: tuple[Intervention, ...]) -> None:
    """Start the last of these in a simulation that runs under the others."""
    *before, last = interventions
    ordinals = Counter(each.kind for each in before)
    facts = tuple(intervention_facts(each) for each in interventions)
    simulation.world.facts = replace(simulation.world.facts, interventions=facts)
    last.start(simulation.desk, len(before), ordinals[last.kind])
