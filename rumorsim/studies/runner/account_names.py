"""Whom the numbers of accounts stand for in a study, where one graph serves all of its runs."""

from __future__ import annotations

from pathlib import Path

from rumorsim.common.files import write_beside
from rumorsim.scenario import Scenario, build_graph
from rumorsim.studies.runner.world_draws import draws_graph
from rumorsim.studies.sweep.plan import Plan
from rumorsim.world.account_table import ACCOUNTS_FILE, AccountTable

#: Kinds of graphs whose accounts may have ids of their own.
_WITH_IDS = ("file", "given")


def shared_accounts(scenario: Scenario) -> AccountTable | None:
    """The accounts of a scenario by number, as far as all worlds have them in common.

    None where ids are the numbers themselves, as in every graph that is made. InputError where
    the graph's file is at fault.
    """
    if getattr(scenario.graph, "kind", "") not in _WITH_IDS:
        return None
    graph, _ = build_graph(scenario)
    return None if graph.ids is None else AccountTable.of_graph(graph)


def save_accounts(plan: Plan, scenario: Scenario, directory: Path) -> None:
    """Write the table beside a sweep's, unless it is there or graphs differ between settings."""
    place = directory / ACCOUNTS_FILE
    varied = (key for each in plan.study.parameters for key in each.sets)
    drawn = draws_graph(plan.draws.named().get("posterior"))
    if place.exists() or drawn or any(key.startswith("graph") for key in varied):
        return
    accounts = shared_accounts(scenario)
    if accounts is not None:
        with write_beside(place, overwrite=True) as draft:
            accounts.save(draft)
