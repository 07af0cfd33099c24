"""Sharers on random follow graphs: branching processes, SIR final size, percolation.

On a directed Erdős–Rényi follow graph of mean followers d with P(share) = R / d the sharers
are a Poisson branching process of mean R (Galton-Watson) and, once large, the recovered of
SIR. Tolerances of a fraction are those of the table of targets; a chi-square below
P = 0.001 happens to a true model in 0.1 % of cases. Seeds are fixed.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats
from theory_runs import cascades, deviation, scenario


def erdos_renyi(accounts: int, mean: float) -> str:
    return f'kind = "erdos-renyi"\naccounts = {accounts}\nmean_followers = {mean!r}'


def given_take_off(posts: NDArray[np.int64], accounts: int) -> float:
    """Mean share of accounts that post, among cascades that took off (more than 5 %)."""
    large = posts[posts > 0.05 * accounts]
    assert len(large) >= 20, "too few cascades took off to say anything"
    return float(large.mean()) / accounts


# -- branching ----------------------------------------------------------------------------


def progeny(ratio: float, copies: int = 20_000) -> NDArray[np.int64]:
    graph = erdos_renyi(50_000, 10.0)
    told = scenario(graph, appeal=ratio / 10, copies=copies, author="random = 1")
    return cascades(told).posts


def borel_p_value(posts: NDArray[np.int64], ratio: float) -> float:
    """Of the sizes against Borel: P(n) = exp(-R n) (R n)^(n-1) / n!, pooled from 12 on."""
    n = np.arange(1, 12)
    log = -ratio * n + (n - 1) * np.log(ratio * n) - [math.lgamma(k + 1) for k in n]
    law = np.exp(log)
    seen = np.bincount(np.minimum(posts, 12), minlength=13)[1:]
    wanted = np.append(law, 1 - law.sum()) * len(posts)
    return float(stats.chisquare(seen, wanted).pvalue)


def test_branching_process() -> None:
    """BP-mean: mean 1 / (1 - R) = 2, variance R / (1 - R)^3 = 4; BP-borel: the whole law."""
    posts = progeny(0.5)
    assert abs(deviation(posts, 2.0)) < 3
    kurtosis = float(((posts - posts.mean()) ** 4).mean())
    error = math.sqrt((kurtosis - 16) / len(posts))
    assert abs(float(posts.var(ddof=1)) - 4.0) < 3 * error
    assert borel_p_value(posts, 0.5) > 0.001


def test_the_branching_check_can_fail() -> None:
    posts = progeny(0.52)
    assert deviation(posts, 2.0) > 3
    assert borel_p_value(posts, 0.5) < 0.001


# -- final size ---------------------------------------------------------------------------

#: R0: final size, cascades
FINAL = {1.2: (0.313698, 200), 1.5: (0.582812, 80), 2.0: (0.796812, 50)}


@pytest.mark.parametrize("ratio", FINAL)
def test_final_size_of_sir(ratio: float) -> None:
    """SIR-*: the root of 1 - r = exp(-R r), within 0.01."""
    expected, copies = FINAL[ratio]
    root = optimize.brentq(lambda r: 1 - r - math.exp(-ratio * r), 0.01, 1)
    assert root == pytest.approx(expected, abs=1e-6)
    graph = erdos_renyi(10_000, 10.0)
    told = scenario(graph, appeal=ratio / 10, copies=copies, author="random = 1")
    assert given_take_off(cascades(told).posts, 10_000) == pytest.approx(expected, abs=0.01)


def test_the_final_size_check_can_fail() -> None:
    """Where follows are returned, one share of each is wasted on who is shared from."""
    graph = 'kind = "regular"\naccounts = 10000\ndegree = 6'
    told = scenario(graph, appeal=0.25, copies=80, author="random = 1")
    assert abs(given_take_off(cascades(told).posts, 10_000) - FINAL[1.5][0]) > 0.02


# -- percolation --------------------------------------------------------------------------


def regular_giant(transmissibility: float) -> float:
    """Giant component of the 3-regular configuration model (Newman 2002), T above 1/2."""
    u = ((1 - transmissibility) / transmissibility) ** 2
    return 1 - (1 - transmissibility + transmissibility * u) ** 3


@pytest.mark.parametrize("appeal", [0.75, pytest.param(0.8, id="0.8, which must miss")])
def test_regular_graph_percolates(appeal: float) -> None:
    """CM-REG3: 0.962963 of a 3-regular graph followed both ways, within 0.003."""
    assert regular_giant(0.75) == pytest.approx(0.962963, abs=1e-6)
    graph = 'kind = "regular"\naccounts = 10000\ndegree = 3'
    told = scenario(graph, appeal=appeal, copies=60, author="random = 1")
    found = given_take_off(cascades(told).posts, 10_000)
    assert (abs(found - 0.962963) < 0.003) == (appeal == 0.75)


# -- closing accounts ---------------------------------------------------------------------

CLOSING = """
[[policies]]
name = "close some"
[[policies.interventions]]
kind = "close-accounts"
when = { at = ["0 h"] }
whom = { fraction = 0.1 }
"""


@pytest.mark.parametrize(("policy", "expected"), [("none", 0.87860), ("close some", 0.83546)])
def test_closing_a_tenth_of_all_accounts(policy: str, expected: float) -> None:
    """CLOSE-ER6: share of the remaining accounts that share, 1 - r = exp(-2.4 (1 - f) r)."""
    graph = erdos_renyi(10_000, 6.0)
    told = scenario(graph, appeal=0.4, copies=60, author="random = 1", rest=CLOSING)
    found = cascades(told, policy=policy)
    assert (found.closed > 0) == (policy == "close some")
    remaining = 10_000 - found.closed
    assert abs(found.closed - (1000 if found.closed else 0)) < 100
    assert given_take_off(found.posts, remaining) == pytest.approx(expected, abs=0.01)
    # Negative control: over all accounts, closed ones too, it would be another number.
    if found.closed:
        assert abs(given_take_off(found.posts, 10_000) - expected) > 0.05
