"""Delay and check-in reading beside the peers."""

from __future__ import annotations

import statistics
from importlib.util import find_spec

import numpy as np
import peers
from harness import Finding, Item, Sample, found, in_turn, ratio, timed
from worlds import check_in_scenario, delay_scenario, graph_of, start_of, timed_run, warm_up

__all__ = ["check_in", "delay"]

MILLION = 1_000_000
DELAY_RATE = Item("delay-rate", "delay reading, deliveries a second", "M/s")
DELAY_EVENTS = Item("delay-rate-events", "... with every first read as an event", "M/s")
DELAY_EON = Item(
    "delay-eon", "delay reading as fast as EoN, coin first, so many times", "x", 30, 60, at=MILLION
)
DELAY_EON_TOLD = Item(
    "delay-eon-told", "... as EoN, as its manual says it", "x", 30, 60, at=MILLION
)
DELAY_CYNETDIFF = Item(
    "delay-cynetdiff", "... as cynetdiff, which has no time", "x", 1, 1.5, at=MILLION
)
DELAY_NDLIB = Item("delay-ndlib", "... as ndlib", "x")
SAME = Item("delay-same", "sharers beside the peers' mean: control, 1 = the same", "")

CHECK_IN_RATE, CHECK_IN_SMALL, CHECK_IN_LARGE = (
    Item(
        "check-in-rate",
        "check-in reading, deliveries + check-ins a second",
        "M/s",
        floor,
        goal,
        at=size,
    )
    for size, floor, goal in ((MILLION, 12, 15), (10_000, 8, 8), (10 * MILLION, 12, 15))
)
CHECK_IN_BFS = Item(
    "check-in-bfs", "time a delivery / a bare BFS's a follow", "x", 8, 8, more=False, at=MILLION
)
CHECK_IN_CIMBA = Item(
    "check-in-cimba", "deliveries a second / Cimba's holds a second", "x", 1.5, 1.5, at=MILLION
)
CHECK_IN_SIMPY = Item(
    "check-in-simpy", "as fast as SimPy, a process a delivery", "x", 100, 100, at=MILLION
)
WORLD_DELAY, WORLD_CHECK_IN = (
    Item(f"world-{reading}", f"building the world, {reading}, us an account", "us", more=False)
    for reading in ("delay", "check-in")
)
#: Deliveries after which plain SimPy has shown its pace.
SIMPY_DELIVERIES = 1_000_000


def delay(size: int, rounds: int) -> list[Finding]:
    """All factors 1, exponential delays: the sharers are the independent cascade."""
    warm_up()
    graph = graph_of(size)
    scenario = delay_scenario(size).on(graph)
    with_events = delay_scenario(size, "events").on(graph)
    authors = start_of(scenario).world.rules.publications["author"].tolist()
    builds: list[float] = []
    counts: dict[str, float] = {}

    def ours() -> Sample:
        built, simulation = timed(lambda: start_of(scenario))
        builds.append(built.cpu * 1e6 / size)
        took, now = timed_run(simulation)
        counts.update(now)
        return took

    def events() -> Sample:
        took, now = timed_run(start_of(with_events))
        if counts and (now["reach"], now["sharers"]) != (counts["reach"], counts["sharers"]):
            raise RuntimeError(f"late exposures are others: {counts}, {now}")
        return took

    runs = {"ours": ours, "events": events}
    absent: list[Finding] = []
    eon = cynetdiff = ndlib = None
    edges = peers.networkx_graph(graph) if find_spec("EoN") or find_spec("ndlib") else None
    if find_spec("EoN") and edges is not None:
        eon = peers.Eon(graph, edges, authors)
        runs |= {"eon": eon.coin_first, "eon-told": eon.as_documented}
    if find_spec("cynetdiff"):
        cynetdiff = peers.Cynetdiff(graph, authors)
        runs["cynetdiff"] = cynetdiff.run
    if find_spec("ndlib") and find_spec("six") and edges is not None and size <= 100_000:
        ndlib = peers.Ndlib(graph, edges, authors)
        runs["ndlib"] = ndlib.run
    samples = in_turn(rounds, **runs)

    mine = samples["ours"]
    findings = [
        found(
            DELAY_RATE,
            size,
            [each.rate / 1e6 for each in mine],
            wall=[each.work / each.wall / 1e6 for each in mine],
            note=f"{counts['sharers'] / size:.1%} share, {counts['reach']:,.0f} exposed,"
            f" {counts['deliveries']:,.0f} deliveries",
        )
    ]
    logged = samples["events"]
    findings.append(
        found(
            DELAY_EVENTS,
            size,
            [each.rate / 1e6 for each in logged],
            wall=[each.work / each.wall / 1e6 for each in logged],
        )
    )
    for name, item in (
        ("eon", DELAY_EON),
        ("eon-told", DELAY_EON_TOLD),
        ("cynetdiff", DELAY_CYNETDIFF),
        ("ndlib", DELAY_NDLIB),
    ):
        if name in samples:
            findings.append(ratio(item, size, mine, samples[name], "theirs"))
        elif item.floor is not None:
            absent.append(found(item, size, [], note="needs the extra bench"))
    others = [each.sharers for each in (eon, cynetdiff, ndlib) if each is not None]
    if others:
        # Who publishes has not shared, in our count; theirs start with them.
        all_ours = counts["sharers"] + len(authors)
        findings.append(found(SAME, size, [all_ours / statistics.mean(others)]))
    findings.append(found(WORLD_DELAY, size, builds))
    return findings + absent


