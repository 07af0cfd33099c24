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

from rumorsim.common.laws import Law, Lognormal, quantile_table, round24, sample_array
from rumorsim.common.randomness import Purpose, address_word, philox_array
from rumorsim.common.settings import Model
from rumorsim.common.units import PositiveDuration, Rate
from rumorsim.platform.surfaces.base import Planned, Ranking, SurfaceModel, show
from rumorsim.platform.surfaces.host import Host

#: Median time a topic stayed on Weibo's hot-search list, March to August 2023.
MEASURED_DWELL: Any = "2.65 h"

#: Hours for which background topics have come and gone when a scenario starts.
WARM_UP = 24.0

Entries = NDArray[np.int64]

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


_nothing: Final[NDArray[np.int64]] = np.empty(0, np.int64)


class Topics:
    """Background topics: who is on, what they score."""

    def __init__(self, trending: Trending, engine: Host, surface: int, accounts: int) -> None:
        self._step = trending.refresh
        self._arrivals = _arrivals(trending, engine, surface, accounts)
        #: Those that come next, and how many of them have come.
        self._coming, self._come = next(self._arrivals), 0
        self._topics, self._count = np.zeros(0, self._coming.dtype), 0

    @property
    def scored(self) -> Any:
        """The topics that are on: records of TOPIC [topics], by falling score."""
        return self._topics[: self._count]

    def refresh(self, now: float, decay: float) -> None:
        """Let the scores of ``now`` follow from those of the last refresh."""
        # Reading a scenario must not wait for the kernels behind the world.
        from rumorsim.engine.kernels.topics import refresh

        step, all_come = self._step, True
        while all_come:
            room = self._count + len(self._coming) + 1
            if room > len(self._topics):
                self._topics = np.resize(self._topics, 2 * room)
            coming = self._coming, self._come
            self._count, self._come = refresh(self._topics, self._count, *coming, now, step, decay)
            all_come = self._come == len(self._coming)
            if all_come:
                # The others' scores are those of now already.
                self._coming, self._come = next(self._arrivals), 0
                step, decay = 0.0, 1.0


def _arrivals(
    trending: Trending, engine: Host, surface: int, accounts: int
) -> Iterator[NDArray[np.void]]:
    """The topics to come, records of TOPIC, some at a time; the last one never comes."""
    from rumorsim.engine.kernels.points import point_blocks
    from rumorsim.engine.kernels.topics import TOPIC

    seed = engine.world.seed
    law = Lognormal(law="lognormal", median="1 h", sigma=trending.heat.sigma)  # type: ignore[arg-type]
    heat, lasting = quantile_table(law), quantile_table(trending.lasting)
    most = trending.heat.median * accounts / 1000
    end = engine.world.horizon + WARM_UP
    process = seed, Purpose.TOPIC, surface, 0, trending.topics
    arrived = 0
    for times, cells, numbers in point_blocks(*process, 0.0, end):
        topics = np.zeros(len(times), TOPIC)
        mark = address_word(Purpose.TOPIC_MARK) | numbers
        words = philox_array(seed, mark, cells & 0xFFFFFFFF, surface, 0)
        topics["number"] = np.arange(arrived, arrived + len(times))
        topics["begin"] = times - WARM_UP
        topics["end"] = topics["begin"] + sample_array(lasting, words[1])
        topics["per_hour"] = most * sample_array(heat, words[0])
        arrived += len(times)
        yield topics
    never = np.zeros(1, TOPIC)
    never["begin"] = np.inf
    yield never


class Anchor:
    """The rank at which whoever comes there stays for a while."""

    def __init__(self, trending: Trending) -> None:
        self._rank, self._time = trending.anchored, trending.anchored_for
        self._holder = 0
        self._until = -np.inf

    def held(self, order: Entries, now: float) -> Entries:
        """``order`` with the holder at its rank; who ranks there becomes the next one.

        Where too few others are left for that rank, it is the last.
        """
        if self._rank is None:
            return order
        at = self._rank - 1
        if now < self._until and (order == self._holder).any():
            others = order[order != self._holder]
            return np.insert(others, min(at, len(others)), self._holder)
        if len(order) > at:
            self._holder, self._until = int(order[at]), now + self._time
        return order


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
        promoted = _nothing
        if trending.pinned:
            promoted = np.flatnonzero(world.stories["promoted"])[: trending.pinned]
        listed = world.stories["listed"] != 0
        shown = _listing(trending, ranked(listed, scores, topics), anchor, promoted, now)
        theirs = None
        if world.treatment.there_is:
            seen = ranked(listed & (world.treated_stories["listed"] != 0), scores, topics)
            theirs = Ranking(_listing(trending, seen, their_anchor, promoted, now))
        show(engine, surface, shown, places, treated=theirs)


def _listing(
    trending: Trending, order: Entries, anchor: Anchor, promoted: NDArray[np.int64], now: float
) -> NDArray[np.int32]:
    """The story in each slot: pinned ones first, then those of ``order``, -1 for a topic."""
    pinned, slots = trending.pinned, trending.slots
    shown = np.empty(pinned + slots, dtype=np.int32)
    shown.fill(-1)
    if pinned:
        shown[: len(promoted)] = promoted
    first = anchor.held(order, now)[:slots]
    np.maximum(first, -1, out=shown[pinned : pinned + len(first)], casting="same_kind")
    return shown


def ranked(listed: Any, scores: Any, topics: Topics) -> Entries:
    """Stories (their numbers) and topics (-1 - number) by falling score; int64 [entries].

    Ties: stories in their order, then topics in order of arrival. A story needs a score.
    """
    from rumorsim.engine.kernels.topics import rank

    order: Entries = rank(listed, scores, topics.scored)
    return order
