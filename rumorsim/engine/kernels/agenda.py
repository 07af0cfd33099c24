"""The agenda: who is due when. A wheel of buckets; the present bucket is sorted.

An entry is a time, an account and the post it will read, with VISIT added where it comes upon
it outside its feed; -1 is a check-in, of which an account has at most one. Entries of later
buckets are appended to chunks, so that memory is touched in order; when a bucket's time comes
they are sorted once into ``present``. What is put into the present bucket after that goes to a
small heap. Equal times are ordered by account, check-ins first, then by story, author, k, visits
last.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inlined, inner
from rumorsim.engine.kernels.fetching import NUMBER, look_ahead_at_once
from rumorsim.engine.kernels.memory import (
    bins,
    buckets,
    chunk_links,
    chunks,
    heap,
    posts,
    present,
    scratch,
)

#: Entries of one chunk.
CHUNK = 32
#: Longer runs of entries in one bin are sorted by a method that ties cannot slow down.
FEW = 24


@inner
def before(w, a, b):
    """Whether entry a (a record) precedes entry b."""
    if a.time != b.time:
        return a.time < b.time
    if a.account != b.account:
        return a.account < b.account
    if a.post < 0 or b.post < 0:
        return a.post < 0 <= b.post
    p, q = posts(w)[a.post & NUMBER], posts(w)[b.post & NUMBER]
    if p.story != q.story:
        return p.story < q.story
    if p.author != q.author:
        return p.author < q.author
    if p.k != q.k:
        return p.k < q.k
    return a.post < b.post


@inlined
def copy(target, source):
    """Make one entry equal to another."""
    target.time = source.time
    target.account = source.account
    target.post = source.post


@inlined
def schedule(w, time, account, post):
    """Put an entry on the agenda at ``time`` (before the horizon). There must be room."""
    w.pending += 1
    bucket = np.int64(time / w.bucket_width)
    if bucket <= w.bucket:
        _push(w, time, account, post)
        return
    line = buckets(w)[min(bucket, w.buckets_rows - 1)]
    place = line.count % CHUNK
    if place == 0:
        chunk = w.chunk_free
        if chunk >= 0:
            w.chunk_free = np.int64(chunk_links(w)[chunk])
        else:
            chunk = w.chunk_fresh
            w.chunk_fresh += 1
        w.chunks_used += 1
        chunk_links(w)[chunk] = line.last
        line.last = chunk
    line.count += 1
    entry = chunks(w)[line.last * CHUNK + place]
    entry.time = time
    entry.account = account
    entry.post = post


@inner
def _push(w, time, account, post):
    at = w.in_heap
    w.in_heap = at + 1
    new = heap(w)[w.heap_rows - 1]
    new.time = time
    new.account = account
    new.post = post
    while at > 0:
        up = (at - 1) >> 1
        if not before(w, new, heap(w)[up]):
            break
        copy(heap(w)[at], heap(w)[up])
        at = up
    copy(heap(w)[at], new)


@inner
def _sink(w, entries, begin, at, count):
    """Let the last of ``entries`` (a spare place) sink from ``at`` in a heap of ``count``."""
    spare = entries[entries.size - 1]
    while True:
        down = 2 * at + 1
        if down >= count:
            break
        if down + 1 < count and before(w, entries[begin + down + 1], entries[begin + down]):
            down += 1
        if not before(w, entries[begin + down], spare):
            break
        copy(entries[begin + at], entries[begin + down])
        at = down
    copy(entries[begin + at], spare)


@inlined
def from_heap(w):
    """Is the first entry in the heap (else in ``present``)? There must be one."""
    if w.in_heap == 0:
        return False
    return w.cursor == w.present_made or before(w, heap(w)[0], present(w)[w.cursor])


@inlined
def take(w, in_heap):
    """Take the first entry off the agenda."""
    w.pending -= 1
    if not in_heap:
        w.cursor += 1
        return
    w.in_heap -= 1
    copy(heap(w)[w.heap_rows - 1], heap(w)[w.in_heap])
    _sink(w, heap(w), 0, 0, w.in_heap)


@inner
def turn(w):
    """Go on to the next bucket that holds something. False if it is too large for its place."""
    while w.in_heap == 0 and w.cursor == w.present_made and w.pending > 0:
        line = buckets(w)[w.bucket + 1]
        count = np.int64(line.count)
        if count >= w.present_rows:
            w.need = count
            return False
        w.bucket += 1
        w.cursor = 0
        w.present_made = count
        if count > 0:
            _gather(w, line)
            _sort(w, count)
            look_ahead_at_once(w)
    return True


@inner
def _gather(w, line):
    """Move the chunks of a bucket to ``scratch`` and give them back."""
    count = np.int64(line.count)
    chunk = np.int64(line.last)
    done = 0
    size = (count - 1) % CHUNK + 1
    while done < count:
        for i in range(size):
            copy(scratch(w)[done + i], chunks(w)[chunk * CHUNK + i])
        done += size
        size = CHUNK
        following = np.int64(chunk_links(w)[chunk])
        chunk_links(w)[chunk] = w.chunk_free
        w.chunk_free = chunk
        w.chunks_used -= 1
        chunk = following
    line.count = 0
    line.last = -1


@inner
def _bin(w, time, count):
    """The bin of an entry of the present bucket: never falls as time rises."""
    share = (time - w.bucket * w.bucket_width) / w.bucket_width
    return min(max(np.int64(share * count), np.int64(0)), count - 1)


@inner
def _sort(w, count):
    """Sort ``scratch`` into ``present``: as many bins as entries, then each bin by itself."""
    ends = bins(w)
    for i in range(count + 1):
        ends[i] = 0
    for i in range(count):
        ends[_bin(w, scratch(w)[i].time, count) + 1] += 1
    for i in range(count):
        ends[i + 1] += ends[i]
    for i in range(count):
        which = _bin(w, scratch(w)[i].time, count)
        copy(present(w)[ends[which]], scratch(w)[i])
        ends[which] += 1
    begin = 0
    for i in range(count):
        end = np.int64(ends[i])
        if end - begin > FEW:
            _sort_many(w, begin, end - begin)
        elif end - begin > 1:
            _sort_few(w, begin, end)
        begin = end


@inner
def _sort_few(w, begin, end):
    """Insertion sort of a few entries of ``present``."""
    entries = present(w)
    spare = entries[entries.size - 1]
    for i in range(begin + 1, end):
        if not before(w, entries[i], entries[i - 1]):
            continue
        copy(spare, entries[i])
        at = i
        while at > begin and before(w, spare, entries[at - 1]):
            copy(entries[at], entries[at - 1])
            at -= 1
        copy(entries[at], spare)


@inner
def _sort_many(w, begin, count):
    """Sort entries of ``present`` by heap, then reverse the order it leaves."""
    entries = present(w)
    spare = entries[entries.size - 1]
    for i in range(count // 2 - 1, -1, -1):
        copy(spare, entries[begin + i])
        _sink(w, entries, begin, i, count)
    # A heap with the first on top: taking it to the end again and again sorts backwards.
    for last in range(count - 1, 0, -1):
        copy(spare, entries[begin + last])
        copy(entries[begin + last], entries[begin])
        _sink(w, entries, begin, 0, last)
    low, high = begin, begin + count - 1
    while low < high:
        copy(spare, entries[low])
        copy(entries[low], entries[high])
        copy(entries[high], spare)
        low += 1
        high -= 1
