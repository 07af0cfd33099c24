"""Poisson processes without a state: the points after any moment, whatever came before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rumorsim.engine.kernels.tables import next_point

__all__ = ["points"]

Array = NDArray[np.float64]
_FLAT = np.empty(0)


def points(
    seed: int,
    purpose: int,
    who: int,
    what: int,
    rate: float,
    begin: float,
    end: float,
    curve: Array = _FLAT,
) -> Iterator[tuple[float, int, int]]:
    """(time, cell, j) of the points of a stateless Poisson process in (begin, end)."""
    time = begin
    while rate > 0:
        time, cell, j = next_point(np.uint64(seed), purpose, who, what, rate, time, end, curve)
        if time == np.inf:
            return
        yield float(time), int(cell), int(j)
