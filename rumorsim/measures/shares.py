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
    """Memory: 4 bytes x accounts x (3 groups + stories seen)."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.groups = truth_groups(facts)
        self.shared = StoryCounts(facts)
        self.published = np.zeros(len(facts.stories), np.int64)
        self.in_group = {name: FirstSeen(facts.accounts) for name in self.groups}
        self.in_story = FirstSeenOf(facts.accounts, len(single_stories(facts)))


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
        for name, stories in state.groups.items():
            state.in_group[name].fresh(account[stories[story]])
        state.in_story.add(story, account)

    @override
    def value(self, state: State) -> dict[str, Any]:
        shared, published = state.shared.counts, state.published

        def counts(key: str | int, stories: NDArray[np.bool_]) -> dict[str, Any]:
            if isinstance(key, int):
                sharers = state.in_story.count(key)
            else:
                sharers = state.in_group[key].count
            return {
                "shares": int(shared[stories].sum()),
                "publications": int(published[stories].sum()),
                "sharers": sharers,
                "over_time": over_time(state.shared.edges, shares=shared[stories].sum(axis=0)),
            }

        totals = {"shares": int(shared.sum()), "publications": int(published.sum())}
        return {**totals, **by_stories(state.facts, counts)}
