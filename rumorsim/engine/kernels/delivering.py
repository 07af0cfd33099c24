"""Delivering: a post goes into the feeds of its author's followers, or onto the agenda.

The draws of a post and its readers are known by then. They are made in blocks of a row, which
costs a fraction of what they cost one by one, and most say that the reader will do nothing.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.agenda import schedule
from rumorsim.engine.kernels.arms import forward_limit
from rumorsim.engine.kernels.blocks import draw_block, words_below
from rumorsim.engine.kernels.check_ins import deliver_first, plan_waiting
from rumorsim.engine.kernels.compiling import inner
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.identity import next_of_person, row_of
from rumorsim.engine.kernels.memory import (
    accounts,
    curve,
    fetch,
    followers,
    observed,
    observed_reads,
    offsets,
    posts,
    stories,
    tables,
    waiting,
    words,
)
from rumorsim.engine.kernels.observed import deliver_observed, late_word, place_of
from rumorsim.engine.kernels.posting import appear, kept, most_alike, most_chance
from rumorsim.engine.kernels.records import ACCOUNT, BLOCK, INERT
from rumorsim.engine.kernels.redrawing import redraw_block
from rumorsim.engine.kernels.tables import after, sample
from rumorsim.engine.kernels.unread import add
from rumorsim.engine.kernels.visiting import plan_visits

# Kept equal to randomness.Purpose by a test; plain numbers compile best.
READ, FORWARD = 2, 26
#: How many followers ahead to ask for.
AHEAD = 24
ACCOUNT_SIZE = ACCOUNT.itemsize
#: Above every account's number.
NOBODY = np.int64(2**31)


@inner
def _deliver_to_few(w, post, time, begin, end):
    """A share under the platform's limit: to so many of the followers, drawn without replacement.

    Knuth's selection sampling: one draw a follower at an address of its own, no memory, and a
    lower limit picks some of those that a higher one does. Follows no longer kept leave gaps.
    """
    p = posts(w)[post]
    author = np.int64(p.author)
    wanted = np.floor(forward_limit(w, author, time) + 0.5)
    for e in range(begin, end):
        reader = np.int64(followers(w)[e])
        word = philox(w.seed, (FORWARD << 24) | p.k, p.story, author, reader)[0]
        if uniform(word) * np.float64(end - e) < wanted:
            wanted -= 1.0
            if kept(w, author, reader):
                _deliver_one(w, post, reader, time)


@inner
def deliver(w, post, time):
    """Put a new post into the feed of every follower that is kept, and of its own person's."""
    author = np.int64(posts(w)[post].author)
    row = row_of(w, author)
    all_kept = accounts(w)[author].audience >= 1.0
    begin, end = offsets(w)[row], offsets(w)[row + 1]
    limited = posts(w)[post].root != post and forward_limit(w, author, time) < end - begin
    if w.late != 0:
        _deliver_candidates(w, post, time, begin, end)
        return
    if w.observed_rows > 0:
        _deliver_in_replay(w, post, time, begin, end)
    elif limited:
        _deliver_to_few(w, post, time, begin, end)
    elif w.by_delay:
        for e in range(begin, end):
            reader = np.int64(followers(w)[e])
            if all_kept or kept(w, author, reader):
                _deliver_by_delay(w, post, reader, time)
    else:
        _deliver_row(w, post, time, begin, end, all_kept)
    other = next_of_person(w, author)
    while other >= 0 and other != author:
        _deliver_one(w, post, other, time)
        other = next_of_person(w, other)


@inner
def _deliver_in_replay(w, post, time, begin, end):
    """To the followers and to all who are known to have shared the post, followers or not.

    Under a forward limit followers are picked as ever; of the others each is kept with the same
    probability, limit over followers, by the same draw.
    """
    p = posts(w)[post]
    author = np.int64(p.author)
    place = place_of(w, post)
    read, last, audience = np.int64(0), np.int64(0), np.float64(end - begin)
    if place >= 0:
        read = np.int64(observed(w)[place].begin)
        last = read + observed(w)[place].count
        audience = max(audience, observed(w)[place].audience)
    limit = np.floor(forward_limit(w, author, time) + 0.5)
    limited = p.root != post and limit < audience
    wanted = limit
    for e in range(begin, end + 1):
        reader = np.int64(followers(w)[e]) if e < end else NOBODY
        while read < last and observed_reads(w)[read].reader < reader:
            other = np.int64(observed_reads(w)[read].reader)
            passes = True
            if limited:
                word = philox(w.seed, (FORWARD << 24) | p.k, p.story, author, other)[0]
                passes = uniform(word) * audience < limit
            if passes and kept(w, author, other):
                deliver_observed(w, place, read, post, time)
            read += 1
        if e == end:
            return
        passes = True
        if limited:
            word = philox(w.seed, (FORWARD << 24) | p.k, p.story, author, reader)[0]
            passes = uniform(word) * np.float64(end - e) < wanted
            if passes:
                wanted -= 1.0
        passes = passes and kept(w, author, reader)
        known = False
        while read < last and observed_reads(w)[read].reader == reader:
            if passes:
                deliver_observed(w, place, read, post, time)
            known = True
            read += 1
        if passes and not known:
            word = late_word(w, place, e - begin)
            if word < 0:
                _deliver_by_delay(w, post, reader, time)
            else:
                _deliver_after(w, post, reader, time, np.uint64(word))


