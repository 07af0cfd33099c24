"""What all verbs of the desk share: acting, reporting, undoing, and spotting moot acts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import inf
from operator import index
from typing import TYPE_CHECKING, Any

from rumorsim.common.errors import show_value
from rumorsim.events.stream import Kind
from rumorsim.events.verbs import LIFTED_BY, TABLE, TARGET_OF, VERBS, price
from rumorsim.platform.desk_calls import explain_calls
from rumorsim.platform.desk_force import InForce, moves_of
from rumorsim.platform.desk_records import Action, Case, Done
from rumorsim.platform.desk_sight import Sight
from rumorsim.world.levers import Levers

if TYPE_CHECKING:
    from rumorsim.engine.base import Engine


class Doing(Sight):
    """The part of the desk that acts.

    ``journal`` lists every action with its cost, ``strikes`` counts the penalties of each
    account, ``levers`` holds the factors in force and ``force`` the actions behind them.
    """

    def __init__(self, engine: Engine, prices: Mapping[str, float] | None = None) -> None:
        super().__init__(engine)
        self.levers = Levers(self.world, engine.moment, engine.levers_moved)
        self.force = InForce(self.world)
        self.prices = dict(prices or {})
        self.journal: list[Action] = []
        self.strikes: Counter[int] = Counter()
        self._hearers: list[Callable[[Done], None]] = []
        self._at_end: list[Callable[[], None]] = []
        #: Who acts outside a case (-1: by hand), and the hour until which such actions last.
        self._hand = -1
        self._until = inf

    def __init_subclass__(cls, **_: Any) -> None:
        explain_calls(cls)

    def when_done(self, callback: Callable[[Done], None]) -> None:
        """Call ``callback(done)`` after every verb that was written to the stream."""
        self._hearers.append(callback)

    def when_ended(self, callback: Callable[[], None]) -> None:
        """Call ``callback()`` when nothing can happen any more: let go of the desk there."""
        self._at_end.append(callback)

    def end(self) -> None:
        """Let go of all that acts through the desk, once nothing can happen any more."""
        for callback in self._at_end:
            callback()
        self._at_end.clear()
        self._hearers.clear()

    @contextmanager
    def bought(self, buyer: int) -> Iterator[None]:
        """Attribute actions inside the block to adversary number ``buyer`` of those that buy.

        ``buyer`` counts from 0.
        """
        self._hand = -2 - buyer
        try:
            yield
        finally:
            self._hand = -1

    @contextmanager
    def until(self, time: float) -> Iterator[None]:
        """Declare that actions inside the block, outside any case, end at hour ``time``.

        The caller has to undo them. The desk compares this hour with equal penalties in force,
        to tell whether a new one would add anything::

            with desk.until(desk.now + 3):
                done = desk.suspend(17)
        """
        before, self._until = self._until, time
        try:
            yield
        finally:
            self._until = before

    # -- moot actions -------------------------------------------------------------------

    def gone(self, kind: str, target: int) -> bool:
        """Whether an account is closed, or a post deleted or gone with its author or original."""
        return self.force.gone(kind, target)

    def would_be_moot(
        self,
        verb: str,
        target: int,
        *,
        until: float = inf,
        for_treated: bool = False,
        **settings: float,
    ) -> bool:
        """Whether this verb would change nothing if it were used now.

        That is so where the target is gone, or where something at least as strong is in force
        on it and lasts until the hour ``until``. ``for_treated``: for treated readers alone.
        ``settings`` are those of the verb: ``desk.would_be_moot("suspend", 17)``. ValueError for
        a verb that has no target.
        """
        if verb not in TARGET_OF:
            raise ValueError(f"{verb!r} is not a verb that acts on a target")
        moves = moves_of(verb, for_treated, **settings)
        return self.force.moot(verb, TARGET_OF[verb], index(target), moves, until)

    def moot(self, kind: str, target: int, case: Case | None = None, *, reason: str = "") -> None:
        """Record that a case was closed without an action, which would have changed nothing."""
        self._tell("moot", kind, target, reason or (case.reason if case else ""), case)

    # -- acting ---------------------------------------------------------------------

    def undo(self, done: Done, *, reason: str = "", quietly: bool = False) -> None:
        """Undo what one verb did. Undoing it again changes nothing.

        The stream records what is lifted: nothing while another penalty of the same sort is in
        force. ``quietly`` records nothing at all. ValueError for a verb that cannot be undone.
        """
        if done.undone:
            return
        if done.verb not in LIFTED_BY:
            raise ValueError(f"{done.verb} cannot be undone")
        done.undone = True
        self.force.remove(done)
        for factor in done.factors:
            self.levers.lift(factor)
        if done.undoing is not None:
            done.undoing(self)
        # Posts may be visible again, so surfaces search anew for the top post of each story.
        self.world.tops[:] = -1
        lifted = "" if quietly else self.force.lifted(done)
        if lifted:
            self._tell(lifted, done.kind, done.target, reason, done.case)

    def _do(
        self,
        verb: str,
        target: int,
        settings: Mapping[str, float],
        reason: str,
        case: Case | None,
        quietly: bool = False,
        undoing: Callable[[Any], None] | None = None,
    ) -> Done:
        target, kind = _number_of(target), TARGET_OF[verb]
        self._must_exist(kind, target)
        moves = moves_of(verb, case is not None and case.for_treated, **settings)
        until = case.until if case else self._until
        if not quietly and self.force.moot(verb, kind, target, moves, until):
            return self._found_moot(verb, kind, target, case)
        factors = [self.levers.put(table, column, target, value) for table, column, value in moves]
        again = self.force.again(verb, kind, target)
        done = Done(verb, kind, target, factors, case, undoing, until=until, again=again)
        self.force.add(done)
        if quietly:
            return done
        self._tell(verb, kind, target, reason or (case.reason if case else ""), case)
        struck = self._struck(kind, target)
        if struck >= 0 and TABLE[verb].strike:
            self.strikes[struck] += 1
        for heard in tuple(self._hearers):
            heard(done)
        return done

    def _found_moot(self, verb: str, kind: str, target: int, case: Case | None) -> Done:
        """Record that there was nothing to do; within a case that happens when it is closed."""
        if case is None:
            self.moot(kind, target, reason=f"nothing to {verb}")
        else:
            case.found_moot = True
        return Done(verb, kind, target, [], case, undone=True, moot=True)

    def _must_exist(self, kind: str, target: int) -> None:
        size = {
            "account": len(self.world.accounts),
            "post": self.world.posts_made,
            "story": len(self.world.stories),
            "platform": len(self.world.facts.platforms),
        }[kind]
        if not 0 <= target < size:
            raise IndexError(f"there is no {kind} {target}: there are {size}, numbered from 0")

    def _struck(self, kind: str, target: int) -> int:
        if kind == "post":
            return int(self.world.posts["author"][target])
        return target if kind == "account" else -1

    def _tell(self, verb: str, kind: str, target: int, reason: str, case: Case | None) -> None:
        by = case.by if case else self._hand
        story = post = account = -1
        platform = 0
        if kind == "platform":
            platform = target
        elif kind == "account":
            account = target
        elif kind == "story":
            story = target
        elif kind == "post":
            post = target
            story = int(self.world.posts["story"][target])
            account = int(self.world.posts["author"][target])
        code = float(VERBS.index(verb))
        self.engine.write(Kind.ACTION, story, post, account, by, code, platform)
        self.journal.append(
            Action(self.now, verb, kind, target, by, reason, price(self.prices, verb))
        )


def _number_of(target: int) -> int:
    """The number of a target; TypeError unless it is an integer (truth values are not)."""
    if isinstance(target, bool) or not hasattr(target, "__index__"):
        raise TypeError(f"a target is a whole number, counted from 0, not {show_value(target)}")
    return index(target)
