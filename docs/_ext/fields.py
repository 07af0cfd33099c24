"""Tables of the keys of a model: value and unit, default, meaning, source of the default."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Annotated, Any, Final, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from sources import inside, keys_of, meaning_of, models_in, toml_value

__all__ = ["Key", "key_table", "keys", "plain", "source_of", "table"]

#: Longer defaults are told as "see its table".
_LONGEST: Final = 60
_BOUNDS: Final = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
_SOURCED: Final = re.compile(r"measured|fitted|\bWeibo|\bTwitter|\b(?:19|20)\d\d\b|papers")


class Key(NamedTuple):
    """One key of a table: its name, value and unit, default, meaning, source of the default."""

    name: str
    value: str
    default: str
    meaning: str
    source: str


def table(heads: tuple[str, ...], rows: Collection[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def plain(text: str) -> str:
    """A docstring's reStructuredText as Markdown: roles and double backticks as code."""
    text = re.sub(r":\w+:`~?(?:\w+\.)*(\w+)`", r"`\1`", text)
    return re.sub(r"``(.+?)``", r"`\1`", text, flags=re.DOTALL)


def source_of(description: str) -> str:
    """Where a default comes from, as its description says: assumed, published, or neither."""
    if "assumption" in description:
        return "assumption"
    return "published" if _SOURCED.search(description) else ""


def keys(model: type[BaseModel], leave_out: Collection[str] = ()) -> Iterator[Key]:
    """The keys of a model in order."""
    for name, field in keys_of(model).items():
        if name in leave_out:
            continue
        meaning = meaning_of(model, name)
        default, source = _default(field), ""
        if default != "required":
            source = source_of(meaning)
        yield Key(name, _value(field), default, meaning, source)


def key_table(model: type[BaseModel], leave_out: Collection[str] = ()) -> str:
    """The table of the keys of a model; empty text where there is none."""
    found = list(keys(model, leave_out))
    if not found:
        return ""
    rows = [
        (
            f"`{key.name}`",
            key.value,
            key.default + (f"<br>*{key.source}*" if key.source else ""),
            plain(key.meaning),
        )
        for key in found
    ]
    return table(("Key", "Value", "Default", "Meaning"), rows)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "absent"
    if isinstance(value, BaseModel | dict) and not value:
        return "empty"
    annotation: Any = field.annotation
    if field.metadata:
        annotation = Annotated[(annotation, *field.metadata)]
    if isinstance(value, str):  # as people write it, to be read when it is used
        return f"`{toml_value(value)}`"
    shown = TypeAdapter(annotation).dump_python(value, mode="json", by_alias=True)
    text = toml_value(_without_nulls(shown))
    text = re.sub(r"\d+\.\d{6,}", lambda number: f"{float(number[0]):.4g}", text)
    return f"`{text}`" if len(text) <= _LONGEST else "see its table"


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return value


def _value(field: FieldInfo) -> str:
    """What may be written: a number with its bounds, a duration, words, a table."""
    schema = next((each for each in _examples(field.annotation, field.metadata)), None)
    if schema is not None:
        return _by_example(schema)
    kinds = _kinds(field.annotation)
    bounds = _bounds([*field.metadata, *_parts_of_metadata(field.annotation)])
    text = " or ".join(dict.fromkeys(kinds)) or "value"
    if bounds and "`" in text:
        return f"{text}; {bounds} where it is a number"
    return f"{text}, {bounds}" if bounds else text


def _by_example(example: str) -> str:
    if re.match(r"\d{4}-", example):
        return f"local time such as `{example}`"
    if "per" in example:
        what = "quota" if example.startswith("100") else "rate"
        return f"{what} such as `{example}`"
    return f"duration such as `{example}`"


def _examples(annotation: Any, metadata: Any = ()) -> Iterator[str]:
    """Examples that a type brings of its own, in unions as well."""
    for each in [*metadata, *(_metadata(annotation))]:
        found = getattr(each, "json_schema", None) or {}
        if found.get("examples"):
            yield found["examples"][0]
    for part in get_args(annotation):
        if get_origin(annotation) not in (tuple, dict, Literal, Annotated):
            yield from _examples(part)


def _metadata(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()


def _parts_of_metadata(annotation: Any) -> Iterator[Any]:
    """What a type and the parts of a union say of their bounds."""
    yield from _metadata(annotation)
    if get_origin(annotation) not in (tuple, dict, Literal):
        for part in get_args(annotation)[: 1 if get_origin(annotation) is Annotated else None]:
            yield from _parts_of_metadata(part)


def _bounds(metadata: Collection[Any]) -> str:
    found: dict[str, str] = {}
    for each in metadata:
        inner = getattr(each, "metadata", None) or [each]
        for bound in inner:
            for name, sign in _BOUNDS.items():
                limit = getattr(bound, name, None)
                if isinstance(limit, int | float) and abs(limit) < 1e9:
                    found[name] = f"{sign} {limit:g}" if limit < 1e5 else f"{sign} {limit:,}"
    if set(found) == {"ge", "le"}:
        return f"{found['ge'][2:]} to {found['le'][2:]}"
    return ", ".join(found.values())


_WORDS: Final = {bool: "true or false", int: "whole number", float: "number", str: "text"}


def _kinds(annotation: Any) -> list[str]:
    origin = get_origin(annotation)
    models = models_in(annotation)
    if models:
        tags = "`prior`" if "prior" in models[0].model_fields else "`kind` or `law`"
        return ["table" if len(models) == 1 else f"table, by its {tags}"]
    if origin is Annotated:
        return _kinds(get_args(annotation)[0])
    if origin is Literal:
        return [f"`{toml_value(word)}`" for word in get_args(annotation)]
    if origin is tuple:
        held = inside(annotation, tuple)
        return ["list of tables" if models_in(held) else f"list of {_many(held)}"]
    if origin is dict:
        return ["table of tables" if models_in(inside(annotation, dict)) else "table"]
    if get_args(annotation):
        return [kind for part in get_args(annotation) for kind in _kinds(part)]
    return [_WORDS[annotation]] if annotation in _WORDS else []


def _many(held: Any) -> str:
    if next(_examples(held), None):
        return "durations"
    plural = {"whole number": "whole numbers", "number": "numbers", "text": "names"}
    kinds = _kinds(held)
    return " or ".join(dict.fromkeys(plural.get(kind, kind) for kind in kinds)) or "values"
