"""Graphs that are handed over from Python: networkx, igraph, scipy, numpy and tables."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graph_samples import BACKWARD, FORWARD, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

import rumorsim
from rumorsim.common.errors import InputError
from rumorsim.graphs import FollowGraph, follow_graph, from_edges, from_networkx

EDGES = [(0, 1), (1, 2), (2, 0), (3, 0)]


def pairs(graph: FollowGraph) -> set[tuple[Any, Any]]:
    ids = graph.id_list()
    return {(ids[f], ids[a]) for a in range(graph.accounts) for f in graph.followers_of(a)}


# -- igraph ----------------------------------------------------------------------------


def igraph_graph(**options: Any) -> Any:
    return pytest.importorskip("igraph").Graph(EDGES, **options)


def test_igraph() -> None:
    made = igraph_graph(directed=True)
    assert pairs(follow_graph(made, direction=FORWARD)) == set(EDGES)
    assert follow_graph(made, direction=BACKWARD).equals(
        from_edges([v for _, v in EDGES], [u for u, _ in EDGES], direction=FORWARD, accounts=4)
    )
    made.vs["name"] = ["小明", "b", "7", "d"]
    made.vs["age"] = [1, 2, None, 4]
    made.es["weight"] = [0.5, 2, None, 1]
    found = follow_graph(made, direction=FORWARD)
    assert pairs(found) == {("小明", "b"), ("b", "7"), ("7", "小明"), ("d", "小明")}
    assert found.id_list() == ["7", "b", "d", "小明"]
    assert found.attributes["age"].tolist()[1:] == [2, 4, 1]
    row = slice(*found.offsets[3:5])
    assert found.weights is not None
    # Followers of 小明: 7 with no weight of its own, d with 1.
    assert found.weights[row].tolist() == [1.0, 1.0]
    assert found.weights.sum() == 4.5


def test_igraph_without_accounts_that_follow() -> None:
    igraph = pytest.importorskip("igraph")
    assert follow_graph(igraph.Graph(n=3, directed=True), direction=FORWARD).accounts == 3


def test_igraph_refused() -> None:
    with pytest.raises(InputError, match="both_ways=True"):
        follow_graph(igraph_graph(), direction=FORWARD)
    both = follow_graph(igraph_graph(), both_ways=True)
    assert pairs(both) == set(EDGES) | {(v, u) for u, v in EDGES}
    with pytest.raises(InputError, match="order of the two ends"):
        follow_graph(igraph_graph(directed=True))
    made = igraph_graph(directed=True)
    made.vs["name"] = ["a", "a", "b", "c"]
    with pytest.raises(InputError, match=r'name = "a": two accounts have the same id'):
        follow_graph(made, direction=FORWARD)
    made = igraph_graph(directed=True)
    made.es["weight"] = ["much"] * 4
    with pytest.raises(InputError, match="a weight must be"):
        follow_graph(made, direction=FORWARD)


# -- scipy and numpy -------------------------------------------------------------------


@pytest.mark.parametrize("form", ["coo", "csr", "csc", "lil", "dok"])
@pytest.mark.parametrize("kind", ["array", "matrix"])
def test_sparse_matrices(form: str, kind: str) -> None:
    from scipy import sparse

    rows, columns = np.array(EDGES).T
    made = getattr(sparse, f"coo_{kind}")((np.ones(4, int), (rows, columns)), shape=(5, 5))
    found = follow_graph(made.asformat(form), direction=FORWARD)
    assert pairs(found) == set(EDGES)
    assert found.accounts == 5
    assert found.weights is None
    weighted = made.astype(float) * 0.5
    weights = follow_graph(weighted.asformat(form), direction=FORWARD).weights
    assert weights is not None
    assert weights.tolist() == [0.5] * 4
    assert follow_graph(made.astype(bool).asformat(form), direction=FORWARD).equals(found)
    assert pairs(follow_graph(made.asformat(form), both_ways=True)) == set(EDGES) | {
        (v, u) for u, v in EDGES
    }


def test_repeated_entries_of_a_matrix_are_summed() -> None:
    from scipy.sparse import coo_array

    made = coo_array(([1, 2, 1], ([0, 0, 1], [1, 1, 0])), shape=(2, 2))
    weights = follow_graph(made, direction=FORWARD).weights
    assert weights is not None
    assert sorted(weights.tolist()) == [1.0, 3.0]
    assert made.nnz == 3


def test_matrices_refused() -> None:
    from scipy.sparse import coo_array

    ends = ([0, 1], [1, 0])
    for made, fragment in (
        (coo_array((2, 3)), "2 x 3: must be square"),
        (coo_array(([1, 0], ends)), "1 stored entry is 0"),
        (coo_array(([1, -1], ends)), "finite number of at least 0"),
        (coo_array(([1, np.nan], ends)), "finite number of at least 0"),
        (coo_array(([1j, 1], ends)), "real numbers"),
    ):
        with pytest.raises(InputError, match=fragment):
            follow_graph(made, direction=FORWARD)


def test_arrays_of_edges() -> None:
    whole = np.array(EDGES)
    for made in (whole, whole.astype(np.uint16), whole.astype(float), whole.astype(object)):
        assert follow_graph(made, direction=FORWARD).equals(
            from_edges(whole[:, 0], whole[:, 1], direction=FORWARD)
        )
    assert pairs(follow_graph(whole * 10, direction=BACKWARD)) == {
        (10 * v, 10 * u) for u, v in EDGES
    }
    words = np.array([["小明", "b"], ["b", "c d"]])
    assert pairs(follow_graph(words, direction=FORWARD)) == {("小明", "b"), ("b", "c d")}
    assert follow_graph(np.empty((0, 2), int), direction=FORWARD).accounts == 0


@pytest.mark.parametrize(
    ("made", "fragment"),
    [
        (np.eye(3), r"\(3, 3\): an array of edges must have the shape \[M, 2\]"),
        (np.arange(4), "shape"),
        (np.array([[0.5, 1.0]]), "whole numbers or text"),
        (np.array([[np.nan, 1.0]]), "column 0 = row 0: an id is missing"),
        (np.array([["a", None]], object), "column 1 = row 0: an id is missing"),
        (np.array([[True, False], [False, True], [True, True]]), "text, not booleans"),
        (np.array([["a", True], ["b", 1], ["c", 2]], object), "text, not booleans"),
        (np.array([[True, False], [False, True]]), "text, not booleans"),
        (np.array([[0, 1], [1, 0]]), "two edges or a matrix of follows among two accounts"),
        (np.array([[0.0, 0.5], [1.0, 0.0]]), "two edges or a matrix"),
    ],
)
def test_arrays_refused(made: Any, fragment: str) -> None:
    with pytest.raises(InputError, match=fragment):
        follow_graph(made, direction=FORWARD)


# -- tables ----------------------------------------------------------------------------

TABLE = {"fan": ["小明", "b", "b"], "star": ["b", "7", "小明"]}
TOLD = {("小明", "b"), ("b", "7"), ("b", "小明")}


def tables(columns: dict[str, Any]) -> list[Any]:
    found = []
    for package, make in (
        ("pandas", lambda module: module.DataFrame(columns)),
        ("polars", lambda module: module.DataFrame(columns)),
        ("pyarrow", lambda module: module.table(columns)),
    ):
        module = pytest.importorskip(package)
        found.append(make(module))
    return found


def test_tables() -> None:
    for table in tables(TABLE):
        assert pairs(follow_graph(table, direction=FORWARD)) == TOLD
        assert pairs(follow_graph(table, direction=BACKWARD)) == {(v, u) for u, v in TOLD}
        named = follow_graph(table, direction="followee=star follower=fan")
        assert pairs(named) == TOLD
    weighted = {"u": [0, 1], "v": [1, 2], "w": [0.5, 2.0], "more": ["x", "y"]}
    for table in tables(weighted):
        found = follow_graph(table, direction="follower=u followee=v weight=w")
        assert pairs(found) == {(0, 1), (1, 2)}
        assert found.weights is not None
        assert found.weights.tolist() == [0.5, 2.0]
        with pytest.raises(InputError, match="has 4 columns where 2 are expected; name them"):
            follow_graph(table, direction=FORWARD)
        with pytest.raises(InputError, match='did you mean "more"'):
            follow_graph(table, direction="follower=u followee=mor")
    for table in tables({"followee": ["a"], "follower": ["b"]}):
        assert pairs(follow_graph(table, direction=BACKWARD)) == {("b", "a")}
        with pytest.raises(InputError, match='the header says "followee follower"'):
            follow_graph(table, direction=FORWARD)


def test_missing_ids_in_tables_are_refused() -> None:
    for columns in ({"u": [1, None], "v": [2, 3]}, {"u": ["a", None], "v": ["b", "c"]}):
        for table in tables(columns):
            with pytest.raises(InputError, match="u = row 1: an id is missing"):
                follow_graph(table, direction=FORWARD)


# -- all of them -----------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(
    edges=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, unique=True),
    direction=st.sampled_from([FORWARD, BACKWARD]),
)
def test_every_kind_of_graph_gives_the_same_follows(
    edges: list[tuple[int, int]], direction: str
) -> None:
    igraph, pandas = pytest.importorskip("igraph"), pytest.importorskip("pandas")
    from scipy.sparse import coo_array

    network: nx.DiGraph[Any] = nx.DiGraph()
    network.add_nodes_from(range(7))
    network.add_edges_from(edges)
    wanted = from_networkx(network, direction=direction)
    ends = np.array(edges)
    given = [
        igraph.Graph(n=7, edges=edges, directed=True),
        coo_array((np.ones(len(edges)), (ends[:, 0], ends[:, 1])), shape=(7, 7)),
    ]
    for graph in given:
        assert follow_graph(graph, direction=direction).equals(wanted)
    array = ends if len(ends) != 2 else np.vstack([ends, ends])  # 2 x 2 may be a matrix
    for graph in (array, pandas.DataFrame(ends, columns=["u", "v"])):
        found = follow_graph(graph, direction=direction)
        assert pairs(found) == pairs(wanted)


def test_scenarios_take_them_all() -> None:
    scenario = rumorsim.loads(
        'horizon = "6 h"\n[graph]\nkind = "star"\naccounts = 3\n[[stories]]\n'
        'name = "a"\ntruth = false\nappeal = 0.9\nauthor = { ids = [0] }\n'
    )
    digests = {
        rumorsim.run(scenario.on(graph, direction=FORWARD)).digest
        for graph in (igraph_graph(directed=True), np.array(EDGES), nx.DiGraph(EDGES))
    }
    assert len(digests) == 1
    for graph in ([(0, 1)], "g.txt", None, {0: [1]}):
        with pytest.raises(InputError, match="is not a kind of graph that rumorsim can read"):
            scenario.on(graph, direction=FORWARD)


def test_nothing_of_others_is_imported() -> None:
    code = (
        "import sys, numpy as np; from rumorsim.graphs import follow_graph;"
        "follow_graph(np.array([[0, 1]]), direction='follower followee');"
        "print([n for n in ('igraph', 'pandas', 'polars', 'pyarrow') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=True
    )
    assert done.stdout.strip() == "[]"
