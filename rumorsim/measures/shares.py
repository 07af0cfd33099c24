"""Shares: how often a story was shared and published, and by how many accounts."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import (
    FirstSeen,
    FirstSeenOf,
    StoryCounts,
    bin_of,
    by_stories,
    over_time,
    single_stories,
    truth_groups,
)


class State:
    """Memory: 4 bytes x accounts x (3 groups + stories seen); groups of the same stories are one.

    Of a single story everything is known by its group.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.groups = truth_groups(facts)
        self.shared = StoryCounts(facts)
        self.published = np.zeros(len(facts.stories), np.int64)
        self.distinct: dict[bytes, tuple[NDArray[np.bool_], FirstSeen]] = {}
        self.in_group: dict[str | int, FirstSeen] = {}
        for name, stories in self.groups.items():
            key = stories.tobytes()
            if key not in self.distinct:
                size = facts.accounts if stories.any() else 0
                self.distinct[key] = stories, FirstSeen(size)
            self.in_group[name] = self.distinct[key][1]
        alone = len(facts.stories) == 1
        self.in_story = FirstSeenOf(facts.accounts, 0 if alone else len(single_stories(facts)))
        if alone:
            self.in_group[0] = self.in_group[next(n for n, each in self.groups.items() if each[0])]

    def sharers(self, key: str | int) -> int:
        """How many accounts shared a story of a group, or a single one, by its number."""
        if key in self.in_group:
            return self.in_group[key].count
        assert isinstance(key, int)
        return self.in_story.count(key)


class Shares(OfState[State]):
    """Shares, publications and sharers by story and truth.

    Sharers are the distinct accounts that posted, publishers included: the active set of the
    independent cascade (Kempe, Kleinberg and Tardos 2003), where an activation is a share.
    """

    state: ClassVar = State
    name: ClassVar[str] = "shares"
    summary: ClassVar[str] = "shares, publications and sharers, by story, truth and time"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.PUBLISH, Kind.SHARE})
    meanings: ClassVar[dict[str, Meaning]] = {
        "shares": Meaning("shares", "of any story"),
        "publications": Meaning("posts", "published, of any story"),
        "*.shares": Meaning("shares", "posts made by sharing"),
        "*.publications": Meaning("posts", "published, not shared from another"),
        "truth.*.sharers": Meaning("accounts", "that posted such a story, publishers included"),
        "stories.*.sharers": Meaning("accounts", "that posted the story, publishers included"),
        "*.over_time": Meaning("shares", "before this time"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        made = batch.only(Kind.PUBLISH, Kind.SHARE)
        if not len(made):
            return
        story, account = made.story, made.account
        published = made.kind == int(Kind.PUBLISH)
        state.published += np.bincount(story[published], minlength=len(state.published))
        shared = ~published
        state.shared.add_bins(story[shared], bin_of(made.time[shared], state.shared.edges))
        for stories, seen in state.distinct.values():
            seen.fresh(account[stories[story]])
        state.in_story.add(story, account)

    @override
    def value(self, state: State) -> dict[str, Any]:
        shared, published = state.shared.counts, state.published

        def counts(key: str | int, stories: NDArray[np.bool_]) -> dict[str, Any]:
            rows = shared[stories]
            curve = over_time(state.shared.edges, shares=rows[0] if len(rows) == 1 else rows.sum(0))
            return {
                "shares": curve["shares"][-1],
                "publications": int(published @ stories),
                "sharers": state.sharers(key),
                "over_time": curve,
            }

        totals = {"shares": int(shared.sum()), "publications": int(published.sum())}
        return {**totals, **by_stories(state.facts, counts)}
