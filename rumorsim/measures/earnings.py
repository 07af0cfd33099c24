"""Earnings: money that reads of their posts bring to accounts, by kind and truth."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.events.verbs import VERBS
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import ratio, truth_groups

#: What changes an account's pay.
_CODES: Final = [VERBS.index(verb) for verb in ("demonetise", "remonetise", "remonetise-in-part")]


class State:
    """Memory: 16 bytes x accounts, and as much again for each share of pay that is in force."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.groups = truth_groups(facts)
        self.keeps = [each.keeps for each in facts.interventions]
        #: What is in force on an account: who demonetised it, once for each time.
        self.held: dict[int, list[int]] = {}
        self.share = np.ones(facts.accounts)
        #: Reads by the share of pay that they brought, truth of the story, and author.
        self.reads: dict[float, dict[str, NDArray[np.int64]]] = {}

    def change(self, account: int, by: int, verb: str) -> None:
        """One demonetisation more of an account, one that is lifted, or all of them."""
        held = self.held.setdefault(account, [])
        if verb == "demonetise":
            held.append(by)
        elif verb == "remonetise":
            held.clear()
        elif by in held:
            held.remove(by)
        # In order, so that equal sets of penalties leave equal shares to the bit.
        self.share[account] = math.prod(sorted(map(self._kept, held)))

    def _kept(self, by: int) -> float:
        return self.keeps[by] if 0 <= by < len(self.keeps) else 0.0

    def counts(self, share: float) -> dict[str, NDArray[np.int64]]:
        """Where reads at this share of pay are counted."""
        if share not in self.reads:
            size = self.facts.accounts
            self.reads[share] = {name: np.zeros(size, np.int64) for name in self.groups}
        return self.reads[share]


class Earnings(OfState[State]):
    """Each read pays the author of the post at the rate of its kind, by 1,000 reads.

    An account that is demonetised is paid the share that the intervention leaves it
    (``keep``), shares of several multiplied, until that is undone; what is done by hand, or
    as a step of a ladder or campaign, leaves nothing. What platforms take is not in the
    rate. Needs every single read.
    """

    state: ClassVar = State
    name: ClassVar[str] = "earnings"
    summary: ClassVar[str] = "money made by reads of posts, by kind of author and truth"
    sees_policy: ClassVar[bool] = True
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.READ, Kind.ACTION})
    meanings: ClassVar[dict[str, Meaning]] = {
        "*earned": Meaning("money", "by reads of posts"),
        "*withheld": Meaning("money", "not paid, as the author was demonetised"),
        "*part": Meaning("part", "of the money earned, by authors of this kind"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        changes = (batch.kind == Kind.ACTION) & np.isin(batch.value, _CODES)
        counted = 0
        for change in np.flatnonzero(changes).tolist():
            self._count(state, batch[counted:change].only(Kind.READ))
            row = batch.rows[change]
            state.change(int(row["account"]), int(row["source"]), VERBS[int(row["value"])])
            counted = change + 1
        self._count(state, batch[counted:].only(Kind.READ))

    @staticmethod
    def _count(state: State, reads: Batch) -> None:
        shares = state.share[reads.source]
        for share in np.unique(shares).tolist():
            counts, alike = state.counts(share), shares == share
            for name, stories in state.groups.items():
                np.add.at(counts[name], reads.source[alike & stories[reads.story]], 1)

    @override
    def value(self, state: State) -> dict[str, Any]:
        truth = {name: _of(state, [name]) for name in state.groups}
        return {**_of(state, ["false", "true"]), "truth": truth}


def _of(state: State, groups: list[str]) -> dict[str, Any]:
    """Earned and withheld with stories of these groups; every sum is correctly rounded."""
    facts, shares = state.facts, sorted(state.reads)
    size = (len(shares), facts.accounts)
    counts = np.array([sum(state.reads[share][name] for name in groups) for share in shares])
    full = counts.reshape(size) * facts.earnings / 1000.0
    earned = full * np.array(shares).reshape(-1, 1)
    withheld = full * (1.0 - np.array(shares).reshape(-1, 1))
    total = math.fsum(earned.ravel().tolist())
    kinds = {}
    for i, name in enumerate(facts.kinds):
        of_kind = facts.kind == i
        sum_of_kind = math.fsum(earned[:, of_kind].ravel().tolist())
        kinds[name] = {
            "earned": sum_of_kind,
            "withheld": math.fsum(withheld[:, of_kind].ravel().tolist()),
            "part": ratio(sum_of_kind, total),
        }
    return {"earned": total, "withheld": math.fsum(withheld.ravel().tolist()), "kinds": kinds}
