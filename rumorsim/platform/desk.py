"""The desk: the moderation verbs of the platform, the only code that moves their levers.

Every verb is written to the stream, with its target and intervention, and to the journal, with
its reason and cost. A policy of your own is a SimPy generator function that takes the desk::

    def mine(desk):
        yield desk.env.timeout(2)
        desk.close(17, reason="seen enough")

``desk_sight`` has what the desk can observe, ``desk_verbs`` the verbs on accounts, posts and
stories, ``desk_records`` its records. This module has the verbs on groups and platforms.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from typing_extensions import override

from rumorsim.common.plurals import counted
from rumorsim.common.shown import Shown
from rumorsim.platform.desk_records import Action, Case, Done, Quotas
from rumorsim.platform.desk_verbs import Verbs
from rumorsim.platform.sponsors import Sponsor
from rumorsim.world.levers import Factor, for_treated

if TYPE_CHECKING:
    from rumorsim.engine.base import Engine

__all__ = ["Action", "Case", "Desk", "Done", "Quotas"]

#: Publications ordered by the desk are numbered (k) from here on, unplanned posts below.
ORDERED: Final = 3 * 2**21


class Desk(Verbs, Shown):
    """What the platform can do, observe and remember.

    ``env`` is the SimPy environment, ``world`` holds the arrays, ``levers`` the factors in
    force, ``journal`` all actions. Accounts, posts and stories are given by number;
    :meth:`account` and :meth:`story` look numbers up by id and name.
    """

    def __init__(self, engine: Engine, prices: Mapping[str, float] | None = None) -> None:
        super().__init__(engine, prices)
        self._warnings: dict[int, list[float]] = {}
        self._tiers: dict[int, list[float]] = {}
        #: The number of accounts by the strictness of their tier.
        self._in_tiers: Counter[float] = Counter()
        #: The cases of each intervention that was started; see ``interventions.cases``.
        self.caseloads: list[Any] = []
        #: Purses that adversaries are paid from: an investigation may find them.
        self.sponsors: list[Sponsor] = []
        self._strictness_listeners: list[Callable[[int | None], None]] = []
        #: Of each lever (of all shares or of treated accounts') and platform.
        self._limits: dict[tuple[str, int], list[int]] = {}
        self._limiting: dict[tuple[str, int], Factor] = {}
        self._promoting: Counter[int] = Counter()
        self._ordered: Counter[tuple[int, int]] = Counter()
        self._order_hearers: list[Callable[[], None]] = []

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        last = self.journal[-3:]
        done = ", ".join(f"{each.verb} {each.kind} {each.target}" for each in last)
        return [
            ("now", f"{self.now:g} h"),
            ("journal", counted(len(self.journal), "action")),
            ("last", done or "none"),
        ]

    @override
    def end(self) -> None:
        super().end()
        self.caseloads.clear()
        self.sponsors.clear()
        self._strictness_listeners.clear()
        self._order_hearers.clear()

    # -- cases ----------------------------------------------------------------------

    def flag(self, kind: str, target: int, case: Case) -> None:
        """Record that a case was opened."""
        self._tell("flag", kind, target, case.reason, case)

    def dismiss(self, kind: str, target: int, case: Case) -> None:
        """Record that a case was reviewed and dismissed."""
        self._tell("dismiss", kind, target, case.reason, case)

    def appeal(self, done: Done, *, reason: str = "") -> None:
        """Record an appeal against an action."""
        self._tell("appeal", done.kind, done.target, reason, done.case)

    def reject_appeal(self, done: Done, *, reason: str = "") -> None:
        """Record that an appeal was rejected; to grant an appeal, undo the action."""
        self._tell("reject-appeal", done.kind, done.target, reason, done.case)

    # -- stories --------------------------------------------------------------------

    def promote(self, story: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Pin a story until all its promotions are undone."""

        def demote(desk: Desk) -> None:
            desk._promoting[story] -= 1
            if not desk._promoting[story]:
                desk.engine.promote(story, False)

        done = self._do("promote", story, {}, reason, case, undoing=demote)
        if not done.moot:
            self._promoting[story] += 1
            self.engine.promote(story, True)
        return done

    def correct(
        self,
        story: int,
        correction: int,
        author: int,
        *,
        reason: str = "",
        case: Case | None = None,
    ) -> int:
        """Have ``author`` publish a correction of a story now.

        Returns the number of the post, or -1 where the author may not post and has no
        replacement that may (the action is then moot). ``correction`` is a story that answers
        ``story``. Such posts are numbered (k) from :data:`ORDERED` on for each author and
        correction. ValueError where ``correction`` does not answer ``story``.
        """
        if correction not in self.answers_to(story):
            raise ValueError(f"story {correction} does not answer story {story}")
        self._must_exist("account", author)
        if self._silent(author):
            self._found_moot("correct", "story", story, case)
            return -1
        self._do("correct", story, {}, reason, case)
        k = ORDERED + self._ordered[author, correction]
        self._ordered[author, correction] += 1
        post = int(self.engine.publish_now(author, correction, k))
        for heard in self._order_hearers:
            heard()
        return post

    def _silent(self, account: int) -> bool:
        """Whether neither the account nor its replacement may post."""
        can_post = self.world.accounts["can_post"]
        while not can_post[account]:
            account = self.world.heir_of(account)
            if account < 0:
                return True
        return False

    def when_ordered(self, callback: Callable[[], None]) -> None:
        """Call ``callback()`` after each publication ordered by the desk."""
        self._order_hearers.append(callback)

    # -- persons and groups ---------------------------------------------------------

    def accounts_of(self, person: int) -> list[int]:
        """All accounts of a person, including those in reserve."""
        return [int(a) for a in np.flatnonzero(self.world.person == person)]

    def arrest(self, account: int, *, reason: str = "", case: Case | None = None) -> list[Done]:
        """Arrest the person behind an account: all accounts of the person are closed for good.

        The stream records this for open accounts; the others can no longer come back.
        """
        done = [self._do("arrest", account, {}, reason, case)]
        if done[0].moot:
            return done
        for each in self.accounts_of(int(self.world.person[account])):
            if self.would_be_moot("close", each):
                done.append(self._do("close", each, {}, reason, case, quietly=True))
            else:
                done.append(self.close(each, reason=reason or "arrest", case=case))
        return done

    def take_down(
        self, accounts: Iterable[int], *, reason: str = "", case: Case | None = None
    ) -> list[Done]:
        """Close a group of accounts at once; for those already closed for good this is moot."""
        done = [self._do("take-down", each, {}, reason, case) for each in accounts]
        for each in done:
            if not (each.moot or each.again):
                self.engine.witness(each.target)
        return done

    # -- platforms ------------------------------------------------------------------

    def add_friction(
        self,
        platform: int,
        *,
        friction: float = 1.0,
        forward_limit: int | None = None,
        reason: str = "",
        case: Case | None = None,
    ) -> Done:
        """Slow all sharing on a platform: P(share) keeps ``friction``; shares reach a few.

        ValueError for a ``forward_limit`` with late exposures: it changes who gets a post.
        """
        if forward_limit is not None and self.world.rules.late:
            raise ValueError("with late exposures nothing can change who gets a post")
        settings = {"friction": friction}
        if forward_limit is None:
            return self._do("add-friction", platform, settings, reason, case)
        lever = "forward" if case is None or not case.for_treated else for_treated("forward")
        limits = self._limits.setdefault((lever, platform), [])

        def lift(desk: Desk) -> None:
            limits.remove(forward_limit)
            desk._limit_forwards(lever, platform)

        done = self._do("add-friction", platform, settings, reason, case, undoing=lift)
        limits.append(forward_limit)
        self._limit_forwards(lever, platform)
        return done

    def _limit_forwards(self, lever: str, platform: int) -> None:
        """Make the tightest limit in force the only factor of the lever: limits do not multiply."""
        key = (lever, platform)
        if key in self._limiting:
            self.levers.lift(self._limiting.pop(key))
        if self._limits[key]:
            base = self.levers.base(lever, "", platform)
            share = min(1.0, min(self._limits[key]) / base)
            self._limiting[key] = self.levers.put(lever, "", platform, share)

    def warn_platform(
        self,
        platform: int,
        *,
        strictness: float,
        reason: str = "",
        case: Case | None = None,
        quietly: bool = False,
    ) -> Done:
        """Warn a platform: until this is undone its desk is ``strictness`` times as strict.

        Thresholds are divided by it and false positives multiplied: see ``cases``.
        """
        if not strictness >= 1:
            raise ValueError(f"strictness must be at least 1, not {strictness!r}")

        def end(desk: Desk) -> None:
            desk._warnings[platform].remove(strictness)
            desk._strictness_changed(None)

        done = self._do("warn-platform", platform, {}, reason, case, quietly, undoing=end)
        self._warnings.setdefault(platform, []).append(strictness)
        self._strictness_changed(None)
        return done

    def classify(
        self, account: int, *, strictness: float, reason: str = "", case: Case | None = None
    ) -> Done:
        """Put an account into a tier on which the desk is ``strictness`` times as strict."""
        if not strictness > 0:
            raise ValueError(f"strictness must be more than 0, not {strictness!r}")

        tiers = self._tiers.setdefault(account, [])

        def change(desk: Desk, how: Callable[[float], None]) -> None:
            desk._in_tiers[math.prod(tiers)] -= 1
            how(strictness)
            desk._in_tiers[math.prod(tiers)] += 1
            desk._strictness_changed(account)

        def leave(desk: Desk) -> None:
            change(desk, tiers.remove)

        done = self._do("classify", account, {}, reason, case, undoing=leave)
        if not done.moot:
            change(self, tiers.append)
        return done

    def strictness(self, kind: str, target: int) -> float:
        """How strict the desk is with a target now, by its platform and tier; 1 is normal.

        For a story the strictest platform counts.
        """
        if kind == "story":
            return max(map(self._strictness_on, self._warnings), default=1.0)
        if kind == "platform":
            return self._strictness_on(target)
        account = int(self.world.posts["author"][target]) if kind == "post" else target
        tier = self._tiers.get(account)
        if not tier and not self._warnings:
            return 1.0
        own = math.prod(tier) if tier else 1.0
        return self._strictness_on(self.platform_of(account)) * own

    def degrees(self) -> set[float]:
        """Every degree of strictness that some target may meet now."""
        platforms = {1.0, *map(self._strictness_on, self._warnings)}
        tiers = {1.0, *(degree for degree, accounts in self._in_tiers.items() if accounts > 0)}
        return {platform * tier for platform in platforms for tier in tiers}

    def platform_of(self, account: int) -> int:
        """The number of an account's platform."""
        return int(self.world.platform[account])

    def _strictness_on(self, platform: int) -> float:
        return max(1.0, math.prod(self._warnings.get(platform, ())))

    def when_strictness_changes(self, callback: Callable[[int | None], None]) -> None:
        """Call ``callback(account)`` when the desk's strictness with that account changes.

        ``account`` is None where it changes for a whole platform, whose warning begins or ends.
        """
        self._strictness_listeners.append(callback)

    def _strictness_changed(self, account: int | None) -> None:
        for callback in tuple(self._strictness_listeners):
            callback(account)
