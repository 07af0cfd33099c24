"""Penalties that stand: closings, suspensions and removals of followers not undone so far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from rumorsim.events.posts import PostLog
from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.events.verbs import ACCOUNT, CLOSING, CUTTING_OFF, LIFTED_BY, VERBS
from rumorsim.measures.guilt import FirstPosts, rule_of

#: The codes of these verbs and of what lifts them.
_CODES: Final = [
    VERBS.index(verb)
    for verb in dict.fromkeys((*CUTTING_OFF, *map(LIFTED_BY.get, CUTTING_OFF), "reopen"))
]


class Hit(NamedTuple):
    """One penalty that may be undone: when it came, and whether the account was guilty by then."""

    verb: str
    time: float
    guilty: bool


class PenaltiesInForce:
    """The penalties in force on each account, the oldest first.

    ``hits`` holds them by account. Accounts are guilty by the plain truth.
    Memory: 20 bytes x posts, 24 bytes x accounts, O(penalties).
    """

    def __init__(self, facts: Facts) -> None:
        self.hits: dict[int, list[Hit]] = {}
        self._posts = PostLog()
        self._guilt = FirstPosts(facts, rule_of(facts, None))

    def observe(self, batch: Batch) -> Iterator[tuple[int, Hit, list[Hit]]]:
        """Take events in: for each action its account, itself, and the penalties it ended."""
        self._guilt.observe(self._posts.observe(batch))
        acts = (batch.kind == Kind.ACTION) & np.isin(batch.value, _CODES)
        rows = self._posts.known_at(batch, acts, "value", "time", "account")
        for value, time, account, before in rows:
            guilty = self._guilt.was_guilty(ACCOUNT, account, before, self._posts)
            hit = Hit(VERBS[int(value)], time, guilty)
            if hit.verb in CUTTING_OFF:
                self.hits.setdefault(account, []).append(hit)
                yield account, hit, []
            else:
                yield account, hit, self._lift(hit.verb, account)

    def _lift(self, verb: str, account: int) -> list[Hit]:
        """End what ``verb`` lifts: all penalties of its sort, or all closings."""
        hits = self.hits.pop(account, [])
        over = [hit for hit in hits if _lifts(verb, hit)]
        if len(over) < len(hits):
            self.hits[account] = [hit for hit in hits if not _lifts(verb, hit)]
        return over


def _lifts(verb: str, hit: Hit) -> bool:
    return hit.verb in CLOSING if verb == "reopen" else LIFTED_BY[hit.verb] == verb
