"""The book of a stream of events: what its header and rows say, and what a law of it is.

Nothing here knows the engine. ``broken`` goes once through the rows; each law sees every row with
the book of what came before it, and says what is wrong, or nothing. What a scenario has is read
from its resolved form, which every result stores.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, ClassVar, NamedTuple

from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.events.verbs import VERBS

__all__ = ["Book", "Event", "Law", "broken", "events_of", "hours"]


class Event(NamedTuple):
    """One row, in plain values. ``late``: worked out after the run."""

    time: float
    kind: Kind
    platform: int
    story: int
    post: int
    account: int
    source: int
    value: float
    late: bool = False

    @property
    def verb(self) -> str:
        return VERBS[int(self.value)]


class Post(NamedTuple):
    time: float
    story: int
    author: int
    parent: int
    root: int


@dataclass
class Book:
    """What header and rows so far say. ``scenario`` is the resolved form."""

    facts: Facts
    scenario: dict[str, Any]
    policy: list[dict[str, Any]]
    by_hand: bool = False
    #: Is every read a row of the stream?
    logs_reads: bool = False
    time: float = 0.0
    posts: list[Post] = field(default_factory=list)
    #: First reads by (account, story): when.
    exposed: dict[tuple[int, int], float] = field(default_factory=dict)
    #: Who has posted a story and may not share it (again).
    posted: set[tuple[int, int]] = field(default_factory=set)
    #: The last row of a read by account: (time, post).
    reading: dict[int, tuple[float, int]] = field(default_factory=dict)

    @property
    def feed(self) -> dict[str, Any] | None:
        """How posts are read; None with a model of contacts."""
        return None if "model" in self.scenario else self.scenario["feed"]

    def names_of(self, story: int) -> set[str]:
        name = self.facts.stories[story].name
        return {name, name.split("#")[0]}

    def turn(self, event: Event) -> None:
        """Enter a row, after the laws have seen it."""
        self.time = max(self.time, event.time)
        if event.kind in (Kind.PUBLISH, Kind.SHARE):
            parent = int(event.value) if event.kind is Kind.SHARE else -1
            known = 0 <= parent < len(self.posts)
            root = self.posts[parent].root if known else len(self.posts)
            self.posts.append(Post(event.time, event.story, event.account, parent, root))
            self.posted.add((event.account, event.story))
        elif event.kind is Kind.EXPOSE:
            self.exposed.setdefault((event.account, event.story), event.time)
        elif event.kind is Kind.STOP and self.scenario["model"]["kind"] == "sis":
            self.posted.discard((event.account, event.story))
        elif event.kind is Kind.READ:
            self.reading[event.account] = (event.time, event.post)


class Law:
    """One law of one stream. ``see`` says how a row breaks it, None where it does not."""

    name: ClassVar[str]
    #: True where other laws make no sense of a row that breaks this one: no more rows are read.
    ends_all: ClassVar[bool] = False

    def __init__(self, book: Book) -> None:
        self.book = book

    def see(self, event: Event) -> str | None:
        raise NotImplementedError

    def end(self) -> str | None:
        """What is wrong with the stream as a whole."""
        return None


def hours(text: str) -> float:
    """A duration of the resolved form, which is in hours: ``"1.5 h"``."""
    amount, unit = text.split()
    assert unit == "h"
    return float(amount)


def events_of(batch: Batch, late: Batch | None = None) -> list[Event]:
    """The rows as events, each first read that was worked out later as early as may be."""
    waiting = _plain(late, True) if late is not None else []
    found: list[Event] = []
    posts = 0
    for event in _plain(batch, False):
        while waiting and waiting[0].time <= event.time:
            moment = waiting[0].time
            now = list(takewhile(lambda each, moment=moment: each.time == moment, waiting))
            ready = [each for each in now if each.post < posts or each.time < event.time]
            if not ready:
                break
            found += ready
            waiting = [each for each in now if each not in ready] + waiting[len(now) :]
        found.append(event)
        posts += event.kind in (Kind.PUBLISH, Kind.SHARE)
    return [*found, *waiting]


def _plain(batch: Batch, late: bool) -> list[Event]:
    rows = batch.rows.tolist()
    return [
        Event(time, Kind(kind), platform, story, post, account, source, value, late)
        for time, value, story, post, account, source, kind, platform in rows
    ]


def broken(
    facts: Facts,
    events: list[Event],
    scenario: dict[str, Any],
    laws: Sequence[type[Law]],
    *,
    by_hand: bool = False,
) -> Iterator[tuple[str, str]]:
    """(law, how) for every law that the stream breaks: the first row that does so.

    ``scenario`` is the resolved form. ``by_hand``: a policy acts that is no part of it.
    """
    policies = {each["name"]: each["interventions"] for each in scenario["policies"]}
    reads = any(event.kind is Kind.READ for event in events)
    book = Book(facts, scenario, policies.get(facts.policy, []), by_hand, reads)
    kept = [law(book) for law in laws]
    for place, event in enumerate(events):
        for law in list(kept):
            told = law.see(event)
            if told is not None:
                kept.remove(law)
                yield law.name, f"row {place} {event}: {told}"
                if law.ends_all:
                    return
        book.turn(event)
    for law in kept:
        told = law.end()
        if told is not None:
            yield law.name, told
