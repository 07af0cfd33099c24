"""Memory asked for ahead of its use: what the next entries of the agenda will touch.

In stages, each far enough behind the one before for what it reads to have arrived: the
account, then its unread posts, then what it knows of their stories and its row of the graph.
It changes no result, only the time taken.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inlined, inner
from rumorsim.engine.kernels.exposure_table import home
from rumorsim.engine.kernels.identity import row_of
from rumorsim.engine.kernels.memory import accounts, fetch, offsets, posts, present
from rumorsim.engine.kernels.records import (
    ACCOUNT,
    DELIVERIES,
    EXPOSURE,
    INERT,
    INLINE,
    POST,
    PROFILE,
)

#: How many entries ahead each stage is.
FAR, MIDDLE, NEAR = 24, 14, 6
ACCOUNT_SIZE = ACCOUNT.itemsize
POST_SIZE = POST.itemsize
PROFILE_SIZE = PROFILE.itemsize
EXPOSURE_SIZE = EXPOSURE.itemsize
CHUNK_SIZE = DELIVERIES.itemsize
OFFSET_SIZE, FOLLOWER_SIZE = 8, 4
#: What is left of an unread post without INERT, and of an entry's without VISIT.
NUMBER = INERT - 1


@inlined
def look_ahead(w):
    """Each stage for one entry more of the present bucket."""
    fetch_account(w, w.cursor + FAR)
    fetch_unread(w, w.cursor + MIDDLE)
    fetch_known(w, w.cursor + NEAR)


@inner
def look_ahead_at_once(w):
    """All stages for the first entries of a bucket that has just become the present one."""
    for i in range(FAR):
        fetch_account(w, i)
    for i in range(MIDDLE):
        fetch_unread(w, i)
    for i in range(NEAR):
        fetch_known(w, i)


@inner
def fetch_account(w, place):
    """Ask for the account of an entry."""
    if place < w.present_made:
        fetch(w.accounts_at, present(w)[place].account, ACCOUNT_SIZE)


@inner
def fetch_unread(w, place):
    """Ask for the posts that an entry is about."""
    if place >= w.present_made:
        return
    entry = present(w)[place]
    fetch(w.offsets_at, entry.account, OFFSET_SIZE)
    if entry.post >= 0:
        fetch(w.posts_at, entry.post & NUMBER, POST_SIZE)
        return
    account = accounts(w)[entry.account]
    for i in range(min(account.unread, INLINE)):
        fetch(w.posts_at, account.inline[i] & NUMBER, POST_SIZE)
    if account.unread > INLINE:
        fetch(w.pool_at, account.spill, CHUNK_SIZE)


@inner
def fetch_known(w, place):
    """Ask for the exposures that an entry will touch, and for where its followers are."""
    if place >= w.present_made:
        return
    entry = present(w)[place]
    if w.late != 0:
        # Candidates mostly share: what sharing needs is worth asking for.
        p = posts(w)[entry.post]
        fetch(w.followers_at, offsets(w)[entry.account], FOLLOWER_SIZE)
        fetch(w.followers_at, offsets(w)[entry.account + 1], FOLLOWER_SIZE)
        fetch(w.accounts_at, p.author, ACCOUNT_SIZE)
        fetch(w.posts_at, p.root, POST_SIZE)
        fetch_profile(w, entry.account)
        fetch_profile(w, p.author)
    if entry.post >= 0:
        fetch_exposure(w, entry.account, np.int64(posts(w)[entry.post & NUMBER].story))
    elif w.stories_rows == 1:
        fetch_exposure(w, entry.account, np.int64(0))
    else:
        account = accounts(w)[entry.account]
        for i in range(min(account.unread, INLINE)):
            fetch_exposure(w, entry.account, np.int64(posts(w)[account.inline[i] & NUMBER].story))


@inner
def fetch_share(w, author, reader):
    """Ask for what a share needs, at the last moment: in check-in reading few reads lead to one."""
    fetch_profile(w, reader)
    fetch(w.accounts_at, author, ACCOUNT_SIZE)
    fetch_profile(w, author)
    row = row_of(w, reader)
    fetch(w.followers_at, offsets(w)[row], FOLLOWER_SIZE)
    fetch(w.followers_at, offsets(w)[row + 1], FOLLOWER_SIZE)


@inner
def fetch_profile(w, account):
    """Ask for a profile: half a cache line."""
    fetch(w.profiles_at, account, PROFILE_SIZE)


@inner
def fetch_exposure(w, account, story):
    """Ask for the place in the table of exposures that a read will touch."""
    key = np.int64(account) * w.stories_rows + story
    fetch(w.exposures_at, home(key, w.exposures_rows), EXPOSURE_SIZE)
