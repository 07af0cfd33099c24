"""Guilt: who had posted what by when, for judging what the desk did.

An account is guilty under a rule (a set of stories) from its first post of one of them; a
post is guilty by its story; a story by itself. By kind, an account is guilty by what it is, a
post by its author, a story by who published it. What counts is what came earlier in the
stream, so an account hit and then posting at the same time was innocent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.events.posts import PostLog
from rumorsim.events.stream import Batch, Facts, InterventionFacts, Kind
from rumorsim.events.verbs import ACCOUNT, PLATFORM, POST, STORY, TARGET_OF, VERBS

#: Above every post number: no guilty post so far.
_NONE: Final = np.iinfo(np.int64).max


def target_of(
    verb: int, story: int, post: int, account: int, by: InterventionFacts | None, platform: int = 0
) -> tuple[str, int]:
    """What an action is aimed at: its kind (account, post, story, platform) and its number.

    The verb says, or for a case the intervention that opened it, or what the row holds.
    """
    held = POST if post >= 0 else ACCOUNT if account >= 0 else STORY
    kind = TARGET_OF.get(VERBS[verb], by.target if by else held)
    return kind, {ACCOUNT: account, POST: post, STORY: story, PLATFORM: platform}[kind]


def rule_of(facts: Facts, by: InterventionFacts | None) -> NDArray[np.bool_]:
    """The stories (bool [stories]) that make guilty in the eyes of an intervention.

    Without one, the false stories; one that judges by truth, the false stories of its
    categories; one that judges by category, every story of its categories.
    """
    return np.array(
        [
            (not story.truth or (by is not None and by.judge == "category"))
            and (by is None or not by.categories or story.category in by.categories)
            for story in facts.stories
        ],
        bool,
    )


class _Guilt:
    """The first guilty post of each account and each story, by number (int64).

    Post numbers rather than times, because they also order posts and actions of the same time.
    """

    def __init__(self, facts: Facts) -> None:
        self.post = np.full(facts.accounts, _NONE)
        self.story_post = np.full(len(facts.stories), _NONE)

    def since(self, kind: str, target: int, before: int, posts: PostLog) -> float | None:
        """The hour of a target's first guilty post among those numbered below ``before``.

        None where there was none.
        """
        firsts = {ACCOUNT: self.post, STORY: self.story_post}
        first = target if kind == POST else int(firsts[kind][target])
        return float(posts.time[first]) if first < before else None


class FirstPosts(_Guilt):
    """Guilt by posting one of a rule's stories. Memory: 8 bytes x (accounts + stories)."""

    def __init__(self, facts: Facts, rule: NDArray[np.bool_]) -> None:
        super().__init__(facts)
        self.rule = rule

    def observe(self, made: Batch) -> None:
        """Take in publish and share events."""
        np.minimum.at(self.story_post, made.story, made.post)
        guilty = Batch(made.rows[self.rule[made.story]])
        np.minimum.at(self.post, guilty.account, guilty.post)

    def was_guilty(self, kind: str, target: int, before: int, posts: PostLog) -> bool:
        """Whether a target was guilty when the posts numbered below ``before`` existed."""
        if kind == ACCOUNT:
            return bool(self.post[target] < before)
        return bool(self.rule[posts.story[target] if kind == POST else target])

    def guilty(self, kind: str, posts: PostLog) -> set[int]:
        """The numbers of all targets of a kind guilty by now; of stories, those posted.

        No platform is guilty: what is done to one is aimed at nobody.
        """
        if kind == PLATFORM:
            return set()
        if kind == ACCOUNT:
            return set(np.flatnonzero(self.post < _NONE).tolist())
        if kind == POST:
            return set(np.flatnonzero(self.rule[posts.story]).tolist())
        return set(np.flatnonzero(self.rule & (self.story_post < _NONE)).tolist())


class OfKinds(_Guilt):
    """Guilt by kind: accounts of some kinds, their posts, the stories one of them published.

    Memory: 9 bytes x accounts, 8 bytes x stories.
    """

    def __init__(self, facts: Facts, kinds: Iterable[str]) -> None:
        super().__init__(facts)
        numbers = [facts.kinds.index(kind) for kind in kinds if kind in facts.kinds]
        self.of = np.isin(facts.kind, numbers)

    def observe(self, made: Batch) -> None:
        """Take in publish and share events."""
        np.minimum.at(self.post, made.account, made.post)
        published = made.only(Kind.PUBLISH)
        guilty = Batch(published.rows[self.of[published.account]])
        np.minimum.at(self.story_post, guilty.story, guilty.post)

    def was_guilty(self, kind: str, target: int, before: int, posts: PostLog) -> bool:
        """Whether a target was guilty when the posts numbered below ``before`` existed."""
        if kind == STORY:
            return bool(self.story_post[target] < before)
        return bool(self.of[posts.author[target] if kind == POST else target])

    def guilty(self, kind: str, posts: PostLog) -> set[int]:
        """The numbers of all guilty targets of a kind; accounts whether they posted or not."""
        if kind == PLATFORM:
            return set()
        if kind == ACCOUNT:
            return set(np.flatnonzero(self.of).tolist())
        if kind == POST:
            return set(np.flatnonzero(self.of[posts.author]).tolist())
        return set(np.flatnonzero(self.story_post < _NONE).tolist())
