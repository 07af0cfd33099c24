"""Ids of any kind as account numbers 0..N-1, in an order that does not depend on the edges.

Also the edges before their ids are numbered, and attributes of accounts as arrays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, show_value

_INT32_MAX = 2**31 - 1
#: A whole number as an id is written.
WHOLE: Final = re.compile(r"(?:0|-?[1-9][0-9]{0,999})")
Labels = NDArray[np.int32]


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
    plain = table.dtype.kind in "iu" and table[0] == 0 and int(table[-1]) == table.size - 1
    return None if plain else table, ends


def _numbered_integers(
    first: NDArray[Any], second: NDArray[Any], file: str
) -> tuple[NDArray[Any], tuple[Labels, Labels]]:
    from rumorsim.engine.kernels.csr import dense_labels, range_of, renamed, sparse_labels

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
        raise InputError("there can be at most 2147483647 accounts", file)
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
    rows = zip(first.tolist(), second.tolist(), strict=True)
    try:
        # Edge by edge, so that "first appearance" reads as in a file.
        pairs = [(number(a, len(seen)), number(b, len(seen))) for a, b in rows]
    except TypeError as error:
        advice = "use whole numbers, text or pairs of them"
        raise InputError("ids must be hashable", "", "ids", str(error)[:80], advice) from error
    labels = np.array(pairs, np.int32).reshape(-1, 2)
    distinct = list(seen)
    _, rank, table = ordered(distinct)
    labels = rank[labels]
    ends = np.ascontiguousarray(labels[:, 0]), np.ascontiguousarray(labels[:, 1])
    return np.arange(len(distinct)) if table is None else table, ends


def _order(distinct: list[Any]) -> list[int] | None:
    """Positions that put whole numbers first, then text; None when other things are there."""
    if set(map(type, distinct)) == {int}:
        return sorted(range(len(distinct)), key=distinct.__getitem__)
    numbers = [i for i, each in enumerate(distinct) if isinstance(each, int | np.integer)]
    texts = [i for i, each in enumerate(distinct) if isinstance(each, str)]
    if len(numbers) + len(texts) != len(distinct):
        return None
    return sorted(numbers, key=lambda i: int(distinct[i])) + sorted(texts, key=distinct.__getitem__)


def ordered(ids: list[Any]) -> tuple[list[int], Labels, NDArray[Any] | None]:
    """Distinct ids in the order in which accounts are numbered.

    Positions in that order, the number of each id, and the ids as an array, None for 0..N-1.
    """
    order = _order(ids) or list(range(len(ids)))
    number = np.empty(len(order), np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    table = id_table([ids[i] for i in order])
    plain = table.dtype == np.int64 and np.array_equal(table, np.arange(table.size))
    return order, number, None if plain else table


def id_table(distinct: list[Any]) -> NDArray[Any]:
    """Ids as int64 if all are whole numbers that fit, else as objects (text stays text).

    InputError where one is a boolean.
    """
    kinds = {type(each) for each in distinct}
    check_no_booleans(kinds)
    if all(kind is int or issubclass(kind, np.integer) for kind in kinds) and all(
        -(2**63) <= each < 2**63 for each in distinct
    ):
        return np.array(distinct, np.int64)
    table = np.empty(len(distinct), object)
    table[:] = distinct
    return table


def check_no_booleans(kinds: Iterable[type], key: str = "ids", file: str = "") -> None:
    """InputError where one of the types of ids is a boolean: True would be the account 1."""
    if any(issubclass(kind, bool | np.bool_) for kind in kinds):
        rule = "ids are whole numbers or text, not booleans"
        advice = "give the two ends of each edge, or a matrix as scipy.sparse.coo_array(matrix)"
        raise InputError(rule, file, key, advice=advice)


def is_missing(value: Any) -> bool:
    """Whether ``value`` stands for nothing: None or NaN."""
    return value is None or (isinstance(value, float) and value != value)


def attribute_array(values: Sequence[Any]) -> NDArray[Any]:
    """One attribute of all accounts; None stands for missing.

    Truth values give bool, whole numbers int64, other numbers float64, all else
    objects. A missing value makes numbers float64 with NaN, other things objects with
    None.
    """
    kinds = {type(each) for each in values if each is not None}
    missing = any(each is None for each in values)
    if kinds == {bool} and not missing:
        return np.array(values, bool)
    if kinds and all(issubclass(kind, int | np.integer) and kind is not bool for kind in kinds):
        if all(each is None or -(2**53) <= each <= 2**53 for each in values):
            return np.array(values, np.float64 if missing else np.int64)
    elif kinds and all(
        issubclass(kind, int | float | np.integer | np.floating) and kind is not bool
        for kind in kinds
    ):
        return np.array(values, np.float64)
    result = np.empty(len(values), object)
    result[:] = values
    return result


def missing_values(columns: Mapping[str, NDArray[Any]]) -> dict[str, int]:
    """How many accounts lack each attribute; attributes that all have are left out."""
    counts = {name: sum(map(is_missing, values.tolist())) for name, values in columns.items()}
    return {name: count for name, count in counts.items() if count}


Floats = NDArray[np.float64]
#: Some of the follows: both ends, weights and times, the last two empty where not wanted.
Part = tuple[NDArray[Any], NDArray[Any], Floats, Floats]


@dataclass(frozen=True)
class Edges:
    """Both ends of M follows, with their weights and times where the file has them."""

    #: [M], of ids.
    first: NDArray[Any]
    second: NDArray[Any]
    weights: Floats | None = None
    times: Floats | None = None

    @classmethod
    def joined(cls, parts: Sequence[Part], *, weighted: bool, timed: bool) -> Edges:
        """The follows of all parts, in order."""
        if not parts:
            return cls(np.empty(0, np.int64), np.empty(0, np.int64))
        first, second, weights, times = (np.concatenate(each) for each in zip(*parts, strict=True))
        return cls(first, second, weights if weighted else None, times if timed else None)

    def span(self) -> tuple[float, float] | None:
        """The earliest and the latest time; None without."""
        if self.times is None or not self.times.size:
            return None
        return float(self.times.min()), float(self.times.max())

    def until(self, last: float, *, file: str) -> Edges:
        """The follows that began at ``last`` or before; InputError where there are none."""
        if self.times is None:
            rule, advice = "needs times", 'name their column: "follower followee time"'
            raise InputError(rule, file, "until", advice=advice)
        kept = self.times <= last
        if not kept.any():
            value, first = show_value(last), self.span() or (0.0, 0.0)
            rule = f"leaves no follows: the first began at {first[0]:.15g}"
            raise InputError(rule, file, "until", value)
        weights = None if self.weights is None else self.weights[kept]
        return Edges(self.first[kept], self.second[kept], weights, self.times[kept])
