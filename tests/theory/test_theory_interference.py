"""Interference: what a test reads where the theory is exact, as a function of what crosses.

In a tree of depth two whoever reads a post of the root shares it with the chance p, or p f when
treated, and a leaf is reached by its one followee's share alone. A leaf's outcome is linear in the
treatment of its followee, so that the expectation of a difference in means is known exactly: over U
units of equal size, of which so many are drawn, a follow within a unit carries all of the effect to
its own arm, one across units -1 / (U - 1) of it. With a share c of follows across units the bias is
c U / (U - 1) of the effect; where every account is a unit, N / (N - 1): all of it.
"""

from __future__ import annotations

import math
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray

import rumorsim
from rumorsim.measures.arm_estimates import difference
from rumorsim.scenario import Scenario

#: P(share), and the factor of the treatment on it.
P, F = 0.6, 0.5
COPIES = 40
HOURS = 6.0


def tree(units: int, leaves: int, crossing: int) -> nx.DiGraph:
    """Units of equal size: a reader of the root, its leaves, and one that nobody follows.

    ``crossing`` of the leaves of each reader belong to the next unit. The root is the idle account
    of the first unit.
    """
    made = nx.DiGraph()
    size = leaves + 2
    for unit in range(units):
        first = unit * size
        made.add_nodes_from(range(first, first + size), town=unit)
        made.add_edge(0, first + 1)
        for leaf in range(leaves):
            made.add_edge(first + 1, first + 2 + leaf)
            town = (unit + (leaf < crossing)) % units
            made.nodes[first + 2 + leaf]["town"] = town
    return made


def reached(made: nx.DiGraph, treated: NDArray[np.bool_]) -> NDArray[np.float64]:
    """P(each account is reached) under an assignment."""
    chance = np.zeros(len(made))
    for reader in made.successors(0):
        chance[reader] = 1.0
        for leaf in made.successors(reader):
            chance[leaf] = P * (F if treated[reader] else 1.0)
    return chance


def effect(made: nx.DiGraph) -> float:
    """The true effect: everybody treated against nobody."""
    everybody = np.ones(len(made), bool)
    return float((reached(made, everybody) - reached(made, ~everybody)).mean())


@pytest.mark.parametrize("crossing", [0, 1, 2])
def test_the_bias_of_clusters_is_what_crosses_by_every_assignment(crossing: int) -> None:
    """The estimator is linear in outcomes: its mean over coins is that of the mean outcomes."""
    units, leaves = 6, 2
    made = tree(units, leaves, crossing)
    unit = np.array([town for _, town in sorted(made.nodes(data="town"))], np.int32)
    read = []
    for chosen in combinations(range(units), units // 2):
        treated = np.isin(unit, chosen)
        found = difference(reached(made, treated), treated, unit)
        assert found is not None
        read.append(found.effect)
    bias = np.mean(read) - effect(made)
    across = crossing / leaves
    assert bias == pytest.approx(-effect(made) * across * units / (units - 1), abs=1e-12)


def test_a_test_of_accounts_reads_next_to_nothing_by_every_assignment() -> None:
    made = tree(3, 1, 0)
    accounts, unit = len(made), np.arange(len(made), dtype=np.int32)
    read = []
    for chosen in combinations(range(accounts), 4):
        treated = np.isin(unit, chosen)
        found = difference(reached(made, treated), treated, unit)
        assert found is not None
        read.append(found.effect)
    expected = -effect(made) / (accounts - 1)
    assert np.mean(read) == pytest.approx(expected, abs=1e-12) and expected > 0


def scenario(made: nx.DiGraph) -> Scenario:
    slow = {"kind": "friction", "when": {"at": ["0 h"]}, "friction": F}
    story = {"name": "a", "truth": False, "appeal": P, "author": {"ids": [0]}, "copies": COPIES}
    return Scenario.model_validate(
        {
            "horizon": f"{HOURS:g} h",
            "graph": {"kind": "path", "accounts": 2},
            "feed": {"reading": "delay", "delay": {"law": "fixed", "time": "1 min"}},
            "stories": [story],
            "policies": [{"name": "it", "interventions": [slow]}],
        }
    ).on(made, direction="followee follower")


@pytest.mark.parametrize(
    ("by", "crossing", "carried"),
    [
        ({"by": "account"}, 0, -1 / 119),
        ({"by": "attribute", "attribute": "town"}, 3, 0.7 - 0.3 / 9),
    ],
)
def test_the_simulator_reads_what_theory_says(
    by: dict[str, str], crossing: int, carried: float
) -> None:
    """Mean estimate and truth within 4.5 standard errors (false alarm 1.4e-5)."""
    made = tree(10, 10, crossing)
    found = rumorsim.experiment(scenario(made), "it", replicates=12, workers=1, design=by)
    reading = found.reading("reach", "difference")
    rate = COPIES * 1000 * 24 / HOURS
    for values, theory in (
        ([each.effect for each in reading.seen], carried * effect(made)),
        ([each.truth for each in reading.seen], effect(made)),
    ):
        error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
        assert abs(np.mean(values) - rate * theory) < 4.5 * error
    # Negative control: what is read is not the truth.
    assert abs(carried - 1) * abs(rate * effect(made)) > 4.5 * error
