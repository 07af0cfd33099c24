"""What every surface is: settings as people write them, and a process that shows stories."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Mapping
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rumorsim.common.randomness import Purpose, address_word, philox_array, uniform_array
from rumorsim.common.settings import Model
from rumorsim.platform.surfaces.host import Host

#: How surfaces are moderated: the kind of surface, and the lever of a story that keeps it off.
KEPT_OFF_BY: Final = {"trending": "listed", "recommendation": "recommendable", "push": "pushable"}


class Planned(NamedTuple):
    """Work that a surface plans: the key of its settings that decides how much, and how much.

    ``key`` is "" for the surface as a whole, ``each`` the seconds that one takes on a laptop of
    2024, to a factor of a few.
    """

    key: str
    what: str
    times: float
    each: float


class Ranking(NamedTuple):
    """The story in each slot (-1: none), and the cumulative share of looks where it changes."""

    shown: NDArray[np.int32]
    ends: NDArray[np.float64] | None = None


class SurfaceModel(Model, ABC):
    """A surface of a platform: where accounts find stories that nobody they follow has posted.

    There are two ways to show stories. A surface that accounts look at says how often
    (``look_rate``), how many slots it has (``columns``) and fills them with :func:`show`. One
    that sends something of its own accord hands a post to accounts by ``engine.notify(post,
    accounts, surface)``. Either way reading, sharing and exposure events are the engine's.
    """

    #: Which of ours it is moderated as, a key of :data:`KEPT_OFF_BY`. Looks find a story only
    #: while it may be shown there; interventions that need such a surface find it in this one.
    like: ClassVar[str] = "recommendation"
    #: What a platform has with it, in a few words: "its trending list".
    summary: ClassVar[str] = ""
    #: Everything that :meth:`provides` may name and interventions may need: a plural for error
    #: messages, and what to add to the scenario.
    needed: ClassVar[Mapping[str, tuple[str, str]]] = {}
    #: Seconds that one refresh takes, for estimates of running time.
    seconds_a_refresh: ClassVar[float] = 5e-5

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if cls.like not in KEPT_OFF_BY:
            raise TypeError(f"like must be one of {', '.join(KEPT_OFF_BY)}, not {cls.like!r}")

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

    def provides(self) -> frozenset[str]:
        """What interventions that need it find in it: names such as those in ``needs``."""
        return frozenset({self.like})

    def planned(self, horizon: float, accounts: float) -> Iterator[Planned]:
        """The work that it plans in ``horizon`` hours with this many accounts.

        By default its looks, and its updates where it has the setting ``refresh`` (hours).
        """
        refresh = getattr(self, "refresh", None)
        if refresh:
            yield Planned("refresh", "updates", horizon / refresh, self.seconds_a_refresh)
        key = "looks" if hasattr(self, "looks") else ""
        yield Planned(key, "looks", self.look_rate() * accounts * horizon, 3e-7)

    @abstractmethod
    def process(self, engine: Host, surface: int, platform: int) -> Generator[Any, Any, None]:
        """The SimPy process that shows stories; numbers of the surface and its platform."""


def chances(engine: Host, surface: int, time: int, accounts: ArrayLike) -> NDArray[np.float64]:
    """A uniform number in [0, 1) for each of ``accounts``, at the n-th ``time`` of a surface.

    The same ones in every world of the same seed, whatever is done in it.
    """
    address = address_word(Purpose.SURFACE, surface)
    who = np.asarray(accounts)
    return uniform_array(philox_array(engine.world.seed, address, who, time, 0)[0])


def show(
    engine: Host,
    surface: int,
    shown: NDArray[np.int32],
    places: NDArray[np.int64],
    ends: NDArray[np.float64] | None = None,
    treated: Ranking | None = None,
) -> None:
    """Put a ranking on a surface, tell the stream what moved, start or stop the looks.

    ``shown`` is the story in each slot, -1 for none: int32 [at most columns]. ``places`` is the
    slot (from 1, 0 for none) of each story so far, int64 [stories], and is updated in place.
    ``ends`` is the cumulative share of looks that fall on each slot of ``shown``, float64 of the
    same length; looks beyond the last end find nothing of this world. None: as before.
    ``treated`` is what treated readers of an experiment are shown instead; None: the same, less
    what may not be shown to them. The stream tells of the ranking of all others.
    """
    world = engine.world
    if ends is None and not world.treatment.there_is and not _differs(world.slots[surface], shown):
        return
    _fill(world.slots[surface], world.slot_ends[surface], Ranking(shown, ends))
    seen = shown
    if world.treatment.there_is:
        theirs = treated or Ranking(shown, ends)
        _fill(world.treated_slots[surface], world.treated_slot_ends[surface], theirs)
        seen = np.concatenate([shown, theirs.shown])
    fresh = np.zeros_like(places)
    (on,) = (shown >= 0).nonzero()
    # A story may be pinned and ranked: its first place counts.
    fresh[shown[on][::-1]] = on[::-1] + 1
    (moved,) = (fresh != places).nonzero()
    for story in moved.tolist():
        engine.write_surface(story, surface, int(fresh[story]))
    places[:] = fresh
    engine.look_at(surface, bool((seen >= 0).any()))


def _differs(slots: NDArray[np.int32], shown: NDArray[np.int32]) -> bool:
    """Whether a ranking is another than the one that the slots of a surface hold."""
    count = len(shown)
    # As bytes: of so few numbers each operation of NumPy takes longer than all the rest.
    if slots[:count].tobytes() != shown.tobytes():
        return True
    return count < len(slots) and bool((slots[count:] >= 0).any())


def _fill(slots: NDArray[np.int32], slot_ends: NDArray[np.float64], ranking: Ranking) -> None:
    """Write a ranking into the slots of one surface, and into its shares of looks."""
    if ranking.ends is not None:
        slot_ends[:] = 1.0
        slot_ends[: len(ranking.ends)] = ranking.ends
    slots[:] = -1
    slots[: len(ranking.shown)] = ranking.shown
