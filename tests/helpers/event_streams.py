"""Random valid streams of events, made without the engine, for tests of what listens to them.

Posts are numbered in order of appearance, what is shared comes before its shares, an account
shares a story at most once and is exposed to it at most once, stops only what it tells, times
never go back.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import strategies as st

from rumorsim.common.randomness import philox, uniform
from rumorsim.events.stream import (
    EVENT,
    STOPS,
    VERBS,
    AdversaryFacts,
    Batch,
    Facts,
    InterventionFacts,
    Kind,
    ObservationFacts,
    StoryFacts,
)
from rumorsim.events.treatment import Treatment

CATEGORIES = ("health", "money", "sport")
KINDS = ("ordinary", "self-media", "bot")
TARGETS = ("account", "post", "story", "platform")
#: What each verb is aimed at, but flags and dismissals: those are of any target.
OF_ACCOUNTS = (
    "close suspend reinstate take-down remove-followers restore-followers demonetise remonetise"
    " discount-engagement count-engagement unmask verify require-credentials certify classify"
    " declassify warn fine arrest appeal reject-appeal reopen remonetise-in-part"
)
OF_POSTS = "delete restore-post hide show label unlabel"
OF_STORIES = (
    "delist relist limit-push allow-push derank rerank correct promote demote slow release"
    " take-down-story restore-story"
    " ask-readers stop-asking"
)
OF_PLATFORMS = "add-friction lift-friction warn-platform end-warning"
KIND_OF_VERB = {
    **dict.fromkeys(OF_ACCOUNTS.split(), "account"),
    **dict.fromkeys(OF_POSTS.split(), "post"),
    **dict.fromkeys(OF_STORIES.split(), "story"),
    **dict.fromkeys(OF_PLATFORMS.split(), "platform"),
}


class Draws:
    """Numbers for a fixed stream: the k-th draw is addressed (k) under the seed.

    Has what the makers below use of the generator that hypothesis hands out.
    """

    def __init__(self, seed: int) -> None:
        self.seed, self.drawn = seed, 0

    def random(self) -> float:
        self.drawn += 1
        return uniform(philox(self.seed, 0, self.drawn, 0, 0)[0])

    def randint(self, low: int, high: int) -> int:
        return low + int(self.random() * (high - low + 1))

    def choice(self, values: Sequence[Any]) -> Any:
        return values[self.randint(0, len(values) - 1)]

    def sample(self, values: Sequence[Any], size: int) -> list[Any]:
        left = list(values)
        return [left.pop(self.randint(0, len(left) - 1)) for _ in range(size)]


def same_events(one: Batch, other: Batch) -> bool:
    """Equal to the bit in every column; what pads a row is nobody's."""
    left, right = one.columns(), other.columns()
    return all(left[name].tobytes() == right[name].tobytes() for name in left)


#: What a data set would hold, by the sizes and ages that random streams have.
OBSERVATIONS = (
    ObservationFacts(fewest=1, most=3, age=0.5),
    ObservationFacts(fewest=2),
    ObservationFacts(age=0.05),
)


def random_treatment(rng: Any, accounts: int) -> Treatment:
    """Some accounts are treated from 0.5 h on, by no draw: a design with every sort of number."""
    begins = np.array([rng.choice((0.5, np.inf)) for _ in range(accounts)])
    unit, egos = np.arange(accounts, dtype=np.int32), np.ones(accounts, bool)
    return Treatment(begins, unit, egos, np.zeros(0, np.uint8), np.inf, drawn=False)


