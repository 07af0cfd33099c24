"""Posting and delivering: new posts, the log, the watch, and followers' feeds."""

from __future__ import annotations

import numpy as np

from rumorsim.kernels.agenda import schedule
from rumorsim.kernels.blocks import draw_block, words_below
from rumorsim.kernels.compiling import inner
from rumorsim.kernels.draws import philox, uniform
from rumorsim.kernels.knowing import exposure
from rumorsim.kernels.memory import (
    accounts,
    curve,
    exposures,
    fetch,
    followers,
    forward,
    heat,
    hits,
    log,
    offsets,
    posts,
    profiles,
    receptivity,
    stories,
    tables,
    templates,
    thresholds,
    words,
)
from rumorsim.kernels.records import ACCOUNT, BLOCK, DULL
from rumorsim.kernels.tables import next_point, sample, unwarp, warp
from rumorsim.kernels.unread import add
from rumorsim.kernels.whose import heir_of, next_of_person, platform_of, row_of

# Kept equal to randomness.Purpose and events.Kind by a test; plain numbers compile best.
CHECK_IN, READ, POST, FOLLOW, WILLING, FORWARD = 1, 2, 3, 4, 25, 26
PUBLISH, WITHHOLD = 0, 8
BARRED, UNWILLING = 0.0, 1.0
#: How many followers ahead to ask for.
AHEAD = 24
ACCOUNT_SIZE = ACCOUNT.itemsize


@inner
def write(w, time, kind, story, post, account, source, value):
    """Append one event to the log."""
    row = log(w)[w.logged]
    row.time = time
    row.value = value
    row.story = story
    row.post = post
    row.account = account
    row.source = source
    row.kind = kind
    row.platform = 0
    if w.forward_rows > 1 and account >= 0:
        row.platform = platform_of(w, account)
    w.logged += 1


@inner
def watch(w, what, target, count):
    """Note a hit when a watched count has just become one of its thresholds."""
    count = np.int64(count)
    for i in range(1, thresholds(w)[what, 0] + 1):
        if thresholds(w)[what, i] == count:
            hit = hits(w)[w.hits_made]
            hit.what = what
            hit.target = target
            hit.count = count
            w.hits_made += 1


@inner
def new_post(w, time, story, author, k, parent):
    """Make a post and return its number. There must be room."""
    number = w.posts_made
    w.posts_made = number + 1
    p = posts(w)[number]
    p.time = time
    p.vigour = 1.0
    row = templates(w)[stories(w)[story].template].vigour
    if row >= 0:
        p.vigour = sample(tables(w), row, philox(w.seed, (POST << 24) | k, story, author, 0)[0])
    p.visibility = 1.0
    p.credence = 1.0
    p.story = story
    p.author = author
    p.k = k
    p.root = number if parent < 0 else posts(w)[parent].root
    p.shares = 0
    p.reports = 0
    p.reach = 0
    p.alive = 1
    stories(w)[story].posts += 1
    heat(w)[platform_of(w, author), story] += profiles(w)[author].countable
    return number


@inner
def kept(w, followee, follower):
    """Is the follow kept at the followee's present audience level?"""
    if w.touched == 0:
        return True
    level = accounts(w)[followee].audience
    if level >= 1.0:
        return True
    return uniform(philox(w.seed, FOLLOW << 24, followee, follower, 0)[0]) < level


@inner
def most_alike(w, post):
    """The most that P(share) can be, whatever the levers, where readers are all alike."""
    p = posts(w)[post]
    return stories(w)[p.story].appeal * p.vigour * w.most_other_factors


@inner
def most_chance(w, post, reader):
    """The same for one reader."""
    most = most_alike(w, post)
    if w.receptivity_rows > 0:
        most *= receptivity(w)[stories(w)[posts(w)[post].story].category, reader]
    return most


@inner
def believable(w, post):
    """The credence of a post; of a share, its original's as well: a label shows on both."""
    p = posts(w)[post]
    if p.root == post:
        return p.credence
    return p.credence * posts(w)[p.root].credence


@inner
def willing(w, account):
    """The share of its posting that an account still does: it follows income and fear."""
    profile = profiles(w)[account]
    return profile.chill * (1.0 - profile.dependence * (1.0 - profile.earning))


