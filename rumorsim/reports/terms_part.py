"""Sections: what was assumed, what the model cannot tell, the scenario, and how to do it again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel

from rumorsim.errors import InputError
from rumorsim.files import json_text
from rumorsim.plurals import counted
from rumorsim.reports.parts import Code, Column, Folded, Items, Section, Table, Text
from rumorsim.scenario.explained import toml_value
from rumorsim.scenario.models import Scenario
from rumorsim.written.shapes import key_path, keys_of, meaning_of

#: A longer table is folded.
_MANY: Final = 60

Leaf = tuple[str, str, bool, str]


def source_of(versions: Mapping[str, str]) -> str:
    """The last line: what made the numbers."""
    version = versions.get("rumorsim", "")
    known = f" {version}" if version[:1].isdigit() else ""
    return f"From results of rumorsim{known}. A simulation, not a measurement."


def limits_section(values: Mapping[str, Any]) -> Section:
    """What the reader must not take from this page."""
    return Section("limits", "What this model cannot tell you", [Items(list(_limits(values)))])


def _limits(values: Mapping[str, Any]) -> Iterator[str]:
    yield (
        "It is not a forecast. The numbers hold for this scenario; another threshold, delay or"
        " appeal can change the order of policies. Vary what is assumed before you rely on a"
        " ranking."
    )
    yield (
        "Intervals are about chance within the scenario. That the scenario itself is wrong is not"
        " in them, and no number of worlds would show it."
    )
    graph = values.get("graph", {}).get("kind", "")
    if graph in ("file", "given"):
        yield "The follows are those given; who the accounts are, and what they do, is not."
    else:
        yield f"The follow graph ({graph}) is made up by a generator, not taken from a platform."
    yield "Posts have no content: how much a story appeals or is reported is a number given to it."
    yield "Reach counts accounts that read a story, not people who were convinced or harmed."
    yield (
        "What is true and what is false is given. The model does not say who should decide that,"
        " nor what it is worth to lose true posts for averting false ones."
    )
    yield (
        "Only effects that are in the scenario can be seen. Whatever it leaves out (anger at being"
        " moderated, other platforms, the press, talk outside) has no effect here and may have"
        " one in the world."
    )


def scenario_section(values: Mapping[str, Any]) -> Section:
    """Every key of the scenario with its value and meaning, then the text that runs."""
    parts: list[Any] = []
    leaves = _leaves(values)
    if leaves:
        given = [leaf for leaf in leaves if not leaf[2]]
        kept = [leaf for leaf in leaves if leaf[2]]
        parts.append(
            Text(
                "Every one of these numbers is an assumption unless its author says where it was"
                " measured. The first table has what this scenario sets, the second what it"
                " leaves at the default."
            )
        )
        table = _table("assumptions-set", "Set in this scenario", given)
        many = len(given) > _MANY
        parts.append(Folded(f"{len(given)} values set", [table]) if many else table)
        folded = _table("assumptions-default", "Left at the default", kept)
        parts.append(Folded(f"{counted(len(kept), 'default')} left unchanged", [folded]))
    whole = Code(json_text(values), "scenario.json")
    parts.append(Folded("The full resolved scenario", [whole]))
    return Section("assumptions", "Assumptions", parts)


def _table(name: str, title: str, leaves: Sequence[Leaf]) -> Table:
    heads = ("key", "value", "meaning")
    columns = [Column(head, numeric=False) for head in heads]
    return Table(name, title, columns, [[key, value, text] for key, value, _, text in leaves])


def is_readable(values: Mapping[str, Any]) -> bool:
    """Whether this version reads the scenario in plain values."""
    return _read(values) is not None


def _read(values: Mapping[str, Any]) -> Scenario | None:
    """The scenario in plain values, None where this version cannot read it."""
    try:
        return Scenario.model_validate(dict(values))
    except (InputError, ValueError):
        return None


def _leaves(values: Mapping[str, Any]) -> list[Leaf]:
    """Key path, value, whether it is the default, and meaning; none if it cannot be read."""
    scenario = _read(values)
    return [] if scenario is None else list(_walk(scenario, values, ()))


def _walk(
    model: BaseModel, values: Mapping[str, Any], path: tuple[str | int, ...]
) -> Iterator[Leaf]:
    fields = type(model).model_fields
    for (key, field), name in zip(keys_of(type(model)).items(), fields, strict=True):
        inner, value = getattr(model, name), values.get(key)
        here = (*path, key)
        if value is None:
            continue
        if isinstance(inner, BaseModel):
            yield from _walk(inner, value, here)
        elif isinstance(inner, Mapping) and _models(list(inner.values())):
            for part in inner:
                yield from _walk(inner[part], value[part], (*here, part))
        elif isinstance(inner, tuple) and _models(inner):
            for at, part in enumerate(inner):
                yield from _walk(part, value[at], (*here, value[at].get("name", at)))
        else:
            usual = None if field.is_required() else field.get_default(call_default_factory=True)
            default = not field.is_required() and usual == inner
            yield key_path(here), _short(toml_value(value)), default, meaning_of(type(model), key)


def _short(text: str) -> str:
    """Numbers with their digits cut for reading; the scenario itself has all of them."""
    return re.sub(r"\d+\.\d{7,}", lambda found: f"{float(found[0]):.6g}", text)


def _models(parts: Sequence[Any]) -> bool:
    return bool(parts) and all(isinstance(part, BaseModel) for part in parts)


def _own_code(provenance: Mapping[str, Any]) -> Iterator[list[str]]:
    """The rows of policies and measures that were handed over from Python."""
    used = provenance.get("own_code") or {}
    for name, records in used.get("policies", {}).items():
        for record in records:
            yield _own_row(f"policy {name}", record)
    for name, record in used.get("measures", {}).items():
        yield _own_row(f"measure {name}", record)


def _own_row(what: str, record: Mapping[str, Any]) -> list[str]:
    settings = ", ".join(f"{key} = {toml_value(v)}" for key, v in record["settings"].items())
    return [what, record["code"], settings, record["sha256"]]


def again_section(
    commands: Sequence[tuple[str, str]], provenance: Mapping[str, Any], notes: Sequence[str] = ()
) -> Section:
    """Commands that make the same numbers again, and the versions they were made with."""
    own = list(_own_code(provenance))
    if own:
        commands = [(f"{line} --own-code", why) for line, why in commands]
    text = "\n".join(f"{line}  # {why}" if why else line for line, why in commands)
    parts: list[Any] = [
        Text("Take scenario.json from the section before (or from the directory), then:"),
        Code(text + "\n"),
        *(Text(note) for note in notes),
    ]
    if not provenance.get("reproducible_from_file", True):
        parts.append(
            Text(
                "A graph, a policy, a measure or the redraw of a branch came from Python: the"
                " file alone does not make it again."
            )
        )
    if own:
        parts.append(
            Text(
                "This Python code was used. --own-code imports it from the current folder or an"
                " installed package, and refuses it where its SHA-256 is another."
            )
        )
        heads = ("used as", "defined as", "settings", "SHA-256")
        columns = [Column(head, numeric=False) for head in heads]
        parts.append(Table("own-code", "Python code that was used", columns, own))
    found = {"results version": provenance.get("results_version"), **provenance.get("versions", {})}
    rows = [[name, str(version)] for name, version in found.items() if version is not None]
    for name in ("scenario_digest", "graph_digest"):
        if provenance.get(name):
            rows.append([name.replace("_", " "), str(provenance[name])])
    columns = [Column("made with", numeric=False), Column("", numeric=False)]
    parts.append(Folded("Versions and digests", [Table("versions", "Made with", columns, rows)]))
    return Section("reproduce", "How to reproduce", parts)
