"""From trees to the stream: the rows that an engine writes of the same cascades.

A publication is one row; a share is one, and one more directly before it where the account
reads the story for the first time. Rows stand in the order of both engines: by time, then by
account, story, author of the post that is read.
"""

from __future__ import annotations

from dataclasses import replace
from math import floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError
from rumorsim.events.observed.mending import Trees
from rumorsim.events.observed.numbering import keyed, repeats
from rumorsim.events.observed.records import ROOT, UNKNOWN, Ints, Labels
from rumorsim.events.stream import EVENT, Batch, Facts, Kind, StoryFacts

#: What engines write for the first publication of a story by an account: k counts from 1.
FIRST: Final = 1.0
#: The category where nothing is known of one.
NO_CATEGORY: Final = "unknown"
_MOST_POSTS: Final = 2**31 - 1


class Built:
    """``facts``, ``batch``, and ``known`` (bool [accounts]): whose followers are known."""

    def __init__(self, trees: Trees) -> None:
        if len(trees.row) > _MOST_POSTS:
            raise InputError("there can be at most 2147483647 posts")
        records = trees.records
        self._trees = trees
        self._accounts, account = _kept(trees.account, len(records.ids), records.facts is not None)
        self._stories, story = _kept(trees.cascade, len(records.names), False)
        platform = np.zeros(len(records.ids), np.uint8)
        platform = platform if records.platform is None else records.platform
        self._platform = platform[self._accounts]
        order = _order(trees, account, story)
        place = np.empty(len(order), np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        parent = trees.parent[order].astype(np.int32)
        parent = np.where(parent >= 0, place[parent], np.int32(ROOT))
        time, account, story = trees.time[order], account[order], story[order]
        del place, order
        trees.forget()
        self.batch = _rows(time, account, story, parent, self._platform)
        known = records.followers[self._accounts]
        self.known: NDArray[np.bool_] = known != UNKNOWN
        self.facts = self._facts(np.where(self.known, known, 0))

    def _facts(self, followers: Labels) -> Facts:
        records = self._trees.records
        stories = tuple(
            StoryFacts(
                str(records.names[at]),
                bool(records.truth[at]) if records.truth[at] != UNKNOWN else self._otherwise,
                records.categories[at] if records.categories else NO_CATEGORY,
            )
            for at in self._stories.tolist()
        )
        if records.facts is not None:
            return replace(records.facts, stories=stories, followers=followers, follows=None)
        size = len(self._accounts)
        return Facts(
            accounts=size,
            horizon=float(floor(self.batch.time[-1]) + 1),
            stories=stories,
            person=np.arange(size, dtype=np.int32),
            kind=np.zeros(size, np.int16),
            followers=followers.astype(np.int32),
            platforms=records.platforms,
            platform=self._platform,
            ids=records.ids[self._accounts],
            surfaces=("feed",),
            start=self._trees.start,
        )

    @property
    def _otherwise(self) -> bool:
        """What a story of unknown truth counts as."""
        return self._trees.rules.of("unknown-truth") != "rumor"


def _kept(labels: Labels, size: int, every: bool) -> tuple[Ints, Labels]:
    """The labels that occur (or every one), and each as its place among them."""
    if every:
        return np.arange(size), labels
    used = np.zeros(size, np.bool_)
    used[labels] = True
    return np.flatnonzero(used), (np.cumsum(used, dtype=np.int32) - 1)[labels]


def _order(trees: Trees, account: Labels, story: Labels) -> Labels:
    """The rows in the order of the engines."""
    order = np.argsort(trees.time, kind="stable").astype(np.int32)
    time = trees.time[order]
    same = np.zeros(len(order) + 1, np.bool_)
    same[1:-1] = time[1:] == time[:-1]
    tied = np.flatnonzero(same[1:] | same[:-1])
    rows = order[tied]
    parent = trees.parent[rows]
    source = np.where(parent < 0, rows, parent)
    keys = (trees.time[source], account[source], story[rows], account[rows], trees.time[rows])
    order[tied] = rows[np.lexsort(keys)]
    return order


def _rows(
    time: NDArray[np.float64],
    account: Labels,
    story: Labels,
    parent: Labels,
    platform: NDArray[np.uint8],
) -> Batch:
    """The stream of posts that are in order; ``parent`` is a post or ROOT."""
    posts = len(time)
    shares = parent >= 0
    first = _first_shares(story, account, shares)
    # Where the row of each post is: one further on for each first read up to it.
    at = np.cumsum(first, dtype=np.int32)
    at += np.arange(posts, dtype=np.int32)
    rows = np.zeros(posts + int(np.count_nonzero(first)), EVENT)
    rows["time"][at], rows["story"][at], rows["account"][at] = time, story, account
    rows["post"][at] = np.arange(posts, dtype=np.int32)
    rows["kind"][at] = np.where(shares, np.uint8(Kind.SHARE), np.uint8(Kind.PUBLISH))
    rows["source"][at] = np.where(shares, account[parent], -1)
    rows["value"][at] = np.where(shares, parent, FIRST)
    rows["platform"][at] = platform[account]
    reads = at[first] - 1
    for name in ("time", "story", "account", "source", "platform"):
        rows[name][reads] = rows[name][reads + 1]
    rows["kind"][reads], rows["post"][reads] = int(Kind.EXPOSE), parent[first]
    return Batch(rows)


def _first_shares(story: Labels, account: Labels, shares: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which posts are the first share of a story by an account, in the order given."""
    place = np.flatnonzero(shares).astype(np.int32)
    keys = keyed(story[place], account[place], int(account.max()) + 1)
    first = np.zeros(len(shares), np.bool_)
    first[place[~repeats(keys)]] = True
    return first
