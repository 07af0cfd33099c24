"""The policy of an experiment: the same interventions, for the treated arm alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from rumorsim.common.errors import Fault, InputError
from rumorsim.scenario import Scenario

Side = Literal["readers", "authors"]

#: What is done to authors and not to what readers see: outcomes are those of their posts.
READERS: Final[Side] = "readers"
AUTHORS: Final[Side] = "authors"


def confined(scenario: Scenario, policy: str) -> tuple[Mapping[str, Any], Side]:
    """What to set so that a policy acts within the treated arm alone, by dotted key.

    What changes what readers see is confined to treated readers, what acts upon accounts or
    their posts to treated accounts. Returns also whose outcomes tell: those of readers, or of
    authors where all of the policy acts upon them. InputError for what cannot be confined.
    """
    if policy == "none":
        return {}, READERS
    place = [each.name for each in scenario.policies].index(policy)
    found = scenario.policies[place]
    faults: list[Fault] = []
    settings: dict[str, Any] = {}
    if found.own:
        rule = "has functions of your own, which cannot be confined to an arm"
        faults.append(Fault(rule, key=f"policies[{place}]", advice="use interventions"))
    for i, each in enumerate(found.interventions):
        key = f"policies[{place}].interventions[{i}]"
        if each.for_readers:
            settings[f"{key}.readers"] = "treated"
        elif each.target == "platform":
            rule = "acts on a whole platform, and cannot be confined to an arm"
            faults.append(Fault(rule, key=f"{key}.kind", value=each.kind, advice="remove it"))
        elif each.whom.arm is None:
            settings[f"{key}.whom.arm"] = "treated"
    if faults:
        raise InputError(faults)
    by_readers = any(each.for_readers for each in found.interventions)
    return settings, READERS if by_readers else AUTHORS
