"""Graphs that are handed over from Python, as follow graphs."""

from __future__ import annotations

from typing import Any

from rumorsim.errors import Fault, InputError, show_value
from rumorsim.graphs.follows import FollowGraph

__all__ = ["handed_graph"]


def handed_graph(graph: Any, *, direction: str | None, both_ways: bool) -> FollowGraph:
    """``graph`` as a FollowGraph: one already, or any networkx graph (see ``from_networkx``).

    InputError where ``direction`` or ``both_ways`` is given for a FollowGraph, which says
    who follows whom itself.
    """
    if isinstance(graph, FollowGraph):
        for key, value in (("direction", direction), ("both_ways", both_ways or None)):
            if value is not None:
                rule = "must be left out: a FollowGraph says who follows whom"
                raise InputError(Fault(rule, key=key, value=show_value(value)))
        return graph
    from rumorsim.graphs.networks import from_networkx

    return from_networkx(graph, direction=direction, both_ways=both_ways)