def random_facts(rng: Any) -> Facts:
    accounts = rng.randint(1, 10)
    stories = [
        StoryFacts(f"story-{i}", rng.random() < 0.5, rng.choice(CATEGORIES))
        for i in range(rng.randint(1, 4))
    ]
    if len(stories) > 1 and rng.random() < 0.5:
        stories[-1] = StoryFacts("answer", True, "health", answers="story-0")
    interventions = tuple(
        InterventionFacts(
            rng.choice(("first", "second")),
            "close-accounts",
            rng.choice(TARGETS),
            rng.choice(("truth", "category", "kind")),
            tuple(rng.sample(CATEGORIES, rng.randint(0, 2))),
            rng.randint(0, 2),
            tuple(rng.sample(KINDS, rng.randint(1, 2))),
            rng.choice((0.0, 0.25, 0.5)),
        )
        for _ in range(rng.randint(0, 3))
    )
    return Facts(
        accounts=accounts,
        horizon=rng.choice((1.0, 24.0, 77.7)),
        stories=tuple(stories),
        person=np.array([rng.randint(0, accounts - 1) for _ in range(accounts)], np.int32),
        kind=np.array([rng.randint(0, 2) for _ in range(accounts)], np.int16),
        followers=np.array([rng.randint(0, 99) for _ in range(accounts)], np.int32),
        kinds=KINDS,
        platforms=("one", "two", "three"),
        platform=np.array([rng.randint(0, 2) for _ in range(accounts)], np.uint8),
        origin=np.array([rng.randint(0, i) for i in range(accounts)], np.int32),
        trust=np.array([rng.choice((0.5, 1.0, 2.0)) for _ in range(accounts)]),
        earnings=np.array([rng.choice((0.5, 4.0, 7.5)) for _ in range(accounts)]),
        prices={"close": 3.0, "flag": 0.25},
        follows=random_follows(rng, accounts),
        interventions=interventions,
        adversaries=(
            AdversaryFacts("paid-posters"),
            AdversaryFacts("paid-deletion", buys=True),
            *[AdversaryFacts("paid-deletion", buys=True)] * rng.randint(0, 1),
        ),
        seed=rng.randint(0, 99),
        start=rng.choice(("", "2023-01-01 05:30:15")),
        observation=rng.choice((None, *OBSERVATIONS)),
        treatment=random_treatment(rng, accounts),
        provenance={"digest": "abc"},
    )


def random_follows(rng: Any, accounts: int) -> tuple[Any, Any]:
    """Rows of a follow graph: where each account's followers begin, and who they are."""
    rows = [rng.sample(range(accounts), rng.randint(0, accounts)) for _ in range(accounts)]
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return offsets.astype(np.int64), np.array([a for row in rows for a in row], np.int32)


