"""Follow graphs from arrays of edges, joined side by side, and under other ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rumorsim.common.errors import InputError, nearest, show_value
from rumorsim.common.plurals import counted
from rumorsim.graphs.columns import DIRECTIONS, WEIGHT_RULE, follower_first
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.numbering import (
    WHOLE,
    Labels,
    attribute_array,
    check_no_booleans,
    id_table,
    is_missing,
    numbered,
    ordered,
)

_MOST_ACCOUNTS: Final = 2**31 - 1


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
    """Build a follow graph from the two ends of each edge.

    Follows of an account by itself and repeated follows are counted and dropped; the first
    weight is kept. The numbering of accounts does not depend on the order of the edges: whole
    numbers ascending, then text by code point; other ids (pairs, for instance) in order of first
    appearance.

    Parameters
    ----------
    source, target : array_like
        Ends of the edges, shape [M], ids of any kind. They are numbered 0..N-1; the original ids
        are kept as a side table.
    direction : {"follower followee", "followee follower"}
        Whether the source follows the target or the target the source.
    accounts : int, optional
        Number of accounts N. The ends are then account numbers in [0, N), and accounts without
        follows exist too.
    ids : array, optional
        Ids of the accounts, length N; the ends are then account numbers as with ``accounts``.
    weights : array_like, optional
        Weight of each edge, float64 [M].
    attributes : mapping, optional
        Attributes of accounts by name, each of length N.
    both_ways : bool
        Whether each edge stands for two follows, as in undirected lists; a follow that has an
        edge of its own keeps the weight of that edge.
    file : str
        Name of the file that error messages mention.

    Returns
    -------
    FollowGraph

    Raises
    ------
    InputError
        If lengths differ, ids are out of range or weights are invalid.

    Examples
    --------
    >>> graph = rumorsim.from_edges(["ann", "cid"], ["bob", "bob"], direction="follower followee")
    >>> graph.accounts, graph.follows
    (3, 2)
    """
    swap = follower_first(direction)
    first, second = _id_array(source, "source", file), _id_array(target, "target", file)
    if first.shape != second.shape:
        rule, value = "both ends must have the same length", f"{first.size} and {second.size}"
        raise InputError(rule, file, "source, target", value)
    if ids is not None:
        accounts = len(ids) if accounts is None else accounts
        if len(ids) != accounts:
            rule = f"must have one id for each of {counted(accounts, 'account')}"
            raise InputError(rule, file, "ids", str(len(ids)))
    if accounts is None:
        ids, ends = numbered(first, second, file=file)
        accounts = 1 + max(int(end.max(initial=-1)) for end in ends) if ids is None else len(ids)
    else:
        ends = _account_numbers(first, accounts, file), _account_numbers(second, accounts, file)
    values = _weights(weights, first.size, file)
    if both_ways:
        # Each edge the other way round behind all edges; loops once.
        apart = ends[0] != ends[1]
        one, two = (np.concatenate([end, other[apart]]) for end, other in (ends, ends[::-1]))
        ends, values = (one, two), None if values is None else np.append(values, values[apart])
    followers, followees = ends if swap else ends[::-1]
    return _graph(followees, followers, accounts, values, ids, attributes or {})


def _graph(
    followees: Labels,
    followers: Labels,
    accounts: int,
    weights: NDArray[np.float64] | None,
    ids: NDArray[Any] | None,
    attributes: Mapping[str, NDArray[Any]],
) -> FollowGraph:
    from rumorsim.engine.kernels.csr import grouped_rows, sorted_rows

    kept = None
    if weights is None and bool((followees[1:] >= followees[:-1]).all()):
        offsets, columns, loops, duplicates = grouped_rows(followees, followers, accounts)
    else:
        given = np.empty(0, np.float64) if weights is None else weights
        offsets, columns, kept, loops, duplicates = sorted_rows(
            followees, followers, given, accounts
        )
    kept = None if weights is None else kept
    return FollowGraph(offsets, columns, ids, attributes, kept, int(loops), int(duplicates))


def _weights(weights: ArrayLike | None, follows: int, file: str) -> NDArray[np.float64] | None:
    if weights is None:
        return None
    values = np.ascontiguousarray(weights, np.float64)
    if values.shape != (follows,):
        rule = f"must have one value for each of {counted(follows, 'follow')}"
        raise InputError(rule, file, "weights", str(values.shape))
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if bad.size:
        value = show_value(float(values[bad[0]]))
        raise InputError(WEIGHT_RULE, file, f"weights[{bad[0]}]", value)
    return values


def _id_array(values: ArrayLike | Sequence[Any], key: str, file: str) -> NDArray[Any]:
    """``values`` as a vector with its elements unchanged.

    Lists of mixed things stay objects: NumPy would turn [1, "a"] into text and integers
    beyond 64 bits into floats.
    """
    array = values if isinstance(values, np.ndarray) else id_table(list(values))  # type: ignore[arg-type]
    if array.ndim != 1:
        raise InputError("must have one dimension", file, key, str(array.shape))
    kinds = map(type, array.tolist()) if array.dtype.kind == "O" else (array.dtype.type,)
    check_no_booleans(kinds, key, file)
    if array.dtype.kind == "f":
        bad = np.flatnonzero(~(np.abs(array) <= 2.0**53) | (array != np.rint(array)))
        if bad.size:
            rule, value = "ids must be whole numbers or text, not fractions", float(array[bad[0]])
            raise InputError(rule, file, f"{key}[{bad[0]}]", show_value(value))
        return array.astype(np.int64)
    return array


def _account_numbers(values: NDArray[Any], accounts: int, file: str) -> Labels:
    key = "source, target"
    if values.dtype.kind not in "iu":
        rule = "must hold account numbers when accounts or ids are given"
        advice = "leave accounts and ids out to have ids numbered"
        raise InputError(rule, file, key, str(values.dtype), advice)
    if accounts > _MOST_ACCOUNTS:
        rule = f"there can be at most {_MOST_ACCOUNTS} accounts"
        raise InputError(rule, file, "accounts", str(accounts))
    low, high = (int(values.min()), int(values.max())) if values.size else (0, -1)
    if low < 0 or high >= accounts:
        rule = f"account numbers must be in [0, {accounts})"
        raise InputError(rule, file, key, str(low if low < 0 else high))
    return np.ascontiguousarray(values, np.int32)


def side_by_side(parts: Mapping[str, FollowGraph]) -> FollowGraph:
    """Graphs as one, without follows between them; ``platform`` names the part of each account.

    The accounts of the first part come first. Ids and other attributes are left behind.
    """
    sizes = [part.accounts for part in parts.values()]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    if starts[-1] > _MOST_ACCOUNTS:
        raise InputError("has too many accounts", key="graph", value=str(starts[-1]))
    counts = [part.follower_counts() for part in parts.values()]
    followers = [
        part.followers + np.int32(start)
        for part, start in zip(parts.values(), starts, strict=False)
    ]
    return FollowGraph(
        np.concatenate([[0], np.cumsum(np.concatenate(counts))]),
        np.concatenate(followers),
        attributes={"platform": np.repeat(np.array(list(parts), dtype=object), sizes)},
    )


def named_by(
    graph: FollowGraph, attribute: str | None, *, ids: str = "auto", file: str = ""
) -> FollowGraph:
    """The same follows among accounts that are named by ``attribute``, numbered by these ids.

    Without ``attribute``, or where it is "id" and no attribute has that name, accounts keep
    their ids. ``ids`` "auto" takes whole numbers if all are such, "integer" requires them,
    "text" makes text of all, "typed" leaves each as it is. InputError, naming ``file``, where
    ids are missing, the same, or neither text nor whole numbers.
    """
    if attribute == "id" and attribute not in graph.attributes:
        attribute = None
    given = graph.id_list() if attribute is None else _values(graph, attribute, file)
    key = attribute or "id"
    names = _converted(given, ids, key, file)
    if attribute is None and names == graph.id_list():
        return graph
    seen: set[Any] = set()
    for name in names:
        if name in seen:
            advice = "choose another id_attribute"
            raise InputError("two accounts have the same id", file, key, show_value(name), advice)
        seen.add(name)
    others = {name: values for name, values in graph.attributes.items() if name != attribute}
    return _with_ids(graph, names, others, file)


def _with_ids(
    graph: FollowGraph, ids: list[Any], attributes: Mapping[str, NDArray[Any]], file: str = ""
) -> FollowGraph:
    """``graph`` with these ids, which may be more than its accounts, numbered by them."""
    order, number, table = ordered(ids)
    made = from_edges(
        number[graph.followers],
        number[graph.followees()],
        direction=DIRECTIONS[0],
        accounts=len(ids),
        ids=table,
        weights=graph.weights,
        attributes={name: values[order] for name, values in attributes.items()},
        file=file,
    )
    return replace(
        made, self_loops=graph.self_loops, duplicates=graph.duplicates, read_as=graph.read_as
    )


def _values(graph: FollowGraph, attribute: str, file: str) -> list[Any]:
    key, shown = "id_attribute", show_value(attribute)
    if attribute not in graph.attributes:
        advice = nearest(attribute, ["id", *graph.attributes])
        raise InputError("accounts have no such attribute", file, key, shown, advice)
    values = graph.attributes[attribute].tolist()
    for account, value in enumerate(values):
        if is_missing(value):
            rule = f"account {show_value(graph.id_of(account))} has none"
            raise InputError(rule, file, key, shown, "choose another id_attribute")
    return [int(each) if isinstance(each, float) and each.is_integer() else each for each in values]


def _converted(values: list[Any], ids: str, key: str, file: str) -> list[Any]:
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
    new = sorted(set(ids) - set(known), key=lambda each: (isinstance(each, str), each))
    if not new:
        return graph
    attributes = {
        name: attribute_array(
            [None if is_missing(each) else each for each in values.tolist()] + [None] * len(new)
        )
        for name, values in graph.attributes.items()
    }
    return _with_ids(graph, [*known, *new], attributes)


def led_by(ids: NDArray[Any], graph: FollowGraph) -> FollowGraph:
    """``graph`` with the accounts ``ids`` first, in that order, those it lacks added.

    The other accounts follow in the graph's order. ``ids`` are whole numbers, or objects that
    are text or whole numbers; without an id twice.
    """
    known = {each: i for i, each in enumerate(ids.tolist())}
    own = graph.id_list()
    number = np.empty(len(own), np.int32)
    others: list[Any] = []
    for i, each in enumerate(own):
        place = known.get(each)
        if place is None:
            place = len(known) + len(others)
            others.append(each)
        number[i] = place
    size = len(ids) + len(others)
    table = id_table([*ids.tolist(), *others])
    plain = np.array_equal(table, np.arange(size)) if table.dtype.kind in "iu" else False
    attributes = {}
    for name, column in graph.attributes.items():
        values: list[Any] = [None] * size
        for i, value in zip(number.tolist(), column.tolist(), strict=True):
            values[i] = value
        attributes[name] = attribute_array(values)
    moved = _graph(
        number[graph.followees()], number[graph.followers], size, graph.weights, None, attributes
    )
    return moved if plain else replace(moved, ids=table)
