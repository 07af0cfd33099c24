"""The agenda: who is due when. Buckets of time, the present one kept as a small heap.

Entries are numbers. In check-in reading an entry is an account (it has at most one); in
delay reading it is one delivery. Equal times are ordered by account, story, author, k.
"""

from __future__ import annotations

import numpy as np

from rumorsim.kernels.compiling import inner
from rumorsim.kernels.memory import accounts, buckets, dues, heap, pool, posts


@inner
def before(w, time_a, a, time_b, b):
    """Does entry a come before entry b?"""
    if time_a != time_b:
        return time_a < time_b
    if not w.by_delay:
        return a < b
    if dues(w)[a].account != dues(w)[b].account:
        return dues(w)[a].account < dues(w)[b].account
    p, q = posts(w)[pool(w)[a].post], posts(w)[pool(w)[b].post]
    if p.story != q.story:
        return p.story < q.story
    if p.author != q.author:
        return p.author < q.author
    return p.k < q.k


@inner
def _push(w, time, entry):
    at = w.in_heap
    w.in_heap = at + 1
    while at > 0:
        up = (at - 1) >> 1
        if not before(w, time, entry, heap(w)[up].time, heap(w)[up].entry):
            break
        heap(w)[at] = heap(w)[up]
        at = up
    heap(w)[at].time = time
    heap(w)[at].entry = entry


@inner
def pop(w):
    """Take the first entry off the agenda. Call :func:`first` before."""
    last = w.in_heap - 1
    w.in_heap = last
    w.pending -= 1
    time = heap(w)[last].time
    entry = heap(w)[last].entry
    at = 0
    while True:
        down = 2 * at + 1
        if down >= last:
            break
        low, high = heap(w)[down], heap(w)[down + 1]
        if down + 1 < last and before(w, high.time, high.entry, low.time, low.entry):
            down += 1
        child = heap(w)[down]
        if not before(w, child.time, child.entry, time, entry):
            break
        heap(w)[at] = child
        at = down
    heap(w)[at].time = time
    heap(w)[at].entry = entry


@inner
def schedule(w, entry, time):
    """Put ``entry`` on the agenda at ``time`` (before the horizon)."""
    w.pending += 1
    bucket = np.int64(time / w.bucket_width)
    if bucket <= w.bucket:
        _push(w, time, entry)
        return
    bucket = min(bucket, w.buckets_rows - 1)
    if w.by_delay:
        dues(w)[entry].time = time
        dues(w)[entry].next = buckets(w)[bucket]
    else:
        accounts(w)[entry].due = time
        accounts(w)[entry].next = buckets(w)[bucket]
    buckets(w)[bucket] = entry


@inner
def first(w):
    """The entry that is due first, or -1; its time is then ``heap[0].time``."""
    if w.pending == 0:
        return np.int64(-1)
    while w.in_heap == 0:
        w.bucket += 1
        entry = np.int64(buckets(w)[w.bucket])
        buckets(w)[w.bucket] = -1
        while entry >= 0:
            if w.by_delay:
                time = dues(w)[entry].time
                following = np.int64(dues(w)[entry].next)
            else:
                time = accounts(w)[entry].due
                following = np.int64(accounts(w)[entry].next)
            _push(w, time, entry)
            entry = following
    return heap(w)[0].entry
