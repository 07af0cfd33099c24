"""Follow graphs from networkx and back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from operator import itemgetter
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.graphs.building import from_edges
from rumorsim.graphs.columns import DIRECTIONS, UNDIRECTED, WEIGHT_RULE, follower_first
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.numbering import attribute_array, is_missing, ordered

_WEIGHT = "weight"


def from_networkx(
    graph: nx.Graph[Any],
    *,
    direction: str | None = None,
    both_ways: bool = False,
    weight: str | None = _WEIGHT,
    file: str = "",
) -> FollowGraph:
    """Convert a networkx graph to a follow graph.

    Every node becomes an account with its attributes (missing ones are NaN among numbers and None
    otherwise). Parallel edges of a multigraph are counted as duplicates. For the numbering of
    accounts see :func:`.from_edges`; ids that are neither numbers nor text keep the order of the
    graph.

    Parameters
    ----------
    graph : networkx.Graph
        Any networkx graph; undirected ones need ``both_ways``.
    direction : {"follower followee", "followee follower"}
        Whether an edge u -> v says that u follows v, or v follows u; optional with ``both_ways``.
    both_ways : bool
        Whether each edge, directed or not, stands for two follows.
    weight : str or None
        Edge attribute that holds weights (1.0 where it is missing); without it follows have no
        weights. Other edge attributes are left out.
    file : str
        Name of the file that error messages mention.

    Returns
    -------
    FollowGraph

    Raises
    ------
    InputError
        If the graph is undirected and ``both_ways`` is False, or weights are invalid.
    """
    if direction is None:
        direction = DIRECTIONS[0] if both_ways else ""
    follower_first(direction)
    if not graph.is_directed() and not both_ways:
        advice = "give a DiGraph, or both_ways=True if all follow each other"
        raise InputError(UNDIRECTED, file, "graph", type(graph).__name__, advice)
    nodes = list(graph)
    order, _, table = ordered(nodes)
    nodes = [nodes[i] for i in order]
    ends_of = _parallel_ends if graph.is_multigraph() else _ends
    source, target, rows = ends_of(graph, nodes, table is None)
    weights = None if weight is None else _weights(rows, len(source), weight, file)
    return from_edges(
        source,
        target,
        direction=direction,
        # Rows of an undirected graph hold each edge at both ends already.
        both_ways=both_ways and (graph.is_directed() or graph.is_multigraph()),
        weights=weights,
        accounts=len(nodes),
        ids=table,
        attributes=_attributes(graph, nodes),
        file=file,
    )


#: Numbers of both ends of each edge, and the data of edges in rows.
Ends = tuple[NDArray[np.int32], NDArray[np.int32], list[Any]]


def _ends(graph: nx.Graph[Any], nodes: list[Any], plain: bool) -> Ends:
    # Whole rows at a time, in compiled loops: one look at each edge for its end, one for
    # its data. Where it is ``plain`` the nodes are account numbers already.
    rows = list(map(dict(graph.adjacency()).__getitem__, nodes))
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    follows = int(lengths.sum())
    neighbours: Iterator[Any] = chain.from_iterable(rows)
    if not plain:
        place = {node: i for i, node in enumerate(nodes)}
        neighbours = map(place.__getitem__, neighbours)
    ends = np.fromiter(neighbours, np.int32, follows)
    starts = np.repeat(np.arange(len(nodes), dtype=np.int32), lengths)
    return starts, ends, [row.values() for row in rows]


def _parallel_ends(graph: nx.Graph[Any], nodes: list[Any], plain: bool) -> Ends:
    place = {node: i for i, node in enumerate(nodes)}
    edges = list(graph.edges(data=True))
    source = [place[u] for u, _, _ in edges]
    target = [place[v] for _, v, _ in edges]
    return np.array(source, np.int32), np.array(target, np.int32), [[data for _, _, data in edges]]


def _weights(rows: list[Any], follows: int, name: str, file: str) -> NDArray[np.float64] | None:
    """The weights in rows of edge data, 1.0 where there is none; None if none has any."""
    # Most graphs have no edge data at all, or a weight everywhere: both are seen fast.
    if not any(map(any, rows)):
        return None
    try:
        try:
            return np.fromiter(
                map(itemgetter(name), chain.from_iterable(rows)), np.float64, follows
            )
        except KeyError:
            found = [data.get(name) for data in chain.from_iterable(rows)]
            if found.count(None) == follows:
                return None
            return np.array([1.0 if each is None else float(each) for each in found])
    except (OverflowError, TypeError, ValueError) as error:
        value = show_value(str(error))
        raise InputError(WEIGHT_RULE, file, show_value(name)[1:-1], value) from error


def _attributes(graph: nx.Graph[Any], nodes: list[Any]) -> dict[str, NDArray[Any]]:
    names = dict.fromkeys(str(name) for _, data in graph.nodes(data=True) for name in data)
    return {
        name: attribute_array([graph.nodes[node].get(name) for node in nodes]) for name in names
    }


def to_networkx(graph: FollowGraph, *, direction: str, weight: str = _WEIGHT) -> nx.DiGraph[Any]:
    """Convert a follow graph to a networkx DiGraph with the original ids.

    Parameters
    ----------
    graph : FollowGraph
        The graph to convert; missing attributes (None, NaN) are left out.
    direction : {"follower followee", "followee follower"}
        Meaning of an edge u -> v, as for :func:`.from_networkx`.
    weight : str
        Edge attribute that holds the weights, if the graph has any.

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    InputError
        If ``direction`` is neither of the two.

    Examples
    --------
    >>> graph = rumorsim.from_edges(["ann", "cid"], ["bob", "bob"], direction="follower followee")
    >>> rumorsim.to_networkx(graph, direction="follower followee").in_degree("bob")
    2
    """
    swap = follower_first(direction)
    nodes = graph.id_list()
    result: nx.DiGraph[Any] = nx.DiGraph()
    result.add_nodes_from(nodes)
    for name, values in graph.attributes.items():
        for node, value in zip(nodes, values.tolist(), strict=True):
            if not is_missing(value):
                result.nodes[node][name] = value
    ends = graph.followees(), graph.followers
    source, target = ([nodes[i] for i in end.tolist()] for end in (ends[::-1] if swap else ends))
    if graph.weights is None:
        result.add_edges_from(zip(source, target, strict=True))
    else:
        weighted = zip(source, target, graph.weights.tolist(), strict=True)
        result.add_weighted_edges_from(weighted, weight=weight)
    return result
