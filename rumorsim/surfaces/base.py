"""What every surface is: settings as people write them, and a process that shows stories."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rumorsim.randomness import Purpose, address_word, philox_array, uniform_array
from rumorsim.written import Model

if TYPE_CHECKING:
    from rumorsim.engines import Engine

__all__ = ["SurfaceModel", "chances", "show"]


class SurfaceModel(Model, ABC):
    """A surface of a platform: where accounts find stories that nobody they follow has posted.

    There are two ways to show stories. A surface that accounts look at says how often
    (``look_rate``), how many slots it has (``columns``) and fills them with :func:`show`. One
    that sends something of its own accord hands a post to accounts by ``engine.notify(post,
    accounts, surface)``. Either way reading, sharing and exposure events are the engine's.
    """

    #: Which of ours it is moderated as. Looks find a story only while it may be shown there;
    #: interventions that need such a surface find it in this one, too.
    like: ClassVar[Literal["trending", "recommendation", "push"]] = "recommendation"

    def columns(self) -> int:
        """How many slots it has, each with a story or none."""
        return 1

    def slot_ends(self) -> NDArray[np.float64] | None:
        """Cumulative share of looks by slot, float64 [columns], the last entry 1.

        None where the process sets them with every ranking, by ``ends`` of :func:`show`.
        """
        return None

    def look_rate(self) -> float:
        """Looks per hour of the mean account; 0 where nobody looks of their own accord."""
        return 0.0

    @abstractmethod
    def process(self, engine: Engine, surface: int, platform: int) -> Generator[Any, Any, None]:
        """The SimPy process that shows stories; numbers of the surface and its platform."""


def chances(engine: Engine, surface: int, time: int, accounts: ArrayLike) -> NDArray[np.float64]:
    """A uniform number in [0, 1) for each of ``accounts``, at the n-th ``time`` of a surface.

    The same ones in every world of the same seed, whatever is done in it.
    """
    address = address_word(Purpose.SURFACE, surface)
    who = np.asarray(accounts)
    return uniform_array(philox_array(engine.world.seed, address, who, time, 0)[0])


def show(
    engine: Engine,
    surface: int,
    shown: NDArray[np.int32],
    places: NDArray[np.int64],
    ends: NDArray[np.float64] | None = None,
) -> None:
    """Put a ranking on a surface, tell the stream what moved, start or stop the looks.

    ``shown`` is the story in each slot, -1 for none: int32 [at most columns]. ``places`` is the
    slot (from 1, 0 for none) of each story so far, int64 [stories], and is updated in place.
    ``ends`` is the cumulative share of looks that fall on each slot of ``shown``, float64 of the
    same length; looks beyond the last end find nothing of this world. None: as before.
    """
    world = engine.world
    if ends is not None:
        world.slot_ends[surface] = 1.0
        world.slot_ends[surface, : len(ends)] = ends
    world.slots[surface] = -1
    world.slots[surface, : len(shown)] = shown
    fresh = np.zeros_like(places)
    (on,) = (shown >= 0).nonzero()
    # A story may be pinned and ranked: its first place counts.
    fresh[shown[on][::-1]] = on[::-1] + 1
    (moved,) = (fresh != places).nonzero()
    for story in moved.tolist():
        engine.write_surface(story, surface, int(fresh[story]))
    places[:] = fresh
    engine.look_at(surface, bool(len(on)))