@inner
def _deliver_one(w, post, reader, time):
    if w.by_delay:
        _deliver_by_delay(w, post, reader, time)
    else:
        _deliver_to_feed(w, post, reader, time)


@inner
def _deliver_row(w, post, time, begin, end, all_kept):
    """Into the feeds of a row of followers; their draws, made at once, say whom it leaves cold."""
    p = posts(w)[post]
    author = np.int64(p.author)
    limits = _limits(w, post)
    for e in range(begin, min(begin + AHEAD, end)):
        fetch(w.accounts_at, followers(w)[e], ACCOUNT_SIZE)
    for first in range(begin, end, BLOCK):
        count = min(end - first, BLOCK)
        draw_block(w, (READ << 24) | p.k, p.story, author, first, count)
        if w.epochs_rows > 0:
            redraw_block(w, (READ << 24) | p.k, p.story, author, first, count)
        begun = 0
        for j in range(count):
            e = first + j
            if e + AHEAD < end:
                fetch(w.accounts_at, followers(w)[e + AHEAD], ACCOUNT_SIZE)
            reader = np.int64(followers(w)[e])
            if not all_kept and not kept(w, author, reader):
                continue
            account = accounts(w)[reader]
            if account.unread < 0:
                continue
            # Written down for all, it stays for those who had nothing unread.
            waiting(w)[begun] = reader
            begun += account.unread == 0
            add(w, account, post + INERT * (1 - _moves(w, limits, post, reader, j)))
            w.delivered += 1
        plan_waiting(w, begun, time)


@inner
def _limits(w, post):
    """(shares, reports, alike): words below these may lead to a share, to a report.

    With receptivity, each reader has a limit of its own: then shares are not ``alike``.
    """
    alike = w.receptivity_rows == 0
    most = most_alike(w, post) if alike else 1.0
    return words_below(most), words_below(stories(w)[posts(w)[post].story].base_report), alike


@inner
def _moves(w, limits, post, reader, j):
    """1 where this reader may share or report the post, whatever the levers; else 0.

    ``j`` is its place in the block. Nearly always worked out without a branch: which way it
    goes is luck.
    """
    shares, reports, alike = limits
    drawn = words(w)
    reporting, sharing = drawn[2 * BLOCK + j] < reports, drawn[BLOCK + j] < shares
    if not alike and sharing:
        sharing = uniform(drawn[BLOCK + j]) < most_chance(w, post, reader)
    return np.int64(reporting | sharing)


@inner
def _deliver_to_feed(w, post, reader, time):
    account = accounts(w)[reader]
    if account.unread == 0:
        deliver_first(w, post, reader, time)
    elif account.unread > 0:
        add(w, account, post)
        w.delivered += 1


@inner
def _deliver_by_delay(w, post, reader, time):
    p = posts(w)[post]
    word = philox(w.seed, (READ << 24) | p.k, p.story, p.author, reader)[3]
    _deliver_after(w, post, reader, time, word)


@inner
def _deliver_after(w, post, reader, time, word):
    """The word says the delay."""
    w.delivered += 1
    due = after(curve(w), time, sample(tables(w), 0, word))
    if due < w.horizon:
        schedule(w, due, reader, post)


@inner
def _deliver_candidates(w, post, time, begin, end):
    """Late exposures: only what may be shared or reported goes on the agenda.

    A candidate's draw is below the most its chance can be, whatever the levers; all other
    deliveries need nothing but that draw.
    """
    p = posts(w)[post]
    author = np.int64(p.author)
    all_kept = accounts(w)[author].audience >= 1.0
    limits = _limits(w, post)
    drawn = words(w)
    for first in range(begin, end, BLOCK):
        count = min(end - first, BLOCK)
        draw_block(w, (READ << 24) | p.k, p.story, author, first, count)
        if w.epochs_rows > 0:
            redraw_block(w, (READ << 24) | p.k, p.story, author, first, count)
        for j in range(count):
            reader = np.int64(followers(w)[first + j])
            if _moves(w, limits, post, reader, j) == 0:
                continue
            if not all_kept and not kept(w, author, reader):
                continue
            due = after(curve(w), time, sample(tables(w), 0, drawn[3 * BLOCK + j]))
            if due < w.horizon:
                schedule(w, due, reader, post)
    w.delivered += end - begin


@inner
def publish(w, publication):
    """A planned post appears, unless its author may not post, and is delivered."""
    number = appear(w, publication)
    if number >= 0:
        spread(w, number, publication.time)


@inner
def spread(w, post, time):
    """A new post goes into feeds; some accounts will come upon an original in other ways."""
    deliver(w, post, time)
    if posts(w)[post].root == post and stories(w)[posts(w)[post].story].visits > 0:
        plan_visits(w, post, time)
