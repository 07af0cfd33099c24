"""The catalogue as forms: JSON schema of each intervention, its words apart from its shape.

Each description stands once among ``words``, under a key that every language has: a browser
shows the English of the models themselves, or the same key from its own dictionary.

    about.KIND              what the intervention does
    about.KIND.FIELD        a field of this kind alone
    about.any.FIELD         a field that means the same for most kinds
    about.TABLE.FIELD       a field of a table within, such as when or a law of delays
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from rumorsim.platform.interventions import INTERVENTIONS, Intervention


def forms_message(
    interventions: Mapping[str, type[Intervention]] = INTERVENTIONS,
) -> dict[str, Any]:
    """``kinds``: target and schema by kind of intervention; ``words``: English by key.

    In a schema the ``description`` of a field is its key, and what the page does not show of
    tables and kinds is left out.
    """
    schemas = {kind: model.model_json_schema() for kind, model in interventions.items()}
    usual = _usual(schemas)
    words: dict[str, str] = {}
    known: dict[tuple[str, str], str] = {}
    for kind, schema in schemas.items():
        words[f"about.{kind}"] = interventions[kind].summary
        for table, name, field in _fields(kind, schema):
            # A form has no typewriter face: the marks around names of fields go.
            text = field.pop("description", "").replace("`", "")
            if not text or "const" in field:
                continue
            shared = table == kind and usual.get(name) == text
            key = f"about.{'any' if shared else table}.{name}"
            # A table that extends another has its fields, word for word.
            key = known.setdefault((name, text), key)
            field["description"] = key
            words[key] = text
    kinds = {
        kind: {"target": interventions[kind].target, "schema": schema}
        for kind, schema in schemas.items()
    }
    return {"kinds": kinds, "words": words}


def _usual(schemas: dict[str, dict[str, Any]]) -> dict[str, str]:
    """What a field of interventions means, where it means the same for at least three."""
    texts: dict[str, Counter[str]] = {}
    for schema in schemas.values():
        for name, field in schema["properties"].items():
            texts.setdefault(name, Counter())[field.get("description", "").replace("`", "")] += 1
    most = {name: counts.most_common(1)[0] for name, counts in texts.items()}
    return {name: text for name, (text, count) in most.items() if count >= 3}


def _fields(kind: str, schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Table, name and schema of every field; docstrings of the tables themselves go."""
    for table, inner in ((kind, schema), *schema.get("$defs", {}).items()):
        inner.pop("description", None)
        for name, field in inner.get("properties", {}).items():
            yield table, name, field
