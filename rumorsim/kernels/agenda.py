"""The agenda: who is due when. Buckets of time, the present one kept as a small heap.

Entries are numbers. In check-in reading an entry is an account (it has at most one); in
delay reading it is one delivery. Equal times are ordered by account, story, author, k.
"""

from __future__ import annotations

import numpy as np

from rumorsim.kernels.compiling import inner
from rumorsim.kernels.records import BUCKET, HEAP, PENDING


@inner
def before(state, time_a, a, time_b, b):
    """Does entry a come before entry b?"""
    if time_a != time_b:
        return time_a < time_b
    if state.entry_account.size == 0:
        return a < b
    if state.entry_account[a] != state.entry_account[b]:
        return state.entry_account[a] < state.entry_account[b]
    p, q = state.posts[state.entry_post[a]], state.posts[state.entry_post[b]]
    if p.story != q.story:
        return p.story < q.story
    if p.author != q.author:
        return p.author < q.author
    return p.k < q.k


@inner
def _push(state, time, entry):
    at = state.n[HEAP]
    state.n[HEAP] = at + 1
    while at > 0:
        up = (at - 1) >> 1
        if not before(state, time, entry, state.heap_time[up], np.int64(state.heap_entry[up])):
            break
        state.heap_time[at] = state.heap_time[up]
        state.heap_entry[at] = state.heap_entry[up]
        at = up
    state.heap_time[at] = time
    state.heap_entry[at] = entry


@inner
def pop(state):
    """Take the first entry off the agenda. Call :func:`first` before."""
    last = state.n[HEAP] - 1
    state.n[HEAP] = last
    state.n[PENDING] -= 1
    time = state.heap_time[last]
    entry = np.int64(state.heap_entry[last])
    at = 0
    while True:
        down = 2 * at + 1
        if down >= last:
            break
        if down + 1 < last and before(
            state,
            state.heap_time[down + 1],
            np.int64(state.heap_entry[down + 1]),
            state.heap_time[down],
            np.int64(state.heap_entry[down]),
        ):
            down += 1
        if not before(state, state.heap_time[down], np.int64(state.heap_entry[down]), time, entry):
            break
        state.heap_time[at] = state.heap_time[down]
        state.heap_entry[at] = state.heap_entry[down]
        at = down
    state.heap_time[at] = time
    state.heap_entry[at] = entry


@inner
def schedule(rules, state, entry, time):
    """Put ``entry`` on the agenda at ``time`` (before the horizon)."""
    state.n[PENDING] += 1
    bucket = np.int64(time / rules.bucket_width)
    if bucket <= state.n[BUCKET]:
        _push(state, time, entry)
        return
    bucket = min(bucket, state.bucket_head.size - 1)
    state.entry_time[entry] = time
    state.entry_next[entry] = state.bucket_head[bucket]
    state.bucket_head[bucket] = entry


@inner
def first(state):
    """The entry that is due first, or -1; its time is then ``heap_time[0]``."""
    if state.n[PENDING] == 0:
        return np.int64(-1)
    while state.n[HEAP] == 0:
        state.n[BUCKET] += 1
        entry = np.int64(state.bucket_head[state.n[BUCKET]])
        state.bucket_head[state.n[BUCKET]] = -1
        while entry >= 0:
            following = np.int64(state.entry_next[entry])
            _push(state, state.entry_time[entry], entry)
            entry = following
    return np.int64(state.heap_entry[0])
