"""Follow graphs from arrays of edges with ids of any kind, in linear time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rumorsim.errors import Fault, InputError, show_value
from rumorsim.graphs.direction import follower_first
from rumorsim.graphs.follows import FollowGraph

__all__ = ["from_edges", "id_order", "id_table", "numbered", "side_by_side"]

_INT32_MAX = 2**31 - 1
Labels = NDArray[np.int32]


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
        raise InputError(
            Fault(
                "both ends must have the same length",
                file=file,
                key="source, target",
                value=f"{first.size} and {second.size}",
            )
        )
    if ids is not None:
        accounts = len(ids) if accounts is None else accounts
        if len(ids) != accounts:
            raise InputError(
                Fault(
                    f"must have one id for each of {accounts} accounts",
                    file=file,
                    key="ids",
                    value=str(len(ids)),
                )
            )
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
        raise InputError(
            Fault(
                f"must have one value for each of {follows} follows",
                file=file,
                key="weights",
                value=str(values.shape),
            )
        )
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if bad.size:
        raise InputError(
            Fault(
                "a weight must be a finite number of at least 0",
                file=file,
                key=f"weights[{bad[0]}]",
                value=show_value(float(values[bad[0]])),
            )
        )
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
        raise InputError(
            Fault("must have one dimension", file=file, key=key, value=str(array.shape))
        )
    if array.dtype.kind == "f":
        bad = np.flatnonzero(~(np.abs(array) <= 2.0**53) | (array != np.rint(array)))
        if bad.size:
            raise InputError(
                Fault(
                    "ids must be whole numbers or text, not fractions",
                    file=file,
                    key=f"{key}[{bad[0]}]",
                    value=show_value(float(array[bad[0]])),
                )
            )
        return array.astype(np.int64)
    return array


def _account_numbers(values: NDArray[Any], accounts: int, file: str) -> Labels:
    if values.dtype.kind not in "iu":
        raise InputError(
            Fault(
                "must hold account numbers when accounts or ids are given",
                file=file,
                key="source, target",
                value=str(values.dtype),
                advice="leave accounts and ids out to have ids numbered",
            )
        )
    if accounts > _INT32_MAX:
        raise InputError(
            Fault(
                "there can be at most 2147483647 accounts",
                file=file,
                key="accounts",
                value=str(accounts),
            )
        )
    if values.size:
        low, high = int(values.min()), int(values.max())
        if low < 0 or high >= accounts:
            raise InputError(
                Fault(
                    f"account numbers must be in [0, {accounts})",
                    file=file,
                    key="source, target",
                    value=str(low if low < 0 else high),
                )
            )
    return np.ascontiguousarray(values, np.int32)


def numbered(
    first: NDArray[Any], second: NDArray[Any], *, file: str = ""
) -> tuple[NDArray[Any] | None, tuple[Labels, Labels]]:
    """The distinct ids of two arrays, and both arrays as int32 account numbers.

    The ids are None when they are exactly 0..N-1. For the order see :func:`from_edges`.
    """
    if first.size == 0 and second.size == 0:
        return None, (np.empty(0, np.int32), np.empty(0, np.int32))
    if first.dtype.kind in "iu" and first.dtype == second.dtype:
        table, ends = _numbered_integers(first, second, file)
    else:
        table, ends = _numbered_objects(first, second)
    whole = table.dtype.kind in "iu"
    if whole and table[0] == 0 and int(table[-1]) == table.size - 1:
        return None, ends
    return table, ends


def _numbered_integers(
    first: NDArray[Any], second: NDArray[Any], file: str
) -> tuple[NDArray[Any], tuple[Labels, Labels]]:
    from rumorsim.kernels.csr import dense_labels, range_of, renamed, sparse_labels

    unsigned = first.dtype == np.uint64
    low, high = (int(each) for each in range_of(first, second))
    span = high - low + 1
    kind = np.uint64 if unsigned else np.int64
    # A table over the whole range is fastest; worth it while it is no bigger than the edges.
    if span <= 4 * (first.size + second.size) + 100_000 and span <= _INT32_MAX and high < 2**63:
        if unsigned or first.dtype.itemsize < 4:
            first, second = first.astype(np.int64), second.astype(np.int64)
        present, one, two = dense_labels(first, second, low, span)
        return present.astype(kind) + kind(low), (one, two)
    both = np.concatenate([first, second])
    bits = both if unsigned else both.astype(np.int64).view(np.uint64)
    distinct, labels = sparse_labels(bits)
    if distinct.size > _INT32_MAX:
        raise InputError(Fault("there can be at most 2147483647 accounts", file=file))
    values = distinct if unsigned else distinct.view(np.int64)
    order = np.argsort(values, kind="stable")
    rank = np.empty(order.size, np.int32)
    rank[order] = np.arange(order.size, dtype=np.int32)
    renamed(labels, rank)
    return values[order], (labels[: first.size], labels[first.size :])


def _numbered_objects(
    first: NDArray[Any], second: NDArray[Any]
) -> tuple[NDArray[Any], tuple[Labels, Labels]]:
    seen: dict[Any, int] = {}
    number = seen.setdefault
    one_list, two_list = first.tolist(), second.tolist()
    try:
        # Edge by edge, so that "first appearance" reads as in a file.
        pairs = [
            (number(a, len(seen)), number(b, len(seen)))
            for a, b in zip(one_list, two_list, strict=True)
        ]
    except TypeError as error:
        raise InputError(
            Fault(
                "ids must be hashable",
                key="ids",
                value=str(error)[:80],
                advice="use whole numbers, text or pairs of them",
            )
        ) from error
    labels = np.array(pairs, np.int32).reshape(-1, 2)
    distinct = list(seen)
    order = id_order(distinct)
    if order is not None:
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        labels = rank[labels]
        distinct = [distinct[i] for i in order]
    ends = np.ascontiguousarray(labels[:, 0]), np.ascontiguousarray(labels[:, 1])
    return id_table(distinct), ends


def id_order(distinct: list[Any]) -> list[int] | None:
    """Positions that put whole numbers first, then text; None when other things are there."""
    if set(map(type, distinct)) == {int}:
        return sorted(range(len(distinct)), key=distinct.__getitem__)
    numbers = [i for i, each in enumerate(distinct) if isinstance(each, int | np.integer)]
    texts = [i for i, each in enumerate(distinct) if isinstance(each, str)]
    if len(numbers) + len(texts) != len(distinct):
        return None
    return sorted(numbers, key=lambda i: int(distinct[i])) + sorted(
        texts, key=lambda i: str(distinct[i])
    )


def id_table(distinct: list[Any]) -> NDArray[Any]:
    """Ids as int64 if all are whole numbers that fit, else as objects (text stays text)."""
    kinds = {type(each) for each in distinct}
    if all(kind is int or issubclass(kind, np.integer) for kind in kinds) and all(
        -(2**63) <= each < 2**63 for each in distinct
    ):
        return np.array(distinct, np.int64)
    table = np.empty(len(distinct), object)
    table[:] = distinct
    return table


def side_by_side(parts: Mapping[str, FollowGraph]) -> FollowGraph:
    """Graphs as one, no follow between them; ``platform`` names the part of each account.

    The accounts of the first part come first. Ids and other attributes are left behind.
    """
    sizes = [part.accounts for part in parts.values()]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    if starts[-1] > _INT32_MAX:
        raise InputError(Fault("has too many accounts", key="graph", value=str(starts[-1])))
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
