"""The desk's verbs: each moves levers of one target, and says so in the stream.

What undoes a verb is in :data:`UNDOING`; verbs that are not there are for good.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from operator import index
from typing import TYPE_CHECKING, Final

import numpy as np

from rumorsim.desk_records import Action, Case, Done
from rumorsim.desk_sight import Sight
from rumorsim.events import VERBS, Kind
from rumorsim.levers import Levers

if TYPE_CHECKING:
    from rumorsim.engines import Engine

__all__ = ["GONE", "NO_STRIKE", "UNDOING", "Moves", "Verbs"]

#: What undoes a verb.
UNDOING: Final[Mapping[str, str]] = {
    "close": "reinstate",
    "suspend": "reinstate",
    "take-down": "reinstate",
    "remove-followers": "restore-followers",
    "delete": "restore-post",
    "hide": "show",
    "delist": "relist",
    "demonetise": "remonetise",
    "limit-push": "allow-push",
    "derank": "rerank",
    "discount-engagement": "count-engagement",
    "label": "unlabel",
    "promote": "demote",
    "add-friction": "lift-friction",
    "slow": "release",
    "unmask": "verify",
    "require-credentials": "certify",
    "warn-platform": "end-warning",
    "ask-readers": "stop-asking",
    "classify": "declassify",
}

#: What is done to an account or its post without being a penalty.
NO_STRIKE: Final = frozenset({"label", "require-credentials", "classify", "appeal"})

#: (table, column, factor) for the target's row.
Moves = list[tuple[str, str, float]]

#: Levers of an account that is gone: first what keeps it from doing anything.
GONE: Final[Moves] = [("accounts", column, 0.0) for column in ("can_post", "can_read", "visible")]


class Verbs(Sight):
    """What is done to accounts, posts and stories.

    Every verb takes its target by number, a ``reason``, and the ``case`` it settles, and
    returns what it did as a :class:`Done`. ``journal`` holds all that was done at its
    price, ``strikes`` the penalties of each account.
    """

    def __init__(self, engine: Engine, prices: Mapping[str, float] | None = None) -> None:
        super().__init__(engine)
        self.levers = Levers(self.world, self._since)
        self.prices = dict(prices or {})
        self.journal: list[Action] = []
        self.strikes: Counter[int] = Counter()
        self._hearers: list[Callable[[Done], None]] = []
        #: Who acts where there is no case: -1 by hand.
        self._hand = -1

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

    def _since(self) -> float:
        """When what is done now begins to count: at once, unless this moment's events woke us."""
        if self.engine.woken_at == self.now:
            return float(np.nextafter(self.now, np.inf))
        return self.now

    # -- accounts -------------------------------------------------------------------

    def close(self, account: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Close an account: it reads nothing, is seen nowhere and posts no more."""
        done = self._do("close", "account", account, GONE, reason, case)
        self.engine.witness(account)
        return done

    def suspend(
        self, account: int, *, hide_posts: bool = False, reason: str = "", case: Case | None = None
    ) -> Done:
        """Bar an account from posting and reading until :meth:`undo`; hide its posts if asked."""
        moves = GONE if hide_posts else GONE[:2]
        return self._do("suspend", "account", account, moves, reason, case)

    def remove_followers(
        self,
        account: int,
        *,
        keep: float = 0.0,
        reason: str = "",
        case: Case | None = None,
        quietly: bool = False,
    ) -> Done:
        """Cut the follows of all but a share ``keep`` in [0, 1] of the account's followers."""
        moves = [("accounts", "audience", keep)]
        return self._do("remove-followers", "account", account, moves, reason, case, quietly)

    def demonetise(
        self, account: int, *, keep: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Suspend what an account earns but a share ``keep`` in [0, 1]."""
        moves = [("profiles", "earning", keep)]
        return self._do("demonetise", "account", account, moves, reason, case)

    def discount_engagement(
        self, account: int, *, weight: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Let an account's posts weigh only ``weight`` in [0, 1] as much on surfaces."""
        moves = [("profiles", "countable", weight)]
        return self._do("discount-engagement", "account", account, moves, reason, case)

    def unmask(
        self, account: int, *, credence: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Say that an account is not who it says: its posts keep ``credence`` in [0, 1]."""
        moves = [("accounts", "credence", credence)]
        return self._do("unmask", "account", account, moves, reason, case)

    def require_credentials(
        self,
        account: int,
        *,
        credence: float = 1.0,
        silence: bool = True,
        reason: str = "",
        case: Case | None = None,
    ) -> Done:
        """Ask an account for its credentials; until certified it keeps ``credence``, is silent."""
        moves: Moves = [("accounts", "can_post", 0.0)] if silence else []
        moves.append(("accounts", "credence", credence))
        return self._do("require-credentials", "account", account, moves, reason, case)

    def warn(self, account: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Warn an account: a strike, and nothing else."""
        return self._do("warn", "account", account, [], reason, case)

    def fine(self, account: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Fine whoever is behind an account."""
        return self._do("fine", "account", account, [], reason, case)

    # -- posts ----------------------------------------------------------------------

    def delete(
        self, post: int, *, takes_shares: bool = True, reason: str = "", case: Case | None = None
    ) -> Done:
        """Delete a post; shares of a deleted original show nothing if it ``takes_shares``."""
        # Shares ask whether their original is alive, not whether it can be seen.
        column = "alive" if takes_shares else "visibility"
        return self._do("delete", "post", post, [("posts", column, 0.0)], reason, case)

    def hide(
        self, post: int, *, visibility: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Hide a post from all but a share ``visibility`` of readers."""
        return self._do("hide", "post", post, [("posts", "visibility", visibility)], reason, case)

    def label(
        self, post: int, *, credence: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Put a warning on a post, and on all shares of an original: it keeps ``credence``."""
        return self._do("label", "post", post, [("posts", "credence", credence)], reason, case)

    # -- stories --------------------------------------------------------------------

    def delist(self, story: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Keep a story off the trending list."""
        return self._do("delist", "story", story, [("stories", "listed", 0.0)], reason, case)

    def limit_push(self, story: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Let no push notification carry a story."""
        return self._do("limit-push", "story", story, [("stories", "pushable", 0.0)], reason, case)

    def derank(
        self, story: int, *, keep: float = 0.0, reason: str = "", case: Case | None = None
    ) -> Done:
        """Let a story keep only ``keep`` in [0, 1] of its score in recommendations."""
        moves = [("stories", "recommendable", keep)]
        return self._do("derank", "story", story, moves, reason, case)

    def slow(
        self,
        story: int,
        *,
        flow: float,
        amplified: bool = True,
        reason: str = "",
        case: Case | None = None,
    ) -> Done:
        """Slow a story: P(share) keeps ``flow`` in [0, 1]; unless ``amplified``, off surfaces."""
        moves: Moves = [("stories", "flow", flow)]
        if not amplified:
            moves += [("stories", column, 0.0) for column in ("listed", "recommendable")]
            moves.append(("stories", "pushable", 0.0))
        return self._do("slow", "story", story, moves, reason, case)

    def ask_readers(
        self, story: int, *, factor: float, reason: str = "", case: Case | None = None
    ) -> Done:
        """Ask readers to report a story: P(report | read) becomes ``factor`` times as large.

        ValueError for a factor above 1 with late exposures, which leave out what might be reported.
        """
        if factor > 1.0 and self.world.rules.late:
            raise ValueError("with late exposures nothing can make reports more likely")
        moves = [("stories", "report", factor)]
        return self._do("ask-readers", "story", story, moves, reason, case)

    # -- the doing ------------------------------------------------------------------

    def undo(self, done: Done, *, reason: str = "", quietly: bool = False) -> None:
        """Take back what one verb did. Doing so twice changes nothing."""
        if done.undone:
            return
        if done.verb not in UNDOING:
            raise ValueError(f"{done.verb} cannot be undone")
        done.undone = True
        for factor in done.factors:
            self.levers.lift(factor)
        if done.undoing is not None:
            done.undoing()
        # Something may be seen again: surfaces look anew for each story's top post.
        self.world.tops[:] = -1
        if not quietly:
            self._tell(UNDOING[done.verb], done.kind, done.target, reason, done.case)

    def _do(
        self,
        verb: str,
        kind: str,
        target: int,
        moves: Moves,
        reason: str,
        case: Case | None,
        quietly: bool = False,
        undoing: Callable[[], None] | None = None,
    ) -> Done:
        target = index(target)
        self._must_exist(kind, target)
        factors = [self.levers.put(table, column, target, value) for table, column, value in moves]
        if not quietly:
            self._tell(verb, kind, target, reason or (case.reason if case else ""), case)
            struck = self._struck(kind, target)
            if struck >= 0 and verb not in NO_STRIKE:
                self.strikes[struck] += 1
        done = Done(verb, kind, target, factors, case, undoing)
        if not quietly:
            for heard in tuple(self._hearers):
                heard(done)
        return done

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
            Action(self.now, verb, kind, target, by, reason, self.prices.get(verb, 1.0))
        )
