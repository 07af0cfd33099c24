"""Push notifications: the platform sends the hottest story to a sample of accounts.

At every refresh the story with the highest score that may be pushed and was not yet is
sent, if its score is high enough and the day's number is not used up. An account opens the
notification at once or never; who opens it reads the story's most shared post.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from typing_extensions import override

from rumorsim.common.laws import round24
from rumorsim.common.randomness import Purpose, address_word, philox_array, uniform_array
from rumorsim.common.units import PositiveDuration, ZeroToOne
from rumorsim.platform.surfaces.base import SurfaceModel
from rumorsim.platform.surfaces.host import Host, SurfaceWorld

DAY = 24.0


class Push(SurfaceModel):
    """Notifications that a platform sends of its own accord."""

    like: ClassVar = "push"
    summary: ClassVar = "its notifications"
    needed: ClassVar = {"push": ("push notifications", "add a push table to a platform")}
    seconds_a_refresh: ClassVar = 3e-5

    per_day: int = Field(3, ge=1, le=1000, description="the most pushes per day (assumption)")
    opened: ZeroToOne = Field(
        0.03, description="share of the platform's accounts that get and open one (assumption)"
    )
    least: float = Field(
        1.0,
        ge=0,
        le=1e9,
        description="score a story needs, in posts for each 1,000 accounts (assumption)",
    )
    refresh: PositiveDuration = Field("30 min", description="time between looks (assumption)")  # type: ignore[assignment]
    half_life: PositiveDuration = Field(
        "3 h", description="time in which a score halves (assumption)"
    )  # type: ignore[assignment]

    @override
    def process(self, engine: Host, surface: int, platform: int) -> Generator[Any, Any, None]:
        return _pushes(self, engine, surface, platform)


def _pushes(push: Push, engine: Host, surface: int, platform: int) -> Generator[Any, Any, None]:
    """The SimPy process that pushes stories."""
    world = engine.world
    decay = float(round24(2.0 ** (-push.refresh / push.half_life)))
    accounts = np.flatnonzero(world.platform[: world.graph.accounts] == platform)
    least = push.least * len(accounts) / 1000
    scores = np.zeros(len(world.stories))
    outboxes = [Outbox(len(world.stories))]
    if world.treatment.there_is:
        outboxes.append(Outbox(len(world.stories), treated=True))
    for tick in range(1, int(world.horizon / push.refresh) + 2):
        yield engine.env.timeout_until(tick * push.refresh)
        scores *= decay
        scores += world.take_heat(platform, surface)
        day = int(engine.env.now // DAY)
        fit = (world.stories["pushable"] != 0) & (scores >= least) & (scores > 0)
        told = -1
        for outbox in outboxes:
            who = outbox.readers(world, accounts, float(engine.env.now))
            story = outbox.hottest(world, scores, fit) if len(who) else -1
            if story < 0 or outbox.sent[day] >= push.per_day:
                continue
            post = world.top_post(platform, story)
            if post < 0:
                continue
            outbox.done[story] = True
            outbox.sent[day] += 1
            if story != told:
                engine.write_surface(story, surface, 1)
                told = story
            address = address_word(Purpose.PUSH, story)
            words = philox_array(world.seed, address, who, surface, 0)
            engine.notify(post, who[uniform_array(words[0]) < push.opened], surface)


class Outbox:
    """What one arm of an experiment was pushed; without arms there is one for all.

    ``done`` are the stories that were (bool [stories]), ``sent`` counts pushes by day.
    """

    def __init__(self, stories: int, treated: bool = False) -> None:
        self._treated = treated
        self.done = np.zeros(stories, dtype=bool)
        self.sent: Counter[int] = Counter()

    def readers(
        self, world: SurfaceWorld, accounts: NDArray[np.int64], now: float
    ) -> NDArray[np.int64]:
        """Who of these accounts is in the arm now."""
        if not world.treatment.there_is:
            return accounts
        theirs: NDArray[np.int64] = accounts[
            world.treatment.treated(now)[accounts] == self._treated
        ]
        return theirs

    def hottest(
        self, world: SurfaceWorld, scores: NDArray[np.float64], fit: NDArray[np.bool_]
    ) -> int:
        """The story with the highest score of those that may be pushed, -1 where none may."""
        fit = fit & ~self.done
        if self._treated:
            fit &= world.treated_stories["pushable"] != 0
        return int(np.argmax(np.where(fit, scores, -1.0))) if fit.any() else -1
