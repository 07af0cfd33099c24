"""Which targets an intervention may open a case for, and who among them is guilty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError
from rumorsim.common.randomness import (
    Purpose,
    address_word,
    philox,
    philox_array,
    uniform,
    uniform_array,
)
from rumorsim.engine.kernels.records import QUANTITIES, TARGETS
from rumorsim.platform.desk import Desk

if TYPE_CHECKING:
    from rumorsim.platform.interventions.terms import Terms, Whom
    from rumorsim.world.world import World

#: Posts among which the next one that fits is looked for first; then among twice as many, and so
#: on: the next one is mostly near.
_FIRST_LOOK: Final = 256


class Selector:
    """Which targets an intervention may open a case for, and who among them is guilty.

    ``whom`` stands for the intervention's own where it is given.
    """

    def __init__(
        self, intervention: Terms, desk: Desk, luck: int, place: int, whom: Whom | None = None
    ) -> None:
        self._intervention, self._desk, self._luck = intervention, desk, luck
        world, whom = desk.world, whom or intervention.whom
        self._whom = whom
        self._target = intervention.target
        self._accounts = accounts_of(world, whom, f"interventions[{place}].whom")
        self._guilty_kinds = _of_kinds(world, intervention.guilty_kinds)
        platforms = world.facts.platforms
        self._platforms = {platforms.index(each) for each in whom.platforms if each in platforms}
        self._in_category, self._in_stories = _of_categories(world, whom), _of_names(world, whom)
        self._false = np.array([not f.truth for f in world.facts.stories])
        by = (whom.accounts, whom.kinds, whom.platforms, whom.arm)
        self._asks_who = any(by) or whom.top is not None

    def fits(self, target: int) -> bool:
        """Whether all conditions of ``whom`` hold for this target now."""
        whom, desk, kind = self._whom, self._desk, self._target
        if not self._intervention.applies(desk, target):
            return False
        if self._target == "platform":
            names = desk.world.facts.platforms
            return not whom.platforms or names[target] in whom.platforms
        if self._asks_who or whom.strikes:
            behind = self._behind(target)
            if not any(self._account_fits(account) for account in behind):
                return False
        if whom.nth is not None and not self._is_nth(target, whom.nth):
            return False
        if kind == "post" and whom.posts != "all":
            original = desk.world.posts["root"][target] == target
            if original != (whom.posts == "originals"):
                return False
        if whom.categories or whom.stories:
            stories = desk.stories_of(kind, target)
            if not (self._in_category[stories] & self._in_stories[stories]).any():
                return False
        if whom.suspicion > 0:
            counts = {q: int(desk.world.count_of(kind, q)[target]) for q in QUANTITIES}
            suspicious = whom.suspicion / desk.strictness(kind, target)
            if counts["reports"] < suspicious * max(counts["reach"], 1):
                return False
        return True

    def next_post(self, begin: int) -> int:
        """The first post from ``begin`` on that may ever fit, by what never changes of a post.

        How many posts there are where none does, and for targets that are no posts ``begin``.
        """
        whom, world = self._whom, self._desk.world
        chosen = whom.categories or whom.stories
        if self._target != "post" or (whom.posts == "all" and not chosen):
            return begin
        looked_at = _FIRST_LOOK
        while begin < world.posts_made:
            made = world.posts[begin : min(begin + looked_at, world.posts_made)]
            fits = np.ones(len(made), bool)
            if whom.posts != "all":
                original = made["root"] == np.arange(begin, begin + len(made))
                fits &= original == (whom.posts == "originals")
            if chosen:
                fits &= (self._in_category & self._in_stories)[made["story"]]
            if fits.any():
                return begin + int(np.argmax(fits))
            begin += len(made)
            looked_at *= 2
        return begin

    def _account_fits(self, account: int) -> bool:
        """Whether the conditions on accounts hold for this one."""
        desk, whom = self._desk, self._whom
        return (
            bool(self._accounts[account])
            and desk.strikes[account] >= whom.strikes
            and (not whom.platforms or desk.platform_of(account) in self._platforms)
            and (whom.arm is None or self._arm(account) == whom.arm)
        )

    def _arm(self, account: int) -> str:
        """The arm that an account is in now."""
        treated = self._desk.world.treatment.treats(account, self._desk.now)
        return "treated" if treated else "control"

    def _is_nth(self, post: int, nth: int) -> bool:
        """Whether this is the ``nth`` post of its author, counted from 1."""
        posts = self._desk.posts_of(int(self._desk.world.posts["author"][post]))
        return len(posts) >= nth and posts[nth - 1] == post

    def all_targets(self, occurrence: int) -> list[int]:
        """Every target there is, sampled by ``fraction``, in random but addressed order.

        Whether it fits is for who takes it up: a campaign may need but a few of many.
        """
        world = self._desk.world
        if self._target == "account":
            begun = np.unique(world.heirs[world.heirs > 0])
            rows = np.concatenate([np.arange(world.graph.accounts), begun])
            candidates = rows[self._accounts[rows]]
        elif self._target == "post":
            candidates = np.arange(world.posts_made)
        elif self._target == "story":
            candidates = np.arange(len(world.stories))
        else:
            candidates = np.arange(len(world.facts.platforms))
        words = self._words(candidates, occurrence)
        kept = np.ones(len(words), dtype=bool)
        if self._whom.fraction < 1:
            kept = uniform_array(words) < self._whom.fraction
        order = np.lexsort((candidates[kept], words[kept]))
        chosen: list[int] = candidates[kept][order].tolist()
        return chosen

    def _words(self, targets: Any, occurrence: int) -> Any:
        """:meth:`_word` of many targets."""
        word = address_word(Purpose.CASE_SAMPLE, occurrence)
        if self._target == "post":
            posts = self._desk.world.posts[targets]
            return philox_array(self._luck, word, posts["story"], posts["author"], posts["k"])[0]
        which = target_address(self._desk.world, self._target, 0)[1]
        return philox_array(self._luck, word, targets, which, 0)[0]

    def sampled(self, target: int, occurrence: int = 0) -> bool:
        """Does the target belong to the random share ``fraction``? Each timed occasion anew."""
        fraction = self._whom.fraction
        return fraction >= 1 or uniform(self._word(target, occurrence)) < fraction

    def _word(self, target: int, occurrence: int) -> int:
        address = target_address(self._desk.world, self._target, target)
        return philox(self._luck, address_word(Purpose.CASE_SAMPLE, occurrence), *address)[0]

    def guilty(self, target: int) -> bool:
        """Whether the target is, or has posted, what this intervention acts on."""
        if self._intervention.judge == "kind":
            return any(self._guilty_kinds[account] for account in self._behind(target))
        stories = self._desk.stories_of(self._target, target)
        wrong = (
            self._in_category
            if self._intervention.judge == "category"
            else self._false & self._in_category
        )
        return bool(wrong[stories].any())

    def _behind(self, target: int) -> list[int]:
        """The account, the post's author, or everyone who has published the story."""
        if self._target == "story":
            return self._desk.publishers_of(target)
        return (
            [int(self._desk.world.posts["author"][target])] if self._target == "post" else [target]
        )


