"""Attributes of accounts: columns of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


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
