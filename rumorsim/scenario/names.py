"""Names that must exist: stories, categories, kinds of accounts and platforms.

Where a table names one in a field that says so by its own name, at any depth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from rumorsim.common.errors import nearest

if TYPE_CHECKING:
    from rumorsim.scenario.fields import ScenarioFields

#: What a field names, in words, by the name of the field.
Known = Mapping[str, tuple[str, list[str]]]


def known_names(scenario: ScenarioFields) -> dict[str, tuple[str, list[str]]]:
    """For each field that names things: what they are, and which there are."""
    stories = ("story", [story.name for story in scenario.stories])
    platforms = ("platform", [*scenario.platforms] or ["platform"])
    known = {
        "platforms": platforms,
        "platform": platforms,
    }
    # Those of a replay stand in its cascades.
    if scenario.replay is None:
        categories = sorted({story.category for story in scenario.stories})
        known |= {"categories": ("category", categories), "stories": stories, "story": stories}
    # A file may bring kinds that the scenario does not name.
    if scenario.accounts.file is None:
        known["kinds"] = ("kind of account", ["ordinary", *scenario.accounts.kinds])
    return known


def unknown_names(table: Any, key: str, known: Known) -> Iterator[tuple[str, str, str, str]]:
    """Key, value, rule and advice of every name in a table that does not exist."""
    if isinstance(table, tuple):
        for i, each in enumerate(table):
            yield from unknown_names(each, f"{key}[{i}]", known)
    elif isinstance(table, BaseModel):
        for field in type(table).model_fields:
            value, where = getattr(table, field), f"{key}.{field}"
            if field not in known:
                yield from unknown_names(value, where, known)
                continue
            what, words = known[field]
            many = isinstance(value, tuple)
            for i, word in enumerate(value if many else (value,)):
                if word not in words:
                    at = f"{where}[{i}]" if many else where
                    yield at, str(word), f"there is no such {what}", nearest(str(word), words)
