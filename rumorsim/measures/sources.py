"""Sources: people who lost an account they followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import ratio
from rumorsim.measures.in_force import PenaltiesInForce


class State:
    """Memory: that of :class:`.PenaltiesInForce`."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.in_force = PenaltiesInForce(facts)


class Sources(OfState[State]):
    """People who at the end of the run have lost a source.

    A source is lost where an account is closed, or its followers were removed (all of them,
    or all but a share), and this was not undone; by the plain truth it was innocent if it
    had posted no false story when it was hit. Needs the follow graph, so it is taken during
    a run and not from a saved stream.
    """

    state: ClassVar = State
    name: ClassVar[str] = "sources"
    summary: ClassVar[str] = "people who lost an account they followed (during a run only)"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.PUBLISH, Kind.SHARE, Kind.ACTION})
    needs_follows: ClassVar[bool] = True
    meanings: ClassVar[dict[str, Meaning]] = {
        "*.accounts": Meaning("accounts", "lost to their followers at the end"),
        "*.persons": Meaning("persons", "who had lost an account they followed"),
        "*.part": Meaning("part", "of all persons, had lost an account they followed"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        for _ in state.in_force.observe(batch):
            pass

    @override
    def value(self, state: State) -> dict[str, Any]:
        hit = {
            account: [each.guilty for each in hits if each.verb != "suspend"]
            for account, hits in state.in_force.hits.items()
        }
        lost = [account for account, guilty in hit.items() if guilty]
        innocent = [account for account in lost if not all(hit[account])]
        return {"any": _people(state, lost), "innocent": _people(state, innocent)}


def _people(state: State, sources: Sequence[int]) -> dict[str, Any]:
    facts = state.facts
    # Rows beyond the graph are laid out for people who come back: they have no row of follows.
    assert facts.follows is not None, "Listening asks for the follows"
    offsets, followers = facts.follows
    origin = facts.origin[list(sources)].tolist()
    readers = [facts.person[followers[offsets[a] : offsets[a + 1]]] for a in origin]
    persons = len(np.unique(np.concatenate(readers))) if readers else 0
    return {
        "accounts": len(sources),
        "persons": persons,
        "part": ratio(persons, len(np.unique(facts.person))),
    }
