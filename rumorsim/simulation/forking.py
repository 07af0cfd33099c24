"""Branches of a simulation: what was done to it by hand, so that it can be done again.

SimPy's processes cannot be copied. A branch is a run made again from the start, with the same
calls of the desk between the same advances: the same events to the bit.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from rumorsim.common.errors import RumorsimError
from rumorsim.events.verbs import LIFTING, VERBS, method_of
from rumorsim.platform.desk import Desk, Done

if TYPE_CHECKING:
    from rumorsim.world.world import World

#: What may be done by hand between advances, and is done again.
_BY_HAND: Final = (
    *(method_of(verb) for verb in VERBS if verb not in LIFTING and hasattr(Desk, method_of(verb))),
    "undo",
)


class _Made:
    """Stands for what an earlier call returned: the call, and the place in its list."""

    def __init__(self, step: int, place: int) -> None:
        self.step, self.place = step, place


class RecordedDesk(Desk):
    """The desk of a simulation: what is done by hand between advances is noted in ``by_hand``."""

    by_hand: HandJournal | None = None


def _recorded(name: str) -> Callable[..., Any]:
    """The verb of that name, noted in the journal where there is one."""
    verb = getattr(Desk, name)

    @functools.wraps(verb)
    def recorded(self: RecordedDesk, *args: Any, **settings: Any) -> Any:
        if self.by_hand is None:
            return verb(self, *args, **settings)
        return self.by_hand.call(self, name, verb, args, settings)

    return recorded


for _name in _BY_HAND:
    setattr(RecordedDesk, _name, _recorded(_name))
RecordedDesk.__name__ = Desk.__name__  # what it is at a prompt


class HandJournal:
    """Advances, calls of the desk by hand and changes of policy, in order.

    ``guard`` is held during a call; while the simulation is ``running``, calls are its own.
    """

    def __init__(self, guard: Any) -> None:
        self._steps: list[tuple[Any, ...]] = []
        self._made: dict[int, _Made] = {}
        self._results: list[Any] = []
        self._guard = guard
        self._inside = self.running = False

    def call(
        self, desk: Desk, name: str, verb: Callable[..., Any], args: Any, settings: Any
    ) -> Any:
        """Call a verb of the desk, and note it where that is done by hand."""
        with self._guard:
            if self._inside or self.running:
                return verb(desk, *args, **settings)
            self._inside = True
            try:
                result = verb(desk, *args, **settings)
            finally:
                self._inside = False
            self._add(name, args, settings, result, (desk._hand, desk._until))
            return result

    def _add(
        self, name: str, args: Any, settings: Any, result: Any, terms: tuple[int, float]
    ) -> None:
        made = [self._made.get(id(each), each) for each in args]
        self._steps.append(("call", name, made, settings, *terms))
        self._results.append(result)  # kept, so that its id is nobody else's
        for place, each in enumerate(result if isinstance(result, list) else [result]):
            if isinstance(each, Done):
                self._made[id(each)] = _Made(len(self._steps) - 1, place)

    def advanced(self, time: float) -> None:
        """The run went on to an hour. How it was cut does not matter."""
        if self._steps and self._steps[-1][0] == "advance":
            self._steps[-1] = ("advance", time)
            return
        self._steps.append(("advance", time))
        self._results.append(None)

    def went_on(self, policy: Any) -> None:
        """The run went on under another policy."""
        self._steps.append(("policy", policy))
        self._results.append(None)

    def repeat(
        self,
        own: Desk,
        desk: Desk,
        advance: Callable[[float], Any],
        go_on: Callable[[Any], Any],
    ) -> None:
        """Do all of it again, with another simulation's desk, which ends up as its ``own``."""
        results: list[list[Any]] = []
        for kind, *step in self._steps:
            if kind != "call":
                (advance if kind == "advance" else go_on)(step[0])
                results.append([])
                continue
            name, args, settings, desk._hand, desk._until = step
            found = [
                results[each.step][each.place] if isinstance(each, _Made) else each for each in args
            ]
            result = getattr(desk, name)(*found, **settings)
            results.append(result if isinstance(result, list) else [result])
        desk._hand, desk._until = own._hand, own._until


def must_be_alike(one: World, other: World) -> None:
    """RumorsimError where two worlds are not in the same state."""
    names = ("accounts", "profiles", "stories", "friction", "heirs", "posts")
    treated = ("treated_posts", "treated_stories", "treated_friction")
    for name in (*names, *treated):
        mine, theirs = getattr(one, name), getattr(other, name)
        if name in ("posts", "treated_posts"):
            mine, theirs = mine[: one.posts_made], theirs[: other.posts_made]
        columns = mine.dtype.names or ("",)
        for column in columns:
            pair = (mine[column], theirs[column]) if column else (mine, theirs)
            if not np.array_equal(*pair):
                raise RumorsimError(
                    "this simulation cannot be forked: something other than advance() and the"
                    " desk's verbs has changed it, or a policy of its own does not repeat itself"
                )