class StreamMaker:
    """Appends one random valid event at a time."""

    def __init__(self, rng: Any, facts: Facts, moves: float = 0.7) -> None:
        self.rng, self.facts, self.rows, self.moves = rng, facts, [], moves
        self.time = 0.0
        self.posts: list[tuple[int, int]] = []
        self.once: set[tuple[str, int, int]] = set()
        self.stopped: set[tuple[int, int]] = set()
        # Where accounts are: a new one may have opened elsewhere than it was laid out for.
        self.where = [rng.randint(0, 2) for _ in range(facts.accounts)]

    def row(
        self,
        kind: Kind,
        story: int,
        post: int,
        account: int,
        source: int,
        value: float,
        platform: int = 0,
    ) -> None:
        if account >= 0:
            platform = self.where[account]
        row = (self.time, value, story, post, account, source, int(kind), platform)
        self.rows.append(row)

    def step(self, steps: int) -> None:
        if self.rng.random() < self.moves:
            late = self.time + self.rng.random() * 1.4 * self.facts.horizon / steps
            self.time = late if late < self.facts.horizon else self.time
        makers = (self.publish, self.share, self.share, self.expose, self.read, self.act)
        self.rng.choice((*makers, self.act, self.stop, self.feel, self.pay))()

    def account(self) -> int:
        return self.rng.randint(0, self.facts.accounts - 1)

    def publish(self) -> None:
        story, account = self.rng.randint(0, len(self.facts.stories) - 1), self.account()
        self.row(Kind.PUBLISH, story, len(self.posts), account, -1, 0.0)
        self.stopped.discard((story, account))
        self.posts.append((story, account))

    def _pick(self, once: str | None) -> tuple[int, int, int, int] | None:
        if not self.posts:
            return None
        post, account = self.rng.randint(0, len(self.posts) - 1), self.account()
        story, author = self.posts[post]
        if once and (once, story, account) in self.once:
            return None
        if once:
            self.once.add((once, story, account))
        return post, story, author, account

    def share(self) -> None:
        if picked := self._pick("share"):
            post, story, author, account = picked
            self.row(Kind.SHARE, story, len(self.posts), account, author, float(post))
            self.stopped.discard((story, account))
            self.posts.append((story, account))

    def expose(self) -> None:
        if picked := self._pick("expose"):
            post, story, author, account = picked
            self.row(Kind.EXPOSE, story, post, account, author, float(self.rng.randint(0, 1)))

    def read(self) -> None:
        if picked := self._pick(None):
            post, story, author, account = picked
            kind = self.rng.choice((Kind.READ, Kind.READ, Kind.REPORT))
            self.row(kind, story, post, account, author, 1.0)

    def feel(self) -> None:
        """Somebody withholds a post, comes to believe or to doubt, or trusts more or less."""
        story, account = self.rng.randint(0, len(self.facts.stories) - 1), self.account()
        kind = self.rng.choice((Kind.WITHHOLD, Kind.BELIEVE, Kind.TRUST))
        if kind == Kind.TRUST:
            self.row(kind, -1, -1, account, -1, self.rng.choice((0.25, 0.5, 1.0, 1.5)))
        else:
            self.row(kind, story, -1, account, -1, float(self.rng.randint(0, 1)))

    def stop(self) -> None:
        """Somebody who tells a story stops; who posts it after that tells it anew."""
        if not self.posts:
            return
        post = self.rng.randint(0, len(self.posts) - 1)
        story, account = self.posts[post]
        if (story, account) in self.stopped:
            return
        self.stopped.add((story, account))
        source = self.rng.choice((-1, self.account()))
        self.row(
            Kind.STOP, story, post, account, source, float(self.rng.randint(0, len(STOPS) - 1))
        )

    def pay(self) -> None:
        """Somebody is paid for a story, or asks a ransom; or a sponsor is fined."""
        story = self.rng.randint(-1, len(self.facts.stories) - 1)
        account = self.rng.randint(-1, self.facts.accounts - 1)
        adversary = self.rng.randint(0, len(self.facts.adversaries) - 1)
        money = self.rng.choice((1.0, 0.1, 7.5) if story < 0 else (1.0, 0.1, -2.5))
        self.row(Kind.PAY, story, -1, account, adversary, money)

    def act(self) -> None:
        source = self.rng.randint(-1, len(self.facts.interventions) - 1)
        if self.rng.random() < 0.2:
            source = -2 - self.rng.randint(0, len(self.facts.adversaries) - 2)
        verb = self.rng.choice(VERBS)
        by = self.facts.interventions[source].target if source >= 0 else self.rng.choice(TARGETS)
        kind = KIND_OF_VERB.get(verb, by)
        story = post = account = -1
        platform = 0
        if kind == "platform":
            platform = self.rng.randint(0, 2)
        elif kind == "post":
            if not self.posts:
                return
            post = self.rng.randint(0, len(self.posts) - 1)
            story = self.posts[post][0]
        elif kind == "account":
            account = self.account()
        else:
            story = self.rng.randint(0, len(self.facts.stories) - 1)
        code = float(VERBS.index(verb))
        self.row(Kind.ACTION, story, post, account, source, code, platform)


def random_stream(rng: Any, steps: int, moves: float = 0.7) -> tuple[Facts, Batch]:
    """Facts and a whole stream of at most ``steps`` events.

    ``moves`` is the chance that time moves on before an event; with 0 all happen at hour 0.
    """
    facts = random_facts(rng)
    maker = StreamMaker(rng, facts, moves)
    for _ in range(steps):
        maker.step(steps)
    return facts, Batch(np.array(maker.rows, EVENT))


#: Streams by name, the same whatever else is loaded. Hypothesis draws some of its examples from
#: the constants of loaded modules, so that what it finds depends on which tests run before.
FIXED_STREAMS = {
    f"seed {seed}, moves {moves:g}": random_stream(Draws(seed), 120, moves)
    for moves, seeds in ((0.7, range(20)), (0.15, range(20, 40)), (0.0, range(40, 50)))
    for seed in seeds
}


@st.composite
def streams(draw: Any, most: int = 120) -> tuple[Facts, Batch]:
    rng = draw(st.randoms(use_true_random=False, note_method_calls=False))
    return random_stream(rng, draw(st.integers(0, most)))


def cut(batch: Batch, places: list[int]) -> list[Batch]:
    """The stream in pieces, cut at ``places`` (taken modulo its length); empty ones too."""
    edges = sorted({0, len(batch), *(place % (len(batch) + 1) for place in places)})
    pieces = [batch[low:high] for low, high in pairwise(edges)]
    return [Batch(), *pieces, Batch()]
