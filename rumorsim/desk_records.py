"""What the desk keeps: its journal, its cases, what each verb did, and quotas."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import simpy

from rumorsim.levers import Factor

if TYPE_CHECKING:
    from rumorsim.engines import CascadeEnvironment

__all__ = ["Action", "Case", "Done", "Quotas"]


class Action(NamedTuple):
    """One entry of the journal. ``by`` is the place of the intervention, -1 by hand.

    -2 - n where the n-th of the adversaries that buy such things (from 0) bought it.
    """

    time: float
    verb: str
    kind: str
    target: int
    by: int
    reason: str
    cost: float


@dataclass(eq=False)
class Done:
    """What one verb did, kept so that it can be undone exactly.

    ``until`` is the hour at which it is to end as far as is known (inf: none is), ``again``
    whether the target was under the same already, for shorter. A ``moot`` one did nothing,
    as the target was gone or under as much: there is nothing to undo.
    """

    verb: str
    kind: str
    target: int
    factors: list[Factor]
    case: Case | None
    #: What else is to be taken back, where levers are not all.
    undoing: Callable[[], None] | None = None
    undone: bool = False
    until: float = math.inf
    again: bool = False
    moot: bool = False


@dataclass(eq=False)
class Case:
    """One target before the desk: opened by a trigger, the n-th of its intervention.

    ``until`` is the hour at which what is done in it ends (inf: nobody knows of an end).
    """

    by: int
    target: int
    number: int
    reason: str
    opened: float
    words: tuple[int, int, int, int]
    done: list[Done] = field(default_factory=list)
    until: float = math.inf
    #: Whether a verb found nothing to do: see :mod:`rumorsim.verbs`.
    found_moot: bool = False


class Quotas:
    """At most ``count`` acts in each period; who comes later waits in line."""

    def __init__(self, env: CascadeEnvironment, count: int, period: float) -> None:
        self._env, self._count, self._period = env, count, period
        self._window, self._used = 0, 0
        self._waiting: deque[simpy.Event] = deque()

    def turn(self) -> simpy.Event:
        """An event that happens when this act falls within the quota."""
        event = self._env.event()
        self._new_window()
        if self._used < self._count and not self._waiting:
            self._used += 1
            event.succeed()
        else:
            self._waiting.append(event)
            if len(self._waiting) == 1:
                self._env.process(self._serve())
        return event

    def give_back(self) -> None:
        """A turn came to nothing: whoever waits next has it."""
        if self._waiting:
            self._waiting.popleft().succeed()
        else:
            self._used = max(0, self._used - 1)

    def _new_window(self) -> None:
        window = int(self._env.now / self._period)
        if window > self._window:
            self._window, self._used = window, 0

    def _serve(self) -> Any:
        while self._waiting:
            following = self._window + 1
            yield self._env.timeout_until(following * self._period)
            # Whoever came at this very moment has begun the period already.
            if self._window < following:
                self._window, self._used = following, 0
            while self._waiting and self._used < self._count:
                self._used += 1
                self._waiting.popleft().succeed()
