"""Agreement in distribution with two peers, EoN and cynetdiff, on the same five graphs.

    python experiments/validation/agreement.py [--short]

Sharers of a story with exponential delays are the infected of EoN's ``fast_nonMarkov_SIR``
that never recover, each edge transmitting with the same probability after such a delay; who
shares in the end is who is active in cynetdiff's independent cascade. Held together by the
two-sample Kolmogorov-Smirnov test at LEVEL each. Needs the extra ``bench``; writes
results/agreement.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from asking import scenario
from numpy.typing import NDArray
from scipy import stats

from rumorsim import Kind, Scenario, stream
from rumorsim.graphs import FollowGraph, to_networkx
from rumorsim.reports.figures.tables import markdown

__all__ = [
    "LEVEL",
    "WORLDS",
    "Arm",
    "Comparison",
    "compared",
    "cynetdiff_arm",
    "eon_arm",
    "our_arm",
]

RESULTS = Path(__file__).resolve().parent / "results"
#: P below which two arms are said to differ. The laws are discrete or nearly so, which makes
#: the test fail less often than this: all 20 together in less than 2 % of seeds.
LEVEL = 0.001
RUNS = 2_000
SHORT_RUNS = 400
#: Hours at which sharers are counted on the way.
MIDWAY = 3.0
#: Hours that no cascade reaches: nobody recovers before.
NEVER = 1e6

Floats = NDArray[np.float64]


class World(NamedTuple):
    """A follow graph as it is configured, and P(share)."""

    graph: Mapping[str, Any]
    appeal: float


WORLDS: Mapping[str, World] = {
    "erdos-renyi": World(
        {"kind": "erdos-renyi", "accounts": 300, "mean_followers": 6.0, "seed": 1}, 0.25
    ),
    "power-law": World(
        {"kind": "power-law", "accounts": 300, "mean_followers": 8.0, "seed": 1}, 0.12
    ),
    "regular": World({"kind": "regular", "accounts": 300, "degree": 6, "seed": 1}, 0.25),
    "small-world": World(
        {"kind": "small-world", "accounts": 300, "neighbours": 6, "rewiring": 0.1, "seed": 1}, 0.3
    ),
    "complete": World({"kind": "complete", "accounts": 60}, 0.03),
}


class Arm(NamedTuple):
    """What is compared, one entry a run: sharers in the end and midway, hour of the last."""

    sharers: Floats
    midway: Floats
    last: Floats


class Comparison(NamedTuple):
    """One quantity of one graph in two arms: D and P of the test, and both means."""

    world: str
    peer: str
    quantity: str
    ours: float
    theirs: float
    distance: float
    p: float


def told_of(world: World, runs: int, factor: float = 1.0) -> Scenario:
    """The scenario of one world: the most followed account speaks, ``runs`` times."""
    story = {"appeal": world.appeal * factor, "copies": runs, "author": {"most_followed": 1}}
    return scenario("independent-cascade", story, graph=world.graph)


def our_arm(told: Scenario) -> Arm:
    """One run of the engine: its copies are the runs."""
    runs = told.stories[0].copies
    sharers, midway, last = np.zeros(runs), np.zeros(runs), np.zeros(runs)
    for batch in stream(told):
        made = batch.only(Kind.PUBLISH, Kind.SHARE)
        sharers += np.bincount(made.story, minlength=runs)
        midway += np.bincount(made.story[made.time < MIDWAY], minlength=runs)
        np.maximum.at(last, made.story, made.time)
    return Arm(sharers, midway, last)


def eon_arm(graph: FollowGraph, probability: float, runs: int, seed: int = 2) -> Arm:
    """As many runs of EoN. Its luck is its own, from a generator made here."""
    import EoN

    chance = np.random.default_rng(seed)
    follows = to_networkx(graph, direction="followee follower")
    first = list(follows)[int(np.argmax(graph.follower_counts()))]
    transmit = partial(_transmission, chance, probability)
    rows = []
    for _ in range(runs):
        times, ignorant, _, _ = EoN.fast_nonMarkov_SIR(
            follows, trans_and_rec_time_fxn=transmit, initial_infecteds=[first], rng=chance
        )
        when = np.concatenate([[0.0], times[1:][np.diff(ignorant) < 0]])
        rows.append((len(when), (when < MIDWAY).sum(), when[-1]))
    return Arm(*np.array(rows, dtype=np.float64).T)


def _transmission(
    chance: np.random.Generator, probability: float, _account: Any, followers: Any
) -> tuple[dict[Any, float], float]:
    """When each follower shares from this account, and when the account recovers: never."""
    followers = list(followers)
    delays = chance.exponential(1.0, len(followers))
    delays[chance.random(len(followers)) >= probability] = np.inf
    return dict(zip(followers, delays.tolist(), strict=True)), NEVER


def cynetdiff_arm(graph: FollowGraph, probability: float, runs: int, seed: int = 3) -> Floats:
    """Sharers in as many runs of cynetdiff."""
    from cynetdiff.utils import networkx_to_ic_model

    follows = to_networkx(graph, direction="followee follower")
    first = list(follows)[int(np.argmax(graph.follower_counts()))]
    model, number = networkx_to_ic_model(
        follows, activation_prob=probability, rng=np.random.default_rng(seed)
    )
    model.set_seeds({number[first]})
    active = np.zeros(runs)
    for run in range(runs):
        model.reset_model()
        model.advance_until_completion()
        active[run] = model.get_num_activated_nodes()
    return active


def compared(name: str, runs: int, factor: float = 1.0) -> list[Comparison]:
    """Both peers on one graph. With a ``factor`` our P(share) is another: a control."""
    world = WORLDS[name]
    told = told_of(world, runs, factor)
    graph = told.graph.build(Path())
    ours = our_arm(told)
    peer = eon_arm(graph, world.appeal, runs)
    found = [
        _held(name, "EoN", quantity, getattr(ours, quantity), getattr(peer, quantity))
        for quantity in Arm._fields
    ]
    active = cynetdiff_arm(graph, world.appeal, runs)
    return [*found, _held(name, "cynetdiff", "sharers", ours.sharers, active)]


def _held(world: str, peer: str, quantity: str, ours: Floats, theirs: Floats) -> Comparison:
    test = stats.ks_2samp(ours, theirs, method="asymp")
    means = float(ours.mean()), float(theirs.mean())
    return Comparison(world, peer, quantity, *means, float(test.statistic), float(test.pvalue))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help=f"{SHORT_RUNS} runs; writes nothing")
    given = parser.parse_args()
    rows = [["graph", "peer", "quantity", "ours", "theirs", "D", "P", "verdict"]]
    differ = 0
    for name in WORLDS:
        for each in compared(name, SHORT_RUNS if given.short else RUNS):
            differ += each.p < LEVEL
            numbers = (each.ours, each.theirs, each.distance, each.p)
            rows.append(
                [
                    *(each.world, each.peer, each.quantity),
                    *(f"{number:.4g}" for number in numbers),
                    "differ" if each.p < LEVEL else "agree",
                ]
            )
            print("  ".join(rows[-1]), flush=True)
    print(f"{len(rows) - 1 - differ} of {len(rows) - 1} agree at P = {LEVEL:g}")
    if not given.short:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "agreement.md").write_text("\n".join([*markdown(rows), ""]), encoding="utf-8")
    return 1 if differ else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ModuleNotFoundError as error:
        sys.exit(f'{error.name} is absent: pip install "rumorsim[bench]"')
