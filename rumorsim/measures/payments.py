"""Payments: what adversaries paid and took in, for stories of which truth, and their fines."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from typing_extensions import override

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures.actors import adversary_names
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import truth_groups

#: What a payment is: spent, taken in as a ransom, or fined.
WAYS = ("spent", "taken_in", "fined")


class State:
    """Memory: 8 bytes x payments."""

    def __init__(self, facts: Facts) -> None:
        self.names = adversary_names(facts)
        self.groups = {name: set(rows.nonzero()[0]) for name, rows in truth_groups(facts).items()}
        #: Sums of money by adversary and way; kept one by one, to be added up exactly.
        self.money: dict[tuple[int, str], list[float]] = {}
        self.by_truth: dict[str, list[float]] = {name: [] for name in self.groups}
        self.paid: set[int] = set()


class Payments(OfState[State]):
    """Money of sponsors: spent on posts, shares and deletions; ransoms; fines.

    What is spent is at the prices of the adversaries, in their money; the desk's own work is
    the measure ``cost``. ``paid_accounts`` counts those that were paid at least once; who
    deletes for money is not known by account.
    """

    state: ClassVar = State
    name: ClassVar[str] = "payments"
    summary: ClassVar[str] = "money that adversaries spent and took in, and what they were fined"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.PAY})
    meanings: ClassVar[dict[str, Meaning]] = {
        "*spent": Meaning("money", "paid for posts, shares and deletions"),
        "*taken_in": Meaning("money", "ransoms"),
        "*fined": Meaning("money", "fined by the platform"),
        "*payments": Meaning("payments", "made"),
        "truth.*": Meaning("money", "spent on stories of this truth"),
        "paid_accounts": Meaning("accounts", "paid at least once"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        rows = batch.only(Kind.PAY)
        columns = (rows.story, rows.account, rows.source, rows.value)
        for story, account, adversary, money in zip(*(c.tolist() for c in columns), strict=True):
            way = "fined" if story < 0 else "spent" if money >= 0 else "taken_in"
            state.money.setdefault((adversary, way), []).append(abs(money))
            if way == "spent":
                if account >= 0:
                    state.paid.add(account)
                for name, stories in state.groups.items():
                    if story in stories:
                        state.by_truth[name].append(money)

    @override
    def value(self, state: State) -> dict[str, Any]:
        places = range(len(state.names))
        return {
            **_sums(state, list(places)),
            "paid_accounts": len(state.paid),
            "truth": {name: math.fsum(money) for name, money in state.by_truth.items()},
            "adversaries": {state.names[i]: _sums(state, [i]) for i in places},
        }


def _sums(state: State, adversaries: list[int]) -> dict[str, Any]:
    """Money by way, every sum correctly rounded, and how many payments were made."""
    by_way = {
        way: [money for i in adversaries for money in state.money.get((i, way), ())] for way in WAYS
    }
    return {
        **{way: math.fsum(money) for way, money in by_way.items()},
        "payments": len(by_way["spent"]),
    }
