"""Follow graphs from GraphML, read as a stream; nothing that a file could define is believed.

GraphML (Brandes et al. 2002) is XML: nodes with typed data, edges with a source and a target.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from rumorsim.errors import InputError, nearest, show_value
from rumorsim.graphs.building import WHOLE, from_edges, named_by
from rumorsim.graphs.columns import Columns
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.formats import Request
from rumorsim.graphs.formats.graphml_document import Document
from rumorsim.graphs.formats.xml_guard import parse_xml
from rumorsim.graphs.numbering import id_order, id_table, is_missing
from rumorsim.graphs.sources import Progress, pieces

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


_CHUNK = 1 << 14
#: What XML cannot hold, written out or not.
_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""


def write_graphml(file: IO[bytes], graph: FollowGraph, columns: Columns, place: Path) -> None:
    """Write ``graph``, all accounts and attributes too; ``columns`` as ``read_graphml`` has them.

    Missing attributes are left out. An attribute of things of several kinds becomes text.
    InputError, naming ``place``, for text that XML cannot hold and for ids that are the
    same once they are written.
    """
    direction, weight = edge_ends(columns)
    ids = [_safe(str(each), place, "id") for each in graph.id_list()]
    if len(set(ids)) < len(ids):
        raise InputError("two ids are the same as text", place, "id", advice="write .mapped")
    if "" in ids:
        raise InputError("is empty", place, "id", advice="write .mapped")
    nodes = [quoteattr(each) for each in ids]
    types = {name: _type(values) for name, values in graph.attributes.items()}
    lines = _lines(graph, nodes, types, place, direction, weight)
    file.write(_HEAD.encode())
    while part := "".join(islice(lines, _CHUNK)):
        file.write(part.encode())
    file.write(b"</graph>\n</graphml>\n")


def _lines(
    graph: FollowGraph,
    nodes: list[str],
    types: dict[str, str],
    place: Path,
    direction: str,
    weight: str | None,
) -> Iterator[str]:
    for i, (name, kind) in enumerate(types.items()):
        quoted = quoteattr(_safe(name, place, "attribute"))
        yield f'<key id="d{i}" for="node" attr.name={quoted} attr.type="{kind}"/>\n'
    if weight is not None:
        quoted = quoteattr(_safe(weight, place, "columns"))
        yield f'<key id="w" for="edge" attr.name={quoted} attr.type="double"/>\n'
    yield '<graph edgedefault="directed">\n'
    told = [
        _cells(values, types[name], f"d{i}", place)
        for i, (name, values) in enumerate(graph.attributes.items())
    ]
    for node, *data in zip(nodes, *told, strict=True):
        inside = "".join(data)
        yield f"<node id={node}>{inside}</node>\n" if inside else f"<node id={node}/>\n"
    yield from _edges(graph, nodes, direction == "follower followee", weight is not None)


def _edges(graph: FollowGraph, nodes: list[str], forward: bool, weighted: bool) -> Iterator[str]:
    for account in range(graph.accounts):
        row = slice(int(graph.offsets[account]), int(graph.offsets[account + 1]))
        here = nodes[account]
        weights: Iterable[float] = ()
        if weighted and graph.weights is not None:
            weights = graph.weights[row].tolist()
        ends = ((nodes[each], here) for each in graph.followers[row].tolist())
        pairs = (pair if forward else pair[::-1] for pair in ends)
        if not weighted:
            yield from (f"<edge source={one} target={two}/>\n" for one, two in pairs)
            continue
        for (one, two), value in zip(pairs, weights, strict=True):
            data = f'<data key="w">{value!r}</data>'
            yield f"<edge source={one} target={two}>{data}</edge>\n"


def _type(values: NDArray[Any]) -> str:
    """The type that all values have in GraphML; "string" where they have several."""
    kinds = {"f": "double", "b": "boolean", "i": "long", "u": "long", "U": "string"}
    if values.dtype.kind in kinds:
        return kinds[values.dtype.kind]
    found = {type(each) for each in values.tolist() if not is_missing(each)}
    if found == {bool}:
        return "boolean"
    if found == {int}:
        return "long"
    return "double" if found and found <= {int, float} else "string"


def _cells(values: NDArray[Any], kind: str, key: str, place: Path) -> Iterator[str]:
    for value in values.tolist():
        if is_missing(value):
            yield ""
            continue
        if not isinstance(value, str | int | float | np.generic):
            rule = "values that are neither text nor numbers cannot be written"
            raise InputError(rule, place, value=show_value(value))
        word = str(value).lower() if kind == "boolean" else str(value)
        text = escape(_safe(word, place, "attribute"), {"\r": "&#13;"})
        yield f'<data key="{key}">{text}</data>'


def _safe(text: str, place: Path, key: str) -> str:
    if _UNSAFE.search(text):
        rule = "this text cannot be written in XML"
        raise InputError(rule, place, key, show_value(text), "write .mapped")
    return text


def read(request: Request) -> FollowGraph:
    """Accounts go by the ids of their nodes, or by ``id_attribute``."""
    found = read_graphml(
        request.path,
        request.columns,
        request.ids,
        compressed=request.compressed,
        both_ways=request.both_ways,
        max_bytes=request.max_bytes,
        progress=request.progress,
    )
    if request.id_attribute is None:
        return found
    return named_by(found, request.id_attribute, ids=request.ids, file=str(request.path))


def kept(graph: FollowGraph) -> list[str]:
    """All of them; one of several types becomes text."""
    return list(graph.attributes)


def write(file: IO[bytes], graph: FollowGraph, columns: Columns, place: Path) -> None:
    """All accounts and their attributes too."""
    write_graphml(file, graph, columns, place)
