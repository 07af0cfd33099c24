"""GDF, the text format of GUESS that Gephi writes too: nodes, then directed edges, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import networkx as nx

from rumorsim.graphs import FollowGraph
from rumorsim.graphs.columns import Columns
from rumorsim.graphs.formats import GraphFormat, Request
from rumorsim.graphs.formats.small import decoded, network_to_write, read_small

__all__ = ["FORMAT", "kept", "read", "write"]

#: What the entry point names: the name, the endings, a summary, the module with the functions.
FORMAT = GraphFormat("gdf", (".gdf",), "GUESS and Gephi, as CSV", __name__, by_networkx=True)


def read(request: Request) -> FollowGraph:
    """Limits, directions, ids and faults are the same as in rumorsim's own small formats."""
    return read_small(request, "GDF", _parse)


def _parse(raw: bytes, path: Path) -> nx.Graph[Any]:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    for part, row in _rows(decoded(raw, path)):
        if part == "nodedef":
            graph.add_node(row["name"])
            continue
        if row.get("directed", "").lower() != "true":
            raise ValueError("an edge is not directed")
        if not {row["node1"], row["node2"]} <= set(graph):
            raise ValueError("an edge has a node that is not listed")
        given = {"weight": float(row["weight"])} if "weight" in row else {}
        graph.add_edge(row["node1"], row["node2"], **given)
    return graph


def _rows(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The part that a row stands in, "nodedef" or "edgedef", and its cells by column."""
    part, columns = "", list[str]()
    for cells in csv.reader(io.StringIO(text, newline=""), strict=True):
        head, mark, first = (cells or [""])[0].partition(">")
        if mark and head in ("nodedef", "edgedef"):
            part, columns = head, [each.split()[0] for each in [first, *cells[1:]]]
        elif cells:
            yield part, dict(zip(columns, cells, strict=True))


def kept(graph: FollowGraph) -> list[str]:
    """The attributes of accounts that are written: none."""
    return []


def write(file: IO[bytes], graph: FollowGraph, columns: Columns, place: Path) -> None:
    """rumorsim reads the file again before it takes its place: another graph is refused."""
    network = network_to_write(graph, columns, [], place)
    weight = ["weight DOUBLE"] if columns.weighted else []
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["nodedef>name VARCHAR"])
    rows.writerows([node] for node in network)
    rows.writerow(["edgedef>node1 VARCHAR", "node2 VARCHAR", "directed BOOLEAN", *weight])
    for source, target, data in network.edges(data=True):
        rows.writerow([source, target, "true", *([data["weight"]] if weight else [])])
    file.write(text.getvalue().encode())
