"""When accounts that have something to read again open the app next.

Those among the followers of one author are worked out together: their draws are made at once.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.agenda import schedule
from rumorsim.engine.kernels.blocks import draw_each, write_address
from rumorsim.engine.kernels.compiling import inner
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.memory import (
    accounts,
    addresses,
    background_words,
    curve,
    present,
    waiting,
)
from rumorsim.engine.kernels.records import DRAWS
from rumorsim.engine.kernels.tables import CELLS, POISSON, next_point, unwarp, warp
from rumorsim.engine.kernels.unread import add

# Kept equal to randomness.Purpose by a test; plain numbers compile best.
CHECK_IN, BACKGROUND = 1, 5
#: What :func:`_earliest` says of a cell with more points than its first draw has words for.
MORE = -1.0


@inner
def deliver_first(w, post, reader, time):
    """The only unread post of ``reader``: it checks in after ``time``, or never again."""
    account = accounts(w)[reader]
    due = np.inf
    if account.rate > 0.0:
        due = next_point(w.seed, CHECK_IN, reader, 0, account.rate, time, w.horizon, curve(w))[0]
    _put(w, post, reader, due)


@inner
def deliver_waiting(w, count, time):
    """:func:`deliver_first` for the first ``count`` of ``waiting(w)``, at most half of DRAWS."""
    operational = warp(curve(w), time)
    for j in range(count):
        reader = np.int64(waiting(w)[j].account)
        cell = np.int64(max(_past(accounts(w)[reader].rate * operational), 0.0))
        write_address(w, 2 * j, CHECK_IN << 24, cell & CELLS, reader, 0)
        write_address(w, 2 * j + 1, CHECK_IN << 24, (cell + 1) & CELLS, reader, 0)
    draw_each(w, 2 * count)
    for j in range(count):
        reader = np.int64(waiting(w)[j].account)
        account = accounts(w)[reader]
        if account.unread != 0:
            # A row that names a follower twice.
            if account.unread > 0:
                add(w, account, np.int64(waiting(w)[j].post))
                w.delivered += 1
            continue
        due = _due(w, 2 * j, account.rate, account.rate * operational, time)
        if due <= time:
            deliver_first(w, np.int64(waiting(w)[j].post), reader, time)
        else:
            _put(w, np.int64(waiting(w)[j].post), reader, due)


@inner
def _past(expected):
    """A place in operational time, in cells, that is not after it: see ``next_point``."""
    return expected - expected * 1e-12 - 1e-9


@inner
def _put(w, post, reader, due):
    account = accounts(w)[reader]
    if due == np.inf:
        account.unread = -1
        return
    schedule(w, due, reader, -1)
    add(w, account, post)
    w.delivered += 1


@inner
def _due(w, j, rate, expected, time):
    """What ``next_point`` says, from draws ``j`` and ``j + 1``, of its first two cells.

    Where these do not settle it: ``time``.
    """
    if rate <= 0.0:
        return np.inf
    past = _past(expected)
    cell = np.int64(max(past, 0.0))
    at = _earliest(w, j, cell, past)
    if at == np.inf:
        at = _earliest(w, j + 1, cell + 1, past)
    if at == np.inf or at == MORE:
        return time
    due = unwarp(curve(w), at / rate)
    return np.inf if due >= w.horizon else due


@inner
def _earliest(w, j, cell, past):
    """The first point from ``past`` on of a cell that has at most three; inf = none, or MORE."""
    drawn = addresses(w)
    points = np.int64(drawn[j])
    if points >= POISSON[3]:
        return MORE
    first = cell + uniform(np.uint64(drawn[DRAWS + j]))
    second = cell + uniform(np.uint64(drawn[2 * DRAWS + j]))
    third = cell + uniform(np.uint64(drawn[3 * DRAWS + j]))
    if points < POISSON[0] or first < past:
        first = np.inf
    if points < POISSON[1] or second < past:
        second = np.inf
    if points < POISSON[2] or third < past:
        third = np.inf
    return min(first, min(second, third))


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
