"""What is said of a scenario that does not validate: pydantic's errors as faults.

Each fault has the key path as people write it, the value, the rule in plain words, and
advice: the nearest valid key or word, or what the key means. Names of pydantic's own
machinery never show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rumorsim.common.errors import Fault, InputError, nearest, show_value
from rumorsim.common.settings.shapes import Place, key_path, keys_of, place_of, tag_of

#: More faults than these are not told.
MOST_FAULTS: Final = 100
#: Errors of pydantic that are turned into faults at all; several may make one fault.
_LOOKED_AT: Final = 10 * MOST_FAULTS

#: Rules by the type of pydantic's error; the rest of them need its context.
_RULES: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "extra_forbidden": "there is no such key here",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "finite_number": "must be finite",
    "string_pattern_mismatch": "must be one line of text without control characters",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must hold at least {min_length} of them",
    "too_long": "must hold at most {max_length} of them",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_unicode": "must be text in UTF-8",
    "recursion_loop": "holds itself",
    "json_invalid": "is not JSON",
}
_NUMBERS: Final = ("int_type", "float_type")
_WORDS: Final = re.compile(r"'([^']*)'")
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")

Path = tuple[str | int, ...]


def as_value_error(faults: Sequence[Fault]) -> ValueError:
    """Several faults that a validator found, each with a key of its own, to be raised as one."""
    lines = ((each.key, each.value, each.rule, each.advice) for each in faults)
    return ValueError("\n".join("\t".join(parts) for parts in lines))


def faults_of(error: ValidationError, model: type[BaseModel], file: str) -> list[Fault]:
    """The faults behind a validation error of ``model``, at most a hundred of them."""
    found: dict[Path, list[tuple[Place, ErrorDetails]]] = {}
    details = error.errors(include_url=False)
    for detail in details[:_LOOKED_AT]:
        place = place_of(model, detail["loc"])
        found.setdefault(place.path, []).append((place, detail))
    longer = {path[:length] for path in found for length in range(len(path))}
    # Of a union, what failed further inside is what was meant.
    told = [alike for path, alike in found.items() if path not in longer or not path]
    faults = [fault for alike in told[:MOST_FAULTS] for fault in _faults_at(alike, file)]
    if len(told) > MOST_FAULTS or len(faults) > MOST_FAULTS or len(details) > _LOOKED_AT:
        rule = f"has more faults than these {MOST_FAULTS}"
        faults[MOST_FAULTS:] = [Fault(rule, file=file, advice="fix these first")]
    return faults


def shown(value: Any) -> str:
    """A value as people wrote it, on one short line; tables and lists are left out."""
    if isinstance(value, dict | list | tuple | BaseModel):
        return ""
    if isinstance(value, int) and value.bit_length() > 200:
        return "a number with too many digits"
    if isinstance(value, float | int | bool | str):
        return show_value(value)
    return show_value(str(value))[1:-1]


def _faults_at(alike: Sequence[tuple[Place, ErrorDetails]], file: str) -> Iterator[Fault]:
    """One fault for the branches of a union that all failed here; else one for each error."""
    place, detail = alike[0]
    if detail["type"] == "value_error":
        yield from _own_faults(place, detail, file)
        return
    path, value = place.path, shown(detail["input"])
    if detail["type"].startswith("union_tag"):
        path, value = _tag_of(place, detail)
    if detail["type"] == "missing":
        value = ""
    # A branch that took the type but not the value is the one that was meant.
    meant = [each for _, each in alike if not _wrong_type(each)] or [each for _, each in alike]
    rules = list(dict.fromkeys(_rule(each, place) for each in meant))
    rule = ", or ".join([rules[0], *(rule.removeprefix("must be ") for rule in rules[1:])])
    yield Fault(rule, file, key_path(path), value, _advice(place, detail))


def _wrong_type(detail: ErrorDetails) -> bool:
    return detail["type"].endswith("_type") or detail["type"] == "literal_error"


def _rule(detail: ErrorDetails, place: Place) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if context.get("min_length") == 1:
        return "must not be empty"
    if kind in _RULES:
        limits = {name: _limit(limit) for name, limit in context.items()}
        return _RULES[kind].format(**limits)
    if kind == "literal_error":
        words = _WORDS.findall(context["expected"])
        return "must be " + " or ".join(f'"{word}"' for word in words)
    if kind == "union_tag_invalid":
        return f"there is no such {_discriminator(place)}"
    if kind == "union_tag_not_found":
        return "is missing"
    return detail["msg"].replace("Input should be", "must be")


def _limit(limit: Any) -> str:
    if isinstance(limit, float):
        return f"{limit:g}"
    return f"{limit:,}" if isinstance(limit, int) else str(limit)


def _discriminator(place: Place) -> str:
    return next((tag[0] for tag in map(tag_of, place.models) if tag), "kind")


def _tag_of(place: Place, detail: ErrorDetails) -> tuple[Path, str]:
    """The path of the key that should say which table this is, and what it says."""
    key = _discriminator(place)
    table = detail["input"]
    value = shown(table[key]) if isinstance(table, dict) and key in table else ""
    return (*place.path, key), value


def _advice(place: Place, detail: ErrorDetails) -> str:
    kind, value = detail["type"], detail["input"]
    if kind == "missing" and place.field is not None:
        return _as_advice(place.field.description or "")
    if kind == "extra_forbidden":
        return _nearest_key(place)
    if kind.startswith("union_tag"):
        tags = [tag[1] for tag in map(tag_of, place.models) if tag]
        said = value.get(_discriminator(place)) if isinstance(value, dict) else ""
        return nearest(str(said)[:100] if said else "", tags)
    if kind == "model_attributes_type" and place.models:
        tags = [tag[1] for tag in map(tag_of, place.models) if tag]
        key = _discriminator(place)
        if isinstance(value, str) and value in tags:
            return f'write {{ {key} = "{value}" }}'
        return f"its {key} is {nearest('', tags)}"
    if kind == "tuple_type" and isinstance(value, dict):
        return f"write [[{key_path(place.path)}]]"
    if kind in _NUMBERS and isinstance(value, str) and _NUMBER.fullmatch(value[:100]):
        return "take the quotes away"
    if kind == "int_type" and isinstance(value, float) and value == value // 1:
        return f"write {value:.0f}"
    if kind == "literal_error" and isinstance(value, str):
        words = _WORDS.findall(detail["ctx"]["expected"])
        advice = nearest(value[:100], words)
        return advice if advice.startswith("did") else ""
    return ""


def _as_advice(meaning: str) -> str:
    """A description as the end of a sentence: no capital, no full stop."""
    start = meaning[:1].lower() if meaning[1:2].islower() else meaning[:1]
    return (start + meaning[1:]).rstrip(".")


def _nearest_key(place: Place) -> str:
    owner = place.owner
    return "" if owner is None else nearest(str(place.path[-1]), list(keys_of(owner)))


def _own_faults(place: Place, detail: ErrorDetails, file: str) -> Iterator[Fault]:
    """Faults found by our own validators, who may name several keys, one a line."""
    error, found = detail["ctx"]["error"], detail["input"]
    if isinstance(error, InputError):
        for fault in error.faults:
            path = _path_of(place, fault.key, found)
            yield Fault(fault.rule, file, key_path(path), fault.value, fault.advice)
        return
    for line in str(error).split("\n"):
        if "\t" in line:
            key, value, rule, advice = line.split("\t")
            yield Fault(rule, file, key, value, advice)
        else:
            path = _path_of(place, line.split(" ")[0], found)
            value = shown(found if path == place.path else found[path[-1]])
            yield Fault(line, file, key_path(path), value)


def _path_of(place: Place, key: str, found: Any) -> Path:
    """The path of ``key`` where the rule of a table begins with one of its keys."""
    inside = isinstance(found, dict) and key in found
    return (*place.path, key) if inside else place.path
