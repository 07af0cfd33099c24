"""Penalties that stand: closings, suspensions and removals of followers not undone so far."""

from __future__ import annotations

from typing import Final, NamedTuple

from rumorsim.events import VERBS

__all__ = ["CLOSING", "CODES", "UNDOES", "Hit", "Standing"]

#: The verbs that close an account.
CLOSING: Final = ("close", "take-down", "arrest")
#: What takes an account from its followers, and what gives it back.
UNDOES: Final = {
    **dict.fromkeys((*CLOSING, "suspend"), "reinstate"),
    "remove-followers": "restore-followers",
}
#: The codes of all these verbs.
CODES: Final = [VERBS.index(verb) for verb in dict.fromkeys((*UNDOES, *UNDOES.values()))]


class Hit(NamedTuple):
    """One penalty that may be undone: when, by which intervention, guilty by then or not."""

    verb: str
    time: float
    by: int
    guilty: bool


class Standing:
    """The penalties in force on each account, the oldest first."""

    def __init__(self) -> None:
        self.hits: dict[int, list[Hit]] = {}

    def add(self, account: int, hit: Hit) -> None:
        self.hits.setdefault(account, []).append(hit)

    def lift(self, verb: str, account: int, by: int) -> Hit | None:
        """End the latest that ``verb`` undoes, of intervention ``by`` (-1, by hand: of any)."""
        hits = self.hits.get(account, [])
        for place in range(len(hits) - 1, -1, -1):
            if UNDOES[hits[place].verb] == verb and by in (hits[place].by, -1):
                return hits.pop(place)
        return None
