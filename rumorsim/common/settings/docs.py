"""Docstrings of models: their parameters with unit, default and meaning, from the fields."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, WithJsonSchema
from pydantic.fields import FieldInfo

from rumorsim.common.settings.shapes import keys_of, leaves, meaning_of, models_in

#: The head of the part that is made here.
PARAMETERS: Final = "Parameters\n----------"
_WORDS: Final = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    tuple: "list",
    dict: "table",
}
_LONGEST: Final = 60


def documented(model: type[BaseModel]) -> str:
    """The docstring of a model with its parameters added."""
    summary = own_part(model.__doc__ or "")
    lines = [
        line
        for key, field in keys_of(model).items()
        for line in _parameter_lines(model, key, field)
    ]
    return "\n".join([summary, "", PARAMETERS, *lines, ""]) if lines else summary


def own_part(doc: str) -> str:
    """The part of a docstring that is written by hand."""
    return inspect.cleandoc(doc).split(PARAMETERS)[0].rstrip()


def _parameter_lines(model: type[BaseModel], key: str, field: FieldInfo) -> Iterator[str]:
    yield f"{key} : {_what(field)}, {_default(field)}"
    meaning = meaning_of(model, key)
    if meaning:
        yield f"    {meaning}"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default_factory is not None:
        return "has a default of its own"
    if field.default is None:
        return "absent by default"
    shown = repr(field.default)
    return f"default {shown}" if len(shown) <= _LONGEST else "has a default of its own"


def _what(field: FieldInfo) -> str:
    """What it is, in words: ``number``, ``text such as "50 per day"``, ``a list`` ..."""
    schema = _schema(field.annotation) or next(
        (each.json_schema for each in field.metadata if isinstance(each, WithJsonSchema)), None
    )
    if schema and schema.get("examples"):
        return f'text such as "{schema["examples"][0]}"'
    models = models_in(field.annotation)
    if models:
        names = [each.__name__ for each in models]
        return names[0] if len(names) == 1 else f"one of {', '.join(names[:4])} ..."
    words = dict.fromkeys(word for leaf in leaves(field.annotation) for word in _names(leaf))
    return " or ".join(words) or "value"


def _schema(annotation: Any) -> dict[str, Any] | None:
    """The JSON schema that a type brings of its own, in a union or not."""
    if get_origin(annotation) is Annotated:
        own = [each for each in get_args(annotation)[1:] if isinstance(each, WithJsonSchema)]
        return own[0].json_schema if own else _schema(get_args(annotation)[0])
    if get_origin(annotation) is not None and get_origin(annotation) is not Literal:
        parts = get_args(annotation) if get_origin(annotation) not in (tuple, dict) else ()
        return next((found for part in parts if (found := _schema(part))), None)
    return None


def _names(leaf: Any) -> list[str]:
    if get_origin(leaf) is Literal:
        return [f'"{word}"' for word in get_args(leaf)]
    kind = get_origin(leaf) or leaf
    if kind is Union:
        return [name for part in get_args(leaf) for name in _names(part)]
    return [_WORDS.get(kind, "value")]
