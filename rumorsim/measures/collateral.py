"""Collateral: what legitimate speech and innocent accounts lost to the desk, in this run."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.posts import PostLog
from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.events.verbs import ACCOUNT, CASES, CLOSING, EFFECTS, LIFTING, POST, TARGET_OF, VERBS
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import truth_groups
from rumorsim.measures.guilt import FirstPosts, rule_of, target_of

#: At most this many wrongly hit accounts are listed; the total is always told.
LISTED: Final = 100


class State:
    """Memory: 20 bytes x posts, 24 bytes x accounts, O(targets hit)."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.posts = PostLog()
        self.guilt = FirstPosts(facts, rule_of(facts, None))
        self.innocent: dict[int, None] = {}
        self.guilty: set[int] = set()
        self.verbs: dict[str, int] = dict.fromkeys(_ACCOUNT_VERBS, 0)
        self.posts_hit: dict[str, set[int]] = {"delete": set(), "hide": set()}
        self.stories_hit: dict[str, set[int]] = {"delist": set(), "take-down-story": set()}
        self.posts_at_closing = np.zeros(facts.accounts, np.int64)


class Collateral(OfState[State]):
    """Innocent accounts hit, true posts taken down and true stories delisted or taken down.

    An account is innocent if it had posted no false story when it was hit; it stays wrongly
    hit whatever it does later, and counts once however often it is hit. New accounts that
    somebody could have come back under (``re-registration``, ``migration``) count once they
    are opened: an arrest bars the others too, which hits nobody, since they have no posts and
    no followers. Here a new account is opened once it posted or was hit.

    Posts and stories are counted once each, under ``false``, ``true`` and ``correction``
    alike, so that loss and gain are in the same units; what was later undone counts.
    ``posts.of_closed_accounts`` are those an account had made when it was (last) closed: they
    vanish with it. What true stories lost in reach is the difference of ``reach.truth.true``
    between two policies.
    """

    state: ClassVar = State
    name: ClassVar[str] = "collateral"
    summary: ClassVar[str] = "innocent accounts hit, true posts and stories taken down"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.PUBLISH, Kind.SHARE, Kind.ACTION})
    meanings: ClassVar[dict[str, Meaning]] = {
        "accounts.innocent": Meaning("accounts", "hit before they posted any false story"),
        "accounts.guilty": Meaning("accounts", "hit after they posted a false story"),
        "accounts.innocent_persons": Meaning("persons", "behind the innocent accounts hit"),
        "accounts.of_innocent_persons": Meaning("accounts", "all that these persons have opened"),
        "accounts.listed": Meaning(
            "accounts", "innocent ones listed, by number and by original id"
        ),
        "accounts.innocent_actions.*": Meaning("actions", "with this verb on the innocent"),
        "posts.deleted.*": Meaning("posts", "of such stories deleted"),
        "posts.hidden.*": Meaning("posts", "of such stories hidden"),
        "posts.of_closed_accounts.*": Meaning("posts", "of such stories gone with an account"),
        "stories.delisted.*": Meaning("stories", "kept off the trending list"),
        "stories.taken_down.*": Meaning("stories", "taken down as a whole"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        state.guilt.observe(state.posts.observe(batch))
        columns = ("value", "story", "post", "account")
        acts = state.posts.known_at(batch, batch.kind == Kind.ACTION, *columns)
        for value, story, post, account, existing in acts:
            verb = VERBS[int(value)]
            if verb not in CASES | LIFTING:
                kind, target = target_of(int(value), story, post, account, None)
                self._hit(state, verb, kind, target, existing)

    def _hit(self, state: State, verb: str, kind: str, target: int, before: int) -> None:
        if kind == ACCOUNT:
            if state.guilt.was_guilty(kind, target, before, state.posts):
                state.guilty.add(target)
            else:
                state.innocent[target] = None
                state.verbs[verb] += 1
            if verb in CLOSING:
                state.posts_at_closing[target] = before
        elif kind == POST and verb in state.posts_hit:
            state.posts_hit[verb].add(target)
        elif verb in state.stories_hit:
            state.stories_hit[verb].add(target)

    @override
    def value(self, state: State) -> dict[str, Any]:
        groups, posts = truth_groups(state.facts), state.posts
        number = np.arange(len(posts))
        gone = posts.story[number < state.posts_at_closing[posts.author]]
        delisted, taken_down = map(_sorted, state.stories_hit.values())
        return {
            "accounts": self._accounts(state),
            "posts": {
                "deleted": _split(posts.story[_sorted(state.posts_hit["delete"])], groups),
                "hidden": _split(posts.story[_sorted(state.posts_hit["hide"])], groups),
                "of_closed_accounts": _split(gone, groups),
            },
            "stories": {
                "delisted": _split(delisted, groups),
                "taken_down": _split(taken_down, groups),
            },
        }

    def _accounts(self, state: State) -> dict[str, Any]:
        facts, person = state.facts, state.facts.person
        listed = list(state.innocent)[:LISTED]
        hit = _sorted(state.guilty | set(state.innocent))
        behind = np.unique(person[_sorted(set(state.innocent))])
        opened = facts.origin == np.arange(facts.accounts)
        opened[state.posts.author] = True
        opened[hit] = True
        return {
            "innocent": len(state.innocent),
            "guilty": len(state.guilty),
            "innocent_persons": len(behind),
            "of_innocent_persons": int(np.count_nonzero(np.isin(person[opened], behind))),
            "innocent_actions": state.verbs,
            "listed": len(listed),
            "innocent_accounts": listed,
            "innocent_ids": facts.account_ids[listed].tolist(),
        }


#: What is done to accounts, in the order of VERBS.
_ACCOUNT_VERBS: Final = tuple(verb for verb in EFFECTS if TARGET_OF[verb] == ACCOUNT)


def _sorted(numbers: set[int]) -> NDArray[np.int64]:
    return np.array(sorted(numbers), np.int64)


def _split(stories: NDArray[Any], groups: dict[str, NDArray[np.bool_]]) -> dict[str, int]:
    """How many of ``stories`` (one for each thing counted) fall in each group."""
    return {name: int(np.count_nonzero(chosen[stories])) for name, chosen in groups.items()}
