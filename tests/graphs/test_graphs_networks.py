"""networkx in and out."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest

from rumorsim.common.errors import InputError
from rumorsim.graphs import from_edges, from_networkx, to_networkx

FORWARD, BACKWARD = "follower followee", "followee follower"


def sample() -> nx.DiGraph[Any]:
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_edge("ann", "bob", weight=0.5)
    graph.add_edge("bob", 3, weight=2.0)
    graph.add_edge(3, "ann", weight=1.0)
    graph.add_node(2**70, kind="media", followers=7, score=0.25, open=True)
    graph.add_node("ann", kind="self-media")
    return graph


@pytest.mark.parametrize("direction", [FORWARD, BACKWARD])
def test_round_trip_keeps_ids_attributes_and_weights(direction: str) -> None:
    graph = sample()
    back = to_networkx(from_networkx(graph, direction=direction), direction=direction)
    assert dict(back.nodes(data=True)) == dict(graph.nodes(data=True))
    assert sorted(back.edges(data=True), key=str) == sorted(graph.edges(data=True), key=str)
    # Negative control: back in the other direction, every follow is reversed.
    turned = to_networkx(
        from_networkx(graph, direction=direction),
        direction=BACKWARD if direction == FORWARD else FORWARD,
    )
    assert nx.utils.graphs_equal(turned, graph.reverse())
    assert set(turned.edges) != set(graph.edges)


def test_direction_says_who_follows() -> None:
    graph = nx.DiGraph([("fan", "star")])
    follows = from_networkx(graph, direction=FORWARD)
    assert follows.followers_of(follows.index_of("star")).tolist() == [follows.index_of("fan")]
    against = from_networkx(graph, direction=BACKWARD)
    assert against.followers_of(against.index_of("star")).size == 0
    with pytest.raises(InputError, match="order of the two ends"):
        from_networkx(graph, direction="up")


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_from_edges(seed: int) -> None:
    graph = nx.gnp_random_graph(60, 0.08, seed=seed, directed=True)
    edges = np.array(graph.edges)
    by_edges = from_edges(edges[:, 0], edges[:, 1], direction=FORWARD, accounts=60)
    assert from_networkx(graph, direction=FORWARD).equals(by_edges)
    named = nx.relabel_nodes(graph, {i: (i // 7, i % 7) for i in graph})
    follows = from_networkx(named, direction=FORWARD)
    assert follows.digest() == by_edges.digest()
    assert follows.id_of(8) == (1, 1)


def test_self_loops_and_parallel_edges_are_counted() -> None:
    graph = nx.MultiDiGraph([(0, 1), (0, 1), (0, 1), (1, 1), (2, 0)])
    graph[0][1][0]["weight"] = 4.0
    follows = from_networkx(graph, direction=FORWARD)
    assert (follows.self_loops, follows.duplicates, follows.follows) == (1, 2, 2)
    assert follows.weights is not None
    assert follows.weights.tolist() == [1.0, 4.0]


@pytest.mark.parametrize("kind", [nx.Graph, nx.MultiGraph])
def test_undirected_graphs_are_refused_unless_both_ways(kind: Any) -> None:
    graph = kind([(0, 1), (1, 2)])
    with pytest.raises(InputError, match="both_ways=True"):
        from_networkx(graph, direction=FORWARD)
    follows = from_networkx(graph, direction=FORWARD, both_ways=True)
    assert follows.follower_counts().tolist() == [1, 2, 1]
    assert follows.duplicates == 0


def test_missing_attributes_are_nan_or_none() -> None:
    follows = from_networkx(sample(), direction=FORWARD)
    at = follows.index_of(2**70)
    assert follows.attributes["followers"].dtype == np.float64
    assert np.isnan(follows.attributes["followers"]).sum() == 3
    assert follows.attributes["kind"].tolist().count(None) == 2
    assert follows.attributes["open"][at] is True


def test_weights_only_where_the_graph_has_some() -> None:
    graph = nx.DiGraph([(0, 1), (1, 2)])
    assert from_networkx(graph, direction=FORWARD).weights is None
    graph[0][1]["since"] = 2009
    assert from_networkx(graph, direction=FORWARD).weights is None
    graph[0][1]["weight"] = 3
    weights = from_networkx(graph, direction=FORWARD).weights
    assert weights is not None
    assert weights.tolist() == [3.0, 1.0]
    for bad in ("much", float("nan"), -1):
        graph[0][1]["weight"] = bad
        with pytest.raises(InputError, match="finite number of at least 0"):
            from_networkx(graph, direction=FORWARD)


def test_empty_graph_and_nodes_alone() -> None:
    assert from_networkx(nx.DiGraph(), direction=FORWARD).accounts == 0
    graph = nx.DiGraph()
    graph.add_nodes_from([5, 2])
    follows = from_networkx(graph, direction=FORWARD)
    follows.validate()
    assert follows.id_list() == [2, 5]
    assert follows.follows == 0
