"""Penalties: by type and by kind of account, and who offends again after one."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.events.verbs import EFFECTS, VERBS
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import FirstSeen, ratio

_NEVER: Final = np.iinfo(np.int64).max


class State:
    """Memory: 20 bytes x accounts, and 4 bytes x accounts for each verb used."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.false = np.array([not story.truth for story in facts.stories], bool)
        self.posts = 0
        self.count = np.zeros(facts.accounts, np.int32)
        self.first = np.full(facts.accounts, _NEVER)
        self.last_false = np.full(facts.accounts, -1, np.int64)
        self.by_kind = np.zeros((len(EFFECTS), len(facts.kinds)), np.int64)
        self.actions = dict.fromkeys(EFFECTS, 0)
        self.hit: dict[str, FirstSeen] = {}


class Penalties(OfState[State]):
    """What was done to accounts, directly or through their posts, by verb and kind.

    An action counts for the account it names or whose post it names; actions on stories and
    platforms are in ``enforcement``. An account **offends again** if it posts (publishes or
    shares) a false story after its first penalty; a person is hit **on several accounts** if
    two or more of their accounts are, whether second accounts or new ones.
    """

    state: ClassVar = State
    name: ClassVar[str] = "penalties"
    summary: ClassVar[str] = "penalties by type and kind of account, and repeat offenders"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.PUBLISH, Kind.SHARE, Kind.ACTION})
    meanings: ClassVar[dict[str, Meaning]] = {
        "verbs.*.actions": Meaning("actions", "with this verb on accounts or their posts"),
        "verbs.*.accounts": Meaning("accounts", "hit at least once with this verb"),
        "verbs.*.kinds.*": Meaning("actions", "with this verb on accounts of this kind"),
        "kinds.*.actions": Meaning("actions", "on accounts of this kind or their posts"),
        "kinds.*.accounts": Meaning("accounts", "of this kind hit at least once"),
        "kinds.*.part": Meaning("part", "of the accounts of this kind, hit at least once"),
        "accounts": Meaning("accounts", "hit at least once"),
        "repeat.hit_twice": Meaning("accounts", "hit at least twice"),
        "repeat.most": Meaning("actions", "on one account, at most"),
        "repeat.offended_again": Meaning("accounts", "that posted a false story after a penalty"),
        "repeat.offended_again_part": Meaning("part", "of the accounts hit, offended again"),
        "repeat.persons": Meaning("persons", "hit at least once on any account"),
        "repeat.persons_on_several": Meaning("persons", "hit on several accounts"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        made = (batch.kind == Kind.PUBLISH) | (batch.kind == Kind.SHARE)
        number = state.posts + np.cumsum(made)
        false = made & state.false[batch.story]
        np.maximum.at(state.last_false, batch.account[false], number[false] - 1)
        acts = (batch.kind == Kind.ACTION) & (batch.account >= 0)
        if acts.any():
            self._act(state, Batch(batch.rows[acts]), number[acts])
        state.posts = int(number[-1]) if len(number) else state.posts

    def _act(self, state: State, acts: Batch, before: NDArray[np.int64]) -> None:
        verbs = acts.value.astype(np.int64)
        for verb in np.unique(verbs).tolist():
            word = VERBS[verb]
            if word not in state.actions:
                continue
            chosen = verbs == verb
            account = acts.account[chosen]
            state.actions[word] += len(account)
            state.hit.setdefault(word, FirstSeen(state.facts.accounts)).fresh(account)
            kinds = np.bincount(state.facts.kind[account], minlength=len(state.facts.kinds))
            state.by_kind[EFFECTS.index(word)] += kinds
            np.add.at(state.count, account, 1)
            np.minimum.at(state.first, account, before[chosen])

    @override
    def value(self, state: State) -> dict[str, Any]:
        facts, hit = state.facts, state.count > 0
        again = hit & (state.last_false >= state.first)
        accounts = np.bincount(facts.kind[hit], minlength=len(facts.kinds)).tolist()
        members = np.bincount(facts.kind, minlength=len(facts.kinds)).tolist()
        behind = np.unique(facts.person[hit], return_counts=True)[1]
        return {
            "accounts": int(np.count_nonzero(hit)),
            "verbs": {
                word: {
                    "actions": state.actions[word],
                    "accounts": state.hit[word].count if word in state.hit else 0,
                    "kinds": dict(zip(facts.kinds, row, strict=True)),
                }
                for word, row in zip(EFFECTS, state.by_kind.tolist(), strict=True)
            },
            "kinds": {
                name: {
                    "actions": int(state.by_kind[:, i].sum()),
                    "accounts": accounts[i],
                    "part": ratio(accounts[i], members[i]),
                }
                for i, name in enumerate(facts.kinds)
            },
            "repeat": {
                "hit_twice": int(np.count_nonzero(state.count >= 2)),
                "most": int(state.count.max(initial=0)),
                "offended_again": int(np.count_nonzero(again)),
                "offended_again_part": ratio(
                    int(np.count_nonzero(again)), int(np.count_nonzero(hit))
                ),
                "persons": len(behind),
                "persons_on_several": int(np.count_nonzero(behind >= 2)),
            },
        }
