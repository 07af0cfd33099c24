"""The classical models against what is known of them: exact, in the limit, on networks.

Rows are those of the table of targets. Unless said otherwise a mean is held to 3 of its
standard errors, so that a right program fails one such check in 370; seeds are fixed. Each
family has negative controls: a neighbouring model must be told apart.
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from theory_runs import EXPONENTIAL, deviation, edge_file, expected_of

from rumorsim import FollowGraph, Kind, Scenario, from_edges, loads, stream
from rumorsim.common.randomness import philox_array

MT, DK = 'kind = "maki-thompson"', 'kind = "daley-kendall"'
#: Nekovee et al.: six contacts an hour stand for the six links of an account.
NEKOVEE = f'{MT}\ncontacts = "6 per h"\nforgetting = "{{}} per h"'
HORIZON = 400.0


class Runs(NamedTuple):
    """By copy: accounts that ever told the story, and the most that told it at once."""

    told: NDArray[np.int64]
    peak: NDArray[np.int64]


def written(graph: str, model: str, copies: int, author: str, appeal: float = 1.0) -> Scenario:
    table = model if model.startswith("[") else f"[model]\n{model}"
    return loads(
        f"""
horizon = "{HORIZON:g} h"
measures = ["shares"]
[graph]
{graph}
{table}
[[stories]]
name = "story"
truth = false
appeal = {appeal!r}
copies = {copies}
author = {{ {author} }}
"""
    )


def outcome(scenario: Scenario, *, seed: int = 1, engine: str = "fast") -> Runs:
    """Run it to the end of every copy."""
    copies = scenario.stories[0].copies
    told, level, peak = (np.zeros(copies, np.int64) for _ in range(3))
    last = 0.0
    for batch in stream(scenario, "none", seed, engine):
        moves = batch.only(Kind.PUBLISH, Kind.SHARE, Kind.STOP)
        told += np.bincount(moves.story[moves.kind != Kind.STOP], minlength=copies)
        order = np.argsort(moves.story, kind="stable")
        story = moves.story[order]
        step = np.where(moves.kind[order] == Kind.STOP, -1, 1)
        total = np.cumsum(step)
        first = np.flatnonzero(np.diff(story, prepend=-1))
        before = np.repeat(total[first] - step[first], np.diff(np.append(first, len(story))))
        np.maximum.at(peak, story, level[story] + total - before)
        np.add.at(level, story, step)
        last = float(batch.time[-1])
    assert last < 0.9 * HORIZON, "the horizon cut a copy short"
    return Runs(told, peak)


def complete(
    model: str, accounts: int, copies: int, *, seed: int = 1, engine: str = "fast"
) -> NDArray[np.float64]:
    """Share of accounts that never hear of the story, by copy, on the complete graph."""
    graph = f'kind = "complete"\naccounts = {accounts}'
    told = outcome(written(graph, model, copies, "random = 1"), seed=seed, engine=engine).told
    return 1.0 - told / accounts


# -- exact -----------------------------------------------------------------------------

#: Row: model, accounts, copies.
EXACT = {
    "MT-complete-N100": (MT, 100, 2000),
    "MT-complete-N1000": (MT, 1000, 300),
    "DK-N10": (DK, 10, 8000),
    "DK-N100": (DK, 100, 4000),
}
LONGER = 10


@pytest.mark.parametrize("scale", [1, pytest.param(LONGER, marks=pytest.mark.long)])
@pytest.mark.parametrize("row", EXACT)
def test_exact_means(row: str, scale: int) -> None:
    model, accounts, copies = EXACT[row]
    ignorant = complete(model, accounts, copies * scale, seed=scale)
    assert abs(deviation(ignorant, float(expected_of(row)))) < 3


@pytest.mark.parametrize("row", ["MT-complete-N100", "DK-N10"])
def test_exact_means_by_the_reference_engine(row: str) -> None:
    model, accounts, _ = EXACT[row]
    ignorant = complete(model, accounts, 40_000 // accounts**2 + 100, seed=5, engine="reference")
    assert abs(deviation(ignorant, float(expected_of(row)))) < 3


def test_the_two_rumor_models_are_told_apart() -> None:
    """Negative control: each at the other's expectation, and with a fault of 10 % in stifling."""
    assert abs(deviation(complete(DK, 100, 4000), float(expected_of("MT-complete-N100")))) > 4
    assert abs(deviation(complete(MT, 10, 8000), float(expected_of("DK-N10")))) > 4
    faulty = complete(f"{MT}\nstifling = 0.9", 1000, 300)
    assert abs(deviation(faulty, float(expected_of("MT-complete-N1000")))) > 5


