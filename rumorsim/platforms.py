"""Platforms of a world laid out: who is where, which surfaces there are, who looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.errors import Fault, InputError, nearest, show_value
from rumorsim.kernels.alias import alias_table
from rumorsim.kernels.records import ALIAS, LOOK
from rumorsim.people import People
from rumorsim.randomness import Purpose, address_word, philox_array, uniform_array

if TYPE_CHECKING:
    from rumorsim.scenario.models import Scenario
    from rumorsim.scenario.platforms import Platform

__all__ = ["FEED", "Platforms", "Surface", "lay_out"]

#: The first of ``Facts.surfaces``: what an account reads from those it follows.
FEED: Final = "feed"
_KINDS: Final = ("trending", "recommendation", "push")


@dataclass(frozen=True)
class Surface:
    """One surface: its platform's number, its kind, and what people wrote of it."""

    platform: int
    kind: str
    settings: Any

    @property
    def columns(self) -> int:
        """How many slots it needs."""
        if self.kind == "trending":
            return len(self.settings.slot_ends())
        return int(self.settings.columns()) if self.kind == "recommendation" else 1


@dataclass(frozen=True)
class Platforms:
    """Platforms by number: ``names``, settings, the platform of each account (uint8)."""

    names: tuple[str, ...]
    settings: tuple[Platform, ...]
    of: NDArray[np.uint8]
    surfaces: tuple[Surface, ...]

    @property
    def surface_names(self) -> tuple[str, ...]:
        """``feed`` and the surfaces: what the value of an expose event points into."""
        if len(self.names) == 1:
            found = [s.kind for s in self.surfaces]
            return (FEED, *(found or ["trending"]))
        return (FEED, *(f"{self.names[s.platform]} {s.kind}" for s in self.surfaces))

    def column(self, field: str) -> NDArray[np.float64]:
        """One setting of each platform; float64."""
        return np.array([getattr(each, field) for each in self.settings], dtype=np.float64)

    def slot_ends(self) -> NDArray[np.float64]:
        """Cumulative share of looks by surface and slot; recommendations set theirs."""
        width = max((s.columns for s in self.surfaces), default=1)
        ends = np.ones((max(len(self.surfaces), 1), width))
        for i, surface in enumerate(self.surfaces):
            if surface.kind == "trending":
                ends[i, : surface.columns] = surface.settings.slot_ends()
        return ends

    def looks(self, rates: NDArray[np.float64]) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """Look processes by surface, and the alias table of who looks.

        ``rates`` are check-ins per hour of each account: who opens the app more, looks more.
        """
        looks = np.zeros(len(self.surfaces), LOOK)
        looks["time"] = np.inf
        looks["surface"] = np.arange(len(looks))
        alias: list[NDArray[np.void]] = []
        begin: dict[int, int] = {}
        for i, surface in enumerate(self.surfaces):
            accounts = np.flatnonzero(self.of[: len(rates)] == surface.platform)
            look = looks[i]
            look["platform"] = surface.platform
            look["recommends"] = surface.kind == "recommendation"
            if surface.kind == "push" or not len(accounts):
                continue
            if surface.platform not in begin:
                begin[surface.platform] = sum(len(rows) for rows in alias)
                alias.append(_alias(accounts, rates[accounts]))
            look["begin"], look["count"] = begin[surface.platform], len(accounts)
            look["rate"] = surface.settings.looks * len(accounts)
        return looks, np.concatenate(alias) if alias else np.zeros(1, ALIAS)

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

        Only accounts of platforms where people cross-post take part, one for each platform.
        """
        other = np.full(len(person), -1, dtype=np.int32)
        if len(self.names) == 1 or not (self.column("crosspost") > 0).any():
            return other
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


def lay_out(scenario: Scenario, attributes: Mapping[str, Any], accounts: int) -> Platforms:
    """The platforms of a scenario; InputError for an account on one that does not exist."""
    names = tuple(scenario.platforms) or ("platform",)
    settings = tuple(scenario.platforms.values()) or (scenario.only_platform,)
    surfaces = tuple(
        Surface(number, kind, getattr(platform, kind))
        for number, platform in enumerate(settings)
        for kind in _KINDS
        if getattr(platform, kind) is not None
    )
    of = _of(attributes.get("platform"), names, accounts)
    return Platforms(names, settings, of, surfaces)


def _of(given: Any, names: tuple[str, ...], accounts: int) -> NDArray[np.uint8]:
    of = np.zeros(accounts, dtype=np.uint8)
    if given is None or names == ("platform",):
        return of
    number = {name: i for i, name in enumerate(names)}
    for i, word in enumerate(given):
        if str(word) not in number:
            raise InputError(
                Fault(
                    "there is no such platform in the scenario",
                    key=f"accounts.platform[{i}]",
                    value=show_value(str(word)),
                    advice=nearest(str(word), names),
                )
            )
        of[i] = number[str(word)]
    return of


def _alias(accounts: NDArray[np.int64], rates: NDArray[np.float64]) -> NDArray[np.void]:
    alias = np.zeros(len(accounts), ALIAS)
    weights = np.ascontiguousarray(rates) if rates.sum() > 0 else np.ones(len(alias))
    share, other = alias_table(weights)
    alias["share"], alias["other"], alias["account"] = share, accounts[other], accounts
    return alias
