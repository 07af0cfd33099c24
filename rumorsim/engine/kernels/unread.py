"""What an account has not read yet: the newest posts in its own record, the rest in the pool.

A check-in reads the newest first and mostly stops among them. The others lie in chunks of
the pool, the newest chunk first, so that what is missed is given back a chunk at a time.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inlined, inner
from rumorsim.engine.kernels.memory import pool
from rumorsim.engine.kernels.records import INLINE, SPILL


@inlined
def add(w, account, post):
    """One unread post more in the record ``account``, the newest. There must be room."""
    unread = np.int64(account.unread)
    place = unread % INLINE
    if unread >= INLINE:
        _spill(w, account, unread - INLINE, account.inline[place])
    account.inline[place] = post
    account.unread = unread + 1


@inner
def _spill(w, account, spilled, post):
    """The oldest post in the record, which has so many spilled before, goes to the pool."""
    place = spilled % SPILL
    if place == 0:
        w.pool_used += 1
        chunk = np.int64(w.pool_free)
        if chunk >= 0:
            w.pool_free = np.int64(pool(w)[chunk].next)
        else:
            chunk = np.int64(w.pool_fresh)
            w.pool_fresh += 1
        pool(w)[chunk].next = account.spill
        account.spill = chunk
    pool(w)[account.spill].posts[place] = post


@inner
def release(w, chunk):
    """Give a chunk back to the pool; return the one that was behind it."""
    following = np.int64(pool(w)[chunk].next)
    pool(w)[chunk].next = w.pool_free
    w.pool_free = chunk
    w.pool_used -= 1
    return following
