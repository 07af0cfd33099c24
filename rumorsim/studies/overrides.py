"""Overrides of a study: dotted keys set to other values, and policies in force together.

Keys are those of :mod:`rumorsim.written.changing`. A policy may also be several of the
scenario at once: ``close accounts + filter trending``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rumorsim.errors import Fault, InputError, nearest, show_value
from rumorsim.scenario import Scenario
from rumorsim.scenario.models import Policy
from rumorsim.written import replaced

__all__ = ["JOIN", "in_force", "overridden", "union_name"]

#: What stands between the names of policies that are in force together.
JOIN: Final = " + "


def overridden(scenario: Scenario, overrides: Mapping[str, Any]) -> Scenario:
    """The same scenario with each dotted key set to its value, its files pinned.

    All of it is checked as :meth:`.Scenario.with_` does: InputError with the key of every
    fault. Files stay pinned by their digests, a file of another name is read anew.
    """
    if not overrides:
        return scenario
    made = scenario.pinned().with_(overrides)
    return made if made.follow_graph is not None else made.pinned()


def union_name(names: Iterable[str]) -> str:
    """What several policies in force together are called; ``none`` for none of them."""
    return JOIN.join(names) or "none"


def in_force(scenario: Scenario, policy: str) -> Scenario:
    """The scenario with that policy alone: what a run under it depends on.

    ``policy`` is a name, or several joined by " + " for all their interventions, in the
    order of the scenario. InputError for a name that is not there.
    """
    if policy == "none":
        return replaced(scenario, policies=())
    there = {each.name: each for each in scenario.policies}
    if policy in there:
        return replaced(scenario, policies=(there[policy],))
    parts = policy.split(JOIN)
    unknown = [name for name in parts if name not in there]
    if unknown or len(set(parts)) < len(parts):
        advice = nearest((unknown or parts)[0], list(scenario.policy_names))
        fault = Fault("there is no such policy", "", "policy", show_value(policy), advice)
        raise InputError(fault)
    together = tuple(step for name in there if name in parts for step in there[name].interventions)
    return replaced(scenario, policies=(Policy(name=policy, interventions=together),))
