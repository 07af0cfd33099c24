"""Spreaders: how many accounts tell a story at once, and why they stop."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.stream import STOPS, Batch, Facts, Kind
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import BINS, bin_of, by_stories, edges_of, over_time, truth_groups


class Group:
    """How many accounts tell any of some stories: now, by time, and at most."""

    def __init__(self) -> None:
        self.now = self.peak = self.began = 0
        self.peak_time: float | None = None
        self.stops = np.zeros(len(STOPS), np.int64)
        self.bins = np.zeros(BINS, np.int64)

    def add(self, batch: Batch, change: NDArray[np.int64], edges: NDArray[np.float64]) -> None:
        """Take events in with the ``change`` in the number of spreaders that each makes."""
        if not len(batch):
            return
        level = self.now + np.cumsum(change)
        highest = int(np.argmax(level))
        if level[highest] > self.peak:
            self.peak, self.peak_time = int(level[highest]), float(batch.time[highest])
        self.now = int(level[-1])
        self.began += int((change > 0).sum())
        codes = batch.only(Kind.STOP).value.astype(np.int64)
        self.stops += np.bincount(codes, minlength=len(STOPS))
        np.add.at(self.bins, bin_of(batch.time, edges), change)

    def value(self, edges: NDArray[np.float64]) -> dict[str, Any]:
        """Numbers of the measure by key; ``edges`` are the bins of time in hours."""
        return {
            "began": self.began,
            "at_the_end": self.now,
            "peak": self.peak,
            "peak_time": self.peak_time,
            "stops": dict(zip(STOPS, self.stops.tolist(), strict=True)),
            "over_time": over_time(edges, spreaders=self.bins),
        }


class State:
    """Memory: 1 byte x accounts x stories seen."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.edges = edges_of(facts.horizon)
        self.truth = truth_groups(facts)
        #: By the name of the truth, and by the number of the story.
        self.groups: dict[str | int, Group] = {
            key: Group() for key in (*self.truth, *range(len(facts.stories)))
        }
        self.telling: dict[int, NDArray[np.bool_]] = {}


class Spreaders(OfState[State]):
    """Accounts that tell a story: from a publication or share to the stop.

    Counted by account and story. In the models of contacts this is the curve of the papers
    (the peak of Maki and Thompson's is 1 - ln 2 of all accounts); in the feed nobody stops.
    """

    state: ClassVar = State
    name: ClassVar[str] = "spreaders"
    summary: ClassVar[str] = "accounts spreading a story at once, and why they stop (models)"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.PUBLISH, Kind.SHARE, Kind.STOP})
    meanings: ClassVar[dict[str, Meaning]] = {
        "*.began": Meaning("spreaders", "that began to spread the story, each time anew"),
        "*.at_the_end": Meaning("spreaders", "that still spread it"),
        "*.peak": Meaning("spreaders", "at once, at most"),
        "*.peak_time": Meaning("hours", "when there were most for the first time"),
        "*.stops.*": Meaning("spreaders", "that stopped for this reason"),
        "*.over_time": Meaning("spreaders", "just before this time"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        told = batch.only(Kind.PUBLISH, Kind.SHARE, Kind.STOP)
        if not len(told):
            return
        change = np.zeros(len(told), np.int64)
        for story in np.unique(told.story).tolist():
            places = np.flatnonzero(told.story == story)
            part = Batch(told.rows[places])
            if story not in state.telling:
                state.telling[story] = np.zeros(state.facts.accounts, bool)
            change[places] = _changes(part, state.telling[story])
            state.groups[story].add(part, change[places], state.edges)
        for name, stories in state.truth.items():
            mine = stories[told.story]
            state.groups[name].add(Batch(told.rows[mine]), change[mine], state.edges)

    @override
    def value(self, state: State) -> dict[str, Any]:
        return by_stories(state.facts, lambda key, _: state.groups[key].value(state.edges))


def _changes(part: Batch, telling: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The change each event of one story makes, int64 [events]; ``telling`` is kept up.

    Who publishes while telling changes nothing. Events are looked at account by account, so
    that the one before says whether the account tells.
    """
    order = np.argsort(part.account, kind="stable")
    account, on = part.account[order], part.kind[order] != Kind.STOP
    first = np.ones(len(order), bool)
    first[1:] = account[1:] != account[:-1]
    before = np.concatenate(([False], on[:-1]))
    before[first] = telling[account[first]]
    last = np.append(first[1:], True)
    telling[account[last]] = on[last]
    change = np.empty(len(order), np.int64)
    change[order] = on.astype(np.int64) - before
    return change
