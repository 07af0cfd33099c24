"""The memory the kernels work on: record layouts, and the one record of it all.

One aligned record per account, post and story keeps what a check-in touches in few cache
lines. Arrays that grow are replaced between calls, never inside the loop; the kernel
says why it stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from mmap import mmap
from typing import Any, Final

import numpy as np

from rumorsim.events.stream import EVENT

#: Fields of ``Story`` that are factors on P(share): each has a column of its name in the
#: records of stories and a factor in ``engine.share_factors``. A new one needs a line here, its
#: field, and a line in the chance of either engine.
STORY_FACTORS: Final = ("if_doubted",)
#: Newest unread deliveries, kept in the account's own record; older ones spill into the pool.
INLINE: Final = 5
#: Unread deliveries in one chunk of the pool: half a cache line.
SPILL: Final = 7

#: Added to the number of an unread post whose draws come to nothing while no lever makes reports
#: more likely: its reader will neither share nor report it.
INERT: Final = 2**30
#: Added to the number of a post on the agenda that is read on a visit, not in a feed.
VISIT: Final = 2**30

#: One account: what a delivery or a check-in touches. 64 bytes, one cache line.
ACCOUNT: Final = np.dtype(
    [
        ("rate", "f8"),  # check-ins per operational hour; 0 = never
        ("background", "f8"),  # background posts per operational hour
        ("audience", "f8"),  # lever: share of followers still attached
        ("credence", "f8"),  # lever
        # its newest unread posts, INERT added to some; the n-th to come is at n % INLINE
        ("inline", "i4", (INLINE,)),
        ("spill", "i4"),  # newest chunk of the others in the pool, -1 = none
        ("unread", "i4"),  # how many; -1 = opens the app no more before the horizon
        ("can_post", "u1"),  # lever
        ("can_read", "u1"),  # lever
        ("visible", "u1"),  # lever
        ("official", "u1"),
    ],
    align=True,
)

#: The rest of an account: what sharing, surfaces and moderation ask for. 32 bytes.
PROFILE: Final = np.dtype(
    [
        ("trust", "f4"),  # factor on official posts
        ("countable", "f4"),  # lever: weight of its posts on surfaces
        ("earning", "f4"),  # lever: share of its income that it still gets
        ("dependence", "f4"),  # share of its posting that follows its income
        ("chill", "f4"),  # what is left of its posting after seeing others closed
        ("reports", "i4"),
        ("shares", "i4"),
        ("reach", "i4"),
    ],
    align=True,
)

#: One post: a publication or one share of a story by an account. 64 bytes.
POST: Final = np.dtype(
    [
        ("time", "f8"),
        ("vigour", "f8"),
        ("visibility", "f8"),  # lever
        ("credence", "f8"),  # lever
        ("story", "i4"),
        ("author", "i4"),
        ("k", "i4"),  # 0 = share, from 1 = planned publication, from REPEAT = later share
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
        ("original", "f8"),  # factor on P(share) of its publications, in their vigour
        ("resharing", "f8"),  # the same of its shares
        ("credence", "f8"),  # lever
        ("report", "f8"),  # lever: P(report | read)
        ("base_report", "f8"),  # the same with no factor in force
        ("flow", "f8"),  # lever: factor on P(share)
        ("recommendable", "f8"),  # lever: factor on its score in recommendations
        ("belief", "f8"),  # P(believe | read), 0 = nobody does
        *((name, "f8") for name in STORY_FACTORS),  # factors on P(share)
        ("convinces", "f8"),  # P(corrected | read), for a correction
        ("trust_believed", "f8"),  # change of the trust of who comes to believe it
        ("trust_refuted", "f8"),  # change of the trust of who believed it and is corrected
        ("born", "f8"),  # first publication, -1 before
        ("template", "i4"),  # which description in the scenario
        ("category", "i4"),
        ("correctors", "i4"),  # its first row in Rules.corrections
        ("corrected", "i4"),  # how many rows
        ("answers", "i4"),  # the story it corrects, -1 = none
        ("posts", "i4"),
        ("shares", "i4"),
        ("reports", "i4"),
        ("reach", "i4"),
        ("alive", "u1"),  # lever: its posts can be seen
        ("visits", "i4"),  # readers of each original who come upon it outside their feeds
        ("listed", "u1"),  # lever: may be on the trending list
        ("pushable", "u1"),  # lever: may be pushed
        ("promoted", "u1"),  # 1: holds the pinned slot
    ],
    align=True,
)

#: Of a story: what treated readers see beside what all do, factors on its levers of that name.
SEEN_STORY: Final = np.dtype(
    [
        ("flow", "f8"),
        ("report", "f8"),
        ("recommendable", "f8"),
        ("listed", "u1"),
        ("pushable", "u1"),
    ],
    align=True,
)

#: Of a post: the same.
SEEN_POST: Final = np.dtype([("credence", "f8")])

PUBLICATION: Final = np.dtype(
    [("time", "f8"), ("author", "i4"), ("story", "i4"), ("k", "i4")], align=True
)

#: What one account knows of one story; an open-addressing table of these.
EXPOSURE: Final = np.dtype(
    [
        ("key", "i8"),
        ("reads", "i4"),
        ("shared", "u1"),  # how often, a publication counts as one; at most MOST_SHARES
        ("reported", "u1"),
        ("believed", "u1"),
        ("corrected", "u1"),
    ],
    align=True,
)

#: One account that tells (or told) a story in a model of contacts. 64 bytes, one cache line.
SPREADER: Final = np.dtype(
    [
        ("due", "f8"),  # its next contact or its stop, whichever is first; inf = none
        ("stop", "f8"),  # when it stops by itself, inf = never
        # Thresholds: weight of the followees that told it. Else contacts in a row that changed
        # nothing, whatever the luck.
        ("gathered", "f8"),
        ("cell", "i8"),  # address of the next contact
        ("begin", "i8"),  # where its followers are in the graph
        ("followers", "i4"),  # how many
        ("j", "i4"),
        ("post", "i4"),  # what it tells
        ("doubts", "i4"),  # stifling contacts since it began
        ("shares", "i4"),  # how often it was persuaded
        ("telling", "u1"),
        ("asleep", "u1"),  # 1: it tells, and no contact could change anything: none is planned
    ],
    align=True,
)

#: The model of contacts in force: numbers of ``models.base.Terms``.
TERMS: Final = np.dtype(
    [
        ("stifling", "f8"),
        ("threshold", "f8"),  # -1 = uniform, each account its own
        ("after", "i8"),  # stifling contacts that stop a spreader
        ("mutual", "i8"),  # 1: both of two spreaders that meet may be stifled
        ("stop", "i8"),  # table of the time until a spreader stops by itself, -1 = never
        ("stop_reason", "i8"),
        ("again", "i8"),  # 1: who has stopped may be persuaded again
        ("by_threshold", "i8"),  # 1: deliveries and thresholds instead of contacts
    ]
)

#: One observed post of a replay; see ``rumorsim.world.evidence``.
OBSERVED: Final = np.dtype(
    [
        ("time", "f8"),
        ("audience", "f8"),  # followers of its author, -1 = unknown
        ("begin", "i8"),  # its first row of the observed reads
        ("base", "i8"),  # its first row of the declined reads, -1 = none
        ("author", "i4"),
        ("k", "i4"),
        ("count", "i4"),  # observed shares of it
    ],
    align=True,
)

#: One observed share: a read that is known to have led to one.
OBSERVED_READ: Final = np.dtype(
    [
        ("time", "f8"),  # when the account shared
        ("delay", "f8"),  # hours since the post that it shared
        ("chance", "f8"),  # P(share) when it did, at most 1
        ("reader", "i4"),
        ("k", "i4"),  # of the post that is the share
    ],
    align=True,
)

#: Followers whose draws are made at once; ``words`` has room for four words of each.
BLOCK: Final = 256
#: Cells of a check-in process that are drawn at once: 31 in 32 next points lie within four.
CELLS_AHEAD: Final = 4
#: Draws of any addresses that are made at once: those cells for each follower of a block.
DRAWS: Final = CELLS_AHEAD * BLOCK

#: Shares after an account's first of a story (where a model lets it be persuaded again, or the
#: story be shared again) have k = REPEAT + 1, REPEAT + 2 ...: k stays an address word.
REPEAT: Final = 2**23
#: As often an account shares a story at most, where it may do so again: what a byte counts.
MOST_SHARES: Final = 255

#: By post, where a story may be shared again: who shares a post looks through its shares, as
#: nobody shares the same post twice. 0 is none: no share is the first post of a world.
SHARES: Final = np.dtype(
    [
        ("newest", "i4"),  # the newest share of it
        ("earlier", "i4"),  # of a share: the one before of the same post
    ]
)

#: One look process: when somebody next looks at a surface, who, and where on it.
LOOK: Final = np.dtype(
    [
        ("rate", "f8"),  # looks per operational hour, all accounts together
        ("time", "f8"),  # the next one, inf = the surface shows no story of this world
        ("place", "i8"),  # in the alias table
        ("coin", "i8"),  # word: this account, or its other
        ("slot_word", "i8"),
        ("surface", "i8"),
        ("platform", "i8"),
        ("recommends", "i8"),  # 1: a recommendation, 0: a trending list
        ("begin", "i8"),  # its rows of the alias table
        ("count", "i8"),
        # its looks worked out ahead: rows of ``coming``
        ("cell", "i8"),  # the first cell of its process that is not among them
        ("coming", "i4"),  # which comes next
        ("made", "i4"),  # how many there are
    ],
    align=True,
)

#: One look that was worked out ahead.
COMING: Final = np.dtype(
    [
        ("time", "f8"),
        ("place", "i8"),  # as in LOOK; its cell until its words are drawn
        ("coin", "u4"),  # its place in the cell until then
        ("slot_word", "u4"),
    ],
    align=True,
)
#: Cells of a look process that are worked out at once; one expected look in each.
LOOK_CELLS: Final = 64
#: Room for all looks of these cells: a cell has twelve at most.
COMING_ROOM: Final = 12 * LOOK_CELLS

#: One chunk of the pool: older unread deliveries of one account, oldest first.
DELIVERIES: Final = np.dtype([("posts", "i4", (SPILL,)), ("next", "i4")], align=True)

#: One entry of the agenda: an account opens the app (post -1), or reads a post.
ENTRY: Final = np.dtype([("time", "f8"), ("account", "i4"), ("post", "i4")])

#: One bucket of the agenda: its newest chunk and how many entries it has in all.
BUCKET: Final = np.dtype([("last", "i4"), ("count", "i4")])

#: Late exposures: the first read of an account, of the story that the stamp names.
FIRST: Final = np.dtype([("time", "f8"), ("post", "i4"), ("stamp", "i4")])

#: One description of a story: rows of ``Rules.tables``, -1 = none; ages in units of a word.
TEMPLATE: Final = np.dtype(
    [
        ("vigour", "i8"),
        ("novelty", "i8"),
        ("novelty_unit", "f8"),
        ("post_novelty", "i8"),
        ("post_novelty_unit", "f8"),
        ("response", "i8"),  # row of Rules.responses
        ("visit_delay", "i8"),
        ("visitors", "i8"),  # row of Rules.visitor_sums; -1: who visits is any account alike
        ("again", "f8"),  # factor on P(share) for each earlier share, 0 = one share each
        ("rank", "i8"),  # row of Rules.ranks
    ]
)

#: One correction: the story that corrects, and its factor; for a share ``backfire`` of its
#: readers ``backfire_factor`` instead.
CORRECTION: Final = np.dtype(
    [("story", "i8"), ("factor", "f8"), ("backfire", "f8"), ("backfire_factor", "f8")]
)

#: One place of the alias table of who looks: its own account for words below, else another.
ALIAS: Final = np.dtype([("below", "u4"), ("other", "i4")], align=True)

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
    SPREADERS_FULL = 7  #: the table of who tells what is too full


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
    "responses": (np.dtype("f8"), 2),  # by row and account of the graph: factor of its posts
    "ranks": (np.dtype("f8"), 2),  # by row and cell_of(rank): factor of a share
    "reinforcement": (np.dtype("f8"), 2),
    "corrections": (CORRECTION, 1),
    "alias": (ALIAS, 1),
    "members": (np.dtype("i4"), 1),  # accounts by place in alias; none: they are the places
    "visitors": (np.dtype("i4"), 1),  # the graph's accounts, platform by platform; none: no visits
    "visitor_ends": (np.dtype("i8"), 1),  # by platform: where its visitors begin, then the end
    "visitor_sums": (np.dtype("i8"), 2),  # by law of who visits: sums of weights on each platform
    "origins": (np.dtype("i4"), 1),  # of accounts after the graph's: whose followers they have
    "persons": (np.dtype("i4"), 1),
    "rings": (np.dtype("i4"), 1),  # next account of the person elsewhere, -1 or not there: none
    "slot_ends": (np.dtype("f8"), 2),
    # whom accounts of the graph follow; none: nobody who sleeps has to know who stops
    "followee_offsets": (np.dtype("i8"), 1),
    "followees": (np.dtype("i4"), 1),
    "trust_began": (np.dtype("f4"), 1),  # none: nobody's began above what it may rise to
    "epochs": (np.dtype("u1"), 1),  # by account; none: all is drawn under the seed
    "keys": (np.dtype("u8"), 2),  # by epoch and story: what accounts of the epoch draw under
    "observed": (OBSERVED, 1),  # by story, author and k; none: this is no replay
    "observed_ends": (np.dtype("i8"), 1),  # by story: where its observed posts begin
    "observed_reads": (OBSERVED_READ, 1),
    "declined": (np.dtype("f8"), 1),  # by delivery: P(share) of a read that led to no share
    "taken": (np.dtype("u1"), 1),  # by observed read: 1 once it has happened
    "arm_begins": (np.dtype("f8"), 1),  # by account: treated from this hour on; none: no arms
    "arm_windows": (np.dtype("u1"), 1),  # by period: 1: treatment is on; none: it stays on
    # what does
    "accounts": (ACCOUNT, 1),
    "profiles": (PROFILE, 1),
    "heirs": (np.dtype("i4"), 1),  # the account that took its place, 0 = none
    "platforms": (np.dtype("u1"), 1),
    "posts": (POST, 1),
    "stories": (STORY, 1),
    "friction": (np.dtype("f8"), 1),  # lever, by platform
    "forward": (np.dtype("f8"), 1),  # lever, by platform: most followers a share goes to
    # levers beside those of all readers, for treated ones; none: no arms
    "treated_posts": (SEEN_POST, 1),
    "treated_stories": (SEEN_STORY, 1),
    "treated_friction": (np.dtype("f8"), 1),
    "treated_forward": (np.dtype("f8"), 1),  # a limit of its own: the lower of the two counts
    "treated_slots": (np.dtype("i4"), 2),
    "treated_slot_ends": (np.dtype("f8"), 2),
    "crosspost": (np.dtype("f8"), 1),  # by platform: factor for a post of the same person
    "heat": (np.dtype("f8"), 2),  # by platform and story: countable posts since last asked
    "tops": (np.dtype("i4"), 2),  # by platform and story: most shared visible post, -1 = look
    "pool": (DELIVERIES, 1),
    "exposures": (EXPOSURE, 1),
    "terms": (TERMS, 1),
    "spreaders": (SPREADER, 1),  # in the order in which they began; row 0 is nobody
    "told": (np.dtype("i4"), 1),  # by place in exposures: row of spreaders, 0 = none
    "shares": (SHARES, 1),  # by post; none: no story may be shared again
    "tellings": (np.dtype("i4"), 1),  # by post: its author's row of spreaders, 0 = none
    "buckets": (BUCKET, 1),
    "chunks": (ENTRY, 1),  # entries of later buckets, some to a chunk
    "chunk_links": (np.dtype("i4"), 1),  # the chunk before this one in its bucket, or free
    "present": (ENTRY, 1),  # entries of the present bucket, sorted; the last place is spare
    "scratch": (ENTRY, 1),
    "bins": (np.dtype("i4"), 1),
    "heap": (ENTRY, 1),  # entries put into the present bucket late; the last place is spare
    "words": (np.dtype("u4"), 1),  # draws of one block of followers, word by word
    "addresses": (np.dtype("u4"), 1),  # of draws made at once, word by word; then their words
    "waiting": (np.dtype("i4"), 1),  # of one block of followers: whose check-in is to be planned
    "at": (np.dtype("f8"), 1),  # ... and when that is
    "background_words": (np.dtype("u4"), 1),  # by entry of ``present``: a check-in's word
    "log": (EVENT, 1),
    "hits": (HIT, 1),
    "thresholds": (np.dtype("i8"), 2),  # by watched quantity: how many, then which
    "looks": (LOOK, 1),
    "coming": (COMING, 2),  # by surface: its next looks, in order of time
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
        ("late", "i8"),  # 1: exposures are worked out after the run, see kernels.late
        ("touched", "i8"),  # 0 until a lever of an account or post is moved
        ("most_trust", "f8"),  # what trust may rise to
        ("trust_closure", "f8"),  # change of trust of who sees a followee closed
        ("chilling", "f8"),  # share by which who sees a followee closed posts less
        ("chilling_floor", "f8"),  # what is left of posting at least
        ("most_other_factors", "f8"),  # upper bound of P(share) / (appeal vigour receptivity)
        ("excess", "f8"),  # the highest P(share) above its upper bound, 0 = none
        ("most_followers", "i8"),  # of any account
        ("most_observed", "i8"),  # observed shares of any post
        ("most_visits", "i8"),  # of any original
        ("arm_period", "f8"),  # hours
        ("visited", "i8"),  # what the value of an exposure says of a visit
        ("conditioning", "i8"),  # 1: the evidence decides, and chances are noted
        ("posts_made", "i8"),
        ("logged", "i8"),
        ("hits_made", "i8"),
        ("last_account", "i8"),  # whose entry was taken last ...
        ("last_post", "i8"),  # ... and of which post, -1 = a check-in
        ("exposed", "i8"),  # exposures in the table
        ("spreading", "i8"),  # spreaders in the table
        ("asleep", "i8"),  # spreaders whose contacts could change nothing
        ("published", "i8"),  # cursor in the sorted publications
        ("pending", "i8"),  # entries on the agenda
        ("in_heap", "i8"),  # of these in the heap
        ("bucket", "i8"),  # the present bucket
        ("cursor", "i8"),  # next entry of present
        ("present_made", "i8"),  # entries of present
        ("chunks_used", "i8"),
        ("chunk_free", "i8"),  # head of the free list, -1 = take a fresh one
        ("chunk_fresh", "i8"),  # first chunk never used
        ("pool_used", "i8"),  # chunks
        ("pool_free", "i8"),  # head of the free list, -1 = take a fresh one
        ("pool_fresh", "i8"),  # first chunk never used
        ("need", "i8"),  # what the step that did not fit asked for
        ("delivered", "i8"),  # deliveries so far
        ("checked_in", "i8"),  # check-ins with something unread so far
        *((f"{name}_at", "u8") for name in ARRAYS),
        *((f"{name}_rows", "i8") for name in ARRAYS),
        *((f"{name}_columns", "i8") for name, (_, dimensions) in ARRAYS.items() if dimensions == 2),
    ]
)


def aligned_zeros(rows: int, dtype: Any) -> Any:
    """Like np.zeros, but the first record begins a cache line: 64-byte records take one each."""
    size = rows * dtype.itemsize
    raw = np.zeros(size + 64, dtype=np.uint8)
    begin = -raw.ctypes.data % 64
    # As a view of other bytes it would first be asked whether that is safe, in Python.
    return np.ndarray((rows,), dtype, raw, begin)


def passing(rows: int) -> Any:
    """Room for float64[rows] on pages of its own, given back to the system when let go.

    What malloc frees it mostly keeps, and the peak of a run is what stays resident.
    """
    return np.frombuffer(mmap(-1, 8 * max(rows, 1)), dtype=np.float64)[:rows]


def aligned_copy(array: Any) -> Any:
    """A copy of records that begins at a cache line."""
    copy = aligned_zeros(len(array), array.dtype)
    copy[:] = array
    return copy


def grown(array: Any, least: int, used: int | None = None) -> Any:
    """A larger copy of an array of records, of which only the first ``used`` matter.

    It has ``least`` rows or four times as many as before: rows never used cost addresses, not
    memory, while the system clears every page that is (a third of a long run when arrays
    doubled). Copied as bytes: field by field takes longer than all else that growing needs.
    """
    larger = aligned_zeros(max(least, 4 * len(array)), array.dtype)
    end = (len(array) if used is None else used) * array.dtype.itemsize
    larger.view(np.uint8)[:end] = array.view(np.uint8)[:end]
    return larger


def show_all(memory: Any, arrays: Mapping[str, Any]) -> None:
    """Let kernels see arrays under their names. The caller keeps them alive and in place."""
    words = memory.view(np.uint64)
    for name, array in arrays.items():
        dtype, dimensions = ARRAYS[name]
        if array.dtype != dtype or array.ndim != dimensions or not array.flags.c_contiguous:
            raise TypeError(f"{name} must be a C-contiguous array of {dtype}, {dimensions}-d")
        at, rows, columns = _PLACES[name]
        # Of an array without rows no address is ever read, and to ask for one takes longest.
        words[at] = array.ctypes.data if array.size else 0
        words[rows] = array.shape[0]
        if dimensions == 2:
            words[columns] = array.shape[1]


#: Where the memory record tells of each array, in words of 8 bytes: address, rows, columns.
_PLACES: Final = {
    name: tuple(
        MEMORY.fields[field][1] // 8 if field in MEMORY.fields else -1
        for field in (f"{name}_at", f"{name}_rows", f"{name}_columns")
    )
    for name in ARRAYS
}
