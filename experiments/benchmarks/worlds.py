"""The graphs and scenarios that are run, and one timed run of each."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from harness import Sample, timed

if TYPE_CHECKING:
    from rumorsim.graphs import FollowGraph
    from rumorsim.scenario import Scenario
    from rumorsim.simulation.simulation import Simulation

__all__ = [
    "APPEAL",
    "FOLLOWS",
    "check_in_scenario",
    "delay_scenario",
    "graph_of",
    "start_of",
    "timed_run",
    "warm_up",
]

#: Follows of an account, on average.
FOLLOWS = 20
#: One account in so many publishes at the start, so that small runs do not die out.
AUTHORS = 100
#: The share of accounts that a delay run is tuned to.
SHARING = 0.2
#: Final size: 1 - SHARING = (1 - 1/AUTHORS) exp(-R SHARING), with R = FOLLOWS * appeal.
APPEAL = math.log((1 - 1 / AUTHORS) / (1 - SHARING)) / SHARING / FOLLOWS


@lru_cache(maxsize=1)
def graph_of(accounts: int) -> FollowGraph:
    """The random follow graph that every contestant of a size runs on."""
    from rumorsim.graphs.generators import erdos_renyi

    return erdos_renyi(accounts, float(FOLLOWS), seed=1)


def _story(**fields: Any) -> dict[str, Any]:
    return {"name": "rumor", "truth": False, "category": "health", **fields}


def delay_scenario(accounts: int, exposures: str = "late") -> Scenario:
    """Delay reading, exponential, every factor 1: its sharers are the independent cascade.

    ``exposures``: "late" tosses the coin when a post is shared and works reach out at the end;
    "events" has every delivery on the agenda.
    """
    from rumorsim.scenario.models import Scenario

    return Scenario.model_validate(
        {
            "horizon": "10 d",
            "graph": {"kind": "erdos-renyi", "accounts": accounts, "mean_followers": FOLLOWS},
            "feed": {
                "reading": "delay",
                "delay": {"law": "exponential", "mean": "1 h"},
                "exposures": exposures,
            },
            "stories": [_story(appeal=APPEAL, author={"random": max(accounts // AUTHORS, 1)})],
        }
    )


def check_in_scenario(accounts: int) -> Scenario:
    """Everything of the foundation is present, and a policy that watches but never acts."""
    from rumorsim.scenario.models import Scenario

    watching = {"kind": "close-accounts", "when": {"reports": 2**31 - 2}}
    return Scenario.model_validate(
        {
            "horizon": "2 d",
            "graph": {"kind": "erdos-renyi", "accounts": accounts, "mean_followers": FOLLOWS},
            "feed": {"attention": 20, "background": "100 per day", "daily_curve": "waking"},
            "trending": {},
            "stories": [_story(appeal=0.15, report=0.001, vigour=1.0, author={"random": 20})],
            "policies": [{"name": "watching", "interventions": [watching]}],
        }
    )


def warm_up() -> None:
    """Load or compile all kernels, so that no timed run does."""
    for scenario in (
        delay_scenario(1000),
        delay_scenario(1000, "events"),
        check_in_scenario(1000),
    ):
        simulation = start_of(scenario)
        simulation.advance("1 d")
        simulation.exposures()
        simulation.reach()


def start_of(scenario: Scenario) -> Simulation:
    """A world at hour 0, under the scenario's policy if it has one."""
    from rumorsim.simulation.simulation import Simulation

    return Simulation(scenario, scenario.policy_names[-1])


def timed_run(simulation: Simulation) -> tuple[Sample, dict[str, float]]:
    """Run to the horizon in the steps that ``run`` takes; work = deliveries + check-ins read.

    Counting reach is part of it, at the end where exposures are late. Work in delay reading is
    the follows of all who posted, nearly all read before the horizon.
    """
    from rumorsim.simulation.running import batches_of

    def whole() -> tuple[int, int]:
        events = sum(len(batch) for _, batch in batches_of(simulation))
        return events, int(simulation.reach().sum())

    took, (events, exposed) = timed(whole)
    world = simulation.world
    memory, story = world.memory[0], world.stories[0]
    delivered = int(memory["delivered"])
    if world.rules.by_delay:
        authors = world.posts["author"][: world.posts_made]
        delivered = int(world.graph.follower_counts()[authors].sum())
    counts = {
        "deliveries": float(delivered),
        "check_ins": float(memory["checked_in"]),
        "events": float(events),
        "sharers": float(story["shares"]),
        "reach": float(exposed),
    }
    return took.of(counts["deliveries"] + counts["check_ins"]), counts
