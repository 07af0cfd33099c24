"""The follows of a file as they stand in it, before accounts are numbered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.errors import InputError, show_value

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
