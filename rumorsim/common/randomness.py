"""Addressed randomness: every random decision is a pure function of its address.

The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random
numbers: as easy as 1, 2, 3", SC 2011): a keyed bijection from a 128-bit counter to
128 random bits. The key is the world's seed; the counter is the *address* of a
decision, four 32-bit words of which the first holds the purpose (upper 8 bits) and a
small number (lower 24 bits: the k of a post, a block, a point of a cell). There is
no generator state, so nothing that happens earlier shifts what is drawn later.

This module has the plain form (one address, Python integers: what the reference
engine uses) and the array form (NumPy: what builds worlds). ``kernels.draws`` has the
compiled form. All three are held against the published known answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import index
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rumorsim.common.errors import whole_number

_M0: Final = 0xD2511F53
_M1: Final = 0xCD9E8D57
_W0: Final = 0x9E3779B9
_W1: Final = 0xBB67AE85
_MASK: Final = 0xFFFFFFFF
#: Rows that world building draws for at once: what it needs meanwhile stays small.
_PART: Final = 8192
#: 2**-32, the width of one 32-bit word as a share of the unit interval.
WORD_WIDTH: Final = 2.0**-32


class Purpose:
    """The first byte of an address: what the draw decides. Never renumber."""

    CHECK_IN: Final = 1  #: (cell, account): the points of one cell of a timetable
    READ: Final = 2  #: (story, author, k; reader): visibility, share, report, delay
    POST: Final = 3  #: (story, author, k): vigour
    FOLLOW: Final = 4  #: (followee, follower): kept below this audience level
    BACKGROUND: Final = 5  #: (tick low, tick high, reader): background posts on top
    LOOK: Final = 6  #: (cell, surface): the points of one cell of a look process
    LOOK_MARK: Final = 7  #: (cell, surface; j): who looks, at which slot
    ACTIVITY: Final = 8  #: (account): check-in rate
    RECEPTIVITY: Final = 9  #: (account, category)
    KIND: Final = 10  #: (account, kind): the race that gives accounts their kind
    AUTHOR: Final = 11  #: (account, story): the race that picks authors
    PUBLICATION: Final = 12  #: (cell, author, story): Poisson publications
    PERSON: Final = 13  #: (account): which accounts are somebody's second
    TRUST: Final = 14  #: (account)
    CASE: Final = 15  #: (kind and ordinal, target...): the desk's luck in one case
    CASE_SAMPLE: Final = 16  #: (kind and ordinal, target...): timed samples of targets
    TOPIC: Final = 17  #: (cell, surface): arrivals of background topics
    TOPIC_MARK: Final = 18  #: (cell, surface; j): heat and course of a topic
    GRAPH: Final = 19  #: (generator stage, i, j): follow graph generators
    REPLICATE: Final = 20  #: spare draws of studies
    CONTACT: Final = 21  #: (cell, account, story): the points of one cell of its contacts
    CONTACT_MARK: Final = 22  #: (cell, account, story; j): with whom, and what comes of it
    STOP: Final = 23  #: (story, account, k): when a spreader stops by itself
    THRESHOLD: Final = 24  #: (account, story): how much persuades
    WILLING: Final = 25  #: (story, author, k): whether a planned post is made in spite of all
    FORWARD: Final = 26  #: (story, author, k; reader): whom a limited share reaches
    BELIEVE: Final = 27  #: (story, author, k; reader): belief at a read
    CONVINCE: Final = 28  #: (correction, reader): whether it takes back what it believed
    BACKFIRE: Final = 29  #: (correction, reader): whether it shares the story all the more
    PUSH: Final = 30  #: (surface, n-th push; account): who gets it and opens it
    PLATFORM: Final = 31  #: (account): who has an account elsewhere, and whose it is
    ADVERSARY: Final = 32  #: (kind and ordinal, accounts, n-th time): an adversary's luck
    EVIDENCE: Final = 34  #: (story): the appeal of an observed story, of those it may have had
    SURFACE: Final = 33  #: (surface, account, n-th time): luck at surfaces of other packages
    PARENT: Final = 35  #: (cascade, n-th share, k): from whom it comes in the k-th forest
    LATE: Final = 36  #: (story, author, k; reader): whether a declined read came after the share
    ACROSS: Final = 37  #: (description, copy): appeal of one of several copies, and its original's
    ARM: Final = 39  #: (n-th assignment; unit): which units of an experiment are treated
    VISITS: Final = 40  #: (description, copy): how many visits each of its originals gets
    VISITOR: Final = 41  #: (story, author, k; n-th visit): who comes upon an original, and when


def address_word(purpose: int, small: int = 0) -> int:
    """The first word of an address. ``small`` must be in [0, 2**24)."""
    return (purpose << 24) | small


def seed_of(value: Any, key: str = "seed", most: int = 2**64 - 1) -> int:
    """``value`` as a seed: an int in [0, most], whatever integer type it had; else InputError."""
    return whole_number(value, key, 0, most)


def philox(seed: int, a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    """Four random words in [0, 2**32) for the address (a, b, c, d) under ``seed``.

    ``seed`` is in [0, 2**64); each address word in [0, 2**32). Integers of any type: Python's
    own have no width that the products below could overflow.
    """
    seed, a, b, c, d = index(seed), index(a), index(b), index(c), index(d)
    k0, k1 = seed & _MASK, seed >> 32
    for _ in range(10):
        p0 = _M0 * a
        p1 = _M1 * c
        a, b, c, d = (p1 >> 32) ^ b ^ k0, p1 & _MASK, (p0 >> 32) ^ d ^ k1, p0 & _MASK
        k0 = (k0 + _W0) & _MASK
        k1 = (k1 + _W1) & _MASK
    return a, b, c, d


def philox_array(
    seed: int, a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64]]:
    """:func:`philox` for arrays of addresses, broadcast together.

    Returns four uint64 arrays of the broadcast shape, values in [0, 2**32).
    """
    mask, half = np.uint64(_MASK), np.uint64(32)
    m0, m1 = np.uint64(_M0), np.uint64(_M1)
    words = [np.asarray(word, dtype=np.uint64) for word in (a, b, c, d)]
    w, x, y, z = np.broadcast_arrays(*words)
    seed = index(seed)
    k0, k1 = seed & _MASK, seed >> 32
    for _ in range(10):
        p0 = m0 * w
        p1 = m1 * y
        w, x = (p1 >> half) ^ x ^ np.uint64(k0), p1 & mask
        y, z = (p0 >> half) ^ z ^ np.uint64(k1), p0 & mask
        k0 = (k0 + _W0) & _MASK
        k1 = (k1 + _W1) & _MASK
    return w, x, y, z


def uniform(word: int) -> float:
    """A word as a number strictly inside (0, 1): the middle of its 2**-32 interval."""
    return (word + 0.5) * WORD_WIDTH


def uniform_array(words: NDArray[np.uint64]) -> NDArray[np.float64]:
    """:func:`uniform` for an array of words; float64 of the same shape."""
    result: NDArray[np.float64] = (words.astype(np.float64) + 0.5) * WORD_WIDTH
    return result


def words_below(chances: NDArray[np.float64]) -> NDArray[np.uint64]:
    """How many words have :func:`uniform` below each chance: those below this number, exactly."""
    scaled = np.ceil(np.clip(chances, 0.0, 1.0) * 2.0**32 - 0.5)
    return np.maximum(scaled, 0.0).astype(np.uint64)


def parts_of(size: int) -> Iterator[slice]:
    """Consecutive slices of ``size`` rows, each short enough for what it takes to draw them."""
    for begin in range(0, size, _PART):
        yield slice(begin, min(begin + _PART, size))
