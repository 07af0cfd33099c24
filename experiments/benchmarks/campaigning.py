"""A full campaign beside the same world without one, in deliveries and check-ins a second."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from harness import Finding, Item, Sample, found, in_turn
from worlds import check_in_scenario, graph_of, start_of, timed_run, warm_up

if TYPE_CHECKING:
    from rumorsim.scenario import Scenario

__all__ = ["campaign"]

RATE = Item("campaign-rate", "check-in reading under a full campaign", "M/s")
SHARE = Item(
    "campaign-share", "... as fast as without a policy that acts", "x", 0.5, 0.5, at=1_000_000
)


def campaign_scenario(accounts: int) -> Scenario:
    """The check-in world, with what a year of campaigns did in two days, all at once."""
    from rumorsim.scenario.models import Scenario

    parts = accounts / 1_000_000
    penalties = {
        "close": 300,
        "remove-followers": 1500,
        "demonetise": 1500,
        "suspend": 1500,
        "delete": 7000,
    }
    interventions = [
        {
            "kind": "campaign",
            "begin": "0 d",
            "end": "2 d",
            "population": accounts,
            "whom": {"kinds": ["self-media", "ordinary"]},
            "penalties": {name: max(1, round(parts * many)) for name, many in penalties.items()},
            "sensitivity": 0.7,
            "false_positive_rate": 0.15,
        },
        {
            "kind": "delete-posts",
            "when": {"reports": 3},
            "delay": {"law": "lognormal", "median": "1 h", "sigma": 1.0},
        },
        {"kind": "strike-ladder", "when": {"reports": 3}},
        {"kind": "filter-trending", "when": {"reports": 500}},
        {"kind": "label", "when": {"reports": 2}},
        {"kind": "user-reports", "when": {"at": ["0 h"]}, "factor": 2.0},
        {"kind": "circuit-breaker", "when": {"shares": 20000, "window": "2 h"}},
    ]
    written = check_in_scenario(accounts).model_dump(mode="json", by_alias=True, exclude_none=True)
    written["policies"] = [{"name": "campaign", "interventions": interventions}]
    return Scenario.model_validate(written)


def campaign(size: int, rounds: int) -> list[Finding]:
    """Both in turn. What is done costs time; so does reading what has fewer readers."""
    warm_up()
    graph = graph_of(size)
    plain, full = check_in_scenario(size).on(graph), campaign_scenario(size).on(graph)
    told: dict[str, float] = {}

    def acting() -> Sample:
        simulation = start_of(full)
        took, _ = timed_run(simulation)
        told["actions"] = float(len(simulation.desk.journal))
        return took

    samples = in_turn(rounds, acting=acting, plain=lambda: timed_run(start_of(plain))[0])
    rates = [each.rate / 1e6 for each in samples["acting"]]
    shares = [a.rate / b.rate for a, b in zip(samples["acting"], samples["plain"], strict=True)]
    without = statistics.median(each.rate for each in samples["plain"]) / 1e6
    note = f"{told['actions']:,.0f} entries in the journal"
    return [
        found(RATE, size, rates, note=note),
        found(SHARE, size, shares, note=f"without {without:.3g} M/s", theirs=without),
    ]
