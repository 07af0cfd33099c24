"""Looks at surfaces: who looks when, at which slot, and the post that is read there."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.arms import is_treated
from rumorsim.engine.kernels.coming import next_coming
from rumorsim.engine.kernels.compiling import inner, kernel
from rumorsim.engine.kernels.draws import uniform
from rumorsim.engine.kernels.feed import is_up, present_account, read, shown
from rumorsim.engine.kernels.identity import platform_of
from rumorsim.engine.kernels.memory import (
    alias,
    coming,
    fetch,
    looks,
    members,
    posts,
    slot_ends,
    slots,
    stories,
    tops,
    treated_slot_ends,
    treated_slots,
    treated_stories,
)
from rumorsim.engine.kernels.records import ALIAS

#: How many looks ahead who looks is asked for.
AHEAD = 4
ALIAS_SIZE = ALIAS.itemsize


@kernel
def arm(memory, index, after):
    """:func:`next_look` for callers outside the loop; ``memory`` is one MEMORY record."""
    next_look(memory[0], index, after)


@inner
def next_look(w, index, after):
    """Find the next look at surface ``index`` after ``after``: its time, and words for the rest."""
    look = looks(w)[index]
    place = next_coming(w, index, after)
    if place < 0:
        look.time = np.inf
        return
    entry = coming(w)[index, place]
    look.time = entry.time
    look.place = entry.place
    look.coin = np.int64(entry.coin)
    look.slot_word = np.int64(entry.slot_word)
    if place + AHEAD < look.made:
        fetch(w.alias_at, coming(w)[index, place + AHEAD].place, ALIAS_SIZE)


@inner
def top_post(w, platform, story):
    """The story's most shared post there that stands, the earliest of equals, or -1."""
    known = np.int64(tops(w)[platform, story])
    if known >= 0 and is_up(w, known) and posts(w)[known].visibility > 0.0:
        return known
    best = np.int64(-1)
    for post in range(w.posts_made):
        p = posts(w)[post]
        if p.story != story or p.visibility <= 0.0 or not is_up(w, post):
            continue
        if platform_of(w, p.author) != platform:
            continue
        if best < 0 or p.shares > posts(w)[best].shares:
            best = post
    tops(w)[platform, story] = best
    return best


@inner
def looker(w, index):
    """The account that looks. Far away in memory, so asked only where it matters."""
    place = looks(w)[index].place
    drawn = alias(w)[place]
    if looks(w)[index].coin >= np.int64(drawn.below):
        return np.int64(drawn.other)
    return np.int64(members(w)[place]) if w.members_rows > 0 else place


@inner
def slot_end(w, index, slot, treated):
    """The share of looks that fall on a slot or one before it."""
    return treated_slot_ends(w)[index, slot] if treated else slot_ends(w)[index, slot]


@inner
def story_seen(w, index):
    """The story in the slot looked at, -1 where that is none of ours or not listed."""
    place = uniform(np.uint64(looks(w)[index].slot_word))
    treated = w.arm_begins_rows > 0 and is_treated(w, looker(w, index), looks(w)[index].time)
    # Counting the ends that lie before it takes no branch that depends on the place.
    slot = 0
    for i in range(w.slot_ends_columns - 1):
        slot += place >= slot_end(w, index, i, treated)
    story = np.int64(treated_slots(w)[index, slot] if treated else slots(w)[index, slot])
    if story >= 0 and not offered(w, story, looks(w)[index].recommends, treated):
        return np.int64(-1)
    return story


@inner
def look(w, index, story):
    """One look: the story in the slot looked at is read."""
    reader = present_account(w, looker(w, index))
    time = looks(w)[index].time
    if reader < 0:
        return
    post = top_post(w, looks(w)[index].platform, story)
    if post >= 0 and shown(w, post, reader):
        read(w, post, reader, time, np.int64(1 + index), False)


@inner
def offered(w, story, recommends, treated):
    """Whether the surface may show this story now."""
    if recommends != 0:
        if treated and treated_stories(w)[story].recommendable <= 0.0:
            return False
        return stories(w)[story].recommendable > 0.0
    if stories(w)[story].promoted != 0:
        return True
    if treated and treated_stories(w)[story].listed == 0:
        return False
    return stories(w)[story].listed != 0
