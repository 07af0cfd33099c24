"""``graph.seed = "replicate"``: each world draws a follow graph of its own from its seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import rumorsim
from rumorsim import InputError, Scenario, Simulation
from rumorsim.graphs.made import graphs_of_worlds, seed_in_world
from rumorsim.graphs.mapped import read_mapped
from rumorsim.scenario import build_graph
from rumorsim.scenario.described import described
from rumorsim.scenario.estimates import expectations
from rumorsim.studies.compare.summary import head
from rumorsim.studies.runner.graph_cache import Shelf
from rumorsim.studies.runner.reproduce import reproduce

POLICY = "close accounts"
STARTS = Path(__file__).resolve().parents[2] / "configs/starts"


@pytest.fixture
def shared() -> Scenario:
    return rumorsim.load(STARTS / "small.toml").set("graph.accounts", 200)


@pytest.fixture
def own(shared: Scenario) -> Scenario:
    return shared.set("graph.seed", "replicate")


def graph_of(scenario: Scenario, seed: int, policy: str = "none", engine: str = "fast") -> str:
    return Simulation(scenario, policy, seed, engine).world.graph.digest()


def test_graph_follows_the_seed_only(own: Scenario) -> None:
    first = {
        graph_of(own, 1, policy, engine)
        for policy in ("none", POLICY)
        for engine in ("fast", "reference")
    }
    assert len(first) == 1
    assert len({*first, graph_of(own, 2), graph_of(own, 3)}) == 3
    # Neither what was built before nor the scenario's own seed counts.
    assert {graph_of(own.with_(seed=9), 1)} == first
    assert {build_graph(own.with_(seed=1))[0].digest()} == first


def test_engines_agree(own: Scenario) -> None:
    for policy in ("none", POLICY):
        fast, reference = (rumorsim.run(own, policy, 5, each) for each in ("fast", "reference"))
        assert fast.digest == reference.digest
        assert fast.provenance["graph_digest"] == reference.provenance["graph_digest"]


def test_same_as_naming_the_derived_seed(own: Scenario, shared: Scenario) -> None:
    named = shared.set("graph.seed", seed_in_world(4))
    assert rumorsim.run(own, POLICY, 4).digest == rumorsim.run(named, POLICY, 4).digest


def test_whole_number_is_one_graph_for_all_worlds(shared: Scenario) -> None:
    assert graph_of(shared, 1) == graph_of(shared, 2)
    assert shared.graph.in_world(2) is shared.graph


def test_derived_seeds_spread() -> None:
    seeds = {seed_in_world(seed, part) for seed in range(500) for part in range(2)}
    assert len(seeds) == 1000
    assert 2**62 < max(seeds) < 2**63
    assert 0 <= seed_in_world(2**64 - 1) < 2**63


def test_parts_of_a_union_are_drawn_apart(shared: Scenario) -> None:
    part = {"kind": "erdos-renyi", "accounts": 80, "mean_followers": 4.0, "seed": "replicate"}
    union = shared.set("graph", {"kind": "union", "parts": {"a": part, "b": dict(part)}})
    graphs = [build_graph(union, seed)[0] for seed in (1, 2)]
    assert graphs[0].digest() != graphs[1].digest()
    rows = [graphs[0].follower_counts()[:80], graphs[0].follower_counts()[80:]]
    assert not np.array_equal(*rows)
    assert (
        rumorsim.run(union, seed=3).digest == rumorsim.run(union, seed=3, engine="reference").digest
    )


@pytest.mark.parametrize(
    "graph",
    [
        {"kind": "file", "path": "follows.txt", "columns": "follower followee"},
        {"kind": "given"},
        {"kind": "star", "accounts": 5},
    ],
)
def test_only_generated_graphs(shared: Scenario, graph: dict[str, object]) -> None:
    with pytest.raises(InputError, match="goes with graphs that are drawn at random") as error:
        shared.set("graph", {**graph, "seed": "replicate"})
    assert error.value.faults[0].key == "graph.seed"


def test_comparison_has_a_graph_in_each_world(own: Scenario, shared: Scenario) -> None:
    found = rumorsim.compare(own, replicates=3, seed=1, workers=1)
    for policy in ("none", POLICY):
        for place, seed in enumerate((1, 2, 3)):
            assert found.digests[policy][place] == rumorsim.run(own, policy, seed).digest
    assert "each with a generated follow graph of its own" in head(found)
    one = rumorsim.compare(shared, replicates=3, seed=1, workers=1)
    assert "which share one generated follow graph" in head(one)
    assert one.digests != found.digests


def test_words(own: Scenario, shared: Scenario) -> None:
    assert "own; these figures are of the world with seed 1" in expectations(own)
    assert "each world draws" not in expectations(shared)
    assert "each with a generated follow graph of its own" in " ".join(described(own).split())
    assert "which share one generated follow graph" in " ".join(described(shared).split())
    assert graphs_of_worlds({"kind": "file", "path": "x"}) == ""
    assert graphs_of_worlds({"kind": "star", "accounts": 3}) == ""


def test_workers_of_a_sweep_do_not_count(own: Scenario, tmp_path: Path) -> None:
    tables = []
    for workers in (1, 2):
        rumorsim.sweep(
            own,
            tmp_path / str(workers),
            parameters={"stories[tap-water].appeal": [0.1, 0.2]},
            replicates=3,
            workers=workers,
        )
        tables.append((tmp_path / str(workers) / "runs.parquet").read_bytes())
    assert tables[0] == tables[1]
    records = sorted((tmp_path / "2" / "runs").rglob("*.run"))
    assert reproduce(records[0]).same


def test_reproduce(own: Scenario, tmp_path: Path) -> None:
    rumorsim.run(own, POLICY, 6).save(tmp_path / "run")
    assert reproduce(tmp_path / "run").same


def test_shelf_keeps_the_graph_of_each_world(
    own: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rumorsim.studies.runner import graph_cache as shelf

    kept = Shelf(tmp_path)
    kept.ready(own.with_(seed=1))
    assert not list(tmp_path.iterdir()), "a small graph of one world is not worth a file"
    monkeypatch.setattr(shelf, "_LARGE", 100)
    wanted = [graph_of(own, seed) for seed in (1, 2)]
    for seed in (1, 2):
        world = own.with_(seed=seed)
        kept.ready(world)
        graph, _ = build_graph(world)
        assert graph.digest() == wanted[seed - 1]
    shelved = [read_mapped(each).digest() for each in tmp_path.glob("*.mapped")]
    assert sorted(shelved) == sorted(wanted)


def test_frames_have_the_shape_of_a_shared_graph(own: Scenario) -> None:
    frames = [
        rumorsim.compare(each, replicates=3, seed=1, workers=1).frame()
        for each in (own, own.set("graph.seed", 1))
    ]
    assert list(frames[0].columns) == list(frames[1].columns)
    assert len(frames[0]) == len(frames[1]) > 0
