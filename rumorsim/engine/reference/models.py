"""The reference engine of the models beside the feed, in plain Python.

Read this to learn the models. Posting, taking in a post, counting, levers and timetables
are those of :class:`~rumorsim.engine.reference.engine.ReferenceEngine`; what differs is who meets
whom, and what comes of it. A spreader has a session; what was planned in one that is over
does not happen.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rumorsim.common.laws import sample
from rumorsim.common.randomness import Purpose, address_word, philox, uniform
from rumorsim.engine.kernels.records import REPEAT
from rumorsim.engine.kernels.tables import CELLS
from rumorsim.engine.reference.engine import ReferenceEngine
from rumorsim.events.stream import STOPS, Kind

if TYPE_CHECKING:
    from rumorsim.world.world import World

__all__ = ["ReferenceModelEngine"]


@dataclass
class Telling:
    """What one account does about one story."""

    on: bool = False
    session: int = 0
    post: int = -1
    doubts: int = 0
    shares: int = 0
    influence: float = 0.0
    stop: float = math.inf
    #: Contacts in a row that changed nothing, and whether none could: then none is planned.
    idle: int = 0
    asleep: bool = False


class ReferenceModelEngine(ReferenceEngine):
    """The slow twin of the models."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        if world.rules.terms is None:
            raise ValueError("this world has a feed")
        self.terms: dict[str, Any] = dict(
            zip(world.rules.terms.dtype.names or (), world.rules.terms[0].tolist(), strict=True)
        )
        self.tells: dict[tuple[int, int], Telling] = defaultdict(Telling)
        self.asleep: set[tuple[int, int]] = set()

    # -- telling --------------------------------------------------------------------

    def deliver(self, post: int) -> None:
        """The author of a new post begins to tell it; who tells the story goes on with it."""
        story, account, _ = self.address(post)
        telling = self.tells[account, story]
        telling.post = post
        if telling.on:
            self.wake(account, story)
            return
        telling.on = True
        if self.terms["by_threshold"]:
            super().deliver(post)
            return
        telling.session += 1
        telling.doubts = telling.idle = 0
        telling.stop = self.stop_time(post)
        self.plan(account, story, self.contacts(account, story))

    def contacts(self, account: int, story: int) -> Iterator[tuple[float, int, int]]:
        """The contacts of who tells a story, from now on."""
        now, rate = float(self.env.now), float(self.world.accounts["rate"][account])
        if not len(self.world.graph.followers_of(self.row(account))):
            rate = 0.0
        key = self.world.key_of(account, story)
        points = self.points(Purpose.CONTACT, account, rate, story, now, key)
        return (point for point in points if point[0] > now)

    def row(self, account: int) -> int:
        """The account of the graph whose followers an account has."""
        return int(self.world.reserve.origin[account])

    def stop_time(self, post: int) -> float:
        """When who begins to tell a post now stops by itself."""
        if self.terms["stop"] < 0:
            return math.inf
        story, account, k = self.address(post)
        key = self.world.key_of(account, story)
        word = philox(key, address_word(Purpose.STOP, k), story, account, 0)[0]
        return float(self.env.now + sample(self.rules.tables[self.terms["stop"]], word))

    def plan(self, account: int, story: int, rest: Iterator[tuple[float, int, int]]) -> None:
        """Put the next contact, or the stop if that is first, on the agenda."""
        telling = self.tells[account, story]
        order = (account, *self.address(telling.post))
        nothing = (math.inf, 0, 0)
        time, cell, j = nothing if telling.asleep else next(rest, nothing)
        if telling.stop <= time:
            self.at(telling.stop, order, self.stop_by_itself, account, story, telling.session)
        else:
            mark = (cell, j)
            self.at(time, order, self.turn, account, story, telling.session, mark, rest)

    def stop_by_itself(self, account: int, story: int, session: int) -> None:
        """A spreader forgets or recovers, unless it was stifled before."""
        if self.in_session(account, story, session):
            self.stop(account, story, -1, STOPS[self.terms["stop_reason"]])

    def turn(
        self,
        account: int,
        story: int,
        session: int,
        mark: tuple[int, int],
        rest: Iterator[tuple[float, int, int]],
    ) -> None:
        """The spreader meets somebody, and plans what is next if it still tells."""
        telling = self.tells[account, story]
        if not self.in_session(account, story, session) or telling.asleep:
            return
        telling.idle = 0 if self.meet(account, story, *mark) else telling.idle + 1
        if telling.idle >= len(self.world.graph.followers_of(self.row(account))):
            telling.idle = 0
            if telling.on and self.contact_is_futile(account, story):
                telling.asleep = True
                self.asleep.add((account, story))
        if telling.on:
            self.plan(account, story, rest)

    def contact_is_futile(self, account: int, story: int) -> bool:
        """Whether a contact changes nothing, whichever follower is met and whatever is drawn."""
        post = self.tells[account, story].post
        for partner in self.world.graph.followers_of(self.row(account)).tolist():
            if self.reaches(post, account, partner):
                known = (partner, story) in self.knows and self.knows[partner, story].shared
                if not known or self.terms["stifling"] > 0:
                    return False
        return True

    def wake(self, account: int, story: int) -> None:
        """Who slept meets its followers again, from now on."""
        telling = self.tells[account, story]
        if telling.asleep:
            telling.asleep = False
            self.asleep.discard((account, story))
            # What was planned before it slept does not happen.
            telling.session += 1
            self.plan(account, story, self.contacts(account, story))

    def levers_moved(self) -> None:
        """Who had nobody to tell may have again."""
        for account, story in sorted(self.asleep):
            self.wake(account, story)

    def in_session(self, account: int, story: int, session: int) -> bool:
        """Whether an account has spread a story without a break since the session began."""
        telling = self.tells[account, story]
        return telling.on and telling.session == session

    # -- meeting --------------------------------------------------------------------

    def meet(self, account: int, story: int, cell: int, j: int) -> bool:
        """One contact: a follower is told, or knows already and stifles.

        Whether it could change anything, whatever the luck.
        """
        mark = address_word(Purpose.CONTACT_MARK, j)
        words = philox(self.world.key_of(account, story), mark, cell & CELLS, account, story)
        followers = self.world.graph.followers_of(self.row(account))
        partner = int(followers[words[0] * len(followers) >> 32])
        post = self.tells[account, story].post
        if not self.reaches(post, account, partner):
            return False
        if self.knows[partner, story].shared:
            self.stifle(account, partner, story, words)
            return bool(self.terms["stifling"] > 0)
        known = self.notice(post, partner, 0, words[2])
        if uniform(words[1]) < self.share_probability(known, post, partner, True):
            known.shared = 1
            convinced = self.tells[partner, story]
            convinced.shares += 1
            k = 0 if convinced.shares == 1 else REPEAT + convinced.shares - 1
            self.share(post, partner, k)
        return True

    def reaches(self, post: int, teller: int, hearer: int) -> bool:
        """Whether this post can be passed on: it exists, both take part, the follow is kept."""
        accounts = self.world.accounts
        both = accounts[[teller, hearer]]
        return bool(
            both["can_post"].all()
            and both["can_read"].all()
            and accounts["visible"][teller]
            and self.world.posts["alive"][post]
            and self.world.stories["alive"][self.world.posts["story"][post]]
            and self.unhidden(post, hearer)
            and self.kept(teller, hearer)
        )

    def stifle(
        self, account: int, partner: int, story: int, words: tuple[int, int, int, int]
    ) -> None:
        """Who tells meets who knows; of two spreaders both may stop, in half of the contacts."""
        if self.terms["mutual"] and self.tells[partner, story].on:
            if uniform(words[1]) >= 0.5:
                return
            if uniform(words[2]) < self.terms["stifling"]:
                self.doubt(partner, story, account, "stifled-by-another")
        if uniform(words[3]) < self.terms["stifling"]:
            self.doubt(account, story, partner, "stifled")

    def doubt(self, account: int, story: int, source: int, reason: str) -> None:
        """One stifling contact more; after so many an account stops."""
        telling = self.tells[account, story]
        telling.doubts += 1
        if telling.doubts >= self.terms["after"]:
            self.stop(account, story, source, reason)

    def stop(self, account: int, story: int, source: int, reason: str) -> None:
        """An account tells a story no more; where the model says so it may be persuaded again."""
        telling = self.tells[account, story]
        telling.on = telling.asleep = False
        self.asleep.discard((account, story))
        self.write(Kind.STOP, story, telling.post, account, source, float(STOPS.index(reason)))
        if self.terms["again"]:
            self.knows[account, story].shared = 0
            for teller, told in sorted(self.asleep):
                row = self.world.graph.followers_of(self.row(teller))
                if told == story and account in row.tolist():
                    self.wake(teller, story)

    # -- thresholds -----------------------------------------------------------------

    def read_delayed(self, reader: int, post: int) -> None:
        """Thresholds: one delivery is read, and the follow's weight adds up."""
        story, author, _ = self.address(post)
        if not self.reaches(post, author, reader) or self.knows[reader, story].shared:
            return
        known = self.notice(post, reader, 0, self.draws(post, reader)[2])
        telling = self.tells[reader, story]
        telling.influence += self.share_probability(known, post, reader, True)
        # A sum of weights may fall short of a threshold by rounding alone.
        if telling.influence * (1 + 1e-9) >= self.threshold(reader, story):
            known.shared = 1
            self.share(post, reader)

    def threshold(self, account: int, story: int) -> float:
        """How much influence persuades this account of this story."""
        if self.terms["threshold"] >= 0:
            return float(self.terms["threshold"])
        address, key = address_word(Purpose.THRESHOLD), self.world.key_of(account, story)
        return uniform(philox(key, address, account, story, 0)[0])
