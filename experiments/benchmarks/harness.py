"""What every benchmark shares: items with a floor and a goal, timing side by side, findings.

Times are CPU seconds of the measuring process, so that other people's work on the machine
costs a run its caches and its clock speed, not its place in the queue; wall-clock seconds
are kept beside them. What is compared is run in turn, round by round, in one process.
"""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

__all__ = ["Finding", "Item", "Sample", "found", "in_turn", "quietly", "ratio", "timed"]

T = TypeVar("T")


@dataclass(frozen=True)
class Item:
    """One thing that is held against a floor (must) and a goal (should).

    ``at``: the number of accounts that floor and goal are meant for; 0 = any. ``more`` says
    that a larger number is better. Without floor and goal it is for information.
    """

    name: str
    says: str
    unit: str
    floor: float | None = None
    goal: float | None = None
    more: bool = True
    at: int = 0

    def reaches(self, got: float, wanted: float | None) -> bool:
        """Is ``got`` as good as ``wanted``?"""
        if wanted is None:
            return True
        return got >= wanted if self.more else got <= wanted


@dataclass(frozen=True)
class Sample:
    """One timed run: CPU and wall-clock seconds, and how much work was done in them.

    ``system`` is what of the CPU seconds the system took, mostly to give pages of memory.
    """

    cpu: float
    wall: float
    work: float = 1.0
    system: float = 0.0

    def of(self, work: float) -> Sample:
        """The same run, now that its work is known."""
        return replace(self, work=work)

    @property
    def rate(self) -> float:
        """Work per CPU second."""
        return self.work / self.cpu

    @property
    def own_rate(self) -> float:
        """Work per CPU second of the program's own."""
        return self.work / (self.cpu - self.system)


@dataclass(frozen=True)
class Finding:
    """What was got for an item at one size: one value a round, and how busy the machine was.

    ``load`` is the one-minute load average when the item was done, its own process included.
    Without values ``note`` says why there are none.
    """

    item: Item
    size: int
    values: tuple[float, ...]
    load: float = 0.0
    wall: tuple[float, ...] = ()
    note: str = ""
    details: dict[str, float] = field(default_factory=dict)
    when: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def verdict(self) -> str:
        """In words; in brackets where floor and goal are meant for another size."""
        item = self.item
        if not self.values:
            return "not measured"
        if item.floor is None and item.goal is None:
            return "for information"
        if not item.reaches(self.median, item.floor):
            said = "BELOW FLOOR" if item.more else "ABOVE FLOOR"
        elif item.goal is not None and item.reaches(self.median, item.goal):
            said = "goal"
        else:
            said = "floor"
        if len({item.reaches(value, item.floor) for value in self.values}) > 1:
            said += ", within the noise"
        return said if item.at in (0, self.size) else f"({said})"


def found(
    item: Item,
    size: int,
    values: list[float],
    *,
    wall: list[float] | None = None,
    note: str = "",
    **details: float,
) -> Finding:
    """A finding with the load and the time (UTC) of this moment."""
    load, now = os.getloadavg()[0], datetime.now(UTC).strftime("%m-%d %H:%M")
    return Finding(item, size, tuple(values), load, tuple(wall or ()), note, details, now)


def ratio(item: Item, size: int, ours: list[Sample], theirs: list[Sample], whose: str) -> Finding:
    """How many times as fast as theirs ours is, round by round, on CPU time and the wall clock."""
    pairs = list(zip(ours, theirs, strict=True))
    pace = statistics.median(each.rate for each in theirs) / 1e6
    own = statistics.median(us.own_rate / them.own_rate for us, them in pairs)
    return found(
        item,
        size,
        [us.rate / them.rate for us, them in pairs],
        wall=[(us.work / us.wall) / (them.work / them.wall) for us, them in pairs],
        note=f"{whose} {pace:.3g} M/s; {own:.3g} x without the system's time for memory",
        theirs=pace,
        own=own,
    )


@contextmanager
def quietly() -> Iterator[None]:
    """The garbage collector off, for the project and its opponents alike."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def timed(work: Callable[[], T]) -> tuple[Sample, T]:
    """Do ``work``; how long it took and what it returned."""
    wall, cpu, system = time.perf_counter(), time.process_time(), os.times().system
    result = work()
    took = Sample(
        time.process_time() - cpu,
        time.perf_counter() - wall,
        system=os.times().system - system,
    )
    return took, result


def in_turn(rounds: int, **runs: Callable[[], Sample]) -> dict[str, list[Sample]]:
    """Each of ``runs`` once a round, in turn, every other round in reverse order."""
    samples: dict[str, list[Sample]] = {name: [] for name in runs}
    names = list(runs)
    for turn in range(rounds):
        for name in names if turn % 2 == 0 else reversed(names):
            with quietly():
                samples[name].append(runs[name]())
    return samples
