"""Memory asked for ahead of its use in models of contacts; the stages of ``fetching``.

The spreader is asked for first, then the follower that it will meet, then what a follower who
is persuaded needs. Who is met is known before: a draw at an address.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inner
from rumorsim.engine.kernels.contacts import marks, partner_at
from rumorsim.engine.kernels.fetching import (
    ACCOUNT_SIZE,
    FOLLOWER_SIZE,
    OFFSET_SIZE,
    POST_SIZE,
    fetch_exposure,
    fetch_profile,
)
from rumorsim.engine.kernels.memory import (
    fetch,
    followers,
    posts,
    present,
    scratch,
    spreaders,
    tellings,
)
from rumorsim.engine.kernels.records import SPREADER

#: How many entries ahead each stage is.
FAR, MIDDLE, NEAR, NEXT = 32, 24, 14, 7
SPREADER_SIZE = SPREADER.itemsize
TELLING_SIZE = 4


@inner
def look_ahead(w):
    """Each stage for one entry more of the present bucket."""
    at = w.cursor
    if at + FAR < w.present_made:
        entry = present(w)[at + FAR]
        fetch(w.tellings_at, entry.post, TELLING_SIZE)
        fetch(w.posts_at, entry.post, POST_SIZE)
        fetch(w.accounts_at, entry.account, ACCOUNT_SIZE)
        fetch_profile(w, entry.account)
    if at + MIDDLE < w.present_made:
        row = tellings(w)[present(w)[at + MIDDLE].post]
        fetch(w.spreaders_at, row, SPREADER_SIZE)
    if at + NEAR < w.present_made:
        _fetch_partner(w, at + NEAR)
    if at > NEAR - NEXT and at + NEXT < w.present_made:
        _fetch_known(w, at + NEXT)


@inner
def _fetch_partner(w, place):
    """Ask for the follower who is met; where that is stands in the free ``scratch``."""
    entry = present(w)[place]
    telling = spreaders(w)[tellings(w)[entry.post]]
    note = scratch(w)[place]
    note.post = -1
    if telling.followers == 0:
        return
    story = np.int64(posts(w)[entry.post].story)
    at = partner_at(telling, marks(w, telling, np.int64(entry.account), story)[0])
    note.account = at - telling.begin
    note.post = story
    fetch(w.followers_at, at, FOLLOWER_SIZE)


@inner
def _fetch_known(w, place):
    """Ask for what the follower who is met knows, and for what it needs to tell others."""
    note = scratch(w)[place]
    if note.post < 0:
        return
    telling = spreaders(w)[tellings(w)[present(w)[place].post]]
    partner = np.int64(followers(w)[telling.begin + note.account])
    fetch_exposure(w, partner, np.int64(note.post))
    fetch(w.accounts_at, partner, ACCOUNT_SIZE)
    fetch_profile(w, partner)
    fetch(w.offsets_at, partner, OFFSET_SIZE)
