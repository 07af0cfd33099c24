"""Prevented: what became of observed cascades in a replay, against what was observed."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures.base import Meaning, Measure
from rumorsim.measures.counting import ratio, story_names


class State:
    """Memory: 24 bytes x stories."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        size = len(facts.stories)
        self.shares = np.zeros(size, np.int64)
        self.audience = np.zeros(size, np.int64)
        self.last = np.zeros(size)


class Prevented(Measure[State]):
    """Shares and audience of each story, and the part of what was observed that is missing.

    ``prevented`` is 1 - shares / observed shares: ``mean`` over the cascades that had shares,
    each counting the same, and ``over_shares``, all their shares taken together. Where a story
    is shared more than it was, it is negative. **Audience** is the number of followers of who
    posted, summed over posts: how often the story could have been seen, not by how many.
    Without observed cascades (outside replays) nothing is prevented of anything: None.
    """

    name: ClassVar[str] = "prevented"
    summary: ClassVar[str] = "shares and audience of observed cascades that a policy prevents"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.PUBLISH, Kind.SHARE})
    meanings: ClassVar[dict[str, Meaning]] = {
        "*.cascades": Meaning("cascades", "observed with at least one share"),
        "*.shares": Meaning("shares", "of such stories"),
        "*.observed": Meaning("shares", "of such stories that were observed"),
        "*.mean": Meaning("part", "of observed shares prevented, mean over cascades"),
        "*.over_shares": Meaning("part", "of observed shares prevented, all taken together"),
        "*.audience": Meaning("followers", "of who posted such stories, summed over posts"),
        "*.audience_averted": Meaning("part", "of the observed audience"),
        "*.last_share": Meaning("hours", "to the last share of a cascade, mean over cascades"),
        "cascades.*.*": Meaning("shares", "of the cascade"),
    }

    @override
    def start(self, facts: Facts) -> State:
        return State(facts)

    @override
    def observe(self, state: State, batch: Batch) -> None:
        posted = batch.only(Kind.PUBLISH, Kind.SHARE)
        size = len(state.shares)
        followers = state.facts.followers[posted.account]
        state.audience += np.bincount(posted.story, followers, size).astype(np.int64)
        shared = posted.only(Kind.SHARE)
        state.shares += np.bincount(shared.story, minlength=size)
        np.maximum.at(state.last, shared.story, shared.time)

    @override
    def value(self, state: State) -> dict[str, Any]:
        facts = state.facts
        truth = np.array([story.truth for story in facts.stories], bool)
        names = story_names(facts)
        return {
            "truth": {
                name: _group(state, chosen) for name, chosen in (("false", ~truth), ("true", truth))
            },
            "cascades": {
                word: {
                    name: int(state.shares[i])
                    for i, name in enumerate(names)
                    if truth[i] == is_true
                }
                for word, is_true in (("false", False), ("true", True))
            },
        }


def _group(state: State, chosen: NDArray[np.bool_]) -> dict[str, Any]:
    """The numbers of some stories."""
    observed = state.facts.observed
    shares, audience = state.shares[chosen], state.audience[chosen]
    shared = shares > 0
    value: dict[str, Any] = {
        "shares": int(shares.sum()),
        "audience": int(audience.sum()),
        "last_share": ratio(float(state.last[chosen][shared].sum()), int(shared.sum())),
        "cascades": None,
        "observed": None,
        "mean": None,
        "over_shares": None,
        "audience_averted": None,
    }
    if observed is not None:
        before, seen = observed.shares[chosen], observed.audience[chosen]
        some = before > 0
        value |= {
            "cascades": int(some.sum()),
            "observed": int(before.sum()),
            "mean": ratio(float((1.0 - shares[some] / before[some]).sum()), int(some.sum())),
            "over_shares": ratio(int(before.sum() - shares.sum()), int(before.sum())),
            "audience_averted": ratio(int(seen.sum() - audience.sum()), int(seen.sum())),
        }
    return value
