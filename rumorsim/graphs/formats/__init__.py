"""Graph formats beside lists of follows: one module each, found by the ending of a file's name.

Most are read and written by networkx, which holds the whole graph as Python objects: they are
for small graphs, up to some hundred thousand follows. Other packages add formats by entry
points of the group ``rumorsim.graph_formats``, each of which names a :class:`GraphFormat`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final

from rumorsim.common.errors import InputError, RumorsimError, nearest, show_value
from rumorsim.common.own_code import blamed
from rumorsim.common.plug_ins import Registry
from rumorsim.graphs import sources
from rumorsim.graphs.columns import Columns
from rumorsim.graphs.follows import FollowGraph


@dataclass(frozen=True)
class Request:
    """A file to be read, and how to understand it (see ``read_follows``)."""

    path: Path
    columns: Columns
    ids: str = "auto"
    id_attribute: str | None = None
    both_ways: bool = False
    compressed: bool = False
    max_bytes: int | None = None
    progress: sources.Progress | None = None

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the file, decompressed; InputError beyond ``max_bytes``."""
        return sources.pieces(
            self.path, compressed=self.compressed, max_bytes=self.max_bytes, progress=self.progress
        )


@dataclass(frozen=True)
class GraphFormat:
    """One format. ``home`` is the module that has ``read`` and, if it can be written, ``write``.

    ``read(request)`` returns a FollowGraph and raises InputError for every fault of the
    file. ``write(file, graph, columns, place)`` writes one to an open binary file;
    ``kept(graph)`` returns the names of the attributes of accounts that it writes.
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

    @property
    def ours(self) -> bool:
        """Whether it is one of rumorsim's own."""
        return self.name in FORMATS.own

    @property
    def read_back(self) -> bool:
        """Whether a file is read again once written, to be sure that it holds the same graph."""
        return self.by_networkx or not self.ours

    def read(self, request: Request) -> FollowGraph:
        """The follow graph of a file; InputError for every fault of the file."""
        with self._blamed(f"reading {request.path}"):
            graph: FollowGraph = self._module.read(request)
            if not self.ours:
                graph.validate()
        return graph

    def write(self, file: IO[bytes], graph: FollowGraph, columns: Columns, place: Path) -> None:
        """Write a follow graph, its accounts without follows too; InputError where it cannot be."""
        with self._blamed(f"writing {place}"):
            self._module.write(file, graph, columns, place)

    @contextmanager
    def _blamed(self, when: str) -> Iterator[None]:
        """Report whatever a format of another package raises as a fault of that package."""
        try:
            yield
        except (RumorsimError, MemoryError, OSError):
            raise
        except Exception as error:
            if self.ours:
                raise
            raise blamed(error, f"graph format {show_value(self.name)}", when) from error

    def kept(self, graph: FollowGraph) -> list[str]:
        """The attributes of accounts that a file of this format holds."""
        return list(self._module.kept(graph))


def _format(
    name: str, endings: str, summary: str, *, writable: bool = True, by_networkx: bool = True
) -> GraphFormat:
    home = f"{__name__}.{name.replace('-', '_')}"
    return GraphFormat(name, tuple(endings.split()), summary, home, writable, by_networkx)


_GRAPHML: Final = "XML that most programs know, of any size"
_MATRIX: Final = "sparse matrices, read by scipy"
#: Every format of this folder by its name.
_OWN: Final[dict[str, GraphFormat]] = {
    each.name: each
    for each in (
        _format("graphml", ".graphml", _GRAPHML, by_networkx=False),
        _format("gexf", ".gexf", "what Gephi exports"),
        _format("gml", ".gml", "Graph Modelling Language; accounts go by their labels"),
        _format("pajek", ".net .pajek", "Pajek networks with one list, of arcs or of edges"),
        _format("adjlist", ".adjlist", "an account and all its targets on each line"),
        _format("node-link", ".json", "JSON with nodes and links, as networkx and D3 have it"),
        _format("matrix-market", ".mtx", _MATRIX, writable=False, by_networkx=False),
    )
}
#: The formats of lists of follows, by the names that are accepted beside those of FORMATS.
LISTS: Final = ("text", "parquet")
#: Endings of names that are never those of a format of another package.
_LIST_ENDINGS: Final = (".txt", ".csv", ".tsv", ".parquet", ".mapped", ".gz")