# -- in the limit of many accounts -----------------------------------------------------

#: Row: model, and what a thousand accounts may still be away from the limit.
LIMITS = {
    "MT-limit": (MT, 0.0002),
    "MT-k2": (f"{MT}\nafter = 2", 0.0005),
    "MT-k4": (f"{MT}\nafter = 4", 0.0002),
}


@pytest.mark.parametrize("row", LIMITS)
def test_limits(row: str) -> None:
    model, finite = LIMITS[row]
    expected = float(expected_of(row))
    ignorant = complete(model, 1000, 300, seed=2)
    error = float(ignorant.std(ddof=1)) / math.sqrt(len(ignorant))
    assert abs(float(ignorant.mean()) - expected) < 3 * error + finite


def test_limits_are_told_apart() -> None:
    """Negative control: one stifling contact more or less is another limit."""
    ignorant = complete(f"{MT}\nafter = 3", 1000, 100)
    assert abs(deviation(ignorant, float(expected_of("MT-k2")))) > 20
    assert abs(deviation(ignorant, float(expected_of("MT-k4")))) > 20


@pytest.mark.parametrize(("row", "rate"), [("NEK-d0.5", 0.5), ("NEK-d2", 2.0)])
def test_forgetting(row: str, rate: float) -> None:
    """Within 0.01 of the mean field, given take-off (more than 5 %)."""
    told = 1.0 - complete(NEKOVEE.format(rate), 1000, 400, seed=3)
    assert abs(float(told[told > 0.05].mean()) - float(expected_of(row))) < 0.01


def test_forgetting_is_told_apart() -> None:
    """Negative control: a quarter more forgetting is out of tolerance."""
    told = 1.0 - complete(NEKOVEE.format(2.5), 1000, 400, seed=3)
    assert abs(float(told[told > 0.05].mean()) - float(expected_of("NEK-d2"))) > 0.02


def peak_excess(accounts: int, copies: int) -> float:
    """How much more of the accounts than 1 - ln 2 tell the story at the peak, on average."""
    graph = f'kind = "complete"\naccounts = {accounts}'
    peak = outcome(written(graph, MT, copies, "random = 1"), seed=4).peak
    return float(peak.mean()) / accounts - float(expected_of("MT-peak"))


def test_peak() -> None:
    """The maximum of a noisy curve lies above the curve's by about accounts ** (-2/3)."""
    assert 0.0 < peak_excess(1000, 200) < 1.5 * 1000 ** (-2 / 3)


@pytest.mark.long
def test_peak_comes_down_to_the_limit() -> None:
    few, many = peak_excess(250, 2000), peak_excess(3000, 200)
    assert 0.0 < many < 1.5 * 3000 ** (-2 / 3)
    # Twelve times the accounts: 12 ** (2/3) = 5.2 times less, in both within the noise.
    assert 3.0 < few / many < 9.0


# -- on networks -----------------------------------------------------------------------


def tied(accounts: int, ties: int, seed: int) -> FollowGraph:
    """G(n, m): so many different pairs at random, followed both ways."""
    words = philox_array(seed, np.arange(2 * ties), 0, 0, 0)
    a, b = (((word * np.uint64(accounts)) >> np.uint64(32)).astype(np.int64) for word in words[:2])
    low, high = np.minimum(a, b)[a != b], np.maximum(a, b)[a != b]
    _, first = np.unique(low * accounts + high, return_index=True)
    chosen = np.sort(first)[:ties]
    low, high = low[chosen], high[chosen]
    source, target = np.concatenate([low, high]), np.concatenate([high, low])
    return from_edges(source, target, direction="follower followee", accounts=accounts)


