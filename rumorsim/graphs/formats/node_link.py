"""Node-link JSON as networkx and D3 have it: {"directed": true, "nodes": [...], "links": [...]}."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import IO, Any, Final

import networkx as nx

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.plurals import counted
from rumorsim.graphs.columns import EDGE_ENDS, Columns
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.formats import Request
from rumorsim.graphs.formats.small import decoded, even_columns, network_to_write, read_small
from rumorsim.graphs.numbering import WHOLE

_EDGES: Final = ("links", "edges")
#: What networkx calls the argument that names the list of edges, by its release.
_NEW: Final = "edges" in inspect.signature(nx.node_link_graph).parameters
_ARGUMENT: Final = "edges" if _NEW else "link"


def read(request: Request) -> FollowGraph:
    """Accounts have the ids of their nodes: text stays text, whole numbers stay numbers.

    Links name their ends by id or, as in files for D3, by position in the list of nodes: that is
    how they are read where all ends are whole numbers and no id is or looks like one.
    """
    return read_small(request, "node-link JSON", _parse, typed=True)


def _parse(raw: bytes, path: Path) -> nx.Graph[Any]:
    try:
        data = json.loads(decoded(raw, path))
    except json.JSONDecodeError as error:
        place = f"{path}, line {error.lineno}, column {error.colno}"
        raise InputError(f"is not JSON: {error.msg}", place) from None
    if not isinstance(data, dict):
        raise _fault(path, "", 'must be {"nodes": [...], "links": [...]}', data)
    named = [key for key in _EDGES if key in data]
    if len(named) != 1:
        raise _fault(path, "links", "there must be one list of links (or edges)", named)
    nodes, edges = _rows(data, "nodes", path), _rows(data, named[0], path)
    known: set[Any] = set()
    for i, node in enumerate(nodes):
        name = _id(node, "id", f"nodes[{i}].id", path)
        if name in known:
            raise _fault(path, f"nodes[{i}].id", "is given twice", name)
        known.add(name)
    edges = _by_id(nodes, edges, known)
    for i, edge in enumerate(edges):
        for end in EDGE_ENDS:
            key = f"{named[0]}[{i}].{end}"
            if _id(edge, end, key, path) not in known:
                raise _no_such_node(path, key, edge[end], len(nodes))
    for key in ("directed", "multigraph"):
        if not isinstance(data.get(key, False), bool):
            raise _fault(path, key, "must be true or false", data[key])
    if not isinstance(data.get("graph", {}), dict):
        data["graph"] = {}
    # Parallel edges are counted, whether they are announced or not.
    whole = {**data, "multigraph": True, named[0]: edges}
    return nx.node_link_graph(whole, **{_ARGUMENT: named[0]})


def _by_id(
    nodes: list[dict[str, Any]], edges: list[dict[str, Any]], known: set[Any]
) -> list[dict[str, Any]]:
    """Edges with ids as their ends, where these are positions of nodes beyond doubt."""
    ends = [edge.get(end) for edge in edges for end in EDGE_ENDS]
    places = all(type(end) is int and 0 <= end < len(nodes) for end in ends)
    words = [str(name) for name in known if isinstance(name, str | int)]
    if not places or any(map(WHOLE.fullmatch, words)):
        return edges
    return [{**edge, **{end: nodes[edge[end]]["id"] for end in EDGE_ENDS}} for edge in edges]


def _no_such_node(path: Path, key: str, end: Any, nodes: int) -> InputError:
    rule, advice = "there is no node of this id", "is it node-link JSON?"
    if type(end) is int and 0 <= end < nodes:
        # Where ids are numbers too, a number may be meant either way.
        advice = 'if links give positions in the list of nodes, write the "id" of the node instead'
    elif type(end) is int:
        advice = f"nor is it a position among the {counted(nodes, 'node')}"
    return InputError(rule, path, key, show_value(end), advice)


def _rows(data: dict[str, Any], key: str, path: Path) -> list[dict[str, Any]]:
    rows = data.get(key)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _fault(path, key, "must be a list of objects", rows)
    return rows


def _id(row: dict[str, Any], key: str, place: str, path: Path) -> Any:
    value = row.get(key)
    found = _hashable(value)
    if found is None:
        rule = "must be text or a whole number" if key in row else "is missing"
        raise _fault(path, place, rule, value if key in row else None)
    return found


def _hashable(value: Any) -> Any:
    if isinstance(value, list):
        parts = [_hashable(each) for each in value]
        return None if None in parts else tuple(parts)
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None


def _fault(path: Path, key: str, rule: str, value: Any) -> InputError:
    shown = "" if value is None else show_value(value)
    return InputError(rule, path, key, shown, "is it node-link JSON?")


def kept(graph: FollowGraph) -> list[str]:
    """All but an attribute that is called as the id is."""
    return [name for name in even_columns(graph) if name != "id"]


def write(file: IO[bytes], graph: FollowGraph, columns: Columns, place: Path) -> None:
    """Ids keep their types."""
    made = network_to_write(graph, columns, kept(graph), place, typed=True)
    data = nx.node_link_data(made, **{_ARGUMENT: "links"})
    file.write((json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n").encode())
