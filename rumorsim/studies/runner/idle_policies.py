"""Policies that do nothing: what is said before the runs, and what the runs have shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rumorsim.measures.counting import unique_names
from rumorsim.scenario import build_graph
from rumorsim.scenario.idle import Idle, idle_in, never_opened
from rumorsim.world.world import build_world

if TYPE_CHECKING:
    from rumorsim.scenario import Scenario
    from rumorsim.studies.sweep.plan import Plan


def with_world(plan: Plan, scenario: Scenario) -> Plan:
    """A plan that also tells what a table of accounts shows: it may bring kinds of its own."""
    if scenario.accounts.file is None:
        return plan
    there = {each.name for each in scenario.policies} & set(plan.policies)
    found = dict.fromkeys(_in_world(scenario, there), len(plan.points))
    return replace(plan, idle={**found, **plan.idle})


def idle_lines(found: Mapping[Idle, int], points: int) -> list[str]:
    """One line for each, with at how many of the points of a study; most of them first."""
    spec = sorted(found.items(), key=lambda each: -each[1])
    at = {
        count: "" if count == points else f" (at {count} of {points} points)" for _, count in spec
    }
    return [f"{each}{at[count]}" for each, count in spec]


def idle_before(scenario: Scenario) -> list[Idle]:
    """What keeps policies from acting, as far as it is known before a run."""
    # A table of accounts may bring kinds that the scenario does not name.
    from_a_file = scenario.accounts.file is not None and bool(scenario.policies)
    return _in_world(scenario) if from_a_file else idle_in(scenario)


def idle_after(
    scenario: Scenario,
    known: Sequence[Idle],
    scalars: Mapping[str, Mapping[str, Sequence[float | None]]],
) -> list[Idle]:
    """What was ``known`` before, and every intervention that never had a case in any run.

    ``scalars[policy][key]`` has the number of each run, those of ``enforcement`` among them.
    """
    found = list(known)
    silent = [
        (policy.name, key, label)
        for i, policy in enumerate(scenario.policies)
        if not policy.own
        for key, label in _silent(scenario, i, scalars[policy.name])
        if not any(each.key.startswith(f"{key}.") for each in known)
    ]
    if not silent:
        return found
    names = {name for name, *_ in silent}
    told = _in_world(scenario, names)
    for name, key, label in silent:
        why = [each for each in told if each.key.startswith(f"{key}.")]
        worlds = max(map(len, scalars[name].values()), default=0)
        found += why or [never_opened(name, f"{key}.kind", label, worlds)]
    return found


def _silent(
    scenario: Scenario, place: int, scalars: Mapping[str, Sequence[float | None]]
) -> list[tuple[str, str]]:
    """Key and kind of each intervention of a policy of which no run has told anything."""
    interventions = scenario.policies[place].interventions
    labels = unique_names([each.label for each in interventions])
    found = []
    for j, (each, label) in enumerate(zip(interventions, labels, strict=True)):
        start = f"enforcement.interventions.{label}.verbs."
        counts = [
            value for key, values in scalars.items() if key.startswith(start) for value in values
        ]
        if counts and not any(counts):
            found.append((f"policies[{place}].interventions[{j}]", each.kind))
    return found


def _in_world(scenario: Scenario, policies: set[str] | None = None) -> list[Idle]:
    graph, attributes = build_graph(scenario)
    world = build_world(scenario, graph, scenario.seed, attributes=attributes)
    return idle_in(scenario, world, policies)
