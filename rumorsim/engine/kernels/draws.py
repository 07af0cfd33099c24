"""The compiled form of the addressed generator and of the tables it feeds."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inlined, kernel

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_MASK = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@inlined
def rounds(k0, k1, a, b, c, d):
    """The four words for the address (a, b, c, d) under the halves k0 and k1 of a seed.

    All are uint64 below 2**32. A loop that does nothing else is made of vector instructions.
    """
    for _ in range(10):
        p0 = _M0 * a
        p1 = _M1 * c
        a = (p1 >> _HALF) ^ b ^ k0
        b = p1 & _MASK
        c = (p0 >> _HALF) ^ d ^ k1
        d = p0 & _MASK
        k0 = (k0 + _W0) & _MASK
        k1 = (k1 + _W1) & _MASK
    return a, b, c, d


@kernel
def philox(seed, a, b, c, d):
    """Four words (uint64, values below 2**32) for the address (a, b, c, d).

    ``seed`` is uint64; the address words may be any integers in [0, 2**32).
    """
    a, b, c, d = np.uint64(a), np.uint64(b), np.uint64(c), np.uint64(d)
    return rounds(np.uint64(seed) & _MASK, np.uint64(seed) >> _HALF, a, b, c, d)


@kernel
def uniform(word):
    """A word as a float64 strictly inside (0, 1)."""
    return (np.float64(word) + 0.5) * 2.0**-32
