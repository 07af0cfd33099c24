"""Earnings: money that reads of their posts bring to accounts, by kind and truth."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.events import VERBS, Batch, Facts, Kind
from rumorsim.measures.base import Meaning, Measure
from rumorsim.measures.counting import ratio, truth_groups

__all__ = ["Earnings"]

_STOPS: Final = VERBS.index("demonetise")
_GOES_ON: Final = VERBS.index("remonetise")


class State:
    """Memory: 28 bytes x accounts."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.groups = truth_groups(facts)
        self.paid = {name: np.zeros(facts.accounts, np.int64) for name in self.groups}
        self.lost = {name: np.zeros(facts.accounts, np.int64) for name in self.groups}
        self.suspended = np.zeros(facts.accounts, np.int32)


class Earnings(Measure[State]):
    """Each read pays the author of the post at the rate of its kind, by 1,000 reads.

    An account that is demonetised earns nothing until that is undone, also where the
    intervention leaves it a part of its income. What platforms take is not in the rate.
    Needs every single read.
    """

    name: ClassVar[str] = "earnings"
    summary: ClassVar[str] = "money made by reads of posts, by kind of author and truth"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.READ, Kind.ACTION})
    meanings: ClassVar[dict[str, Meaning]] = {
        "*earned": Meaning("money", "by reads of posts"),
        "*withheld": Meaning("money", "not paid, as the author was demonetised"),
        "*part": Meaning("part", "of the money earned, by authors of this kind"),
    }

    def start(self, facts: Facts) -> State:
        return State(facts)

    def observe(self, state: State, batch: Batch) -> None:
        changes = (batch.kind == Kind.ACTION) & np.isin(batch.value, (_STOPS, _GOES_ON))
        edges = [0, *(np.flatnonzero(changes) + 1).tolist(), len(batch)]
        for low, high in pairwise(edges):
            self._count(state, batch[low:high].only(Kind.READ))
            if high and changes[high - 1]:
                row = batch.rows[high - 1]
                account, stops = int(row["account"]), int(row["value"]) == _STOPS
                held = int(state.suspended[account]) + (1 if stops else -1)
                state.suspended[account] = max(held, 0)

    @staticmethod
    def _count(state: State, reads: Batch) -> None:
        paid = state.suspended[reads.source] == 0
        for name, stories in state.groups.items():
            mine = stories[reads.story]
            np.add.at(state.paid[name], reads.source[mine & paid], 1)
            np.add.at(state.lost[name], reads.source[mine & ~paid], 1)

    def value(self, state: State) -> dict[str, Any]:
        whole = (
            state.paid["false"] + state.paid["true"],
            state.lost["false"] + state.lost["true"],
        )
        truth = {
            name: _of(state.facts, state.paid[name], state.lost[name]) for name in state.groups
        }
        return {**_of(state.facts, *whole), "truth": truth}


def _of(facts: Facts, paid: NDArray[np.int64], lost: NDArray[np.int64]) -> dict[str, Any]:
    earned, withheld = (counts * facts.earnings / 1000.0 for counts in (paid, lost))
    total = math.fsum(earned.tolist())
    kinds = {}
    for i, name in enumerate(facts.kinds):
        of_kind = facts.kind == i
        sum_of_kind = math.fsum(earned[of_kind].tolist())
        kinds[name] = {
            "earned": sum_of_kind,
            "withheld": math.fsum(withheld[of_kind].tolist()),
            "part": ratio(sum_of_kind, total),
        }
    return {"earned": total, "withheld": math.fsum(withheld.tolist()), "kinds": kinds}
