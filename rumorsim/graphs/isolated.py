"""Accounts without follows, added to a follow graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rumorsim.graphs.attributes import attribute_array, is_missing
from rumorsim.graphs.building import from_edges
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.numbering import id_order, id_table


def with_accounts(graph: FollowGraph, ids: Sequence[Any]) -> FollowGraph:
    """``graph`` with an account for each of ``ids`` that it lacks, numbered as in ``from_edges``.

    New accounts have no follows and miss every attribute. The graph itself where it lacks none.
    """
    known = graph.id_list()
    new = list(dict.fromkeys(ids).keys() - set(known))
    if not new:
        return graph
    every = [*known, *sorted(new, key=lambda each: (isinstance(each, str), each))]
    order = id_order(every) or list(range(len(every)))
    number = np.empty(len(every), np.int32)
    number[order] = np.arange(len(every), dtype=np.int32)
    table = id_table([every[i] for i in order])
    plain = table.dtype == np.int64 and np.array_equal(table, np.arange(table.size))
    missing = [None] * len(new)
    attributes = {}
    for name, values in graph.attributes.items():
        column = [None if is_missing(each) else each for each in values.tolist()] + missing
        attributes[name] = attribute_array([column[i] for i in order])
    followees = np.repeat(np.arange(graph.accounts, dtype=np.int32), graph.follower_counts())
    made = from_edges(
        number[graph.followers],
        number[followees],
        direction="follower followee",
        accounts=len(every),
        ids=None if plain else table,
        weights=graph.weights,
        attributes=attributes,
    )
    return replace(
        made,
        self_loops=graph.self_loops,
        duplicates=graph.duplicates,
        read_as=graph.read_as,
    )
