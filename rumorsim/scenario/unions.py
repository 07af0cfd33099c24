"""Policies in force together: several of a scenario at once, ``close accounts + promote``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rumorsim.common.errors import Fault, InputError, nearest, show_value
from rumorsim.common.settings import replaced
from rumorsim.scenario.models import Policy, Scenario

#: What stands between the names of policies that are in force together.
JOIN: Final = " + "


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
        advice = nearest((unknown or parts)[0], list(there))
        if not advice.startswith("did"):
            advice = nearest("", list(scenario.policy_names))
        fault = Fault("there is no such policy", "", "policy", show_value(policy), advice)
        raise InputError(fault)
    united = [there[name] for name in there if name in parts]
    together = Policy(
        name=policy,
        interventions=tuple(step for each in united for step in each.interventions),
        own=tuple(code for each in united for code in each.own or ()) or None,
    )
    return replaced(scenario, policies=(together,))
