"""Branches, copies and threads of a simulation: the same events to the bit, or a refusal."""

from __future__ import annotations

import copy
import pickle
import threading
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from intervention_examples import WORLD
from small_worlds import actions, agree, small

import rumorsim
from rumorsim.common.errors import RumorsimError
from rumorsim.scenario import Scenario
from rumorsim.simulation.simulation import Simulation

ENGINES = ["fast", "reference"]
CLOSE = {"kind": "close-accounts", "when": {"reports": 3}}
SUSPEND = {"kind": "suspend-accounts", "when": {"reports": 1}, "duration": "6 h"}
LATE = {"kind": "label", "when": {"at": ["4 h", "20 h"]}}


def scenario() -> Scenario:
    policies = [
        {"name": "close", "interventions": [CLOSE, LATE]},
        {"name": "suspend", "interventions": [SUSPEND, LATE]},
    ]
    return small(WORLD, {"policies": policies, "measures": ["reach"]})


def begun(engine: str, policy: Any = "close") -> Simulation:
    """A simulation that was advanced and acted upon by hand, the last act untold as yet."""
    simulation = Simulation(scenario(), policy, 3, engine)
    simulation.advance(3.0)
    done = simulation.desk.suspend(2)
    simulation.advance(5.0)
    simulation.advance(8.0)
    simulation.desk.undo(done)
    with simulation.desk.until(12.0):
        simulation.desk.arrest(4)
    return simulation


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("branch", [Simulation.fork, copy.deepcopy])
def test_a_branch_goes_on_as_the_original_to_the_bit(engine: str, branch: Any) -> None:
    simulation = begun(engine)
    one = branch(simulation)
    other = branch(one)
    found = [each.advance(30.0).rows.tobytes() for each in (other, one, simulation)]
    assert len(found[0]) > 1000
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_branch_under_another_policy_is_the_same_until_then(engine: str) -> None:
    simulation = begun(engine)
    force = set(simulation.desk.force._done)
    branch = simulation.fork("suspend")
    assert branch.policy_name == "suspend"
    assert branch.facts.interventions[:2] == simulation.facts.interventions
    assert set(branch.desk.force._done) >= force, "what is in force stays"
    twin = branch.fork()
    batch = branch.advance(30.0)
    assert agree(twin.advance(30.0), batch)
    assert set(actions(batch, "close").source.tolist()) <= {-1}, "by hand, before"
    assert set(actions(batch, "suspend").source.tolist()) == {2}
    assert len(actions(batch, "suspend")) > 10
    label = actions(batch, "label")
    assert set(label.time.tolist()) == {20.0}, "times that are past are left out"
    assert len(actions(simulation.advance(30.0), "close")) > 1


@pytest.mark.parametrize("engine", ENGINES)
def test_none_from_now_on_opens_no_more_cases(engine: str) -> None:
    branch = begun(engine).fork("none")
    flags = actions(branch.advance(30.0), "flag")
    assert len(flags) == 0


def test_what_cannot_be_repeated_is_refused() -> None:
    simulation = begun("fast")
    simulation.world.accounts["credence"][0] = 0.5
    with pytest.raises(RumorsimError, match="cannot be forked"):
        simulation.fork()


@pytest.mark.parametrize("engine", ENGINES)
def test_other_copies_are_refused_in_one_sentence(engine: str) -> None:
    simulation = begun(engine)
    for way in (copy.copy, pickle.dumps):
        with pytest.raises(TypeError, match=r"fork\(\)"):
            way(simulation)
    with pytest.raises(TypeError, match=r"fork\(\)"):
        copy.deepcopy(simulation.desk)
    assert len(simulation.advance(30.0)) > 100


def test_threads_take_turns_and_lose_nothing() -> None:
    expected = len(Simulation(scenario(), "close", 3).advance(30.0))
    simulation = Simulation(scenario(), "close", 3)
    counts: list[int] = []

    def go() -> None:
        for hour in range(1, 31):
            with suppress(ValueError):  # another thread has gone further
                counts.append(len(simulation.advance(float(hour))))

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == expected


def test_a_listener_cannot_advance() -> None:
    simulation = Simulation(scenario(), "close", 3)
    simulation.listen(lambda batch: simulation.advance(20.0))
    with pytest.raises(RumorsimError, match="from within"):
        simulation.advance(10.0)


def test_scenarios_and_batches_are_copied_whole() -> None:
    one = scenario()
    batch = Simulation(one, "close", 3).advance(9.0)
    for way in (copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))):
        assert way(one) == one
        assert agree(way(batch), batch)


@pytest.mark.parametrize("moment", [None, float("nan"), True, [1]])
def test_what_is_no_moment_is_refused_in_a_sentence(moment: Any) -> None:
    simulation = Simulation(rumorsim.load("small"), seed=1)
    with pytest.raises(ValueError, match="must be hours or a duration"):
        simulation.advance(moment)
    assert simulation.now == 0


@pytest.mark.parametrize("target", [None, 3.5, "a", True])
def test_what_is_no_target_is_refused_in_a_sentence(target: Any) -> None:
    simulation = Simulation(rumorsim.load("small"), seed=1)
    simulation.advance(1.0)
    with pytest.raises(TypeError, match="a target is a whole number"):
        simulation.desk.close(target)
    assert simulation.desk.close(np.int32(17)).target == 17  # control


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        (["close"], r'^policy\.interventions\[0\] = "close": must be a table'),
        (3, r"^policy = 3: is not a policy"),
        ("gone", r'^policy = "gone": there is no such policy'),
    ],
)
def test_what_is_no_policy_is_called_as_it_was_passed(policy: Any, told: str) -> None:
    simulation = rumorsim.Simulation(small({}))
    for use in (simulation.fork, lambda given: rumorsim.run(small({}), given)):
        with pytest.raises(rumorsim.InputError, match=told):
            use(policy)


def test_the_policies_are_listed_where_one_is_not_there() -> None:
    simulation = Simulation(rumorsim.load("small"), "close accounts")
    for typed in ("nope", "xyz"):
        with pytest.raises(rumorsim.InputError, match='one of "close accounts", "none", "remove'):
            simulation.fork(typed)
    with pytest.raises(rumorsim.InputError, match='did you mean "close accounts"'):
        simulation.fork("close acounts")
