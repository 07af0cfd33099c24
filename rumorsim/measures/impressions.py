"""Impressions: how often posts of a story were read, and how often by each account reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import (
    FirstSeen,
    StoryCounts,
    by_stories,
    over_time,
    ratio,
    truth_groups,
)


class State:
    """Memory: 8 bytes x accounts x 3 groups."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.groups = truth_groups(facts)
        self.reads = StoryCounts(facts)
        self.exposed = np.zeros(len(facts.stories), np.int64)
        self.accounts = {name: FirstSeen(facts.accounts) for name in self.groups}
        self.by_reader = {name: np.zeros(facts.accounts, np.int32) for name in self.groups}


class Impressions(OfState[State]):
    """Reads of posts by story and truth, and reads for each account exposed.

    Every read counts, the first and the repeated ones. Needs READ rows, which are logged
    only when a measure asks for them.
    """

    state: ClassVar = State
    name: ClassVar[str] = "impressions"
    summary: ClassVar[str] = "reads of posts, by story, truth, time, kind of reader and platform"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.READ, Kind.EXPOSE})
    meanings: ClassVar[dict[str, Meaning]] = {
        "reads": Meaning("reads", "of posts of any story"),
        "kinds.*.reads": Meaning("reads", "of posts of such stories by accounts of this kind"),
        "platforms.*.reads": Meaning("reads", "of posts of such stories on this platform"),
        "truth.*.reads": Meaning("reads", "of posts of such stories"),
        "truth.*.reads_per_account": Meaning(
            "reads per account", "by accounts exposed to at least one such story"
        ),
        "truth.*.over_time": Meaning("reads", "of posts of such stories before this time"),
        "stories.*.reads": Meaning("reads", "of posts of the story"),
        "stories.*.reads_per_account": Meaning("reads per account", "by accounts exposed to it"),
        "stories.*.over_time": Meaning("reads", "of posts of the story before this time"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        reads = batch.only(Kind.READ)
        state.reads.add(reads)
        for name, stories in state.groups.items():
            np.add.at(state.by_reader[name], reads.account[stories[reads.story]], 1)
        exposed = batch.only(Kind.EXPOSE)
        state.exposed += np.bincount(exposed.story, minlength=len(state.exposed))
        for name, stories in state.groups.items():
            state.accounts[name].fresh(exposed.account[stories[exposed.story]])

    @override
    def value(self, state: State) -> dict[str, Any]:
        reads, facts = state.reads.counts, state.facts

        def counts(key: str | int, stories: NDArray[np.bool_]) -> dict[str, Any]:
            total = int(reads[stories].sum())
            if isinstance(key, int):
                accounts = int(state.exposed[key])
            else:
                accounts = state.accounts[key].count
            return {
                "reads": total,
                "reads_per_account": ratio(total, accounts),
                "over_time": over_time(state.reads.edges, reads=reads[stories].sum(axis=0)),
            }

        return {
            "reads": int(reads.sum()),
            "kinds": _by(state, facts.kinds, facts.kind),
            "platforms": _by(state, facts.platforms, facts.platform),
            **by_stories(facts, counts),
        }


def _by(state: State, names: Sequence[str], number: NDArray[Any]) -> dict[str, Any]:
    """Reads by accounts of each kind or platform, which ``number`` [accounts] says."""
    return {
        name: {
            "truth": {
                group: {"reads": int(reads[number == i].sum())}
                for group, reads in state.by_reader.items()
            }
        }
        for i, name in enumerate(names)
    }
