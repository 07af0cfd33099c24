"""The memory the kernels work on: record layouts, the state tuple, codes and counters.

One aligned record per account, post and story keeps what a check-in touches in few cache
lines. Arrays that grow are replaced between calls, never inside the loop; the kernel
says why it stopped.
"""

from __future__ import annotations

from collections import namedtuple
from enum import IntEnum
from typing import Final

import numpy as np

#: One account: levers, rates and the head of its unread deliveries. 64 bytes.
ACCOUNT: Final = np.dtype(
    [
        ("rate", "f8"),  # check-ins per operational hour; 0 = never
        ("background", "f8"),  # background posts per operational hour
        ("trust", "f8"),
        ("audience", "f8"),  # lever: share of followers still attached
        ("credence", "f8"),  # lever
        ("countable", "f8"),  # lever: weight of its shares on surfaces
        ("head", "i4"),  # newest unread delivery, -1 = none
        ("unread", "i4"),  # how many; -1 = opens the app no more before the horizon
        ("can_post", "u1"),  # lever
        ("can_read", "u1"),  # lever
        ("visible", "u1"),  # lever
        ("official", "u1"),
    ],
    align=True,
)

#: One post: a publication or one share of a story by an account.
POST: Final = np.dtype(
    [
        ("time", "f8"),
        ("vigour", "f8"),
        ("visibility", "f8"),  # lever
        ("credence", "f8"),  # lever
        ("story", "i4"),
        ("author", "i4"),
        ("k", "i4"),  # 0 = share, from 1 = planned publication
        ("parent", "i4"),  # the post that was shared, -1 = publication
        ("root", "i4"),  # the publication it goes back to (itself for one)
        ("shares", "i4"),
        ("reports", "i4"),
        ("reach", "i4"),  # accounts whose first read of the story was this post
        ("alive", "u1"),  # lever
    ],
    align=True,
)

#: One story of the world.
STORY: Final = np.dtype(
    [
        ("appeal", "f8"),
        ("credence", "f8"),  # lever
        ("report", "f8"),  # P(report | read)
        ("heat", "f8"),  # countable shares since a surface last asked
        ("born", "f8"),  # first publication, -1 before
        ("template", "i4"),  # which description in the scenario
        ("category", "i4"),
        ("correctors", "i4"),  # first entry in the table of corrections
        ("corrected", "i4"),  # how many entries
        ("posts", "i4"),
        ("shares", "i4"),
        ("reports", "i4"),
        ("reach", "i4"),
        ("top", "i4"),  # most shared visible post, -1 = look again
        ("listed", "u1"),  # lever: may be on the trending list
    ],
    align=True,
)

PUBLICATION: Final = np.dtype(
    [("time", "f8"), ("author", "i4"), ("story", "i4"), ("k", "i4")], align=True
)

#: What one account knows of one story; an open-addressing table of these.
EXPOSURE: Final = np.dtype(
    [("key", "i8"), ("reads", "i4"), ("shared", "u1"), ("reported", "u1")], align=True
)

#: One look process: when somebody next looks at a surface, who, and where on it.
LOOK: Final = np.dtype(
    [
        ("rate", "f8"),  # looks per operational hour, all accounts together
        ("time", "f8"),  # the next one, inf = the surface shows no story of this world
        ("account", "i8"),
        ("slot_word", "i8"),
        ("surface", "i8"),
    ],
    align=True,
)

#: A watched count that reached its threshold.
HIT: Final = np.dtype([("what", "i8"), ("target", "i8"), ("count", "i8")])


class Reason(IntEnum):
    """Why ``advance`` came back."""

    REACHED = 0  #: nothing more happens before ``until``
    QUIET = 1  #: nothing more happens at all unless the platform does something
    WATCHED = 2  #: a watched count reached its threshold
    LOG_FULL = 3  #: the log has no room for the next event
    AGENDA_FULL = 4  #: no room for the deliveries of the next post
    POSTS_FULL = 5  #: no room for the next post
    EXPOSURES_FULL = 6  #: the table of who knows what is too full


#: Watched quantities, and how one is numbered: target * 3 + quantity.
TARGETS: Final = ("account", "post", "story")
QUANTITIES: Final = ("reports", "shares", "reach")

# Counters (int64) that belong to the state.
N_POSTS: Final = 0
N_LOG: Final = 1
N_HITS: Final = 2
N_EXPOSURES: Final = 3
N_PUBLISHED: Final = 4  # cursor in the sorted publications
N_USED: Final = 5  # deliveries in the pool
FREE: Final = 6  # head of the pool's free list, -1 = take a fresh one
FRESH: Final = 7  # first delivery never used
BUCKET: Final = 8  # agenda: the bucket now in the heap
HEAP: Final = 9  # agenda: entries in the heap
PENDING: Final = 10  # agenda: entries in all
NEED: Final = 11  # what the step that did not fit asked for
COUNTERS: Final = 12

#: What never changes during a run. ``attention`` 0 = unlimited; ``curve`` empty = flat.
Rules = namedtuple(
    "Rules",
    [
        "seed",  # uint64
        "horizon",  # hours
        "by_delay",  # bool: reading = "delay"
        "attention",  # int
        "log_reads",  # bool
        "background",  # bool: any background posts
        "curve",  # f8 [51] or empty: see tables.warp
        "offsets",  # i8 [accounts + 1]
        "followers",  # i4 [follows]
        "weights",  # f8 [follows] or empty
        "receptivity",  # f8 [categories, accounts] or empty
        "publications",  # PUBLICATION [n], sorted
        "delay",  # f8 [1, TABLE_SIZE]
        "vigour",  # f8 [tables, TABLE_SIZE]
        "vigour_of",  # i8 [templates], -1 = none
        "novelty",  # f8 [tables, TAIL_SIZE]
        "novelty_unit",  # f8 [tables]: hours of one word
        "novelty_of",  # i8 [templates, 2]: of the story's age, of the post's; -1 = none
        "reinforcement",  # f8 [templates, n]
        "crowd",  # f8 [attention, TABLE_SIZE] or empty: age of the n-th background post
        "corrector",  # i8 [m]: stories that correct
        "correction",  # f8 [m]: their factors
        "alias_share",  # f8 [accounts]: alias table of who looks
        "alias_other",  # i4 [accounts]
        "slot_ends",  # f8 [surfaces, slots]: cumulative share of looks
        "bucket_width",  # hours
    ],
)

#: What does.
State = namedtuple(
    "State",
    [
        "n",  # i8 [COUNTERS]
        "accounts",  # ACCOUNT
        "posts",  # POST
        "stories",  # STORY
        "account_reports",  # i4 [accounts]
        "account_shares",
        "account_reach",
        "friction",  # f8 [platforms]: lever
        "feed_post",  # i4 [pool]: check-in reading: the delivered post
        "feed_next",  # i4 [pool]
        "exposures",  # EXPOSURE [power of two]
        "entry_time",  # f8 [entries]
        "entry_next",  # i4
        "entry_account",  # i4 [entries], delay reading only
        "entry_post",  # i4
        "bucket_head",  # i4 [buckets]
        "heap_time",  # f8 [entries]
        "heap_entry",  # i4
        "log",  # EVENT
        "hits",  # HIT
        "thresholds",  # i8 [9, n]; unused places 0
        "watched",  # i8 [9]: how many thresholds
        "looks",  # LOOK [surfaces]
        "slots",  # i4 [surfaces, slots]: the story shown, -1 = something else
    ],
)
