"""The desk: the platform's moderation verbs, the one place that moves levers for them.

Every verb is an event of the stream with what was done to whom by which intervention, and
an entry of the journal with its reason and cost. A user's own policy is a SimPy generator
that takes the desk::

    def mine(desk):
        yield desk.env.timeout(2)
        desk.close(17, reason="seen enough")

What the desk sees is in ``desk_sight``, its verbs on accounts, posts and stories in
``desk_verbs``, what it keeps in ``desk_records``; here is what concerns groups, platforms
and the desk itself.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from rumorsim.desk_records import Action, Case, Done, Quotas
from rumorsim.desk_verbs import Verbs
from rumorsim.levers import Factor
from rumorsim.plurals import counted
from rumorsim.shown import Shown
from rumorsim.sponsors import Sponsor

if TYPE_CHECKING:
    from rumorsim.engines import Engine

__all__ = ["Action", "Case", "Desk", "Done", "Quotas"]

#: What the desk orders has k from here on; the public's own unplanned posts are below.
ORDERED: Final = 3 * 2**21


class Desk(Verbs, Shown):
    """What the platform can do, see and remember.

    ``env`` is the SimPy environment, ``world`` the arrays, ``levers`` the factors in force,
    ``journal`` all that was done. Accounts, posts and stories are given by number;
    :meth:`account` and :meth:`story` find numbers by id and name.
    """

    def __init__(self, engine: Engine, prices: Mapping[str, float] | None = None) -> None:
        super().__init__(engine, prices)
        self._warnings: dict[int, list[float]] = {}
        self._tiers: dict[int, list[float]] = {}
        #: How many accounts there are by the strictness of their tier.
        self._in_tiers: Counter[float] = Counter()
        #: The cases of each intervention that was started; see ``interventions.cases``.
        self.dockets: list[Any] = []
        #: Purses that adversaries are paid from: an investigation may find them.
        self.sponsors: list[Sponsor] = []
        self._strictness_listeners: list[Callable[[int | None], None]] = []
        self._limits: dict[int, list[int]] = {}
        self._limiting: dict[int, Factor] = {}
        self._promoting: Counter[int] = Counter()
        self._ordered: Counter[tuple[int, int]] = Counter()
        self._order_hearers: list[Callable[[], None]] = []

    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        last = self.journal[-3:]
        done = ", ".join(f"{each.verb} {each.kind} {each.target}" for each in last)
        return [
            ("now", f"{self.now:g} h"),
            ("journal", counted(len(self.journal), "action")),
            ("last", done or "none"),
        ]

    # -- cases ----------------------------------------------------------------------

    def flag(self, kind: str, target: int, case: Case) -> None:
        """Say that a case was opened."""
        self._tell("flag", kind, target, case.reason, case)

    def dismiss(self, kind: str, target: int, case: Case) -> None:
        """Say that a case was reviewed and left alone."""
        self._tell("dismiss", kind, target, case.reason, case)

    def appeal(self, done: Done, *, reason: str = "") -> None:
        """Say that whoever was hit appeals against what was done."""
        self._tell("appeal", done.kind, done.target, reason, done.case)

    def reject_appeal(self, done: Done, *, reason: str = "") -> None:
        """Say that an appeal was reviewed and rejected. One that is upheld is undone."""
        self._tell("reject-appeal", done.kind, done.target, reason, done.case)

    # -- stories --------------------------------------------------------------------

    def promote(self, story: int, *, reason: str = "", case: Case | None = None) -> Done:
        """Put a story into the pinned slot, until every promotion of it is undone."""

        def demote() -> None:
            self._promoting[story] -= 1
            if not self._promoting[story]:
                self.engine.promote(story, False)

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
        """Let ``author`` publish a correction of a story now: the post, or -1 if it may not.

        ``correction`` is a story that answers ``story``. The post takes the next k of the
        author and correction from :data:`ORDERED` on. Moot where neither the author nor
        who took its place may post.
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
        """May neither the account post nor who took its place?"""
        can_post = self.world.accounts["can_post"]
        while not can_post[account]:
            account = self.world.heir_of(account)
            if account < 0:
                return True
        return False

    def when_ordered(self, callback: Callable[[], None]) -> None:
        """Call ``callback()`` after each publication that the desk has ordered."""
        self._order_hearers.append(callback)

    # -- persons and groups ---------------------------------------------------------

    def accounts_of(self, person: int) -> list[int]:
        """All accounts of a person, those in reserve included."""
        return [int(a) for a in np.flatnonzero(self.world.person == person)]

    def arrest(self, account: int, *, reason: str = "", case: Case | None = None) -> list[Done]:
        """Arrest who is behind an account: all accounts of the person are closed for good.

        The stream says so of those that are open; the others are barred from coming back.
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
        """Close a group of accounts at once; those that are closed for good already are moot."""
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
        limits = self._limits.setdefault(platform, [])

        def lift() -> None:
            limits.remove(forward_limit)
            self._limit_forwards(platform)

        done = self._do("add-friction", platform, settings, reason, case, undoing=lift)
        limits.append(forward_limit)
        self._limit_forwards(platform)
        return done

    def _limit_forwards(self, platform: int) -> None:
        """The tightest limit in force is the lever's only factor: limits do not multiply."""
        if platform in self._limiting:
            self.levers.lift(self._limiting.pop(platform))
        if self._limits[platform]:
            base = self.levers.base("forward", "", platform)
            share = min(1.0, min(self._limits[platform]) / base)
            self._limiting[platform] = self.levers.put("forward", "", platform, share)

    def warn_platform(
        self,
        platform: int,
        *,
        strictness: float,
        reason: str = "",
        case: Case | None = None,
        quietly: bool = False,
    ) -> Done:
        """Summon and warn a platform: until undone its desk is ``strictness`` times as strict.

        Thresholds are divided by it and false positives multiplied: see ``cases``.
        """
        if not strictness >= 1:
            raise ValueError(f"strictness must be at least 1, not {strictness!r}")

        def end() -> None:
            self._warnings[platform].remove(strictness)
            self._strictness_changed(None)

        done = self._do("warn-platform", platform, {}, reason, case, quietly, undoing=end)
        self._warnings.setdefault(platform, []).append(strictness)
        self._strictness_changed(None)
        return done

    def classify(
        self, account: int, *, strictness: float, reason: str = "", case: Case | None = None
    ) -> Done:
        """Put an account into a tier, with which the desk is ``strictness`` times as strict."""
        if not strictness > 0:
            raise ValueError(f"strictness must be more than 0, not {strictness!r}")

        tiers = self._tiers.setdefault(account, [])

        def change(how: Callable[[float], None]) -> None:
            self._in_tiers[math.prod(tiers)] -= 1
            how(strictness)
            self._in_tiers[math.prod(tiers)] += 1
            self._strictness_changed(account)

        def leave() -> None:
            change(tiers.remove)

        done = self._do("classify", account, {}, reason, case, undoing=leave)
        if not done.moot:
            change(tiers.append)
        return done

    def strictness(self, kind: str, target: int) -> float:
        """How strict the desk is with a target now, 1 normally: by its platform and tier.

        A story is met by the strictest platform.
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
        """How strict the desk may be with anybody now."""
        platforms = {1.0, *map(self._strictness_on, self._warnings)}
        tiers = {1.0, *(degree for degree, accounts in self._in_tiers.items() if accounts > 0)}
        return {platform * tier for platform in platforms for tier in tiers}

    def platform_of(self, account: int) -> int:
        """The number of the platform an account is on."""
        return int(self.world.platform[account])

    def _strictness_on(self, platform: int) -> float:
        return max(1.0, math.prod(self._warnings.get(platform, ())))

    def when_strictness_changes(self, callback: Callable[[int | None], None]) -> None:
        """Call ``callback(account)`` when the desk is stricter or laxer with that account.

        None: with everybody on a platform that was warned, or whose warning has ended.
        """
        self._strictness_listeners.append(callback)

    def _strictness_changed(self, account: int | None) -> None:
        for callback in tuple(self._strictness_listeners):
            callback(account)
