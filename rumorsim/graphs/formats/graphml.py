"""GraphML as one of the formats: read as a stream and written line by line, however large."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from rumorsim.graphs.columns import Columns
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.formats import Request
from rumorsim.graphs.graphml import read_graphml
from rumorsim.graphs.graphml_writing import write_graphml
from rumorsim.graphs.naming import named_by


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
