"""Audience: who was reached, who believes what, whose trust moved, by kind and platform."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import ratio, truth_groups

_BELIEVES, _CORRECTED = 1, 2


class State:
    """Memory: 36 bytes x accounts, 1 byte x accounts x stories whose belief moved."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.groups = truth_groups(facts)
        self.exposures = {name: np.zeros(facts.accounts, np.int32) for name in self.groups}
        self.belief: dict[int, NDArray[np.uint8]] = {}
        self.trust = np.full(facts.accounts, np.nan)


class Audience(OfState[State]):
    """Readers, not authors: reach, belief and trust of each kind of account and platform.

    ``accounts`` were exposed to at least one such story; ``part`` is out of all accounts of
    the audience. ``believers`` believe at least one such story at the end (or believed it
    last), ``corrected`` believed one and were convinced of the contrary. Trust in official
    sources is told at the end, of those whose trust moved; ``trust.lower`` and
    ``trust.higher`` compare it with what it was at the start.
    """

    state: ClassVar = State
    name: ClassVar[str] = "audience"
    summary: ClassVar[str] = "reach, belief and trust by kind of reader and platform"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.EXPOSE, Kind.BELIEVE, Kind.TRUST})
    meanings: ClassVar[dict[str, Meaning]] = {
        "*.truth.*.accounts": Meaning("accounts", "of this audience exposed to such a story"),
        "*.truth.*.part": Meaning("part", "of this audience, exposed to such a story"),
        "*.truth.*.exposures": Meaning("exposures", "of this audience, summed over stories"),
        "*.truth.*.believers": Meaning("accounts", "that believe such a story at the end"),
        "*.truth.*.corrected": Meaning("accounts", "that believed such a story and no longer do"),
        "*.trust.moved": Meaning("accounts", "whose trust in official sources moved"),
        "*.trust.lower": Meaning("accounts", "with less trust than at the start"),
        "*.trust.higher": Meaning("accounts", "with more trust than at the start"),
        "*.trust.mean_change": Meaning("trust", "change since the start, mean over the audience"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        exposed = batch.only(Kind.EXPOSE)
        for name, stories in state.groups.items():
            np.add.at(state.exposures[name], exposed.account[stories[exposed.story]], 1)
        beliefs = batch.only(Kind.BELIEVE)
        for story in np.unique(beliefs.story).tolist():
            part = Batch(beliefs.rows[beliefs.story == story])
            if story not in state.belief:
                state.belief[story] = np.zeros(state.facts.accounts, np.uint8)
            # Of several rows of one account the last stands.
            state.belief[story][part.account] = np.where(part.value > 0, _BELIEVES, _CORRECTED)
        moved = batch.only(Kind.TRUST)
        state.trust[moved.account] = moved.value

    @override
    def value(self, state: State) -> dict[str, Any]:
        facts = state.facts
        believing = {name: self._any(state, name, _BELIEVES) for name in state.groups}
        corrected = {name: self._any(state, name, _CORRECTED) for name in state.groups}

        def of(members: NDArray[np.bool_]) -> dict[str, Any]:
            size = int(np.count_nonzero(members))
            truth = {}
            for name, counts in state.exposures.items():
                mine = counts[members]
                reached = int(np.count_nonzero(mine))
                truth[name] = {
                    "accounts": reached,
                    "part": ratio(reached, size),
                    "exposures": int(mine.sum()),
                    "believers": int(np.count_nonzero(believing[name] & members)),
                    "corrected": int(np.count_nonzero(corrected[name] & members)),
                }
            return {"truth": truth, "trust": _trust(state, members)}

        # Accounts laid out for people who come back read through their first one.
        readers = facts.origin == np.arange(facts.accounts)
        return {
            "all": of(readers),
            "kinds": {name: of(readers & (facts.kind == i)) for i, name in enumerate(facts.kinds)},
            "platforms": {
                name: of(readers & (facts.platform == i)) for i, name in enumerate(facts.platforms)
            },
        }

    @staticmethod
    def _any(state: State, group: str, what: int) -> NDArray[np.bool_]:
        """Who is in this state of belief about any story of a group, bool [accounts]."""
        found = np.zeros(state.facts.accounts, bool)
        for belief in _beliefs(state, state.groups[group]):
            found |= belief == what
        return found


def _beliefs(state: State, stories: NDArray[np.bool_]) -> Iterator[NDArray[np.uint8]]:
    return (belief for story, belief in state.belief.items() if stories[story])


def _trust(state: State, members: NDArray[np.bool_]) -> dict[str, Any]:
    moved = members & ~np.isnan(state.trust)
    change = state.trust[moved] - state.facts.trust[moved]
    return {
        "moved": int(np.count_nonzero(moved)),
        "lower": int(np.count_nonzero(change < 0)),
        "higher": int(np.count_nonzero(change > 0)),
        "mean_change": ratio(float(change.sum()), int(np.count_nonzero(members))),
    }
