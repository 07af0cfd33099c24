"""Posting, delivering and reading: the model of a feed, compiled.

The order of factors in :func:`share_probability` and of draws is part of the model: the
reference engine follows the same order, so that both agree to the bit.
"""

from __future__ import annotations

import numpy as np

from rumorsim.kernels.agenda import schedule
from rumorsim.kernels.compiling import inner, kernel
from rumorsim.kernels.draws import philox, uniform
from rumorsim.kernels.records import FREE, FRESH, N_EXPOSURES, N_HITS, N_LOG, N_POSTS, N_USED
from rumorsim.kernels.tables import next_point, sample, unwarp, warp

# Kept equal to randomness.Purpose and events.Kind by a test; plain numbers compile best.
CHECK_IN, READ, POST, FOLLOW, BACKGROUND = 1, 2, 3, 4, 5
PUBLISH, SHARE, EXPOSE, READ_EVENT, REPORT = 0, 1, 2, 3, 4
OF_ACCOUNT, OF_POST, OF_STORY = 0, 3, 6
REPORTS, SHARES, REACH = 0, 1, 2


@inner
def write(log, n, time, kind, story, post, account, source, value):
    """Append one event to the log."""
    row = log[n[N_LOG]]
    row.time = time
    row.value = value
    row.story = story
    row.post = post
    row.account = account
    row.source = source
    row.kind = kind
    row.platform = 0
    n[N_LOG] += 1


@inner
def watch(state, what, target, count):
    """Note a hit when a watched count has just become one of its thresholds."""
    count = np.int64(count)
    for i in range(state.watched[what]):
        if state.thresholds[what, i] == count:
            hit = state.hits[state.n[N_HITS]]
            hit.what = what
            hit.target = target
            hit.count = count
            state.n[N_HITS] += 1


@inner
def home(key, size):
    """Where a key belongs in a table of ``size`` (a power of two) places."""
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64(mixed >> np.uint64(20)) & (size - 1)


@inner
def exposure(state, account, story):
    """Place of (account, story) in the table of exposures, made on first use."""
    key = account * state.stories.size + story
    place = home(key, state.exposures.size)
    while state.exposures[place].key != key:
        if state.exposures[place].key < 0:
            state.exposures[place].key = key
            state.n[N_EXPOSURES] += 1
            break
        place = (place + 1) & (state.exposures.size - 1)
    return place


@inner
def has_read(exposures, stories, account, story):
    """Has this account read this story (of so many)?"""
    key = account * stories + story
    place = home(key, exposures.size)
    while exposures[place].key >= 0:
        if exposures[place].key == key:
            return exposures[place].reads > 0
        place = (place + 1) & (exposures.size - 1)
    return False


@inner
def standing(state, post):
    """Is the post itself there: it and its original alive, both authors to be seen?"""
    p = state.posts[post]
    if p.alive == 0 or state.accounts[p.author].visible == 0:
        return False
    root = state.posts[p.root]
    return root.alive != 0 and state.accounts[root.author].visible != 0


@inner
def kept(rules, state, followee, follower):
    """Is the follow kept at the followee's present audience level?"""
    level = state.accounts[followee].audience
    if level >= 1.0:
        return True
    return uniform(philox(rules.seed, FOLLOW << 24, followee, follower, 0)[0]) < level


@inner
def shown(rules, state, post, reader):
    """Is the post visible to this reader: standing, and not hidden from this one?"""
    if not standing(state, post):
        return False
    p = state.posts[post]
    if p.visibility >= 1.0:
        return True
    return uniform(philox(rules.seed, (READ << 24) | p.k, p.story, p.author, reader)[0]) < p.visibility


@inner
def follow_weight(rules, followee, follower):
    """The weight of one follow, found in the followee's sorted row; 1 where there is none."""
    low, high = rules.offsets[followee], rules.offsets[followee + 1]
    while low < high:
        middle = (low + high) >> 1
        if rules.followers[middle] < follower:
            low = middle + 1
        else:
            high = middle
    if low < rules.offsets[followee + 1] and rules.followers[low] == follower:
        return rules.weights[low]
    return 1.0


@inner
def fading(rules, table, age):
    """The factor of novelty table ``table`` at ``age`` hours."""
    word = np.int64(min(age / rules.novelty_unit[table], 2147483647.0))
    return sample(rules.novelty, table, word)


