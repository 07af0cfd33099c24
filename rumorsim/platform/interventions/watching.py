"""The watch on a count: a target is up when its count comes to the threshold in force for it.

A desk that is stricter with a target divides its threshold: whoever is beyond the lower one
when the desk becomes stricter is up at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from rumorsim.platform.desk import Desk


class Watch:
    """Calls ``up(target)`` when reports, shares or reach of a target come to ``threshold``.

    Once for each target, or up to ``often`` times: again after as many more each time.
    """

    def __init__(
        self,
        desk: Desk,
        kind: str,
        quantity: str,
        threshold: int,
        up: Callable[[int], None],
        often: int = 1,
    ) -> None:
        self._desk, self._kind, self._quantity = desk, kind, quantity
        self._threshold, self._up, self._often = threshold, up, often
        self._subscribed: set[int] = set()
        self._levels = {threshold}
        #: Of each target that was up: how often, and its count at the last time.
        self._times: dict[int, tuple[int, int]] = {}

    def start(self) -> None:
        """Begin to watch."""
        self._subscribe(self._threshold)
        self._desk.when_strictness_changes(self._changed)
        if self._desk.now > 0:
            self._changed(None)

    def _subscribe(self, count: int) -> None:
        if count not in self._subscribed:
            self._subscribed.add(count)
            self._desk.watch(self._kind, self._quantity, count, self._come)

    def _level(self, strictness: float) -> int:
        return max(1, math.ceil(self._threshold / strictness))

    def _come(self, target: int, count: int) -> None:
        """The target's count has come to ``count``, or beyond.

        One check-in may count a target several times; it is told once, and may have passed
        the next level as well.
        """
        counts = self._desk.world.count_of(self._kind, self._quantity)
        while count <= counts[target]:
            times, last = self._times.get(target, (0, 0))
            level = self._level(self._desk.strictness(self._kind, target))
            if times >= self._often or count - last < level:
                return
            self._times[target] = (times + 1, count)
            if times + 1 < self._often:
                for degree in self._desk.degrees():
                    self._subscribe(count + self._level(degree))
            self._up(target)
            count += self._level(self._desk.strictness(self._kind, target))

    def _changed(self, account: int | None) -> None:
        """The desk is stricter or laxer with everybody, or with one account."""
        levels = {self._level(degree) for degree in self._desk.degrees()}
        if levels != self._levels:
            self._levels = levels
            known = {0, *(last for times, last in self._times.values() if times < self._often)}
            for last in known:
                for level in levels:
                    self._subscribe(last + level)
        counts = self._desk.world.count_of(self._kind, self._quantity)
        for target in self._touched(account, counts):
            if counts[target] >= min(levels):
                self._come(target, int(counts[target]))

    def _touched(self, account: int | None, counts: Any) -> list[int]:
        """Targets with whom the desk is stricter or laxer now."""
        if account is None:
            return [int(target) for target in np.flatnonzero(counts)]
        if self._kind == "story":
            return []
        return [account] if self._kind == "account" else self._desk.posts_of(account)
