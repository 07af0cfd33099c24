"""Rumors that are rare and huge: families of worlds whose truth is known exactly.

Of each family a pool of worlds is run once under every policy; an experiment draws worlds from
the pool with replacement. The pool then *is* the population: its means, quantiles and chances are
the truth, without any error. A run holds many independent copies of the rumor (they share neither
draws nor attention), so that a pool of 200,000 worlds takes seconds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from known import reach_in
from numpy.typing import NDArray

from rumorsim.scenario import Scenario, loads

__all__ = ["FAMILIES", "REAL_GRAPH", "Family", "families", "pool"]

Pool = dict[str, NDArray[np.float64]]
HORIZON: Final = 72.0
#: The follow graph of the family on a real graph: one "follower followee" a line (accounts of
#: Weibo; Jia et al., Scientific Reports 7, 2017). It is not part of the project.
REAL_GRAPH: Final = (
    Path(__file__).resolve().parents[3] / "shared" / "data" / "weibo_sinanet_follows.txt.gz"
)


@dataclass(frozen=True)
class Family:
    """Worlds of one kind: a follow graph, how the rumor spreads in it, and the policies."""

    name: str
    graph: str
    story: str
    policies: tuple[tuple[str, str], ...]
    #: Copies of the rumor in one run, and the part of the worlds asked for that are made: less
    #: where each reaches thousands.
    copies: int = 1_000
    part: float = 1.0

    def scenario(self, copies: int = 1) -> Scenario:
        """The scenario with so many independent copies of the rumor."""
        done = "".join(
            f'[[policies]]\nname = "{name}"\n[[policies.interventions]]\n{text}\n'
            for name, text in self.policies
        )
        return loads(
            f"""
            name = "{self.name}"
            horizon = "{HORIZON:g} h"
            [graph]
            {self.graph}
            [feed]
            reading = "delay"
            delay = {{ law = "exponential", mean = "4 h" }}
            attention = "unlimited"
            background = "0 per day"
            [[stories]]
            name = "rumor"
            truth = false
            copies = {copies}
            {self.story}
            {done}
            """
        )


_POWER_LAW: Final = 'kind = "power-law"\naccounts = 20_000\nmean_followers = 12.0\nseed = 1'
_RANDOM: Final = 'kind = "erdos-renyi"\naccounts = 20_000\nmean_followers = 20.0\nseed = 1'
_DELETE: Final = ("delete at 4 h", 'kind = "delete-posts"\nwhen = { age = "4 h" }')


def _slow(shares: int) -> tuple[str, str]:
    text = f'kind = "circuit-breaker"\nflow = 0.0\nwhen = {{ shares = {shares} }}'
    return f"slow after {shares} shares", text


FAMILIES: Final = (
    Family(
        "branching near critical",
        _RANDOM,
        "appeal = 0.0475\nauthor = { random = 1 }",
        (_DELETE, _slow(20)),
    ),
    Family(
        "feed, variation 3",
        _POWER_LAW,
        "appeal = 0.018\nvigour = 0.5\nauthor = { random = 1 }",
        (_DELETE, _slow(10)),
    ),
    Family(
        "feed, variation 6",
        _POWER_LAW,
        "appeal = 0.03\nvigour = 0.5\nauthor = { random = 1 }",
        (_DELETE, _slow(10)),
    ),
    Family(
        "feed, five policies",
        _POWER_LAW,
        "appeal = 0.035\nvigour = 0.5\nauthor = { random = 1 }",
        (
            _DELETE,
            ("delete at 1 h", 'kind = "delete-posts"\nwhen = { age = "1 h" }'),
            _slow(10),
            _slow(50),
            ("friction at 12 h", 'kind = "friction"\nfriction = 0.5\nwhen = { at = ["12 h"] }'),
        ),
    ),
    Family(
        "acts in 1 of 50 worlds",
        _RANDOM,
        "appeal = 0.03\nauthor = { random = 1 }",
        (_slow(10),),
    ),
    Family(
        "acts in 1 of 1,000 worlds",
        _RANDOM,
        "appeal = 0.03\nauthor = { random = 1 }",
        (_slow(25),),
    ),
    Family(
        "it always goes far",
        'kind = "erdos-renyi"\naccounts = 20_000\nmean_followers = 6.0\nseed = 1',
        "appeal = 0.3\nauthor = { random = 40 }",
        (_DELETE, ("friction", 'kind = "friction"\nfriction = 0.8\nwhen = { at = ["2 h"] }')),
        copies=20,
        part=0.02,
    ),
)


def families(real_graph: Path = REAL_GRAPH) -> tuple[Family, ...]:
    """Every family; that on the follow graph ``real_graph`` only where there is such a file."""
    if not real_graph.is_file():
        return FAMILIES
    real = Family(
        "real follow graph",
        f'kind = "file"\npath = {json.dumps(str(real_graph))}\ncolumns = "follower followee"',
        "appeal = 0.04\nvigour = 0.5\nauthor = { random = 1 }",
        (_DELETE, _slow(10)),
    )
    return (*FAMILIES, real)


def add_pool_options(parser: argparse.ArgumentParser) -> None:
    """The options of all programs that draw experiments from pools."""
    parser.add_argument("--worlds", type=int, default=200_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--pools", type=Path, help="keep the pools here, and take those kept")


def pool(family: Family, worlds: int, workers: int = 2, kept: Path | None = None) -> Pool:
    """The reach of the rumor in each of ``worlds`` worlds, under ``none`` and every policy.

    With ``kept`` a pool that was made before is read from that folder, or else written there.
    """
    if kept is None:
        return _made(family, worlds, workers)
    place = kept / f"{re.sub(r'[^a-z0-9]+', '-', family.name)}-{worlds}.npz"
    if not place.is_file():
        kept.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(place, **_made(family, worlds, workers))
    with np.load(place) as found:
        return {
            policy: found[policy] for policy in ("none", *(name for name, _ in family.policies))
        }


def _made(family: Family, worlds: int, workers: int) -> Pool:
    seeds = range(1, max(int(family.part * worlds) // family.copies, 1) + 1)
    tasks = [
        (family, policy, seeds[at : at + 10])
        for policy in ("none", *(name for name, _ in family.policies))
        for at in range(0, len(seeds), 10)
    ]
    with multiprocessing.get_context("spawn").Pool(workers) as made:
        reached = made.starmap(_reached, tasks, chunksize=1)
    found: dict[str, list[NDArray[np.float64]]] = {}
    for (_, policy, _), values in zip(tasks, reached, strict=True):
        found.setdefault(policy, []).append(values)
    return {policy: np.concatenate(values) for policy, values in found.items()}


def _reached(family: Family, policy: str, seeds: Sequence[int]) -> NDArray[np.float64]:
    return reach_in(family.scenario(family.copies), policy, seeds).astype(np.float64)
