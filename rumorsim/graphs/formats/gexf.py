"""GEXF, what Gephi exports: checked tag by tag, then read and written by networkx."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

import networkx as nx
from networkx.readwrite.gexf import GEXFReader, GEXFWriter

from rumorsim.common.errors import show_value
from rumorsim.graphs.columns import EDGE_ENDS, Columns
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.formats import Request
from rumorsim.graphs.formats.small import even_columns, network_to_write, read_small
from rumorsim.graphs.formats.xml_guard import XmlReader

#: Gephi 0.9 calls version 1.3 by another address than networkx knows.
_ADDRESSES: Final = (b'"http://www.gexf.net/1.3', b'"http://gexf.net/1.3')
_LONGEST_ROOT: Final = 1 << 16
_UNDIRECTED: Final = "undirected"
_TYPES: Final = ("directed", _UNDIRECTED, "mutual")
#: Names that networkx gives a meaning of its own.
_RESERVED: Final = ("id", "start", "end", "pid", "viz", "spells", "slices", "parents", "for")


def read(request: Request) -> FollowGraph:
    """Accounts go by the ids of their nodes; labels that differ from them are an attribute.

    A mutual edge is two follows. Edges that are undirected need ``both_ways``, which then makes
    two follows of every edge, directed or not.
    """
    return read_small(request, "GEXF", partial(_parse, both_ways=request.both_ways))


def _parse(raw: bytes, path: Path, both_ways: bool) -> nx.Graph[Any]:
    document = _Document(str(path))
    document.parse([raw])
    document.finish(both_ways)
    root = raw[:_LONGEST_ROOT].replace(*_ADDRESSES)
    graph = _Reader()(io.BytesIO(root + raw[_LONGEST_ROOT:]))
    if all(label in (None, node) for node, label in graph.nodes(data="label")):
        for _, data in graph.nodes(data=True):
            data.pop("label", None)
    return graph


class _Reader(GEXFReader):  # type: ignore[misc]
    """Reads edges of several types, which networkx refuses, and values of types unknown to it.

    These values are kept as the text they are.
    """

    def make_graph(self, graph_xml: Any) -> nx.Graph[Any]:
        edges = [each for each in graph_xml.iter() if each.tag.rpartition("}")[2] == "edge"]
        default = graph_xml.get("defaultedgetype", _UNDIRECTED)
        types = [each.get("type", default) for each in edges] or [default]
        undirected = _UNDIRECTED in types
        graph_xml.set("defaultedgetype", _UNDIRECTED if undirected else "directed")
        for each, type in zip(edges, types, strict=False):
            each.set("type", _UNDIRECTED if undirected else type)
        if "mutual" in types:
            # networkx would merge the edge back of a mutual edge with another one like it.
            self.simple_graph = False
        return super().make_graph(graph_xml)

    def construct_types(self) -> None:
        super().construct_types()
        self.python_type: dict[Any, Any] = _Types(self.python_type)


class _Types(dict[Any, Any]):
    def __missing__(self, name: Any) -> type[str]:
        return str


class _Document(XmlReader):
    """Checks what networkx would pass over: nodes given twice or never, edges of a time."""

    name, root = "GEXF", "gexf"

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self._nodes: set[str] = set()
        #: Both ends of each edge by the line of the edge.
        self._ends: list[tuple[str, int]] = []
        self._default = _UNDIRECTED
        #: The line of the first edge of each type.
        self._types: dict[str, int] = {}

    def start(self, tag: str, given: dict[str, str]) -> None:
        timed = tag in ("node", "edge") and given.keys() & {"start", "end"}
        if timed or tag in ("spell", "slice"):
            rule = "exists for a time only, and follows do not"
            advice = "export the graph of one moment, or of all times as a static graph"
            self.fault(rule, value=f"<{tag}>", advice=advice)
        if tag == "node":
            name = self._given(given, "id")
            if name in self._nodes:
                self.fault("is given twice", value=show_value(name))
            self._nodes.add(name)
        elif tag == "graph":
            self._default = self._type(given, "defaultedgetype", _UNDIRECTED)
        elif tag == "edge":
            self._types.setdefault(self._type(given, "type", self._default), self.line())
            self._ends += ((self._given(given, end), self.line()) for end in EDGE_ENDS)

    def _given(self, given: dict[str, str], key: str) -> str:
        if not given.get(key):
            self.fault(f"{key} is {'empty' if key in given else 'missing'}")
        return given[key]

    def _type(self, given: dict[str, str], key: str, otherwise: str) -> str:
        found = given.get(key, otherwise)
        if found not in _TYPES:
            self.fault(f"{key} must be one of {', '.join(_TYPES)}", value=show_value(found))
        return found

    def finish(self, both_ways: bool) -> None:
        """Check what only the whole document shows."""
        for name, line in self._ends:
            if name not in self._nodes:
                rule, advice = "there is no node of this id", "every end of an edge needs a <node>"
                self.fault(rule, value=show_value(name), advice=advice, line=line)
        line = self._types.get(_UNDIRECTED, 0)
        if line and len(self._types) > 1 and not both_ways:
            rule = "is undirected where others are directed: it does not say who follows whom"
            advice = "save it as directed or mutual, or say both_ways (--both-ways) if each edge"
            self.fault(rule, "", "<edge>", f"{advice} of the file stands for two follows", line)


def kept(graph: FollowGraph) -> list[str]:
    """Attributes of one type whose names networkx gives no meaning of its own."""
    return [name for name in even_columns(graph) if name not in _RESERVED]


def write(file: IO[bytes], graph: FollowGraph, columns: Columns, place: Path) -> None:
    """Nodes have the ids; the attribute "label" is what Gephi shows of them."""
    writer = GEXFWriter(network_to_write(graph, columns, kept(graph), place))
    # No date inside: the same graph gives the same bytes.
    for meta in writer.xml.iter("meta"):
        meta.attrib.clear()
    writer.write(file)
