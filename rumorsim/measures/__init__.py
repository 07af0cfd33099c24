"""Measures: what can be known of a run from its events. One file each, one line here.

``MEASURES["reach"]`` is a :class:`~rumorsim.measures.base.Measure`; its file is imported when
it is first asked for. :class:`Listening` runs several of them over one stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any, Final

from rumorsim.errors import Fault, InputError, nearest, show_value
from rumorsim.events import Batch, Facts, Kind
from rumorsim.measures.base import Meaning, Measure, curves, flatten

__all__ = ["MEASURES", "Listening", "Meaning", "Measure", "curves", "describe", "flatten"]

_CLASSES: Final = {
    "reach": "Reach",
    "impressions": "Impressions",
    "shares": "Shares",
    "cascades": "Cascades",
    "reproduction": "Reproduction",
    "attention": "Attention",
    "enforcement": "Enforcement",
    "collateral": "Collateral",
    "spreaders": "Spreaders",
    "benefits": "Benefits",
    "penalties": "Penalties",
    "audience": "Audience",
    "displacement": "Displacement",
    "losses": "Losses",
    "sources": "Sources",
    "cost": "Cost",
    "earnings": "Earnings",
    "payments": "Payments",
}


class _Registry(Mapping[str, Measure[Any]]):
    """Measures by name, in the order of the registry, imported when asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Measure[Any]] = {}

    def __getitem__(self, name: str) -> Measure[Any]:
        if name not in self._made:
            module = import_module(f"{__name__}.{name}") if name in _CLASSES else None
            if module is None:
                raise KeyError(name)
            self._made[name] = getattr(module, _CLASSES[name])()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_CLASSES)

    def __len__(self) -> int:
        return len(_CLASSES)

    def __contains__(self, name: object) -> bool:
        return name in _CLASSES


MEASURES: Final[Mapping[str, Measure[Any]]] = _Registry()


def _found(wanted: Iterable[str | Measure[Any]]) -> list[Measure[Any]]:
    found: list[Measure[Any]] = []
    faults: list[Fault] = []
    for each in wanted:
        if isinstance(each, Measure):
            found.append(each)
        elif each in MEASURES:
            found.append(MEASURES[each])
        else:
            faults.append(
                Fault(
                    "must be the name of a measure",
                    key="measure",
                    value=show_value(each),
                    advice=nearest(each, list(MEASURES)),
                )
            )
    if faults:
        raise InputError(faults)
    return found


def _check_follows(facts: Facts, measures: Iterable[Measure[Any]]) -> None:
    """InputError for each measure that needs the follow graph where there is none."""
    rule = "needs the follow graph, which a saved stream does not keep"
    faults = [
        Fault(rule, key="measure", value=show_value(each.name), advice="take it during a run")
        for each in measures
        if each.needs_follows and facts.follows is None
    ]
    if faults:
        raise InputError(faults)


class Listening:
    """Several measures over one stream.

    ``measures`` are names or :class:`Measure` objects (your own too). ``needs`` is every kind
    of event they read. Raises InputError for an unknown name.
    """

    def __init__(self, facts: Facts, measures: Iterable[str | Measure[Any]]) -> None:
        self.measures = {measure.name: measure for measure in _found(measures)}
        _check_follows(facts, self.measures.values())
        self._states = {name: each.start(facts) for name, each in self.measures.items()}

    @property
    def needs(self) -> frozenset[Kind]:
        return frozenset[Kind]().union(*(each.needs for each in self.measures.values()))

    def observe(self, batch: Batch) -> None:
        """Let every measure take the next events in."""
        if len(batch):
            for name, measure in self.measures.items():
                measure.observe(self._states[name], batch)

    def values(self) -> dict[str, dict[str, Any]]:
        """The value of each measure by its name, for the events so far."""
        return {name: each.value(self._states[name]) for name, each in self.measures.items()}


def describe(key: str) -> Meaning | None:
    """The meaning of a dotted key such as ``reach.truth.false.accounts``; None if unknown."""
    name = key.split(".", 1)[0]
    return MEASURES[name].describe(key) if name in MEASURES else None