def on_network(row: str, graphs: int, copies: int) -> NDArray[np.float64]:
    """Share that never hears of it given take-off (more than 1 %); one mean a graph."""
    means = []
    for number in range(graphs):
        graph = f'kind = "regular"\naccounts = 10000\ndegree = 6\nseed = {number}'
        scenario = written(graph, MT, copies, "random = 1")
        if row == "MT-ER6":
            scenario = scenario.on(tied(10_000, 30_000, number))
        told = outcome(scenario, seed=number).told / 10_000
        means.append(1.0 - float(told[told > 0.01].mean()))
    return np.array(means)


@pytest.mark.parametrize("row", ["MT-ER6", "MT-REG6"])
def test_networks(row: str) -> None:
    """One graph, 30 copies: within 0.006 (some 4 standard errors)."""
    assert abs(float(on_network(row, 1, 30).mean()) - float(expected_of(row))) < 0.006


@pytest.mark.long
@pytest.mark.parametrize("row", ["MT-ER6", "MT-REG6"])
def test_networks_closely(row: str) -> None:
    """Six graphs, 60 copies each, to the tolerance of the row."""
    assert abs(float(on_network(row, 6, 60).mean()) - float(expected_of(row))) < 0.002


def test_networks_are_told_apart() -> None:
    """Negative control: each graph at the other's expectation."""
    assert abs(float(on_network("MT-REG6", 1, 10).mean()) - float(expected_of("MT-ER6"))) > 0.05


# -- epidemics -------------------------------------------------------------------------

DIRECTED = 'kind = "erdos-renyi"\naccounts = 10000\nmean_followers = 10'


def sir(transmissibility: float, law: str) -> str:
    """SIR whose contact with a follower is made before recovery with this probability."""
    if law == "fixed":
        rate = -math.log1p(-transmissibility)
        recovery = '{ law = "fixed", time = "1 h" }'
    else:
        rate = transmissibility / (1 - transmissibility)
        recovery = '{ law = "exponential", mean = "1 h" }'
    return f'kind = "sir"\ntransmission = "{rate!r} per h"\nrecovery = {recovery}'


@pytest.mark.parametrize("law", ["fixed", "exponential"])
@pytest.mark.parametrize(("row", "number"), [("SIR-R1.5", 1.5), ("SIR-R2", 2.0)])
def test_final_size(row: str, number: float, law: str) -> None:
    """Within 0.01, given take-off (more than 5 %); it does not depend on the law of recovery."""
    told = outcome(written(DIRECTED, sir(number / 10, law), 20, "random = 1")).told / 10_000
    assert abs(float(told[told > 0.05].mean()) - float(expected_of(row))) < 0.01


FOLLOWS = 'kind = "power-law"\naccounts = 2000\nmean_followers = 10'


def sizes(model: str, appeal: float = 1.0) -> NDArray[np.int64]:
    return outcome(written(FOLLOWS, model, 3000, "random = 1", appeal)).told


def apart(a: NDArray[np.int64], b: NDArray[np.int64]) -> float:
    """Standard errors between the shares of copies that nobody shared."""
    p, q = float((a == 1).mean()), float((b == 1).mean())
    pooled = (p + q) / 2
    return abs(p - q) / math.sqrt(pooled * (1 - pooled) * (1 / len(a) + 1 / len(b)))


def test_fixed_recovery_is_delay_reading() -> None:
    """Each follower is told with the same probability, by itself: the independent cascade."""
    feed = sizes(f"[feed]\n{EXPONENTIAL}", 0.1)
    model = sizes(sir(0.1, "fixed"))
    assert apart(feed, model) < 3
    errors = math.hypot(float(feed.std()), float(model.std())) / math.sqrt(len(feed))
    assert abs(float(feed.mean()) - float(model.mean())) < 3 * errors


def test_exponential_recovery_is_not() -> None:
    """Negative control: who recovers soon tells none of its followers."""
    assert apart(sizes(f"[feed]\n{EXPONENTIAL}", 0.1), sizes(sir(0.1, "exponential"))) > 5


