"""Two surfaces: a digest that is sent to accounts, and a page of new stories that they open."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from rumorsim.common.units import PositiveDuration, Rate
from rumorsim.platform.surfaces import SurfaceModel, chances, show

if TYPE_CHECKING:
    from rumorsim.engine.base import Engine

__all__ = ["Digest", "NewPage"]


class Digest(SurfaceModel):
    """A message to subscribers with the story that was posted most since the last one."""

    like: ClassVar = "push"

    kind: Literal["digest"]
    every: PositiveDuration = Field("24 h", description="time between messages")  # type: ignore[assignment]
    opened: float = Field(
        0.1, ge=0, le=1, description="share of accounts that open a message (assumption)"
    )

    def process(self, engine: Engine, surface: int, platform: int) -> Generator[Any, Any, None]:
        world = engine.world
        accounts = np.flatnonzero(world.platform[: world.graph.accounts] == platform)
        for time in range(1, int(world.horizon / self.every) + 2):
            yield engine.env.timeout_until(time * self.every)
            posts = world.take_heat(platform, surface) * (world.stories["pushable"] != 0)
            story = int(np.argmax(posts))
            post = world.top_post(platform, story) if posts[story] > 0 else -1
            if post < 0:
                continue
            engine.write_surface(story, surface, 1)
            opening = chances(engine, surface, time, accounts) < self.opened
            engine.notify(post, accounts[opening], surface)


class NewPage(SurfaceModel):
    """A page with the stories that were posted lately, each found equally often."""

    kind: Literal["new-page"]
    slots: int = Field(10, ge=1, le=1000, description="stories on the page")
    refresh: PositiveDuration = Field("30 min", description="time between updates")  # type: ignore[assignment]
    looks: Rate = Field(
        2 / 24, validate_default=False, description="looks by the mean account (assumption)"
    )

    def columns(self) -> int:
        return self.slots

    def look_rate(self) -> float:
        return self.looks

    def process(self, engine: Engine, surface: int, platform: int) -> Generator[Any, Any, None]:
        world = engine.world
        places = np.zeros(len(world.stories), dtype=np.int64)
        for time in range(1, int(world.horizon / self.refresh) + 2):
            yield engine.env.timeout_until(time * self.refresh)
            posts = world.take_heat(platform, surface) * (world.stories["recommendable"] > 0)
            shown = np.flatnonzero(posts)[: self.slots].astype(np.int32)
            # Steps of a power of two: the same in both engines, to the bit.
            ends = np.ceil(np.arange(1, len(shown) + 1) / len(shown) * 1024) / 1024
            show(engine, surface, shown, places, ends)
