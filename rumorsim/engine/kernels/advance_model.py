"""The inner loop of the models beside the feed: the contract of ``advance.advance``."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.advance import (
    AGENDA_FULL,
    EXPOSURES_FULL,
    LOG_FULL,
    POSTS_FULL,
    QUIET,
    REACHED,
    WATCHED,
)
from rumorsim.engine.kernels.agenda import from_heap, take, turn
from rumorsim.engine.kernels.compiling import inner, kernel
from rumorsim.engine.kernels.contacts import begin, take_turn
from rumorsim.engine.kernels.exposure_table import fits
from rumorsim.engine.kernels.fetching_contacts import look_ahead
from rumorsim.engine.kernels.identity import row_of
from rumorsim.engine.kernels.memory import (
    followee_offsets,
    heap,
    offsets,
    posts,
    present,
    publications,
    terms,
)
from rumorsim.engine.kernels.posting import appear
from rumorsim.engine.kernels.records import Reason
from rumorsim.engine.kernels.thresholds import deliver_share, read_delivery

SPREADERS_FULL = int(Reason.SPREADERS_FULL)

#: Most that one step can do: events, thresholds met, agenda entries, rows of the tables.
EVENTS, HITS, ENTRIES, ROWS = 9, 9, 2, 3


@inner
def room(w, account):
    """REACHED when one step by ``account`` fits, else what lacks."""
    if w.logged + EVENTS > w.log_rows or w.hits_rows < HITS:
        w.need = EVENTS
        return LOG_FULL
    if w.posts_made + 1 > w.posts_rows:
        w.need = 1
        return POSTS_FULL
    w.need = ROWS
    if not fits(w, ROWS):
        return EXPOSURES_FULL
    if w.spreading + ROWS > w.spreaders_rows:
        return SPREADERS_FULL
    entries = np.int64(ENTRIES)
    if terms(w)[0].by_threshold != 0:
        row = row_of(w, account)
        entries = offsets(w)[row + 1] - offsets(w)[row] + w.forward_rows
    elif w.followees_rows > 0 and account < w.followee_offsets_rows - 1:
        # Those it follows may wake when it stops.
        entries += followee_offsets(w)[account + 1] - followee_offsets(w)[account]
    chunks = w.chunks_used + min(entries, w.buckets_rows) + 1
    if w.in_heap + entries >= w.heap_rows or chunks > w.chunk_links_rows:
        w.need = entries
        return AGENDA_FULL
    return REACHED


@inner
def entry_first(w, entry, publication):
    """Whether an entry precedes a publication of the same time."""
    if entry.account != publication.author:
        return entry.account < publication.author
    p = posts(w)[entry.post]
    if p.story != publication.story:
        return p.story < publication.story
    if p.author != publication.author:
        return p.author < publication.author
    return p.k < publication.k


@inner
def start(w, post, time):
    """A publication appeared: its author tells it."""
    if terms(w)[0].by_threshold != 0:
        deliver_share(w, post, time)
    else:
        begin(w, post, time)


@kernel
def advance(memory, until):
    """Let the public contact and publish strictly before ``until``; see ``advance.advance``."""
    w = memory[0]
    while True:
        if not turn(w):
            return AGENDA_FULL, w.bucket * w.bucket_width
        late = from_heap(w)
        entry = heap(w)[0] if late else present(w)[w.cursor]
        entry_time = entry.time if w.pending > 0 else np.inf
        cursor = w.published
        publish_time = np.inf
        if cursor < w.publications_rows:
            publish_time = publications(w)[cursor].time
        time = min(entry_time, publish_time)
        if time >= until:
            return (QUIET if time == np.inf else REACHED), time

        publish_now = publish_time == time
        if publish_now and entry_time == time:
            publish_now = not entry_first(w, entry, publications(w)[cursor])
        account = np.int64(publications(w)[cursor].author if publish_now else entry.account)
        lacking = room(w, account)
        if lacking != REACHED:
            return lacking, time
        if publish_now:
            w.published = cursor + 1
            post = appear(w, publications(w)[cursor])
            if post >= 0:
                start(w, post, time)
        else:
            post = np.int64(entry.post)
            take(w, late)
            w.last_account, w.last_post = account, post
            if terms(w)[0].by_threshold != 0:
                read_delivery(w, account, post, time)
            else:
                if not late:
                    look_ahead(w)
                take_turn(w, account, post, time)
        if w.hits_made > 0:
            return WATCHED, time
