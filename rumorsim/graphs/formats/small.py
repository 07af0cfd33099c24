"""Reading and writing by networkx: limits, faults, attributes, checks."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import networkx as nx
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.graphs.building import named_by
from rumorsim.graphs.cells import written_ids
from rumorsim.graphs.columns import BOTH_WAYS_ADVICE, UNDIRECTED, Columns
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.formats import GraphFormat, Request
from rumorsim.graphs.networks import from_networkx, to_networkx
from rumorsim.graphs.numbering import attribute_array, id_table, is_missing

#: Bytes a file may hold unless more are allowed: some hundred thousand follows.
_LARGEST: Final = 32 << 20
#: Where networkx tells a place, it is (line, column).
_PLACE: Final = re.compile(r" at \((\d+), (\d+)\)")
_SCALARS: Final = (str, int, float)

#: Makes a networkx graph of the bytes of the file ``path``.
Parser = Callable[[bytes, Path], "nx.Graph[Any]"]


def read_small(
    request: Request,
    name: str,
    parse: Parser,
    *,
    named: Callable[[FollowGraph], str | None] | None = None,
    typed: bool = False,
) -> FollowGraph:
    """The follow graph of a file that networkx reads whole; ``name`` is that of its format.

    ``named`` says which attribute holds the ids where nobody does; ids that are ``typed`` stay
    text or numbers as they are, unless something else is asked for. Attributes that are neither
    text nor numbers, such as how a node is drawn, are passed over. Whatever is wrong is an
    InputError, with its line where that is known.
    """
    direction, weight = request.columns.edge_ends()
    file = str(request.path)
    graph = _parsed(_bytes(request, name), request.path, name, parse)
    if not len(graph):
        raise InputError("holds no nodes", file, advice="a graph needs at least one")
    if not graph.is_directed() and not request.both_ways:
        raise InputError(UNDIRECTED, file, advice=BOTH_WAYS_ADVICE)
    for _, data in graph.nodes(data=True):
        for key in [key for key, value in data.items() if not isinstance(value, _SCALARS)]:
            del data[key]
    edges = graph.edges(data=True)
    if weight is not None and edges and not any(weight in data for _, _, data in edges):
        rule, advice = "edges have no such data", "leave it out"
        raise InputError(rule, file, "columns", show_value(weight), advice)
    found = from_networkx(
        graph, direction=direction, both_ways=request.both_ways, weight=weight, file=file
    )
    attribute = request.id_attribute or (named(found) if named else None)
    ids = "typed" if typed and request.ids == "auto" else request.ids
    return named_by(found, attribute, ids=ids, file=file)


def _bytes(request: Request, name: str) -> bytes:
    limit = request.max_bytes or _LARGEST
    found: list[bytes] = []
    for piece in request.pieces():
        found.append(piece)
        if sum(map(len, found)) > limit:
            rule = f"holds more than {limit:,} bytes, and {name} is read whole, by networkx"
            advice = "give large graphs as a list of follows or GraphML, or raise max_bytes"
            raise InputError(rule, request.path, "max_bytes", str(limit), advice)
    return b"".join(found)


def _parsed(raw: bytes, path: Path, name: str, parse: Parser) -> nx.Graph[Any]:
    try:
        return parse(raw, path)
    except (InputError, MemoryError):
        raise
    except RecursionError:
        raise InputError("is nested too deeply", path) from None
    except Exception as error:
        # networkx lets pass whatever its parsers stumble over, from KeyError to its own.
        message = " ".join(str(error).split())
        place = _PLACE.search(message)
        line = f", line {place[1]}, column {place[2]}" if place else ""
        rule, advice = f"cannot be read as {name}", "name another format if it is none"
        shown = show_value(message or type(error).__name__, 160)[1:-1]
        raise InputError(f"{rule}: {shown}", f"{path}{line}", advice=advice) from error


def decoded(raw: bytes, path: Path) -> str:
    """The text of a file, without a byte order mark; InputError where it is not UTF-8."""
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        value = show_value(str(error.reason))[1:-1]
        rule, advice = f"is not text in UTF-8: {value}", "save it as UTF-8"
        raise InputError(rule, f"{path}, line {line}", advice=advice) from None


def network_to_write(
    graph: FollowGraph, columns: Columns, kept: list[str], place: Path, *, typed: bool = False
) -> nx.DiGraph[Any]:
    """The networkx graph to be written, with the attributes ``kept``.

    Ids become text, in which they must still differ, unless the format keeps them ``typed``.
    """
    direction, weight = columns.edge_ends()
    ids = graph.id_list() if typed else written_ids(graph.id_list(), str(place))
    even = even_columns(graph)
    attributes = {name: even[name] for name in kept}
    weights = None if weight is None else graph.weights
    made = FollowGraph(graph.offsets, graph.followers, id_table(ids), attributes, weights)
    return to_networkx(made, direction=direction, weight=weight or "weight")


def even_columns(graph: FollowGraph) -> dict[str, NDArray[Any]]:
    """The attributes whose values are all text, all truth values or all numbers."""
    found = {}
    for name, values in graph.attributes.items():
        cells = [None if is_missing(each) else each for each in values.tolist()]
        kinds = {type(each) for each in cells if each is not None}
        if kinds == {int, float}:
            found[name] = attribute_array([None if each is None else float(each) for each in cells])
        elif len(kinds) <= 1 and kinds <= {str, int, float, bool}:
            found[name] = values
    return found


def check_written(
    format: GraphFormat, draft: Path, graph: FollowGraph, columns: Columns, compressed: bool
) -> None:
    """InputError unless what was written is read again as the same follows.

    Formats have characters of their own that networkx does not always set apart.
    """
    request = Request(draft, columns, ids="text", compressed=compressed, max_bytes=1 << 40)
    same = named_by(graph, None, ids="text")
    same = dataclasses.replace(same, weights=same.weights if columns.weighted else None)
    try:
        back = format.read(request)
        if same.id_list() == back.id_list() and same.digest() == back.digest():
            return
        why = "it would be read as another graph"
    except InputError as error:
        why = error.faults[0].rule
    advice = "write .graphml or .mapped"
    raise InputError(f"cannot be written as {format.name}: {why}", advice=advice)
