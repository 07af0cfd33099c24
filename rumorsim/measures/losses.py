"""Losses: posts not made, follows cut, sources lost, and who was reinstated after how long."""

from __future__ import annotations

from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.events import VERBS, Batch, Facts, Kind
from rumorsim.measures.base import Meaning, Measure
from rumorsim.measures.counting import ratio, truth_groups
from rumorsim.measures.displacement import CLOSING
from rumorsim.measures.guilt import ACCOUNT, FirstPosts, rule_of
from rumorsim.measures.posts import PostLog
from rumorsim.measures.summaries import summary, summary_meanings

__all__ = ["Losses"]

#: What takes an account from its followers, and what gives it back.
_TAKING: Final = {**dict.fromkeys((*CLOSING, "suspend"), "reinstate")}
_CUTTING: Final = {"remove-followers": "restore-followers"}
_WORDS: Final = ("innocent", "guilty")


class Hit(NamedTuple):
    """One penalty that may be undone: when, by which intervention, on whom."""

    verb: str
    time: float
    by: int
    guilty: bool


class State:
    """Memory: 20 bytes x posts, 25 bytes x accounts, O(penalties)."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.groups = truth_groups(facts)
        self.posts = PostLog()
        self.guilt = FirstPosts(facts, rule_of(facts, None))
        self.withheld = np.zeros((len(facts.stories), 2), np.int64)
        self.silent = np.zeros((2, facts.accounts), bool)
        self.open: dict[int, list[Hit]] = {}
        self.cut: dict[str, dict[int, bool]] = {"closed": {}, "removed": {}}
        self.hits = dict.fromkeys(_WORDS, 0)
        self.hours: dict[str, list[float]] = {word: [] for word in _WORDS}


class Losses(Measure[State]):
    """What a desk takes from legitimate speech and its public, beyond posts and accounts.

    Accounts are innocent or guilty by the plain truth when they are hit, as in
    ``collateral``. **Withheld** posts were planned and not made: ``barred`` as the account
    could not post, ``unwilling`` as it chose not to (chilling, lost income). **Follows** are
    counted once an account at its first closing or removal, all followers it had at the
    start: more than were cut where a share was kept. **People** lost a source if at the end
    an account they follow is closed, or its followers were removed, and this was not undone;
    they are known where the follow graph is (on a run, not on a saved stream). **Reinstated**
    counts closings and suspensions that were lifted, and the hours until then.
    """

    name: ClassVar[str] = "losses"
    summary: ClassVar[str] = "posts not made, follows cut, sources lost, who was reinstated"
    needs: ClassVar[frozenset[Kind]] = frozenset(
        {Kind.PUBLISH, Kind.SHARE, Kind.ACTION, Kind.WITHHOLD}
    )
    meanings: ClassVar[dict[str, Meaning]] = {
        "withheld.*.barred": Meaning("posts", "of such stories not made: the account was barred"),
        "withheld.*.unwilling": Meaning("posts", "of such stories not made: chilled or unpaid"),
        "silenced.*": Meaning("accounts", "that withheld a post of a true story for this reason"),
        "follows.*.*": Meaning("follows", "of the accounts hit so, at the start"),
        "people.*.persons": Meaning("persons", "who at the end had lost a source they followed"),
        "people.*.part": Meaning("part", "of all persons, had lost a source they followed"),
        "reinstated.*.hit": Meaning("penalties", "closings and suspensions of such accounts"),
        "reinstated.*.undone": Meaning("penalties", "of them lifted again"),
        **summary_meanings("reinstated.*.hours", "hours", "from the penalty to its end"),
    }

    def start(self, facts: Facts) -> State:
        return State(facts)

    def observe(self, state: State, batch: Batch) -> None:
        known = len(state.posts)
        made = state.posts.observe(batch)
        state.guilt.observe(made)
        withheld = batch.only(Kind.WITHHOLD)
        reason = withheld.value.astype(np.int64)
        np.add.at(state.withheld, (withheld.story, reason), 1)
        legitimate = state.groups["true"][withheld.story]
        state.silent[reason[legitimate], withheld.account[legitimate]] = True
        acts = (batch.kind == Kind.ACTION) & np.isin(batch.value, _CODES)
        if not acts.any():
            return
        posted = (batch.kind == Kind.PUBLISH) | (batch.kind == Kind.SHARE)
        before = known + posted.cumsum()[acts]
        rows = batch.rows[acts]
        columns = [rows[name].tolist() for name in ("value", "time", "account", "source")]
        for value, time, account, by, existing in zip(*columns, before.tolist(), strict=True):
            self._act(state, VERBS[int(value)], time, account, by, existing)

    @staticmethod
    def _act(state: State, verb: str, time: float, account: int, by: int, before: int) -> None:
        if verb in _UNDOING:
            _lift(state, verb, time, account, by)
            return
        guilty = state.guilt.was_guilty(ACCOUNT, account, before, state.posts)
        state.open.setdefault(account, []).append(Hit(verb, time, by, guilty))
        if verb in _TAKING:
            state.hits[_WORDS[guilty]] += 1
        if verb != "suspend":
            way = "removed" if verb in _CUTTING else "closed"
            state.cut[way].setdefault(account, guilty)

    def value(self, state: State) -> dict[str, Any]:
        counts = state.withheld
        return {
            "withheld": {
                name: dict(
                    zip(("barred", "unwilling"), counts[stories].sum(axis=0).tolist(), strict=True)
                )
                for name, stories in state.groups.items()
            },
            "silenced": dict(
                zip(
                    ("barred", "unwilling"),
                    np.count_nonzero(state.silent, axis=1).tolist(),
                    strict=True,
                )
            ),
            "follows": {way: _follows(state, cut) for way, cut in state.cut.items()},
            "people": _people(state),
            "reinstated": {
                word: {
                    "hit": state.hits[word],
                    "undone": len(state.hours[word]),
                    "hours": summary(state.hours[word]),
                }
                for word in _WORDS
            },
        }


_UNDOING: Final = frozenset({*_TAKING.values(), *_CUTTING.values()})
_CODES: Final = [VERBS.index(verb) for verb in (*_TAKING, *_CUTTING, *_UNDOING)]


def _lift(state: State, verb: str, time: float, account: int, by: int) -> None:
    """End the latest penalty of that intervention (by hand: of any) which ``verb`` undoes."""
    hits = state.open.get(account, [])
    for place in range(len(hits) - 1, -1, -1):
        hit = hits[place]
        if {**_TAKING, **_CUTTING}[hit.verb] == verb and by in (hit.by, -1):
            del hits[place]
            if verb == "reinstate":
                state.hours[_WORDS[hit.guilty]].append(time - hit.time)
            return


def _follows(state: State, cut: dict[int, bool]) -> dict[str, int]:
    followers = state.facts.followers
    return {
        word: sum(int(followers[account]) for account, guilty in cut.items() if guilty == wanted)
        for wanted, word in enumerate(_WORDS)
    }


def _people(state: State) -> dict[str, dict[str, Any]]:
    """Persons who follow a source that is gone at the end, any and an innocent one."""
    gone = {
        account: [hit.guilty for hit in hits if hit.verb != "suspend"]
        for account, hits in state.open.items()
    }
    any_source = [account for account, guilty in gone.items() if guilty]
    innocent = [account for account, guilty in gone.items() if guilty and not all(guilty)]
    return {"any": _lost(state, any_source), "innocent": _lost(state, innocent)}


def _lost(state: State, sources: list[int]) -> dict[str, Any]:
    facts = state.facts
    if facts.follows is None:
        return {"persons": None, "part": None}
    offsets, followers = facts.follows
    readers: list[NDArray[Any]] = [
        facts.person[followers[offsets[a] : offsets[a + 1]]] for a in sources
    ]
    lost = len(np.unique(np.concatenate(readers))) if readers else 0
    return {"persons": lost, "part": ratio(lost, len(np.unique(facts.person)))}
