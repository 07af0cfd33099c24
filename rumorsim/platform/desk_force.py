"""The actions in force on each target, and what follows from them.

A further action is *moot* where its target is gone, or where something at least as strong is in
force on it: see :mod:`rumorsim.events.verbs`. Where penalties of one sort overlap, the end of one
lifts nothing while another is in force.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from rumorsim.events.verbs import ACCOUNT, CLOSING, LIFTED_BY, POST, STORY, TABLE, Moves
from rumorsim.platform.desk_records import Done
from rumorsim.world.levers import CEILINGS, for_treated

if TYPE_CHECKING:
    from rumorsim.world.world import World

#: A deletion that removes the shares too leaves nothing of the post visible.
_COVERED_BY: Final = {("posts", "visibility"): ("posts", "alive")}


def moves_of(verb: str, treated: bool = False, **settings: float) -> Moves:
    """The levers that a verb moves, and how far; empty for verbs that move none.

    ``treated``: those of treated readers alone. ValueError where a verb is not for readers.
    """
    moves = TABLE[verb].moves(**settings)
    if not treated:
        return moves
    for table, column, _ in moves:
        if (for_treated(table), column) not in CEILINGS:
            raise ValueError(f"{verb} acts upon its target, not on what some readers see of it")
    return [(for_treated(table), column, value) for table, column, value in moves]


class InForce:
    """The actions on each target that have not been undone."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._done: dict[tuple[str, int], list[Done]] = {}

    def on(self, kind: str, target: int) -> list[Done]:
        """The actions in force on one target, oldest first."""
        return self._done.get((kind, target), [])

    def add(self, done: Done) -> None:
        """Keep an action if it can be lifted or can make another one moot."""
        verb = TABLE[done.verb]
        if verb.lifted_by or verb.equal:
            self._done.setdefault((done.kind, done.target), []).append(done)

    def remove(self, done: Done) -> None:
        """Forget an action that is no longer in force."""
        left = self._done[done.kind, done.target]
        left[:] = [each for each in left if each is not done]
        if not left:
            del self._done[done.kind, done.target]

    def gone(self, kind: str, target: int) -> bool:
        """Whether a target is gone: closed, not there yet, deleted, or taken down.

        A post is gone with its original, its story, or an author of either.
        """
        if kind == STORY:
            return any(done.verb == "take-down-story" for done in self.on(kind, target))
        if kind == ACCOUNT:
            closed = any(done.verb in CLOSING for done in self.on(kind, target))
            return closed or not self._world.begun(target)
        if kind != POST:
            return False
        posts = self._world.posts
        root = int(posts["root"][target])
        authors = {int(posts["author"][target]), int(posts["author"][root])}
        return (
            any(done.verb == "delete" for done in self.on(POST, target))
            or any(map(_takes_shares, self.on(POST, root)))
            or self.gone(STORY, int(posts["story"][target]))
            or any(self.gone(ACCOUNT, author) for author in authors)
        )

    def moot(
        self, verb: str, kind: str, target: int, moves: Moves, until: float = math.inf
    ) -> bool:
        """Whether a verb that moves these levers until the hour ``until`` would add nothing now."""
        row = TABLE[verb]
        if not (row.stronger or row.equal):
            return False
        if kind == ACCOUNT and not self._world.begun(target):
            return True
        for done in self._borne(verb, kind, target):
            if done.verb in row.stronger:
                return True
            if done.verb in row.equal and done.until >= until and _covers(done, moves):
                return True
        return kind == POST and bool(row.stronger) and self._root_gone(target)

    def _root_gone(self, post: int) -> bool:
        root = int(self._world.posts["root"][post])
        return root != post and any(map(_takes_shares, self.on(POST, root)))

    def _borne(self, verb: str, kind: str, target: int) -> Iterator[Done]:
        """The actions on a target, its author and its story, or on its person's accounts."""
        if verb == "arrest":
            person = self._world.person
            for account in np.flatnonzero(person == person[target]).tolist():
                yield from self.on(ACCOUNT, account)
            return
        yield from self.on(kind, target)
        if kind == POST:
            posts = self._world.posts
            root = int(posts["root"][target])
            yield from self.on(STORY, int(posts["story"][target]))
            for author in {int(posts["author"][target]), int(posts["author"][root])}:
                yield from self.on(ACCOUNT, author)
            if root != target and verb == "label":
                # A label shows on all shares of an original.
                yield from (done for done in self.on(POST, root) if done.verb == verb)

    def again(self, verb: str, kind: str, target: int) -> bool:
        """Whether this verb, or an equal one, is already in force on a target."""
        return any(done.verb in TABLE[verb].equal for done in self.on(kind, target))

    def lifted(self, done: Done) -> str:
        """The verb that the stream records at the end of ``done``; "" if none."""
        whole = LIFTED_BY[done.verb]
        left = [
            each for each in self.on(done.kind, done.target) if LIFTED_BY.get(each.verb) == whole
        ]
        if not left:
            return whole
        if done.verb in CLOSING and not _any_of(CLOSING, left):
            return "reopen"
        return "remonetise-in-part" if done.verb == "demonetise" else ""


def _any_of(verbs: Iterable[str], done: Iterable[Done]) -> bool:
    return any(each.verb in verbs for each in done)


def _takes_shares(done: Done) -> bool:
    """Whether this is a deletion after which shares show nothing."""
    return done.verb == "delete" and any(each.column == "alive" for each in done.factors)


def _covers(done: Done, moves: Moves) -> bool:
    """Whether an action moves each of these levers at least as far."""
    reach = {(each.table, each.column): each.value for each in done.factors}
    return all(
        reach.get((table, column), math.inf) <= value
        or reach.get(_COVERED_BY.get((table, column), ("", "")), math.inf) == 0.0
        for table, column, value in moves
    )
