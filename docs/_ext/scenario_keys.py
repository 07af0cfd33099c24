"""Every key that may stand in a scenario or a study, table by table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fields import key_table, plain
from pydantic import BaseModel
from sources import (
    SURFACES,
    CalibrationStudy,
    Intervention,
    Scenario,
    Study,
    inside,
    keys_of,
    models_in,
    own_part,
)

__all__ = ["calibration_keys", "scenario_keys", "study_keys"]

#: Tables with a page of their own, by the key that they stand under.
_PAGES: Final = {
    "graph": "generators",
    "model": "contact-models",
    "adversaries": "adversaries",
    "interventions": "interventions",
}


def scenario_keys(_: Path) -> str:
    """The tables of a scenario."""
    return "\n".join(tables(Scenario, ""))


def study_keys(_: Path) -> str:
    """The tables of a study."""
    return "\n".join(tables(Study, ""))


def calibration_keys(_: Path) -> str:
    """The tables of a calibration, and those of its priors."""
    lines = list(tables(CalibrationStudy, ""))
    lines.append("\n## Priors\n\nAn inline table with the key `prior`, which says the kind.\n")
    for model in models_in(inside(CalibrationStudy.model_fields["parameters"].annotation, tuple)):
        for prior in models_in(model.model_fields["prior"].annotation):
            kind = prior.model_fields["prior"].default
            lines.append(f"\n### `{kind}`\n\n{plain(own_part(prior.__doc__ or ''))}\n")
            lines.append(key_table(prior))
    return "\n".join(lines)


def tables(model: type[BaseModel], path: str) -> Iterator[str]:
    """The table of a model and those of the tables in it, depth first."""
    if path:
        yield f"\n## `{path}`\n"
    yield plain(own_part(model.__doc__ or "").split("\n\n")[0]) + "\n"
    yield key_table(model)
    for name, field in keys_of(model).items():
        below, shown = _table_below(name, field.annotation, path)
        if name in _PAGES:
            yield f"\nThe keys of `{shown}` depend on its `kind`: see {{doc}}`{_PAGES[name]}`.\n"
        elif below is not None:
            yield from tables(below, shown)


def _table_below(name: str, annotation: Any, path: str) -> tuple[type[BaseModel] | None, str]:
    """The model of the tables under a key, if it is one and has no page, and their path."""
    where = f"{path}.{name}" if path else name
    brackets = ("[", "]")
    held: Any = annotation
    if inside(annotation, tuple) is not None:
        held, brackets = inside(annotation, tuple), ("[[", "]]")
    elif inside(annotation, dict) is not None:
        held, where = inside(annotation, dict), f"{where}.NAME"
    where = where.strip("[]")
    path = brackets[0] + where.replace("[", "").replace("]", "") + brackets[1]
    models = models_in(held)
    if len(models) != 1 or models[0] in (Intervention, *SURFACES.own.values()):
        return None, path
    return models[0], path
