"""Exposures worked out after the fact: who read a story first, when, and in which post.

In delay reading every delivery has its own moment, a pure function of its address. Where
nothing asks during the run who has read what, only deliveries that may be shared or
reported go on the agenda; all others are gone through here, once, story by story.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.blocks import draw_block
from rumorsim.engine.kernels.compiling import inner, kernel
from rumorsim.engine.kernels.delivering import READ
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.memory import curve, fetch, followers, offsets, posts, tables, words
from rumorsim.engine.kernels.posting import FOLLOW
from rumorsim.engine.kernels.records import BLOCK, FIRST
from rumorsim.engine.kernels.tables import after, sample, warp

FIRST_SIZE = FIRST.itemsize
#: A moment so much earlier (hours) is earlier however the clocks' changes are rounded.
SURELY = 1e-6
#: How many posts ahead to ask for where an author's followers are, and for the followers.
FAR, NEAR = 16, 8
OFFSET_SIZE, FOLLOWER_SIZE = 8, 4


@inner
def _comes_before(when, order, i, time, place):
    """Whether change i was made before the event at ``time`` with this ``place`` in the order."""
    if when[i] != time:
        return when[i] < time
    for column in range(4):
        if order[i, column] != place[column]:
            return order[i, column] < place[column]
    return False


@inner
def at_the_time(changes, row, time, place):
    """A lever's value for an event of the public; 1 where it was never moved.

    ``changes`` holds the base of each row that was ever moved before its changes.
    """
    starts, when, order, _, values = changes
    value = 1.0
    for i in range(starts[row], starts[row + 1]):
        if not _comes_before(when, order, i, time, place):
            break
        value = values[i]
    return value


@inner
def _level_at_delivery(changes, row, post):
    """A lever's value when a post was delivered: after all that was done before it was made."""
    starts, _, _, posts, values = changes
    value = 1.0
    for i in range(starts[row], starts[row + 1]):
        if posts[i] > post:
            break
        value = values[i]
    return value


@inner
def _follow_kept(w, level, followee, follower):
    if level >= 1.0:
        return True
    return uniform(philox(w.seed, FOLLOW << 24, followee, follower, 0)[0]) < level


@inner
def _is_up(w, post, time, place, levels):
    """Whether then the post, its original and its story existed and both authors were visible."""
    alive, visible, there = levels
    if at_the_time(there, np.int64(posts(w)[post].story), time, place) == 0.0:
        return False
    for which in (post, np.int64(posts(w)[post].root)):
        author = np.int64(posts(w)[which].author)
        if at_the_time(alive, which, time, place) == 0.0:
            return False
        if at_the_time(visible, author, time, place) == 0.0:
            return False
    return True


@inner
def fetch_row(w, story_posts, i):
    """Ask for where the followers of a later post's author are, and for those of a nearer one."""
    if i + FAR < story_posts.size:
        fetch(w.offsets_at, posts(w)[story_posts[i + FAR]].author, OFFSET_SIZE)
    if i + NEAR < story_posts.size:
        author = posts(w)[story_posts[i + NEAR]].author
        fetch(w.followers_at, offsets(w)[author], FOLLOWER_SIZE)
        fetch(w.followers_at, offsets(w)[author + 1], FOLLOWER_SIZE)


@kernel
def first_reads(memory, story_posts, until, history, firsts, firsts_at, stamp, readers):
    """First reads of one story before ``until``; returns how many accounts read it.

    ``story_posts`` are its posts (int64). ``history`` holds the changes of the levers that
    ``rumorsim.engine.late`` names, in its order. The accounts go to ``readers``, the moment and
    the post of each account's first read to ``firsts`` (FIRST by account, at address
    ``firsts_at``), where ``stamp`` marks what is of this story.
    """
    w = memory[0]
    audience, alive, visible, can_read, visibility, there = history
    drawn = words(w)
    found = 0
    for i in range(story_posts.size):
        post = story_posts[i]
        p = posts(w)[post]
        fetch_row(w, story_posts, i)
        author = np.int64(p.author)
        story = np.int64(p.story)
        k = np.int64(p.k)
        begin, end = offsets(w)[author], offsets(w)[author + 1]
        for e in range(begin, end):
            j = (e - begin) % BLOCK
            if j == 0:
                count = min(end - e, BLOCK)
                for ahead in range(count):
                    fetch(firsts_at, followers(w)[e + ahead], FIRST_SIZE)
                draw_block(w, (READ << 24) | k, story, author, e, count)
            reader = np.int64(followers(w)[e])
            first = firsts[reader]
            known = first.stamp == stamp
            if known and first.time < p.time - SURELY:
                continue
            due = after(curve(w), p.time, sample(tables(w), 0, drawn[3 * BLOCK + j]))
            if due >= until or (known and due > first.time):
                continue
            if known and due == first.time:
                other = posts(w)[first.post]
                if other.author < author or (other.author == author and other.k < k):
                    continue
            if w.touched != 0:
                place = (reader, story, author, k)
                level = min(
                    _level_at_delivery(audience, author, post),
                    at_the_time(audience, author, due, place),
                )
                if not _follow_kept(w, level, author, reader):
                    continue
                if at_the_time(can_read, reader, due, place) == 0.0:
                    continue
                if not _is_up(w, post, due, place, (alive, visible, there)):
                    continue
                share = at_the_time(visibility, post, due, place)
                if share < 1.0 and uniform(drawn[j]) >= share:
                    continue
            if not known:
                first.stamp = stamp
                readers[found] = reader
                found += 1
            first.time = due
            first.post = post
    return found


@kernel
def count_first_reads(memory, story_posts, until, longest, seen, stamp):
    """How many accounts read one story before ``until``, where no lever was moved.

    ``longest`` is the longest delay there is (operational hours): a post older than that has
    been read by all its followers, whatever their draws. ``seen`` (uint8 by account) is
    set to ``stamp`` for who read it.
    """
    w = memory[0]
    drawn = words(w)
    now = warp(curve(w), until)
    found = 0
    for i in range(story_posts.size):
        p = posts(w)[story_posts[i]]
        fetch_row(w, story_posts, i)
        author = np.int64(p.author)
        posted = warp(curve(w), p.time)
        all_read = posted + longest < now - SURELY
        begin, end = offsets(w)[author], offsets(w)[author + 1]
        if all_read:
            for e in range(begin, end):
                reader = followers(w)[e]
                found += seen[reader] != stamp
                seen[reader] = stamp
            continue
        for e in range(begin, end):
            j = (e - begin) % BLOCK
            if j == 0:
                draw_block(w, (READ << 24) | p.k, p.story, author, e, min(end - e, BLOCK))
            reader = followers(w)[e]
            if seen[reader] == stamp:
                continue
            if after(curve(w), p.time, sample(tables(w), 0, drawn[3 * BLOCK + j])) >= until:
                continue
            seen[reader] = stamp
            found += 1
    return found
