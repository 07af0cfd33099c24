"""Recommendation: each account is shown what engages others, whomever it follows.

At every refresh a story's score is ``decay`` times the last one plus the countable posts
since, times how far it may be recommended. The chance that a look finds a story of this
world is its share among all scores, those of everything else (``others``) included.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from typing_extensions import override

from rumorsim.common.laws import round24
from rumorsim.common.units import PositiveDuration, Rate
from rumorsim.platform.surfaces.base import Ranking, SurfaceModel, show
from rumorsim.platform.surfaces.host import Host


class Recommendation(SurfaceModel):
    """A stream of recommended posts and how it is looked at."""

    summary: ClassVar = "its recommended posts"
    needed: ClassVar = {
        "recommendation": ("recommendations", "add a recommendation table to a platform")
    }

    stories: int = Field(
        20, ge=1, le=1000, description="how many of the best are recommended (assumption)"
    )
    refresh: PositiveDuration = Field("10 min", description="time between rankings (assumption)")  # type: ignore[assignment]
    half_life: PositiveDuration = Field(
        "3 h", description="time in which a score halves (assumption)"
    )  # type: ignore[assignment]
    looks: Rate = Field(
        24 / 24,
        validate_default=False,
        description="recommended posts read by the mean account, in step with check-ins"
        " (assumption)",
    )
    others: float = Field(
        5.0,
        ge=0,
        le=1e9,
        description="score of all other posts together, for each 1,000 accounts (assumption)",
    )

    def columns(self) -> int:
        """Slots: one per story, and one for everything else."""
        return self.stories + 1

    @override
    def look_rate(self) -> float:
        return self.looks

    @override
    def process(self, engine: Host, surface: int, platform: int) -> Generator[Any, Any, None]:
        return _recommendations(self, engine, surface, platform)


def _recommendations(
    recommendation: Recommendation, engine: Host, surface: int, platform: int
) -> Generator[Any, Any, None]:
    """The SimPy process that weighs the stories at every refresh."""
    world = engine.world
    decay = float(round24(2.0 ** (-recommendation.refresh / recommendation.half_life)))
    accounts = world.accounts_on(platform)
    others = recommendation.others * accounts / 1000
    scores = np.zeros(len(world.stories))
    places = np.zeros(len(world.stories), dtype=np.int64)
    for tick in range(1, int(world.horizon / recommendation.refresh) + 2):
        yield engine.env.timeout_until(tick * recommendation.refresh)
        scores *= decay
        scores += world.take_heat(platform, surface)
        weighed = scores * world.stories["recommendable"]
        theirs = None
        if world.treatment.there_is:
            seen = weighed * world.treated_stories["recommendable"]
            theirs = _best(seen, recommendation.stories, others)
        best = _best(weighed, recommendation.stories, others)
        show(engine, surface, best.shown, places, best.ends, theirs)


def _best(weighed: NDArray[np.float64], most: int, others: float) -> Ranking:
    """The stories of the highest scores, each with its share among all scores."""
    best = np.argsort(-weighed, kind="stable")[:most]
    best = best[weighed[best] > 0]
    total = float(weighed[best].sum()) + others
    return Ranking(best.astype(np.int32), round24(np.cumsum(weighed[best]) / total))
