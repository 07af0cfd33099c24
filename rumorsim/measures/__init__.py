"""Measures: what can be known of a run from its events. One file each, one line here.

``MEASURES["reach"]`` is a :class:`~rumorsim.measures.base.Measure`; its file is imported when
it is first asked for. :class:`Listening` runs several of them over one stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Any, Final

from rumorsim.common.errors import Fault, InputError, nearest, show_value
from rumorsim.common.own_code import blamed, imported
from rumorsim.common.plug_ins import Registry
from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures.base import Meaning, Measure, curves, flatten, plain_value

__all__ = [
    "MEASURES",
    "AnyMeasure",
    "Listening",
    "Meaning",
    "Measure",
    "curves",
    "describe",
    "flatten",
    "taken",
]

_CLASSES: Final = {
    "reach": "Reach",
    "impressions": "Impressions",
    "shares": "Shares",
    "cascades": "Cascades",
    "spread": "Spread",
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
    "prevented": "Prevented",
    "arms": "Arms",
}


class _Own(Mapping[str, Measure[Any]]):
    """Our measures by name, in the order of the registry, imported when asked for."""

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


def _measure_of(name: str, thing: Any) -> Measure[Any]:
    """What makes a plug-in a measure; TypeError or ValueError where it does not fit."""
    measure = thing() if isinstance(thing, type) and issubclass(thing, Measure) else thing
    if not isinstance(measure, Measure):
        raise TypeError("it is not a subclass of Measure")
    if measure.name != name:
        raise ValueError(f'its name must be "{name}"')
    return measure


#: Ours, and those of other packages: entry points of the group ``rumorsim.measures``.
MEASURES: Final[Registry[Measure[Any]]] = Registry("measure", _Own(), _measure_of)


#: How a measure may be given: by name, as an object, its class, or that by "module:Class".
AnyMeasure = str | Measure[Any] | type[Measure[Any]]


def taken(measures: Iterable[AnyMeasure]) -> list[str | Measure[Any]]:
    """Measures by name or as objects: classes are instantiated, references imported.

    InputError for what is neither.
    """
    return [_taken(each, f"measures[{place}]") for place, each in enumerate(measures)]


def _taken(given: AnyMeasure, key: str) -> str | Measure[Any]:
    thing: Any = imported(given) if isinstance(given, str) and ":" in given else given
    if isinstance(thing, type) and issubclass(thing, Measure):
        thing = thing()
    if isinstance(thing, Measure):
        for attribute in ("name", "needs"):
            if not hasattr(thing, attribute):
                rule, advice = f"has no attribute {attribute}", "see help(rumorsim.Measure)"
                raise InputError(rule, "", key, type(thing).__qualname__, advice)
    if isinstance(thing, str | Measure):
        return thing
    advice = "give the name of a measure, or a rumorsim.Measure"
    raise InputError("is not a measure", "", key, show_value(given), advice)


def _found(wanted: Iterable[AnyMeasure]) -> list[Measure[Any]]:
    found: list[Measure[Any]] = []
    faults: list[Fault] = []
    for each in taken(wanted):
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

    ``measures`` are names or :class:`Measure` objects (your own too; see :func:`taken`).
    ``needs`` is every kind of event they read. Raises InputError for an unknown name.
    """

    def __init__(self, facts: Facts, measures: Iterable[AnyMeasure]) -> None:
        self.measures = {measure.name: measure for measure in _found(measures)}
        _check_follows(facts, self.measures.values())
        self._states: dict[str, Any] = {}
        for name, each in self.measures.items():
            with self._watched(name, "before the first event"):
                self._states[name] = each.start(facts)

    @property
    def needs(self) -> frozenset[Kind]:
        """Kinds of events that at least one of the measures reads."""
        return frozenset[Kind]().union(*(each.needs for each in self.measures.values()))

    def observe(self, batch: Batch) -> None:
        """Let every measure take the next events in."""
        if not len(batch):
            return
        for name, measure in self.measures.items():
            try:
                measure.observe(self._states[name], batch)
            except Exception as error:
                if not self._is_own(name):
                    raise
                when = f"with the events from {batch.time[0]:.6g} h to {batch.time[-1]:.6g} h"
                raise blamed(error, f'measure "{name}"', when) from error

    def values(self) -> dict[str, dict[str, Any]]:
        """The value of each measure by its name, for the events so far."""
        found = {}
        for name, each in self.measures.items():
            with self._watched(name, "at its value"):
                found[name] = each.value(self._states[name])
                if self._is_own(name):
                    found[name] = plain_value(found[name])
        return found

    def _is_own(self, name: str) -> bool:
        own = MEASURES.own
        return name not in own or type(own[name]) is not type(self.measures[name])

    @contextmanager
    def _watched(self, name: str, when: str) -> Iterator[None]:
        """Say of an error in a measure of the user's own which it is, when and in what line."""
        try:
            yield
        except Exception as error:
            if not self._is_own(name):
                raise
            raise blamed(error, f'measure "{name}"', when) from error


def describe(key: str, scenario: Mapping[str, Any] | None = None) -> Meaning | None:
    """The meaning of a dotted key such as ``reach.truth.false.accounts``; None if unknown.

    ``scenario``, in its resolved form, says what measures that were handed over mean.
    """
    name, _, inner = key.partition(".")
    for own in (scenario or {}).get("own_measures", ()):
        if own["name"] == name:
            found = (
                each for pattern, each in own["meanings"].items() if fnmatchcase(inner, pattern)
            )
            return next((Meaning(*each) for each in found), None)
    return MEASURES[name].describe(key) if name in MEASURES else None
