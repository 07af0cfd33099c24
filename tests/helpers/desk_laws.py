"""Laws of what the desk does, from the stream alone: who is barred does nothing, and quotas,
delays, ladders and durations hold.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Final

from law_book import Book, Event, Law, hours

from rumorsim.events.stream import Kind
from rumorsim.events.verbs import LIFTED_BY

__all__ = ["DESK_LAWS"]

#: What takes an account away, or bars it for a time.
BARRING: Final = {"close", "suspend", "take-down"}
#: What accounts do themselves. Who forgets a story stops telling it, closed or not.
DOING: Final = {Kind.PUBLISH, Kind.SHARE, Kind.EXPOSE, Kind.READ, Kind.REPORT, Kind.BELIEVE}
#: The one row by which an intervention of this kind acts on a target.
ACTS: Final = {
    "close-accounts": {"close"},
    "suspend-accounts": {"suspend"},
    "remove-followers": {"remove-followers"},
    "delete-posts": {"delete"},
    "filter-trending": {"delist"},
    "demonetise": {"demonetise"},
    "limit-push": {"limit-push"},
    "derank": {"derank"},
    "discount-engagement": {"discount-engagement"},
    "label": {"label"},
    "crowd-note": {"label"},
    "promote": {"promote"},
    "friction": {"add-friction"},
    "circuit-breaker": {"slow"},
    "take-down-story": {"take-down-story"},
    "verify-identity": {"unmask"},
    "require-credentials": {"require-credentials"},
    "warn-platform": {"warn-platform"},
    "user-reports": {"ask-readers"},
    "strike-ladder": {"warn", "delete", "suspend", "remove-followers", "demonetise", "close"},
}
#: What would add nothing to an account that is closed, or to a post that vanished with it.
MOOT: Final = {
    "suspend", "remove-followers", "demonetise", "discount-engagement", "unmask",
    "require-credentials", "warn", "classify", "delete", "hide", "label",
}  # fmt: skip
#: The lag of the clock that a sum of times may have.
HAIR: Final = 1e-9


def target_of(event: Event) -> tuple[str, int]:
    """What an action is aimed at: a post before its author, an account before a story."""
    for kind in ("post", "account", "story"):
        if getattr(event, kind) >= 0:
            return kind, int(getattr(event, kind))
    return "platform", event.platform


class WhoIsBarredDoesNothing(Law):
    name = "who is closed or suspended does nothing"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.barred: dict[int, float] = {}

    def see(self, event: Event) -> str | None:
        if event.kind is Kind.ACTION:
            if event.verb in BARRING:
                self.barred.setdefault(event.account, event.time)
            elif event.verb == "reinstate":
                self.barred.pop(event.account, None)
            return None
        since = self.barred.get(event.account)
        if since is None or event.kind not in DOING or (event.late and event.time <= since):
            return None
        return f"barred since {since!r}"


class WhoIsGoneIsNotSeen(Law):
    name = "what was deleted, or is by somebody closed, is read no more"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.closed: dict[int, float] = {}
        self.deleted: dict[int, float] = {}
        self.taken_down: dict[int, float] = {}

    def see(self, event: Event) -> str | None:
        if event.kind is Kind.ACTION:
            if event.verb in ("close", "take-down"):
                self.closed.setdefault(event.account, event.time)
            elif event.verb == "delete":
                self.deleted.setdefault(event.post, event.time)
            elif event.verb in ("reinstate", "reopen"):
                self.closed.pop(event.account, None)
            elif event.verb == "restore-post":
                self.deleted.pop(event.post, None)
            elif event.verb == "take-down-story":
                self.taken_down.setdefault(event.story, event.time)
            elif event.verb == "restore-story":
                self.taken_down.pop(event.story, None)
        if event.kind not in (Kind.EXPOSE, Kind.READ, Kind.REPORT):
            return None
        post = self.book.posts[event.post]
        # By word of mouth what became of the original changes nothing.
        root = self.book.posts[post.root if self.book.feed is not None else event.post]
        gone = (
            self.deleted.get(event.post),
            self.taken_down.get(event.story),
            self.closed.get(post.author),
            self.closed.get(root.author),
        )
        since = min((each for each in gone if each is not None), default=math.inf)
        if since is math.inf or (event.late and event.time <= since):
            return None
        return f"gone since {since!r}"


class NothingIsDoneToWhoIsGone(Law):
    name = "nothing more is done to an account that is closed, or to its posts"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.closed: set[int] = set()

    def see(self, event: Event) -> str | None:
        if event.kind is not Kind.ACTION:
            return None
        if event.verb in ("close", "take-down"):
            self.closed.add(event.account)
        elif event.verb in ("reinstate", "reopen"):
            self.closed.discard(event.account)
        return event.verb if event.verb in MOOT and event.account in self.closed else None


class WhoIsCutOffReachesNobody(Law):
    name = "who has lost all followers reaches none of them"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.cut: dict[int, float] = {}

    def see(self, event: Event) -> str | None:
        if event.kind is Kind.ACTION and event.verb == "remove-followers" and event.source >= 0:
            by = self.book.policy[event.source]
            if by["kind"] == "remove-followers" and by["keep"] == 0 and by["regrowth"] == 0:
                self.cut.setdefault(event.account, event.time)
        elif event.kind is Kind.ACTION and event.verb == "restore-followers":
            self.cut.pop(event.account, None)
        if event.kind is not Kind.EXPOSE or event.value != 0:
            return None
        since = self.cut.get(self.book.posts[event.post].author)
        if since is None or (event.late and event.time <= since):
            return None
        return f"cut off since {since!r}"


class WithheldPostsAreBarred(Law):
    name = "a post is withheld as barred only where its author may not post"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.ever: set[int] = set()

    def see(self, event: Event) -> str | None:
        if event.kind is Kind.ACTION and event.verb in (*BARRING, "require-credentials"):
            self.ever.add(event.account)
        barred = event.kind is Kind.WITHHOLD and event.value == 0
        return "was never barred" if barred and event.account not in self.ever else None


class WhoComesBackWasClosed(Law):
    name = "an account in reserve does nothing before one that it succeeds was closed"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.closed: set[int] = set()

    def see(self, event: Event) -> str | None:
        origin = int(self.book.facts.origin[event.account]) if event.account >= 0 else -1
        if event.kind is Kind.ACTION and event.verb in ("close", "take-down"):
            self.closed.add(origin)
        waits = event.kind in DOING and origin != event.account and origin not in self.closed
        return f"{origin} was never closed" if waits else None


class CasesComeBeforeActs(Law):
    name = "an act follows its case, after the delay of the desk"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.opened: dict[tuple[int, str, int], float] = {}

    def see(self, event: Event) -> str | None:
        if event.kind is not Kind.ACTION or event.source < 0:
            return None
        by = self.book.policy[event.source]
        place = (event.source, *target_of(event))
        if event.verb == "flag":
            self.opened[place] = event.time
        if event.verb not in ACTS.get(by["kind"], ()) or by["kind"] == "strike-ladder":
            return None
        begun = self.opened.get(place)
        if begun is None:
            return "no case was opened"
        law, waited = by.get("delay"), event.time - begun
        least = hours(law["time"]) if law and law["law"] == "fixed" else 0.0
        if law and law["law"] == "power-law":
            least = 0.0
        if waited < least * (1 - 1e-6) - HAIR:
            return f"acted after {waited!r} h, not {least!r}"
        at_once = not by.get("quota") and not by.get("reviewers")
        fixed = law is None or law["law"] == "fixed"
        if at_once and fixed and waited > least * (1 + 1e-6) + HAIR:
            return f"acted only after {waited!r} h, not {least!r}"
        return None


class QuotasHold(Law):
    name = "an intervention acts no more often than its quota"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.used: Counter[tuple[int, int]] = Counter()

    def see(self, event: Event) -> str | None:
        if event.kind is not Kind.ACTION or event.source < 0:
            return None
        by = self.book.policy[event.source]
        if not by.get("quota") or event.verb not in ACTS.get(by["kind"], ()):
            return None
        count, period = by["quota"].removesuffix(" h").split(" per ")
        window = math.floor(event.time / float(period) + HAIR)
        self.used[event.source, window] += 1
        over = self.used[event.source, window] > int(count)
        return f"{self.used[event.source, window]} in one period" if over else None


class LaddersAreClimbed(Law):
    name = "each strike of a ladder is its next step"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        self.given: Counter[tuple[int, int]] = Counter()

    def see(self, event: Event) -> str | None:
        if event.kind is not Kind.ACTION or event.source < 0:
            return None
        by = self.book.policy[event.source]
        if by["kind"] != "strike-ladder" or event.verb not in ACTS["strike-ladder"]:
            return None
        strikes = self.given[event.source, event.account]
        self.given[event.source, event.account] += 1
        step = by["steps"][min(strikes, len(by["steps"]) - 1)]
        # Where no post is left to be deleted it is a warning.
        right = event.verb == step or (step, event.verb) == ("delete", "warn")
        return None if right or by.get("lapse") else f"strike {strikes + 1} is {step}"


class WhatIsForATimeIsUndone(Law):
    name = "what is done for a time is told to be over when the last of its sort is"

    def __init__(self, book: Book) -> None:
        super().__init__(book)
        #: By (what lifts it, target): when all that holds is over.
        self.due: dict[tuple[str, str, int], float] = {}

    def see(self, event: Event) -> str | None:
        for (lifted, kind, target), end in self.due.items():
            if end < event.time - HAIR:
                return f"{lifted} of {kind} {target} was due at {end!r}"
        if event.kind is not Kind.ACTION:
            return None
        target = target_of(event)
        self.due.pop((event.verb, *target), None)
        if event.verb in LIFTED_BY:
            place = (LIFTED_BY[event.verb], *target)
            self.due[place] = max(self.end_of(event), self.due.get(place, 0.0))
        return None

    def end_of(self, event: Event) -> float:
        """When this one is over; never, where that is not for the intervention alone to say."""
        by = self.book.policy[event.source] if event.source >= 0 else {"kind": ""}
        simple = event.verb in ACTS.get(by["kind"], ()) and by["kind"] != "strike-ladder"
        return event.time + hours(by["duration"]) if simple and by.get("duration") else math.inf


DESK_LAWS: list[type[Law]] = [
    WhoIsBarredDoesNothing,
    WhoIsGoneIsNotSeen,
    NothingIsDoneToWhoIsGone,
    WhoIsCutOffReachesNobody,
    WithheldPostsAreBarred,
    WhoComesBackWasClosed,
    CasesComeBeforeActs,
    QuotasHold,
    LaddersAreClimbed,
    WhatIsForATimeIsUndone,
]