@inner
def share_probability(rules, state, post, reader, time, reads, by_follow):
    """P(share | read), not yet cut at 1. The order of the factors is the model's."""
    p = state.posts[post]
    story = state.stories[p.story]
    author = state.accounts[p.author]
    chance = story.appeal * p.vigour
    if rules.receptivity.size > 0:
        chance *= rules.receptivity[story.category, reader]
    if by_follow and rules.weights.size > 0:
        chance *= follow_weight(rules, np.int64(p.author), reader)
    chance *= author.credence
    chance *= story.credence
    chance *= p.credence
    if author.official != 0:
        chance *= state.accounts[reader].trust
    template = story.template
    if rules.novelty_of[template, 0] >= 0:
        chance *= fading(rules, rules.novelty_of[template, 0], time - story.born)
    if rules.novelty_of[template, 1] >= 0:
        chance *= fading(rules, rules.novelty_of[template, 1], time - p.time)
    chance *= rules.reinforcement[template, min(reads, rules.reinforcement.shape[1]) - 1]
    for i in range(story.correctors, story.correctors + story.corrected):
        if has_read(state.exposures, state.stories.size, reader, rules.corrector[i]):
            chance *= rules.correction[i]
    return chance * state.friction[0]


@inner
def new_post(rules, state, time, story, author, k, parent):
    """Make a post and return its number. There must be room."""
    number = state.n[N_POSTS]
    state.n[N_POSTS] = number + 1
    p = state.posts[number]
    p.time = time
    p.vigour = 1.0
    table = rules.vigour_of[state.stories[story].template]
    if table >= 0:
        p.vigour = sample(rules.vigour, table, philox(rules.seed, (POST << 24) | k, story, author, 0)[0])
    p.visibility = 1.0
    p.credence = 1.0
    p.story = story
    p.author = author
    p.k = k
    p.parent = parent
    p.root = number if parent < 0 else state.posts[parent].root
    p.shares = 0
    p.reports = 0
    p.reach = 0
    p.alive = 1
    state.stories[story].posts += 1
    state.stories[story].heat += state.accounts[author].countable
    return number


@inner
def _room(state):
    """One free delivery of the pool."""
    state.n[N_USED] += 1
    place = np.int64(state.n[FREE])
    if place >= 0:
        state.n[FREE] = state.feed_next[place]
        return place
    state.n[FRESH] += 1
    return state.n[FRESH] - 1


@inner
def release(state, place):
    """Give a delivery back to the pool."""
    state.feed_next[place] = state.n[FREE]
    state.n[FREE] = place
    state.n[N_USED] -= 1


@inner
def deliver(rules, state, post, time):
    """Put a new post into the feed of every follower that is kept."""
    author = np.int64(state.posts[post].author)
    all_kept = state.accounts[author].audience >= 1.0
    for e in range(rules.offsets[author], rules.offsets[author + 1]):
        reader = np.int64(rules.followers[e])
        if not all_kept and not kept(rules, state, author, reader):
            continue
        if rules.by_delay:
            _deliver_by_delay(rules, state, post, reader, time)
        else:
            _deliver_to_feed(rules, state, post, reader, time)


@inner
def _deliver_to_feed(rules, state, post, reader, time):
    account = state.accounts[reader]
    if account.unread < 0:
        return
    if account.unread == 0:
        if account.rate <= 0.0:
            account.unread = -1
            return
        due = next_point(rules.seed, CHECK_IN, reader, 0, account.rate, time, rules.horizon, rules.curve)[0]
        if due == np.inf:
            account.unread = -1
            return
        schedule(rules, state, reader, due)
    place = _room(state)
    state.feed_post[place] = post
    state.feed_next[place] = account.head
    account.head = place
    account.unread += 1


@inner
def _deliver_by_delay(rules, state, post, reader, time):
    p = state.posts[post]
    word = philox(rules.seed, (READ << 24) | p.k, p.story, p.author, reader)[3]
    due = unwarp(rules.curve, warp(rules.curve, time) + sample(rules.delay, 0, word))
    if due < rules.horizon:
        entry = _room(state)
        state.entry_account[entry] = reader
        state.entry_post[entry] = post
        schedule(rules, state, entry, due)


