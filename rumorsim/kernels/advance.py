"""The inner loop: from one public event to the next, until there is a reason to stop."""

from __future__ import annotations

import numpy as np

from rumorsim.kernels import looks
from rumorsim.kernels.agenda import first, pop
from rumorsim.kernels.compiling import inner, kernel
from rumorsim.kernels.feed import check_in, publish, read_delayed
from rumorsim.kernels.records import (
    N_EXPOSURES,
    N_HITS,
    N_LOG,
    N_POSTS,
    N_PUBLISHED,
    N_USED,
    NEED,
    Reason,
)

REACHED = int(Reason.REACHED)
QUIET = int(Reason.QUIET)
WATCHED = int(Reason.WATCHED)
LOG_FULL = int(Reason.LOG_FULL)
AGENDA_FULL = int(Reason.AGENDA_FULL)
POSTS_FULL = int(Reason.POSTS_FULL)
EXPOSURES_FULL = int(Reason.EXPOSURES_FULL)

#: Most events that one read can log, and most thresholds it can meet.
EVENTS_PER_READ = 4
HITS_PER_READ = 9


@inner
def room(rules, state, account, reads, posts):
    """REACHED when a step of so many reads and posts by ``account`` fits, else what lacks."""
    need = reads * EVENTS_PER_READ + posts
    if state.n[N_LOG] + need > state.log.size or reads * HITS_PER_READ > state.hits.size:
        state.n[NEED] = need
        return LOG_FULL
    if state.n[N_POSTS] + posts > state.posts.size:
        state.n[NEED] = posts
        return POSTS_FULL
    if (state.n[N_EXPOSURES] + reads + posts) * 2 > state.exposures.size:
        state.n[NEED] = reads + posts
        return EXPOSURES_FULL
    deliveries = posts * (rules.offsets[account + 1] - rules.offsets[account])
    if state.n[N_USED] + deliveries > state.feed_next.size:
        state.n[NEED] = deliveries
        return AGENDA_FULL
    return REACHED


@inner
def next_look(state):
    """Index of the surface that is looked at next, -1 when none is."""
    best = -1
    for i in range(state.looks.size):
        look = state.looks[i]
        if look.time == np.inf:
            continue
        if best < 0 or look.time < state.looks[best].time:
            best = i
        elif look.time == state.looks[best].time and look.account < state.looks[best].account:
            best = i
    return best


@inner
def entry_first(rules, state, entry, publication):
    """Of an entry and a publication at the same time: does the entry come first?"""
    if not rules.by_delay:
        return entry <= publication.author
    if state.entry_account[entry] != publication.author:
        return state.entry_account[entry] < publication.author
    p = state.posts[state.entry_post[entry]]
    if p.story != publication.story:
        return p.story < publication.story
    return p.author < publication.author


@kernel
def advance(rules, state, until):
    """Let everything happen that is due before ``until``; say why it stopped.

    Checks for room before it changes anything, so that a stopped run goes on where it
    was. Returns (reason, time): the time of what stopped it.
    """
    while True:
        entry = first(state)
        entry_time = state.heap_time[0] if entry >= 0 else np.inf
        cursor = state.n[N_PUBLISHED]
        publish_time = np.inf
        if cursor < rules.publications.size:
            publish_time = rules.publications[cursor].time
        surface = next_look(state)
        look_time = state.looks[surface].time if surface >= 0 else np.inf
        time = min(entry_time, publish_time, look_time)
        if time >= until:
            return (QUIET if time == np.inf else REACHED), time

        entry_now = entry_time == time
        publish_now = publish_time == time
        look_now = look_time == time
        if entry_now and publish_now:
            entry_now = entry_first(rules, state, entry, rules.publications[cursor])
            publish_now = not entry_now
        if look_now and (entry_now or publish_now):
            other = rules.publications[cursor].author if publish_now else entry
            if entry_now and rules.by_delay:
                other = state.entry_account[entry]
            look_now = state.looks[surface].account <= other

        if look_now:
            lacking = room(rules, state, np.int64(state.looks[surface].account), 1, 1)
            if lacking != REACHED:
                return lacking, time
            looks.look(rules, state, surface)
            looks.arm(rules, state, surface, time)
        elif publish_now:
            publication = rules.publications[cursor]
            lacking = room(rules, state, np.int64(publication.author), 0, 1)
            if lacking != REACHED:
                return lacking, time
            state.n[N_PUBLISHED] = cursor + 1
            publish(rules, state, publication)
        elif rules.by_delay:
            lacking = room(rules, state, np.int64(state.entry_account[entry]), 1, 1)
            if lacking != REACHED:
                return lacking, time
            pop(state)
            read_delayed(rules, state, entry, time)
        else:
            unread = np.int64(state.accounts[entry].unread)
            lacking = room(rules, state, entry, unread, min(unread, state.stories.size))
            if lacking != REACHED:
                return lacking, time
            pop(state)
            check_in(rules, state, entry, time)
        if state.n[N_HITS] > 0:
            return WATCHED, time
