"""Edges that stand for two follows: the same graph by every door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from click.testing import CliRunner

from rumorsim import load
from rumorsim.cli.graph import graph as graph_command
from rumorsim.common.errors import InputError
from rumorsim.graphs import FollowGraph, from_edges, from_networkx, read_follows, write_follows
from rumorsim.scenario import build_graph

FORWARD = "follower followee"
#: The first lines of a list of friendships, each pair once, as SNAP publishes them.
PAIRS = [(0, 1), (0, 2), (1, 3), (2, 3)]
TEXT = "".join(f"{a} {b}\n" for a, b in PAIRS)
BOTH = from_edges(
    [a for a, _ in PAIRS] + [b for _, b in PAIRS],
    [b for _, b in PAIRS] + [a for a, _ in PAIRS],
    direction=FORWARD,
)
SCENARIO = """
name = "friends"
start = "2023-03-10 08:00"
horizon = "1 d"
[graph]
kind = "file"
path = "friends.txt"
{keys}
[[stories]]
name = "s"
truth = false
appeal = 0.5
author = {{ ids = [0] }}
"""


def scenario_with(folder: Path, keys: str) -> Any:
    (folder / "friends.txt").write_text(TEXT)
    path = folder / "scenario.toml"
    path.write_text(SCENARIO.format(keys=keys))
    return load(path)


def test_edges_from_arrays() -> None:
    made = from_edges([0, 0, 1, 1], [1, 2, 3, 1], direction=FORWARD, both_ways=True)
    made.validate()
    assert made.follows == 6
    assert (made.self_loops, made.duplicates) == (1, 0)
    assert np.array_equal(made.follower_counts(), made.followee_counts())


def test_an_edge_of_its_own_keeps_its_weight() -> None:
    made = from_edges(
        [0, 1, 2], [1, 0, 0], direction=FORWARD, weights=[1.0, 2.0, 3.0], both_ways=True
    )
    assert made.weights is not None
    weights = {
        (int(f), a): w
        for a in range(made.accounts)
        for f, w in zip(
            made.followers_of(a),
            made.weights[made.offsets[a] : made.offsets[a + 1]].tolist(),
            strict=True,
        )
    }
    assert weights == {(0, 1): 1.0, (1, 0): 2.0, (2, 0): 3.0, (0, 2): 3.0}
    assert made.duplicates == 2


@pytest.mark.parametrize("columns", [None, FORWARD, "followee follower"])
@pytest.mark.parametrize("name", ["f.txt", "f.csv", "f.txt.gz", "f.parquet", "f.graphml"])
def test_files_of_every_format(name: str, columns: str | None, tmp_path: Path) -> None:
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow", reason="Parquet needs the extra [data]")
    once = from_edges([a for a, _ in PAIRS], [b for _, b in PAIRS], direction=FORWARD)
    write_follows(once, tmp_path / name, columns=columns or FORWARD)
    read = read_follows(tmp_path / name, columns=columns, both_ways=True)
    assert read.equals(BOTH)
    # Negative control: without it each line is one follow.
    assert read_follows(tmp_path / name, columns=columns or FORWARD).follows == len(PAIRS)


def test_undirected_graphml(tmp_path: Path) -> None:
    nx.write_graphml(nx.Graph(PAIRS), tmp_path / "g.graphml")
    assert read_follows(tmp_path / "g.graphml", both_ways=True).equals(BOTH)
    with pytest.raises(InputError, match=r"is undirected.*--both-ways"):
        read_follows(tmp_path / "g.graphml", columns=FORWARD)


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
def test_networkx_graphs_of_every_kind(kind: Any) -> None:
    made = from_networkx(kind(PAIRS), both_ways=True)
    assert made.equals(BOTH)
    assert made.duplicates == 0
    looped = from_networkx(kind([*PAIRS, (3, 3)]), both_ways=True)
    assert looped.equals(BOTH)
    assert looped.self_loops == 1


def test_directed_graphs_need_one_of_the_two() -> None:
    with pytest.raises(InputError, match="order of the two ends"):
        from_networkx(nx.DiGraph(PAIRS))


def test_scenarios(tmp_path: Path) -> None:
    graph, _ = build_graph(scenario_with(tmp_path, "both_ways = true"))
    assert graph.equals(BOTH)
    graph, _ = build_graph(scenario_with(tmp_path, f'columns = "{FORWARD}"'))
    assert graph.follows == len(PAIRS)
    with pytest.raises(InputError, match=r"graph\.columns: is missing.*both_ways = true"):
        scenario_with(tmp_path, "")


def test_graphs_that_are_handed_over(tmp_path: Path) -> None:
    scenario = scenario_with(tmp_path, "both_ways = true")
    for given in (nx.Graph(PAIRS), nx.DiGraph(PAIRS)):
        own = scenario.on(given, both_ways=True).follow_graph
        assert isinstance(own, FollowGraph)
        assert own.equals(BOTH)
    with pytest.raises(InputError, match="both_ways=True"):
        scenario.on(nx.Graph(PAIRS), direction=FORWARD)
    for key in ({"both_ways": True}, {"direction": FORWARD}):
        with pytest.raises(InputError, match="must be left out: a FollowGraph says"):
            scenario.on(BOTH, **key)


def test_mapped_arrays_say_it_themselves(tmp_path: Path) -> None:
    write_follows(BOTH, tmp_path / "g.mapped")
    with pytest.raises(InputError, match="both_ways = true: must be left out"):
        read_follows(tmp_path / "g.mapped", both_ways=True)


def test_command_line(tmp_path: Path) -> None:
    (tmp_path / "friends.txt").write_text(TEXT)
    words = ["convert", str(tmp_path / "friends.txt"), str(tmp_path / "out.csv"), "--both-ways"]
    done = CliRunner().invoke(graph_command, words)
    assert done.exit_code == 0, done.output
    assert read_follows(tmp_path / "out.csv", columns=FORWARD).equals(BOTH)
    done = CliRunner().invoke(graph_command, ["info", str(tmp_path / "friends.txt")])
    assert done.exit_code == 2
    assert "--both-ways" in done.stderr
