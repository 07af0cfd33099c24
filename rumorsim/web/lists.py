"""The trending lists of a world, as those who look at them see them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rumorsim.web.limits import SLOTS
from rumorsim.world.world import World


@dataclass(frozen=True)
class TrendingList:
    """One list: its surface by number, its platform, how many slots are shown, pinned first.

    ``platform`` is "" where there is only one; ``others`` is whether background topics
    contend for the slots, which otherwise are empty where no story is.
    """

    surface: int
    platform: str
    pinned: int
    slots: int
    others: bool


def lists_of(world: World) -> tuple[TrendingList, ...]:
    """The trending lists of a world by number of their surface."""
    platforms = world.platforms
    several = len(platforms.names) > 1
    return tuple(
        TrendingList(
            number,
            platforms.names[surface.platform] if several else "",
            surface.settings.pinned,
            min(surface.columns, SLOTS),
            surface.settings.topics > 0,
        )
        for number, surface in enumerate(platforms.surfaces)
        if surface.kind == "trending"
    )


def slots_of(world: World, lists: tuple[TrendingList, ...]) -> NDArray[np.int32]:
    """The story in each slot of one list after the other, -1 where it is none of ours; int32.

    A story that is filtered is gone at once for who looks, though its slot is given away
    only at the next refresh.
    """
    parts = [world.slots[each.surface, : each.slots] for each in lists]
    slots = np.concatenate([np.empty(0, np.int32), *parts])
    seen = (world.stories["listed"] != 0) | (world.stories["promoted"] != 0)
    return np.where((slots >= 0) & seen[slots], slots, np.int32(-1)).astype(np.int32)
