"""What adversaries share: when they act, who they are, and luck of their own.

An adversary is part of the world: it acts under every policy, ``none`` included. It is one
frozen model in one file: its fields are its configuration, and :meth:`Adversary.start`
begins what it does. It acts through accounts, never through the desk.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from rumorsim.common.laws import Exponential, quantile_table, sample
from rumorsim.common.randomness import Purpose, address_word, philox, philox_array
from rumorsim.common.settings import Model
from rumorsim.common.units import Duration, Names, PositiveDuration

if TYPE_CHECKING:
    from rumorsim.adversaries.scene import Scene
    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.world.people import People
    from rumorsim.world.world import World

#: Waits between events of a Poisson process of one an hour.
_WAITS = quantile_table(Exponential.model_validate({"law": "exponential", "mean": "1 h"}))


class Luck:
    """Draws under one seed; every adversary has its own, by its kind and ordinal among them."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    @classmethod
    def of(cls, world: World, adversary: Adversary, ordinal: int) -> Luck:
        """The luck of one adversary of a world."""
        return cls(world.seed).about(zlib.crc32(adversary.kind.encode()), ordinal)

    def about(self, a: int, b: int = 0, c: int = 0) -> Luck:
        """Luck of its own for one matter."""
        low, high, _, _ = philox(self.seed, address_word(Purpose.ADVERSARY), a, b, c)
        return Luck(low | (high << 32))

    def words(self, a: int, b: int = 0) -> tuple[int, int, int, int]:
        """Four words for one case: (who, the n-th time)."""
        return philox(self.seed, address_word(Purpose.ADVERSARY, 1), a, b, 0)

    def some(self, among: NDArray[np.int64], wanted: int) -> list[int]:
        """``wanted`` of these accounts at random (all, if there are fewer), in the order drawn."""
        race = philox_array(self.seed, address_word(Purpose.ADVERSARY, 2), among, 0, 0)[0]
        return [int(account) for account in among[np.argsort(race, kind="stable")[:wanted]]]


class Adversary(Model):
    """Base of all adversaries."""

    #: One line for help texts and reports.
    summary: ClassVar[str]
    #: True where it has the desk do something.
    buys: ClassVar[bool] = False

    kind: str
    begin: Duration = Field("0 h", description="it is active from here")  # type: ignore[assignment]
    end: PositiveDuration | None = Field(
        None, description="it begins nothing new from here on; absent: active to the horizon"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Adversary:
        if self.end is not None and self.end <= self.begin:
            raise ValueError("end is not after begin")
        return self

    def active(self, time: float) -> bool:
        """Whether it is active at this hour."""
        return self.begin <= time and (self.end is None or time < self.end)

    def at_random(
        self, scene: Scene, luck: Luck, who: int, rate: float, act: Callable[[int, int], None]
    ) -> Generator[Any, Any, None]:
        """The SimPy process of a Poisson process with ``rate`` per hour, while it is active.

        At each event it calls ``act(number, word)``: how many there were before, and a word of
        the luck that ``who`` has.
        """
        time, number = self.begin, 0
        while True:
            wait, word, _, _ = luck.words(who, number)
            time += sample(_WAITS, wait) / rate
            if not self.active(time) or time >= scene.world.horizon:
                return
            yield scene.env.timeout_until(time)
            act(number, word)
            number += 1

    def reserve(self, people: People, graph: FollowGraph) -> tuple[NDArray[np.int64], int]:
        """Accounts that may come back because of it, and how often each."""
        return np.zeros(0, dtype=np.int64), 0

    def start(self, scene: Scene, ordinal: int) -> None:
        """Begin at hour 0. ``ordinal`` counts the adversaries of this kind in the scenario."""
        raise NotImplementedError


class Crew(Adversary):
    """Base of adversaries that act through a group of accounts."""

    kinds: Names = Field((), description="its accounts are of these kinds; empty: of any")
    size: int = Field(
        ge=1, le=10_000_000, description="how many accounts, drawn at random (assumption)"
    )

    def members(self, world: World, luck: Luck) -> list[int]:
        """Its accounts: ``size`` at random of its kinds."""
        return luck.some(of_kinds(world.people, self.kinds), self.size)


def of_kinds(people: People, kinds: tuple[str, ...]) -> NDArray[np.int64]:
    """The accounts of these kinds; all where none is named."""
    if not kinds:
        return np.arange(people.accounts)
    wanted = [people.kinds.index(kind) for kind in kinds if kind in people.kinds]
    return np.flatnonzero(np.isin(people.kind, wanted))
