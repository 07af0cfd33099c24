"""GML (Himsolt 1997), read and written by networkx; text in any script."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import IO, Any, Final

import networkx as nx

from rumorsim.graphs.columns import Columns
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.formats import Request
from rumorsim.graphs.formats.small import decoded, even_columns, network_to_write, read_small

_GRAPH: Final = re.compile(r"^[ \t]*graph\b\s*\[", re.M)
_KEY: Final = re.compile(r"[A-Za-z][0-9A-Za-z_]*")


def read(request: Request) -> FollowGraph:
    """Accounts go by their labels where all have one, else by their numbers, "id"."""
    return read_small(request, "GML", _parse, named=_label)


def _parse(raw: bytes, path: Path) -> nx.Graph[Any]:
    # Programs write parallel edges without saying so, which networkx would refuse.
    text = _GRAPH.sub(r"\g<0> multigraph 1 ", decoded(raw, path), count=1)
    graph = nx.parse_gml(io.StringIO(text), label="id")
    for _, data in graph.nodes(data=True):
        # networkx takes these two texts for an empty tuple and an empty list.
        if data.get("label") in ((), []):
            data["label"] = "()" if data["label"] == () else "[]"
    return graph


def _label(graph: FollowGraph) -> str | None:
    labels = graph.attributes.get("label")
    complete = labels is not None and all(each is not None and each == each for each in labels)
    return "label" if complete else None


def kept(graph: FollowGraph) -> list[str]:
    """Attributes whose names GML allows and does not use itself."""
    names = [name for name in even_columns(graph) if _KEY.fullmatch(name)]
    return [name for name in names if name not in ("id", "label")]


def write(file: IO[bytes], graph: FollowGraph, columns: Columns, place: Path) -> None:
    """Accounts are numbered from 0 and labelled with their ids; truth values become 1 and 0."""
    nx.write_gml(network_to_write(graph, columns, kept(graph), place), file)
