"""The reference engine: the same model in plain Python, one SimPy event per check-in.

What an account does is in :mod:`~rumorsim.engine.reference.feed`, the clock in
:mod:`~rumorsim.engine.reference.clock`; here is what starts it all, looks at surfaces,
and what the platform does among the public. It must agree with the fast engine on every
event to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from typing_extensions import override

from rumorsim.common.randomness import Purpose, address_word, philox, uniform
from rumorsim.engine.kernels.acting import Act
from rumorsim.engine.kernels.tables import CELLS
from rumorsim.engine.reference.feed import ReferenceFeed
from rumorsim.events.stream import EVENT, Batch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rumorsim.world.levers import Levers
    from rumorsim.world.world import World

__all__ = ["ReferenceEngine"]


class ReferenceEngine(ReferenceFeed):
    """The slow twin."""

    name = "reference"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._looking = [0] * len(world.looks)

    @override
    def late_exposures(self, levers: Levers) -> Batch:
        return Batch(np.array(self._exposed, dtype=EVENT))

    @override
    def would_share(
        self,
        posts: NDArray[np.int64],
        readers: NDArray[np.int64],
        times: NDArray[np.float64],
        counts: NDArray[np.int64],
        followed: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        columns = (each.tolist() for each in (posts, readers, times, counts, followed))
        now = self.env.now
        found = [self._wins(*row) for row in zip(*columns, strict=True)]
        self.env._now = now
        return np.array(found, np.bool_)

    def _wins(self, post: int, reader: int, time: float, count: int, followed: bool) -> bool:
        address = self.address(post)
        known = replace(self.knows[reader, address[0]], reads=count)
        self.env._now = time
        chance = self.share_probability(known, post, reader, followed)
        coin = uniform(self.draws(post, reader)[1])
        if self.observed is not None:
            row = self.world.graph.followers_of(int(self.world.reserve.origin[address[1]]))
            delivery = self.observed.delivery(address, reader, row.tolist())
            coin = self.observed.conditioned(-1, delivery, address, reader, coin)
        return coin < chance

    # -- the clock ------------------------------------------------------------------

    def start(self) -> None:
        """Put every planned post and every account's first check-in on SimPy's agenda."""
        for row in self.rules.publications.tolist():
            time, author, story, k = row
            self.at(time, (author, story, author, k), self.publish, author, story, k)
        if not self.rules.by_delay:
            for account in range(self.world.graph.accounts):
                self.next_check_in(account, self.timetable(account))

    # -- acts among the public ------------------------------------------------------

    def _act(self, what: Act, number: int, accounts: ArrayLike, surface: int = 0) -> None:
        for account in np.asarray(accounts).tolist():
            if what is Act.NOTIFY:
                reader = self.present_account(account)
                if reader >= 0 and self.shown(number, reader):
                    self.read(number, reader, surface)
            elif what is Act.WITNESS:
                self.see_closed(number, account)
            elif self.shown(number, account):
                self.do_at_once(what, number, account)
            self.notify_watchers()

    def do_at_once(self, what: Act, post: int, account: int) -> None:
        """An account shares or reports a post whatever it thinks of it."""
        known = self.knows[account, int(self.world.posts["story"][post])]
        row = self.world.accounts[account]
        if what is Act.RESHARE and row["can_post"] and not known.shared:
            known.shared = 1
            self.share(post, account)
        elif what is Act.REPORT and row["can_read"] and not known.reported:
            self.report(known, post, account)

    def see_closed(self, closed: int, account: int) -> None:
        """An account sees that one it follows was closed."""
        if not self.world.accounts["can_read"][account] or not self.kept(closed, account):
            return
        rules, chill = self.rules, self.world.profiles["chill"]
        now = float(chill[account])
        chill[account] = max(now * (1.0 - rules.chilling), min(now, rules.chilling_floor))
        self.move_trust(-1, -1, account, closed, rules.trust_closure)

    def _publish_now(self, author: int, story: int, k: int) -> None:
        self.publish(author, story, k)

    # -- looks ----------------------------------------------------------------------

    def look_at(self, surface: int, on: bool) -> None:
        """Start or stop the looks at a surface, now."""
        if not on:
            self._looking[surface] += self._looking[surface] % 2
        elif self._looking[surface] % 2 == 0:
            self._looking[surface] += 1
            rate = float(self.world.looks["rate"][surface])
            rest = (p for p in self.points(Purpose.LOOK, surface, rate) if p[0] > self.env.now)
            self.next_look(surface, rest, self._looking[surface])

    def next_look(self, surface: int, rest: Iterator[tuple[float, int, int]], session: int) -> None:
        """Put the next look at a surface on the agenda."""
        for time, cell, j in rest:
            who, coin, where, _ = philox(
                self.world.seed, address_word(Purpose.LOOK_MARK, j), cell & CELLS, surface, 0
            )
            look = self.world.looks[surface]
            place = int(look["begin"]) + ((who * int(look["count"])) >> 32)
            members = self.rules.members
            account = int(members[place]) if len(members) else place
            if coin >= int(self.rules.alias["below"][place]):
                account = int(self.rules.alias["other"][place])
            mark = (account, uniform(where))
            self.at(time, (account, -2, surface, 0), self.look, surface, mark, rest, session)
            return

    def slot(self, surface: int, place: float, treated: bool) -> int:
        """The slot whose share of looks holds ``place``."""
        every = self.world.treated_slot_ends if treated else self.world.slot_ends
        ends = every[surface].tolist()
        return next((i for i, end in enumerate(ends) if place < end), len(ends) - 1)

    def look(self, surface: int, mark: tuple[int, float], rest: Any, session: int) -> None:
        """One look: the story in the slot is read in its most shared visible post."""
        if session != self._looking[surface]:
            return
        self.next_look(surface, rest, session)
        reader = self.present_account(mark[0])
        treated = self.treated(mark[0])
        slots = self.world.treated_slots if treated else self.world.slots
        story = int(slots[surface, self.slot(surface, mark[1], treated)])
        if story < 0 or reader < 0 or not self.offered(story, surface, treated):
            return
        post = self.world.top_post(int(self.world.looks["platform"][surface]), story)
        if post >= 0 and self.shown(post, reader):
            self.read(post, reader, surface=1 + surface)

    def offered(self, story: int, surface: int, treated: bool) -> bool:
        """Whether the surface may show this story now, to a treated reader or another one."""
        row = self.world.stories[story]
        recommends = bool(self.world.looks["recommends"][surface])
        column = "recommendable" if recommends else "listed"
        withheld = treated and not self.world.treated_stories[column][story] > 0
        if recommends:
            return bool(row["recommendable"] > 0) and not withheld
        return bool(row["promoted"]) or (bool(row["listed"]) and not withheld)
