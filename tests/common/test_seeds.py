"""An integer of any type is the same seed, wherever a number enters; nothing else is a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rumorsim.common.errors import InputError
from rumorsim.common.randomness import philox, philox_array
from rumorsim.engine.base import UNPLANNED
from rumorsim.graphs import FollowGraph
from rumorsim.graphs.generators import GENERATORS
from rumorsim.scenario import loads
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.running import run
from rumorsim.simulation.simulation import Simulation
from rumorsim.studies.compare.running import compare
from rumorsim.studies.delay_map.running import delay_map
from rumorsim.studies.runner.run_specs import Setting

TEXT = """
horizon = "6 h"
[graph]
kind = "erdos-renyi"
accounts = 30
mean_followers = 5
[[stories]]
name = "a"
truth = false
appeal = 0.5
report = 0.2
vigour = 0.5
author = { random = 2 }
[[policies]]
name = "close"
[[policies.interventions]]
kind = "close-accounts"
when = { reports = 1 }
delay = { law = "exponential", mean = "1 h" }
"""
SCENARIO = loads(TEXT)
TYPES = (np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, np.array)
#: A truth value, numbers that are no integers, and integers that are out of range.
WRONG = (True, np.True_, 7.0, np.float64(7), "7", np.array([7]), -1, np.int64(-1), 2**64)


def test_words_do_not_depend_on_the_type_of_a_number() -> None:
    """Seeds and addresses as large as they come, in every type that holds them."""
    chance = random.Random(1)
    for _ in range(200):
        seed, *address = chance.getrandbits(64), *(chance.getrandbits(32) for _ in range(4))
        wanted = philox(seed, *address)
        assert philox(np.uint64(seed), *map(np.uint32, address)) == wanted  # type: ignore[arg-type]
        assert philox(seed, *map(np.int64, address)) == wanted  # type: ignore[arg-type]
        drawn = philox_array(np.uint64(seed), *map(np.int64, address))  # type: ignore[arg-type]
        assert tuple(int(word) for word in drawn) == wanted


ENTRIES: dict[str, Callable[[Any], Any]] = {
    "Simulation": lambda seed: Simulation(SCENARIO, "close", seed).advance("6 h").rows.tolist(),
    "reference": lambda seed: run(SCENARIO, "close", seed, "reference").digest,
    "run": lambda seed: run(SCENARIO, "close", seed).as_dict(),
    "compare": lambda seed: compare(SCENARIO, seed=seed, replicates=2, workers=1).as_dict(),
    "delay_map": lambda seed: delay_map(
        SCENARIO, "close", seed=seed, replicates=2, workers=0, delays=("0 h",), coverages=(1.0,)
    ).as_dict(),
    "Setting": lambda seed: Setting("none", seed),
    "Scenario": lambda seed: Scenario.model_validate({**SCENARIO.resolved(), "seed": seed}),
}


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("kind", TYPES)
def test_integers_of_any_type_are_the_same_seed(entry: str, kind: Any) -> None:
    assert ENTRIES[entry](kind(7)) == ENTRIES[entry](7)
    # Without this every seed might be the same.
    assert ENTRIES[entry](kind(7)) != ENTRIES[entry](8)


@pytest.mark.parametrize("entry", [name for name in ENTRIES if name != "Scenario"])
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_nothing_else_is_a_seed(entry: str, wrong: Any) -> None:
    with pytest.raises(InputError, match=r"^seed = .*: must be an integer from 0 to 2\*\*64 - 1$"):
        ENTRIES[entry](wrong)


@pytest.mark.parametrize("wrong", [True, 7.5, "7", -1, 2**64], ids=repr)
def test_nor_in_a_scenario(wrong: Any) -> None:
    with pytest.raises(ValueError, match="seed"):
        ENTRIES["Scenario"](wrong)


def graph_of(kind: str, seed: Any, number: Callable[[int], Any] = int) -> FollowGraph:
    accounts = number(24)
    sizes: dict[str, dict[str, Any]] = {
        "power-law": {"mean_followers": 4.0},
        "erdos-renyi": {"mean_followers": 4.0},
        "regular": {"degree": number(4)},
        "small-world": {"neighbours": number(4), "rewiring": 0.5},
        "communities": {"mean_followers": 4.0, "groups": number(3)},
    }
    return GENERATORS[kind](accounts=accounts, seed=seed, **sizes[kind])


@pytest.mark.parametrize(
    "kind", ["power-law", "erdos-renyi", "regular", "small-world", "communities"]
)
def test_graphs_take_any_integer(kind: str) -> None:
    wanted = graph_of(kind, 7).digest()
    for number in (np.int8, np.int32, np.int64, np.uint64):
        assert graph_of(kind, number(7), number).digest() == wanted
    assert graph_of(kind, 8).digest() != wanted
    for wrong in (True, 7.0, -1, 2**63):
        with pytest.raises(InputError, match="seed"):
            graph_of(kind, wrong)


def test_what_acts_by_number_takes_any_integer() -> None:
    """Accounts, posts and stories are numbers too: the same events on both engines."""

    def events(engine: str, number: Callable[[int], Any]) -> list[Any]:
        simulation = Simulation(SCENARIO, "none", 3, engine)
        batches = [simulation.advance("1 h").rows.tolist()]
        desk, posts = simulation.desk, simulation.world.posts_made
        desk.engine.publish_now(number(4), number(0), number(UNPLANNED))
        desk.engine.share_now(number(posts), number(5))
        desk.engine.report_now(number(posts), number(6))
        desk.hide(number(posts), visibility=0.5)
        desk.remove_followers(number(4), keep=0.5)
        desk.close(number(9))
        return [*batches, simulation.advance("6 h").rows.tolist()]

    wanted = events("fast", int)
    for engine in ("fast", "reference"):
        for number in (np.int32, np.int64):
            assert events(engine, number) == wanted


def test_numbers_of_worlds_take_any_integer() -> None:
    wanted = compare(SCENARIO, replicates=3, workers=1).as_dict()
    assert compare(SCENARIO, replicates=np.int32(3), workers=np.int64(1)).as_dict() == wanted  # type: ignore[arg-type]
    for wrong in (2.0, True, 0):
        with pytest.raises(InputError, match="replicates"):
            compare(SCENARIO, replicates=wrong, workers=1)


def test_scenarios_take_the_numbers_of_numpy() -> None:
    plain = SCENARIO.resolved()
    graph = {**plain["graph"], "accounts": np.int32(30), "mean_followers": np.float32(5)}
    story = {**plain["stories"][0], "appeal": np.float64(0.5), "author": {"ids": np.arange(2)}}
    story["reinforcement"] = [np.float64(1), 2.0]
    wanted = {**plain["stories"][0], "author": {"ids": [0, 1]}, "reinforcement": [1.0, 2.0]}
    given = Scenario.model_validate({**plain, "graph": graph, "stories": [story]})
    assert given == Scenario.model_validate({**plain, "stories": [wanted]})
