"""Penalties that stand: closings, suspensions and removals of followers not undone so far."""

from __future__ import annotations

from typing import Final, NamedTuple

from rumorsim.events.verbs import CLOSING, CUTTING_OFF, LIFTED_BY, VERBS

#: The codes of these verbs and of what lifts them.
CODES: Final = [
    VERBS.index(verb)
    for verb in dict.fromkeys((*CUTTING_OFF, *map(LIFTED_BY.get, CUTTING_OFF), "reopen"))
]


class Hit(NamedTuple):
    """One penalty that may be undone: when it came, and whether the account was guilty by then."""

    verb: str
    time: float
    guilty: bool


class PenaltiesInForce:
    """The penalties in force on each account, the oldest first."""

    def __init__(self) -> None:
        self.hits: dict[int, list[Hit]] = {}

    def add(self, account: int, hit: Hit) -> None:
        """Record an action in force on an account."""
        self.hits.setdefault(account, []).append(hit)

    def lift(self, verb: str, account: int) -> list[Hit]:
        """End what ``verb`` lifts: all penalties of its sort, or all closings."""
        hits = self.hits.pop(account, [])
        over = [hit for hit in hits if _lifts(verb, hit)]
        if len(over) < len(hits):
            self.hits[account] = [hit for hit in hits if not _lifts(verb, hit)]
        return over


def _lifts(verb: str, hit: Hit) -> bool:
    return hit.verb in CLOSING if verb == "reopen" else LIFTED_BY[hit.verb] == verb
