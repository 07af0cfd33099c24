"""What surfaces see of the engine and the world that they are part of."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rumorsim.events.treatment import Treatment
from rumorsim.graphs.follows import FollowGraph


class Clock(Protocol):
    """SimPy's environment with absolute times, in hours."""

    @property
    def now(self) -> float:
        """The present hour."""

    def timeout_until(self, time: float, value: Any = None) -> Any:
        """An event at exactly ``time``."""


class SurfaceWorld(Protocol):
    """The arrays of a world that surfaces read, and the slots that they fill."""

    graph: FollowGraph
    seed: int
    horizon: float
    stories: NDArray[np.void]
    platform: NDArray[np.uint8]
    slots: NDArray[np.int32]
    slot_ends: NDArray[np.float64]
    treatment: Treatment
    treated_stories: NDArray[np.void]
    treated_slots: NDArray[np.int32]
    treated_slot_ends: NDArray[np.float64]

    def accounts_on(self, platform: int) -> int:
        """How many accounts a platform has."""

    def take_heat(self, platform: int, surface: int) -> NDArray[np.float64]:
        """Countable posts of each story since this surface asked before, float64 [stories]."""

    def top_post(self, platform: int | None, story: int) -> int:
        """The most shared post of a story that can be seen, -1 where there is none."""


class Host(Protocol):
    """The engine of a run, as surfaces see it. :class:`.engine.base.Engine` is one."""

    @property
    def env(self) -> Clock:
        """The clock."""

    @property
    def world(self) -> SurfaceWorld:
        """The world."""

    def notify(self, post: int, accounts: ArrayLike, surface: int) -> None:
        """Each of ``accounts`` reads the post now, if it can be seen, at a surface."""

    def write_surface(self, story: int, surface: int, slot: int) -> None:
        """Log that a story moved to ``slot`` of a surface (0: it left), or was pushed (1)."""

    def look_at(self, surface: int, on: bool) -> None:
        """Start or stop the looks at a surface, now."""
