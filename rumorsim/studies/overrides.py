"""Overrides: any field of a scenario, named by its dotted key, set to another value.

A key is written as messages write it: ``feed.attention``, ``stories[0].appeal``,
``policies[close accounts].interventions[0].when.reports``. In square brackets stands the
place in a list, or the name (of an intervention: the kind) of what stands there. A policy
may also be several of the scenario at once: ``close accounts + filter trending``.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rumorsim.errors import Fault, InputError, nearest, show_value
from rumorsim.scenario import Scenario
from rumorsim.scenario.loading import from_values
from rumorsim.scenario.models import Policy
from rumorsim.scenario.shapes import key_path

__all__ = ["JOIN", "in_force", "overridden", "parse_key", "path_of", "union_name"]

#: What stands between the names of policies that are in force together.
JOIN: Final = " + "

Part = str | int
_PART: Final = re.compile(
    r"(?P<dot>\.|^)(?:(?P<bare>[^\s.\[\]\"'][^.\[\]\"']*)|\"(?P<quoted>[^\"]+)\")"
    r"|\[(?:(?P<place>\d{1,9})|\"(?P<name>[^\"]+)\"|(?P<plain>[^\]\"]+))\]"
)
#: Keys of what is pinned by a digest beside it, which another file does not have.
_FILES: Final = (("graph", "path"), ("accounts", "file"))
_EXAMPLE: Final = "write it such as stories[0].appeal"


def parse_key(key: str) -> tuple[Part, ...]:
    """The parts of a dotted key: text for keys and names, numbers for places in lists.

    InputError for what is no key.
    """
    parts: list[Part] = []
    at = 0
    while at < len(key):
        found = _PART.match(key, at)
        if found is None or (found.lastgroup in ("place", "name", "plain") and not parts):
            raise InputError(Fault("is no dotted key", value=show_value(key), advice=_EXAMPLE))
        place = found.group("place")
        words = (found.group(name) for name in ("bare", "quoted", "name", "plain"))
        parts.append(int(place) if place else next(word for word in words if word))
        at = found.end()
    if not parts:
        raise InputError(Fault("is no dotted key", value=show_value(key), advice=_EXAMPLE))
    return tuple(parts)


def overridden(scenario: Scenario, overrides: Mapping[str, Any]) -> Scenario:
    """The same scenario with each dotted key set to its value, as people write it in TOML.

    Tables that are left out so far (``trending``, say) come into being. All of it is checked
    as if it had been written so: InputError with the key of every fault. Files stay pinned
    by their digests, a file of another name is read anew.
    """
    if not overrides:
        return scenario
    values = copy.deepcopy(scenario.resolved())
    faults: list[Fault] = []
    for key, value in overrides.items():
        try:
            parts = parse_key(key)
            _set(values, key, parts, copy.deepcopy(value))
            if parts[:2] in _FILES and not any(_is_pin(other, parts) for other in overrides):
                values[str(parts[0])].pop("sha256", None)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    made = from_values(values, scenario.base_dir)
    given = scenario.follow_graph
    return made.pinned().at(scenario.base_dir) if given is None else made.on(given)


def path_of(scenario: Scenario, key: str) -> str:
    """The key as messages have it, places instead of names; InputError where nothing is set by it.

    Tables that setting it would make are not checked.
    """
    values = copy.deepcopy(scenario.resolved())
    return key_path(_set(values, key, parse_key(key), None))


def _is_pin(key: str, parts: Sequence[Part]) -> bool:
    return parse_key(key) == (parts[0], "sha256")


def _set(values: dict[str, Any], key: str, parts: Sequence[Part], value: Any) -> list[Part]:
    """Set a value; the parts with the places of what was named."""
    here: Any = values
    path: list[Part] = []
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        place = _place(here, part, key)
        path.append(place)
        if following is None:
            here[place] = value
            break
        if isinstance(here, dict):
            if isinstance(following, int) and place not in here:
                raise _missing(f"there is no list {show_value(place)}", key, place, list(here))
            here.setdefault(place, {})
        here = here[place]
    return path


def _place(here: Any, part: Part, key: str) -> Any:
    """Where ``part`` is in a table or a list."""
    if isinstance(here, dict):
        if isinstance(part, str):
            return part
        raise _missing(f"[{part}] stands where there is no list", key, part, list(here))
    if not isinstance(here, list):
        raise InputError(Fault(f"nothing is inside {show_value(here)}", key=key))
    if isinstance(part, int):
        if part < len(here):
            return part
        rule = f"there is no [{part}]: the list holds {len(here)}, counted from 0"
        raise InputError(Fault(rule, key=key))
    names = [str(_name(each)) for each in here]
    if names.count(part) != 1:
        if part in names:
            rule = f"there are several {show_value(part)}"
            raise InputError(Fault(rule, key=key, advice="write the place of one, such as [0]"))
        raise _missing(f"there is no {show_value(part)}", key, part, names)
    return names.index(part)


def _name(element: Any) -> Any:
    if not isinstance(element, dict):
        return element
    return element.get("name", element.get("kind", ""))


def _missing(rule: str, key: str, part: Part, names: Sequence[str]) -> InputError:
    advice = nearest(str(part), list(dict.fromkeys(names))) if names else ""
    return InputError(Fault(rule, key=key, advice=advice))


def union_name(names: Iterable[str]) -> str:
    """What several policies in force together are called; ``none`` for none of them."""
    return JOIN.join(names) or "none"


def in_force(scenario: Scenario, policy: str) -> Scenario:
    """The scenario with that policy alone: what a run under it depends on.

    ``policy`` is a name, or several joined by " + " for all their interventions, in the
    order of the scenario. InputError for a name that is not there.
    """
    if policy == "none":
        return scenario.model_copy(update={"policies": ()})
    there = {each.name: each for each in scenario.policies}
    if policy in there:
        return scenario.model_copy(update={"policies": (there[policy],)})
    parts = policy.split(JOIN)
    unknown = [name for name in parts if name not in there]
    if unknown or len(set(parts)) < len(parts):
        advice = nearest((unknown or parts)[0], list(scenario.policy_names))
        fault = Fault("there is no such policy", "", "policy", show_value(policy), advice)
        raise InputError(fault)
    together = tuple(step for name in there if name in parts for step in there[name].interventions)
    return scenario.model_copy(update={"policies": (Policy(name=policy, interventions=together),)})
