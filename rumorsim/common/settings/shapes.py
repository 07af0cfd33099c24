"""The shape of a scenario, read off its models: which keys may stand where.

Messages, the checked form and the schema all need to know what a key path leads to; this
walks the annotations of the models once for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rumorsim.common.errors import on_one_line

_BARE = re.compile(r"[A-Za-z0-9_-]+")
#: The fields that say which of several models a table is.
_TAGS = ("kind", "law", "prior")


class Place(NamedTuple):
    """Where an error is: its key path, the models that may stand there, its field."""

    path: tuple[str | int, ...]
    models: tuple[type[BaseModel], ...]
    field: FieldInfo | None
    #: The model of the table that the last key of the path stands in.
    owner: type[BaseModel] | None


def key_path(path: Sequence[str | int]) -> str:
    """``policies[0].interventions[1].when`` from its parts; odd keys are quoted."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            shown = part if _BARE.fullmatch(part) else '"' + on_one_line(part[:60]) + '"'
            text += f".{shown}" if text else shown
    return text


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys people may write in a table of this model, and their fields."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def field_of(model: type[BaseModel], key: str) -> FieldInfo | None:
    """The field behind a key, None where there is none."""
    return keys_of(model).get(key)


def meaning_of(model: type[BaseModel], key: str) -> str:
    """What a key means; the key that tells models apart means what its model does."""
    field = field_of(model, key)
    if field is not None and field.description:
        return field.description
    summary = (model.__doc__ or "").strip().split("\n")[0]
    return summary if key in _TAGS else ""


def tag_of(model: type[BaseModel]) -> tuple[str, str] | None:
    """``("kind", "power-law")`` where a literal field tells this model from others."""
    for name in _TAGS:
        field = model.model_fields.get(name)
        if field is not None and get_origin(field.annotation) is Literal:
            return name, str(get_args(field.annotation)[0])
    return None


def leaves(annotation: Any) -> Iterator[Any]:
    """What an annotation may be, without ``Annotated`` and unions; None is left out."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from leaves(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for each in get_args(annotation):
            yield from leaves(each)
    elif annotation is not NoneType:
        yield annotation


def models_in(annotation: Any) -> tuple[type[BaseModel], ...]:
    """The models an annotation may be, themselves and not what they hold."""
    found = [
        each
        for each in leaves(annotation)
        if isinstance(each, type) and issubclass(each, BaseModel)
    ]
    for registry, base in _REGISTRIES:
        ours = set(registry.own.values())
        if base in found or (base is None and len(found) > 1 and ours <= set(found)):
            found += registry.loaded.values()
    return tuple(dict.fromkeys(found))


#: Registries of models, and the model where theirs may stand; None: where all of their own may.
_REGISTRIES: list[tuple[Any, type[BaseModel] | None]] = []


def take_in(registry: Any, base: type[BaseModel] | None = None) -> None:
    """Let the plug-ins of a registry stand where ``base`` does, or all of its own models."""
    _REGISTRIES.append((registry, base))


def inside(annotation: Any, origin: type) -> Any:
    """What the elements of a tuple or the values of a dict may be; None if it is neither."""
    for each in leaves(annotation):
        if get_origin(each) is origin:
            return get_args(each)[0 if origin is tuple else 1]
    return None


def place_of(root: type[BaseModel], loc: Sequence[str | int]) -> Place:
    """The place of a pydantic error: its ``loc`` without the tags of unions."""
    here: Any = root
    field: FieldInfo | None = None
    owner: type[BaseModel] | None = None
    path: list[str | int] = []
    for part in loc:
        models = models_in(here)
        tagged = [m for m in models if (tag_of(m) or ("", ""))[1] == part]
        if isinstance(part, int):
            path.append(part)
            here = inside(here, tuple)
        elif len(models) > 1 and tagged:
            here = tagged[0]
        elif part == "[key]":
            continue
        elif len(models) == 1:
            path.append(part)
            owner = models[0]
            field = field_of(owner, part)
            here = None if field is None else field.annotation
        elif inside(here, dict) is not None:
            path.append(part)
            here = inside(here, dict)
    return Place(tuple(path), models_in(here), field, owner)
