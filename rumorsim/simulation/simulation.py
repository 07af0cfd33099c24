"""One world under one policy, advanced step by step, and branched.

From here to the inner loop: ``Simulation.advance`` -> ``Engine.run_until`` ->
``FastEnvironment.step`` -> ``kernels.advance.advance``.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, SupportsFloat
from weakref import finalize

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.adversaries import start_adversaries
from rumorsim.common.errors import InputError, RumorsimError, show_value
from rumorsim.common.progress import heartbeat
from rumorsim.common.randomness import seed_of
from rumorsim.common.shown import Shown, listed
from rumorsim.common.units import parse_duration
from rumorsim.engine.engines import make_engine
from rumorsim.events.stream import Batch, Facts, InterventionFacts
from rumorsim.platform.interventions import Intervention
from rumorsim.scenario import AnyScenario, build_graph, scenario_of
from rumorsim.scenario.handing import AnyPolicy, own_processes, with_policy
from rumorsim.scenario.replay_checks import check_against
from rumorsim.simulation.conditioning import conditioned_evidence
from rumorsim.simulation.forking import HandJournal, RecordedDesk, must_be_alike
from rumorsim.world.redraw import Redraw
from rumorsim.world.world import World, build_world

if TYPE_CHECKING:
    from rumorsim.platform.desk import Desk

_FORK = "simulation.fork() makes a branch of it at its present hour"


class Simulation(Shown):
    """One world under one policy, advanced step by step.

    ``policy`` is the name of a policy of the scenario, a list of interventions, or a SimPy
    generator function that takes the desk (see :mod:`.scenario.handing`). ``engine`` is
    "fast" or "reference"; ``redraw`` runs a branch of the world (see
    ``rumorsim.world.redraw``). Between steps ``world`` may be looked at and ``desk`` may act::

        sim = Simulation(scenario, policy="none", seed=7)
        batch = sim.advance("12 h")
        sim.desk.close(17)
        batch = sim.advance("24 h")

    :meth:`fork` branches it. Threads may share one: they take turns.
    """

    def __init__(
        self,
        scenario: AnyScenario,
        policy: AnyPolicy = "none",
        seed: int | None = None,
        engine: str = "fast",
        *,
        redraw: Redraw | None = None,
    ) -> None:
        scenario = scenario_of(scenario)
        self._asked = (scenario, policy, seed, engine)
        self._redraw = redraw
        self._guard = threading.RLock()
        self.scenario, self.policy_name = with_policy(scenario, policy)
        scenario = self.scenario
        self.seed = scenario.seed if seed is None else seed_of(seed)
        self.policy = scenario.policy(self.policy_name)
        graph, attributes = build_graph(scenario, self.seed)
        evidence = None
        if scenario.replay is not None and redraw is not None:
            rule = "draws anew what a replay has observed"
            advice = "leave it out: each seed draws what is free"
            raise InputError(rule, key="redraw", advice=advice)
        if scenario.replay is not None:
            evidence = conditioned_evidence(scenario, graph, attributes, self.seed, engine)
            place = scenario.policy_names.index(self.policy_name) - 1
            check_against(evidence, graph, self.policy, place)
        self.world: World = build_world(
            scenario,
            graph,
            self.seed,
            policy=self.policy_name,
            interventions=tuple(intervention_facts(each) for each in self.policy.interventions),
            attributes=attributes,
            redraw=redraw,
            evidence=evidence,
        )
        self._batches: list[Batch] = []
        self._listeners: list[Callable[[Batch], None]] = [self._batches.append]
        self.engine = make_engine(engine, self.world)
        self.engine.listen(partial(_pass_on, self._listeners))
        self.desk = RecordedDesk(self.engine, scenario.prices)
        for number, surface in enumerate(self.world.platforms.surfaces):
            process = surface.settings.process(self.engine, number, surface.platform)
            self.engine.process(process)
        start_adversaries(scenario.adversaries, self.desk)
        self._own = self._start_policy(0)
        self.engine.start()
        self._by_hand = self.desk.by_hand = HandJournal(self._guard)
        # What waits in a run refers to itself in circles: cut them, and its memory goes with it.
        finalize(self, _end, self.desk).atexit = False

    def _start_policy(self, first: int) -> list[Any]:
        """Start what the policy does now, its places counted from ``first``; its own processes."""
        ordinals: Counter[str] = Counter()
        for place, intervention in enumerate(self.policy.interventions, start=first):
            intervention.start(self.desk, place, ordinals[intervention.kind])
            ordinals[intervention.kind] += 1
        own = own_processes(self.scenario, self.policy, self.desk)
        return [self.engine.process(process) for process in own]

    def fork(self, policy: AnyPolicy | None = None) -> Simulation:
        """Another simulation at this hour, exactly as this one is; both go on by themselves.

        It is run again from the start, with what was done by hand through :attr:`desk`, so it
        takes as long as this one took so far. Listeners are not taken along, nor processes
        that were started by hand.

        With ``policy`` the branch goes on under that one. Up to now all is the same; from now
        on the policy of before opens no more cases (those that are open are settled, what is in
        force stays and ends when it would have), a function of one's own goes no further, and
        the new one begins: counts and ages that are beyond its thresholds are taken up at once,
        its times that are past are not. Its interventions come after those of before in
        ``source`` of the events. A fork of such a branch starts from this hour as well.

        RumorsimError where the run cannot be repeated, as something else changed the world.
        """
        with self._guard:
            if self._by_hand.running:
                raise RumorsimError("a simulation cannot be forked while it runs")
            made = Simulation(*self._asked, redraw=self._redraw)
            self._by_hand.repeat(self.desk, made.desk, made.advance, made._go_on)
            must_be_alike(self.world, made.world)
            if policy is not None:
                made._go_on(policy)
        return made

    def _go_on(self, policy: AnyPolicy) -> None:
        """Leave the policy of before and begin another now."""
        self._by_hand.went_on(policy)
        for caseload in self.desk.caseloads:
            caseload.retired = True
        for process in self._own:
            if process.is_alive and process.target.callbacks:
                process.target.callbacks.remove(process._resume)
        before = self.world.facts.interventions
        self.scenario, self.policy_name = with_policy(self.scenario, policy)
        self.policy = self.scenario.policy(self.policy_name)
        facts = tuple(intervention_facts(each) for each in self.policy.interventions)
        self.world.facts = replace(
            self.world.facts, policy=self.policy_name, interventions=before + facts
        )
        self._by_hand.running = True
        try:
            self._own = self._start_policy(len(before))
        finally:
            self._by_hand.running = False

    def __deepcopy__(self, _memo: Any) -> Simulation:
        return self.fork()

    def __copy__(self) -> Simulation:
        raise TypeError(f"a Simulation cannot be copied in part: {_FORK}")

    def __reduce_ex__(self, _protocol: Any) -> Any:
        raise TypeError(
            f"a Simulation cannot be pickled: {_FORK}; another process is sent scenario,"
            " policy and seed"
        )

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        reach = zip(self.world.story_names, self.reach().tolist(), strict=True)
        return [
            ("scenario", self.scenario.name),
            ("policy", f"{self.policy_name} (seed {self.seed})"),
            ("now", f"{self.now:g} of {self.world.horizon:g} h"),
            ("posts", f"{self.world.posts_made:,}"),
            ("reach", listed(f"{name} {count:,}" for name, count in reach)),
            ("actions", f"{len(self.desk.journal):,} of the desk"),
        ]

    @property
    def now(self) -> float:
        """Hours since the start."""
        return self.desk.now

    @property
    def facts(self) -> Facts:
        """What measures may know of the world."""
        return self.world.facts

    def listen(self, listener: Callable[[Batch], None]) -> None:
        """Hand every batch of the stream to ``listener`` as it comes."""
        self._listeners.append(listener)

    def advance(self, until: float | str) -> Batch:
        """Let everything in [now, until) happen; return its events.

        ``until`` is hours or a duration such as "12 h"; beyond the horizon nothing happens.
        ValueError where it is past.
        """
        time = _hours(until)
        with self._guard:
            if self._by_hand.running:
                raise RumorsimError("advance() was called from within advance(), by a listener")
            if not time >= self.now:
                raise ValueError(f"cannot go back to {time:g} h: it is {self.now:g} h")
            self._by_hand.running = True
            try:
                with heartbeat("simulation"):
                    self.engine.run_until(min(time, self.world.horizon))
            finally:
                self._by_hand.running = False
            self._by_hand.advanced(self.now)
            batch = Batch.joined(self._batches)
            self._batches.clear()
        return batch

    def exposures(self) -> Batch:
        """The first reads so far where ``feed.exposures`` is late; else they are in the stream."""
        if not self.world.rules.late:
            return Batch()
        with self._guard:
            return self.engine.late_exposures(self.desk.levers)

    def reach(self) -> NDArray[np.int64]:
        """How many accounts were exposed to each story so far; int64 [stories].

        Where ``feed.exposures`` is late this takes a small part of what :meth:`exposures` takes.
        """
        if not self.world.rules.late:
            return self.world.count_of("story", "reach").astype(np.int64)
        with self._guard:
            return self.engine.late_reach(self.desk.levers)


def _pass_on(listeners: Sequence[Callable[[Batch], None]], batch: Batch) -> None:
    for listener in listeners:
        listener(batch)


def _end(desk: Desk) -> None:
    desk.engine.end()
    desk.end()


def intervention_facts(intervention: Intervention) -> InterventionFacts:
    """What measures may know of an intervention."""
    return InterventionFacts(
        label=intervention.label,
        kind=intervention.kind,
        target=intervention.target,
        judge=intervention.judge,
        categories=intervention.whom.categories,
        reviewers=intervention.reviewers or 0,
        guilty_kinds=intervention.guilty_kinds,
        keeps=intervention.keeps_earnings,
    )


def _hours(until: float | str) -> float:
    """A moment in hours; ValueError for what is neither a number nor a duration."""
    if type(until) is float and not math.isnan(until):
        return until
    if isinstance(until, str):
        return parse_duration(until)
    if isinstance(until, bool) or not isinstance(until, SupportsFloat) or math.isnan(until):
        advice = 'such as 12.5 or "12 h"'
        raise ValueError(f"must be hours or a duration, {advice}, not {show_value(until)}")
    return float(until)
