"""The memory the kernels work on: record layouts, and the one record of it all.

One aligned record per account, post and story keeps what a check-in touches in few cache
lines. Arrays that grow are replaced between calls, never inside the loop; the kernel
says why it stopped.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import numpy as np

from rumorsim.events import EVENT

#: One account: what a delivery or a check-in touches. 64 bytes, one cache line.
ACCOUNT: Final = np.dtype(
    [
        ("rate", "f8"),  # check-ins per operational hour; 0 = never
        ("due", "f8"),  # check-in reading: its next check-in, while something is unread
        ("background", "f8"),  # background posts per operational hour
        ("trust", "f8"),
        ("audience", "f8"),  # lever: share of followers still attached
        ("credence", "f8"),  # lever
        ("head", "i4"),  # newest unread delivery, -1 = none
        ("unread", "i4"),  # how many; -1 = opens the app no more before the horizon
        ("next", "i4"),  # agenda: the next account in the same bucket
        ("can_post", "u1"),  # lever
        ("can_read", "u1"),  # lever
        ("visible", "u1"),  # lever
        ("official", "u1"),
    ],
    align=True,
)

#: What an account's posts have met with, and what its shares count for.
TALLY: Final = np.dtype(
    [
        ("countable", "f8"),  # lever: weight of its posts on surfaces
        ("reports", "i4"),
        ("shares", "i4"),
        ("reach", "i4"),
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
        ("correctors", "i4"),  # its first row in Rules.corrections
        ("corrected", "i4"),  # how many rows
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

#: One delivery of the pool: in a feed (check-in reading) or on the agenda (delay reading).
DELIVERY: Final = np.dtype([("post", "i4"), ("next", "i4")])

#: Delay reading: when a delivery of the pool is read, and by whom.
DUE: Final = np.dtype([("time", "f8"), ("account", "i4"), ("next", "i4")])

#: One entry of the agenda's heap: an account (check-in reading) or a delivery.
ENTRY: Final = np.dtype([("time", "f8"), ("entry", "i8")])

#: One description of a story: rows of ``Rules.tables``, -1 = none; ages in units of a word.
TEMPLATE: Final = np.dtype(
    [
        ("vigour", "i8"),
        ("novelty", "i8"),
        ("novelty_unit", "f8"),
        ("post_novelty", "i8"),
        ("post_novelty_unit", "f8"),
    ]
)

#: One correction: the story that corrects, and its factor.
CORRECTION: Final = np.dtype([("story", "i8"), ("factor", "f8")])

#: One account of the alias table of who looks.
ALIAS: Final = np.dtype([("share", "f8"), ("other", "i8")])

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

#: The arrays that kernels see, by name: record layout or dtype, and number of dimensions.
ARRAYS: Final = {
    # what never changes during a run
    "curve": (np.dtype("f8"), 1),
    "offsets": (np.dtype("i8"), 1),
    "followers": (np.dtype("i4"), 1),
    "weights": (np.dtype("f8"), 1),
    "receptivity": (np.dtype("f8"), 2),
    "publications": (PUBLICATION, 1),
    "tables": (np.dtype("f8"), 2),
    "templates": (TEMPLATE, 1),
    "reinforcement": (np.dtype("f8"), 2),
    "corrections": (CORRECTION, 1),
    "alias": (ALIAS, 1),
    "slot_ends": (np.dtype("f8"), 2),
    # what does
    "accounts": (ACCOUNT, 1),
    "tallies": (TALLY, 1),
    "posts": (POST, 1),
    "stories": (STORY, 1),
    "friction": (np.dtype("f8"), 1),  # lever, by platform
    "pool": (DELIVERY, 1),
    "dues": (DUE, 1),
    "exposures": (EXPOSURE, 1),
    "buckets": (np.dtype("i4"), 1),  # first entry of each bucket of the agenda, -1 = none
    "heap": (ENTRY, 1),
    "log": (EVENT, 1),
    "hits": (HIT, 1),
    "thresholds": (np.dtype("i8"), 2),  # by watched quantity: how many, then which
    "looks": (LOOK, 1),
    "slots": (np.dtype("i4"), 2),  # by surface and slot: the story shown, -1 = another topic
}

#: The one record that kernels are given: settings, counters, and where the arrays are.
#: An inner call then passes one pointer and counts no references.
MEMORY: Final = np.dtype(
    [
        ("seed", "u8"),
        ("horizon", "f8"),  # hours
        ("bucket_width", "f8"),  # hours
        ("attention", "i8"),  # posts read at a check-in, 0 = unlimited
        ("crowd", "i8"),  # first table of the ages of background posts, -1 = none
        ("by_delay", "i8"),  # 1: reading = "delay"
        ("log_reads", "i8"),  # 1: every read is an event
        ("posts_made", "i8"),
        ("logged", "i8"),
        ("hits_made", "i8"),
        ("exposed", "i8"),  # exposures in the table
        ("published", "i8"),  # cursor in the sorted publications
        ("pending", "i8"),  # entries on the agenda
        ("in_heap", "i8"),  # of these in the heap
        ("bucket", "i8"),  # the bucket now in the heap
        ("pool_used", "i8"),
        ("pool_free", "i8"),  # head of the free list, -1 = take a fresh one
        ("pool_fresh", "i8"),  # first delivery never used
        ("need", "i8"),  # what the step that did not fit asked for
        ("delivered", "i8"),  # deliveries so far
        ("checked_in", "i8"),  # check-ins with something unread so far
        *((f"{name}_at", "u8") for name in ARRAYS),
        *((f"{name}_rows", "i8") for name in ARRAYS),
        *((f"{name}_columns", "i8") for name, (_, dimensions) in ARRAYS.items() if dimensions == 2),
    ]
)


def show(memory: Any, name: str, array: Any) -> None:
    """Let kernels see ``array`` under ``name``. The caller keeps it alive and in place."""
    dtype, dimensions = ARRAYS[name]
    if array.dtype != dtype or array.ndim != dimensions or not array.flags.c_contiguous:
        raise TypeError(f"{name} must be a C-contiguous array of {dtype}, {dimensions}-d")
    memory[f"{name}_at"] = array.ctypes.data
    memory[f"{name}_rows"] = array.shape[0]
    if dimensions == 2:
        memory[f"{name}_columns"] = array.shape[1]
