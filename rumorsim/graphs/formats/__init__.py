"""Graph formats beside lists of follows: one module each, found by the ending of a name.

Most are read and written by networkx, which holds the whole graph as Python objects: they are
for small graphs, up to some hundred thousand follows.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from rumorsim.errors import Fault, InputError, nearest, show_value

if TYPE_CHECKING:
    from rumorsim.graphs.columns import Columns
    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.graphs.sources import Progress

__all__ = [
    "ENDINGS",
    "FORMATS",
    "LISTS",
    "GraphFormat",
    "Request",
    "format_by_name",
    "format_lines",
    "format_of_file",
]


@dataclass(frozen=True)
class Request:
    """What is asked of a reader: the file, and how to understand it (see ``read_follows``)."""

    path: Path
    columns: Columns
    ids: str = "auto"
    id_attribute: str | None = None
    both_ways: bool = False
    compressed: bool = False
    max_bytes: int | None = None
    progress: Progress | None = None


@dataclass(frozen=True)
class GraphFormat:
    """One format. ``home`` is the module that has ``read`` and, if it can be written, ``write``.

    ``read(request)`` gives a FollowGraph. ``write(file, graph, columns, place)`` writes one to
    an open binary file; ``kept(graph)`` names the attributes of accounts that it writes.
    """

    name: str
    endings: tuple[str, ...]
    summary: str
    home: str
    writable: bool = True
    #: networkx holds the graph as Python objects, and what it writes is read again to be sure.
    by_networkx: bool = False

    @property
    def _module(self) -> Any:
        return import_module(self.home)

    def read(self, request: Request) -> FollowGraph:
        """The follow graph of a file; InputError for whatever is wrong with it."""
        graph: FollowGraph = self._module.read(request)
        return graph

    def write(self, file: IO[bytes], graph: FollowGraph, columns: Columns, place: Path) -> None:
        """Write a follow graph, its accounts without follows too; InputError where it cannot be."""
        self._module.write(file, graph, columns, place)

    def kept(self, graph: FollowGraph) -> list[str]:
        """The attributes of accounts that a file of this format holds."""
        names: Iterable[str] = self._module.kept(graph)
        return list(names)


def _format(
    name: str, endings: str, summary: str, *, writable: bool = True, by_networkx: bool = True
) -> GraphFormat:
    home = f"{__name__}.{name.replace('-', '_')}"
    return GraphFormat(name, tuple(endings.split()), summary, home, writable, by_networkx)


#: Every format of this folder by its name.
FORMATS: Final[dict[str, GraphFormat]] = {
    each.name: each
    for each in (
        _format(
            "graphml", ".graphml", "XML that most programs know, of any size", by_networkx=False
        ),
        _format("gexf", ".gexf", "what Gephi exports"),
        _format("gml", ".gml", "Graph Modelling Language; accounts go by their labels"),
        _format("pajek", ".net .pajek", "Pajek networks with one list, of arcs or of edges"),
        _format("adjlist", ".adjlist", "an account and all its targets on each line"),
        _format("node-link", ".json", "JSON with nodes and links, as networkx and D3 have it"),
        _format(
            "matrix-market",
            ".mtx",
            "sparse matrices, read by scipy",
            writable=False,
            by_networkx=False,
        ),
    )
}
#: What follows are listed in, by the names that are accepted beside those of FORMATS.
LISTS: Final = ("text", "parquet")
#: The endings of formats that can be written, for messages and help.
ENDINGS: Final = tuple(e for each in FORMATS.values() if each.writable for e in each.endings[:1])


def format_by_name(path: str | os.PathLike[str]) -> GraphFormat | None:
    """The format that a file's name ends in, .gz left out; None for the lists of follows."""
    name = os.fspath(path).lower().removesuffix(".gz")
    return next((each for each in FORMATS.values() if name.endswith(each.endings)), None)


def check_format(asked: str | None) -> str | None:
    """The name of a format, or None where none is asked for; InputError for any other name."""
    known = (*LISTS, *FORMATS)
    if asked is not None and asked not in known:
        rule, advice = "must be a format of graphs", nearest(str(asked), known)
        raise InputError(Fault(rule, key="format", value=show_value(asked), advice=advice))
    return asked


def format_of_file(path: Path, asked: str | None, found: str) -> GraphFormat | None:
    """The format to read a file in; None for lists of follows.

    ``asked`` is what a person named, ``found`` what the first bytes of the file say.
    """
    if check_format(asked) is None:
        return format_by_name(path) or FORMATS.get(found)
    return FORMATS.get(str(asked))


def format_lines() -> list[str]:
    """Every format that graphs are read from, a line each: name, endings, what it is for."""
    rows = [
        ("text", "any other, .csv", "lists of follows, the fastest to read"),
        ("parquet", ".parquet", 'lists of follows as a table (extra "data")'),
        ("mapped", ".mapped", "a directory of arrays that starts at once, however big"),
    ]
    for each in FORMATS.values():
        notes = ["small graphs" if each.by_networkx else "", "" if each.writable else "read only"]
        note = "; ".join(filter(None, notes))
        rows.append(
            (each.name, " ".join(each.endings), each.summary + (f" ({note})" if note else ""))
        )
    lines = [f"{name:<14} {endings:<16} {summary}" for name, endings, summary in rows]
    return [
        *lines,
        "",
        "All but .parquet and .mapped may be compressed (.gz). Small graphs are read whole by",
        "networkx: at most 32 MB, some hundred thousand follows, unless --max-bytes allows more.",
    ]
