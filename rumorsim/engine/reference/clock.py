"""The reference engine's clock: SimPy events at exact times, timetables, and the watch.

Timetables are walked from the start; the fast engine finds the next point by its address.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import simpy
from typing_extensions import override

from rumorsim.common.randomness import Purpose, address_word, philox, uniform
from rumorsim.engine.base import PUBLIC, CascadeEnvironment, Engine
from rumorsim.engine.kernels.tables import CELLS
from rumorsim.world.levers import Moment

if TYPE_CHECKING:
    from rumorsim.world.world import World

__all__ = ["Timetables"]


class Timetables(Engine):
    """An engine of one SimPy event per check-in, without what happens at one."""

    def __init__(self, world: World) -> None:
        super().__init__(world, CascadeEnvironment())
        self.rules = world.rules
        self._logged = 0
        self._hits: list[tuple[int, int, int]] = []

    @property
    @override
    def logged(self) -> int:
        return self._logged

    @logged.setter
    def logged(self, count: int) -> None:
        self._logged = count

    def at(
        self,
        time: float,
        order: tuple[int, int, int, int],
        happens: Any,
        *args: Any,
        later: bool = False,
    ) -> None:
        """Let ``happens(*args)`` take place at ``time`` (if before the horizon).

        ``order`` is account, story, author, k: who comes first at equal times; ``later`` ones
        come after others of the same order.
        """
        if not time < self.world.horizon:
            return
        account, story, author, k = order
        width = len(self.world.stories) + 2
        number = ((account * width + story + 2) * self.world.size + author) << 25 | k << 1 | later
        event = simpy.Event(self.env)
        event._ok, event._value = True, None
        assert event.callbacks is not None
        event.callbacks.append(lambda _: self._take_place(Moment(time, *order), happens, args))
        self.env.schedule_at(event, time, PUBLIC + number)

    def _take_place(self, place: Moment, happens: Any, args: tuple[Any, ...]) -> None:
        happens(*args)
        if self._hits:
            self._woken = place
        self.notify_watchers()

    def notify_watchers(self) -> None:
        """Tell who watches what was counted since."""
        if self._hits:
            hits, self._hits = self._hits, []
            self._call_back(hits)

    # -- timetables -----------------------------------------------------------------

    def points(
        self,
        purpose: int,
        who: int,
        rate: float,
        what: int = 0,
        begin: float = 0.0,
        key: int | None = None,
    ) -> Iterator[tuple[float, int, int]]:
        """(time, cell, j) of every point of a timetable before the horizon, in order.

        Those before ``begin`` may be left out. Of several that fall on one moment, as they may
        at high rates long after the start, the first counts. ``key``: instead of the seed.
        """
        key = self.world.seed if key is None else key
        last = -1.0
        cell = max(0, math.floor(rate * self.warp(begin) * (1 - 1e-12) - 1e-6))
        while rate > 0 and self.unwarp(cell / rate) < self.world.horizon:
            place = cell & CELLS
            words = list(philox(key, address_word(purpose), place, who, what))
            count, words = self.poisson(words[0]), words[1:]
            block = 0
            while len(words) < count:
                block += 1
                words += philox(key, address_word(purpose, block), place, who, what)
            times = [self.unwarp((cell + uniform(word)) / rate) for word in words[:count]]
            for time, j in sorted((time, j) for j, time in enumerate(times)):
                if time > last:
                    last = time
                    yield time, cell, j
            cell += 1

    @staticmethod
    def poisson(word: int) -> int:
        """A Poisson(1) count from one word: how many cumulative probabilities it passes."""
        count, total, term = 0, math.exp(-1), math.exp(-1)
        while count < 12 and word >= round(total * 2**32):
            count += 1
            term /= count
            total += term
        return count

    def timetable(self, account: int) -> Iterator[tuple[float, int, int]]:
        """The check-ins of one account."""
        return self.points(Purpose.CHECK_IN, account, float(self.world.accounts["rate"][account]))

    def warp(self, time: float) -> float:
        """Operational hours by ``time``: the integral of the daily curve."""
        curve = self.rules.curve
        if not len(curve):
            return time
        clock = time + float(curve[0])
        day = float(math.floor(clock / 24.0))
        hour = clock - 24.0 * day
        i = min(int(hour), 23)
        return (
            day * 24.0 + (float(curve[2 + i]) + (hour - i) * float(curve[27 + i])) - float(curve[1])
        )

    def unwarp(self, operational: float) -> float:
        """The time by which so many operational hours have passed."""
        curve = self.rules.curve
        if not len(curve):
            return operational
        total = operational + float(curve[1])
        day = float(math.floor(total / 24.0))
        rest = total - 24.0 * day
        live = [i for i in range(24) if curve[27 + i] > 0 and curve[2 + i] <= rest]
        if not live:
            first = 0
            end = 1.0
            if curve[27] > 0:
                end = min(end, max(0.0, rest - float(curve[2])) / float(curve[27]))
            return 24.0 * day + (first + end) - float(curve[0])
        i = live[-1]
        hour = min(float(i + 1), i + (rest - float(curve[2 + i])) / float(curve[27 + i]))
        return 24.0 * day + hour - float(curve[0])

    def after(self, time: float, hours: float) -> float:
        """When so many operational hours have passed since then: later, unless they are 0."""
        least = math.nextafter(time, math.inf) if hours > 0 else time
        return max(least, self.unwarp(self.warp(time) + hours))

    # -- counting -------------------------------------------------------------------

    def count(self, quantity: str, post: int) -> None:
        """One more report, share or reach for a post, its author and its story."""
        row = self.world.posts[post]
        what = ("reports", "shares", "reach").index(quantity)
        accounts = self.world.count_of("account", quantity)
        row[quantity] += 1
        self.world.stories[quantity][row["story"]] += 1
        accounts[row["author"]] += 1
        story, author = int(row["story"]), int(row["author"])
        for hit in (
            (3 + what, post, int(row[quantity])),
            (6 + what, story, int(self.world.stories[quantity][story])),
            (what, author, int(accounts[author])),
        ):
            if (hit[0], hit[2]) in self._callbacks:
                self._hits.append(hit)