def _format_of(name: str, thing: Any) -> GraphFormat:
    """What makes a plug-in a format; TypeError or ValueError where it does not fit."""
    if not isinstance(thing, GraphFormat):
        raise TypeError("it is not a GraphFormat")
    if thing.name != name or name in LISTS:
        raise ValueError(f"its name must be {show_value(name)}, and none of {', '.join(LISTS)}")
    taken = {ending for each in _OWN.values() for ending in each.endings}.union(_LIST_ENDINGS)
    for ending in thing.endings:
        if not ending.startswith(".") or ending in taken:
            rule = "belongs to another format" if ending in taken else "does not begin with a dot"
            raise ValueError(f"its ending {show_value(ending)} {rule}")
    return thing


#: Formats of other programs that are neither read nor written, by the endings of names.
_OTHERS: Final = {".lgl": "LGL", ".dot": "DOT", ".gv": "DOT"}

#: Ours, and those of other packages: entry points of the group ``rumorsim.graph_formats``.
FORMATS: Final[Registry[GraphFormat]] = Registry("graph format", _OWN, _format_of)
#: The endings of formats that can be written, for messages and help.
ENDINGS: Final = tuple(e for each in _OWN.values() if each.writable for e in each.endings[:1])


def format_by_name(path: str | os.PathLike[str]) -> GraphFormat | None:
    """The format that a file's name ends in, .gz left out; None for the lists of follows."""
    name = os.fspath(path).lower().removesuffix(".gz")
    # Installed packages are looked through only for an ending that is not one of ours.
    ours = not Path(name).suffix or name.endswith(_LIST_ENDINGS)
    for formats in (_OWN,) if ours else (_OWN, FORMATS):
        for each in formats.values():
            if name.endswith(each.endings):
                return each
    return None


def check_format(asked: str | None) -> str | None:
    """The name of a format, or None where none is asked for; InputError for any other name."""
    if asked is not None and asked not in LISTS and asked not in FORMATS:
        known = (*LISTS, *FORMATS)
        rule, advice = "must be a format of graphs", nearest(str(asked), known)
        raise InputError(rule, key="format", value=show_value(asked), advice=advice)
    return asked


def check_ending(path: str | os.PathLike[str]) -> None:
    """InputError where a file's name ends as those of a format that is neither read nor written."""
    name = os.fspath(path).lower().removesuffix(".gz")
    for ending, format_name in _OTHERS.items():
        if name.endswith(ending):
            raise not_read(format_name, os.fspath(path))


def not_read(format_name: str, place: str, value: str = "") -> InputError:
    """What to raise for a graph in a format that is neither read nor written."""
    rule = f"this is {format_name}, which rumorsim neither reads nor writes"
    return InputError(rule, place, value=value, advice="write GraphML (.graphml)")


def format_of_file(path: Path, asked: str | None) -> GraphFormat | None:
    """The format that a person named, or else the file's name; None for lists of follows."""
    if check_format(asked) is None:
        found = format_by_name(path)
        if found is None:
            check_ending(path)
        return found
    return None if asked in LISTS else FORMATS[str(asked)]


def format_lines() -> list[str]:
    """Every format that graphs are read from, a line each: name, endings, what it is for."""
    rows = [
        ("text", "any other, .csv", "lists of follows, the fastest to read"),
        ("parquet", ".parquet", 'lists of follows as a table (extra "data")'),
        ("mapped", ".mapped", "a directory of arrays that opens at once at any size"),
    ]
    for each in FORMATS.values():
        offer = FORMATS.source(each.name)
        notes = ["small graphs" if each.by_networkx else "", "" if each.writable else "read only"]
        notes.append("" if offer is None else f"from {offer}")
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
