"""Follow graphs from GraphML, read as a stream; nothing that a file could define is believed.

GraphML (Brandes et al. 2002) is XML: nodes with typed data, edges with a source and a target.
"""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np

from rumorsim.errors import InputError, nearest, show_value
from rumorsim.graphs.building import from_edges
from rumorsim.graphs.columns import Columns
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.graphml_parts import Document
from rumorsim.graphs.naming import WHOLE
from rumorsim.graphs.numbering import id_order, id_table
from rumorsim.graphs.sources import Progress, pieces
from rumorsim.graphs.xml_guard import parse_xml

_ENDS = ("source", "target")


def edge_ends(columns: Columns) -> tuple[str, str | None]:
    """What source -> target means, as ``from_edges`` wants it, and the name of the weights.

    "follower followee" says that the source follows the target. By name, the two ends are
    called "source" and "target": "follower=target followee=source weight=w".
    """
    if not columns.names:
        return columns.direction, "weight" if columns.weighted else None
    names = dict(zip(columns.words, columns.names, strict=True))
    for word in ("follower", "followee"):
        if names[word] not in _ENDS:
            rule = "there is no such end of an edge in GraphML"
            advice = nearest(names[word], _ENDS)
            raise InputError(rule, key="columns", value=show_value(names[word]), advice=advice)
    forward = names["follower"] == "source"
    direction = "follower followee" if forward else "followee follower"
    return direction, names.get("weight")


def read_graphml(
    path: Path,
    columns: Columns,
    ids: str,
    *,
    compressed: bool,
    both_ways: bool = False,
    max_bytes: int | None = None,
    progress: Progress | None = None,
) -> FollowGraph:
    """The follow graph of a GraphML file, with the attributes of its nodes.

    Every node is an account, those inside groups too. A group (a node that holds a graph, as
    yEd draws it) only frames its members, so it is an account only where an edge begins or ends
    at it. ``ids`` "auto" takes whole numbers if all ids are such. Edges must be directed unless
    ``both_ways`` makes two follows of each; where weights are asked for, an edge without one
    has the key's default or 1.0. Hyperedges and files of several graphs are refused. Faults are
    InputErrors with their line.
    """
    direction, weight = edge_ends(columns)
    document = Document(str(path), weight, undirected=both_ways)
    found = pieces(path, compressed=compressed, max_bytes=max_bytes, progress=progress)
    parse_xml(path, found, document, "GraphML")
    document.finish()
    kept = document.accounts()
    if not kept:
        rule, advice = "holds groups and no other nodes", "a graph needs at least one account"
        raise InputError(rule, path, advice=advice)
    values = _ids(document, kept, ids)
    places = id_order(values) or []
    order = [kept[i] for i in places]
    rank = np.zeros(len(document.nodes), np.int64)
    rank[order] = np.arange(len(kept))
    source, target = (rank[_vector(end)] for end in (document.source, document.target))
    table = id_table([values[i] for i in places])
    plain = table.dtype == np.int64 and np.array_equal(table, np.arange(table.size))
    return from_edges(
        source,
        target,
        direction=direction,
        both_ways=both_ways,
        accounts=len(kept),
        ids=None if plain else table,
        weights=None if weight is None else np.array(document.weights, np.float64),
        attributes=document.columns(order),
        file=str(path),
    )


def _vector(values: array[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, np.int64)


def _ids(document: Document, kept: list[int], ids: str) -> list[int | str]:
    every = list(document.nodes)
    names = [every[number] for number in kept]
    if ids == "text":
        return list(names)
    bad = next((i for i, name in enumerate(names) if not WHOLE.fullmatch(name)), None)
    if bad is None:
        return [int(name) for name in names]
    if ids == "integer":
        place = f"{document.file}, line {document.lines[kept[bad]]}"
        rule, advice = "is not a whole number", 'say ids = "text" to keep ids as written'
        raise InputError(rule, place, "id", show_value(names[bad]), advice)
    return list(names)
