"""Losses: posts not made, follows cut, and who was reinstated after how long."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.events.verbs import CUTTING_OFF
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import truth_groups
from rumorsim.measures.in_force import Hit, PenaltiesInForce
from rumorsim.measures.summaries import summary, summary_meanings

_WORDS: Final = ("innocent", "guilty")


class State:
    """Memory: 20 bytes x posts, 25 bytes x accounts, O(penalties)."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.groups = truth_groups(facts)
        self.withheld = np.zeros((len(facts.stories), 2), np.int64)
        self.silent = np.zeros((2, facts.accounts), bool)
        self.in_force = PenaltiesInForce(facts)
        self.cut: dict[str, dict[int, bool]] = {"closed": {}, "removed": {}}
        self.hits = dict.fromkeys(_WORDS, 0)
        self.hours: dict[str, list[float]] = {word: [] for word in _WORDS}


class Losses(OfState[State]):
    """What a desk takes from legitimate speech, beyond the posts and accounts it hits.

    Accounts are innocent or guilty by the plain truth when they are hit, as in
    ``collateral``. **Withheld** posts were planned and not made: ``barred`` as the account
    could not post, ``unwilling`` as it chose not to (chilling, lost income). **Follows** are
    counted once an account at its first closing or removal, all followers it had at the
    start: more than were cut where a share was kept. **Reinstated** counts closings and
    suspensions that were lifted, and the hours until then; of several that were nested each
    ends when the account is free of it.
    """

    state: ClassVar = State
    name: ClassVar[str] = "losses"
    summary: ClassVar[str] = "posts not made, follows cut, who was reinstated after how long"
    needs: ClassVar[frozenset[Kind]] = frozenset(
        {Kind.PUBLISH, Kind.SHARE, Kind.ACTION, Kind.WITHHOLD}
    )
    meanings: ClassVar[dict[str, Meaning]] = {
        "withheld.*.barred": Meaning("posts", "of such stories not made: the account was barred"),
        "withheld.*.unwilling": Meaning("posts", "of such stories not made: chilled or unpaid"),
        "silenced.*": Meaning("accounts", "that withheld a post of a true story for this reason"),
        "follows.*.*": Meaning("follows", "of the accounts hit so, at the start"),
        "reinstated.*.hit": Meaning("penalties", "closings and suspensions of such accounts"),
        "reinstated.*.undone": Meaning("penalties", "of them lifted again"),
        **summary_meanings("reinstated.*.hours", "hours", "from the penalty to its end"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        withheld = batch.only(Kind.WITHHOLD)
        reason = withheld.value.astype(np.int64)
        np.add.at(state.withheld, (withheld.story, reason), 1)
        legitimate = state.groups["true"][withheld.story]
        state.silent[reason[legitimate], withheld.account[legitimate]] = True
        for account, act, ended in state.in_force.observe(batch):
            self._act(state, account, act, ended)

    @staticmethod
    def _act(state: State, account: int, act: Hit, ended: list[Hit]) -> None:
        for hit in ended:
            if hit.verb != "remove-followers":
                state.hours[_WORDS[hit.guilty]].append(act.time - hit.time)
        if act.verb not in CUTTING_OFF:
            return
        if act.verb != "remove-followers":
            state.hits[_WORDS[act.guilty]] += 1
        if act.verb != "suspend":
            way = "removed" if act.verb == "remove-followers" else "closed"
            state.cut[way].setdefault(account, act.guilty)

    @override
    def value(self, state: State) -> dict[str, Any]:
        counts = state.withheld
        return {
            "withheld": {
                name: _by_reason(counts[stories].sum(axis=0))
                for name, stories in state.groups.items()
            },
            "silenced": _by_reason(np.count_nonzero(state.silent, axis=1)),
            "follows": {way: _follows(state, cut) for way, cut in state.cut.items()},
            "reinstated": {
                word: {
                    "hit": state.hits[word],
                    "undone": len(state.hours[word]),
                    "hours": summary(state.hours[word]),
                }
                for word in _WORDS
            },
        }


def _by_reason(counts: NDArray[Any]) -> dict[str, int]:
    return dict(zip(("barred", "unwilling"), counts.tolist(), strict=True))


def _follows(state: State, cut: dict[int, bool]) -> dict[str, int]:
    followers = state.facts.followers
    return {
        word: sum(int(followers[account]) for account, guilty in cut.items() if guilty == wanted)
        for wanted, word in enumerate(_WORDS)
    }
