"""Displacement: what people whose account was closed bring about through other accounts."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.events.verbs import CLOSING, VERBS
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import ratio, truth_groups

_NEVER: Final = 255


class State:
    """Memory: 1 byte x persons x platforms, 17 bytes x accounts."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.groups = truth_groups(facts)
        persons = int(facts.person.max(initial=-1)) + 1
        self.closed = np.zeros((persons, len(facts.platforms)), bool)
        self.gone = np.zeros(facts.accounts, bool)
        # A new account may open on another platform than its row was laid out for.
        self.platform = facts.platform.astype(np.int64)
        self.posts = {name: np.zeros(2, np.int64) for name in self.groups}
        self.exposures = {name: np.zeros(2, np.int64) for name in self.groups}
        self.total = dict.fromkeys(self.groups, 0)
        self.readers = {name: np.zeros((2, facts.accounts), bool) for name in self.groups}
        self.voices = np.zeros((2, facts.accounts), bool)


class Displacement(OfState[State]):
    """Speech and attention that moved: posts, exposures and readers after a closing.

    Once an account is closed, whatever another account of the same person posts, and the
    exposures that brings about, is displaced: to the **same** platform where the person lost
    an account on it (a new registration, a second account), else to **another**. The accounts
    closed themselves never count. ``part`` is out of all exposures to such stories.
    """

    state: ClassVar = State
    name: ClassVar[str] = "displacement"
    summary: ClassVar[str] = "reach that moved to other accounts and platforms of those closed"
    needs: ClassVar[frozenset[Kind]] = frozenset(
        {Kind.PUBLISH, Kind.SHARE, Kind.EXPOSE, Kind.ACTION}
    )
    meanings: ClassVar[dict[str, Meaning]] = {
        "persons": Meaning("persons", "who had an account closed"),
        "accounts.*": Meaning("accounts", "of such persons that posted after it, there"),
        "truth.*.posts.*": Meaning("posts", "published or shared by such accounts, there"),
        "truth.*.exposures.*": Meaning("exposures", "brought about by such posts, there"),
        "truth.*.readers.*": Meaning("accounts", "that met such a story through them, there"),
        "truth.*.part": Meaning("part", "of the exposures to such stories, displaced"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        acts = batch.kind == Kind.ACTION
        closing = acts & np.isin(batch.value, _CODES) & (batch.account >= 0)
        edges = [0, *(np.flatnonzero(closing) + 1).tolist(), len(batch)]
        # Between two closings nobody becomes displaced: whole stretches can be counted.
        for low, high in pairwise(edges):
            self._count(state, batch[low:high])
            if high and closing[high - 1]:
                self._close(state, int(batch.account[high - 1]))
        exposed = batch.only(Kind.EXPOSE)
        for name, stories in state.groups.items():
            state.total[name] += int(np.count_nonzero(stories[exposed.story]))

    @staticmethod
    def _close(state: State, account: int) -> None:
        state.gone[account] = True
        state.closed[state.facts.person[account], state.platform[account]] = True

    @staticmethod
    def _count(state: State, batch: Batch) -> None:
        made = batch.only(Kind.PUBLISH, Kind.SHARE)
        state.platform[made.account] = made.platform
        if not state.closed.any():
            return
        where = _where(state, made.account)
        for place in (0, 1):
            mine = Batch(made.rows[where == place])
            state.voices[place, mine.account] = True
            for name, stories in state.groups.items():
                state.posts[name][place] += np.count_nonzero(stories[mine.story])
        exposed = batch.only(Kind.EXPOSE)
        where = _where(state, exposed.source)
        for place in (0, 1):
            mine = Batch(exposed.rows[where == place])
            for name, stories in state.groups.items():
                readers = mine.account[stories[mine.story]]
                state.exposures[name][place] += len(readers)
                state.readers[name][place, readers] = True

    @override
    def value(self, state: State) -> dict[str, Any]:
        return {
            "persons": int(np.count_nonzero(state.closed.any(axis=1))),
            "accounts": _places(np.count_nonzero(state.voices, axis=1)),
            "truth": {
                name: {
                    "posts": _places(state.posts[name]),
                    "exposures": _places(state.exposures[name]),
                    "readers": _places(np.count_nonzero(state.readers[name], axis=1)),
                    "part": ratio(int(state.exposures[name].sum()), state.total[name]),
                }
                for name in state.groups
            },
        }


_CODES: Final = [VERBS.index(verb) for verb in CLOSING]


def _where(state: State, account: NDArray[np.int32]) -> NDArray[np.uint8]:
    """0: on a platform where its person lost an account, 1: elsewhere, 255: not displaced."""
    person = state.facts.person[account]
    lost = state.closed[person]
    here = state.closed[person, state.platform[account]]
    where = np.where(here, 0, np.where(lost.any(axis=1), 1, _NEVER)).astype(np.uint8)
    where[state.gone[account] | (account < 0)] = _NEVER
    return where


def _places(counts: Any) -> dict[str, int]:
    return {"same": int(counts[0]), "another": int(counts[1])}
