"""Sources: people who lost an account they followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from rumorsim.events.posts import PostLog
from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.events.verbs import ACCOUNT, CUTTING_OFF, VERBS
from rumorsim.measures.base import Meaning, Measure
from rumorsim.measures.counting import ratio
from rumorsim.measures.guilt import FirstPosts, rule_of
from rumorsim.measures.in_force import CODES, Hit, PenaltiesInForce


class State:
    """Memory: 20 bytes x posts, 24 bytes x accounts, O(penalties)."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.posts = PostLog()
        self.guilt = FirstPosts(facts, rule_of(facts, None))
        self.in_force = PenaltiesInForce()


class Sources(Measure[State]):
    """People who at the end of the run have lost a source.

    A source is lost where an account is closed, or its followers were removed (all of them,
    or all but a share), and this was not undone; by the plain truth it was innocent if it
    had posted no false story when it was hit. Needs the follow graph, so it is taken during
    a run and not from a saved stream.
    """

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
    def start(self, facts: Facts) -> State:
        return State(facts)

    @override
    def observe(self, state: State, batch: Batch) -> None:
        state.guilt.observe(state.posts.observe(batch))
        acts = (batch.kind == Kind.ACTION) & np.isin(batch.value, CODES)
        penalties = state.posts.known_at(batch, acts, "value", "time", "account")
        for value, time, account, existing in penalties:
            verb = VERBS[int(value)]
            if verb in CUTTING_OFF:
                guilty = state.guilt.was_guilty(ACCOUNT, account, existing, state.posts)
                state.in_force.add(account, Hit(verb, time, guilty))
            else:
                state.in_force.lift(verb, account)

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
