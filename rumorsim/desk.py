"""The desk: the platform's moderation verbs, the one place that moves levers for them.

Every verb is an event of the stream with what was done to whom by which intervention, and
an entry of the journal with its reason and cost. A user's own policy is a SimPy generator
that takes the desk::

    def mine(desk):
        yield desk.env.timeout(2)
        desk.close(17, reason="seen enough")
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import index
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

from rumorsim.events import VERBS, Kind
from rumorsim.kernels.records import QUANTITIES, TARGETS
from rumorsim.levers import Factor, Levers

if TYPE_CHECKING:
    from rumorsim.engines import CascadeEnvironment, Engine
    from rumorsim.world import World

__all__ = ["Action", "Case", "Desk", "Done", "Quotas"]

#: What undoes a verb.
UNDOING: Final[Mapping[str, str]] = {
    "close": "reinstate",
    "suspend": "reinstate",
    "remove-followers": "restore-followers",
    "delete": "restore-post",
    "hide": "show",
    "delist": "relist",
}


class Action(NamedTuple):
    """One entry of the journal. ``by`` is the place of the intervention, -1 by hand."""

    time: float
    verb: str
    kind: str
    target: int
    by: int
    reason: str
    cost: float


@dataclass(eq=False)
class Done:
    """What one verb did, kept so that it can be undone exactly."""

    verb: str
    kind: str
    target: int
    factors: list[Factor]
    case: Case | None
    undone: bool = False


@dataclass(eq=False)
class Case:
    """One target before the desk: opened by a trigger, the n-th of its intervention."""

    by: int
    target: int
    number: int
    reason: str
    opened: float
    words: tuple[int, int, int, int]
    done: list[Done] = field(default_factory=list)


class Quotas:
    """At most ``count`` acts in each period; who comes later waits in line."""

    def __init__(self, env: CascadeEnvironment, count: int, period: float) -> None:
        self._env, self._count, self._period = env, count, period
        self._window, self._used = 0, 0
        self._waiting: deque[simpy.Event] = deque()

    def turn(self) -> simpy.Event:
        """An event that happens when this act falls within the quota."""
        event = self._env.event()
        self._new_window()
        if self._used < self._count and not self._waiting:
            self._used += 1
            event.succeed()
        else:
            self._waiting.append(event)
            if len(self._waiting) == 1:
                self._env.process(self._serve())
        return event

    def _new_window(self) -> None:
        window = int(self._env.now / self._period)
        if window > self._window:
            self._window, self._used = window, 0

    def _serve(self) -> Any:
        while self._waiting:
            following = self._window + 1
            yield self._env.timeout_until(following * self._period)
            # Whoever came at this very moment has begun the period already.
            if self._window < following:
                self._window, self._used = following, 0
            while self._waiting and self._used < self._count:
                self._used += 1
                self._waiting.popleft().succeed()


class Desk:
    """What the platform can do, see and remember.

    ``env`` is the SimPy environment, ``world`` the arrays, ``levers`` the factors in force,
    ``journal`` all that was done. Accounts, posts and stories are given by number;
    :meth:`account` and :meth:`story` find numbers by id and name.
    """

    def __init__(self, engine: Engine, prices: Mapping[str, float] | None = None) -> None:
        self.engine = engine
        self.env = engine.env
        self.world: World = engine.world
        self.levers = Levers(self.world, self._since)
        self.prices = dict(prices or {})
        self.journal: list[Action] = []
        self.strikes: Counter[int] = Counter()
        self._posts: dict[int, list[int]] = {}
        self._publishers: dict[int, dict[int, None]] = {}
        self._indexed = 0

    def _since(self) -> float:
        """When what is done now begins to count: at once, unless this moment's events woke us."""
        if self.engine.woken_at == self.now:
            return float(np.nextafter(self.now, np.inf))
        return self.now

    # -- to see ---------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Hours since the start."""
        return float(self.env.now)

    def account(self, id: Any) -> int:
        """The number of the account with this id of the graph; InputError if there is none."""
        return self.world.graph.index_of(id)

    def story(self, name: str) -> int:
        """The number of the story of that name; KeyError names the nearest."""
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
        """The accounts that have published a story so far (not shared it), first come first."""
        self._index()
        return list(self._publishers.get(story, ()))

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
        """The stories a target is about: its own, or all that an account has posted."""
        if kind == "story":
            return np.array([target], dtype=np.int32)
        posts = [target] if kind == "post" else self.posts_of(target)
        stories: NDArray[np.int32] = self.world.posts["story"][posts]
        return stories

    def count(self, quantity: str, *, account: int = -1, post: int = -1, story: int = -1) -> int:
        """Reports, shares or reach of one account, post or story so far."""
        kind, target = _one(account, post, story)
        self._must_be_counted(quantity)
        return int(self.world.count_of(kind, _quantity(quantity))[target])

    def reached(
        self, quantity: str, count: int, *, account: int = -1, post: int = -1, story: int = -1
    ) -> simpy.Event:
        """An event for ``yield``: reports, shares or reach of one target come to ``count``."""
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
        """Call ``callback(target, count)`` whenever a target of that kind comes to ``count``."""
        self._must_be_counted(quantity)
        what = TARGETS.index(kind) * 3 + QUANTITIES.index(_quantity(quantity))
        self.engine.subscribe(what, count, callback)

    def _must_be_counted(self, quantity: str) -> None:
        if quantity == "reach" and self.world.rules.late:
            raise RuntimeError('reach is not known during the run: feed.exposures is "late"')

    # -- to do ----------------------------------------------------------------------

    def close(self, account: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Close an account: it reads nothing, is seen nowhere and posts no more."""
        columns = ("can_post", "can_read", "visible")
        return self._do(
            "close", "account", account, [("accounts", c, 0.0) for c in columns], reason, case
        )

    def suspend(
        self, account: int, *, hide_posts: bool = False, reason: str = "", case: Case | None = None
    ) -> Done:
        """Bar an account from posting and reading until :meth:`undo`; hide its posts if asked."""
        columns = ["can_post", "can_read", *(["visible"] if hide_posts else [])]
        return self._do(
            "suspend", "account", account, [("accounts", c, 0.0) for c in columns], reason, case
        )

    def remove_followers(
        self,
        account: int,
        *,
        keep: float = 0.0,
        reason: str = "",
        case: Case | None = None,
        quietly: bool = False,
    ) -> Done:
        """Cut the follows of all but a share ``keep`` in [0, 1] of the account's followers."""
        levers = [("accounts", "audience", keep)]
        return self._do("remove-followers", "account", account, levers, reason, case, quietly)

    def delete(
        self, post: int, *, takes_shares: bool = True, reason: str = "", case: Case | None = None
    ) -> Done:
        """Delete a post; shares of a deleted original show nothing if it ``takes_shares``."""
        # Shares ask whether their original is alive, not whether it can be seen.
        column = "alive" if takes_shares else "visibility"
        return self._do("delete", "post", post, [("posts", column, 0.0)], reason, case)

    def hide(
        self, post: int, *, visibility: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Hide a post from all but a share ``visibility`` of readers."""
        return self._do("hide", "post", post, [("posts", "visibility", visibility)], reason, case)

    def delist(self, story: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Keep a story off the trending list."""
        return self._do("delist", "story", story, [("stories", "listed", 0.0)], reason, case)

    def undo(self, done: Done, *, reason: str = "", quietly: bool = False) -> None:
        """Take back what one verb did. Doing so twice changes nothing."""
        if done.undone:
            return
        done.undone = True
        for factor in done.factors:
            self.levers.lift(factor)
        # Something may be seen again: surfaces look anew for each story's top post.
        self.world.tops[:] = -1
        if not quietly:
            self._tell(UNDOING[done.verb], done.kind, done.target, reason, done.case)

    def flag(self, kind: str, target: int, case: Case) -> None:
        """Say that a case was opened."""
        self._tell("flag", kind, target, case.reason, case)

    def dismiss(self, kind: str, target: int, case: Case) -> None:
        """Say that a case was reviewed and left alone."""
        self._tell("dismiss", kind, target, case.reason, case)

    def _do(
        self,
        verb: str,
        kind: str,
        target: int,
        levers: list[tuple[str, str, float]],
        reason: str,
        case: Case | None,
        quietly: bool = False,
    ) -> Done:
        target = index(target)
        self._must_exist(kind, target)
        factors = [self.levers.put(table, column, target, value) for table, column, value in levers]
        if not quietly:
            self._tell(verb, kind, target, reason or (case.reason if case else ""), case)
            struck = self._struck(kind, target)
            if struck >= 0:
                self.strikes[struck] += 1
        return Done(verb, kind, target, factors, case)

    def _must_exist(self, kind: str, target: int) -> None:
        size = {
            "account": self.world.graph.accounts,
            "post": self.world.posts_made,
            "story": len(self.world.stories),
        }[kind]
        if not 0 <= target < size:
            raise IndexError(f"there is no {kind} {target}: there are {size}, numbered from 0")

    def _struck(self, kind: str, target: int) -> int:
        if kind == "post":
            return int(self.world.posts["author"][target])
        return target if kind == "account" else -1

    def _tell(self, verb: str, kind: str, target: int, reason: str, case: Case | None) -> None:
        by = case.by if case else -1
        story = post = account = -1
        if kind == "account":
            account = target
        elif kind == "story":
            story = target
        else:
            post = target
            story = int(self.world.posts["story"][target])
            account = int(self.world.posts["author"][target])
        self.engine.write(Kind.ACTION, story, post, account, by, float(VERBS.index(verb)))
        self.journal.append(
            Action(self.now, verb, kind, target, by, reason, self.prices.get(verb, 1.0))
        )


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
