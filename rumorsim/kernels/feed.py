"""Posting, delivering and reading: the model of a feed, compiled.

The order of factors in :func:`share_probability` and of draws is part of the model: the
reference engine follows the same order, so that both agree to the bit.
"""

from __future__ import annotations

import numpy as np

from rumorsim.kernels.agenda import schedule
from rumorsim.kernels.compiling import inner, kernel
from rumorsim.kernels.draws import philox, uniform
from rumorsim.kernels.tables import next_point, sample, unwarp, warp
from rumorsim.kernels.memory import (
    accounts,
    corrections,
    curve,
    dues,
    exposures,
    followers,
    friction,
    hits,
    log,
    offsets,
    pool,
    posts,
    receptivity,
    reinforcement,
    stories,
    tables,
    tallies,
    templates,
    thresholds,
    weights,
)

# Kept equal to randomness.Purpose and events.Kind by a test; plain numbers compile best.
CHECK_IN, READ, POST, FOLLOW, BACKGROUND = 1, 2, 3, 4, 5
PUBLISH, SHARE, EXPOSE, READ_EVENT, REPORT = 0, 1, 2, 3, 4
OF_ACCOUNT, OF_POST, OF_STORY = 0, 3, 6
REPORTS, SHARES, REACH = 0, 1, 2



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
def home(key, size):
    """Where a key belongs in a table of ``size`` (a power of two) places."""
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64(mixed >> np.uint64(20)) & (size - 1)


@inner
def exposure(w, account, story):
    """Place of (account, story) in the table of exposures, made on first use."""
    key = account * w.stories_rows + story
    place = home(key, w.exposures_rows)
    while exposures(w)[place].key != key:
        if exposures(w)[place].key < 0:
            exposures(w)[place].key = key
            w.exposed += 1
            break
        place = (place + 1) & (w.exposures_rows - 1)
    return place


@inner
def has_read(w, account, story):
    """Has this account read this story?"""
    key = account * w.stories_rows + story
    place = home(key, w.exposures_rows)
    while exposures(w)[place].key >= 0:
        if exposures(w)[place].key == key:
            return exposures(w)[place].reads > 0
        place = (place + 1) & (w.exposures_rows - 1)
    return False


@inner
def standing(w, post):
    """Is the post itself there: it and its original alive, both authors to be seen?"""
    p = posts(w)[post]
    if p.alive == 0 or accounts(w)[p.author].visible == 0:
        return False
    root = posts(w)[p.root]
    return root.alive != 0 and accounts(w)[root.author].visible != 0


@inner
def kept(w, followee, follower):
    """Is the follow kept at the followee's present audience level?"""
    level = accounts(w)[followee].audience
    if level >= 1.0:
        return True
    return uniform(philox(w.seed, FOLLOW << 24, followee, follower, 0)[0]) < level


@inner
def shown(w, post, reader):
    """Is the post visible to this reader: standing, and not hidden from this one?"""
    if not standing(w, post):
        return False
    p = posts(w)[post]
    if p.visibility >= 1.0:
        return True
    return uniform(philox(w.seed, (READ << 24) | p.k, p.story, p.author, reader)[0]) < p.visibility


@inner
def follow_weight(w, followee, follower):
    """The weight of one follow, found in the followee's sorted row; 1 where there is none."""
    low, high = offsets(w)[followee], offsets(w)[followee + 1]
    while low < high:
        middle = (low + high) >> 1
        if followers(w)[middle] < follower:
            low = middle + 1
        else:
            high = middle
    if low < offsets(w)[followee + 1] and followers(w)[low] == follower:
        return weights(w)[low]
    return 1.0


@inner
def fading(w, row, unit, age):
    """The factor of a novelty table at ``age`` hours, ``unit`` hours a word."""
    return sample(tables(w), row, np.int64(min(age / unit, 2147483647.0)))


