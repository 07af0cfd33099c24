"""Maki-Thompson beside plain SimPy and epydemic, in contacts a second."""

from __future__ import annotations

import itertools
import random
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from harness import Finding, Item, Sample, found, in_turn, ratio, timed
from worlds import AUTHORS, graph_of, start_of

if TYPE_CHECKING:
    from rumorsim.graphs import FollowGraph
    from rumorsim.scenario import Scenario

__all__ = ["contacts"]

MILLION = 1_000_000
RATE = Item("contacts-rate", "Maki-Thompson, contacts a second", "M/s")
SIMPY = Item("contacts-simpy", "Maki-Thompson as fast as SimPy by hand", "x", 20, 20, at=MILLION)
EPYDEMIC = Item("contacts-epydemic", "... as epydemic's own rumor model", "x", 5000, 5000)
SAME = Item("contacts-same", "accounts that hear, beside SimPy's: control, 1 = the same", "")
#: Links of the graph that epydemic runs on, of a hundredth of the accounts: it is slow.
LINKS = 10


def scenario_of(accounts: int) -> Scenario:
    """One story, told by one account in a hundred; every contact convinces or stifles."""
    from rumorsim.scenario.models import Scenario

    story = {"name": "rumor", "truth": False, "category": "health", "appeal": 1.0}
    return Scenario.model_validate(
        {
            "horizon": "10 d",
            "graph": {"kind": "erdos-renyi", "accounts": accounts, "mean_followers": 20},
            "model": {"kind": "maki-thompson"},
            "stories": [{**story, "author": {"random": max(accounts // AUTHORS, 1)}}],
        }
    )


def ours(scenario: Scenario) -> tuple[Sample, int]:
    """One run, and how many shared. Every contact begins a spreader or stops one."""
    from rumorsim.simulation.running import steps_of

    simulation = start_of(scenario)

    def whole() -> None:
        for time in steps_of(simulation.world.horizon):
            simulation.advance(time)

    took, _ = timed(whole)
    shares = int(simulation.world.stories["shares"][0])
    posts = simulation.world.posts_made
    return took.of(float(shares + posts)), shares


def by_hand(graph: FollowGraph, rows: list[list[int]], authors: list[int]) -> tuple[Sample, int]:
    """What one would write in SimPy: a process for each account that tells."""
    import simpy

    env = simpy.Environment()
    luck = random.Random(1)
    wait, draw, timeout, process = luck.expovariate, luck.random, env.timeout, env.process
    heard = bytearray(graph.accounts)
    met = 0

    def tell(mine: list[int]) -> Any:
        nonlocal met
        many = len(mine)
        while True:
            yield timeout(wait(1.0))
            met += 1
            partner = mine[int(draw() * many)]
            if heard[partner]:
                return
            heard[partner] = 1
            if rows[partner]:
                process(tell(rows[partner]))

    def whole() -> None:
        for author in authors:
            heard[author] = 1
            if rows[author]:
                process(tell(rows[author]))
        env.run()

    took, _ = timed(whole)
    return took.of(float(met)), sum(heard) - len(authors)


def epydemic_run(accounts: int) -> Sample:
    """epydemic's Opinion: the same model with contacts for each link; work = its events."""
    import epydemic  # type: ignore
    import networkx as nx

    network = nx.fast_gnp_random_graph(accounts, LINKS / accounts, seed=1)
    process = epydemic.Opinion()
    dynamics = epydemic.StochasticDynamics(process, epydemic.FixedNetwork(network))
    parameters = {
        epydemic.Opinion.P_AFFECTED: 1 / AUTHORS,
        epydemic.Opinion.P_AFFECT: 1.0 / LINKS,
        epydemic.Opinion.P_STIFLE: 1.0 / LINKS,
    }
    took, results = timed(lambda: dynamics.set(parameters).run(fatal=True))
    heard = results["results"][epydemic.Opinion.STIFLER]
    # Who heard began and was stifled once; the first had heard.
    return took.of(heard * (2 - 1 / AUTHORS))


def contacts(size: int, rounds: int) -> list[Finding]:
    """The same contacts on the same graph; epydemic on links of its own, at a hundredth."""
    ours(scenario_of(1000))
    graph = graph_of(size)
    scenario = scenario_of(size).on(graph)
    authors = start_of(scenario).world.rules.publications["author"].tolist()
    ends, followers = graph.offsets.tolist(), graph.followers
    rows = [followers[a:b].tolist() for a, b in itertools.pairwise(ends)]
    heard: dict[str, int] = {}

    def mine() -> Sample:
        took, heard["ours"] = ours(scenario)
        return took

    def simpy() -> Sample:
        took, heard["simpy"] = by_hand(graph, rows, authors)
        return took

    runs = {"ours": mine, "simpy": simpy}
    if find_spec("epydemic"):
        runs["epydemic"] = lambda: epydemic_run(max(size // 100, 1000))
    samples = in_turn(rounds, **runs)

    def beside(item: Item, name: str) -> Finding:
        if name not in samples:
            return found(item, size, [], note="epydemic is not installed: pip install epydemic")
        return ratio(item, size, samples["ours"], samples[name], "theirs")

    return [
        found(RATE, size, [each.rate / 1e6 for each in samples["ours"]]),
        beside(SIMPY, "simpy"),
        beside(EPYDEMIC, "epydemic"),
        found(SAME, size, [heard["ours"] / heard["simpy"]]),
    ]