def test_sis_settles_where_the_mean_field_says() -> None:
    """Complete graph, four contacts a recovery: 3/4 of 400 tell it, less 1/3 account or so."""
    model = """[model]
kind = "sis"
transmission = "0.01 per h"
recovery = { law = "exponential", mean = "1 h" }
"""
    rate = 0.01 * 399
    graph = 'kind = "complete"\naccounts = 400'
    scenario = written(graph, model, 40, "random = 20").with_(horizon="30 h")
    telling = np.zeros(40)
    for batch in stream(scenario):
        for kind, step in ((Kind.PUBLISH, 1), (Kind.SHARE, 1), (Kind.STOP, -1)):
            telling += step * np.bincount(batch.only(kind).story, minlength=40)
    assert abs(float(telling.mean()) / 400 - (1 - 1 / rate)) < 0.015


# -- linear threshold ------------------------------------------------------------------

TINY: dict[str, list[tuple[int, int]]] = {
    "diamond": [(0, 1), (0, 2), (1, 3), (2, 3)],
    "complete": [(a, b) for a in range(4) for b in range(4) if a != b],
    "loops": [(0, 1), (1, 2), (2, 1), (3, 2), (2, 3), (3, 4), (0, 4), (1, 4)],
}
COPIES = 6000


def enumerated(edges: list[tuple[int, int]], appeal: float) -> NDArray[np.float64]:
    """P(so many share) from account 0, index = how many.

    Kempe et al.: with uniform thresholds each account listens to at most one followee, each
    with the probability of its weight. All choices are gone through.
    """
    accounts = 1 + max(max(edge) for edge in edges)
    followees = [[a for a, b in edges if b == v] for v in range(accounts)]
    law = np.zeros(accounts + 1)
    for choice in itertools.product(*([None, *each] for each in followees)):
        chance = 1.0
        for picked, each in zip(choice, followees, strict=True):
            if picked is None:
                chance *= 1 - appeal if each else 1.0
            else:
                chance *= appeal / len(each)
        told = {0}
        while more := {v for v, u in enumerate(choice) if u in told and v not in told}:
            told |= more
        law[len(told)] += chance
    return law


def chi_squared(told: NDArray[np.int64], law: NDArray[np.float64]) -> float:
    """Chi-squared of the sizes less its degrees of freedom, in its standard deviations."""
    possible = law > 1e-12
    seen = np.bincount(told, minlength=len(law))
    assert seen[~possible].sum() == 0
    expected = law[possible] * len(told)
    freedom = int(possible.sum()) - 1
    value = float(((seen[possible] - expected) ** 2 / expected).sum())
    return (value - freedom) / math.sqrt(2 * max(freedom, 1))


@pytest.fixture(scope="module", params=TINY)
def tiny(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("tiny")
    return request.param, edge_file(folder, TINY[request.param])


@pytest.mark.parametrize("appeal", [1.0, 0.6])
@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_linear_threshold(tiny: tuple[str, str], appeal: float, engine: str) -> None:
    """A right program fails one check in about 200 (beyond 4 standard deviations)."""
    name, graph = tiny
    copies = COPIES if engine == "fast" else 600
    scenario = written(graph, 'kind = "linear-threshold"', copies, "ids = [0]", appeal)
    told = outcome(scenario, engine=engine, seed=6).told
    assert chi_squared(told, enumerated(TINY[name], appeal)) < 4


def test_linear_threshold_is_told_apart(tiny: tuple[str, str]) -> None:
    """Negative control: the independent cascade of the same weights on average is another law."""
    name, graph = tiny
    scenario = written(graph, f"[feed]\n{EXPONENTIAL}", COPIES, "ids = [0]", 0.6)
    assert chi_squared(outcome(scenario).told, enumerated(TINY[name], 0.6)) > 10


def test_fixed_thresholds() -> None:
    """A third of three followees is enough for one third and not for more."""
    graph = 'kind = "complete"\naccounts = 4'
    for threshold, expected in ((1 / 3, 4), (0.34, 1)):
        model = f'kind = "linear-threshold"\nthreshold = {threshold!r}'
        assert outcome(written(graph, model, 1, "ids = [0]")).told.tolist() == [expected]
