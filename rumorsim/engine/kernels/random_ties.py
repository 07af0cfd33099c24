"""Random graphs whose ties go both ways: a set of pairs, pairings, rewired rings."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import kernel
from rumorsim.engine.kernels.csr import mixed
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.random_graphs import below

#: Slots of a set of pairs: never taken, and given up.
_FREE = np.int64(-1)
_GONE = np.int64(-2)


@kernel
def _find(table, key):
    # The slot of ``key``, else the first slot it could take.
    size = table.size
    slot = np.int64(mixed(np.uint64(key)) & np.uint64(size - 1))
    spare = np.int64(-1)
    while table[slot] != _FREE:
        if table[slot] == key:
            return slot
        if table[slot] == _GONE and spare < 0:
            spare = slot
        slot = (slot + 1) & (size - 1)
    return slot if spare < 0 else spare


@kernel
def _pair(u, v, n):
    return np.int64(min(u, v)) * n + max(u, v)


@kernel
def _set_for(keys):
    size = 16
    while size < 2 * keys:
        size *= 2
    return np.full(size, _FREE, np.int64)


@kernel
def paired_ends(n, degree, seed, word, mend):
    """The two ends of each edge of a simple graph with n accounts of the same degree.

    Ends are paired at random (a permutation of n * degree places). A pair that is a loop
    or a repetition fails the whole; or, to ``mend``, swaps an end with a random pair that
    stays simple. Returns int32 arrays of length n * degree / 2 and whether it worked.
    """
    places = np.empty(n * degree, np.int32)
    for i in range(places.size):
        places[i] = i // degree
    for i in range(places.size - 1, 0, -1):
        a, b, _, _ = philox(seed, word, i & 0xFFFFFFFF, i >> 32, 0)
        j = below(a, b, i + 1)
        places[i], places[j] = places[j], places[i]
    u, v = places[0::2].copy(), places[1::2].copy()
    m = u.size
    edges = _set_for(m)
    bad = np.zeros(m, np.bool_)
    for i in range(m):
        key = _pair(u[i], v[i], n)
        slot = _find(edges, key)
        if u[i] == v[i] or edges[slot] == key:
            if not mend:
                return u, v, False
            bad[i] = True
        else:
            edges[slot] = key
    done = True
    for i in range(m):
        if bad[i] and not _mend(i, u, v, bad, edges, n, seed, word):
            done = False
            break
    return u, v, done


@kernel
def _mend(i, u, v, bad, edges, n, seed, word):
    for attempt in range(1000 + 20 * u.size):
        a, b, c, _ = philox(seed, word, i & 0xFFFFFFFF, attempt & 0xFFFFFFFF, 1)
        j = below(a, b, u.size)
        if bad[j]:
            continue
        p, q = (u[j], v[j]) if uniform(c) < 0.5 else (v[j], u[j])
        one, two = _pair(u[i], p, n), _pair(v[i], q, n)
        if u[i] == p or v[i] == q or one == two:
            continue
        if edges[_find(edges, one)] == one or edges[_find(edges, two)] == two:
            continue
        edges[_find(edges, _pair(u[j], v[j], n))] = _GONE
        edges[_find(edges, one)] = one
        edges[_find(edges, two)] = two
        first, second = u[i], v[i]
        u[i], v[i] = first, p
        u[j], v[j] = second, q
        bad[i] = False
        return True
    return False


@kernel
def rewired_ring(n, neighbours, rewiring, seed, word):
    """The two ends of each edge of a ring of n accounts after random rewiring.

    Account i starts tied to i + 1 .. i + neighbours / 2; each tie keeps i and with
    probability ``rewiring`` changes its other end to a random account that is neither i
    nor tied to it. Returns int32 arrays of length n * neighbours / 2.
    """
    half = neighbours // 2
    m = n * half
    u, v = np.empty(m, np.int32), np.empty(m, np.int32)
    # Rewired ties leave marks behind, so room for each to be there twice.
    edges = _set_for(2 * m)
    degree = np.full(n, 2 * half, np.int64)
    for k in range(half):
        for i in range(n):
            u[k * n + i] = i
            v[k * n + i] = (i + k + 1) % n
            key = _pair(i, (i + k + 1) % n, n)
            edges[_find(edges, key)] = key
    for k in range(half):
        for i in range(n):
            a, b, c, _ = philox(seed, word, i, k, 0)
            if uniform(c) >= rewiring or degree[i] >= n - 1:
                continue
            attempt = 1
            other = below(a, b, n)
            while other == i or edges[_find(edges, _pair(i, other, n))] == _pair(i, other, n):
                a, b, _, _ = philox(seed, word, i, k, attempt)
                attempt += 1
                other = below(a, b, n)
            old = v[k * n + i]
            edges[_find(edges, _pair(i, old, n))] = _GONE
            edges[_find(edges, _pair(i, other, n))] = _pair(i, other, n)
            degree[old] -= 1
            degree[other] += 1
            v[k * n + i] = other
    return u, v
