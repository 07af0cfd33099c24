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
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

__all__ = ["Finding", "Item", "Sample", "found", "in_turn", "quietly", "timed"]

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
    """One timed run: CPU and wall-clock seconds, and how much work was done in them."""

    cpu: float
    wall: float
    work: float = 1.0

    @property
    def rate(self) -> float:
        """Work per CPU second."""
        return self.work / self.cpu


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
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return Sample(time.process_time() - cpu, time.perf_counter() - wall), result


def in_turn(rounds: int, **runs: Callable[[], Sample]) -> dict[str, list[Sample]]:
    """Each of ``runs`` once a round, in turn, every other round in reverse order."""
    samples: dict[str, list[Sample]] = {name: [] for name in runs}
    names = list(runs)
    for turn in range(rounds):
        for name in names if turn % 2 == 0 else reversed(names):
            with quietly():
                samples[name].append(runs[name]())
    return samples
