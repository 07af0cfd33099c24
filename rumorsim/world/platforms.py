"""Platforms of a world laid out: who is where, which surfaces there are, who looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, nearest, show_value
from rumorsim.common.randomness import (
    Purpose,
    address_word,
    parts_of,
    philox_array,
    uniform_array,
    words_below,
)
from rumorsim.engine.kernels.alias import alias_table
from rumorsim.engine.kernels.records import ALIAS, LOOK, passing
from rumorsim.world.people import People
from rumorsim.world.spec import WorldSpec

if TYPE_CHECKING:
    from rumorsim.world.settings.platforms import Platform

#: The first of ``Facts.surfaces``: what an account reads from those it follows.
FEED: Final = "feed"
#: The last of them where stories have ``visits``: search, a profile or a topic page.
VISIT: Final = "visit"


@dataclass(frozen=True)
class Surface:
    """One surface: its platform's number, its kind, and what people wrote of it."""

    platform: int
    kind: str
    #: A ``surfaces.SurfaceModel``.
    settings: Any

    @property
    def columns(self) -> int:
        """How many slots it needs."""
        return int(self.settings.columns())


@dataclass(frozen=True)
class Platforms:
    """Platforms by number: ``names``, settings, the platform of each account (uint8)."""

    names: tuple[str, ...]
    settings: tuple[Platform, ...]
    of: NDArray[np.uint8]
    surfaces: tuple[Surface, ...]
    visited: bool = False

    @property
    def surface_names(self) -> tuple[str, ...]:
        """``feed`` and the surfaces: what the value of an expose event points into.

        Last comes ``visit`` where some story has visits.
        """
        last = [VISIT] if self.visited else []
        if len(self.names) == 1:
            found = [s.kind for s in self.surfaces]
            return (FEED, *(found or ["trending"]), *last)
        return (FEED, *(f"{self.names[s.platform]} {s.kind}" for s in self.surfaces), *last)

    def visitors(self, accounts: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The first so many accounts platform by platform, and where each platform's begin.

        The second array ends with where the last platform's end. Empty where nobody visits.
        """
        if not self.visited:
            return np.empty(0, np.int32), np.empty(0, np.int64)
        of = self.of[:accounts]
        ends = np.searchsorted(np.sort(of), np.arange(len(self.names) + 1))
        return np.argsort(of, kind="stable").astype(np.int32), ends.astype(np.int64)

    def column(self, field: str) -> NDArray[np.float64]:
        """One setting of each platform; float64."""
        return np.array([getattr(each, field) for each in self.settings], dtype=np.float64)

    def slot_ends(self) -> NDArray[np.float64]:
        """Cumulative share of looks by surface and slot; 1 where a surface sets its own."""
        width = max((s.columns for s in self.surfaces), default=1)
        ends = np.ones((max(len(self.surfaces), 1), width))
        for i, surface in enumerate(self.surfaces):
            given = surface.settings.slot_ends()
            if given is not None:
                ends[i, : surface.columns] = given
        return ends

    def looks(
        self, rates: NDArray[np.float64]
    ) -> tuple[NDArray[np.void], NDArray[np.void], NDArray[np.int32]]:
        """Look processes by surface, the alias table of who looks, and whose its places are.

        ``rates`` are check-ins per hour of each account: who opens the app more, looks more.
        Places are accounts themselves, and the last array is empty, where all are on one platform.
        """
        looks = np.zeros(len(self.surfaces), LOOK)
        looks["time"] = np.inf
        looks["surface"] = np.arange(len(looks))
        alias: list[NDArray[np.void]] = []
        members: list[NDArray[np.int32]] = []
        begin: dict[int, int] = {}
        for i, surface in enumerate(self.surfaces):
            look = looks[i]
            who = self._members(surface.platform, len(rates))
            size = len(rates) if who is None else len(who)
            look["platform"] = surface.platform
            look["recommends"] = surface.settings.like != "trending"
            if not surface.settings.look_rate() or not size:
                continue
            if surface.platform not in begin:
                begin[surface.platform] = sum(len(rows) for rows in alias)
                alias.append(_alias(rates, who))
                members += [] if who is None else [who]
            look["begin"], look["count"] = begin[surface.platform], size
            look["rate"] = surface.settings.look_rate() * size
        whose = np.concatenate(members) if members else np.empty(0, np.int32)
        return looks, _joined(alias), whose

    def _members(self, platform: int, accounts: int) -> NDArray[np.int32] | None:
        """Who is on a platform, None for all."""
        if len(self.names) == 1:
            return None
        return np.flatnonzero(self.of[:accounts] == platform).astype(np.int32)

    def elsewhere(self, share: float, people: People) -> People:
        """People of whom a share of later platforms' accounts belong to persons of earlier ones."""
        if share == 0 or len(self.names) == 1:
            return people
        person = people.person.copy()
        everyone = np.arange(people.accounts)
        words = philox_array(people.seed, address_word(Purpose.PLATFORM), everyone, 0, 0)
        of = self.of[: people.accounts]
        wants = uniform_array(words[0]) < share
        for platform in range(1, len(self.names)):
            earlier = np.flatnonzero(of < platform)
            theirs = np.flatnonzero((of == platform) & wants)
            if len(earlier):
                chosen = (words[1][theirs] * np.uint64(len(earlier))) >> np.uint64(32)
                person[theirs] = person[earlier[chosen.astype(np.int64)]]
        return replace(people, person=person)

    def rings(self, person: NDArray[np.int32]) -> NDArray[np.int32]:
        """For each account the next one of its person on another platform, in a ring; -1: none.

        Only accounts of platforms where people cross-post take part, one for each platform;
        empty where there is no such platform.
        """
        if len(self.names) == 1 or not (self.column("crosspost") > 0).any():
            return np.empty(0, dtype=np.int32)
        other = np.full(len(person), -1, dtype=np.int32)
        first: dict[tuple[int, int], int] = {}
        for account, key in enumerate(
            zip(person.tolist(), self.of[: len(person)].tolist(), strict=True)
        ):
            first.setdefault(key, account)
        rings: dict[int, list[int]] = {}
        for (who, _), account in first.items():
            rings.setdefault(who, []).append(account)
        for ring in rings.values():
            if len(ring) > 1:
                other[ring] = [*ring[1:], ring[0]]
        return other


def lay_out(scenario: WorldSpec, attributes: Mapping[str, Any], accounts: int) -> Platforms:
    """The platforms of a scenario; InputError for an account on one that does not exist."""
    names = tuple(scenario.platforms) or ("platform",)
    settings = tuple(scenario.platforms.values()) or (scenario.only_platform,)
    surfaces = tuple(
        Surface(number, kind, surface)
        for number, platform in enumerate(settings)
        for _, kind, surface in platform.all_surfaces()
    )
    of = _of(attributes.get("platform"), names, accounts)
    visited = any(story.visits is not None for story in scenario.stories)
    return Platforms(names, settings, of, surfaces, visited)


def _of(given: Any, names: tuple[str, ...], accounts: int) -> NDArray[np.uint8]:
    of = np.zeros(accounts, dtype=np.uint8)
    if given is None or names == ("platform",):
        return of
    number = {name: i for i, name in enumerate(names)}
    for i, word in enumerate(given):
        if str(word) not in number:
            raise InputError(
                "there is no such platform in the scenario",
                key=f"accounts.platform[{i}]",
                value=show_value(str(word)),
                advice=nearest(str(word), names),
            )
        of[i] = number[str(word)]
    return of


def _alias(rates: NDArray[np.float64], who: NDArray[np.int32] | None) -> NDArray[np.void]:
    weights = passing(len(rates) if who is None else len(who))
    weights[:] = rates if who is None else rates[who]
    if not weights.sum() > 0:
        weights[:] = 1.0
    alias = np.empty(len(weights), ALIAS)
    alias_table(weights, alias["other"], alias["below"])
    for part in parts_of(len(alias)):
        places = np.arange(part.start, part.stop)
        words = words_below(weights[part])
        # A chance that no word fails takes more than a word: then the other is itself.
        surely = words == 2**32
        alias["below"][part] = np.where(surely, 2**32 - 1, words)
        chosen = np.where(surely, places, alias["other"][part])
        alias["other"][part] = chosen if who is None else who[chosen]
    return alias


def _joined(alias: list[NDArray[np.void]]) -> NDArray[np.void]:
    if len(alias) == 1:
        return alias[0]
    return np.concatenate(alias) if alias else np.zeros(1, ALIAS)
