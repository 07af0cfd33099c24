"""Graphs that are handed over from Python, as follow graphs.

The package that a graph belongs to identifies it, if it has been imported: none is needed here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.plurals import counted
from rumorsim.graphs.building import from_edges, named_by
from rumorsim.graphs.columns import DIRECTIONS, UNDIRECTED, WEIGHT_RULE, parse_columns
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.numbering import attribute_array, is_missing

_WEIGHT: Final = "weight"


def follow_graph(
    graph: Any, *, direction: str | None = None, both_ways: bool = False
) -> FollowGraph:
    """Convert a graph or a table of edges from another library to a follow graph.

    Parameters
    ----------
    graph : object
        - a networkx graph (see :func:`.from_networkx`);
        - an igraph graph: the vertex attribute "name" holds the ids if there is one, the edge
          attribute "weight" the weights;
        - a scipy sparse matrix (see ``from_matrix``);
        - a numpy array of edges, shape [M, 2], of whole numbers or text (2 x 2 numbers are
          refused, since they may be a matrix);
        - a table of edges (pandas, polars, pyarrow) with two columns, or more with ``direction``;
        - a :class:`.FollowGraph`, for which ``direction`` is left out.
    direction : str, optional
        Meaning of an edge u -> v: with "follower followee" u follows v, with "followee follower"
        v follows u. For a table with weights "follower followee weight"; for a table with further
        columns their names, as in "follower=NAME followee=NAME weight=NAME".
    both_ways : bool
        Whether each edge stands for two follows; required for undirected graphs.

    Returns
    -------
    FollowGraph

    Raises
    ------
    InputError
        If the graph cannot be converted.

    Examples
    --------
    >>> edges = np.array([["ann", "bob"], ["cid", "bob"]])
    >>> rumorsim.follow_graph(edges, direction="follower followee").follows
    2
    """
    if isinstance(graph, FollowGraph):
        for key, value in (("direction", direction), ("both_ways", both_ways or None)):
            if value is not None:
                rule = "must be left out: a FollowGraph says who follows whom"
                raise InputError(rule, key=key, value=show_value(value))
        return graph
    if direction is None and both_ways:
        direction = DIRECTIONS[0]
    for holds, make in _KINDS.items():
        if holds(graph):
            return make(graph, direction=direction or "", both_ways=both_ways)
    rule = "is not a kind of graph that rumorsim can read"
    advice = "give a networkx or igraph graph, a scipy sparse matrix, an array or a table of edges"
    raise InputError(rule, key="graph", value=type(graph).__qualname__, advice=advice)


def _is_of(package: str, name: str) -> Callable[[Any], bool]:
    """Whether something is of a class that may not be installed, let alone imported."""

    def holds(graph: Any) -> bool:
        module = sys.modules.get(package)
        return module is not None and isinstance(graph, getattr(module, name))

    return holds


def _is_sparse(graph: Any) -> bool:
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and bool(sparse.issparse(graph))


def _is_table(graph: Any) -> bool:
    return hasattr(graph, "columns") and hasattr(graph, "__getitem__") and hasattr(graph, "shape")


def _from_networkx(graph: Any, **options: Any) -> FollowGraph:
    from rumorsim.graphs.networks import from_networkx

    return from_networkx(graph, **options)


def _from_igraph(graph: Any, *, direction: str, both_ways: bool) -> FollowGraph:
    if not graph.is_directed() and not both_ways:
        advice = "give a directed graph, or both_ways=True if all follow each other"
        raise InputError(UNDIRECTED, key="graph", value=type(graph).__qualname__, advice=advice)
    edges = np.array(graph.get_edgelist(), np.int64).reshape(-1, 2)
    weights = None
    if _WEIGHT in graph.es.attributes():
        given = graph.es[_WEIGHT]
        weights = _numbers([1.0 if is_missing(each) else each for each in given])
    made = from_edges(
        edges[:, 0],
        edges[:, 1],
        direction=direction,
        both_ways=both_ways,
        accounts=graph.vcount(),
        weights=weights,
        attributes={name: attribute_array(graph.vs[name]) for name in graph.vs.attributes()},
    )
    return named_by(made, "name", ids="typed") if "name" in made.attributes else made


def _numbers(values: list[Any]) -> NDArray[np.float64]:
    try:
        return np.array([float(each) for each in values])
    except (OverflowError, TypeError, ValueError) as error:
        raise InputError(WEIGHT_RULE, key=_WEIGHT, value=show_value(str(error))) from error


def _from_array(graph: Any, *, direction: str, both_ways: bool) -> FollowGraph:
    if graph.ndim != 2 or graph.shape[1] != 2:
        rule = "an array of edges must have the shape [M, 2]"
        advice = "give a matrix of follows as scipy.sparse.coo_array(matrix)"
        raise InputError(rule, key="graph", value=str(graph.shape), advice=advice)
    if graph.shape == (2, 2) and graph.dtype.kind in "iuf":
        rule = "may be two edges or a matrix of follows among two accounts"
        advice = (
            "give a matrix as scipy.sparse.coo_array(matrix), "
            "edges as rumorsim.from_edges(edges[:, 0], edges[:, 1], direction=...)"
        )
        raise InputError(rule, key="graph", value="2 x 2", advice=advice)
    ends = [_ids(graph[:, i], f"column {i}") for i in (0, 1)]
    return from_edges(*ends, direction=direction, both_ways=both_ways)


def _from_table(graph: Any, *, direction: str, both_ways: bool) -> FollowGraph:
    wanted = parse_columns(direction, key="direction")
    labels = list(getattr(graph, "column_names", None) or graph.columns)
    names = list(map(str, labels))
    if len(set(names)) < len(names):
        rule = "column names must be distinct"
        raise InputError(rule, key="graph", value=show_value(", ".join(names)))
    if not wanted.named_in(names) and len(names) != len(wanted.words):
        rule = f"has {counted(len(names), 'column')} where {len(wanted.words)} are expected"
        advice = 'name them: direction="follower=NAME followee=NAME"'
        raise InputError(rule, key="graph", value=show_value(", ".join(names)), advice=advice)
    places = dict(zip(wanted.words, wanted.places(names, file=""), strict=True))
    found = {word: np.asarray(graph[labels[place]]) for word, place in places.items()}
    return from_edges(
        _ids(found["follower"], names[places["follower"]]),
        _ids(found["followee"], names[places["followee"]]),
        direction=DIRECTIONS[0],
        both_ways=both_ways,
        weights=_numbers(found[_WEIGHT].tolist()) if wanted.weighted else None,
    )


def _ids(values: NDArray[Any], name: str) -> NDArray[Any]:
    """A column of ids; InputError where one is missing."""
    if values.dtype.kind in "Of":
        for row, value in enumerate(values.tolist()):
            if is_missing(value):
                raise InputError("an id is missing", key=name, value=f"row {row}")
    return values


def from_matrix(
    matrix: Any,
    *,
    direction: str | None = None,
    both_ways: bool = False,
    weighted: bool | None = None,
    ids: NDArray[Any] | None = None,
    file: str = "",
) -> FollowGraph:
    """The follow graph of a square scipy sparse matrix, any format, [N, N].

    ``direction`` says what an entry in row i and column j means, "follower followee": i follows
    j. ``ids`` (shape [N]) are those of rows and columns, 0..N-1 where they are left out.
    ``weighted``: whether entries are weights; by default they are if they are numbers and not
    all 1; then repeated entries are summed, as they are in a matrix. Raises InputError, naming
    ``file`` if given, for a matrix that is not square and for entries that are stored and 0,
    which could mean either.
    """
    rows, columns = matrix.shape
    if rows != columns:
        rule = "must be square: a row and a column for each account"
        raise InputError(rule, file, "matrix", f"{rows} x {columns}")
    entries = matrix.tocoo()
    if entries.data.dtype.kind not in "biuf":
        rule = "entries must be real numbers or truth values"
        raise InputError(rule, file, "matrix", str(entries.data.dtype))
    zeros = int((entries.data == 0).sum())
    if zeros:
        stored = counted(zeros, "stored entry is", "stored entries are")
        rule = f"{stored} 0: it does not say whether there is a follow"
        advice = "remove them (matrix.eliminate_zeros()), or give entries of 1"
        raise InputError(rule, file, "matrix", advice=advice)
    if weighted is not False and entries.data.dtype.kind != "b":
        summed = entries.copy()
        summed.sum_duplicates()
        if weighted is None:
            weighted = bool((summed.data != 1).any())
        entries = summed if weighted else entries
    if direction is None and both_ways:
        direction = DIRECTIONS[0]
    return from_edges(
        entries.row,
        entries.col,
        direction=direction or "",
        accounts=rows,
        ids=ids,
        weights=entries.data.astype(np.float64) if weighted else None,
        both_ways=both_ways,
        file=file,
    )


#: The conversion of each kind of graph; the first that fits is taken.
_KINDS: Final[dict[Callable[[Any], bool], Callable[..., FollowGraph]]] = {
    _is_of("networkx", "Graph"): _from_networkx,
    _is_of("igraph", "Graph"): _from_igraph,
    _is_sparse: from_matrix,
    _is_of("numpy", "ndarray"): _from_array,
    _is_table: _from_table,
}
