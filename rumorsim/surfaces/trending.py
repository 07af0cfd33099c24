"""The trending list: stories ranked by how much they are shared now.

At every refresh a score is ``decay`` times the last one plus the countable posts since,
for stories of this world and for background topics alike; the first ``slots`` scores are
shown. Background topics arrive as a Poisson process, draw a pulse of posts (so many an
hour for so long) and fade by the same rule; they stand for all else that is going on.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from rumorsim.laws import Law, Lognormal, Model, quantile_table, round24, sample
from rumorsim.randomness import Purpose, philox
from rumorsim.units import PositiveDuration, Rate

if TYPE_CHECKING:
    from rumorsim.engines import Engine

__all__ = ["Trending", "trending_list"]

#: Index of the trending list among the surfaces.
TRENDING = 0

#: Median time a topic stayed on Weibo's hot-search list, March to August 2023.
MEASURED_DWELL: Any = "2.65 h"

#: Hours for which background topics have come and gone when a scenario starts.
WARM_UP = 24.0


class Heat(Model):
    """How much a background topic is posted about while it is hot."""

    median: float = Field(
        0.5, ge=0, le=1e9, description="median posts per hour for each 1,000 accounts (assumption)"
    )
    sigma: float = Field(
        1.5, ge=0, le=20, description="standard deviation of the natural logarithm (assumption)"
    )


class Trending(Model):
    """A trending list and how it is looked at."""

    slots: int = Field(50, ge=1, le=1000, description="places on the list (Weibo shows 50)")
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

    def slot_ends(self) -> Any:
        """Cumulative share of looks by slot; float64 [slots], the last entry 1."""
        shares = np.arange(1, self.slots + 1, dtype=np.float64) ** -self.steepness
        ends = round24(np.cumsum(shares / shares.sum()))
        ends[-1] = 1.0
        return ends


class _Topics:
    """Background topics: who is on, what they score."""

    def __init__(self, trending: Trending, engine: Engine) -> None:
        # Reading a scenario must not wait for the kernels behind the world.
        from rumorsim.stories import points

        world = engine.world
        self._trending, self._seed = trending, world.seed
        law = Lognormal(law="lognormal", median="1 h", sigma=trending.heat.sigma)  # type: ignore[arg-type]
        self._heat = quantile_table(law)
        self._lasting = quantile_table(trending.lasting)
        self._per_hour = trending.heat.median * world.graph.accounts / 1000
        end = world.horizon + WARM_UP
        self._arrivals = points(world.seed, Purpose.TOPIC, TRENDING, 0, trending.topics, 0.0, end)
        self._next = next(self._arrivals, None)
        #: [score, posts per hour, end]
        self.alive: list[list[float]] = []

    def refresh(self, now: float, decay: float) -> None:
        step = self._trending.refresh
        for topic in self.alive:
            hot = min(max(topic[2] - (now - step), 0.0), step)
            topic[0] = topic[0] * decay + topic[1] * hot
        self.alive = [t for t in self.alive if t[0] > 1e-6 or t[2] > now]
        while self._next is not None and self._next[0] - WARM_UP <= now:
            begin, cell, j = self._next
            time = begin - WARM_UP
            words = philox(self._seed, (Purpose.TOPIC_MARK << 24) | j, cell, TRENDING, 0)
            per_hour = self._per_hour * sample(self._heat, words[0])
            end = time + sample(self._lasting, words[1])
            self.alive.append([per_hour * (min(end, now) - time), per_hour, end])
            self._next = next(self._arrivals, None)


def trending_list(trending: Trending, engine: Engine) -> Generator[Any, Any, None]:
    """The SimPy process that ranks the list at every refresh, from hour 0 on."""
    world = engine.world
    decay = float(round24(2.0 ** (-trending.refresh / trending.half_life)))
    topics = _Topics(trending, engine)
    for tick in range(-int(WARM_UP / trending.refresh), 1):
        topics.refresh(tick * trending.refresh, decay)
    scores = np.zeros(len(world.stories))
    places = np.zeros(len(world.stories), dtype=np.int64)
    for tick in range(1, int(world.horizon / trending.refresh) + 2):
        yield engine.env.timeout_until(tick * trending.refresh)
        now = engine.env.now
        scores *= decay
        scores += world.stories["heat"]
        world.stories["heat"] = 0.0
        topics.refresh(now, decay)
        slots = _ranked(
            world.stories["listed"], scores, [t[0] for t in topics.alive], trending.slots
        )
        _show(engine, slots, places)


def _ranked(listed: Any, scores: Any, topics: list[float], slots: int) -> Any:
    """The story in each slot, -1 for a topic or nothing; int32 [slots].

    Ties: stories in their order, then topics in order of arrival. A story needs a score.
    """
    shown = np.full(slots, -1, dtype=np.int32)
    stories = np.flatnonzero((listed != 0) & (scores > 0))
    merged = np.concatenate([scores[stories], np.asarray(topics, dtype=np.float64)])
    order = np.argsort(-merged, kind="stable")[:slots]
    for slot, place in enumerate(order):
        if place < len(stories):
            shown[slot] = stories[place]
    return shown


def _show(engine: Engine, shown: Any, places: Any) -> None:
    """Put a ranking on the surface, tell the stream what moved, start or stop the looks."""
    world = engine.world
    world.slots[TRENDING] = shown
    fresh = np.zeros_like(places)
    on = np.flatnonzero(shown >= 0)
    fresh[shown[on]] = on + 1
    for story in np.flatnonzero(fresh != places):
        engine.write_surface(int(story), TRENDING, int(fresh[story]))
    places[:] = fresh
    engine.look_at(TRENDING, bool(len(on)))
