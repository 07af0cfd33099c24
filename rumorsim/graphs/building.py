"""Follow graphs from arrays of edges with ids of any kind, in linear time."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rumorsim.errors import InputError, nearest, show_value
from rumorsim.graphs.columns import follower_first
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.numbering import (
    Labels,
    attribute_array,
    check_no_booleans,
    id_order,
    id_table,
    is_missing,
    numbered,
)
from rumorsim.plurals import counted

_INT32_MAX = 2**31 - 1


def from_edges(
    source: ArrayLike | Sequence[Any],
    target: ArrayLike | Sequence[Any],
    *,
    direction: str,
    accounts: int | None = None,
    ids: NDArray[Any] | None = None,
    weights: ArrayLike | None = None,
    attributes: Mapping[str, NDArray[Any]] | None = None,
    both_ways: bool = False,
    file: str = "",
) -> FollowGraph:
    """A follow graph from the two ends of each edge; ``direction`` says which is which.

    ``source`` and ``target`` have shape [M] and may hold ids of any kind: they are
    numbered 0..N-1 and the original ids kept as a side table. The numbering does not
    depend on the order of the edges: whole numbers ascending, then text by code point;
    where other things are among the ids (pairs, say) in order of first appearance. With
    ``accounts`` (N) or ``ids`` (length N) the ends are taken as account numbers in [0, N)
    as they stand, and accounts without follows exist too. ``weights``: float64[M].
    ``both_ways`` makes two follows of each edge, as undirected lists mean it; a follow that
    has an edge of its own keeps the weight of that edge.

    Follows of an account by itself and repeated follows are counted and dropped (the
    first weight is kept). Raises InputError, naming ``file`` if given.
    """
    swap = follower_first(direction)
    first, second = _id_array(source, "source", file), _id_array(target, "target", file)
    if first.shape != second.shape:
        rule = "both ends must have the same length"
        raise InputError(rule, file, "source, target", f"{first.size} and {second.size}")
    if ids is not None:
        accounts = len(ids) if accounts is None else accounts
        if len(ids) != accounts:
            rule = f"must have one id for each of {counted(accounts, 'account')}"
            raise InputError(rule, file, "ids", str(len(ids)))
    if accounts is None:
        ids, ends = numbered(first, second, file=file)
        accounts = len(ids) if ids is not None else int(max(map(_top, ends), default=-1)) + 1
    else:
        ends = _account_numbers(first, accounts, file), _account_numbers(second, accounts, file)
    values = _weights(weights, first.size, file)
    if both_ways:
        ends, values = _mirrored(ends, values)
    followers, followees = ends if swap else ends[::-1]
    return _graph(followees, followers, accounts, values, ids, attributes or {})


def _mirrored(
    ends: tuple[Labels, Labels], weights: NDArray[np.float64] | None
) -> tuple[tuple[Labels, Labels], NDArray[np.float64] | None]:
    """Edges, then each of them the other way round; edges of an account to itself once."""
    apart = ends[0] != ends[1]
    one, two = (np.concatenate([end, other[apart]]) for end, other in (ends, ends[::-1]))
    return (one, two), None if weights is None else np.concatenate([weights, weights[apart]])


def _graph(
    followees: Labels,
    followers: Labels,
    accounts: int,
    weights: NDArray[np.float64] | None,
    ids: NDArray[Any] | None,
    attributes: Mapping[str, NDArray[Any]],
) -> FollowGraph:
    from rumorsim.kernels.csr import grouped_rows, sorted_rows

    nothing = np.empty(0, np.float64)
    if weights is None and bool((followees[1:] >= followees[:-1]).all()):
        offsets, columns, loops, duplicates = grouped_rows(followees, followers, accounts)
        return FollowGraph(offsets, columns, ids, attributes, None, int(loops), int(duplicates))
    offsets, columns, kept, loops, duplicates = sorted_rows(
        followees, followers, nothing if weights is None else weights, accounts
    )
    return FollowGraph(
        offsets,
        columns,
        ids,
        attributes,
        None if weights is None else kept,
        int(loops),
        int(duplicates),
    )


def _top(values: Labels) -> int:
    return int(values.max()) if values.size else -1


def _weights(weights: ArrayLike | None, follows: int, file: str) -> NDArray[np.float64] | None:
    if weights is None:
        return None
    values = np.ascontiguousarray(weights, np.float64)
    if values.shape != (follows,):
        rule = f"must have one value for each of {counted(follows, 'follow')}"
        raise InputError(rule, file, "weights", str(values.shape))
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if bad.size:
        rule = "a weight must be a finite number of at least 0"
        raise InputError(rule, file, f"weights[{bad[0]}]", show_value(float(values[bad[0]])))
    return values


def _id_array(values: ArrayLike | Sequence[Any], key: str, file: str) -> NDArray[Any]:
    """``values`` as a vector whose elements are still what they were.

    Lists of mixed things stay objects: NumPy would turn [1, "a"] into text and integers
    beyond 64 bits into floats.
    """
    if isinstance(values, np.ndarray):
        array = values
    else:
        given: list[Any] = list(values)  # type: ignore[arg-type]
        array = id_table(given)
    if array.ndim != 1:
        raise InputError("must have one dimension", file, key, str(array.shape))
    kinds = map(type, array.tolist()) if array.dtype.kind == "O" else (array.dtype.type,)
    check_no_booleans(kinds, key, file)
    if array.dtype.kind == "f":
        bad = np.flatnonzero(~(np.abs(array) <= 2.0**53) | (array != np.rint(array)))
        if bad.size:
            rule = "ids must be whole numbers or text, not fractions"
            raise InputError(rule, file, f"{key}[{bad[0]}]", show_value(float(array[bad[0]])))
        return array.astype(np.int64)
    return array


def _account_numbers(values: NDArray[Any], accounts: int, file: str) -> Labels:
    if values.dtype.kind not in "iu":
        rule = "must hold account numbers when accounts or ids are given"
        advice = "leave accounts and ids out to have ids numbered"
        raise InputError(rule, file, "source, target", str(values.dtype), advice)
    if accounts > _INT32_MAX:
        raise InputError(
            "there can be at most 2147483647 accounts", file, "accounts", str(accounts)
        )
    if values.size:
        low, high = int(values.min()), int(values.max())
        if low < 0 or high >= accounts:
            rule = f"account numbers must be in [0, {accounts})"
            raise InputError(rule, file, "source, target", str(low if low < 0 else high))
    return np.ascontiguousarray(values, np.int32)


def side_by_side(parts: Mapping[str, FollowGraph]) -> FollowGraph:
    """Graphs as one, no follow between them; ``platform`` names the part of each account.

    The accounts of the first part come first. Ids and other attributes are left behind.
    """
    sizes = [part.accounts for part in parts.values()]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    if starts[-1] > _INT32_MAX:
        raise InputError("has too many accounts", key="graph", value=str(starts[-1]))
    follows = np.concatenate([[0], np.cumsum([part.follows for part in parts.values()])])
    offsets = [np.zeros(1, dtype=np.int64)]
    followers = []
    for part, start, before in zip(parts.values(), starts, follows, strict=False):
        offsets.append(part.offsets[1:] + before)
        followers.append(part.followers + np.int32(start))
    return FollowGraph(
        np.concatenate(offsets),
        np.concatenate(followers),
        attributes={"platform": np.repeat(np.array(list(parts), dtype=object), sizes)},
    )


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
