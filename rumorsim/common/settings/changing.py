"""Changes: any key of a model, named by its dotted key, set to another value.

A key is written as messages write it: ``feed.attention``, ``stories[0].appeal``,
``policies[close accounts].interventions[0].when.reports``. In square brackets stands the
place in a list, or the name (of an intervention: the kind) of what stands there.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from pydantic import BaseModel

from rumorsim.common.errors import Fault, InputError, nearest, show_value
from rumorsim.common.settings.shapes import key_path, keys_of

Part = str | int
_PART: Final = re.compile(
    r"(?P<dot>\.|^)(?:(?P<bare>[^\s.\[\]\"'][^.\[\]\"']*)|\"(?P<quoted>[^\"]+)\")"
    r"|\[(?:(?P<place>\d{1,9})|\"(?P<name>[^\"]+)\"|(?P<plain>[^\]\"]+))\]"
)
_EXAMPLE: Final = "write it such as stories[0].appeal"
#: Keys of files with the digest beside them that may pin one: another file does not have it.
_PINS: Final = {
    "path": "sha256",
    "file": "sha256",
    "cascades": "sha256",
    "originals": "originals_sha256",
}


class _Written(Protocol):
    """A model that tells its values as people write them, and is made of such values."""

    def written(self, *, given: bool = False) -> dict[str, Any]: ...
    def made_from(self, values: dict[str, Any]) -> Any: ...


Changed = TypeVar("Changed", bound=_Written)


def parse_key(key: str) -> tuple[Part, ...]:
    """The parts of a dotted key: text for keys and names, numbers for places in lists.

    InputError for what is not a key.
    """
    if not isinstance(key, str):
        raise InputError("is not a dotted key", value=show_value(key), advice=_EXAMPLE)
    parts: list[Part] = []
    at = 0
    while at < len(key):
        found = _PART.match(key, at)
        if found is None or (found.lastgroup in ("place", "name", "plain") and not parts):
            raise InputError("is not a dotted key", value=show_value(key), advice=_EXAMPLE)
        place = found.group("place")
        words = (found.group(name) for name in ("bare", "quoted", "name", "plain"))
        parts.append(int(place) if place else next(word for word in words if word))
        at = found.end()
    if not parts:
        raise InputError("is not a dotted key", value=show_value(key), advice=_EXAMPLE)
    return tuple(parts)


def changed(model: Changed, changes: Mapping[str, Any]) -> Changed:
    """The same model with each dotted key set to its value, checked as if written so.

    Tables that are left out so far come into being; None leaves a key out. A file of another
    name is not held to the digest of the one before. InputError with the key of every fault.
    """
    if not changes:
        return model
    values, full = model.written(given=True), model.written()
    faults: list[Fault] = []
    paths = []
    for key, value in changes.items():
        try:
            parts = parse_key(key)
            paths.append(_set(values, key, parts, plain(value), full))
            _set(full, key, parts, plain(value), {})
            pin = _PINS.get(str(parts[-1]))
            if pin is not None and (*parts[:-1], pin) not in map(parse_key, changes):
                _table_of(values, paths[-1]).pop(pin, None)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    made: Changed = model.made_from(without_nulls(values))
    _forget(model, made)
    for path in paths:
        _remember(made, path)
    return made


def path_in(model: _Written, key: str) -> str:
    """The key as messages have it, places instead of names; InputError where it sets nothing.

    Tables that setting it would make are not checked.
    """
    full = model.written()
    return key_path(_set(full, key, parse_key(key), None, {}))


def plain(value: Any) -> Any:
    """A value of Python as files have it: models as tables, spans of time as text."""
    if isinstance(value, BaseModel) and hasattr(value, "written"):
        return value.written(given=True)
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | range):
        return [plain(each) for each in value]
    if isinstance(value, timedelta):
        return f"{value.total_seconds() / 3600!r} h"
    if isinstance(value, Path):
        return str(value)
    return copy.deepcopy(value)


def without_nulls(value: Any) -> Any:
    """Plain JSON values with every key left out whose value is null."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


