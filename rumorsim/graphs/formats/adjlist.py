"""Adjacency lists as networkx writes them: an account and all its targets on each line."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import networkx as nx

from rumorsim.common.errors import InputError, show_value
from rumorsim.graphs.columns import Columns
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.formats import Request
from rumorsim.graphs.formats.small import decoded, network_to_write, read_small


def read(request: Request) -> FollowGraph:
    """The first id of a line is the source, all others are its targets; # begins comments.

    The format does not say whether edges are directed: ``columns`` or ``both_ways`` does.
    """
    _no_weights(request.columns, request.path)
    return read_small(request, "an adjacency list", _parse)


def _parse(raw: bytes, path: Path) -> nx.Graph[Any]:
    lines = []
    for number, line in enumerate(decoded(raw, path).split("\n"), 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        if "#" in bare:
            # networkx would cut the line here.
            rule, advice = "# within a line", "ids must not hold #; comments need their own line"
            raise InputError(rule, f"{path}, line {number}", value=show_value(bare), advice=advice)
        lines.append(bare)
    return nx.parse_adjlist(lines, create_using=nx.MultiDiGraph)


def _no_weights(columns: Columns, path: Path) -> None:
    if columns.weighted:
        rule, advice = "an adjacency list holds no weights", f'say columns = "{columns.direction}"'
        raise InputError(rule, path, "columns", '"weight"', advice)


def kept(graph: FollowGraph) -> list[str]:
    """None: there is no place for them."""
    return []


def write(file: IO[bytes], graph: FollowGraph, columns: Columns, place: Path) -> None:
    """A line for each account."""
    _no_weights(columns, place)
    for line in nx.generate_adjlist(network_to_write(graph, columns, [], place)):
        file.write(f"{line}\n".encode())
