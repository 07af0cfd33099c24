"""GraphML (Brandes et al. 2002), read as a stream and written line by line, however large.

It is XML: nodes with typed data, edges with a source and a target.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, repeat
from pathlib import Path
from typing import IO, Any, Final
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value
from rumorsim.graphs.building import from_edges, named_by
from rumorsim.graphs.cells import written_ids
from rumorsim.graphs.columns import DIRECTIONS, Columns
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.formats import Request
from rumorsim.graphs.formats.graphml_document import Document
from rumorsim.graphs.numbering import WHOLE, is_missing, ordered

_CHUNK: Final = 1 << 14
#: Characters that XML cannot hold, escaped or not.
_UNSAFE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""


def read(request: Request) -> FollowGraph:
    """The follow graph of a GraphML file, with the attributes of its nodes.

    Every node is an account, those inside groups too, by its id or ``id_attribute``. A group (a
    node that holds a graph, as yEd draws it) only frames its members, so it is an account only
    where an edge begins or ends at it. ``ids`` "auto" takes whole numbers if all ids are such.
    Edges must be directed unless ``both_ways`` makes two follows of each; where weights are asked
    for, an edge without one has the key's default or 1.0. Hyperedges and files of several graphs
    are refused. Faults are InputErrors with their line.
    """
    direction, weight = request.columns.edge_ends()
    document = Document(str(request.path), weight, undirected=request.both_ways)
    document.parse(request.pieces())
    document.finish()
    kept = document.accounts()
    if not kept:
        rule, advice = "holds groups and no other nodes", "a graph needs at least one account"
        raise InputError(rule, request.path, advice=advice)
    order, number, table = ordered(_ids(document, kept, request.ids))
    rank = np.zeros(len(document.nodes), np.int64)
    rank[kept] = number
    source, target = (rank[np.array(end, np.int64)] for end in (document.source, document.target))
    found = from_edges(
        source,
        target,
        direction=direction,
        both_ways=request.both_ways,
        accounts=len(kept),
        ids=table,
        weights=None if weight is None else np.array(document.weights, np.float64),
        attributes=document.columns([kept[i] for i in order]),
        file=document.file,
    )
    if request.id_attribute is None:
        return found
    return named_by(found, request.id_attribute, ids=request.ids, file=document.file)


def _ids(document: Document, kept: list[int], ids: str) -> list[Any]:
    every = list(document.nodes)
    names = [every[number] for number in kept]
    bad = next((i for i, name in enumerate(names) if not WHOLE.fullmatch(name)), None)
    if bad is not None and ids == "integer":
        rule, advice = "is not a whole number", 'say ids = "text" to keep ids as written'
        document.fault(rule, "id", show_value(names[bad]), advice, document.lines[kept[bad]])
    return names if ids == "text" or bad is not None else list(map(int, names))


def kept(graph: FollowGraph) -> list[str]:
    """All of them; one of several types becomes text."""
    return list(graph.attributes)


def write(file: IO[bytes], graph: FollowGraph, columns: Columns, place: Path) -> None:
    """Write all accounts and their attributes; missing values are left out.

    InputError, naming ``place``, for text that XML cannot hold and for ids that are the
    same once they are written.
    """
    direction, weight = columns.edge_ends()
    ids = written_ids(graph.id_list(), str(place))
    if "" in ids:
        raise InputError("is empty", place, "id", advice="write .mapped")
    nodes = [quoteattr(_safe(each, place, "id")) for each in ids]
    lines = _lines(graph, nodes, place, weight, forward=direction == DIRECTIONS[0])
    file.write(_HEAD.encode())
    while part := "".join(islice(lines, _CHUNK)):
        file.write(part.encode())
    file.write(b"</graph>\n</graphml>\n")


def _lines(
    graph: FollowGraph, nodes: list[str], place: Path, weight: str | None, *, forward: bool
) -> Iterator[str]:
    columns = []
    for i, (name, values) in enumerate(graph.attributes.items()):
        kind, quoted = _type(values), quoteattr(_safe(name, place, "attribute"))
        yield f'<key id="d{i}" for="node" attr.name={quoted} attr.type="{kind}"/>\n'
        columns.append(_cells(values, kind, f"d{i}", place))
    if weight is not None:
        quoted = quoteattr(_safe(weight, place, "columns"))
        yield f'<key id="w" for="edge" attr.name={quoted} attr.type="double"/>\n'
    yield '<graph edgedefault="directed">\n'
    for node, *data in zip(nodes, *columns, strict=True):
        inside = "".join(data)
        yield f"<node id={node}>{inside}</node>\n" if inside else f"<node id={node}/>\n"
    weights = graph.weights if weight is not None else None
    for account, here in enumerate(nodes):
        row = slice(int(graph.offsets[account]), int(graph.offsets[account + 1]))
        given = repeat(None) if weights is None else weights[row].tolist()
        for follower, value in zip(graph.followers[row].tolist(), given, strict=False):
            one, two = (nodes[follower], here) if forward else (here, nodes[follower])
            end = "/>" if value is None else f'><data key="w">{value!r}</data></edge>'
            yield f"<edge source={one} target={two}{end}\n"


def _type(values: NDArray[Any]) -> str:
    """The type that all values have in GraphML; "string" where they have several."""
    kinds = {"f": "double", "b": "boolean", "i": "long", "u": "long", "U": "string"}
    if values.dtype.kind in kinds:
        return kinds[values.dtype.kind]
    found = {type(each) for each in values.tolist() if not is_missing(each)}
    if found in ({bool}, {int}):
        return "boolean" if found == {bool} else "long"
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