def _set(
    values: dict[str, Any], key: str, parts: Sequence[Part], value: Any, full: Mapping[str, Any]
) -> list[Part]:
    """Set a value; the parts with the places of what was named.

    Tables on the way that are left out come from ``full``, where they are there by default.
    """
    here: Any = values
    usual: Any = full
    path: list[Part] = []
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        place = _place(here, part, key)
        path.append(place)
        if following is None:
            here[place] = value
            break
        usual = _inside(usual, place)
        if isinstance(here, dict) and place not in here:
            if usual is None and isinstance(following, int):
                raise _missing(f"there is no list {show_value(place)}", key, place, list(here))
            here[place] = {} if usual is None else copy.deepcopy(usual)
        here = here[place]
    return path


def _inside(table: Any, place: Any) -> Any:
    """What is at a place of plain values; None where nothing is."""
    if isinstance(table, Mapping):
        return table.get(place)
    there = isinstance(table, list) and isinstance(place, int) and place < len(table)
    return table[place] if there else None


def _table_of(values: Any, path: Sequence[Part]) -> Any:
    """The table in which the last key of a path stands."""
    for part in path[:-1]:
        values = values[part]
    return values


def _place(here: Any, part: Part, key: str) -> Any:
    """Where ``part`` is in a table or a list."""
    if isinstance(here, dict):
        if isinstance(part, str):
            return part
        raise _missing(f"[{part}] is used where there is no list", key, part, list(here))
    if not isinstance(here, list):
        raise InputError(f"nothing is inside {show_value(here)}", key=key)
    if isinstance(part, int):
        if part < len(here):
            return part
        rule = f"there is no [{part}]: the list holds {len(here)}, counted from 0"
        raise InputError(rule, key=key)
    names = [str(_name(each)) for each in here]
    if names.count(part) != 1:
        if part in names:
            rule = f"there are several {show_value(part)}"
            raise InputError(rule, key=key, advice="write the place of one, such as [0]")
        raise _missing(f"there is no {show_value(part)}", key, part, names)
    return names.index(part)


def _name(element: Any) -> Any:
    if not isinstance(element, dict):
        return element
    return element.get("name", element.get("kind", ""))


def _missing(rule: str, key: str, part: Part, names: Sequence[str]) -> InputError:
    advice = nearest(str(part), list(dict.fromkeys(names))) if names else ""
    return InputError(rule, key=key, advice=advice)


# -- what was given, and what is a default --------------------------------------------


def _forget(before: Any, now: Any) -> None:
    """What was a default before and is the same now counts as a default again."""
    if isinstance(now, BaseModel) and type(before) is type(now):
        for name in type(now).model_fields:
            old, new = getattr(before, name), getattr(now, name)
            if name not in before.model_fields_set and old == new:
                now.model_fields_set.discard(name)
            else:
                _forget(old, new)
    elif isinstance(now, dict) and isinstance(before, dict):
        for key in now.keys() & before.keys():
            _forget(before[key], now[key])
    elif isinstance(now, tuple) and isinstance(before, tuple):
        for old, new in zip(before, now, strict=False):
            _forget(old, new)


def _remember(model: Any, path: Sequence[Part]) -> None:
    """What stands at ``path`` was given, and so were the tables around it."""
    here = model
    for part in path:
        if isinstance(here, BaseModel):
            names = dict(zip(keys_of(type(here)), type(here).model_fields, strict=True))
            if part not in names:
                return
            here.model_fields_set.add(names[str(part)])
            here = getattr(here, names[str(part)])
        elif isinstance(here, dict | tuple):
            there = part in here if isinstance(here, dict) else int(part) < len(here)
            if not there:
                return
            here = here[part]  # type: ignore[index]
        else:
            return
