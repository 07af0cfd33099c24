"""Laws of what the public does, from the stream alone: times, posts, reads, shares, beliefs."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Final

from law_book import Book, Event, Law, hours

from rumorsim.events.stream import STOPS, Kind

__all__ = ["STREAM_LAWS"]

#: Adversaries whose accounts share without reading.
SHARE_UNREAD: Final = {"coordinated-boosters", "fake-engagement"}


class TimesNeverFall(Law):
    name = "times never fall, and lie in [0, horizon)"

    def see(self, event: Event) -> str | None:
        inside = 0.0 <= event.time < self.book.facts.horizon
        if not (inside and event.time >= self.book.time):
            return f"{event.time!r} after {self.book.time!r}"
        return None


class NamesExist(Law):
    name = "accounts, stories, surfaces and platforms exist"
    ends_all = True

    def see(self, event: Event) -> str | None:
        facts = self.book.facts
        sound = (
            -1 <= event.account < facts.accounts
            and -1 <= event.story < len(facts.stories)
            and 0 <= event.platform < len(facts.platforms)
            and math.isfinite(event.value)
        )
        if event.kind is Kind.EXPOSE:
            sound = sound and 0 <= event.value < len(facts.surfaces)
        if event.kind not in (Kind.ACTION, Kind.SURFACE, Kind.PAY):
            sound = sound and event.account >= 0
        return None if sound else "no such thing"


class PlatformsAreWhereAccountsAre(Law):
    name = "an event is where its account is"

    def see(self, event: Event) -> str | None:
        facts = self.book.facts
        # Whoever comes back may have gone elsewhere.
        if event.account < 0 or facts.origin[event.account] != event.account:
            return None
        home = int(facts.platform[event.account])
        return None if event.platform == home else f"on {event.platform}, not {home}"


class PostsComeInOrder(Law):
    name = "cascades are trees: a share goes back to an earlier post of its story"
    ends_all = True

    def see(self, event: Event) -> str | None:
        posts = self.book.posts
        if event.kind not in (Kind.PUBLISH, Kind.SHARE):
            return None
        if event.post != len(posts):
            return f"post {event.post} where {len(posts)} was next"
        if event.kind is Kind.PUBLISH:
            return None if event.source == -1 and event.value >= 1 else "no publication"
        if not 0 <= event.value < len(posts):
            return f"shares post {event.value:g} of {len(posts)}"
        parent = posts[int(event.value)]
        if parent.story != event.story or parent.author != event.source:
            return f"shares {parent}"
        return None


class NothingIsReadBeforeItIsPosted(Law):
    name = "nothing is read before it is posted"
    ends_all = True

    def see(self, event: Event) -> str | None:
        if event.kind not in (Kind.EXPOSE, Kind.READ, Kind.REPORT, Kind.BELIEVE):
            return None
        if not 0 <= event.post < len(self.book.posts):
            return f"post {event.post} of {len(self.book.posts)}"
        post = self.book.posts[event.post]
        if event.time < post.time:
            return f"read at {event.time!r}, posted at {post.time!r}"
        if event.source != post.author:
            return f"from {event.source}, not {post.author}"
        if event.kind is not Kind.BELIEVE and event.story != post.story:
            return f"story {event.story}, not {post.story}"
        feed = self.book.feed
        by_check_in = feed is not None and feed["reading"] == "check-in"
        in_feed = event.kind is Kind.EXPOSE and event.value == 0
        if by_check_in and in_feed and event.time == post.time:
            return "read at the very moment it was posted"
        return None


class EverybodyIsExposedOnce(Law):
    name = "reach is distinct readers: nobody is exposed twice"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.reads: dict[tuple[int, int], int] = defaultdict(int)
        self.due: Event | None = None

    def see(self, event: Event) -> str | None:
        who = (event.account, event.story)
        due, self.due = self.due, None
        if due is not None and not (event.kind is Kind.EXPOSE and event[4:6] == due[4:6]):
            return f"the first read {due} exposed nobody"
        if event.kind is Kind.EXPOSE:
            return "exposed before" if who in self.book.exposed else None
        if event.kind is Kind.READ:
            self.reads[who] += 1
            if self.reads[who] != event.value:
                return f"read number {event.value:g}, counted {self.reads[who]}"
            self.due = event if event.value == 1 else None
        return None


class SharesFollowExposures(Law):
    name = "a share follows an exposure, once for each account and story"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        pushed = [a for a in book.scenario["adversaries"] if a["kind"] in SHARE_UNREAD]
        self.unread = {name for each in pushed for name in each["stories"]}
        self.again = {each["name"] for each in book.scenario["stories"] if each["again"] > 0}

    def see(self, event: Event) -> str | None:
        if event.kind is not Kind.SHARE:
            return None
        who = (event.account, event.story)
        if who in self.book.posted and not self.again & self.book.names_of(event.story):
            return "has posted the story before"
        if self.book.by_hand or self.unread & self.book.names_of(event.story):
            return None
        if who not in self.book.exposed:
            return "has not read the story"
        reading = (event.time, int(event.value))
        if self.book.logs_reads and self.book.reading.get(event.account) != reading:
            return "did not read what it shares"
        return None


class ReportsFollowExposures(Law):
    name = "a report follows an exposure, once for each account and story"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        raids = [a for a in book.scenario["adversaries"] if a["kind"] == "mass-reporting"]
        self.unread = {name for each in raids for name in each["stories"]}
        self.asked = any(each["kind"] == "user-reports" for each in book.policy) or book.by_hand
        self.done: set[tuple[int, int]] = set()

    def see(self, event: Event) -> str | None:
        if event.kind is not Kind.REPORT:
            return None
        who = (event.account, event.story)
        if who in self.done:
            return "has reported the story before"
        self.done.add(who)
        unread = self.asked or self.unread & self.book.names_of(event.story)
        return None if unread or who in self.book.exposed else "has not read the story"


class SpreadersStopWhatTheyTell(Law):
    name = "only who tells a story stops telling it"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.telling: set[tuple[int, int]] = set()

    def see(self, event: Event) -> str | None:
        who = (event.account, event.story)
        if event.kind in (Kind.PUBLISH, Kind.SHARE):
            self.telling.add(who)
        if event.kind is not Kind.STOP:
            return None
        if self.book.feed is not None:
            return "nobody stops reading a feed"
        if not 0 <= event.value < len(STOPS):
            return "no such reason"
        if who not in self.telling:
            return "does not tell it"
        self.telling.discard(who)
        return None


class BeliefsAlternate(Law):
    name = "who comes to believe did not, who is corrected did, and for good"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.believes: dict[tuple[int, int], float] = {}

    def see(self, event: Event) -> str | None:
        if event.kind is not Kind.BELIEVE:
            return None
        who = (event.account, event.story)
        before = self.believes.get(who)
        self.believes[who] = event.value
        return None if (before is None) == (event.value == 1.0) and before != 0.0 else f"{before}"


class TrustIsBounded(Law):
    name = "trust stays in [0, 100], below its ceiling or where it began"

    def see(self, event: Event) -> str | None:
        if event.kind is not Kind.TRUST:
            return None
        began = float(self.book.facts.trust[event.account])
        most = min(100.0, max(self.book.scenario["beliefs"]["most_trust"], began))
        # Trust is kept in single precision.
        inside = 0.0 <= event.value <= most * (1 + 1e-6)
        return None if inside else f"{event.value!r} is above {most!r}"


class DelaysOfReadingHold(Law):
    name = "what is read after a fixed delay is read exactly then"

    def see(self, event: Event) -> str | None:
        feed = self.book.feed
        in_feed = event.kind is Kind.EXPOSE and event.value == 0
        if not in_feed or feed is None or feed["reading"] != "delay":
            return None
        if feed["delay"]["law"] != "fixed" or feed["daily_curve"] != "flat":
            return None
        # Delays are tables of single precision.
        delay, waited = hours(feed["delay"]["time"]), event.time - self.book.posts[event.post].time
        return None if math.isclose(waited, delay, rel_tol=1e-6, abs_tol=1e-9) else f"{waited!r} h"


class AttentionIsLimited(Law):
    name = "at a check-in no more posts are read than attention allows"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.taken: tuple[float, int, int] = (-1.0, -1, 0)
        self.pushed = -1.0
        self.visited = {s["name"] for s in book.scenario["stories"] if s.get("visits")}

    def see(self, event: Event) -> str | None:
        feed = self.book.feed
        if event.kind is Kind.SURFACE:
            self.pushed = event.time
        if event.kind is not Kind.READ or feed is None or self.book.by_hand:
            return None
        if feed["reading"] == "delay" or feed["attention"] == "unlimited":
            return None
        if self.visited & self.book.names_of(event.story):
            # Reads do not say whether they were visits, which take no attention.
            return None
        time, account, count = self.taken
        same = (time, account) == (event.time, event.account)
        self.taken = (event.time, event.account, count + 1 if same else 1)
        over = self.taken[2] > feed["attention"] and self.pushed != event.time
        return f"{self.taken[2]} reads at once" if over else None


STREAM_LAWS: list[type[Law]] = [
    TimesNeverFall,
    NamesExist,
    PlatformsAreWhereAccountsAre,
    PostsComeInOrder,
    NothingIsReadBeforeItIsPosted,
    EverybodyIsExposedOnce,
    SharesFollowExposures,
    ReportsFollowExposures,
    SpreadersStopWhatTheyTell,
    BeliefsAlternate,
    TrustIsBounded,
    DelaysOfReadingHold,
    AttentionIsLimited,
]
