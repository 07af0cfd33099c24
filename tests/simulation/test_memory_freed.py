"""The memory of a run is freed with the run, not at some later garbage collection."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any
from weakref import ref

import adversary_examples
import intervention_examples
import pytest
from intervention_examples import WORLD
from small_worlds import merged, small

import rumorsim
from rumorsim.platform.desk import Desk
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

INTERVENTIONS = intervention_examples.EXAMPLES
ADVERSARIES = adversary_examples.EXAMPLES


@pytest.fixture(scope="module", autouse=True)
def _no_collection() -> Iterator[None]:
    """None until all tests are done."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def under(kind: str) -> Scenario:
    """A world with one intervention that acts, and those it needs beside it."""
    example = INTERVENTIONS[kind]
    acting = merged({"kind": kind, **example.needed}, example.strong)
    policy = {"name": "it", "interventions": [acting, *example.beside]}
    return small(WORLD, example.world, {"policies": [policy]})


def beside(kind: str) -> Scenario:
    """A world with one adversary."""
    example = ADVERSARIES[kind]
    graph: dict[str, Any] = {"graph": None} if "graph" in example.world else {}
    world = {k: v for k, v in WORLD.items() if k != "graph" or not graph}
    policy = {"name": "it", "interventions": list(example.interventions)}
    acting = {"policies": [policy], "adversaries": [{"kind": kind, **example.strong}]}
    return small(graph, world, example.world, acting)


def left_of(scenario: Scenario, engine: str = "fast", policy: Any = "it") -> list[str]:
    """What is still there of a run that was dropped half-way, and of one that came to its end."""
    if engine == "fast":
        # What is compiled leaves something of its run behind.
        Simulation(scenario, policy).advance(scenario.horizon)
    found = []
    for part in (0.5, 1.0):
        simulation = Simulation(scenario, policy, engine=engine)
        simulation.advance(part * simulation.world.horizon)
        parts = {"world": simulation.world, "engine": simulation.engine, "desk": simulation.desk}
        known = {name: ref(each) for name, each in parts.items()}
        del simulation, parts
        found += [f"{name} at {part}" for name, each in known.items() if each() is not None]
    return found


@pytest.mark.parametrize("kind", sorted(INTERVENTIONS))
def test_under_every_intervention(kind: str) -> None:
    assert not left_of(under(kind))


@pytest.mark.parametrize("kind", sorted(ADVERSARIES))
def test_beside_every_adversary(kind: str) -> None:
    assert not left_of(beside(kind))


@pytest.mark.parametrize("kind", ["close-accounts", "warn-platform", "appeals"])
def test_in_the_reference_engine(kind: str) -> None:
    assert not left_of(under(kind).with_(horizon="6 h"), "reference")


@pytest.mark.parametrize("name", ["classroom-sir", "small-experiment"])
@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_of_other_models_and_of_arms(name: str, engine: str) -> None:
    assert not left_of(rumorsim.load(name), engine, "none")


def test_with_a_policy_of_ones_own_that_waits() -> None:
    closed = []

    def waiting(desk: Desk) -> Any:
        try:
            yield desk.env.timeout(1)
            yield desk.env.event()
        finally:
            closed.append(desk.now)

    assert not left_of(small(), policy=waiting)
    # It ended where it waited.
    assert closed[-2:] == [12.0, 24.0]


def test_with_what_was_done_by_hand_and_of_a_branch() -> None:
    assert not left_of(small(), policy="none")
    simulation = Simulation(small())
    simulation.advance("2 h")
    done = simulation.desk.suspend(3)
    simulation.advance("3 h")
    simulation.desk.undo(done)
    simulation.desk.classify(5, strictness=2.0)
    branch = simulation.fork()
    known = [ref(each.world) for each in (simulation, branch)]
    del simulation, branch, done
    assert [each() for each in known] == [None, None]


def test_what_has_happened_stays_with_the_desk() -> None:
    simulation = Simulation(under("close-accounts"), "it")
    simulation.advance(simulation.world.horizon)
    desk, told = simulation.desk, len(simulation.desk.journal)
    del simulation
    assert len(desk.journal) == told > 0
    # Negative control: what somebody holds is not freed.
    assert desk.world.posts_made > 0
