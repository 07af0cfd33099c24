"""What all verbs of the desk share: acting, telling, undoing, and what would do nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import inf
from operator import index
from typing import TYPE_CHECKING

from rumorsim.desk_force import InForce, moves_of
from rumorsim.desk_records import Action, Case, Done
from rumorsim.desk_sight import Sight
from rumorsim.errors import show_value
from rumorsim.events import Kind
from rumorsim.levers import Levers
from rumorsim.verbs import LIFTED_BY, TABLE, TARGET_OF, VERBS, price

if TYPE_CHECKING:
    from rumorsim.engines import Engine

__all__ = ["Doing"]


class Doing(Sight):
    """How the desk acts.

    ``journal`` holds all that was done at its price, ``strikes`` the penalties of each
    account, ``levers`` the factors in force, ``force`` what they are in force for.
    """

    def __init__(self, engine: Engine, prices: Mapping[str, float] | None = None) -> None:
        super().__init__(engine)
        self.levers = Levers(self.world, engine.moment, engine.levers_moved)
        self.force = InForce(self.world)
        self.prices = dict(prices or {})
        self.journal: list[Action] = []
        self.strikes: Counter[int] = Counter()
        self._hearers: list[Callable[[Done], None]] = []
        #: Who acts where there is no case (-1: by hand), and until when what it does lasts.
        self._hand = -1
        self._until = inf

    def when_done(self, callback: Callable[[Done], None]) -> None:
        """Call ``callback(done)`` after every verb that the stream was told of."""
        self._hearers.append(callback)

    @contextmanager
    def bought(self, buyer: int) -> Iterator[None]:
        """What is done within was bought by the so-manieth of the adversaries that buy."""
        self._hand = -2 - buyer
        try:
            yield
        finally:
            self._hand = -1

    @contextmanager
    def until(self, time: float) -> Iterator[None]:
        """What is done within, without a case, is to be undone at ``time``, by whoever does it.

        So the desk knows whether an equal penalty that is in force outlasts it::

            with desk.until(desk.now + 3):
                done = desk.suspend(17)
        """
        before, self._until = self._until, time
        try:
            yield
        finally:
            self._until = before

    # -- what would do nothing ----------------------------------------------------------

    def gone(self, kind: str, target: int) -> bool:
        """Is an account closed; a post deleted, or vanished with its author or original?"""
        return self.force.gone(kind, target)

    def would_be_moot(
        self, verb: str, target: int, *, until: float = inf, **settings: float
    ) -> bool:
        """Would this verb find its target gone, or under as much ``until`` then, now?

        ``settings`` are those of the verb: ``desk.would_be_moot("suspend", 17)``.
        """
        if verb not in TARGET_OF:
            raise ValueError(f"there is no verb {verb!r} that does something to a target")
        moves = moves_of(verb, **settings)
        return self.force.moot(verb, TARGET_OF[verb], index(target), moves, until)

    def moot(self, kind: str, target: int, case: Case | None = None, *, reason: str = "") -> None:
        """Say that a case was closed without an act, as it would have done nothing."""
        self._tell("moot", kind, target, reason or (case.reason if case else ""), case)

    # -- the doing ------------------------------------------------------------------

    def undo(self, done: Done, *, reason: str = "", quietly: bool = False) -> None:
        """Take back what one verb did. Doing so twice changes nothing.

        The stream is told what is lifted: nothing, as long as another of its sort holds.
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
            done.undoing()
        # Something may be seen again: surfaces look anew for each story's top post.
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
        undoing: Callable[[], None] | None = None,
    ) -> Done:
        target, kind = _number_of(target), TARGET_OF[verb]
        self._must_exist(kind, target)
        moves = moves_of(verb, **settings)
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
        """Nothing to do. Whoever works a case says so when it is closed; nobody else does."""
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
    """A target's number; TypeError for anything but a whole number (true and false too)."""
    if isinstance(target, bool) or not hasattr(target, "__index__"):
        raise TypeError(f"a target is a whole number, counted from 0, not {show_value(target)}")
    return index(target)
