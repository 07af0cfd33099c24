"""The records of the desk: its journal, its cases, what each verb did, and quotas."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import simpy

from rumorsim.world.levers import Factor

if TYPE_CHECKING:
    from rumorsim.engine.base import CascadeEnvironment


class Action(NamedTuple):
    """One entry of the journal. ``by`` is the place of the intervention in its policy.

    It is -1 for actions by hand, and -2 - n for those bought by adversary n (from 0) of those
    that buy actions.
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

    ``until`` is the hour at which it is due to end (inf: no end is known), ``again`` whether
    an equal but shorter action was in force already. Where ``moot``, nothing was done, as the
    target was gone or something at least as strong was in force: there is nothing to undo.
    """

    verb: str
    kind: str
    target: int
    factors: list[Factor]
    case: Case | None
    #: Undoes what is not a lever, if there is anything; called with the desk.
    undoing: Callable[[Any], None] | None = None
    undone: bool = False
    until: float = math.inf
    again: bool = False
    moot: bool = False


@dataclass(eq=False)
class Case:
    """One target that a trigger has put before the desk.

    ``number`` counts the cases of one intervention on one target, from 0. ``until`` is the hour
    at which the actions of the case end (inf: no end is known).
    """

    by: int
    target: int
    number: int
    reason: str
    opened: float
    words: tuple[int, int, int, int]
    done: list[Done] = field(default_factory=list)
    until: float = math.inf
    #: Whether it is for treated readers alone, in an experiment.
    for_treated: bool = False
    #: Whether a verb found nothing to do: see :mod:`rumorsim.events.verbs`.
    found_moot: bool = False


class Quotas:
    """At most ``count`` actions in each period (hours); further ones wait in a queue."""

    def __init__(self, env: CascadeEnvironment, count: int, period: float) -> None:
        self._env, self._count, self._period = env, count, period
        self._window, self._used = 0, 0
        self._waiting: deque[simpy.Event] = deque()

    def turn(self) -> simpy.Event:
        """An event that happens once this action is within the quota."""
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
        """Return an unused turn: the next action in the queue takes it."""
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
            # An action at this very moment has begun the period already.
            if self._window < following:
                self._window, self._used = following, 0
            while self._waiting and self._used < self._count:
                self._used += 1
                self._waiting.popleft().succeed()
