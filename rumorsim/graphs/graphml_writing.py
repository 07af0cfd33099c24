"""Follow graphs as GraphML, line by line: nodes with their attributes, edges with weights."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from rumorsim.errors import InputError, show_value
from rumorsim.graphs.attributes import is_missing
from rumorsim.graphs.columns import Columns
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.graphml import edge_ends

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
