"""Plug-ins: interventions, measures, surfaces, formats ... from other packages.

A package offers them as entry points, by the name that scenarios use::

    [project.entry-points."rumorsim.interventions"]
    shadow-ban = "my_package:ShadowBan"

Installed packages are looked through only where a name is asked for that is not one of ours,
or a list of all there is. A plug-in that cannot be used never stands in the way of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points, version
from typing import Any, Final, Generic, TypeVar

from rumorsim.common.errors import InputError, show_value

#: The groups of entry points, by what they hold.
GROUPS: Final = {
    "intervention": "rumorsim.interventions",
    "adversary": "rumorsim.adversaries",
    "measure": "rumorsim.measures",
    "spread statistic": "rumorsim.spread_statistics",
    "generator": "rumorsim.generators",
    "surface": "rumorsim.surfaces",
    "graph format": "rumorsim.graph_formats",
    "event format": "rumorsim.event_formats",
    "cascade dialect": "rumorsim.cascade_dialects",
}

T = TypeVar("T")


@dataclass(frozen=True)
class Offer:
    """What an installed distribution offers: ``kind`` and ``name``, and where it is defined."""

    kind: str
    name: str
    distribution: str
    version: str
    value: str
    _point: EntryPoint

    def load(self) -> Any:
        """The object; whatever importing it raises."""
        return self._point.load()

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}"


@cache
def offers(kind: str) -> dict[str, tuple[Offer, ...]]:
    """What installed distributions offer of a kind, by name; read once a process."""
    found: dict[str, list[Offer]] = {}
    for point in entry_points(group=GROUPS[kind]):
        home = point.dist
        named = ("?", "?") if home is None else (home.name, home.version)
        offer = Offer(kind, point.name, *named, point.value, point)
        same = found.setdefault(point.name, [])
        if all(str(each) != str(offer) for each in same):
            same.append(offer)
    return {name: tuple(sorted(each, key=str)) for name, each in sorted(found.items())}


#: Where the registry of each kind is.
_HOMES: Final = {
    "intervention": ("rumorsim.platform.interventions", "INTERVENTIONS"),
    "adversary": ("rumorsim.adversaries", "ADVERSARIES"),
    "measure": ("rumorsim.measures", "MEASURES"),
    "spread statistic": ("rumorsim.measures.spread_statistics", "SPREAD_STATISTICS"),
    "generator": ("rumorsim.graphs.made", "MADE"),
    "surface": ("rumorsim.platform.surfaces", "SURFACES"),
    "graph format": ("rumorsim.graphs.formats", "FORMATS"),
    "event format": ("rumorsim.events.event_formats", "EVENT_FORMATS"),
    "cascade dialect": ("rumorsim.events.observed.dialects", "DIALECTS"),
}


def listed() -> list[dict[str, str]]:
    """Every entry of every registry and every offer that cannot be used, as plain rows.

    ``problem`` says why it cannot; it is empty where it can.
    """
    rows = []
    for kind, (module, name) in _HOMES.items():
        registry: Registry[Any] = getattr(import_module(module), name)
        ours = {"distribution": "rumorsim", "version": version("rumorsim"), "problem": ""}
        rows += [{"kind": kind, "name": each, **ours} for each in registry.own]
        for each, offered in offers(kind).items():
            rows += [
                {
                    "kind": kind,
                    "name": each,
                    "distribution": offer.distribution,
                    "version": offer.version,
                    "problem": registry.fault(each),
                }
                for offer in offered
            ]
    return rows


class Registry(Mapping[str, T], Generic[T]):
    """Ours by name (``own``), then what other distributions offer.

    ``made`` turns what an entry point names into an entry; it raises TypeError or ValueError
    with what is wrong with it.
    """

    def __init__(self, kind: str, own: Mapping[str, T], made: Callable[[str, Any], T]) -> None:
        self.kind, self.own, self.made = kind, own, made
        self._loaded: dict[str, T] = {}

    @property
    def loaded(self) -> Mapping[str, T]:
        """The plug-ins that were used so far."""
        return self._loaded

    def __getitem__(self, name: str) -> T:
        """The entry of a name; KeyError for none, InputError where it cannot be used."""
        if name in self.own:
            return self.own[name]
        if name not in self._loaded:
            if name not in offers(self.kind):
                raise KeyError(name)
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self.own or (isinstance(name, str) and name in offers(self.kind))

    def __iter__(self) -> Iterator[str]:
        """Ours, and every plug-in that can be used."""
        yield from self.own
        for name in offers(self.kind):
            if name not in self.own and not self.fault(name):
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def fault(self, name: str) -> str:
        """Why a plug-in cannot be used; empty where it can."""
        if name in self.own:
            return f"{self.kind} {show_value(name)} is one of rumorsim's own"
        try:
            self[name]
        except InputError as error:
            return error.faults[0].rule
        return ""

    def source(self, name: str) -> Offer | None:
        """Who offers an entry; None where it is one of ours."""
        return None if name in self.own else offers(self.kind)[name][0]

    def _load(self, name: str) -> T:
        offered = offers(self.kind)[name]
        value = show_value(name)
        if len(offered) > 1:
            rule = f"is offered by {' and by '.join(map(str, offered))}"
            advice = "uninstall all but one of them"
            raise InputError(rule, value=value, advice=advice)
        try:
            return self.made(name, offered[0].load())
        except Exception as error:
            # Whatever somebody else's module does when it is imported.
            cause = f"{type(error).__name__}: {error}"
            rule = f"cannot be loaded from {offered[0]} ({offered[0].value}): {cause}"
            advice = "fix or uninstall that distribution"
            raise InputError(rule, value=value, advice=advice) from error
