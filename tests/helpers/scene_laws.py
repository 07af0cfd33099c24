"""Laws of surfaces, plans and purses, from the stream alone."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any, Final

from law_book import Book, Event, Law

from rumorsim.events.stream import Kind

__all__ = ["SCENE_LAWS"]

#: Publications that adversaries or the desk add to the plan have numbers from here on.
UNPLANNED: Final = 2**22
#: What sums of money may be rounded by, as a part of the purse.
HAIR: Final = 1e-9


class SurfacesShowWhatTheySay(Law):
    name = "a surface exposes to stories only while it shows them"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.shown: dict[tuple[int, int], bool] = {}
        self.pushed: dict[tuple[int, int], float] = {}
        #: A story is pushed once, to each arm where there are two.
        self.pushes: Counter[tuple[int, int]] = Counter()
        self.arms = book.facts.treatment

    def see(self, event: Event) -> str | None:
        if event.kind is Kind.SURFACE:
            place = (event.source, event.story)
            if self.is_push(event.source):
                self.pushes[place] += 1
                self.pushed[place] = event.time
                again = self.pushes[place] > 1 + self.arms.there_is
                return "pushed once too often" if again else None
            self.shown[place] = event.value > 0
        if event.kind is not Kind.EXPOSE or event.value == 0 or self.book.by_hand:
            return None
        if int(event.value) == visit_of(self.book):
            return None
        # The stream tells of the ranking that readers see who are not treated.
        if self.arms.treats(event.account, event.time):
            return None
        place = (int(event.value) - 1, event.story)
        if self.is_push(place[0]):
            return None if self.pushed.get(place) == event.time else "was not pushed"
        return None if self.shown.get(place) else "was not shown"

    def is_push(self, surface: int) -> bool:
        return self.book.facts.surfaces[surface + 1].endswith("push")


def visit_of(book: Book) -> int:
    """What the value of an exposure says of a visit; -1 where no story has visits."""
    visited = any(story.get("visits") for story in book.scenario["stories"])
    return len(book.facts.surfaces) - 1 if visited else -1


class VisitsAreOfOriginals(Law):
    name = "a visit is of an original of a story that has visits, by another account there"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.visit = visit_of(book)
        self.visited = {s["name"] for s in book.scenario["stories"] if s.get("visits")}

    def see(self, event: Event) -> str | None:
        if event.kind is not Kind.EXPOSE or int(event.value) != self.visit:
            return None
        post, origin = self.book.posts[event.post], self.book.facts.origin
        if post.root != event.post:
            return "of a share"
        if not self.visited & self.book.names_of(event.story):
            return "of a story without visits"
        if origin[event.account] == origin[post.author]:
            return "by its author"
        platform = self.book.facts.platform
        stayed = all(origin[who] == who for who in (event.account, post.author))
        if stayed and platform[event.account] != platform[post.author]:
            return "from another platform"
        return None


class VisitsAreAsMany(Law):
    name = "an original gets no more visits than its story has"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.visit = visit_of(book)
        self.most = {
            s["name"]: math.ceil(s["visits"]["mean"])
            for s in book.scenario["stories"]
            if s.get("visits") and s["visits"]["sigma"] == 0
        }
        self.made: Counter[int] = Counter()

    def see(self, event: Event) -> str | None:
        if event.kind is not Kind.EXPOSE or int(event.value) != self.visit:
            return None
        self.made[event.post] += 1
        most = [self.most[name] for name in self.book.names_of(event.story) if name in self.most]
        over = most and self.made[event.post] > most[0]
        return f"{self.made[event.post]} visits, {most[0]} there are" if over else None


class PlansAreKept(Law):
    name = "planned posts are no more than a platform lets an account make in a day"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.made: Counter[tuple[int, int]] = Counter()

    def see(self, event: Event) -> str | None:
        planned = event.kind is Kind.PUBLISH and event.value < UNPLANNED
        if not planned and event.kind is not Kind.WITHHOLD:
            return None
        origin = int(self.book.facts.origin[event.account])
        settings = list(self.book.scenario.get("platforms", {}).values())
        home = int(self.book.facts.platform[origin])
        limit = settings[home].get("publications_per_day") if settings else None
        day = (origin, math.floor(event.time / 24.0))
        self.made[day] += event.kind is Kind.PUBLISH
        over = limit is not None and self.made[day] > limit
        return f"{self.made[day]} in a day" if over else None


class PursesPayWhatTheyHave(Law):
    name = "no purse pays more than it has"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        budgets: list[dict[str, Any]] = book.scenario["adversaries"]
        self.left = [float(each.get("budget", 0.0)) for each in budgets]
        self.scale = [max(1.0, each) for each in self.left]

    def see(self, event: Event) -> str | None:
        if event.kind is not Kind.PAY:
            return None
        self.left[event.source] -= event.value
        short = self.left[event.source] < -HAIR * self.scale[event.source]
        return f"{self.left[event.source]!r} is left" if short else None


SCENE_LAWS: list[type[Law]] = [
    SurfacesShowWhatTheySay,
    VisitsAreOfOriginals,
    VisitsAreAsMany,
    PlansAreKept,
    PursesPayWhatTheyHave,
]
