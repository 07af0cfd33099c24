"""Runs that are not made because their policy cannot have acted are, to the byte, those made.

The battery takes scenarios of all generators and puts policies beside their own that wait for what
just happened in the world, and for one more of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from intervention_examples import EXAMPLES, WORLD
from random_platforms import random_platforms
from random_scenarios import random_scenario
from second_generator import second_scenario
from small_worlds import small

from rumorsim import Scenario, Simulation, compare, delay_map, sweep
from rumorsim.common.errors import InputError
from rumorsim.common.settings import replaced
from rumorsim.measures import MEASURES
from rumorsim.platform.interventions import INTERVENTIONS, Intervention, When
from rumorsim.platform.interventions.waiting import Wait
from rumorsim.scenario.models import Policy
from rumorsim.studies.runner import queue as queue_module
from rumorsim.studies.runner.queue import Queue
from rumorsim.studies.runner.records import pack
from rumorsim.studies.runner.run_specs import RunSpec, RunSpecs, Setting
from rumorsim.studies.runner.runner import Runner
from rumorsim.studies.runner.worker import Job, RunOutcome, RunWorker

COUNTS = [
    (kind, what) for kind in ("account", "post", "story") for what in ("reports", "shares", "reach")
]


def all_measures(scenario: Scenario) -> list[str]:
    """Every measure that the scenario can have."""
    wanted = [name for name in MEASURES.own if not MEASURES[name].needs_follows]
    fitting = []
    for name in wanted:
        try:
            scenario.with_(measures=[*fitting, name])
        except (InputError, ValueError):
            continue
        fitting.append(name)
    return fitting


def with_waiting_policies(scenario: Scenario, seed: int) -> Scenario:
    """With policies that wait for just as much as happened without any, and for one more."""
    world = Simulation(scenario, "none", seed)
    world.advance(scenario.horizon)
    born = world.world.posts["time"][: world.world.posts_made].tolist()
    policies = list(scenario.policies)
    for p, policy in enumerate(scenario.policies):
        for n, one in enumerate(policy.interventions):
            for w, when in enumerate(_whens(world, one, scenario, born)):
                policies += _policy(f"{p}.{n}.{w}", one, when)
    taken = [each for each in policies if _fits(scenario, each)]
    return scenario.with_(policies=taken)


def _whens(
    simulation: Simulation, one: Intervention, scenario: Scenario, born: list[float]
) -> Iterator[dict[str, Any]]:
    for kind, what in COUNTS:
        if kind != one.target:
            continue
        most = int(simulation.world.count_of(kind, what).max(initial=0))
        for count in (most, most + 1):
            if count:
                yield {what: count}
                yield {what: count, "window": f"{scenario.horizon / 3:.3f} h"}
    yield {"at": [f"{scenario.horizon} h"]}
    if born:
        yield {"age": f"{max(scenario.horizon - born[0], 0.0):.6f} h"}


def _policy(name: str, one: Intervention, when: dict[str, Any]) -> list[Policy]:
    try:
        return [Policy(name=name, interventions=(replaced(one, when=When(**when)),))]
    except (InputError, ValueError):
        return []


def _fits(scenario: Scenario, policy: Policy) -> bool:
    try:
        scenario.with_(policies=[policy])
    except (InputError, ValueError):
        return False
    return True


def orders_of(scenario: Scenario, seed: int) -> tuple[RunSpec, list[RunSpec]]:
    """The order of ``none``, and those that may wait for it."""
    specs = RunSpecs(scenario, all_measures(scenario))
    none, *others = (specs.of(Setting(name, seed)) for name in scenario.policy_names)
    return none, [each for each in others if each.may_do_nothing]


def differences(scenario: Scenario, engine: str) -> tuple[int, int, list[str]]:
    """RunSpecs, how many of them were not made, and the policies whose record differs."""
    none, waiting = orders_of(scenario, scenario.seed)
    assert all(each.world == none.world for each in waiting)
    maker = RunWorker(Job(scenario.base_dir, engine=engine))
    own, same = maker.payloads(replace(none, waiting=tuple(waiting)))
    different = [] if pack(own) == pack(maker.payload(none)) else ["none"]
    different += [spec.policy for spec, found in same if pack(found) != pack(maker.payload(spec))]
    return len(waiting), len(same), different


def examined(scenario: Scenario, engine: str = "fast") -> tuple[int, int, list[str]]:
    return differences(with_waiting_policies(scenario, scenario.seed), engine)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_what_was_not_run_is_the_run_to_the_byte(engine: str) -> None:
    waited = same = 0
    for number in range(2):
        for each in (random_scenario(number), random_platforms(number), second_scenario(number)):
            specs, answered, different = examined(each, engine)
            assert different == [], (number, each.name)
            waited, same = waited + specs, same + answered
    assert same > 20
    assert waited - same > 10


def of_kind(kind: str) -> Scenario:
    """The world of the battery under one intervention, with what it needs beside it."""
    example = EXAMPLES[kind]
    alone = {"kind": kind, **example.needed, **example.strong}
    policies = [{"name": "it", "interventions": [*example.beside, alone]}]
    return small(WORLD, example.world, {"policies": policies, "horizon": "12 h"})


@pytest.mark.parametrize("kind", INTERVENTIONS)
def test_every_kind_of_intervention_waits_for_what_it_says(kind: str) -> None:
    specs, same, different = examined(of_kind(kind))
    assert different == []
    if INTERVENTIONS[kind].target != "platform" and kind not in ("appeals", "campaign"):
        assert 0 < same < specs


def test_a_threshold_said_to_be_higher_than_it_is_is_found(monkeypatch: Any) -> None:
    """Negative control: the battery sees runs that were spared and would have been different."""
    told = When.waits_for

    def higher(self: When, target: str) -> Wait:
        wait = told(self, target)
        return wait._replace(least=wait.least + 1)

    monkeypatch.setattr(When, "waits_for", higher)
    assert examined(of_kind("close-accounts"))[2]


@pytest.mark.parametrize("name", ["enforcement", "cost", "earnings"])
def test_a_measure_that_sees_the_policy_has_to_say_so(monkeypatch: Any, name: str) -> None:
    """Negative control: what such a measure reports is not that of ``none``."""
    monkeypatch.setattr(type(MEASURES[name]), "sees_policy", False)
    found = examined(of_kind("close-accounts"))[2]
    assert bool(found) == (name != "earnings")  # its value differs only where someone is hit


def test_own_code_and_ids_that_are_not_there_are_always_run() -> None:
    scenario = of_kind("close-accounts")
    never = {"kind": "close-accounts", "when": {"reports": 10_000}}

    def mine(desk: Any) -> Any:
        yield desk.env.timeout(1)

    def waiting(policy: Any) -> list[str]:
        changed = scenario.with_(policies=[])
        from rumorsim.scenario.handing import with_policy

        changed, _ = with_policy(changed, policy)
        return [each.policy for each in orders_of(changed, 1)[1]]

    close = INTERVENTIONS["close-accounts"]
    assert waiting([close(**never)]) == ["close-accounts"]
    assert waiting(mine) == []
    absent = scenario.with_(
        policies=[{"name": "absent", "interventions": [{**never, "whom": {"accounts": [10**6]}}]}]
    )
    none, specs = orders_of(absent, 1)
    assert [each.policy for each in specs] == ["absent"]
    assert RunWorker(Job(absent.base_dir)).payloads(replace(none, waiting=tuple(specs)))[1] == []


@pytest.fixture(scope="module")
def rare() -> Scenario:
    return small(
        WORLD,
        {
            "policies": [
                {
                    "name": f"after {count}",
                    "interventions": [
                        {"kind": "close-accounts", "when": {"reports": count}, "quota": "1 per day"}
                    ],
                }
                for count in (1, 3, 50)
            ]
        },
    )


@pytest.mark.parametrize("workers", [0, 2])
def test_a_store_holds_the_same_bytes(rare: Scenario, tmp_path: Path, workers: int) -> None:
    settings = [Setting(name, seed) for name in rare.policy_names for seed in range(1, 6)]
    kept = {}
    for reuse in (True, False):
        place = tmp_path / str(reuse)
        with Runner(rare, workers=workers, store=place, reuse=reuse) as runner:
            made = dict(runner.successful(settings))
            assert sorted(made) == list(range(len(settings)))
            assert (runner.reused >= 5) == reuse
        kept[reuse] = {each.relative_to(place): each.read_bytes() for each in place.rglob("*.run")}
    assert len(kept[True]) == len(settings)
    assert kept[True] == kept[False]


def test_compare_says_how_many_runs_it_saved_and_finds_the_same(rare: Scenario) -> None:
    saved, every = (compare(rare, replicates=5, workers=1, reuse=reuse) for reuse in (True, False))
    assert saved.reused >= 5
    assert every.reused == 0
    assert replace(saved, reused=0) == every
    told = f"{saved.reused} of 20 runs were not needed"
    assert told in saved.text()
    assert "not needed" not in every.text()
    assert saved.as_dict()["runs_reused"] == saved.reused


def test_what_waits_for_a_run_that_fails_is_made_all_the_same(rare: Scenario) -> None:
    specs = RunSpecs(rare)
    queue = Queue([specs.of(Setting(name, 1)) for name in rare.policy_names], reuse=True)
    first = next(queue)
    assert [each.policy for each in first.waiting] == ["after 1", "after 3", "after 50"]
    assert next(queue, None) is None
    queue.settle(RunOutcome(replace(first, waiting=()), cause="it was killed"))
    assert [each.policy for each in queue] == ["after 1", "after 3", "after 50"]


def test_sweeps_and_delay_maps_save_runs_and_find_the_same(rare: Scenario, tmp_path: Path) -> None:
    files, lines = {}, {}
    for reuse in (True, False):
        place = tmp_path / f"sweep {reuse}"
        told: list[str] = []
        sweep(
            rare,
            place,
            parameters={"stories[rumor].appeal": [0.01, 0.3]},
            replicates=3,
            workers=0,
            reuse=reuse,
            tell=told.append,
        )
        files[reuse] = {
            each.relative_to(place): each.read_bytes()
            for each in place.rglob("*")
            if each.suffix in (".run", ".csv")
        }
        lines[reuse] = [line for line in told if "not needed" in line]
    assert files[True] == files[False]
    assert len(files[True]) > 20
    assert (len(lines[True]), lines[False]) == (1, [])
    maps = [
        delay_map(
            rare,
            "after 50",
            delays=["0 h", "1 h"],
            coverages=[0.5, 1.0],
            replicates=3,
            workers=0,
            reuse=reuse,
        )
        for reuse in (True, False)
    ]
    assert maps[0] == maps[1]
    assert [each.reused for each in maps] == [12, 0]
    assert "12 of 15 runs were not needed" in maps[0].text()


def test_worlds_too_far_apart_are_not_waited_for(monkeypatch: Any, rare: Scenario) -> None:
    """RunSpecs setting by setting are brought together world by world, so many at a time."""
    monkeypatch.setattr(queue_module, "_SETTINGS", 2)
    specs = RunSpecs(rare)
    settings = [Setting(name, seed) for name in rare.policy_names for seed in (1, 2)]
    queue = Queue(map(specs.of, settings), reuse=True)
    found = [(each.policy, each.seed, [w.policy for w in each.waiting]) for each in queue]
    assert found[:2] == [("none", 1, ["after 1"]), ("none", 2, ["after 1"])]
    assert found[2:] == [(name, seed, []) for seed in (1, 2) for name in ("after 3", "after 50")]
