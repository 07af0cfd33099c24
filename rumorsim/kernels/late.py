"""Exposures worked out after the fact: who read a story first, when, and in which post.

In delay reading every delivery has its own moment, a pure function of its address. Where
nothing asks during the run who has read what, only deliveries that may be shared or
reported go on the agenda; all others are gone through here, once, story by story.
"""

from __future__ import annotations

import numpy as np

from rumorsim.kernels.compiling import inner, kernel
from rumorsim.kernels.draws import philox, uniform
from rumorsim.kernels.memory import curve, fetch, followers, offsets, posts, tables
from rumorsim.kernels.posting import AHEAD, FOLLOW, READ
from rumorsim.kernels.records import FIRST
from rumorsim.kernels.tables import sample, unwarp, warp

FIRST_SIZE = FIRST.itemsize


@inner
def at_the_time(starts, times, values, row, time, present):
    """A lever's value at ``time``: the last change of its row by then, else its base.

    ``values`` holds the base of each row that was ever changed before its changes.
    """
    begin, end = starts[row], starts[row + 1]
    if begin == end:
        return present
    value = values[begin]
    for i in range(begin + 1, end):
        if times[i] > time:
            break
        value = values[i]
    return value


@inner
def _follow_kept(w, levels, followee, follower, time):
    level = at_the_time(levels[0], levels[1], levels[2], followee, time, 1.0)
    if level >= 1.0:
        return True
    return uniform(philox(w.seed, FOLLOW << 24, followee, follower, 0)[0]) < level


@inner
def _standing(w, post, time, alive, visible):
    """Were the post and its original there at that time, and both authors to be seen?"""
    for which in (post, np.int64(posts(w)[post].root)):
        author = np.int64(posts(w)[which].author)
        if at_the_time(alive[0], alive[1], alive[2], which, time, 1.0) == 0.0:
            return False
        if at_the_time(visible[0], visible[1], visible[2], author, time, 1.0) == 0.0:
            return False
    return True


@kernel
def first_reads(memory, story_posts, until, history, firsts, firsts_at, stamp, readers):
    """First reads of one story before ``until``; returns how many accounts read it.

    ``story_posts`` are its posts (int64). ``history`` holds, for audience, alive, visible,
    can_read and visibility, the changes (starts, times, values). The accounts go to
    ``readers``, the moment and the post of each account's first read to ``firsts`` (FIRST
    by account, at address ``firsts_at``), where ``stamp`` marks what is of this story.
    """
    w = memory[0]
    audience, alive, visible, can_read, visibility = history
    found = 0
    for i in range(story_posts.size):
        post = story_posts[i]
        p = posts(w)[post]
        author = np.int64(p.author)
        story = np.int64(p.story)
        k = np.int64(p.k)
        posted = warp(curve(w), p.time)
        end = offsets(w)[author + 1]
        for e in range(offsets(w)[author], end):
            if e + AHEAD < end:
                fetch(firsts_at, followers(w)[e + AHEAD], FIRST_SIZE)
            reader = np.int64(followers(w)[e])
            words = philox(w.seed, (READ << 24) | k, story, author, reader)
            due = unwarp(curve(w), posted + sample(tables(w), 0, words[3]))
            if due >= until:
                continue
            first = firsts[reader]
            known = first.stamp == stamp
            if known and due > first.time:
                continue
            if known and due == first.time:
                other = posts(w)[first.post]
                if other.author < author or (other.author == author and other.k < k):
                    continue
            if w.touched != 0:
                if not _follow_kept(w, audience, author, reader, p.time):
                    continue
                if not _follow_kept(w, audience, author, reader, due):
                    continue
                if at_the_time(can_read[0], can_read[1], can_read[2], reader, due, 1.0) == 0.0:
                    continue
                if not _standing(w, post, due, alive, visible):
                    continue
                share = at_the_time(visibility[0], visibility[1], visibility[2], post, due, 1.0)
                if share < 1.0 and uniform(words[0]) >= share:
                    continue
            if not known:
                first.stamp = stamp
                readers[found] = reader
                found += 1
            first.time = due
            first.post = post
    return found