def accounts_of(world: World, whom: Whom, key: str) -> Any:
    """Who fits ``whom`` as far as that never changes: by id, kind and followers; bool [accounts].

    InputError naming each id that the graph does not have; ``key`` is where they stand.
    """
    # One value for all, until some are told from others.
    chosen = np.broadcast_to(np.True_, world.graph.accounts)
    if whom.accounts:
        chosen = chosen & _among(_numbers(whom.accounts, world, f"{key}.accounts"), world)
    if whom.top is not None:
        most = np.argsort(-world.facts.followers[: world.graph.accounts], kind="stable")[: whom.top]
        chosen = chosen & _among(most, world)
    # Who comes back is what it was, but may be on another platform.
    found = world.reserve.spread(chosen)
    return found & _of_kinds(world, whom.kinds) if whom.kinds else found


def stories_of(world: World, whom: Whom) -> NDArray[np.bool_]:
    """Which stories fit ``whom`` by name and category; bool [stories]."""
    fits: NDArray[np.bool_] = _of_categories(world, whom) & _of_names(world, whom)
    return fits


def _of_categories(world: World, whom: Whom) -> Any:
    return np.array(
        [not whom.categories or f.category in whom.categories for f in world.facts.stories]
    )


def _of_names(world: World, whom: Whom) -> Any:
    names, facts = set(whom.stories), world.facts.stories
    return np.array([not names or f.name.split("#")[0] in names or f.name in names for f in facts])


def _among(accounts: Any, world: World) -> Any:
    """Who is one of these accounts of the graph; bool [accounts of the graph]."""
    mask = np.zeros(world.graph.accounts, dtype=bool)
    mask[accounts] = True
    return mask


def _of_kinds(world: World, kinds: Iterable[str]) -> Any:
    """Who is of one of these kinds; bool [accounts]."""
    names = world.facts.kinds
    numbers = [names.index(kind) for kind in kinds if kind in names]
    if not numbers:
        return np.broadcast_to(np.False_, world.size)
    return np.isin(world.facts.kind, numbers)


def _numbers(ids: Iterable[int | str], world: World, key: str) -> list[int]:
    """The accounts with these ids; InputError naming each id that the graph does not have."""
    found, faults = [], []
    for i, each in enumerate(ids):
        try:
            found.append(world.graph.index_of(each))
        except InputError as error:
            faults += [replace(fault, key=f"{key}[{i}]") for fault in error.faults]
    if faults:
        raise InputError(faults)
    return found


def target_address(world: World, kind: str, target: int) -> tuple[int, int, int]:
    """Three address words of a target that no row number enters."""
    if kind == "platform":
        return target, len(TARGETS), 0
    if kind != "post":
        return target, TARGETS.index(kind), 0
    post = world.posts[target]
    return int(post["story"]), int(post["author"]), int(post["k"])
