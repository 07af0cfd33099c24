"""The scene adversaries act in: they hear of new publications and closures, and post.

All adversaries of a scenario share one scene, so that some may boost what others publish.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable
from typing import Any, Final

import numpy as np

from rumorsim.events.stream import Kind
from rumorsim.events.verbs import CLOSING
from rumorsim.platform.desk import Desk, Done
from rumorsim.platform.sponsors import Sponsor

#: Posts of adversaries have k from here on: planned ones are below, ordered corrections above.
FIRST_K: Final = 2**22


class Scene:
    """What adversaries see, and what they can do: share, report, publish, come back."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.engine, self.env, self.world = desk, desk.engine, desk.env, desk.world
        self._listeners: list[tuple[frozenset[int], Callable[[int], None]]] = []
        self._closures: list[Callable[[int], None]] = []
        #: The place in the scenario of the adversary that starts now.
        self.place = -1
        #: How many adversaries before it have the desk do something.
        self.buyers = 0
        self._seen = 0
        self._ks: Counter[tuple[int, int]] = Counter()
        self._arrested: set[int] = set()
        self._begun: set[int] = set()

    def stories(self, names: Iterable[str]) -> frozenset[int]:
        """The numbers of stories of these names, every copy of each."""
        wanted = set(names)
        known = enumerate(self.world.story_names)
        return frozenset(i for i, name in known if {name, name.split("#")[0]} & wanted)

    def sponsor(self, budget: float) -> Sponsor:
        """A purse of the adversary that starts now; the desk may find it."""
        place, write = self.place, self.engine.write

        def record_payment(story: int, account: int, money: float) -> None:
            if self.world.rules.log_payments:
                write(Kind.PAY, story, -1, account, place, money)

        sponsor = Sponsor(budget, record_payment)
        self.desk.sponsors.append(sponsor)
        return sponsor

    # -- hearing --------------------------------------------------------------------

    def when_published(self, stories: frozenset[int], callback: Callable[[int], None]) -> None:
        """Call ``callback(post)`` after each publication of one of the stories, ordered or not."""
        self._listeners.append((stories, callback))

    def when_closed(self, callback: Callable[[int], None]) -> None:
        """Call ``callback(account)`` after each closure, unless its person is arrested.

        Not where an account that is closed is to stay closed for longer.
        """
        self._closures.append(callback)

    def start(self) -> None:
        """Begin to listen."""
        if self._listeners:
            self.env.process(self._follow_the_plan())
            self.desk.when_ordered(self._look)
        if self._closures:
            self.desk.when_done(self._on_action)
        self.desk.when_ended(self._end)

    def _end(self) -> None:
        """Let go of the adversaries, who have the scene."""
        self._listeners.clear()
        self._closures.clear()

    def _on_action(self, done: Done) -> None:
        if done.kind != "account":
            return
        person = int(self.world.person[done.target])
        if done.verb == "arrest":
            self._arrested.add(person)
        if done.verb in CLOSING and not done.again and person not in self._arrested:
            for callback in self._closures:
                callback(done.target)

    def arrested(self, account: int) -> bool:
        """Whether the person behind an account has been arrested."""
        return int(self.world.person[account]) in self._arrested

    def _follow_the_plan(self) -> Generator[Any, Any, None]:
        """Look for new publications right after each moment at which one is planned."""
        plan = self.world.rules.publications
        wanted = frozenset().union(*(stories for stories, _ in self._listeners))
        due = plan["time"][np.isin(plan["story"], sorted(wanted))]
        for time in np.unique(due).tolist():
            # The platform comes before the public at equal times.
            yield self.env.timeout_until(float(np.nextafter(time, np.inf)))
            self._look()

    def _look(self) -> None:
        fresh = range(self._seen, self.world.posts_made)
        posts = self.world.posts
        own = np.flatnonzero(posts["root"][fresh.start : fresh.stop] == np.array(fresh))
        self._seen = fresh.stop
        for post in (own + fresh.start).tolist():
            for stories, callback in self._listeners:
                if int(posts["story"][post]) in stories:
                    callback(post)

    # -- acting ---------------------------------------------------------------------

    def publish(self, author: int, story: int) -> int:
        """Let an account (or who took its place) publish a story now: the post, or -1."""
        k = FIRST_K + self._ks[author, story]
        self._ks[author, story] += 1
        post = int(self.engine.publish_now(author, story, k))
        self._look()
        return post

    def followers(self, account: int) -> float:
        """How many followers an account has now."""
        row = int(self.world.reserve.origin[account])
        return float(self.world.facts.followers[row] * self.world.accounts["audience"][account])

    def most_shared(self, stories: frozenset[int]) -> int:
        """The most shared post of these stories that stands, the earliest of equals, or -1."""
        made = self.world.posts[: self.world.posts_made]
        posts = np.flatnonzero(np.isin(made["story"], sorted(stories))).tolist()
        standing = [post for post in posts if self.world.is_up(post)]
        return max(standing, key=lambda post: (made["shares"][post], -post), default=-1)

    def fresh_heir(self, account: int) -> int:
        """A row of the reserve in which the account may come back, taken now; -1: none left."""
        rows = self.world.reserve.heirs.get(int(self.world.reserve.origin[account]), [])
        row = next((row for row in rows if row not in self._begun), -1)
        self._begun.add(row)
        return row

    def present(self, account: int) -> int:
        """The account that acts in its place: itself, or who succeeds it if it was closed."""
        can_post, heir_of = self.world.accounts["can_post"], self.world.heir_of
        while not can_post[account] and heir_of(account) >= 0:
            account = heir_of(account)
        return account

    def share(self, post: int, account: int) -> bool:
        """Let an account share a post now; whether it could."""
        return bool(self.engine.share_now(post, account) >= 0)

    def report(self, post: int, account: int) -> bool:
        """Let an account report a post now; whether it could."""
        return bool(self.engine.report_now(post, account))
