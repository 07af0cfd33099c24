"""Trees of networkx, as ``cascade_trees`` gives them: a vertex a post, edges to its shares."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from rumorsim.common.errors import InputError, show_value
from rumorsim.events.observed.dialects.dialect import CascadeDialect
from rumorsim.events.observed.gathering import Gathering, number_of
from rumorsim.events.observed.moments import UNITS
from rumorsim.events.observed.records import ABSENT, ROOT, Records
from rumorsim.events.observed.request import Request


class Trees(CascadeDialect):
    """Directed graphs of networkx, one a cascade.

    Vertices have ``time`` (hours unless ``unit`` says otherwise) and ``id`` or ``account``; the
    graph may have ``name`` or ``story``, ``truth`` and ``category``.
    """

    summary: ClassVar = "trees of networkx in Python, as cascade_trees gives them"
    endings: ClassVar = ()

    def recognises(self, request: Request) -> bool:
        """Whether a source is surely of this dialect."""
        return request.path is None and _are_graphs(request.source)

    def read(self, request: Request) -> Records:
        """The posts of a source; InputError with the place of what cannot be read."""
        if not _are_graphs(request.source):
            rule, advice = "must be directed graphs of networkx", "see cascade_trees"
            raise InputError(rule, key="source", advice=advice)
        trees = request.source if isinstance(request.source, Iterable) else [request.source]
        trees = [request.source] if _is_graph(request.source) else list(trees)
        gathering = Gathering("the trees", "tree")
        truth, categories, used = [], [], Counter[str]()
        for number, tree in enumerate(trees, 1):
            name = str(tree.graph.get("name") or tree.graph.get("story", number))
            used[name] += 1
            gathering.cascade(name if used[name] == 1 else f"{name} ({used[name]})")
            _read(gathering, tree, number)
            place = f"the trees, tree {number}"
            said = request.truths.of(tree.graph.get("truth"), place, "truth")
            truth.append(request.truths.known(said))
            categories.append(str(tree.graph.get("category", "unknown")))
        made = request.truths.all(len(trees))
        made[:] = truth
        return gathering.records(
            truth=made,
            categories=categories,
            hour=UNITS[request.unit or "hours"],
            absolute=(request.unit or "").startswith("unix"),
            zone=request.zone,
            from_zero=request.unit is None,
        )


def _is_graph(thing: Any) -> bool:
    """Whether it is a directed graph; networkx is loaded by whoever has made one."""
    networkx = sys.modules.get("networkx")
    return networkx is not None and isinstance(thing, networkx.DiGraph)


def _are_graphs(source: Any) -> bool:
    if _is_graph(source):
        return True
    many = isinstance(source, Sequence) and not isinstance(source, str)
    return many and bool(source) and all(map(_is_graph, source))


def _read(gathering: Gathering, tree: Any, number: int) -> None:
    """Take one tree in."""
    cascade, rows = len(gathering.names) - 1, {}
    for vertex, data in tree.nodes(data=True):
        place = f"the trees, tree {number}, vertex {show_value(vertex)}"
        who = data.get("id", data.get("account"))
        if who is None:
            raise InputError("is missing", place, "account", advice="give it id or account")
        if isinstance(who, bool) or not isinstance(who, (int, str)):
            raise InputError("must be text or a whole number", place, "account", show_value(who))
        if "time" not in data:
            raise InputError("is missing", place, "time", advice="give it a time")
        time = number_of(data["time"], place, "time")
        rows[vertex] = gathering.post(cascade, gathering.account(who), time, ABSENT, number)
    for vertex, row in rows.items():
        parents = list(tree.predecessors(vertex))
        if len(parents) > 1:
            place = f"the trees, tree {number}, vertex {show_value(vertex)}"
            rule, advice = "has several parents", "leave one edge to each vertex"
            raise InputError(rule, place, value=show_value(parents), advice=advice)
        gathering.set_parent(row, rows[parents[0]] if parents else ROOT)
