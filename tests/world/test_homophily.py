"""Homophily: receptivity resembles that of those followed, and its law stays as it was."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse, stats
from small_worlds import agree, differ, events, small

from rumorsim.events.cascades import cascade_arrays
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.generators import communities
from rumorsim.graphs.power_law import power_law
from rumorsim.world.homophily import _likeness, dealt_alike
from rumorsim.world.world import build_world

ALARM = 1e-4


@cache
def graph() -> FollowGraph:
    return power_law(3000, 8.0, seed=1)


def draws(seed: int, n: int) -> NDArray[np.uint64]:
    return np.random.default_rng(seed).integers(0, 2**32, n, dtype=np.uint64)


def receptive(graph: FollowGraph, seed: int = 1, **accounts: Any) -> Any:
    stories = [
        {"name": c, "truth": True, "category": c, "appeal": 0.1, "author": {"ids": [0]}}
        for c in ("a", "b")
    ]
    return build_world(small({"stories": stories, "accounts": accounts}), graph, seed)


def expected(graph: FollowGraph, homophily: float) -> float:
    """The mean over follows of the correlation that the copula gives, worked out with scipy."""
    n, followees = graph.accounts, graph.followees()
    follows = sparse.csr_matrix((np.ones(graph.follows), (graph.followers, followees)), (n, n))
    # Row i holds how much of each account's own score is in that of i.
    count, weight = np.asarray(follows.sum(1)).ravel(), homophily / 2
    own = np.where(count > 0, np.sqrt(1 - weight), 1.0)
    mixing = sparse.diags(own) + sparse.diags(np.sqrt(weight / np.maximum(count, 1))) @ follows
    shared = mixing @ mixing.T
    assert np.allclose(shared.diagonal(), 1.0)
    return float(shared.multiply(follows).sum() / graph.follows)


def measured(graph: FollowGraph, homophily: float, worlds: int = 40) -> tuple[float, float]:
    """The same of drawn scores: the mean over worlds and its standard error."""
    one, other = graph.followers, graph.followees()
    found = []
    for seed in range(worlds):
        scores = _likeness(draws(seed, graph.accounts), graph, homophily)
        found.append(float((scores[one] * scores[other]).mean()))
    return float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(worlds))


def test_correlation_along_follows_grows_as_the_copula_says() -> None:
    """Within 4 standard errors, and not that of another homophily."""
    means = []
    for homophily in (0.1, 0.4, 1.0):
        mean, error = measured(graph(), homophily)
        assert abs(mean - expected(graph(), homophily)) < 4 * error
        assert abs(mean - expected(graph(), homophily / 2)) > 4 * error
        means.append(mean)
    assert means == sorted(means)
    nothing, error = measured(graph(), 0.0)
    assert abs(nothing) < 4 * error


def test_the_same_draws_are_dealt_out() -> None:
    """The law over the accounts of a world is that without homophily, to the bit."""
    alike = receptive(graph(), receptivity=0.5, homophily=1.0).rules.receptivity
    own = receptive(graph(), receptivity=0.5).rules.receptivity
    assert (np.sort(alike) == np.sort(own)).all() and (alike != own).any()
    for category in alike:
        assert stats.kstest(category, stats.gamma(0.5, scale=2.0).cdf).pvalue > ALARM / 2


@pytest.mark.parametrize("many", [False, True])
def test_the_law_of_one_account_stays(many: bool) -> None:
    """Over 400 worlds, of who follows most and who follows least; false alarms 1e-4 each."""
    counts = graph().followee_counts()
    account = int(counts.argmax() if many else np.where(counts > 0, counts, 10**9).argmin())
    found = [
        float(dealt_alike(draws(seed, graph().accounts), graph(), 1.0)[account]) / 2**32
        for seed in range(400)
    ]
    assert stats.kstest(found, "uniform").pvalue > ALARM
    assert stats.kstest(np.sqrt(found), "uniform").pvalue < ALARM, "negative control"


def test_none_is_bit_identical() -> None:
    plain = receptive(graph(), receptivity=0.5).rules.receptivity
    assert (receptive(graph(), receptivity=0.5, homophily=0.0).rules.receptivity == plain).all()
    words = draws(1, 3000)
    moved = dealt_alike(words, graph(), 1e-12).astype(float) - words.astype(float)
    assert abs(moved).max() < 2**32 * 1e-4


def test_categories_have_fields_of_their_own() -> None:
    """Each is as alike along follows; between them there is no correlation (4 standard errors)."""
    alike = receptive(graph(), receptivity=0.5, homophily=1.0).rules.receptivity
    for category in alike:
        along = stats.spearmanr(category[graph().followers], category[graph().followees()])
        assert along.statistic > 0.1
    apart = stats.spearmanr(alike[0], alike[1]).statistic
    # Scores that are alike along follows count for fewer than 3,000.
    assert abs(apart) < 4 / np.sqrt(1500)


def test_what_is_given_by_id_stays() -> None:
    given = np.full(3000, np.nan)
    given[[3, 5]] = 7.0, 0.0
    own = FollowGraph(graph().offsets, graph().followers, attributes={"receptivity": given})
    alike = receptive(own, receptivity=0.5, homophily=1.0).rules.receptivity
    assert alike[:, [3, 5]].tolist() == [[7.0, 0.0]] * 2


def test_who_follows_nobody_keeps_its_own() -> None:
    lonely = FollowGraph(np.zeros(301, np.int64), np.empty(0, np.int32))
    words = draws(1, 300)
    assert (dealt_alike(words, lonely, 1.0) == words).all()


def branching(homophily: float, copies: int = 8000) -> Any:
    """Stories that stay small, in a world of communities, where all is read after an hour."""
    graph = {"kind": "communities", "accounts": 10_000, "groups": 100, "mixing": 0.1, "seed": 1}
    story = {"name": "rumor", "truth": False, "appeal": 0.03, "author": {"random": 1}}
    return small(
        {
            "horizon": "30 d",
            "graph": {**graph, "mean_followers": 15},
            "accounts": {"receptivity": 0.5, "homophily": homophily},
            "feed": {"reading": "delay", "delay": {"law": "fixed", "time": "1 h"}},
            "stories": [{**story, "copies": copies}],
        }
    )


def by_generation(batch: Any) -> list[float]:
    """Shares per post of originals, of their shares, and of all later ones."""
    posts = cascade_arrays([batch])
    shared = posts.parent >= 0
    children = np.bincount(posts.parent[shared], minlength=len(posts.parent))
    generation = np.minimum(posts.depth, 2)
    return [float(children[generation == g].mean()) for g in range(3)]


def test_shares_per_post_rise_with_generation() -> None:
    """Some 3,500 first shares, so a standard error of 0.02. Negative control: no homophily."""
    original, first, later = by_generation(events(branching(1.0)))
    assert first > 1.2 * original and later > 1.05 * first
    original, first, later = by_generation(events(branching(0.0)))
    assert first < 1.05 * original and later < 1.05 * first


def test_both_engines_read_the_same_world() -> None:
    quick, slow = (events(branching(0.7, copies=30), engine=e) for e in ("fast", "reference"))
    assert agree(quick, slow)
    assert differ(quick, events(branching(0.0, copies=30)))


def test_communities_are_alike() -> None:
    """Followees in common count: in small communities accounts are more alike."""
    small_ones = communities(2000, 15.0, groups=40, mixing=0.1, seed=1)
    assert expected(small_ones, 1.0) > 1.5 * expected(power_law(2000, 15.0, seed=1), 1.0)
