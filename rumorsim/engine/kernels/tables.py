"""Laws as tables, and the daily curve as a change of clock: + - x / only."""

from __future__ import annotations

import numpy as np

from rumorsim.common.laws import TAIL_SIZE
from rumorsim.engine.kernels.compiling import inlined, inner, kernel
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.rows import leading_zeros

#: Cells enter an address by their last 32 bits: after 4.3 billion points they come again.
CELLS = 2**32 - 1
#: Poisson(1): a 32-bit word below POISSON[n] means at most n points. 13 or more: never.
POISSON = np.array(
    [
        round(2**32 * 0.36787944117144233 * total)
        for total in np.cumsum([1 / float(np.prod(np.arange(1.0, n + 1))) for n in range(13)])
    ],
    dtype=np.int64,
)


@kernel
def sample(tables, row, word):
    """The value of table ``row`` at a 32-bit word; see ``laws.table_of`` for the layout."""
    word = np.int64(word)
    base = 0
    if word >= 2147483648:
        word = 4294967295 - word
        base = TAIL_SIZE
    if word < 64:
        return tables[row, base + word]
    octave = 63 - leading_zeros(word)
    size = np.int64(1) << octave
    offset = np.float64(word - size) / np.float64(size) * 64.0
    column = np.int64(offset)
    left = base + (octave - 5) * 64 + column
    low = tables[row, left]
    return low + (tables[row, left + 1] - low) * (offset - column)


@inlined
def warp(curve, time):
    """Operational hours at ``time``: the integral of the daily curve, whose mean is 1.

    ``curve`` is empty (flat) or [start hour, integral up to the start hour, 25 integrals
    at the full hours (0 .. 24), 24 rates].
    """
    if curve.size == 0:
        return time
    clock = time + curve[0]
    day = np.floor(clock / 24.0)
    hour = clock - 24.0 * day
    i = min(np.int64(hour), 23)
    return day * 24.0 + (curve[2 + i] + (hour - i) * curve[27 + i]) - curve[1]


@inner
def unwarp(curve, operational):
    """The time at which so many operational hours have passed; inverse of :func:`warp`."""
    if curve.size == 0:
        return operational
    total = operational + curve[1]
    day = np.floor(total / 24.0)
    rest = total - 24.0 * day
    # Counting them all takes no branch that depends on the hour.
    i = 0
    for k in range(23):
        i += curve[3 + k] <= rest
    while i > 0 and curve[27 + i] == 0.0:
        i -= 1
    hour = np.float64(i + 1)
    if curve[27 + i] > 0.0:
        hour = min(hour, i + max(0.0, rest - curve[2 + i]) / curve[27 + i])
    return 24.0 * day + hour - curve[0]


@inner
def after(curve, time, hours):
    """When ``hours`` operational hours have passed since ``time``: later, unless they are 0.

    The two changes of clock are rounded; in hours of rest they go back to when those began.
    """
    due = unwarp(curve, warp(curve, time) + hours)
    if due > time:
        return due
    return np.nextafter(time, np.inf) if hours > 0.0 else time


@inlined
def not_after(expected):
    """A place in operational time, in cells, that is surely not after ``expected``."""
    return expected - expected * 1e-12 - 1e-9


@inner
def points_in(word):
    """The number of points that the first word of a cell gives it."""
    points = 0
    while points < 12 and np.int64(word) >= POISSON[points]:
        points += 1
    return points


@kernel
def next_point(seed, purpose, who, what, rate, after, horizon, curve):
    """(time, cell, j) of the first point after ``after`` of a stateless Poisson process.

    Operational time is cut into cells with one expected point each; the points of a cell
    are drawn at the address (purpose; cell, who, what). Nothing is remembered: the answer
    is the same whatever happened before. Time is inf when it is not before ``horizon``.
    """
    expected = rate * warp(curve, after)
    # A hair early: rounding must never skip the cell that holds ``after``. What is before
    # this for sure, or after a point found for sure, need not be unwarped: unwarp never falls.
    past = not_after(expected)
    end = rate * warp(curve, horizon)
    inside = not_after(end)
    cell = max(np.int64(0), np.int64(past))
    while True:
        best = np.inf
        best_j = 0
        nearest = np.inf
        words = philox(seed, purpose << 24, cell & CELLS, who, what)
        points = points_in(words[0])
        place = 1
        block = 0
        for j in range(points):
            if place == 4:
                block += 1
                words = philox(seed, (purpose << 24) | block, cell & CELLS, who, what)
                place = 0
            word = words[1]
            if place == 0:
                word = words[0]
            elif place == 2:
                word = words[2]
            elif place == 3:
                word = words[3]
            place += 1
            at = cell + uniform(word)
            if at < past or at >= nearest:
                continue
            time = unwarp(curve, at / rate)
            if after < time < best:
                best = time
                best_j = j
                nearest = at
        if best < np.inf:
            if best < horizon:
                return best, cell, best_j
            return np.inf, cell, best_j
        cell += 1
        if not cell < inside and unwarp(curve, cell / rate) >= horizon:
            return np.inf, cell, 0
