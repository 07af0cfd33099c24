"""The reference engine: the same model in plain Python, one SimPy event per check-in.

Read this to learn the model. It shares with the fast engine the world, the desk and the
laws' tables, and nothing of the loop: feeds are lists, knowledge is a dict, timetables are
walked from the start. Both must agree on every event to the bit.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from rumorsim.engines.base import PUBLIC, CascadeEnvironment, Engine
from rumorsim.events import EVENT, Batch, Kind
from rumorsim.laws import sample
from rumorsim.randomness import Purpose, address_word, philox, uniform

if TYPE_CHECKING:
    from rumorsim.levers import Levers
    from rumorsim.world import World

__all__ = ["ReferenceEngine"]


@dataclass
class Knowledge:
    """What one account knows of one story."""

    reads: int = 0
    shared: bool = False
    reported: bool = False


class ReferenceEngine(Engine):
    """The slow twin."""

    name = "reference"

    def __init__(self, world: World) -> None:
        super().__init__(world, CascadeEnvironment())
        self.rules = world.rules
        self._logged = 0
        self.feeds: dict[int, list[int]] = defaultdict(list)
        self.knows: dict[tuple[int, int], Knowledge] = defaultdict(Knowledge)
        self._hits: list[tuple[int, int, int]] = []
        self._looking = [0] * len(world.looks)
        self._exposed: list[tuple[Any, ...]] = []
        self._rounds: dict[int, Iterator[Any]] = {}

    @property
    def logged(self) -> int:
        return self._logged

    @logged.setter
    def logged(self, count: int) -> None:
        self._logged = count

    def late_exposures(self, levers: Levers) -> Batch:
        return Batch(np.array(self._exposed, dtype=EVENT))

    # -- the clock ------------------------------------------------------------------

    def start(self) -> None:
        """Put every planned post and every account's first check-in on SimPy's agenda."""
        for row in self.rules.publications.tolist():
            time, author, story, k = row
            self.at(time, (author, story, author, k), self.publish, author, story, k)
        if not self.rules.by_delay:
            for account in range(self.world.graph.accounts):
                self.next_check_in(account, self.timetable(account))

    def at(self, time: float, order: tuple[int, int, int, int], happens: Any, *args: Any) -> None:
        """Let ``happens(*args)`` take place at ``time`` (if before the horizon).

        ``order`` is account, story, author, k: who comes first at equal times.
        """
        if not time < self.world.horizon:
            return
        account, story, author, k = order
        width = len(self.world.stories) + 2
        number = ((account * width + story + 2) * self.world.graph.accounts + author) << 24 | k
        event = simpy.Event(self.env)
        event._ok, event._value = True, None
        assert event.callbacks is not None
        event.callbacks.append(lambda _: self._take_place(happens, args))
        self.env.schedule_at(event, time, PUBLIC + number)

    def _take_place(self, happens: Any, args: tuple[Any, ...]) -> None:
        happens(*args)
        if self._hits:
            hits, self._hits = self._hits, []
            self._tell(hits)

    # -- timetables -----------------------------------------------------------------

    def points(
        self, purpose: int, who: int, rate: float, what: int = 0
    ) -> Iterator[tuple[float, int, int]]:
        """(time, cell, j) of every point of a timetable before the horizon, in order."""
        cell = 0
        while rate > 0 and self.unwarp(cell / rate) < self.world.horizon:
            words = list(philox(self.world.seed, address_word(purpose), cell, who, what))
            count, words = self.poisson(words[0]), words[1:]
            block = 0
            while len(words) < count:
                block += 1
                words += philox(self.world.seed, address_word(purpose, block), cell, who, what)
            times = [self.unwarp((cell + uniform(word)) / rate) for word in words[:count]]
            yield from sorted((time, cell, j) for j, time in enumerate(times))
            cell += 1

    @staticmethod
    def poisson(word: int) -> int:
        """A Poisson(1) count from one word: how many cumulative probabilities it passes."""
        count, total, term = 0, math.exp(-1), math.exp(-1)
        while count < 12 and word >= round(total * 2**32):
            count += 1
            term /= count
            total += term
        return count

    def timetable(self, account: int) -> Iterator[tuple[float, int, int]]:
        """The check-ins of one account."""
        return self.points(Purpose.CHECK_IN, account, float(self.world.accounts["rate"][account]))

    def warp(self, time: float) -> float:
        """Operational hours by ``time``: the integral of the daily curve."""
        curve = self.rules.curve
        if not len(curve):
            return time
        clock = time + float(curve[0])
        day = float(math.floor(clock / 24.0))
        hour = clock - 24.0 * day
        i = min(int(hour), 23)
        return (
            day * 24.0 + (float(curve[2 + i]) + (hour - i) * float(curve[27 + i])) - float(curve[1])
        )

    def unwarp(self, operational: float) -> float:
        """The time by which so many operational hours have passed."""
        curve = self.rules.curve
        if not len(curve):
            return operational
        total = operational + float(curve[1])
        day = float(math.floor(total / 24.0))
        rest = total - 24.0 * day
        live = [i for i in range(24) if curve[27 + i] > 0 and curve[2 + i] <= rest]
        if not live:
            first = 0
            end = 1.0
            if curve[27] > 0:
                end = min(end, max(0.0, rest - float(curve[2])) / float(curve[27]))
            return 24.0 * day + (first + end) - float(curve[0])
        i = live[-1]
        hour = min(float(i + 1), i + (rest - float(curve[2 + i])) / float(curve[27 + i]))
        return 24.0 * day + hour - float(curve[0])

    # -- posting --------------------------------------------------------------------

    def publish(self, author: int, story: int, k: int) -> None:
        """A planned post appears, unless its author may not post."""
        if not self.world.accounts["can_post"][author]:
            return
        if self.world.stories["born"][story] < 0:
            self.world.stories["born"][story] = self.env.now
        self.knows[author, story].shared = True
        post = self.new_post(story, author, k, parent=-1)
        self.write(Kind.PUBLISH, story, post, author, -1, k)
        self.deliver(post)

    def share(self, parent: int, account: int, k: int = 0) -> None:
        """An account shares a post: a new post, counted for the one that was shared."""
        row = self.world.posts[parent]
        story, author = int(row["story"]), int(row["author"])
        post = self.new_post(story, account, k, parent)
        self.write(Kind.SHARE, story, post, account, author, parent)
        self.count("shares", parent)
        self.deliver(post)

    def new_post(self, story: int, author: int, k: int, parent: int) -> int:
        """Append a post to the world's and return its number."""
        world = self.world
        world.grow_posts(1)
        post = world.posts_made
        world.memory["posts_made"] += 1
        vigour = 1.0
        table = self.rules.templates["vigour"][world.stories["template"][story]]
        if table >= 0:
            word = philox(world.seed, address_word(Purpose.POST, k), story, author, 0)[0]
            vigour = sample(self.rules.tables[table], word)
        root = post if parent < 0 else int(world.posts["root"][parent])
        row = world.posts[post]
        row["time"], row["vigour"], row["visibility"], row["credence"] = (
            self.env.now,
            vigour,
            1.0,
            1.0,
        )
        row["story"], row["author"], row["k"], row["root"] = story, author, k, root
        row["alive"] = 1
        world.stories["posts"][story] += 1
        world.stories["heat"][story] += world.profiles["countable"][author]
        return post

    def deliver(self, post: int) -> None:
        """Put a post into the feed of every follower that is kept."""
        author = int(self.world.posts["author"][post])
        for reader in self.world.graph.followers_of(author).tolist():
            if not self.kept(author, reader):
                continue
            if self.rules.by_delay:
                word = self.draws(post, reader)[3]
                due = self.unwarp(self.warp(self.env.now) + sample(self.rules.tables[0], word))
                self.at(due, (reader, *self.address(post)), self.read_delayed, reader, post)
            else:
                self.feeds[reader].append(post)

    # -- reading --------------------------------------------------------------------

    def next_check_in(self, account: int, rest: Iterator[tuple[float, int, int]]) -> None:
        """Put the next check-in of an account on the agenda."""
        for time, _, _ in rest:
            self.at(time, (account, -1, 0, 0), self.check_in, account, rest)
            return

    def check_in(self, reader: int, rest: Iterator[tuple[float, int, int]]) -> None:
        """The account opens the app: the newest visible posts are read, the rest is missed."""
        self.next_check_in(reader, rest)
        arrived = [
            post for post in self.feeds[reader] if self.world.posts["time"][post] < self.env.now
        ]
        self.feeds[reader] = self.feeds[reader][len(arrived) :]
        if not self.world.accounts["can_read"][reader]:
            return
        attention = self.rules.attention or math.inf
        taken = 0
        for post in reversed(arrived):
            author = int(self.world.posts["author"][post])
            if taken == attention:
                break
            if not self.shown(post, reader) or not self.kept(author, reader):
                continue
            if self.rules.crowd >= 0 and self.crowded_out(post, reader, int(attention) - taken):
                break
            taken += 1
            self.read(post, reader, surface=0)

    def crowded_out(self, post: int, reader: int, places: int) -> bool:
        """Did ``places`` or more background posts arrive since this post?"""
        rate = float(self.world.accounts["background"][reader])
        if rate <= 0:
            return False
        tick = int(self.env.now * 2**20)
        word = philox(
            self.world.seed, address_word(Purpose.BACKGROUND), tick & 0xFFFFFFFF, tick >> 32, reader
        )[0]
        age = self.warp(self.env.now) - self.warp(float(self.world.posts["time"][post]))
        return rate * age >= sample(self.rules.tables[self.rules.crowd + places - 1], word)

    def read_delayed(self, reader: int, post: int) -> None:
        """Delay reading: one delivery is read, if it is still to be seen."""
        author = int(self.world.posts["author"][post])
        if (
            self.world.accounts["can_read"][reader]
            and self.shown(post, reader)
            and self.kept(author, reader)
        ):
            self.read(post, reader, surface=0)

    def read(self, post: int, reader: int, surface: int) -> None:
        """One account reads one visible post: it takes it in, and may share it."""
        words = self.draws(post, reader)
        known = self.notice(post, reader, surface, words[2])
        if known.shared or not self.world.accounts["can_post"][reader]:
            return
        if uniform(words[1]) < self.share_probability(post, reader, known.reads, surface == 0):
            known.shared = True
            self.share(post, reader)

    def notice(self, post: int, reader: int, surface: int, report_word: int) -> Knowledge:
        """One account takes in one visible post: read, exposure, report, in this order."""
        row = self.world.posts[post]
        story, author = int(row["story"]), int(row["author"])
        known = self.knows[reader, story]
        known.reads += 1
        if self.rules.log_reads:
            self.write(Kind.READ, story, post, reader, author, known.reads)
        if known.reads == 1 and self.rules.late:
            self._exposed.append(
                (self.env.now, surface, story, post, reader, author, Kind.EXPOSE, 0)
            )
        elif known.reads == 1:
            self.write(Kind.EXPOSE, story, post, reader, author, surface)
            self.count("reach", post)
        if not known.reported and uniform(report_word) < self.world.stories["report"][story]:
            known.reported = True
            self.write(Kind.REPORT, story, post, reader, author, 0.0)
            self.count("reports", post)
        return known

    def share_probability(self, post: int, reader: int, reads: int, by_follow: bool) -> float:
        """P(share | read), factor by factor; see the design of the model."""
        world, rules = self.world, self.rules
        row, now = world.posts[post], self.env.now
        story, author = world.stories[row["story"]], world.accounts[row["author"]]
        chance = float(story["appeal"]) * float(row["vigour"])
        if rules.receptivity.size:
            chance *= float(rules.receptivity[story["category"], reader])
        if by_follow and rules.weights.size:
            chance *= self.follow_weight(int(row["author"]), reader)
        chance *= float(author["credence"])
        chance *= float(story["credence"])
        chance *= float(row["credence"])
        if author["official"]:
            chance *= float(world.profiles["trust"][reader])
        template = rules.templates[story["template"]]
        if template["novelty"] >= 0:
            chance *= self.fading(template, "novelty", now - float(story["born"]))
        if template["post_novelty"] >= 0:
            chance *= self.fading(template, "post_novelty", now - float(row["time"]))
        steps = rules.reinforcement[story["template"]]
        chance *= float(steps[min(reads, len(steps)) - 1])
        first = int(story["correctors"])
        for i in range(first, first + int(story["corrected"])):
            if self.knows[reader, int(rules.corrections["story"][i])].reads:
                chance *= float(rules.corrections["factor"][i])
        return chance * float(world.friction[0])

    def follow_weight(self, followee: int, follower: int) -> float:
        """The weight of one follow; 1 where there is none."""
        row = self.world.graph.followers_of(followee).tolist()
        if follower not in row:
            return 1.0
        return float(self.rules.weights[self.world.graph.offsets[followee] + row.index(follower)])

    def fading(self, template: Any, novelty: str, age: float) -> float:
        """The factor of one of a template's novelty tables at an age."""
        word = int(min(age / float(template[f"{novelty}_unit"]), 2147483647.0))
        return sample(self.rules.tables[template[novelty]], word)

    # -- seeing ---------------------------------------------------------------------

    def standing(self, post: int) -> bool:
        """Is the post itself there: it and its original alive, both authors to be seen?"""
        posts, accounts = self.world.posts, self.world.accounts
        both = (post, int(posts["root"][post]))
        return all(posts["alive"][p] and accounts["visible"][posts["author"][p]] for p in both)

    def shown(self, post: int, reader: int) -> bool:
        """Is the post visible to this reader: standing, and not hidden from this one?"""
        return self.standing(post) and self.unhidden(post, reader)

    def unhidden(self, post: int, reader: int) -> bool:
        """Is a post that stands not hidden from this reader?"""
        visibility = float(self.world.posts["visibility"][post])
        return visibility >= 1 or uniform(self.draws(post, reader)[0]) < visibility

    def kept(self, followee: int, follower: int) -> bool:
        """Is the follow kept at the followee's present audience level?"""
        level = float(self.world.accounts["audience"][followee])
        if level >= 1:
            return True
        return (
            uniform(philox(self.world.seed, address_word(Purpose.FOLLOW), followee, follower, 0)[0])
            < level
        )

    def address(self, post: int) -> tuple[int, int, int]:
        """Story, author and k of a post."""
        row = self.world.posts[post]
        return int(row["story"]), int(row["author"]), int(row["k"])

    def draws(self, post: int, reader: int) -> tuple[int, int, int, int]:
        """What chance has in store for this reader and this post."""
        story, author, k = self.address(post)
        return philox(self.world.seed, address_word(Purpose.READ, k), story, author, reader)

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
                self.world.seed, address_word(Purpose.LOOK_MARK, j), cell, surface, 0
            )
            account = (who * len(self.rules.alias)) >> 32
            if uniform(coin) >= self.rules.alias["share"][account]:
                account = int(self.rules.alias["other"][account])
            slot = self.slot(surface, uniform(where))
            self.at(
                time, (account, -2, surface, 0), self.look, surface, account, slot, rest, session
            )
            return

    def slot(self, surface: int, place: float) -> int:
        """The slot whose share of looks holds ``place``."""
        ends = self.rules.slot_ends[surface].tolist()
        return next((i for i, end in enumerate(ends) if place < end), len(ends) - 1)

    def look(self, surface: int, reader: int, slot: int, rest: Any, session: int) -> None:
        """One look: the story in the slot is read in its most shared visible post."""
        if session != self._looking[surface]:
            return
        self.next_look(surface, rest, session)
        story = int(self.world.slots[surface, slot])
        if (
            story < 0
            or not self.world.stories["listed"][story]
            or not self.world.accounts["can_read"][reader]
        ):
            return
        made = self.world.posts[: self.world.posts_made]
        posts = [
            p for p in range(len(made)) if made["story"][p] == story and made["visibility"][p] > 0
        ]
        standing = [p for p in posts if self.standing(p)]
        if standing:
            post = max(standing, key=lambda p: (made["shares"][p], -p))
            if self.shown(post, reader):
                self.read(post, reader, surface=1 + surface)

    # -- counting -------------------------------------------------------------------

    def count(self, quantity: str, post: int) -> None:
        """One more report, share or reach for a post, its author and its story."""
        row = self.world.posts[post]
        what = ("reports", "shares", "reach").index(quantity)
        accounts = self.world.count_of("account", quantity)
        row[quantity] += 1
        self.world.stories[quantity][row["story"]] += 1
        accounts[row["author"]] += 1
        self._hits.append((3 + what, post, int(row[quantity])))
        self._hits.append(
            (6 + what, int(row["story"]), int(self.world.stories[quantity][row["story"]]))
        )
        self._hits.append((what, int(row["author"]), int(accounts[row["author"]])))
