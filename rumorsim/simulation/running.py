"""Running one scenario under one policy and seed: Simulation, run, stream.

From here to the inner loop: ``run`` -> ``Simulation.advance`` -> ``Engine.run_until`` ->
``FastEnvironment.step`` -> ``kernels.advance.advance``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from rumorsim.common.claims import Claim
from rumorsim.common.errors import RumorsimError, advise
from rumorsim.common.progress import Heartbeat, heartbeat
from rumorsim.common.provenance import RESULTS_VERSION, versions
from rumorsim.events.sinks import open_sink
from rumorsim.events.stream import Batch, StreamDigest
from rumorsim.measures import AnyMeasure, Listening, Measure, taken
from rumorsim.scenario import AnyScenario, Scenario, scenario_of
from rumorsim.scenario.handing import AnyPolicy, measure_named, measured_by
from rumorsim.scenario.used_code import own_code_in
from rumorsim.scenario.workload import long_work
from rumorsim.simulation.results import Result
from rumorsim.simulation.simulation import Simulation
from rumorsim.simulation.untouched import Untouched, Waiting
from rumorsim.world.account_table import AccountsOfWorld
from rumorsim.world.redraw import Redraw

_ANEW: Final = "rumorsim.stream() with the same scenario, policy and seed gives the same events"

#: Steps a run is cut into so that batches stay small and progress can be shown.
STEPS = 200
#: Steps at a time at most, after batches of fewer than FEW events.
LONGEST, FEW = 10, 1000
#: The same in a world of at most SMALL accounts, where no step lasts long; the first of them.
LONGEST_IN_SMALL, FEW_IN_SMALL, SMALL, FIRST_IN_SMALL = 150, 100_000, 10_000, 50
#: Events that the digest and the measures take in at once, at least.
TOGETHER = 4096


@lru_cache(64)
def steps_of(horizon: float) -> tuple[float, ...]:
    """The times a whole run is cut at."""
    return tuple(float(time) for time in np.linspace(0.0, horizon, STEPS + 1)[1:])


def batches_of(simulation: Simulation) -> Iterator[tuple[float, Batch]]:
    """A whole run, cut into steps: the time each ends at, and its events.

    While little happens steps are longer, so that small and quiet runs are not mostly cutting.
    """
    times = steps_of(simulation.world.horizon)
    small = simulation.world.size <= SMALL
    longest, few = (LONGEST_IN_SMALL, FEW_IN_SMALL) if small else (LONGEST, FEW)
    at, stride = 0, FIRST_IN_SMALL if small else 1
    while at < STEPS:
        at = min(at + stride, STEPS)
        batch = simulation.advance(times[at - 1])
        yield times[at - 1], batch
        stride = min(3 * stride, longest) if len(batch) < few else 1


class EventStream(Iterator[Batch]):
    """The events of one run, batch by batch while it runs; what :func:`stream` returns.

    Batches come in the order of time and are made as they are asked for. :meth:`close`, or the
    end of a ``with`` block, ends the run early. A stream is read once and by one reader at a
    time: it can be neither copied nor pickled, and a second thread is refused while the first is
    waiting for a batch (RumorsimError).
    """

    def __init__(self, batches: Iterator[Batch]) -> None:
        self._batches: Iterator[Batch] | None = batches
        self._guard = threading.Lock()

    def __next__(self) -> Batch:
        with self._alone():
            if self._batches is None:
                raise StopIteration
            return next(self._batches)

    def close(self) -> None:
        """End the run: no further batch comes, and its memory is free."""
        with self._alone():
            self._batches = None

    def __enter__(self) -> EventStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._guard.acquire(blocking=False):
            raise RumorsimError(
                "this stream is being read already: read it in one thread and hand on the batches,"
                " or call rumorsim.stream() once for each reader"
            )
        try:
            yield
        finally:
            self._guard.release()

    def __copy__(self) -> EventStream:
        raise TypeError(f"a stream of events cannot be copied: {_ANEW}")

    def __deepcopy__(self, _memo: Any) -> EventStream:
        raise TypeError(f"a stream of events cannot be copied: {_ANEW}")

    def __reduce_ex__(self, _protocol: Any) -> Any:
        raise TypeError(f"a stream of events cannot be pickled: {_ANEW}")


def stream(
    scenario: AnyScenario,
    policy: AnyPolicy = "none",
    seed: int | None = None,
    engine: str = "fast",
) -> EventStream:
    """Run one scenario and give its events while it runs.

    Memory does not grow with the number of events, since no batch is kept.

    Parameters
    ----------
    scenario : Scenario, str or path
        A scenario, the path of its file, or the name of one that comes with rumorsim.
    policy : str, list of Intervention, or function
        A policy of the scenario by name, interventions, or a generator function that takes the
        desk (see :mod:`.scenario.handing`).
    seed : int, optional
        Seed of the world; by default the scenario's.
    engine : {"fast", "reference"}
        Both engines give the same events; the reference is plain Python and slow.

    Returns
    -------
    EventStream
        An iterator of :class:`.Batch`, in order of time, that can be read once.

    Raises
    ------
    InputError
        If the scenario, the policy or the seed is invalid; raised at the first batch.

    Examples
    --------
    >>> sum(len(batch.only(rumorsim.Kind.SHARE)) for batch in rumorsim.stream("small", seed=7))
    32
    """
    return EventStream(_stream(scenario, policy, seed, engine))


def _stream(
    scenario: AnyScenario, policy: AnyPolicy, seed: int | None, engine: str
) -> Iterator[Batch]:
    with heartbeat("world"):
        simulation = Simulation(scenario, policy, seed, engine)
    for _, batch in batches_of(simulation):
        if len(batch):
            yield batch


def run(
    scenario: AnyScenario,
    policy: AnyPolicy = "none",
    seed: int | None = None,
    engine: str = "fast",
    *,
    measures: Iterable[AnyMeasure] | None = None,
    events: str | Path | None = None,
    force: bool = False,
    sinks: Iterable[Callable[[Batch], None]] = (),
    progress: Callable[[float], None] | None = None,
    redraw: Redraw | None = None,
) -> Result:
    """Run one scenario to its horizon and measure it.

    Parameters
    ----------
    scenario : Scenario, str or path
        A scenario, the path of its file, or the name of one that comes with rumorsim.
    policy : str, list of Intervention, or function
        A policy of the scenario by name, interventions, or a generator function that takes the
        desk (see :mod:`.scenario.handing`).
    seed : int, optional
        Seed of the world; by default the scenario's.
    engine : {"fast", "reference"}
        Both engines give the same events; the reference is plain Python and slow.
    measures : iterable of str or Measure, optional
        Measures that replace the scenario's: names, or measures of your own.
    events : str or path, optional
        File that the events are saved to, in the format of its suffix (see
        :mod:`rumorsim.events.sinks`), or "-" for NDJSON on standard output.
    force : bool
        Whether ``events`` may replace the events of another scenario.
    sinks : iterable of functions
        Called with every :class:`.Batch`.
    progress : function, optional
        Called with the hours simulated so far.
    redraw : Redraw, optional
        Runs a branch of the world (see ``rumorsim.world.redraw``); the digest of the branch is
        then part of the result's provenance.

    Returns
    -------
    Result
        Values of all measures, the digest of the events, and how to repeat the run.

    Raises
    ------
    InputError
        If the scenario, the policy, the seed or a measure is invalid.
    OutputError
        If the events cannot be saved.

    Examples
    --------
    >>> result = rumorsim.run("small", seed=7, measures=["reach"])
    >>> result.measures["reach"]["accounts"]
    122
    """
    with heartbeat("run", unless=progress) as life:
        return _run(
            scenario, policy, seed, engine, measures, events, force, sinks, progress, redraw, life
        )


def run_for_several(
    scenario: Scenario, seed: int, engine: str, waiting: Sequence[Waiting]
) -> tuple[Result, dict[int, Result]]:
    """A run under ``none``, and by place those of ``waiting`` that are the same run.

    Those that are missing may have acted: they have to be run. Each of ``waiting`` is the same
    scenario but for its policy, of which :func:`.waits_of` is known; every measure is one of
    rumorsim's own.
    """
    simulation = Simulation(scenario, "none", seed, engine)
    untouched = Untouched(simulation, waiting, scenario.measures)
    result = _measured(simulation, scenario.measures, lambda _: None, [untouched.take])
    found = {}
    for place, measures in untouched.measured().items():
        each = waiting[place]
        resolved = each.scenario.resolved()
        found[place] = replace(
            result,
            policy=each.policy,
            measures={name: measures.get(name, old) for name, old in result.measures.items()},
            scenario=resolved,
            provenance=_provenance(simulation, each.scenario, resolved, each.policy),
        )
    return result, found


def _run(
    scenario: AnyScenario,
    policy: AnyPolicy,
    seed: int | None,
    engine: str,
    measures: Iterable[AnyMeasure] | None,
    events: str | Path | None,
    force: bool,
    sinks: Iterable[Callable[[Batch], None]],
    progress: Callable[[float], None] | None,
    redraw: Redraw | None,
    life: Heartbeat,
) -> Result:
    scenario = scenario_of(scenario)
    if progress is None:
        if "long work" not in scenario.kept:
            scenario.kept["long work"] = long_work(scenario)
        for line in scenario.kept["long work"]:
            advise(line)
    wanted = taken(scenario.measures if measures is None else measures)
    simulation = Simulation(measured_by(scenario, wanted), policy, seed, engine, redraw=redraw)
    listeners = list(sinks)

    def moved(time: float) -> None:
        life.moved(time, simulation.world.horizon, "h")
        if progress is not None:
            progress(time)

    with ExitStack() as files:
        if events is not None:
            scenario = simulation.scenario
            told = "" if str(events) == "-" else scenario.file
            claim = Claim.of("events", scenario.resolved(), told)
            known = {"of": claim.plain(), **_branch(redraw)}
            facts = replace(simulation.facts, provenance=known)
            listeners.append(files.enter_context(open_sink(events, facts, force=force)).write)
        return _measured(simulation, wanted, moved, listeners, redraw)


def _measured(
    simulation: Simulation,
    wanted: Iterable[str | Measure[Any]],
    progress: Callable[[float], None],
    sinks: Iterable[Callable[[Batch], None]],
    redraw: Redraw | None = None,
) -> Result:
    """A simulation run to its horizon, and what is measured of it."""
    scenario = simulation.scenario
    resolved = scenario.resolved()
    listening = Listening(simulation.facts, [measure_named(scenario, each) for each in wanted])
    digest = StreamDigest()
    waiting: list[Batch] = []

    def take_in() -> None:
        batch = Batch.joined(waiting)
        waiting.clear()
        digest.update(batch)
        listening.observe(batch)

    for time, batch in batches_of(simulation):
        waiting.append(batch)
        if sum(map(len, waiting)) >= TOGETHER:
            take_in()
        for sink in sinks:
            sink(batch)
        progress(time)
    take_in()
    listening.observe(simulation.exposures())
    return Result(
        policy=simulation.policy_name,
        seed=simulation.seed,
        engine=simulation.engine.name,
        digest=digest.hexdigest(),
        events=digest.count,
        measures=listening.values(),
        scenario=resolved,
        provenance=_provenance(simulation, scenario, resolved, simulation.policy_name, redraw),
        accounts_from=AccountsOfWorld.of(simulation.world.graph, simulation.facts),
    )


def _branch(redraw: Redraw | None) -> dict[str, str]:
    return {} if redraw is None else {"redraw": redraw.digest}


def _provenance(
    simulation: Simulation,
    scenario: Scenario,
    resolved: dict[str, Any],
    policy: str,
    redraw: Redraw | None = None,
) -> dict[str, Any]:
    """Where a run of ``scenario`` under ``policy``, in the world of ``simulation``, comes from."""
    kept = scenario.kept
    if ("own code", policy) not in kept:
        in_force = [each for each in resolved["policies"] if each["name"] == policy]
        kept["own code", policy] = own_code_in({**resolved, "policies": in_force})
    own = deepcopy(kept["own code", policy])
    return {
        "results_version": RESULTS_VERSION,
        "scenario_digest": scenario.digest_of(resolved),
        "graph_digest": simulation.world.graph.digest(),
        "accounts": simulation.world.graph.accounts,
        "versions": versions(),
        "reproducible_from_file": (
            "own_code" not in own and scenario.follow_graph is None and redraw is None
        ),
        **own,
        **_branch(redraw),
    }
