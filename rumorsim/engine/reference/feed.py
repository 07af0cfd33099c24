"""The model in plain Python: posts, feeds, reading, sharing, believing.

Read this to learn the model. It shares with the fast engine the world, the desk and the
laws' tables, and nothing of the loop: feeds are lists, knowledge is a dict.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rumorsim.common.laws import sample
from rumorsim.common.randomness import Purpose, address_word, philox, uniform
from rumorsim.engine.kernels.ranks import OCTAVE
from rumorsim.engine.kernels.records import MOST_SHARES, REPEAT
from rumorsim.engine.reference.clock import Timetables
from rumorsim.engine.reference.observed import ObservedReads
from rumorsim.events.stream import Kind
from rumorsim.world.levers import for_treated

if TYPE_CHECKING:
    from rumorsim.world.world import World

__all__ = ["Knowledge", "ReferenceFeed"]


@dataclass
class Knowledge:
    """What one account knows of one story."""

    reads: int = 0
    #: How often; a publication counts as one.
    shared: int = 0
    #: In a replay: it shared without its being observed.
    freely: bool = False
    reported: bool = False
    believed: bool = False
    corrected: bool = False


def rank_cell(rank: int) -> int:
    """Where ``Rules.ranks`` has the factor of a rank: as ``kernels.ranks.cell_of`` says."""
    halvings = max(0, rank.bit_length() - (2 * OCTAVE - 1).bit_length())
    return halvings * OCTAVE + (rank >> halvings)


class ReferenceFeed(Timetables):
    """Everything an account does, and what decides it."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.feeds: dict[int, list[int]] = defaultdict(list)
        self.knows: dict[tuple[int, int], Knowledge] = defaultdict(Knowledge)
        self._exposed: list[tuple[Any, ...]] = []
        #: Every share: who, and which post.
        self.shares: set[tuple[int, int]] = set()
        self.observed = (
            None if world.evidence is None else ObservedReads(world.evidence, world.seed)
        )

    # -- posting --------------------------------------------------------------------

    def publish(self, author: int, story: int, k: int) -> None:
        """A planned post appears, unless nobody may or will post it."""
        while not self.world.accounts["can_post"][author]:
            if self.world.heir_of(author) < 0:
                self.write(Kind.WITHHOLD, story, -1, author, -1, 0.0)
                return
            author = self.world.heir_of(author)
        will = self.willing(author)
        if will < 1:
            word = philox(self.world.seed, address_word(Purpose.WILLING, k), story, author, 0)[0]
            if uniform(word) >= will:
                self.write(Kind.WITHHOLD, story, -1, author, -1, 1.0)
                return
        if self.world.stories["born"][story] < 0:
            self.world.stories["born"][story] = self.env.now
        known = self.knows[author, story]
        known.shared = max(known.shared, 1)
        post = self.new_post(story, author, k, parent=-1)
        self.write(Kind.PUBLISH, story, post, author, -1, k)
        self.deliver(post)
        self.plan_visits(post)

    def willing(self, account: int) -> float:
        """The share of its posting that an account still does: it follows income and fear."""
        row = self.world.profiles[account]
        lost = float(row["dependence"]) * (1.0 - float(row["earning"]))
        return float(row["chill"]) * (1.0 - lost)

    def share(self, parent: int, account: int, k: int = 0) -> None:
        """An account shares a post: a new post, counted for the one that was shared."""
        row = self.world.posts[parent]
        story, author = int(row["story"]), int(row["author"])
        post = self.new_post(story, account, k, parent)
        self.shares.add((account, parent))
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
        template = self.rules.templates[world.stories["template"][story]]
        if template["vigour"] >= 0:
            key = world.key_of(author, story)
            word = philox(key, address_word(Purpose.POST, k), story, author, 0)[0]
            vigour = sample(self.rules.tables[template["vigour"]], word)
        if parent < 0:
            vigour *= float(world.stories["original"][story])
        else:
            vigour *= float(world.stories["resharing"][story])
            if template["rank"] >= 0:
                factors = self.rules.ranks[template["rank"]]
                vigour *= float(factors[rank_cell(int(world.posts["shares"][parent]))])
        if template["response"] >= 0:
            followed = int(world.reserve.origin[author])
            vigour *= float(self.rules.responses[template["response"], followed])
        root = post if parent < 0 else int(world.posts["root"][parent])
        row = world.posts[post]
        row["time"], row["vigour"], row["visibility"], row["credence"] = (
            self.env.now,
            vigour,
            1.0,
            1.0,
        )
        if world.treatment.there_is:
            world.treated_posts["credence"][post] = 1.0
        row["story"], row["author"], row["k"], row["root"] = story, author, k, root
        row["alive"] = 1
        world.stories["posts"][story] += 1
        world.heat[world.platform[author], story] += world.profiles["countable"][author]
        return post

    def deliver(self, post: int) -> None:
        """Put a post into the feed of every follower that is kept, and of its own person's."""
        author = int(self.world.posts["author"][post])
        world = self.world
        row = world.graph.followers_of(int(world.reserve.origin[author])).tolist()
        limit = self.forward_limit(author)
        if self.observed is not None:
            self.deliver_in_replay(self.observed, post, row, limit)
        elif int(world.posts["root"][post]) != post and limit < len(row):
            self.deliver_row(post, self.picked(post, row, math.floor(limit + 0.5)))
        else:
            self.deliver_row(post, row)
        other = world.next_of_person(author)
        while other not in (-1, author):
            self.deliver_to(post, other)
            other = world.next_of_person(other)

    def forward_limit(self, account: int) -> float:
        """The most followers that a share by this account goes to."""
        platform = self.world.platform[account]
        limit = float(self.world.forward[platform])
        if self.treated(account):
            limit = min(limit, float(self.world.treated_forward[platform]))
        return limit

    def deliver_row(self, post: int, row: list[int]) -> None:
        """To those of a row of followers that are kept."""
        author = int(self.world.posts["author"][post])
        for reader in row:
            if self.kept(author, reader):
                self.deliver_to(post, reader)

    def deliver_in_replay(
        self, observed: ObservedReads, post: int, row: list[int], limit: float
    ) -> None:
        """To the followers and to all who are known to have shared the post.

        Under a forward limit followers are picked as ever; of the others each is kept with the
        same probability, limit over followers, by the same draw.
        """
        story, author, k = address = self.address(post)
        reads = observed.of(address)
        audience = max(float(len(row)), observed.audience(address))
        most = math.floor(limit + 0.5)
        passing = {*row, *reads}
        if int(self.world.posts["root"][post]) != post and most < audience:
            passing = set(self.picked(post, row, most))
            for reader in set(reads).difference(row):
                word = philox(
                    self.world.seed, address_word(Purpose.FORWARD, k), story, author, reader
                )[0]
                if uniform(word) * audience < most:
                    passing.add(reader)
        posted = float(self.world.posts["time"][post])
        for reader in sorted(passing):
            if not self.kept(author, reader):
                continue
            if reader not in reads:
                self.deliver_to(post, reader, observed.late_word(address, reader, row))
            for read in reads.get(reader, ()):
                due = observed.due(address, read, posted)
                self.at(due, (reader, *address), self.read_delayed, reader, post)

    def picked(self, post: int, row: list[int], wanted: int) -> list[int]:
        """So many of a row of followers, drawn without replacement: whom a forward reaches."""
        story, author, k = self.address(post)
        address = address_word(Purpose.FORWARD, k)
        found: list[int] = []
        for i, reader in enumerate(row):
            luck = uniform(philox(self.world.seed, address, story, author, reader)[0])
            if luck * (len(row) - i) < wanted - len(found):
                found.append(reader)
        return found

    def deliver_to(self, post: int, reader: int, word: int | None = None) -> None:
        """A post comes to one reader: into the feed, or to be read after a delay.

        ``word``: that of the delay where it is no draw of this read's.
        """
        if self.rules.by_delay:
            word = self.draws(post, reader)[3] if word is None else word
            due = self.after(float(self.env.now), sample(self.rules.tables[0], word))
            self.at(due, (reader, *self.address(post)), self.read_delayed, reader, post)
        else:
            self.feeds[reader].append(post)

    def plan_visits(self, post: int) -> None:
        """Some accounts will come upon an original by search, a profile or a topic page.

        Each is another account of the author's platform, after a delay of its own: any of them, or
        by a law of their followers.
        """
        story, author, k = self.address(post)
        count = int(self.world.stories["visits"][story])
        if count == 0:
            return
        here = self.world.platform[: self.world.graph.accounts] == self.world.platform[author]
        everyone = np.flatnonzero(here).tolist()
        itself = int(self.world.reserve.origin[author])
        others = len(everyone) - (itself in everyone)
        template = self.rules.templates[self.world.stories["template"][story]]
        sums = self.visitor_sums(template, int(self.world.platform[author]), everyone, itself)
        for i in range(count if others else 0):
            address = address_word(Purpose.VISITOR, k)
            who, when, _, _ = philox(self.world.seed, address, story, author, i)
            if sums is not None:
                visitor = everyone[bisect_right(sums, who * sums[-1] >> 32)]
            else:
                visitor = everyone[who * others >> 32]
                if visitor == itself:
                    # Its place is that of the last, who has none of its own.
                    visitor = everyone[-1]
            delay = sample(self.rules.tables[template["visit_delay"]], when)
            due = self.after(float(self.env.now), delay)
            order = (visitor, story, author, k)
            self.at(due, order, self.read_on_visit, visitor, post, later=True)

    def visitor_sums(
        self, template: Any, platform: int, everyone: list[int], itself: int
    ) -> list[int] | None:
        """Weights of everyone on a platform, summed up, the author's 0; None: all are alike."""
        if template["visitors"] < 0:
            return None
        begin, end = self.rules.visitor_ends[platform : platform + 2].tolist()
        weights = np.diff(self.rules.visitor_sums[template["visitors"], begin:end], prepend=0)
        found: list[int] = np.cumsum(np.where(np.equal(everyone, itself), 0, weights)).tolist()
        return found

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
        who = self.present_account(reader)
        if who < 0:
            return
        attention = self.rules.attention or math.inf
        taken = 0
        for post in reversed(arrived):
            author = int(self.world.posts["author"][post])
            if taken == attention:
                break
            if not self.shown(post, reader) or not self.kept(author, reader):
                continue
            if self.rules.crowd >= 0 and self.pushed_out(post, reader, int(attention) - taken):
                break
            taken += 1
            self.read(post, who, surface=0)

    def present_account(self, account: int) -> int:
        """The account that reads in its place: itself, or who succeeds it; -1: nobody may."""
        while account >= 0 and not self.world.accounts["can_read"][account]:
            account = self.world.heir_of(account)
        return account

    def pushed_out(self, post: int, reader: int, places: int) -> bool:
        """Whether ``places`` or more background posts have arrived since this post."""
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
        who = self.present_account(reader)
        if who >= 0 and self.shown(post, reader) and self.kept(author, reader):
            self.read(post, who, surface=0)

    def read_on_visit(self, visitor: int, post: int) -> None:
        """An account that came upon an original outside its feed reads it, if it is to be seen."""
        reader = self.present_account(visitor)
        if reader >= 0 and self.shown(post, reader):
            self.read(post, reader, surface=self.rules.visited)

    def read(self, post: int, reader: int, surface: int) -> None:
        """One account reads one visible post: it takes it in, and may share it."""
        words = self.draws(post, reader)
        known = self.notice(post, reader, surface, words[2])
        if self.observed is not None:
            self.share_as_observed(self.observed, known, post, reader, surface, words[1])
            return
        if not self.world.accounts["can_post"][reader]:
            return
        again = self.sharing_again(known, post, reader)
        chance = self.share_probability(known, post, reader, surface == 0) * again
        if uniform(words[1]) < chance:
            known.shared += 1
            self.share(post, reader, 0 if known.shared == 1 else REPEAT + known.shared - 1)

    def sharing_again(self, known: Knowledge, post: int, reader: int) -> float:
        """The factor on P(share) of who has shared the story already.

        Nobody shares a post of its own, nor the same post twice.
        """
        if known.shared == 0:
            return 1.0
        row = self.world.posts[post]
        own = int(row["author"]) == reader or (reader, post) in self.shares
        if own or known.shared == MOST_SHARES:
            return 0.0
        template = self.rules.templates[self.world.stories["template"][row["story"]]]
        return math.prod([float(template["again"])] * known.shared)

    def share_as_observed(
        self,
        observed: ObservedReads,
        known: Knowledge,
        post: int,
        reader: int,
        surface: int,
        word: int,
    ) -> None:
        """Whether a read leads to a share in a replay; see ``rumorsim.world.evidence``."""
        address = self.address(post)
        read = observed.happening(
            address, reader, float(self.world.posts["time"][post]), float(self.env.now)
        )
        k = observed.k_of(read)
        barred = known.shared > 0 if read < 0 else k == 0 and known.freely
        if barred or not self.world.accounts["can_post"][reader]:
            return
        followers = self.world.graph.followers_of(int(self.world.reserve.origin[address[1]]))
        delivery = -1 if read >= 0 else observed.delivery(address, reader, followers.tolist())
        chance = min(self.share_probability(known, post, reader, surface == 0), 1.0)
        if observed.evidence.conditioned:
            shares = observed.conditioned(read, delivery, address, reader, uniform(word)) < chance
        else:
            observed.note(read, delivery, chance)
            shares = read >= 0
        if shares:
            known.freely |= read < 0
            known.shared = max(known.shared, 1)
            self.share(post, reader, k)

    def notice(self, post: int, reader: int, surface: int, report_word: int) -> Knowledge:
        """One account takes in one visible post: read, exposure, report, belief, in this order."""
        row = self.world.posts[post]
        story, author = int(row["story"]), int(row["author"])
        known = self.knows[reader, story]
        known.reads += 1
        if self.rules.log_reads:
            self.write(Kind.READ, story, post, reader, author, known.reads)
        if known.reads == 1 and self.rules.late:
            platform = int(self.world.platform[reader])
            self._exposed.append(
                (self.env.now, surface, story, post, reader, author, Kind.EXPOSE, platform)
            )
        elif known.reads == 1:
            self.write(Kind.EXPOSE, story, post, reader, author, surface)
            self.count("reach", post)
        if not known.reported and uniform(report_word) < self.report_chance(story, reader):
            self.report(known, post, reader)
        if self.world.stories["belief"][story] > 0:
            self.persuade(known, post, reader)
        if self.world.stories["answers"][story] >= 0 and known.reads == 1:
            self.convince(post, reader)
        return known

    def report_chance(self, story: int, reader: int) -> float:
        """P(report | read)."""
        chance = float(self.world.stories["report"][story])
        if self.treated(reader):
            chance = min(chance * float(self.world.treated_stories["report"][story]), 1.0)
        return chance

    def report(self, known: Knowledge, post: int, reader: int) -> None:
        """An account flags a post; once for each story."""
        known.reported = True
        story, author, _ = self.address(post)
        self.write(Kind.REPORT, story, post, reader, author, 0.0)
        self.count("reports", post)

    def share_probability(self, known: Knowledge, post: int, reader: int, by_follow: bool) -> float:
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
        chance *= self.believable(post, reader)
        if author["official"]:
            chance *= float(world.profiles["trust"][reader])
        template = rules.templates[story["template"]]
        if template["novelty"] >= 0:
            chance *= self.fading(template, "novelty", now - float(story["born"]))
        if template["post_novelty"] >= 0:
            chance *= self.fading(template, "post_novelty", now - float(row["time"]))
        steps = rules.reinforcement[story["template"]]
        chance *= float(steps[min(known.reads, len(steps)) - 1])
        first = int(story["correctors"])
        for i in range(first, first + int(story["corrected"])):
            if self.knows[reader, int(rules.corrections["story"][i])].reads:
                chance *= self.corrected_share(rules.corrections[i], reader)
        chance *= self.for_reader("stories", "flow", int(row["story"]), reader)
        if not known.believed:
            chance *= float(story["if_doubted"])
        whose = int(row["author"])
        here, there = world.platform[reader], world.platform[whose]
        chance *= self.for_reader("friction", "", int(here), reader)
        if there != here and world.person[whose] == world.person[reader]:
            chance *= float(rules.crosspost[here])
        return chance * self.willing(reader)

    def corrected_share(self, correction: Any, reader: int) -> float:
        """The factor on P(share) for who has read a correction."""
        if correction["backfire"] > 0:
            address = address_word(Purpose.BACKFIRE)
            word = philox(self.world.seed, address, int(correction["story"]), reader, 0)[0]
            if uniform(word) < correction["backfire"]:
                return float(correction["backfire_factor"])
        return float(correction["factor"])

    def follow_weight(self, followee: int, follower: int) -> float:
        """The weight of one follow; 1 where there is none."""
        place = int(self.world.reserve.origin[followee])
        row = self.world.graph.followers_of(place).tolist()
        if follower not in row:
            return 1.0
        return float(self.rules.weights[self.world.graph.offsets[place] + row.index(follower)])

    def fading(self, template: Any, novelty: str, age: float) -> float:
        """The factor of one of a template's novelty tables at an age."""
        word = int(min(age / float(template[f"{novelty}_unit"]), 2147483647.0))
        return sample(self.rules.tables[template[novelty]], word)

    # -- minds ----------------------------------------------------------------------

    def persuade(self, known: Knowledge, post: int, reader: int) -> None:
        """One read of a story may make the reader believe it, unless it was corrected before."""
        if known.believed or known.corrected:
            return
        story, author, k = self.address(post)
        about, writer = self.world.stories[story], self.world.accounts[author]
        chance = float(about["belief"]) * float(writer["credence"])
        chance = chance * float(about["credence"]) * self.believable(post, reader)
        if writer["official"]:
            chance *= float(self.world.profiles["trust"][reader])
        address = address_word(Purpose.BELIEVE, k)
        if uniform(philox(self.world.seed, address, story, author, reader)[0]) < chance:
            known.believed = True
            self.write(Kind.BELIEVE, story, post, reader, author, 1.0)
            self.move_trust(story, post, reader, author, float(about["trust_believed"]))

    def convince(self, post: int, reader: int) -> None:
        """The first read of a correction: the reader may take back what it believed, for good."""
        story, author, _ = self.address(post)
        answered = int(self.world.stories["answers"][story])
        known = self.knows[reader, answered]
        word = philox(self.world.seed, address_word(Purpose.CONVINCE), story, reader, 0)[0]
        if known.corrected or uniform(word) >= self.world.stories["convinces"][story]:
            return
        known.corrected = True
        if known.believed:
            known.believed = False
            self.write(Kind.BELIEVE, answered, post, reader, author, 0.0)
            change = float(self.world.stories["trust_refuted"][answered])
            self.move_trust(answered, post, reader, author, change)

    def move_trust(self, story: int, post: int, account: int, source: int, change: float) -> None:
        """Change an account's trust in official sources by a share of it."""
        if change:
            trust, most = self.world.profiles["trust"], self.rules.most_trust
            if self.rules.trust_began.size:
                most = max(most, float(self.rules.trust_began[account]))
            moved = float(trust[account]) * (1.0 + change)
            trust[account] = min(max(moved, 0.0), most)
            self.write(Kind.TRUST, story, post, account, source, float(trust[account]))

    # -- seeing ---------------------------------------------------------------------

    def shown(self, post: int, reader: int) -> bool:
        """Whether the post is visible to this reader: it exists and is not hidden."""
        return self.world.is_up(post) and self.unhidden(post, reader)

    def believable(self, post: int, reader: int) -> float:
        """The credence of a post; of a share, its original's as well: a label shows on both."""
        root = int(self.world.posts["root"][post])
        own = self.for_reader("posts", "credence", post, reader)
        return own if root == post else own * self.for_reader("posts", "credence", root, reader)

    def for_reader(self, table: str, column: str, row: int, reader: int) -> float:
        """A lever as one reader meets it: what treated readers see is a further factor."""
        array = getattr(self.world, table)
        value = float(array[column][row] if column else array[row])
        if self.treated(reader):
            seen = getattr(self.world, for_treated(table))
            value *= float(seen[column][row] if column else seen[row])
        return value

    def treated(self, account: int) -> bool:
        """Whether an account is treated now, in an experiment."""
        return self.world.treatment.treats(account, float(self.env.now))

    def unhidden(self, post: int, reader: int) -> bool:
        """Whether an existing post is not hidden from this reader."""
        visibility = float(self.world.posts["visibility"][post])
        return visibility >= 1 or uniform(self.draws(post, reader)[0]) < visibility

    def kept(self, followee: int, follower: int) -> bool:
        """Whether the follow is kept at the followee's present audience level."""
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
        """What chance has in store for this reader and this post; the second word is the coin."""
        story, author, k = self.address(post)
        address = (address_word(Purpose.READ, k), story, author, reader)
        words = philox(self.world.seed, *address)
        key = self.world.key_of(reader, story)
        return words if key == self.world.seed else (words[0], philox(key, *address)[1], *words[2:])
