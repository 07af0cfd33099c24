"""The inner loop: from one public event to the next, until there is a reason to stop."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels import looks as looks_at
from rumorsim.engine.kernels.agenda import CHUNK, from_heap, take, turn
from rumorsim.engine.kernels.check_ins import background_word, draw_background
from rumorsim.engine.kernels.compiling import inlined, inner, kernel
from rumorsim.engine.kernels.delivering import publish
from rumorsim.engine.kernels.exposure_table import fits
from rumorsim.engine.kernels.feed import check_in, read_delayed, read_on_visit
from rumorsim.engine.kernels.fetching import NUMBER, look_ahead
from rumorsim.engine.kernels.identity import row_of
from rumorsim.engine.kernels.memory import (
    accounts,
    background_words,
    heap,
    looks,
    offsets,
    posts,
    present,
    publications,
)
from rumorsim.engine.kernels.records import VISIT, Reason

REACHED = int(Reason.REACHED)
QUIET = int(Reason.QUIET)
WATCHED = int(Reason.WATCHED)
LOG_FULL = int(Reason.LOG_FULL)
AGENDA_FULL = int(Reason.AGENDA_FULL)
POSTS_FULL = int(Reason.POSTS_FULL)
EXPOSURES_FULL = int(Reason.EXPOSURES_FULL)

#: Most events that one read can log, and most thresholds it can meet.
EVENTS_PER_READ = 7
#: Most rows of exposures that one read can add: its own, and of the story that it answers.
ROWS_PER_READ = 2
HITS_PER_READ = 9


@inlined
def room(w, account, reads, new_posts):
    """REACHED when a step of so many reads and posts by ``account`` fits, else what lacks.

    The most followed account is asked first: its number needs no look at the graph.
    """
    need = reads * EVENTS_PER_READ + new_posts
    if w.logged + need > w.log_rows or reads * HITS_PER_READ > w.hits_rows:
        w.need = need
        return LOG_FULL
    if w.posts_made + new_posts > w.posts_rows:
        w.need = new_posts
        return POSTS_FULL
    rows = ROWS_PER_READ * reads + new_posts
    if not fits(w, rows):
        w.need = rows
        return EXPOSURES_FULL
    others = w.forward_rows + w.most_observed
    if reads == 0:
        # It publishes.
        others += w.most_visits
    if agenda_fits(w, new_posts * (w.most_followers + others)):
        return REACHED
    row = row_of(w, account)
    deliveries = new_posts * (offsets(w)[row + 1] - offsets(w)[row] + others)
    if agenda_fits(w, deliveries):
        return REACHED
    w.need = deliveries
    return AGENDA_FULL


@inlined
def agenda_fits(w, deliveries):
    """Whether there is room for ``deliveries`` more deliveries, wherever they go."""
    fits = w.in_heap + deliveries < w.heap_rows
    lines = min(deliveries, w.buckets_rows) + deliveries // CHUNK + 1
    fits = fits and w.chunks_used + lines <= w.chunk_links_rows
    if not w.by_delay:
        fits = fits and w.pool_used + deliveries <= w.pool_rows
    return fits


@inlined
def first_look(w):
    """Index of the surface that is looked at next, -1 when none is."""
    best = -1
    for i in range(w.looks_rows):
        look = looks(w)[i]
        if look.time == np.inf:
            continue
        if (
            best < 0
            or look.time < looks(w)[best].time
            or (
                look.time == looks(w)[best].time
                and looks_at.looker(w, i) < looks_at.looker(w, best)
            )
        ):
            best = i
    return best


@inner
def entry_first(w, entry, publication):
    """Whether an entry precedes a publication of the same time."""
    if entry.account != publication.author:
        return entry.account < publication.author
    if entry.post < 0:
        return True
    p = posts(w)[entry.post & NUMBER]
    if p.story != publication.story:
        return p.story < publication.story
    return p.author < publication.author


@kernel
def advance(memory, until):
    """Let everything happen that is due before ``until``; say why it stopped.

    Checks for room before it changes anything, so that a stopped run goes on where it
    was. ``memory`` is an array of one MEMORY record. Returns (reason, time): the time of
    what stopped it.
    """
    w = memory[0]
    while True:
        before = w.bucket
        if not turn(w):
            return AGENDA_FULL, w.bucket * w.bucket_width
        if w.bucket != before and w.crowd >= 0:
            draw_background(w)
        late = from_heap(w)
        entry = heap(w)[0] if late else present(w)[w.cursor]
        entry_time = entry.time if w.pending > 0 else np.inf
        cursor = w.published
        publish_time = np.inf
        if cursor < w.publications_rows:
            publish_time = publications(w)[cursor].time
        surface = first_look(w)
        look_time = looks(w)[surface].time if surface >= 0 else np.inf
        time = min(entry_time, publish_time, look_time)
        if time >= until:
            return (QUIET if time == np.inf else REACHED), time

        entry_now = entry_time == time
        publish_now = publish_time == time
        look_now = look_time == time
        if entry_now and publish_now:
            entry_now = entry_first(w, entry, publications(w)[cursor])
            publish_now = not entry_now
        if look_now and (entry_now or publish_now):
            other = publications(w)[cursor].author if publish_now else entry.account
            look_now = looks_at.looker(w, surface) <= other

        if look_now:
            story = looks_at.story_seen(w, surface)
            if story >= 0:
                lacking = room(w, looks_at.looker(w, surface), 1, 1)
                if lacking != REACHED:
                    return lacking, time
                looks_at.look(w, surface, story)
            looks_at.next_look(w, surface, time)
        elif publish_now:
            publication = publications(w)[cursor]
            lacking = room(w, np.int64(publication.author), 0, 1)
            if lacking != REACHED:
                return lacking, time
            w.published = cursor + 1
            publish(w, publication)
        else:
            account = np.int64(entry.account)
            visit = entry.post >= VISIT
            post = np.int64(entry.post & NUMBER) if visit else np.int64(entry.post)
            one = visit or w.by_delay != 0
            unread = np.int64(1) if one else np.int64(accounts(w)[account].unread)
            lacking = room(w, account, unread, min(unread, w.stories_rows))
            if lacking != REACHED:
                return lacking, time
            word = np.uint64(0)
            if w.crowd >= 0 and late:
                word = background_word(w, account, time)
            elif w.crowd >= 0:
                word = np.uint64(background_words(w)[w.cursor])
            take(w, late)
            w.last_account, w.last_post = account, post
            look_ahead(w)
            if visit:
                read_on_visit(w, account, post, time)
            elif w.by_delay:
                read_delayed(w, account, post, time)
            else:
                check_in(w, account, time, word)
        if w.hits_made > 0:
            return WATCHED, time
