"""A scenario in full: every key, its value, whether it was given, and what it means.

The text is TOML itself, so it can be saved and loaded: the resolved form for people.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rumorsim.common.settings.shapes import inside, keys_of, meaning_of, models_in
from rumorsim.scenario.fields import ScenarioFields

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
#: Columns that a key and its value may take before the comment goes further right.
_WIDTH: Final = 44


def explained(scenario: ScenarioFields) -> str:
    """The resolved form as commented TOML: ``key = value  # given or default: meaning``.

    Keys that are absent stand as comments. `load` reads the text back to the same scenario,
    with its files pinned.
    """
    pinned = scenario.pinned()
    lines = list(_table(pinned, pinned.resolved(), "", given=True))
    return "\n".join(lines) + "\n"


def _table(model: BaseModel, values: Mapping[str, Any], path: str, *, given: bool) -> Iterator[str]:
    """Lines of one table: its own keys first, then its tables."""
    tables: list[tuple[str, Any, bool]] = []
    names = zip(keys_of(type(model)).items(), type(model).model_fields, strict=True)
    for (key, field), name in names:
        inner = getattr(model, name)
        written = given and name in model.model_fields_set
        if _is_tables(inner, field):
            tables.append((key, inner, written))
        else:
            yield _line(key, values.get(key), meaning_of(type(model), key), written)
    for key, inner, written in tables:
        if key not in values:
            continue  # out of force: the feed, where there is a model
        where = f"{path}.{key}" if path else key
        yield from _tables(inner, values[key], meaning_of(type(model), key), where, written)


def _is_tables(inner: Any, field: FieldInfo) -> bool:
    """Whether a field is written as tables of its own rather than on one line."""
    if isinstance(inner, BaseModel):
        return True
    holds = inside(field.annotation, tuple) or inside(field.annotation, dict)
    return bool(holds is not None and models_in(holds) and inner)


def _line(key: str, value: Any, meaning: str, given: bool) -> str:
    if value is None:
        return f"{f'# {key} is absent':{_WIDTH}}  # {meaning}"
    origin = "given" if given else "default"
    return f"{f'{toml_key(key)} = {toml_value(value)}':{_WIDTH}}  # {origin}: {meaning}"


def _tables(inner: Any, values: Any, meaning: str, where: str, given: bool) -> Iterator[str]:
    """One table, one for each entry of a dict, or one for each of a list of tables."""
    origin = "" if given else "default: "
    if isinstance(inner, BaseModel):
        found = [(f"[{where}]", where, inner, values)]
    elif isinstance(inner, Mapping):
        paths = {name: f"{where}.{toml_key(name)}" for name in inner}
        found = [(f"[{path}]", path, inner[name], values[name]) for name, path in paths.items()]
    else:
        found = [(f"[[{where}]]", where, *each) for each in zip(inner, values, strict=True)]
    for head, path, model, inside_values in found:
        yield from ("", f"{head}  # {origin}{meaning}")
        yield from _table(model, inside_values, path, given=given)


def toml_key(key: str) -> str:
    """A key as TOML has it: bare where it can be."""
    return key if _BARE.fullmatch(key) else toml_value(key)


def toml_value(value: Any) -> str:
    """A plain value (text, number, truth value, list, table) on one line of TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON's escapes are TOML's, except that TOML escapes DEL as well.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        inner = ", ".join(f"{toml_key(key)} = {toml_value(each)}" for key, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return repr(value)
