"""Draws made many at once: the same words as one by one, many times faster.

The loops hold nothing but the rounds of the generator, so that compilers do several draws in
one instruction.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inner
from rumorsim.engine.kernels.draws import _HALF, _MASK, rounds
from rumorsim.engine.kernels.memory import addresses, followers, words
from rumorsim.engine.kernels.records import BLOCK, DRAWS


@inner
def draw_block(w, a, b, c, begin, count):
    """Words of the addresses (a, b, c, follower), for ``count`` followers from ``begin`` on.

    Word i of follower j goes to ``words(w)[i * BLOCK + j]``; ``count`` is at most BLOCK.
    """
    to = words(w)
    who = followers(w)
    low, high = w.seed & _MASK, w.seed >> _HALF
    first, second, third = np.uint64(a) & _MASK, np.uint64(b) & _MASK, np.uint64(c) & _MASK
    for j in range(count):
        fourth = np.uint64(who[begin + j]) & _MASK
        a, b, c, d = rounds(low, high, first, second, third, fourth)
        to[j] = np.uint32(a)
        to[BLOCK + j] = np.uint32(b)
        to[2 * BLOCK + j] = np.uint32(c)
        to[3 * BLOCK + j] = np.uint32(d)


@inner
def write_address(w, j, a, b, c, d):
    """Make (a, b, c, d) the ``j``-th address of the next :func:`draw_each`; ``j`` < DRAWS."""
    to = addresses(w)
    to[j] = np.uint32(a)
    to[DRAWS + j] = np.uint32(b)
    to[2 * DRAWS + j] = np.uint32(c)
    to[3 * DRAWS + j] = np.uint32(d)


@inner
def draw_each(w, count):
    """Put the words of the first ``count`` addresses in their places.

    Word i of address j goes to ``addresses(w)[i * DRAWS + j]``; ``count`` is at most DRAWS.
    """
    at = addresses(w)
    low, high = w.seed & _MASK, w.seed >> _HALF
    for j in range(count):
        a, b = np.uint64(at[j]), np.uint64(at[DRAWS + j])
        c, d = np.uint64(at[2 * DRAWS + j]), np.uint64(at[3 * DRAWS + j])
        a, b, c, d = rounds(low, high, a, b, c, d)
        at[j] = np.uint32(a)
        at[DRAWS + j] = np.uint32(b)
        at[2 * DRAWS + j] = np.uint32(c)
        at[3 * DRAWS + j] = np.uint32(d)


@inner
def words_below(chance):
    """How many words w have uniform(w) < chance: those below this number, exactly."""
    if not chance < 1.0:
        return np.int64(4294967296)
    return np.int64(np.ceil(max(chance, 0.0) * 4294967296.0 - 0.5))
