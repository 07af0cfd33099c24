"""Every public name: copied, deep-copied, pickled and used by threads, right or refused."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import networkx as nx
import numpy as np
import pytest
from intervention_examples import WORLD
from small_worlds import agree, small

import rumorsim
from rumorsim.common.errors import RumorsimError
from rumorsim.measures import MEASURES
from rumorsim.measures.spread_statistics import SPREAD_STATISTICS
from rumorsim.scenario import Scenario, build_graph

WAYS: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda each: pickle.loads(pickle.dumps(each)),
}


def scenario() -> Scenario:
    close = {"kind": "close-accounts", "when": {"reports": 3}}
    policies = [{"name": "close", "interventions": [close]}]
    return small(WORLD, {"policies": policies, "measures": ["reach", "enforcement"]})


def simulation() -> rumorsim.Simulation:
    made = rumorsim.Simulation(scenario(), "close", 3)
    made.advance(9.0)
    return made


LAW = rumorsim.ParentLaw.power_law(1.0, 0.5)


def cascades() -> rumorsim.Cascades:
    tree: nx.DiGraph[int] = nx.DiGraph()
    tree.add_node(0, account="a", time=0.0)
    tree.add_node(1, account="b", time=2.0)
    tree.add_edge(0, 1)
    return rumorsim.read_cascades(tree)


def same_world(one: rumorsim.World, other: rumorsim.World) -> bool:
    tables = ("accounts", "posts", "stories", "profiles")
    return all(
        np.array_equal(getattr(one, table)[column], getattr(other, table)[column])
        for table in tables
        for column in getattr(one, table).dtype.names
    )


def same_graph(one: rumorsim.FollowGraph, other: rumorsim.FollowGraph) -> bool:
    return one.digest() == other.digest()


def equal(one: Any, other: Any) -> bool:
    return bool(one == other)


def same_type(one: Any, other: Any) -> bool:
    return type(one) is type(other)


#: How to make one of each public class, and when a copy is right; None: copies are refused.
CLASSES: dict[str, tuple[Callable[[], Any], Callable[[Any, Any], bool] | None]] = {
    "Batch": (lambda: simulation().advance(12.0), agree),
    "Cascades": (cascades, lambda a, b: agree(a.batch, b.batch) and a.info() == b.info()),
    "Desk": (lambda: simulation().desk, None),
    "FollowGraph": (lambda: build_graph(scenario())[0], same_graph),
    "Forests": (
        lambda: rumorsim.infer_forests(cascades(), law=LAW),
        lambda a, b: agree(a.forest(1).batch, b.forest(1).batch),
    ),
    "InputError": (lambda: _error(), lambda a, b: a.faults == b.faults),
    "Intervention": (lambda: scenario().policies[0].interventions[0], equal),
    "Kind": (lambda: rumorsim.Kind.SHARE, lambda a, b: a is b),
    "Measure": (lambda: MEASURES["reach"], same_type),
    "ParentLaw": (lambda: LAW, equal),
    "ParentModel": (
        lambda: rumorsim.infer_forests(cascades(), law=LAW).model,
        lambda a, b: np.array_equal(a.forests(3), b.forests(3)),
    ),
    "Result": (
        lambda: rumorsim.run(scenario(), "close", 3),
        lambda a, b: a.as_dict() == b.as_dict(),
    ),
    "Scenario": (scenario, equal),
    "Simulation": (simulation, None),
    "SpreadStatistic": (lambda: SPREAD_STATISTICS["sizes"], equal),
    "World": (lambda: simulation().world, same_world),
}


def _error() -> rumorsim.InputError:
    with pytest.raises(rumorsim.InputError) as caught:
        rumorsim.loads('horizon = "never"')
    return caught.value


def public() -> dict[str, Any]:
    return {name: getattr(rumorsim, name) for name in rumorsim.__all__}


def test_every_public_name_is_walked() -> None:
    classes = {name for name, each in public().items() if isinstance(each, type)}
    functions = {name for name, each in public().items() if isinstance(each, FunctionType)}
    assert classes == set(CLASSES)
    assert classes | functions == set(rumorsim.__all__)


@pytest.mark.parametrize("way", WAYS)
def test_functions_and_classes_travel_by_reference(way: str) -> None:
    for each in public().values():
        assert WAYS[way](each) is each


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", CLASSES)
def test_a_copy_is_right_or_refused_in_one_sentence(name: str, way: str) -> None:
    make, right = CLASSES[name]
    original = make()
    if name == "Simulation" and way == "deepcopy":
        branch = copy.deepcopy(original)
        assert agree(branch.advance(30.0), original.advance(30.0))
    elif right is None:
        with pytest.raises(TypeError, match=r"fork\(\)") as caught:
            WAYS[way](original)
        assert "\n" not in str(caught.value)
    else:
        assert right(WAYS[way](original), original)


def test_what_was_copied_does_not_move_with_the_original() -> None:
    running = simulation()
    snapshot = copy.deepcopy(running.world)
    posts = snapshot.posts_made
    running.advance(30.0)
    assert snapshot.posts_made == posts < running.world.posts_made


@pytest.mark.parametrize("way", WAYS)
def test_comparisons_and_sweeps_are_copied_whole(way: str, tmp_path: Path) -> None:
    found = rumorsim.compare(scenario(), replicates=2, workers=1)
    assert WAYS[way](found) == found
    values = {"stories[rumor].appeal": [0.1, 0.2]}
    swept = rumorsim.sweep(scenario(), tmp_path / "s", parameters=values, replicates=1, workers=0)
    again = WAYS[way](swept)
    assert again == swept
    assert [row.digest for row in again.runs()] == [row.digest for row in swept.runs()]


@pytest.mark.parametrize("way", ["copy", "deepcopy"])
def test_a_sweep_in_a_temporary_folder_lives_as_long_as_a_copy(way: str) -> None:
    values = {"stories[rumor].appeal": [0.1, 0.2]}
    swept = rumorsim.sweep(scenario(), parameters=values, replicates=1, workers=0)
    with pytest.raises(TypeError, match="give sweep\\(\\) a directory"):
        pickle.dumps(swept)
    again, folder = WAYS[way](swept), swept.directory
    del swept
    gc.collect()
    assert all(row.error is None and row.digest for row in again.runs())
    del again
    gc.collect()
    assert not folder.exists()


def test_runs_in_threads_are_those_of_one_thread() -> None:
    asked = scenario()
    expected = {seed: rumorsim.run(asked, "close", seed).digest for seed in range(6)}
    found: dict[int, str] = {}

    def go(seeds: range) -> None:
        for seed in seeds:
            found[seed] = rumorsim.run(asked, "close", seed).digest

    threads = [threading.Thread(target=go, args=(range(i, 6, 3),)) for i in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == expected


def test_a_state_of_a_measure_is_copied_whole() -> None:
    running = simulation()
    for measure in MEASURES.values():
        if measure.needs_follows:
            continue
        state = measure.start(running.facts)
        other = pickle.loads(pickle.dumps(state))
        batch = rumorsim.Simulation(scenario(), "close", 3).advance(9.0)
        for each in (state, other, copied := copy.deepcopy(state)):
            measure.observe(each, batch)
        assert measure.value(state) == measure.value(other) == measure.value(copied)


# -- the stream of events ----------------------------------------------------------------


def test_a_stream_is_read_once_and_ends_early_on_request() -> None:
    whole = list(rumorsim.stream(scenario(), "close", 3))
    with rumorsim.stream(scenario(), "close", 3) as events:
        assert iter(events) is events
        assert np.array_equal(next(events).rows, whole[0].rows)
    assert list(events) == []


@pytest.mark.parametrize("way", WAYS)
def test_a_stream_is_not_copied(way: str) -> None:
    events = rumorsim.stream(scenario(), "close", 3)
    next(events)
    with pytest.raises(TypeError, match=r"a stream of events cannot be (copied|pickled): rumorsim"):
        WAYS[way](events)
    assert len(list(events)) > 0


def test_a_stream_has_one_reader_at_a_time() -> None:
    """A second reader, another thread or the policy itself, gets a sentence and no events."""
    told: list[str] = []

    def tries() -> None:
        for use in (lambda: next(events), events.close):
            with pytest.raises(RumorsimError) as refused:
                use()
            told.append(str(refused.value))

    def policy(desk: rumorsim.Desk) -> Any:
        other = threading.Thread(target=tries)
        other.start()
        other.join()
        tries()
        yield desk.env.timeout(1)

    events = rumorsim.stream(scenario(), policy, 3)
    assert len(next(events)) > 0
    assert len(told) == 4
    assert all("is being read already" in each for each in told)
