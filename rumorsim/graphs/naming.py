"""Accounts of a follow graph by other ids: as whole numbers, as text, or by an attribute."""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Final

import numpy as np

from rumorsim.errors import InputError, nearest, show_value
from rumorsim.graphs.attributes import is_missing
from rumorsim.graphs.building import from_edges
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.numbering import id_order, id_table

#: A whole number as an id is written.
WHOLE: Final = re.compile(r"(?:0|-?[1-9][0-9]{0,999})")
_FORWARD: Final = "follower followee"


def named_by(
    graph: FollowGraph, attribute: str | None, *, ids: str = "auto", file: str = ""
) -> FollowGraph:
    """The same follows among accounts that are named by ``attribute``, numbered by these ids.

    Without ``attribute``, or where it is "id" and no attribute is called so, accounts keep
    their ids. ``ids`` "auto" takes whole numbers if all are such, "integer" requires them,
    "text" makes text of all, "typed" leaves each what it is. InputError, naming ``file``, where
    ids are missing, the same, or neither text nor whole numbers.
    """
    if attribute == "id" and attribute not in graph.attributes:
        attribute = None
    given = graph.id_list() if attribute is None else _values(graph, attribute, file)
    key = attribute or "id"
    names = _as_asked(given, ids, key, file)
    if attribute is None and names == graph.id_list():
        return graph
    seen: dict[Any, int] = {}
    for name in names:
        if name in seen:
            rule, advice = "two accounts have the same id", "choose another id_attribute"
            raise InputError(rule, file, key, show_value(name), advice)
        seen[name] = len(seen)
    order = id_order(names)
    if order is None:
        order = list(range(len(names)))
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    table = id_table([names[i] for i in order])
    plain = table.dtype == np.int64 and np.array_equal(table, np.arange(table.size))
    followees = np.repeat(np.arange(graph.accounts, dtype=np.int32), graph.follower_counts())
    made = from_edges(
        rank[graph.followers],
        rank[followees],
        direction=_FORWARD,
        accounts=graph.accounts,
        ids=None if plain else table,
        weights=graph.weights,
        attributes={
            name: values[order] for name, values in graph.attributes.items() if name != attribute
        },
        file=file,
    )
    return dataclasses.replace(made, self_loops=graph.self_loops, duplicates=graph.duplicates)


def _values(graph: FollowGraph, attribute: str, file: str) -> list[Any]:
    if attribute not in graph.attributes:
        advice = nearest(attribute, ["id", *graph.attributes])
        rule = "accounts have no such attribute"
        raise InputError(rule, file, "id_attribute", show_value(attribute), advice)
    values = graph.attributes[attribute].tolist()
    for account, value in enumerate(values):
        if is_missing(value):
            rule = f"account {show_value(graph.id_of(account))} has none"
            advice = "choose another id_attribute"
            raise InputError(rule, file, "id_attribute", show_value(attribute), advice)
    return [int(each) if isinstance(each, float) and each.is_integer() else each for each in values]


def _as_asked(values: list[Any], ids: str, key: str, file: str) -> list[Any]:
    for each in values:
        if not _is_id(each):
            raise InputError("ids must be text or whole numbers", file, key, show_value(each))
    if ids == "typed":
        return values
    if ids == "text":
        return [str(each) for each in values]
    bad = next((each for each in values if not WHOLE.fullmatch(str(each))), None)
    if bad is None:
        return [int(each) for each in values]
    if ids == "integer":
        rule, advice = "is not a whole number", 'say ids = "text" to keep ids as written'
        raise InputError(rule, file, key, show_value(bad), advice)
    return values


def _is_id(value: Any) -> bool:
    """Whether it is text, a whole number, or a tuple of these as networkx has for grids."""
    if isinstance(value, tuple):
        return all(map(_is_id, value))
    return isinstance(value, str | int | np.integer) and not isinstance(value, bool)