@inner
def share_probability(w, post, reader, time, reads, by_follow):
    """P(share | read), not yet cut at 1. The order of the factors is the model's."""
    p = posts(w)[post]
    story = stories(w)[p.story]
    author = accounts(w)[p.author]
    chance = story.appeal * p.vigour
    if w.receptivity_rows > 0:
        chance *= receptivity(w)[story.category, reader]
    if by_follow and w.weights_rows > 0:
        chance *= follow_weight(w, np.int64(p.author), reader)
    chance *= author.credence
    chance *= story.credence
    chance *= p.credence
    if author.official != 0:
        chance *= accounts(w)[reader].trust
    template = templates(w)[story.template]
    if template.novelty >= 0:
        chance *= fading(w, template.novelty, template.novelty_unit, time - story.born)
    if template.post_novelty >= 0:
        chance *= fading(w, template.post_novelty, template.post_novelty_unit, time - p.time)
    chance *= reinforcement(w)[story.template, min(reads, w.reinforcement_columns) - 1]
    for i in range(story.correctors, story.correctors + story.corrected):
        if has_read(w, reader, corrections(w)[i].story):
            chance *= corrections(w)[i].factor
    return chance * friction(w)[0]


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
    p.parent = parent
    p.root = number if parent < 0 else posts(w)[parent].root
    p.shares = 0
    p.reports = 0
    p.reach = 0
    p.alive = 1
    stories(w)[story].posts += 1
    stories(w)[story].heat += tallies(w)[author].countable
    return number


@inner
def _room(w):
    """One free delivery of the pool."""
    w.pool_used += 1
    place = np.int64(w.pool_free)
    if place >= 0:
        w.pool_free = pool(w)[place].next
        return place
    w.pool_fresh += 1
    return w.pool_fresh - 1


@inner
def release(w, place):
    """Give a delivery back to the pool."""
    pool(w)[place].next = w.pool_free
    w.pool_free = place
    w.pool_used -= 1


@inner
def deliver(w, post, time):
    """Put a new post into the feed of every follower that is kept."""
    author = np.int64(posts(w)[post].author)
    all_kept = accounts(w)[author].audience >= 1.0
    for e in range(offsets(w)[author], offsets(w)[author + 1]):
        reader = np.int64(followers(w)[e])
        if not all_kept and not kept(w, author, reader):
            continue
        if w.by_delay:
            _deliver_by_delay(w, post, reader, time)
        else:
            _deliver_to_feed(w, post, reader, time)


@inner
def _deliver_to_feed(w, post, reader, time):
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
        schedule(w, reader, due)
    place = _room(w)
    pool(w)[place].post = post
    pool(w)[place].next = account.head
    account.head = place
    account.unread += 1
    w.delivered += 1


@inner
def _deliver_by_delay(w, post, reader, time):
    p = posts(w)[post]
    word = philox(w.seed, (READ << 24) | p.k, p.story, p.author, reader)[3]
    due = unwarp(curve(w), warp(curve(w), time) + sample(tables(w), 0, word))
    if due < w.horizon:
        entry = _room(w)
        pool(w)[entry].post = post
        dues(w)[entry].account = reader
        schedule(w, entry, due)
        w.delivered += 1


@inner
def read(w, post, reader, time, surface):
    """One account reads one visible post: exposure, report, share, in this order."""
    p = posts(w)[post]
    story = np.int64(p.story)
    author = np.int64(p.author)
    known = exposures(w)[exposure(w, reader, story)]
    known.reads += 1
    if w.log_reads:
        write(w, time, READ_EVENT, story, post, reader, author, np.float64(known.reads))
    if known.reads == 1:
        write(w, time, EXPOSE, story, post, reader, author, np.float64(surface))
        p.reach += 1
        stories(w)[story].reach += 1
        tallies(w)[author].reach += 1
        watch(w, OF_POST + REACH, post, p.reach)
        watch(w, OF_STORY + REACH, story, stories(w)[story].reach)
        watch(w, OF_ACCOUNT + REACH, author, tallies(w)[author].reach)
    words = philox(w.seed, (READ << 24) | p.k, story, author, reader)
    if known.reported == 0 and uniform(words[2]) < stories(w)[story].report:
        known.reported = 1
        write(w, time, REPORT, story, post, reader, author, 0.0)
        p.reports += 1
        stories(w)[story].reports += 1
        tallies(w)[author].reports += 1
        watch(w, OF_POST + REPORTS, post, p.reports)
        watch(w, OF_STORY + REPORTS, story, stories(w)[story].reports)
        watch(w, OF_ACCOUNT + REPORTS, author, tallies(w)[author].reports)
    if known.shared != 0 or accounts(w)[reader].can_post == 0:
        return
    chance = share_probability(w, post, reader, time, known.reads, surface == 0)
    if uniform(words[1]) < chance:
        known.shared = 1
        _share(w, post, reader, time)


