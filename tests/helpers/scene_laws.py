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

    def see(self, event: Event) -> str | None:
        if event.kind is Kind.SURFACE:
            place = (event.source, event.story)
            if self.is_push(event.source):
                again = place in self.pushed
                self.pushed[place] = event.time
                return "pushed twice" if again else None
            self.shown[place] = event.value > 0
        if event.kind is not Kind.EXPOSE or event.value == 0 or self.book.by_hand:
            return None
        place = (int(event.value) - 1, event.story)
        if self.is_push(place[0]):
            return None if self.pushed.get(place) == event.time else "was not pushed"
        return None if self.shown.get(place) else "was not shown"

    def is_push(self, surface: int) -> bool:
        return self.book.facts.surfaces[surface + 1].endswith("push")


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
    PlansAreKept,
    PursesPayWhatTheyHave,
]
