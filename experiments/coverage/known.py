"""A rumor whose mean reach is known, with policies whose effects are known.

A rumor starts at the root of a tree, 3 levels of 4 followers each. Every delivery is read
after its own exponential delay (mean 1 h) and shared with probability p = 0.3. An account l
levels below the root reads it by T if those above shared it and the l delays sum to less
than T, so

    mean reach by T = sum over levels l of 4**l p**(l - 1) P(gamma(l) < T)

Closing the root at T ends all reading, since shares of a closed account's post show nothing.
The paired difference to `none` is minus the readers after T: skewed, as cascades are.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

from rumorsim.scenario import Scenario, loads
from rumorsim.simulation.simulation import Simulation
from rumorsim.studies.compare.comparison import Comparison

__all__ = ["KEY", "POLICIES", "comparison", "reach_in", "reached", "scenario", "true_mean"]

KEY: Final = "reach.truth.false.accounts"
BRANCHING, DEPTH, APPEAL, HORIZON = 4, 3, 0.3, 12.0
#: When each policy closes the root, hours.
POLICIES: Final = {
    "none": HORIZON,
    "after 1 h": 1.0,
    "after 2 h": 2.0,
    "after 4 h": 4.0,
}


def scenario(copies: int = 1) -> Scenario:
    """The tree, the rumor (or so many independent copies of it) and the policies."""
    closed = "".join(
        f'[[policies]]\nname = "{name}"\n[[policies.interventions]]\nkind = "close-accounts"\n'
        f'when = {{ at = ["{time} h"] }}\nwhom = {{ top = 1 }}\n'
        for name, time in POLICIES.items()
        if name != "none"
    )
    return loads(
        f"""
        name = "known"
        horizon = "{HORIZON} h"
        [graph]
        kind = "tree"
        branching = {BRANCHING}
        depth = {DEPTH}
        [feed]
        reading = "delay"
        delay = {{ law = "exponential", mean = "1 h" }}
        attention = "unlimited"
        background = "0 per day"
        [[stories]]
        name = "rumor"
        truth = false
        copies = {copies}
        appeal = {APPEAL}
        author = {{ ids = [0] }}
        {closed}
        """
    )


def true_mean(policy: str) -> float:
    """The mean reach under a policy."""
    levels = range(1, DEPTH + 1)
    read = (
        BRANCHING**low * APPEAL ** (low - 1) * gammainc(low, POLICIES[policy]) for low in levels
    )
    return float(sum(read))


def reached(
    policy: str, seeds: Sequence[int], *, copies: int = 1, workers: int = 1
) -> NDArray[np.int64]:
    """The reach of the rumor in the world of each seed: (seeds,).

    With ``copies`` each run holds so many copies of the rumor: (seeds * copies,). They neither
    share draws nor compete (every delivery is read), so each is as good as a world of its own
    and costs a fraction of one.
    """
    pieces = [(policy, seeds[at : at + 100], copies) for at in range(0, len(seeds), 100)]
    if workers == 1:
        return np.concatenate([_reached(piece) for piece in pieces])
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        return np.concatenate(pool.map(_reached, pieces))


def comparison(reach: dict[str, NDArray[np.int64]], begin: int, worlds: int) -> Comparison:
    """What `rumorsim compare` has of worlds begin, begin + 1 ...: the reach alone."""
    values = {policy: each[begin : begin + worlds].tolist() for policy, each in reach.items()}
    return Comparison(
        name="known",
        policies=tuple(reach),
        seeds=tuple(range(begin, begin + worlds)),
        scalars={policy: {KEY: each} for policy, each in values.items()},
        curves={},
        digests={},
        scenario={"stories": [{"truth": False}]},
        provenance={},
    )


def _reached(piece: tuple[str, Sequence[int], int]) -> NDArray[np.int64]:
    policy, seeds, copies = piece
    return reach_in(scenario(copies), policy, seeds)


def reach_in(scenario: Scenario, policy: str, seeds: Sequence[int]) -> NDArray[np.int64]:
    """The reach of each story of the scenario in the world of each seed: (seeds * stories,)."""
    found = []
    for seed in seeds:
        simulation = Simulation(scenario, policy, seed)
        simulation.advance(scenario.horizon)
        found.append(simulation.world.stories["reach"].astype(np.int64))
    gc.collect()  # worlds refer to themselves and hold arrays
    return np.concatenate(found)
