"""Poisson processes without a state: the points after any moment, whatever came before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rumorsim.engine.kernels.compiling import kernel
from rumorsim.engine.kernels.tables import next_point

__all__ = ["point_blocks", "points"]

Array = NDArray[np.float64]
_FLAT = np.empty(0)
#: Points that are worked out at once.
_BLOCK = 256


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
    for block in point_blocks(seed, purpose, who, what, rate, begin, end, curve):
        yield from zip(*(each.tolist() for each in block), strict=True)


def point_blocks(
    seed: int,
    purpose: int,
    who: int,
    what: int,
    rate: float,
    begin: float,
    end: float,
    curve: Array = _FLAT,
) -> Iterator[tuple[Array, NDArray[np.int64], NDArray[np.int64]]]:
    """:func:`points` some at a time: float64, int64 and int64, each [points], none of them empty.

    A block is worked out when it is asked for.
    """
    count, time = _BLOCK, begin
    while rate > 0 and count == _BLOCK:
        times = np.empty(_BLOCK)
        cells, numbers = np.empty((2, _BLOCK), np.int64)
        place = np.uint64(seed), purpose, who, what
        count = _fill(*place, rate, time, end, curve, times, cells, numbers)
        if count:
            yield times[:count], cells[:count], numbers[:count]
            time = float(times[count - 1])


@kernel
def _fill(seed, purpose, who, what, rate, after, end, curve, times, cells, numbers):  # type: ignore[no-untyped-def]
    """Write the next points after ``after``, as many as there is room for; how many there are."""
    for i in range(times.size):
        time, cells[i], numbers[i] = next_point(seed, purpose, who, what, rate, after, end, curve)
        if time == np.inf:
            return i
        times[i] = after = time
    return times.size