@inner
def _deliver_to_few(w, post, time, begin, end):
    """A share under the platform's limit: to so many of the followers, drawn without replacement.

    Knuth's selection sampling: one draw a follower at an address of its own, no memory, and a
    lower limit picks some of those that a higher one does. Follows no longer kept leave gaps.
    """
    p = posts(w)[post]
    author = np.int64(p.author)
    wanted = np.floor(forward(w)[platform_of(w, author)] + 0.5)
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
    limited = posts(w)[post].root != post and forward(w)[platform_of(w, author)] < end - begin
    if w.late != 0:
        _deliver_candidates(w, post, time, begin, end)
        return
    if limited:
        _deliver_to_few(w, post, time, begin, end)
        begin = end
    if w.by_delay:
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
        for j in range(count):
            e = first + j
            if e + AHEAD < end:
                fetch(w.accounts_at, followers(w)[e + AHEAD], ACCOUNT_SIZE)
            reader = np.int64(followers(w)[e])
            if not all_kept and not kept(w, author, reader):
                continue
            unread = post if _moves(w, limits, post, reader, j) else post + DULL
            _deliver_to_feed(w, unread, reader, time)


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
    """May this reader share or report the post, whatever the levers? ``j``: place in the block."""
    shares, reports, alike = limits
    drawn = words(w)
    if drawn[2 * BLOCK + j] < reports:
        return True
    if drawn[BLOCK + j] >= shares:
        return False
    return alike or uniform(drawn[BLOCK + j]) < most_chance(w, post, reader)


@inner
def _deliver_to_feed(w, post, reader, time):
    """``post``: its number, with DULL added where its reader will do nothing about it."""
    account = accounts(w)[reader]
    if account.unread < 0:
        return
    if account.unread == 0:
        if account.rate <= 0.0:
            account.unread = -1
            return
        due = next_point(w.seed, CHECK_IN, reader, 0, account.rate, time, w.horizon, curve(w))[0]
        if due == np.inf:
            account.unread = -1
            return
        schedule(w, due, reader, -1)
    add(w, account, post)
    w.delivered += 1


@inner
def _deliver_by_delay(w, post, reader, time):
    p = posts(w)[post]
    word = philox(w.seed, (READ << 24) | p.k, p.story, p.author, reader)[3]
    w.delivered += 1
    due = unwarp(curve(w), warp(curve(w), time) + sample(tables(w), 0, word))
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
        for j in range(count):
            reader = np.int64(followers(w)[first + j])
            if not _moves(w, limits, post, reader, j):
                continue
            if not all_kept and not kept(w, author, reader):
                continue
            delay = sample(tables(w), 0, drawn[3 * BLOCK + j])
            due = unwarp(curve(w), warp(curve(w), time) + delay)
            if due < w.horizon:
                schedule(w, due, reader, post)
    w.delivered += end - begin


@inner
def publish(w, publication):
    """A planned post appears, unless its author may not post, and is delivered."""
    number = appear(w, publication)
    if number >= 0:
        deliver(w, number, publication.time)


@inner
def appear(w, publication):
    """A planned post appears; its number, or -1 where nobody may or will post it.

    Who took the place of an account that may not post, posts in its place.
    """
    time = publication.time
    author = np.int64(publication.author)
    story = np.int64(publication.story)
    k = np.int64(publication.k)
    while accounts(w)[author].can_post == 0:
        heir = heir_of(w, author)
        if heir < 0:
            write(w, time, WITHHOLD, story, np.int64(-1), author, np.int64(-1), BARRED)
            return np.int64(-1)
        author = heir
    will = willing(w, author)
    if will < 1.0 and uniform(philox(w.seed, (WILLING << 24) | k, story, author, 0)[0]) >= will:
        write(w, time, WITHHOLD, story, np.int64(-1), author, np.int64(-1), UNWILLING)
        return np.int64(-1)
    if stories(w)[story].born < 0.0:
        stories(w)[story].born = time
    exposures(w)[exposure(w, author, story)].shared = 1
    number = new_post(w, time, story, author, k, np.int64(-1))
    write(w, time, PUBLISH, story, number, author, np.int64(-1), np.float64(k))
    return number
