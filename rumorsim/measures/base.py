"""What every measure is, and how its value becomes columns and curves.

A measure listens to the stream of events: ``start(facts)`` makes its state, ``observe(state,
batch)`` takes the next stretch of the stream, ``value(state)`` says what was seen so far. It
sees each event once, in order, and gives the same value, to the bit, however the stream was
cut into batches; so it runs on a live run and on a saved file alike.

A value is a nested dict. Numbers are scalars, ``None`` is "undefined" (a mean of nothing;
never NaN), and a dict with a list under ``"time"`` (hours) is a curve: each other list in it
is a series of the same length. Lists elsewhere (account ids) are neither. Where a value is
split by truth the keys are ``false``, ``true`` and ``correction``, in the same units; a
correction is a story that answers another and is counted in its own truth as well.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
from typing_extensions import override

from rumorsim.common.shown import Shown, listed
from rumorsim.events.stream import Batch, Facts, Kind

State = TypeVar("State")
Number = int | float
Curve = dict[str, list[Any]]


class Meaning(NamedTuple):
    """The unit of a number and what it says, for labels and table heads."""

    unit: str
    text: str


class Measure(Shown, ABC, Generic[State]):
    """One thing to know about a run.

    ``name`` is kebab-case and names it in scenarios, files and on the command line;
    ``summary`` is one line; ``needs`` are the kinds of event it reads (READ rows are logged
    only if some measure needs them); ``meanings`` maps patterns of dotted keys, ``*`` for
    the name of a story or intervention, to their :class:`Meaning`.
    """

    name: ClassVar[str]
    summary: ClassVar[str] = ""
    needs: ClassVar[frozenset[Kind]]
    meanings: ClassVar[Mapping[str, Meaning]] = {}
    #: True where its value depends on what the facts say of the policy, even if that never acts.
    sees_policy: ClassVar[bool] = False
    #: True where it needs the follow graph, which a saved stream does not keep.
    needs_follows: ClassVar[bool] = False

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        kinds = sorted(kind.name.lower() for kind in self.needs)
        numbers = [(key, f"{unit}: {text}") for key, (unit, text) in self.meanings.items()]
        return [("name", self.name), ("summary", self.summary), ("reads", listed(kinds)), *numbers]

    @abstractmethod
    def start(self, facts: Facts) -> State:
        """A state that has seen no event."""

    @abstractmethod
    def observe(self, state: State, batch: Batch) -> None:
        """Take the next events into ``state``."""

    @abstractmethod
    def value(self, state: State) -> dict[str, Any]:
        """What the events so far amount to; ``state`` is left as it was."""

    def describe(self, key: str) -> Meaning | None:
        """The meaning of a dotted key of this measure's value, with or without its name."""
        inner = key.removeprefix(f"{self.name}.")
        for pattern, meaning in self.meanings.items():
            if fnmatchcase(inner, pattern):
                return meaning
        return None


class OfState(Measure[State]):
    """A measure that begins with an object of one class, ``state``."""

    state: ClassVar[type[Any]]

    @override
    def start(self, facts: Facts) -> State:
        made: State = type(self).state(facts)
        return made


def _leaves(value: Mapping[str, Any], prefix: str) -> list[tuple[str, Any]]:
    """Every scalar and every curve of ``value`` with its dotted key, in order."""
    found: list[tuple[str, Any]] = []
    _gather(value, prefix, found)
    return found


def _gather(value: Mapping[str, Any], prefix: str, found: list[tuple[str, Any]]) -> None:
    for key, inner in value.items():
        path = f"{prefix}.{key}" if prefix else str(key)
        # To ask whether it is a dict is many times faster, and mostly it is one.
        mapping = type(inner) is dict or isinstance(inner, Mapping)
        if mapping and not isinstance(inner.get("time"), list):
            _gather(inner, path, found)
        else:
            found.append((path, inner))


def flatten(value: Mapping[str, Any], prefix: str = "") -> dict[str, Number | None]:
    """The scalars of a value by dotted key, such as ``reach.stories.tap-water.accounts``.

    ``value`` is one measure's value or several by measure name. Undefined numbers stay, as
    None, so that the keys of two runs of a scenario are the same columns.
    """
    return {
        key: inner
        for key, inner in _leaves(value, prefix)
        if inner is None or isinstance(inner, (int, float))
    }


def curves(value: Mapping[str, Any], prefix: str = "") -> dict[str, Curve]:
    """The curves of a value by dotted key: ``{"time": [hours], "<series>": [...]}``."""
    return {
        key: dict(inner)
        for key, inner in _leaves(value, prefix)
        if type(inner) is dict or isinstance(inner, Mapping)
    }


def plain_value(value: Any, key: str = "") -> Any:
    """A value as plain JSON, with NumPy's numbers and arrays as Python's.

    TypeError or ValueError with the key of what cannot be saved: NaN, infinity, other types.
    """
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                raise TypeError(f"{_named(key)} has a key that is not text: {name!r}")
        return {
            name: plain_value(each, f"{key}.{name}" if key else name)
            for name, each in value.items()
        }
    if not key:
        raise TypeError(f"the value must be a dict, not {type(value).__name__}")
    if isinstance(value, list | tuple):
        return [plain_value(each, key) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{_named(key)} is {value}: say None for what is undefined")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{_named(key)} is of the type {type(value).__name__}, which no file holds")


def _named(key: str) -> str:
    return key or "the value"
