"""Ids as numbers: those of accounts in the order of the ids, whatever the order of the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.events.observed.records import Ints, Labels


def numbered(columns: list[NDArray[Any]]) -> tuple[NDArray[Any], list[Labels]]:
    """The distinct ids of several columns, sorted, and each column as their numbers.

    Columns are of whole numbers, or objects that are text or whole numbers; in the order of
    the ids whole numbers come before text.
    """
    lengths = np.cumsum([len(each) for each in columns])[:-1]
    if all(each.dtype.kind in "iu" for each in columns):
        ids, labels = np.unique(np.concatenate(columns), return_inverse=True)
        return ids, np.split(labels.astype(np.int32), lengths)
    seen: dict[Any, int] = {}
    number = seen.setdefault
    found = [
        np.fromiter((number(each, len(seen)) for each in column.tolist()), np.int32, len(column))
        for column in columns
    ]
    table, rank = sorted_ids(list(seen))
    return table, [rank[each] for each in found]


def sorted_ids(ids: list[Any]) -> tuple[NDArray[Any], Labels]:
    """Distinct ids in their order, and the place of each there; int64 where all are numbers."""
    order = sorted(range(len(ids)), key=lambda at: (isinstance(ids[at], str), ids[at]))
    rank = np.empty(len(ids), np.int32)
    rank[order] = np.arange(len(ids), dtype=np.int32)
    if all(type(each) is int and -(2**63) <= each < 2**63 for each in ids):
        return np.array([ids[at] for at in order], np.int64), rank
    table = np.empty(len(ids), object)
    table[:] = [ids[at] for at in order]
    return table, rank


def keyed(cascade: Labels, label: Labels | Ints, labels: int) -> Ints:
    """One whole number for each pair of a cascade and a label in [0, labels)."""
    key: Ints = cascade.astype(np.int64)
    key *= labels
    key += label
    return key


def found_at(keys: Ints, wanted: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """The first row that has each wanted key (-1 where none has); which rows repeat a key.

    ``keys`` are sorted in place.
    """
    order = np.argsort(keys, kind="stable").astype(np.int32)
    keys.sort(kind="stable")
    repeated = np.zeros(len(keys), np.bool_)
    repeated[order[1:]] = keys[1:] == keys[:-1]
    at = np.searchsorted(keys, wanted)
    at[at == len(keys)] = 0
    missing = keys[at] != wanted
    at[:] = order[at]
    at[missing] = -1
    return at, repeated


def repeats(keys: Ints) -> NDArray[np.bool_]:
    """Which keys were there before, in the order given. The keys are sorted in place."""
    order = np.argsort(keys, kind="stable").astype(np.int32)
    keys.sort(kind="stable")
    again = np.zeros(len(keys), np.bool_)
    again[order[1:]] = keys[1:] == keys[:-1]
    return again
