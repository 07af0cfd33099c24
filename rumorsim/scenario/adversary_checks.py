"""What holds between adversaries and the rest of a scenario."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rumorsim.scenario.names import known_names, unknown_names

if TYPE_CHECKING:
    from rumorsim.scenario.fields import ScenarioFields


def adversary_faults(scenario: ScenarioFields) -> Iterator[tuple[str, str, str, str]]:
    """Key, value, rule and advice of everything about adversaries that does not fit."""
    known = known_names(scenario)
    for i, adversary in enumerate(scenario.adversaries):
        key = f"adversaries[{i}]"
        yield from unknown_names(adversary, key, known)
        if scenario.model is not None:
            rule = f"has no effect with the model {scenario.model.kind}"
            yield key, adversary.kind, rule, "remove it or [model]"
        elif scenario.feed.exposures == "late":
            rule = "acts among the public during the run: not with late exposures"
            yield key, adversary.kind, rule, 'remove it or set feed.exposures = "events"'
