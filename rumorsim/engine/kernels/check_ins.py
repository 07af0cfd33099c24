"""When accounts that have something to read again open the app next.

Those among the followers of one author are worked out together: their draws are made at once.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.agenda import schedule
from rumorsim.engine.kernels.blocks import draw_each, write_address
from rumorsim.engine.kernels.compiling import inlined, inner
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.memory import (
    accounts,
    addresses,
    at,
    background_words,
    curve,
    present,
    waiting,
)
from rumorsim.engine.kernels.records import CELLS_AHEAD, DRAWS
from rumorsim.engine.kernels.tables import CELLS, POISSON, next_point, not_after, unwarp, warp
from rumorsim.engine.kernels.unread import add

# Kept equal to randomness.Purpose by a test; plain numbers compile best.
CHECK_IN, BACKGROUND = 1, 5
#: What ``at(w)`` says where the first cells of a process do not settle its next point.
UNSETTLED = -1.0


@inner
def deliver_first(w, post, reader, time):
    """The only unread post of ``reader``: it checks in after ``time``, or never again."""
    account = accounts(w)[reader]
    add(w, account, post)
    w.delivered += 1
    _plan(w, reader, _next_check_in(w, reader, time))


@inner
def plan_waiting(w, count, time):
    """Plan the check-ins of the first ``count`` accounts of ``waiting(w)``, at most BLOCK.

    They have unread posts since ``time``. The draws of the first cells of all are made
    together, and each of the loops below has no branch that luck decides.
    """
    operational = warp(curve(w), time)
    for j in range(count):
        reader = np.int64(waiting(w)[j])
        cell = np.int64(max(not_after(accounts(w)[reader].rate * operational), 0.0))
        for i in range(CELLS_AHEAD):
            write_address(w, i * count + j, CHECK_IN << 24, (cell + i) & CELLS, reader, 0)
    draw_each(w, CELLS_AHEAD * count)
    for j in range(count):
        rate = accounts(w)[waiting(w)[j]].rate
        at(w)[j] = _first_point(w, j, count, rate * operational)
    for j in range(count):
        at(w)[j] = unwarp(curve(w), at(w)[j] / accounts(w)[waiting(w)[j]].rate)
    for j in range(count):
        due = at(w)[j]
        reader = np.int64(waiting(w)[j])
        # Rounded to no later than now, unsettled, or never: as one by one.
        if not time < due < w.horizon:
            due = np.inf if due >= w.horizon else _next_check_in(w, reader, time)
        _plan(w, reader, due)


@inner
def _next_check_in(w, reader, time):
    """When the account opens the app after ``time``; inf = not before the horizon."""
    rate = accounts(w)[reader].rate
    if rate <= 0.0:
        return np.inf
    return next_point(w.seed, CHECK_IN, reader, 0, rate, time, w.horizon, curve(w))[0]


@inlined
def _plan(w, reader, due):
    """Put a check-in on the agenda; never (inf): what was delivered is taken back."""
    if due < np.inf:
        schedule(w, due, reader, -1)
        return
    account = accounts(w)[reader]
    w.delivered -= account.unread
    account.unread = -1


@inlined
def _first_point(w, j, count, expected):
    """The first point after ``expected`` among draws j, j + count ...; UNSETTLED without one."""
    drawn = addresses(w)
    past = not_after(expected)
    cell = np.floor(max(past, 0.0))
    first = np.inf
    crowded = np.inf
    for i in range(CELLS_AHEAD):
        d = i * count + j
        points = np.int64(drawn[d])
        one = cell + uniform(np.uint64(drawn[DRAWS + d]))
        two = cell + uniform(np.uint64(drawn[2 * DRAWS + d]))
        three = cell + uniform(np.uint64(drawn[3 * DRAWS + d]))
        first = min(first, one if (points >= POISSON[0]) & (one >= past) else np.inf)
        first = min(first, two if (points >= POISSON[1]) & (two >= past) else np.inf)
        first = min(first, three if (points >= POISSON[2]) & (three >= past) else np.inf)
        # A cell of more than three points, which its first draw has no words for.
        crowded = min(crowded, cell if points >= POISSON[3] else np.inf)
        cell += 1.0
    return first if first < crowded else UNSETTLED


@inner
def background_word(w, reader, time):
    """The word that says how much else the account finds at a check-in.

    The moment is the address: ticks of 2**-20 h tell check-ins apart.
    """
    tick = np.int64(time * 1048576.0)
    return philox(w.seed, BACKGROUND << 24, tick & 0xFFFFFFFF, tick >> 32, reader)[0]


@inner
def draw_background(w):
    """:func:`background_word` of every entry of the present bucket, as if all were check-ins."""
    for begin in range(0, w.present_made, DRAWS):
        count = min(w.present_made - begin, DRAWS)
        for j in range(count):
            entry = present(w)[begin + j]
            tick = np.int64(entry.time * 1048576.0)
            write_address(w, j, BACKGROUND << 24, tick & 0xFFFFFFFF, tick >> 32, entry.account)
        draw_each(w, count)
        for j in range(count):
            background_words(w)[begin + j] = addresses(w)[j]
