"""What the desk can observe: the time, posts, counts, and when a count reaches a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import simpy
from numpy.typing import NDArray

from rumorsim.engine.kernels.records import QUANTITIES, TARGETS

if TYPE_CHECKING:
    from rumorsim.engine.base import Engine
    from rumorsim.world.world import World


class Sight:
    """The part of the desk that observes the world while it runs."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.env = engine.env
        self.world: World = engine.world
        self._posts: dict[int, list[int]] = {}
        self._publishers: dict[int, dict[int, None]] = {}
        self._indexed = 0

    def __reduce_ex__(self, _protocol: Any) -> Any:
        raise TypeError(
            "the desk of a running simulation cannot be copied or pickled: simulation.fork() makes"
            " a branch that has a desk of its own"
        )

    @property
    def now(self) -> float:
        """Hours since the start."""
        return float(self.env.now)

    def account(self, id: Any) -> int:
        """The number of the account with this id in the graph; InputError if there is none."""
        return self.world.graph.index_of(id)

    def story(self, name: str) -> int:
        """The number of the story with this name; KeyError names the closest one."""
        return self.world.story_index(name)

    def posts_of(self, account: int) -> list[int]:
        """The posts of an account so far, oldest first."""
        self._index()
        return self._posts.get(account, [])

    def authors(self) -> list[int]:
        """Every account that has posted so far, in order of first post."""
        self._index()
        return list(self._posts)

    def publishers_of(self, story: int) -> list[int]:
        """The accounts that have published (not shared) a story so far, earliest first."""
        self._index()
        return list(self._publishers.get(story, ()))

    def kind_of(self, account: int) -> str:
        """The name of an account's kind."""
        facts = self.world.facts
        return facts.kinds[int(facts.kind[account])]

    def answers_to(self, story: int) -> list[int]:
        """The stories that correct a story."""
        facts, name = self.world.facts.stories, self.world.story_names[story]
        return [i for i, each in enumerate(facts) if each.answers == name]

    def _index(self) -> None:
        made = self.world.posts_made
        fresh = self.world.posts[self._indexed : made]
        rows = zip(*(fresh[name].tolist() for name in ("author", "story", "root")), strict=True)
        for post, (author, story, root) in enumerate(rows, start=self._indexed):
            self._posts.setdefault(author, []).append(post)
            if root == post:
                self._publishers.setdefault(story, {})[author] = None
        self._indexed = made

    def stories_of(self, kind: str, target: int) -> NDArray[np.int32]:
        """The numbers of a target's stories: its own, or those an account has posted; int32 [n]."""
        if kind == "story":
            return np.array([target], dtype=np.int32)
        posts = [target] if kind == "post" else self.posts_of(target)
        stories: NDArray[np.int32] = self.world.posts["story"][posts]
        return stories

    def count(self, quantity: str, *, account: int = -1, post: int = -1, story: int = -1) -> int:
        """The reports, shares or reach of one account, post or story so far."""
        kind, target = _one(account, post, story)
        self._must_be_counted(quantity)
        return int(self.world.count_of(kind, _quantity(quantity))[target])

    def reached(
        self, quantity: str, count: int, *, account: int = -1, post: int = -1, story: int = -1
    ) -> simpy.Event:
        """An event to ``yield``: it happens once the quantity of one target reaches ``count``.

        ``quantity`` is "reports", "shares" or "reach".
        """
        kind, target = _one(account, post, story)
        event = self.env.event()
        if self.count(quantity, account=account, post=post, story=story) >= count:
            event.succeed()
            return event

        def hit(which: int, _count: int) -> None:
            if which == target and not event.triggered:
                event.succeed()

        self.watch(kind, quantity, count, hit)
        return event

    def watch(self, kind: str, quantity: str, count: int, callback: Any) -> None:
        """Call ``callback(target, count)`` whenever a target of this kind reaches ``count``."""
        self._must_be_counted(quantity)
        what = TARGETS.index(kind) * 3 + QUANTITIES.index(_quantity(quantity))
        self.engine.subscribe(what, count, callback)

    def _must_be_counted(self, quantity: str) -> None:
        if quantity == "reach" and self.world.rules.late:
            raise RuntimeError('reach is not known during the run: feed.exposures is "late"')


def _one(account: int, post: int, story: int) -> tuple[str, int]:
    named = [
        (kind, t) for kind, t in (("account", account), ("post", post), ("story", story)) if t >= 0
    ]
    if len(named) != 1:
        raise TypeError("name exactly one of account, post, story")
    return named[0]


def _quantity(quantity: str) -> str:
    if quantity not in QUANTITIES:
        raise ValueError(f"must be one of {', '.join(QUANTITIES)}, not {quantity!r}")
    return quantity
