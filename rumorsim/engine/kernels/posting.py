"""Posting: the log, the watch, new posts, and what they can lead to."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inner
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.exposure_table import exposure
from rumorsim.engine.kernels.identity import heir_of, platform_of, row_of
from rumorsim.engine.kernels.memory import (
    accounts,
    exposures,
    heat,
    hits,
    log,
    posts,
    profiles,
    ranks,
    receptivity,
    responses,
    stories,
    tables,
    templates,
    thresholds,
    treated_posts,
)
from rumorsim.engine.kernels.ranks import cell_of
from rumorsim.engine.kernels.redrawing import key_of
from rumorsim.engine.kernels.tables import sample

# Kept equal to randomness.Purpose and events.Kind by a test; plain numbers compile best.
POST, FOLLOW, WILLING = 3, 4, 25
PUBLISH, WITHHOLD = 0, 8
BARRED, UNWILLING = 0.0, 1.0


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
    template = templates(w)[stories(w)[story].template]
    if template.vigour >= 0:
        key = key_of(w, author, story)
        word = philox(key, (POST << 24) | k, story, author, 0)[0]
        p.vigour = sample(tables(w), template.vigour, word)
    if parent < 0:
        p.vigour *= stories(w)[story].original
    else:
        p.vigour *= stories(w)[story].resharing
        if template.rank >= 0:
            p.vigour *= ranks(w)[template.rank, cell_of(np.int64(posts(w)[parent].shares))]
    if template.response >= 0:
        p.vigour *= responses(w)[template.response, row_of(w, author)]
    p.visibility = 1.0
    p.credence = 1.0
    if w.arm_begins_rows > 0:
        treated_posts(w)[number].credence = 1.0
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
    """Whether the follow is kept at the followee's present audience level."""
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
def willing(w, account):
    """The share of its posting that an account still does: it follows income and fear."""
    profile = profiles(w)[account]
    return profile.chill * (1.0 - profile.dependence * (1.0 - profile.earning))


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
    known = exposures(w)[exposure(w, author, story)]
    known.shared = max(known.shared, 1)
    number = new_post(w, time, story, author, k, np.int64(-1))
    write(w, time, PUBLISH, story, number, author, np.int64(-1), np.float64(k))
    return number