@inner
def read(rules, state, post, reader, time, surface):
    """One account reads one visible post: exposure, report, share, in this order."""
    p = state.posts[post]
    story = np.int64(p.story)
    author = np.int64(p.author)
    known = state.exposures[exposure(state, reader, story)]
    known.reads += 1
    if rules.log_reads:
        write(state.log, state.n, time, READ_EVENT, story, post, reader, author, np.float64(known.reads))
    if known.reads == 1:
        write(state.log, state.n, time, EXPOSE, story, post, reader, author, np.float64(surface))
        p.reach += 1
        state.stories[story].reach += 1
        state.account_reach[author] += 1
        watch(state, OF_POST + REACH, post, p.reach)
        watch(state, OF_STORY + REACH, story, state.stories[story].reach)
        watch(state, OF_ACCOUNT + REACH, author, state.account_reach[author])
    words = philox(rules.seed, (READ << 24) | p.k, story, author, reader)
    if known.reported == 0 and uniform(words[2]) < state.stories[story].report:
        known.reported = 1
        write(state.log, state.n, time, REPORT, story, post, reader, author, 0.0)
        p.reports += 1
        state.stories[story].reports += 1
        state.account_reports[author] += 1
        watch(state, OF_POST + REPORTS, post, p.reports)
        watch(state, OF_STORY + REPORTS, story, state.stories[story].reports)
        watch(state, OF_ACCOUNT + REPORTS, author, state.account_reports[author])
    if known.shared != 0 or state.accounts[reader].can_post == 0:
        return
    chance = share_probability(rules, state, post, reader, time, known.reads, surface == 0)
    if uniform(words[1]) < chance:
        known.shared = 1
        _share(rules, state, post, reader, time)


@inner
def _share(rules, state, parent, account, time):
    """A share: a new post at this moment, counted for the one that was shared."""
    p = state.posts[parent]
    story = np.int64(p.story)
    author = np.int64(p.author)
    number = new_post(rules, state, time, story, account, np.int64(0), parent)
    write(state.log, state.n, time, SHARE, story, number, account, author, np.float64(parent))
    p.shares += 1
    state.stories[story].shares += 1
    state.account_shares[author] += 1
    top = state.stories[story].top
    if top >= 0 and top != parent:
        leader = state.posts[top]
        if p.shares > leader.shares or (p.shares == leader.shares and parent < top):
            state.stories[story].top = parent
    watch(state, OF_POST + SHARES, parent, p.shares)
    watch(state, OF_STORY + SHARES, story, state.stories[story].shares)
    watch(state, OF_ACCOUNT + SHARES, author, state.account_shares[author])
    deliver(rules, state, number, time)


@inner
def publish(rules, state, publication):
    """A planned post appears, unless its author may not post."""
    time = publication.time
    author = np.int64(publication.author)
    story = np.int64(publication.story)
    k = np.int64(publication.k)
    if state.accounts[author].can_post == 0:
        return
    if state.stories[story].born < 0.0:
        state.stories[story].born = time
    state.exposures[exposure(state, author, story)].shared = 1
    number = new_post(rules, state, time, story, author, k, np.int64(-1))
    write(state.log, state.n, time, PUBLISH, story, number, author, np.int64(-1), np.float64(k))
    deliver(rules, state, number, time)


@inner
def check_in(rules, state, reader, time):
    """An account opens the app: it reads the newest visible posts, the rest is missed."""
    account = state.accounts[reader]
    place = np.int64(account.head)
    account.head = -1
    account.unread = 0
    reading = account.can_read != 0
    limited = rules.attention > 0
    crowded = rules.background and limited and account.background > 0.0
    word = np.uint64(0)
    now = 0.0
    if crowded and reading:
        # The moment is the address: ticks of 2**-20 h tell check-ins apart.
        tick = np.int64(time * 1048576.0)
        word = philox(rules.seed, BACKGROUND << 24, tick & 0xFFFFFFFF, tick >> 32, reader)[0]
        now = warp(rules.curve, time)
    taken = 0
    while place >= 0:
        following = np.int64(state.feed_next[place])
        post = np.int64(state.feed_post[place])
        release(state, place)
        place = following
        if not reading:
            continue
        if not shown(rules, state, post, reader):
            continue
        if not kept(rules, state, np.int64(state.posts[post].author), reader):
            continue
        if crowded:
            age = now - warp(rules.curve, state.posts[post].time)
            if account.background * age >= sample(rules.crowd, rules.attention - taken - 1, word):
                reading = False
                continue
        taken += 1
        if limited and taken == rules.attention:
            reading = False
        read(rules, state, post, reader, time, np.int64(0))


@inner
def read_delayed(rules, state, entry, time):
    """Delay reading: one delivery is read, if it is still to be seen."""
    reader = np.int64(state.entry_account[entry])
    post = np.int64(state.entry_post[entry])
    release(state, entry)
    if state.accounts[reader].can_read == 0:
        return
    if shown(rules, state, post, reader) and kept(rules, state, np.int64(state.posts[post].author), reader):
        read(rules, state, post, reader, time, np.int64(0))


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
