"""Worlds whose other life is known: replayed from what a platform exports, held against it.

A world of our own engine is run with no policy and exported: who posted what, when, from whom. The
replay of that export under a policy, in worlds whose seeds have nothing to do with the first,
predicts the number of shares. The truth is the same world, same seed, run under that policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

import rumorsim
from rumorsim.events.sinks import open_sink
from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.conditioning import conditioned_evidence
from rumorsim.world.evidence import Evidence

#: Draws of a replay: the truth is the least or the greatest of 40 equals in 5 % of cases.
DRAWS = 39
HOURS = 240.0
ACCOUNTS = 300
GRAPHS: dict[str, dict[str, Any]] = {
    "power-law": {"kind": "power-law", "accounts": ACCOUNTS, "mean_followers": 10},
    "communities": {"kind": "communities", "accounts": ACCOUNTS, "mean_followers": 10},
    "small-world": {
        "kind": "small-world",
        "accounts": ACCOUNTS,
        "neighbours": 10,
        "rewiring": 0.1,
    },
}
#: P(share | read), about one share for each post and three, and how many rumors a world has.
APPEALS = {0.1: 8, 0.3: 2}
POLICIES: dict[str, dict[str, Any]] = {
    "close": {"kind": "close-accounts", "when": {"shares": 3}},
    "delete": {
        "kind": "delete-posts",
        "when": {"age": "1 h"},
        "delay": {"law": "exponential", "mean": "2 h"},
    },
    "friction": {"kind": "friction", "friction": 0.7, "when": {"at": ["1 h"]}},
    "label": {"kind": "label", "when": {"age": "1 h"}},
    "limit": {"kind": "friction", "forward_limit": 5, "when": {"at": ["1 h"]}},
}
#: A delay law that is not the world's: its median is a tenth of that law's.
OTHER_DELAY = {"law": "exponential", "mean": "10 min"}


@dataclass(frozen=True)
class Knowledge:
    """What the one who replays knows: the reading, and which pieces were taken away."""

    says: str
    reading: str = "delay"
    graph: bool = True
    appeal: bool = True
    delay: bool = True
    parents: str = "known"
    coins: str = "conditioned"


KNOWLEDGE: dict[str, Knowledge] = {
    "everything": Knowledge("graph, appeal, delay law and parents known"),
    "appeal": Knowledge("appeal estimated", appeal=False),
    "delay": Knowledge("another delay law", delay=False),
    "graph": Knowledge("no follow graph", graph=False, appeal=False),
    "parents": Knowledge("all attributed to the root", parents="root"),
    "parents-inferred": Knowledge("parents inferred", parents="inferred"),
    "graph+parents": Knowledge(
        "no follow graph, all attributed to the root", graph=False, appeal=False, parents="root"
    ),
    "graph+parents-inferred": Knowledge(
        "no follow graph, parents inferred", graph=False, appeal=False, parents="inferred"
    ),
    "check-in": Knowledge("check-in reading, replayed as by delay", reading="check-in"),
    "check-in+graph": Knowledge(
        "check-in reading, no follow graph", reading="check-in", graph=False, appeal=False
    ),
    "fresh-shares": Knowledge("control: fresh coins for observed shares", coins="fresh shares"),
    "fresh-declined": Knowledge("control: fresh coins for declined reads", coins="fresh declined"),
}


@dataclass(frozen=True)
class Setting:
    """One kind of world."""

    graph: str
    appeal: float


@dataclass(frozen=True)
class Case:
    """One replay of one world under one policy.

    ``below`` and ``equal`` count the draws below the truth and equal to it; ``low`` and ``high``
    are the least and the greatest draw, the 95 % interval of 39.
    """

    knowledge: str
    graph: str
    appeal: float
    world: int
    policy: str
    observed: int
    truth: int
    mean: float
    low: int
    high: int
    below: int
    equal: int


SETTINGS = [Setting(graph, appeal) for graph in GRAPHS for appeal in APPEALS]
_POLICIES = [{"name": name, "interventions": [each]} for name, each in POLICIES.items()]


def world_of(setting: Setting, reading: str) -> Scenario:
    """The scenario of a kind of worlds."""
    return Scenario.model_validate(
        {
            "horizon": f"{HOURS:g} h",
            "graph": GRAPHS[setting.graph],
            # Without effect where each delivery is read after its own delay.
            "feed": {"reading": reading, "attention": 20, "background": "100 per day"},
            "stories": [
                {
                    "name": "rumor",
                    "truth": False,
                    "appeal": setting.appeal,
                    "author": {"random": 1},
                    "copies": APPEALS[setting.appeal],
                }
            ],
            "policies": _POLICIES,
        }
    )


def cases(
    name: str,
    setting: Setting,
    world: int,
    folder: Path,
    policies: Iterable[str] = tuple(POLICIES),
    draws: int = DRAWS,
) -> Iterator[Case]:
    """Each policy in one world: what the replays say with this knowledge, and what is true."""
    known = KNOWLEDGE[name]
    scenario = world_of(setting, known.reading)
    seed = 1000 * SETTINGS.index(setting) + world
    simulation = rumorsim.Simulation(scenario, seed=seed)
    observed = simulation.advance(HOURS).only(Kind.PUBLISH, Kind.SHARE)
    graph = simulation.world.graph
    found: dict[str, list[int]] = {policy: [] for policy in policies}
    replayed: Scenario | None = None
    forests = _forests(known, simulation.facts, observed, graph, draws)
    for draw, forest in enumerate(forests):
        if forest is not None or replayed is None:
            export = observed if forest is None else attributed(observed, forest)
            file = folder / f"{name}-{seed}-{draw if forest is not None else 0}.parquet"
            with open_sink(file, simulation.facts, force=True) as sink:
                sink.write(export)
            replayed = _replay(known, setting, file)
            if known.graph:
                replayed = replayed.on(graph)
                if known.appeal:
                    replayed = replayed.set("replay.appeal", setting.appeal)
                if not known.delay:
                    replayed = replayed.set("feed.delay", OTHER_DELAY)
        with _coins(known):
            for policy in found:
                shares = shares_of(replayed, policy, 10**6 + DRAWS * seed + draw)
                found[policy].append(shares)
    for policy, drawn in found.items():
        truth = shares_of(scenario, policy, seed)
        yield Case(
            name,
            setting.graph,
            setting.appeal,
            world,
            policy,
            int((observed.kind == Kind.SHARE).sum()),
            truth,
            float(np.mean(drawn)),
            min(drawn),
            max(drawn),
            sum(each < truth for each in drawn),
            sum(each == truth for each in drawn),
        )


def shares_of(scenario: Scenario, policy: str, seed: int) -> int:
    """How many shares there are in one world under a policy."""
    made = rumorsim.Simulation(scenario, policy, seed=seed).advance(HOURS)
    return int((made.kind == Kind.SHARE).sum())


def _replay(known: Knowledge, setting: Setting, file: Path) -> Scenario:
    return Scenario.model_validate(
        {
            "horizon": f"{HOURS:g} h",
            "replay": {"cascades": str(file)},
            "policies": _POLICIES,
        }
    )


def _forests(
    known: Knowledge, facts: Facts, observed: Batch, graph: Any, draws: int
) -> Iterator[NDArray[np.int64] | None]:
    """For each draw the row of each post's parent; None where it is as it was."""
    if known.parents == "known":
        yield from [None] * draws
        return
    time, story, account = observed.time, observed.story, observed.account
    if known.parents == "root":
        roots = np.flatnonzero(observed.kind == Kind.PUBLISH)
        root_of = np.empty(len(facts.stories), np.int64)
        root_of[story[roots]] = roots
        forest = np.where(observed.kind == Kind.PUBLISH, -1, root_of[story])
        yield forest
        yield from [None] * (draws - 1)
        return
    follows = np.column_stack([graph.followers, graph.followees()]) if known.graph else None
    followers = np.maximum(facts.followers, 0)[account]
    model = rumorsim.infer_parents(story, account, time, followers, follows)
    for draw in range(draws):
        yield model.forest(draw)


def attributed(observed: Batch, forest: NDArray[np.int64]) -> Batch:
    """The posts with other parents, by row."""
    rows = observed.rows.copy()
    shared = np.flatnonzero(forest >= 0)
    rows["value"][shared] = rows["post"][forest[shared]]
    rows["source"][shared] = rows["account"][forest[shared]]
    return Batch(rows)


def _coins(known: Knowledge) -> AbstractContextManager[Any]:
    """The replay's own conditioning, or a wrong one."""
    if known.coins == "conditioned":
        return nullcontext()
    return patch("rumorsim.simulation.simulation.conditioned_evidence", _WRONG[known.coins])


def _fresh_shares(*given: Any) -> Evidence:
    found = conditioned_evidence(*given)
    reads = found.reads.copy()
    reads["chance"] = 1.0
    return replace(found, reads=reads)


def _fresh_declined(*given: Any) -> Evidence:
    found = conditioned_evidence(*given)
    return replace(found, declined=np.full_like(found.declined, np.nan))


_WRONG = {"fresh shares": _fresh_shares, "fresh declined": _fresh_declined}