def check_in(size: int, rounds: int) -> list[Finding]:
    """Everything of the foundation present, nothing acting."""
    warm_up()
    graph = graph_of(size)
    scenario = check_in_scenario(size).on(graph)
    authors = start_of(scenario).world.rules.publications["author"].astype(np.int64)
    bfs = peers.bare_bfs()
    bfs(graph.offsets, graph.followers, authors)
    builds: list[float] = []
    counts: dict[str, float] = {}

    def ours() -> Sample:
        built, simulation = timed(lambda: start_of(scenario))
        builds.append(built.cpu * 1e6 / size)
        took, now = timed_run(simulation)
        counts.update(now)
        return took

    def walk() -> Sample:
        took, crossed = timed(lambda: bfs(graph.offsets, graph.followers, authors))
        return took.of(float(crossed))

    simpy = peers.PlainSimPy(
        graph, authors.tolist(), scenario.stories[0].appeal, min(SIMPY_DELIVERIES, 10 * size)
    )
    runs = {"ours": ours, "bfs": walk, "simpy": simpy.run}
    if find_spec("cimba"):
        runs["cimba"] = peers.Cimba().run
    samples = in_turn(rounds, **runs)
    mine = samples["ours"]
    share = counts["deliveries"] / (counts["deliveries"] + counts["check_ins"])
    delivering = [each.of(each.work * share) for each in mine]
    times = [
        (us.cpu / us.work) / (them.cpu / them.work)
        for us, them in zip(delivering, samples["bfs"], strict=True)
    ]
    speed = statistics.median(each.rate for each in samples["bfs"]) / 1e6
    if "cimba" in samples:
        cimba = ratio(CHECK_IN_CIMBA, size, delivering, samples["cimba"], "Cimba")
    else:
        cimba = found(CHECK_IN_CIMBA, size, [], note="needs the extra bench")
    rates = {10_000: CHECK_IN_SMALL, 10 * MILLION: CHECK_IN_LARGE}
    return [
        found(
            rates.get(size, CHECK_IN_RATE),
            size,
            [each.rate / 1e6 for each in mine],
            wall=[each.work / each.wall / 1e6 for each in mine],
            note=f"{counts['deliveries']:,.0f} deliveries, {counts['check_ins']:,.0f} check-ins,"
            f" {counts['sharers'] / size:.0%} share, {counts['events']:,.0f} events",
        ),
        found(CHECK_IN_BFS, size, times, note=f"BFS {speed:.0f} M follows/s", theirs=speed),
        cimba,
        ratio(CHECK_IN_SIMPY, size, delivering, samples["simpy"], "SimPy"),
        found(WORLD_CHECK_IN, size, builds),
    ]
