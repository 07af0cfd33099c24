"""The trending list: stories ranked by how much they are shared now.

At every refresh a score is ``decay`` times the last one plus the countable posts since,
for stories of this world and for background topics alike; the first ``slots`` scores are
shown. Background topics arrive as a Poisson process, draw a pulse of posts (so many an
hour for so long) and fade by the same rule; they stand for all else that is going on.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from typing_extensions import override

from rumorsim.common.laws import Law, Lognormal, quantile_table, round24, sample
from rumorsim.common.randomness import Purpose, philox
from rumorsim.common.settings import Model
from rumorsim.common.units import PositiveDuration, Rate
from rumorsim.platform.surfaces.base import Planned, Ranking, SurfaceModel, show
from rumorsim.platform.surfaces.host import Host

#: Median time a topic stayed on Weibo's hot-search list, March to August 2023.
MEASURED_DWELL: Any = "2.65 h"

#: Hours for which background topics have come and gone when a scenario starts.
WARM_UP = 24.0


#: Hours for which a story holds the anchored slot: 93 % of those on Weibo stay another hour.
ANCHORED_FOR: Final = 14


class Heat(Model):
    """How much a background topic is posted about while it is hot."""

    median: float = Field(
        0.5, ge=0, le=1e9, description="median posts per hour for each 1,000 accounts (assumption)"
    )
    sigma: float = Field(
        1.5, ge=0, le=20, description="standard deviation of the natural logarithm (assumption)"
    )


class Trending(SurfaceModel):
    """A trending list and how it is looked at."""

    like: ClassVar = "trending"
    summary: ClassVar = "its trending list"
    needed: ClassVar = {
        "trending": ("trending lists", "add a [trending] table"),
        "pinned slot": ("pinned slots", "set trending.pinned = 1"),
    }

    slots: int = Field(50, ge=1, le=1000, description="places on the list (Weibo shows 50)")
    pinned: int = Field(
        0, ge=0, le=100, description="slots above them for promoted stories (Weibo has 1)"
    )
    anchored: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="rank at which an entry stays once it gets there (Weibo: 3)",
    )
    anchored_for: PositiveDuration = Field(
        f"{ANCHORED_FOR} h",
        description="with anchored: for this long (Weibo: 93 % stay another hour)",
    )  # type: ignore[assignment]
    refresh: PositiveDuration = Field("10 min", description="time between rankings (assumption)")  # type: ignore[assignment]
    half_life: PositiveDuration = Field(
        "1 h", description="time in which a score halves (assumption)"
    )  # type: ignore[assignment]
    looks: Rate = Field(
        2 / 24,
        validate_default=False,
        description="looks at the list by the mean account, in step with check-ins (assumption)",
    )
    steepness: float = Field(
        1.0,
        ge=0,
        le=10,
        description="share of looks at rank r falls as r ** -steepness (assumption)",
    )
    topics: Rate = Field(
        12.0, validate_default=False, description="arrivals of background topics (assumption)"
    )
    heat: Heat = Field(default_factory=Heat, description="posts about a background topic")
    lasting: Law = Field(
        default_factory=lambda: Lognormal(law="lognormal", median=MEASURED_DWELL, sigma=1.0),
        description="how long a topic draws posts (median: dwell on Weibo lists of 2023)",
    )

    @model_validator(mode="after")
    def _fits(self) -> Trending:
        if self.anchored is not None and self.anchored > self.slots:
            raise ValueError("anchored must be one of the slots")
        if self.anchored is None and self.anchored_for != ANCHORED_FOR:
            raise ValueError("anchored_for goes with anchored")
        return self

    @override
    def columns(self) -> int:
        return self.pinned + self.slots

    @override
    def look_rate(self) -> float:
        return self.looks

    @override
    def provides(self) -> frozenset[str]:
        return super().provides() | ({"pinned slot"} if self.pinned else set())

    @override
    def planned(self, horizon: float, accounts: float) -> Iterator[Planned]:
        span = horizon + WARM_UP
        yield Planned("refresh", "rankings", span / self.refresh, self.seconds_a_refresh)
        yield Planned("topics", "background topics", span * self.topics, 1e-5)
        yield Planned("looks", "looks", self.looks * accounts * horizon, 3e-7)

    @override
    def process(self, engine: Host, surface: int, platform: int) -> Generator[Any, Any, None]:
        return _trending_list(self, engine, surface, platform)

    def slot_ends(self) -> Any:
        """Cumulative share of looks by slot; float64 [pinned + slots], the last entry 1."""
        shares = np.arange(1, self.pinned + self.slots + 1, dtype=np.float64) ** -self.steepness
        ends = round24(np.cumsum(shares / shares.sum()))
        ends[-1] = 1.0
        return ends


class Topics:
    """Background topics: who is on, what they score.

    By topic in order of arrival: ``number`` (from 0), ``score``, ``per_hour`` (posts while it
    is hot) and ``end`` (hours, when that ends).
    """

    def __init__(self, trending: Trending, engine: Host, surface: int, accounts: int) -> None:
        # Reading a scenario must not wait for the kernels behind the world.
        from rumorsim.engine.kernels.points import points

        world = engine.world
        self._trending, self._seed, self._surface = trending, world.seed, surface
        law = Lognormal(law="lognormal", median="1 h", sigma=trending.heat.sigma)  # type: ignore[arg-type]
        self._heat = quantile_table(law)
        self._lasting = quantile_table(trending.lasting)
        self._per_hour = trending.heat.median * accounts / 1000
        end = world.horizon + WARM_UP
        self._arrivals = points(world.seed, Purpose.TOPIC, surface, 0, trending.topics, 0.0, end)
        self._next = next(self._arrivals, None)
        self._arrived = 0
        self.number = np.zeros(0, dtype=np.int64)
        self.score, self.per_hour, self.end = (np.zeros(0) for _ in range(3))

    def refresh(self, now: float, decay: float) -> None:
        """Let the scores of ``now`` follow from those of the last refresh."""
        step = self._trending.refresh
        hot = np.minimum(np.maximum(self.end - (now - step), 0.0), step)
        self.score = self.score * decay + self.per_hour * hot
        keep = (self.score > 1e-6) | (self.end > now)
        if not keep.all():
            self.number = self.number[keep]
            self.score, self.per_hour, self.end = (each[keep] for each in self._columns())
        fresh = list(self._arriving(now))
        if fresh:
            first, self._arrived = self._arrived, self._arrived + len(fresh)
            columns = np.array(fresh, dtype=np.float64).T
            self.number = np.append(self.number, np.arange(first, self._arrived))
            self.score, self.per_hour, self.end = (
                np.append(old, new) for old, new in zip(self._columns(), columns, strict=True)
            )

    def _columns(self) -> tuple[Any, Any, Any]:
        return self.score, self.per_hour, self.end

    def _arriving(self, now: float) -> Iterator[tuple[float, float, float]]:
        """Score, posts per hour and end of the topics that have come since."""
        while self._next is not None and self._next[0] - WARM_UP <= now:
            begin, cell, j = self._next
            time = begin - WARM_UP
            words = philox(self._seed, (Purpose.TOPIC_MARK << 24) | j, cell, self._surface, 0)
            per_hour = self._per_hour * sample(self._heat, words[0])
            end = time + sample(self._lasting, words[1])
            yield per_hour * (min(end, now) - time), per_hour, end
            self._next = next(self._arrivals, None)


class Anchor:
    """The rank at which whoever comes there stays for a while."""

    def __init__(self, trending: Trending) -> None:
        self._rank, self._time = trending.anchored, trending.anchored_for
        self._holder: int | None = None
        self._until = 0.0

    def hold(self, order: list[int], now: float) -> None:
        """Put the holder at its rank; who ranks there becomes the next one."""
        if self._rank is None:
            return
        if self._holder in order and now < self._until:
            order.remove(self._holder)
            order.insert(self._rank - 1, self._holder)
        elif len(order) >= self._rank:
            self._holder, self._until = order[self._rank - 1], now + self._time


def _trending_list(
    trending: Trending, engine: Host, surface: int, platform: int
) -> Generator[Any, Any, None]:
    """The SimPy process that ranks the list at every refresh, from hour 0 on."""
    world = engine.world
    decay = float(round24(2.0 ** (-trending.refresh / trending.half_life)))
    accounts = world.accounts_on(platform)
    topics = Topics(trending, engine, surface, accounts)
    for tick in range(-int(WARM_UP / trending.refresh), 1):
        topics.refresh(tick * trending.refresh, decay)
    scores = np.zeros(len(world.stories))
    places = np.zeros(len(world.stories), dtype=np.int64)
    anchor, their_anchor = Anchor(trending), Anchor(trending)
    for tick in range(1, int(world.horizon / trending.refresh) + 2):
        yield engine.env.timeout_until(tick * trending.refresh)
        now = engine.env.now
        scores *= decay
        scores += world.take_heat(platform, surface)
        topics.refresh(now, decay)
        promoted = np.flatnonzero(world.stories["promoted"])[: trending.pinned]
        listed = world.stories["listed"] != 0
        shown = _listing(trending, ranked(listed, scores, topics), anchor, promoted, now)
        theirs = None
        if world.treatment.there_is:
            seen = ranked(listed & (world.treated_stories["listed"] != 0), scores, topics)
            theirs = Ranking(_listing(trending, seen, their_anchor, promoted, now))
        show(engine, surface, shown, places, treated=theirs)


def _listing(
    trending: Trending, order: list[int], anchor: Anchor, promoted: NDArray[np.int64], now: float
) -> NDArray[np.int32]:
    """The story in each slot: pinned ones first, then those of ``order``, -1 for a topic."""
    anchor.hold(order, now)
    shown = np.full(trending.pinned + trending.slots, -1, dtype=np.int32)
    shown[: len(promoted)] = promoted
    for slot, entry in enumerate(order[: trending.slots], start=trending.pinned):
        shown[slot] = max(entry, -1)
    return shown


def ranked(listed: Any, scores: Any, topics: Topics) -> list[int]:
    """Stories (their numbers) and topics (-1 - number) by falling score.

    Ties: stories in their order, then topics in order of arrival. A story needs a score.
    """
    stories = np.flatnonzero(listed & (scores > 0))
    entries = np.concatenate([stories, -1 - topics.number])
    merged = np.concatenate([scores[stories], topics.score])
    order: list[int] = entries[np.argsort(-merged, kind="stable")].tolist()
    return order
