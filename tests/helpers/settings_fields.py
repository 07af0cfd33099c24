"""The fields of settings, for batteries: what two tables differ in, and all models within one."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from rumorsim.common.settings.shapes import inside, models_in

__all__ = ["changed_alone", "models_of"]


def changed_alone(before: Any, after: Any) -> list[str]:
    """The key paths in which two tables differ."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return [] if before == after else [""]
    paths = []
    for key in sorted(set(before) | set(after)):
        for path in changed_alone(before.get(key), after.get(key)):
            paths.append(f"{key}.{path}".rstrip("."))
    return paths


def models_of(model: type[BaseModel]) -> set[type[BaseModel]]:
    """A model and all that stand in its fields, at any depth."""
    found, todo = set(), [model]
    while todo:
        each = todo.pop()
        if each in found:
            continue
        found.add(each)
        for field in each.model_fields.values():
            todo += models_in(field.annotation)
            element = inside(field.annotation, tuple) or inside(field.annotation, dict)
            todo += models_in(element) if element is not None else []
    return found
