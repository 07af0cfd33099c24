"""Overrides of a study: dotted keys of its scenario set to other values.

Keys are those of :mod:`rumorsim.common.settings.changing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rumorsim.scenario import Scenario


def overridden(scenario: Scenario, overrides: Mapping[str, Any]) -> Scenario:
    """The same scenario with each dotted key set to its value, its files pinned.

    All of it is checked as :meth:`.Scenario.with_` does: InputError with the key of every
    fault. Files stay pinned by their digests, a file of another name is read anew.
    """
    if not overrides:
        return scenario
    made = scenario.pinned().with_(overrides)
    return made if made.follow_graph is not None else made.pinned()