@inner
def _share(w, parent, account, time):
    """A share: a new post at this moment, counted for the one that was shared."""
    p = posts(w)[parent]
    story = np.int64(p.story)
    author = np.int64(p.author)
    number = new_post(w, time, story, account, np.int64(0), parent)
    write(w, time, SHARE, story, number, account, author, np.float64(parent))
    p.shares += 1
    stories(w)[story].shares += 1
    tallies(w)[author].shares += 1
    top = stories(w)[story].top
    if top >= 0 and top != parent:
        leader = posts(w)[top]
        if p.shares > leader.shares or (p.shares == leader.shares and parent < top):
            stories(w)[story].top = parent
    watch(w, OF_POST + SHARES, parent, p.shares)
    watch(w, OF_STORY + SHARES, story, stories(w)[story].shares)
    watch(w, OF_ACCOUNT + SHARES, author, tallies(w)[author].shares)
    deliver(w, number, time)


@inner
def publish(w, publication):
    """A planned post appears, unless its author may not post."""
    time = publication.time
    author = np.int64(publication.author)
    story = np.int64(publication.story)
    k = np.int64(publication.k)
    if accounts(w)[author].can_post == 0:
        return
    if stories(w)[story].born < 0.0:
        stories(w)[story].born = time
    exposures(w)[exposure(w, author, story)].shared = 1
    number = new_post(w, time, story, author, k, np.int64(-1))
    write(w, time, PUBLISH, story, number, author, np.int64(-1), np.float64(k))
    deliver(w, number, time)


@inner
def check_in(w, reader, time):
    """An account opens the app: it reads the newest visible posts, the rest is missed."""
    w.checked_in += 1
    account = accounts(w)[reader]
    place = np.int64(account.head)
    account.head = -1
    account.unread = 0
    reading = account.can_read != 0
    limited = w.attention > 0
    crowded = w.crowd >= 0 and account.background > 0.0
    word = np.uint64(0)
    now = 0.0
    if crowded and reading:
        # The moment is the address: ticks of 2**-20 h tell check-ins apart.
        tick = np.int64(time * 1048576.0)
        word = philox(w.seed, BACKGROUND << 24, tick & 0xFFFFFFFF, tick >> 32, reader)[0]
        now = warp(curve(w), time)
    taken = 0
    while place >= 0:
        following = np.int64(pool(w)[place].next)
        post = np.int64(pool(w)[place].post)
        release(w, place)
        place = following
        if not reading:
            continue
        if not shown(w, post, reader):
            continue
        if not kept(w, np.int64(posts(w)[post].author), reader):
            continue
        if crowded:
            age = now - warp(curve(w), posts(w)[post].time)
            if account.background * age >= sample(tables(w), w.crowd + w.attention - taken - 1, word):
                reading = False
                continue
        taken += 1
        if limited and taken == w.attention:
            reading = False
        read(w, post, reader, time, np.int64(0))


@inner
def read_delayed(w, entry, time):
    """Delay reading: one delivery is read, if it is still to be seen."""
    reader = np.int64(dues(w)[entry].account)
    post = np.int64(pool(w)[entry].post)
    release(w, entry)
    if accounts(w)[reader].can_read == 0:
        return
    if shown(w, post, reader) and kept(w, np.int64(posts(w)[post].author), reader):
        read(w, post, reader, time, np.int64(0))


@kernel
def rehash(old, new):
    """Move every exposure of a table into an empty larger one."""
    for i in range(old.size):
        key = old[i].key
        if key < 0:
            continue
        place = home(key, new.size)
        while new[place].key >= 0:
            place = (place + 1) & (new.size - 1)
        new[place] = old[i]
