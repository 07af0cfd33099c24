"""Replays: which draws are known, and what they must have been; see ``rumorsim.world.evidence``."""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.agenda import schedule
from rumorsim.engine.kernels.compiling import inner
from rumorsim.engine.kernels.draws import philox, uniform
from rumorsim.engine.kernels.identity import row_of
from rumorsim.engine.kernels.memory import (
    declined,
    followers,
    observed,
    observed_ends,
    observed_reads,
    offsets,
    posts,
    taken,
)

# Kept equal to randomness.Purpose by a test; plain numbers compile best.
LATE = 36


@inner
def place_of(w, post):
    """Where a post stands among the observed ones; -1 where its address was not observed."""
    p = posts(w)[post]
    low, end = observed_ends(w)[p.story], observed_ends(w)[p.story + 1]
    high = end
    while low < high:
        middle = (low + high) >> 1
        o = observed(w)[middle]
        if o.author < p.author or (o.author == p.author and o.k < p.k):
            low = middle + 1
        else:
            high = middle
    if low < end and observed(w)[low].author == p.author and observed(w)[low].k == p.k:
        return low
    return np.int64(-1)


@inner
def due_of(w, place, read, time):
    """When an observed read of a post made at ``time`` happens.

    To the bit as observed where the post was made when it was.
    """
    r = observed_reads(w)[read]
    if time == observed(w)[place].time:
        return r.time
    due = time + r.delay
    return due if due > time else np.nextafter(time, np.inf)


@inner
def deliver_observed(w, place, read, post, time):
    """Put an observed read on the agenda."""
    due = due_of(w, place, read, time)
    w.delivered += 1
    if due < w.horizon:
        schedule(w, due, np.int64(observed_reads(w)[read].reader), post)


@inner
def observed_read(w, place, post, reader, time):
    """The observed read that is happening, the first of equals; -1 where there is none."""
    if place < 0:
        return np.int64(-1)
    low = observed(w)[place].begin
    end = low + observed(w)[place].count
    high = end
    while low < high:
        middle = (low + high) >> 1
        if observed_reads(w)[middle].reader < reader:
            low = middle + 1
        else:
            high = middle
    while low < end and observed_reads(w)[low].reader == reader:
        if taken(w)[low] == 0 and due_of(w, place, low, posts(w)[post].time) == time:
            return low
        low += 1
    return np.int64(-1)


@inner
def delivery_of(w, place, post, reader):
    """The row of ``declined`` of a delivery along a follow; -1 where there is none."""
    if place < 0 or w.declined_rows == 0:
        return np.int64(-1)
    row = row_of(w, np.int64(posts(w)[post].author))
    begin, end = offsets(w)[row], offsets(w)[row + 1]
    low, high = begin, end
    while low < high:
        middle = (low + high) >> 1
        if followers(w)[middle] < reader:
            low = middle + 1
        else:
            high = middle
    if low < end and followers(w)[low] == reader:
        return observed(w)[place].base + low - begin
    return np.int64(-1)


@inner
def late_word(w, place, follower):
    """The word of the delay of a late read by the n-th follower; -1 where it is drawn as ever."""
    if place < 0 or w.declined_rows == 0:
        return np.int64(-1)
    noted = declined(w)[observed(w)[place].base + follower]
    return np.int64(-1.0 - noted) if noted < 0.0 else np.int64(-1)


@inner
def conditioned(w, read, delivery, post, reader, coin):
    """A coin, stretched to where it must have fallen; that of a late read is another one."""
    if read >= 0:
        return coin * observed_reads(w)[read].chance
    if delivery >= 0:
        chance = declined(w)[delivery]
        if chance < 0.0:
            p = posts(w)[post]
            return uniform(philox(w.seed, (LATE << 24) | p.k, p.story, p.author, reader)[2])
        if coin < chance:
            return chance + coin / chance * (1.0 - chance)
    return coin


@inner
def note(w, read, delivery, chance):
    """Note P(share) of a read in a run that the evidence decides."""
    if read >= 0:
        observed_reads(w)[read].chance = chance
    elif delivery >= 0:
        declined(w)[delivery] = chance
