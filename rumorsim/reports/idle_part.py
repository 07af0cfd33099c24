"""Section: policies that do not act as written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rumorsim.errors import InputError
from rumorsim.reports.parts import Items, Section, Text
from rumorsim.scenario.idle import idle_in, idle_of_plain
from rumorsim.scenario.loading import from_values

if TYPE_CHECKING:
    from rumorsim.reports.saved import Saved


_WHAT: Final = (
    "These parts of policies do nothing, or less than they seem to. A policy of which nothing"
    " else acts is compared as if it were none."
)


def idle_section(saved: Saved) -> Section | None:
    """What the comparison found, or what its scenario alone shows where none was kept."""
    if "idle" in saved.facts:
        return section_of([str(each) for each in idle_of_plain(saved.facts["idle"])])
    return section_of(_from_scenario(saved.scenario, saved.policies))


def _from_scenario(scenario: Mapping[str, Any], policies: Sequence[str]) -> list[str]:
    try:
        found = idle_in(from_values(dict(scenario), Path()), policies=policies)
    except InputError:
        return []  # of another version: its own run has said so
    return [str(each) for each in found]


def section_of(lines: Sequence[str]) -> Section | None:
    """One paragraph for each line; None where there is none."""
    if not lines:
        return None
    return Section("idle", "Policies that do not act as written", [Text(_WHAT), Items(lines)])
