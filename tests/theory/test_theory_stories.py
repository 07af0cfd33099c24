"""Stories of one description that differ, and originals that are not shared as shares are.

Follow graphs are stars and trees on which every offspring distribution has a closed form: an
original with n followers has Binomial(n, P(share)) shares, mixed over what differs by story.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from theory_runs import EXPONENTIAL, FIXED, deviation, edge_file, scenario

from rumorsim import Kind, stream

#: Follows of the original of a star.
FOLLOWERS = 150
COPIES = 1500
STAR = f'kind = "star"\naccounts = {FOLLOWERS + 1}'
TREE = 'kind = "tree"\nbranching = 30\ndepth = 2'


def offspring(
    graph: str, *, appeal: float, copies: int = COPIES, seed: int = 1, rest: str = ""
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Shares of the original of each copy (int64 [copies]), and of each of those shares.

    The latter are in the order of their copies, and within a copy in that of the log.
    """
    told = scenario(graph, appeal=appeal, copies=copies, author="ids = [0]", feed=FIXED, rest=rest)
    stories, parents = [], []
    for batch in stream(told, "none", seed):
        posts = batch.only(Kind.PUBLISH, Kind.SHARE)
        shared = posts.kind == Kind.SHARE
        stories += posts.story.tolist()
        parents += np.where(shared, posts.value, -1).astype(int).tolist()
    story, parent = np.array(stories), np.array(parents)
    counts = np.bincount(parent[parent >= 0], minlength=len(parent))
    originals = np.zeros(copies, np.int64)
    originals[story[parent < 0]] = counts[parent < 0]
    # Leaves of the tree have no followers: of its shares only those next to the original count.
    first = parent >= 0
    first[first] = parent[parent[first]] < 0
    places = np.flatnonzero(first)
    return originals, counts[places[np.argsort(story[places], kind="stable")]]


def chances(
    factors: stats.rv_continuous, appeal: float, followers: int = FOLLOWERS
) -> NDArray[np.float64]:
    """P(0, 1, 2 ... of the followers share), mixed over the law of a factor."""
    middle = (np.arange(20_000) + 0.5) / 20_000
    share = np.minimum(appeal * factors.ppf(middle), 1.0)
    counts = np.arange(followers + 1)[:, None]
    return stats.binom.pmf(counts, followers, share).mean(axis=1)  # type: ignore[no-any-return]


def fit(found: NDArray[np.int64], chance: NDArray[np.float64]) -> float:
    """P value of the chi-squared test, numbers of shares joined until ten are expected."""
    expected, seen = chance * len(found), np.bincount(found, minlength=len(chance))
    ends = [0]
    while expected[ends[-1] :].sum() >= 20:
        reached = np.flatnonzero(np.cumsum(expected[ends[-1] :]) >= 10)
        ends.append(ends[-1] + int(reached[0]) + 1)
    groups = [slice(a, b) for a, b in zip(ends, [*ends[1:], None], strict=True)]
    counts = [(float(seen[each].sum()), float(expected[each].sum())) for each in groups]
    seen_in, expected_in = np.array(counts).T
    scaled = expected_in * seen_in.sum() / expected_in.sum()
    return float(stats.chisquare(seen_in, scaled).pvalue)


@pytest.mark.parametrize("original", [0.25, 1.0, 3.0])
def test_an_original_is_shared_by_its_own_factor_and_shares_are_not(original: float) -> None:
    appeal = 0.1
    first, later = offspring(TREE, appeal=appeal, rest=f"original = {original}")
    assert abs(deviation(first, 30 * appeal * original)) < 4
    assert abs(deviation(later, 30 * appeal)) < 4
    if original != 1:
        # Negative control: the means are far enough apart to tell which factor holds where.
        assert abs(deviation(first, 30 * appeal)) > 8
        assert abs(deviation(later, 30 * appeal * original)) > 8


@pytest.mark.parametrize("field", ["appeal_across", "original_across"])
@pytest.mark.parametrize(
    ("law", "factors"),
    [
        ('{ law = "gamma", shape = 1.0 }', stats.gamma(1.0)),
        ('{ law = "gamma", shape = 0.4 }', stats.gamma(0.4, scale=1 / 0.4)),
        ('{ law = "lognormal", sigma = 1.2 }', stats.lognorm(1.2, scale=np.exp(-(1.2**2) / 2))),
    ],
)
def test_offspring_of_originals_are_binomial_mixed_over_the_law(
    field: str, law: str, factors: stats.rv_continuous
) -> None:
    found, _ = offspring(STAR, appeal=0.04, rest=f"{field} = {law}")
    assert fit(found, chances(factors, 0.04)) > 0.001
    # Negative controls: neither a single chance for all, nor a law somewhat narrower.
    assert fit(found, stats.binom.pmf(np.arange(FOLLOWERS + 1), FOLLOWERS, 0.04)) < 1e-9
    assert fit(found, chances(stats.gamma(2.5, scale=1 / 2.5), 0.04)) < 1e-6


def test_the_offspring_of_a_gamma_of_shape_one_are_geometric() -> None:
    """A rare share by many followers: Poisson mixed over an exponential mean is geometric."""
    found, _ = offspring(STAR, appeal=0.02, rest='appeal_across = { law = "gamma", shape = 1.0 }')
    mean = 0.02 * FOLLOWERS
    assert abs(deviation(found, mean)) < 4
    # Binomial instead of Poisson takes a little off: 2 % of the mean, or less.
    for count in range(5):
        share = float((found == count).mean())
        chance = stats.geom.pmf(count + 1, 1 / (1 + mean))
        error = np.sqrt(chance * (1 - chance) / COPIES)
        assert abs(share - chance) < 4 * error + 0.02 * chance
    assert abs(float((found == 0).mean()) - np.exp(-mean)) > 10 * error


def test_across_appeal_shares_follow_their_original_and_across_originals_they_do_not() -> None:
    """Offspring of the shares of a story go with those of its original, or have nothing to do."""
    law = '{ law = "gamma", shape = 2.0 }'
    spread = {}
    for field in ("appeal_across", "original_across"):
        _, later = offspring(TREE, appeal=0.1, rest=f"{field} = {law}")
        spread[field] = float(later.var() / later.mean())
    # Binomial alone has 1 - appeal; a share is read of stories in proportion to their appeal.
    assert abs(spread["original_across"] - 0.9) < 0.1
    assert spread["appeal_across"] > 1.8


@pytest.mark.parametrize("exponent", [-0.4, 0.5, 1.0])
def test_a_post_is_shared_as_the_followers_of_its_author_say(
    exponent: float, tmp_path: Path
) -> None:
    """Authors with known numbers of followers; the mean of each is its own."""
    audiences = [4, 24, 99, 399]
    edges, reader = [], len(audiences)
    for author, followers in enumerate(audiences):
        edges += [(author, reader + i) for i in range(followers)]
        reader += followers
    told = scenario(
        edge_file(tmp_path, edges),
        appeal=0.1,
        copies=400,
        author="ids = [0, 1, 2, 3]",
        feed=FIXED,
        rest=f"audience_exponent = {exponent}\naudience_reference = 24",
    )
    shares = np.zeros((400, len(audiences)), np.int64)
    for batch in stream(told, "none", 1):
        found = batch.only(Kind.SHARE)
        np.add.at(shares, (found.story, found.source), 1)
    for author, followers in enumerate(audiences):
        expected = followers * min(0.1 * ((followers + 1) / 25) ** -exponent, 1.0)
        assert abs(deviation(shares[:, author], expected)) < 4
    # Negative control: an audience of the reference is as without, all others are not.
    misses = [abs(deviation(shares[:, i], 0.1 * each)) for i, each in enumerate(audiences)]
    assert misses[1] < 4 and min(misses[:1] + misses[2:]) > 5


def test_shares_have_audiences_of_their_own() -> None:
    """Account 0 of the tree has 30 followers and each of them 30: all posts respond alike."""
    rest = "audience_exponent = 0.5\naudience_reference = 123"
    first, later = offspring(TREE, appeal=0.05, rest=rest)
    assert abs(deviation(first, 30 * 0.05 * 2)) < 4
    assert abs(deviation(later, 30 * 0.05 * 2)) < 4
    assert abs(deviation(later, 30 * 0.05)) > 8


#: A tree of which everybody below account 0 shares an original with factor 1 / appeal.
TWELVE = 'kind = "tree"\nbranching = 12\ndepth = 2'


def test_shares_of_a_story_are_shared_by_the_law_of_its_shares() -> None:
    """All 12 followers share the original; their 144 followers are binomial, mixed over the law."""
    law = 'original = 25\nshares_across = { law = "gamma", shape = 1.5 }'
    first, later = offspring(TWELVE, appeal=0.04, rest=law)
    assert (first == 12).all()
    found = later.reshape(COPIES, 12).sum(axis=1)
    assert fit(found, chances(stats.gamma(1.5, scale=1 / 1.5), 0.04, 144)) > 0.001
    # Negative controls: neither one chance for all stories, nor a law somewhat narrower.
    assert fit(found, stats.binom.pmf(np.arange(145), 144, 0.04)) < 1e-9
    assert fit(found, chances(stats.gamma(4.0, scale=1 / 4), 0.04, 144)) < 1e-6


def test_the_law_of_shares_leaves_originals_to_the_bit() -> None:
    """Who shares the original, and when, is the same; who shares its shares is not."""
    told = {}
    for rest in ("", 'shares_across = { law = "gamma", shape = 0.5 }'):
        given = scenario(
            TREE, appeal=0.1, copies=50, author="ids = [0]", feed=EXPONENTIAL, rest=rest
        )
        shares = np.concatenate([batch.only(Kind.SHARE).rows for batch in stream(given, "none", 1)])
        told[rest] = [
            shares[["time", "story", "account", "source"]][(shares["source"] == 0) == original]
            for original in (True, False)
        ]
    (plain, plain_later), (found, later) = told.values()
    assert len(found) > 50 and np.array_equal(found, plain)
    assert len(later) > 50 and not np.array_equal(later, plain_later)


@pytest.mark.parametrize(("exponent", "scale"), [(0.3, 2.0), (1.5, 8.0)])
def test_late_shares_of_a_post_are_shared_less(exponent: float, scale: float) -> None:
    """A star of stars: the children of a share by its rank, each of 30 followers alike."""
    rest = f"original = 10\nrank_exponent = {exponent}\nrank_scale = {scale}"
    first, later = offspring(TREE, appeal=0.1, copies=400, rest=rest)
    assert (first == 30).all()
    # All share at the same moment, those of one original in the order in which they are logged.
    found = later.reshape(400, 30)
    expected = 30 * 0.1 * (1 + np.arange(30) / scale) ** -exponent

    def misfit(expected: NDArray[np.float64]) -> float:
        error = np.sqrt(expected * (1 - expected / 30) / 400)
        z = (found.mean(axis=0) - expected) / error
        return float(stats.chi2.sf((z**2).sum(), 30))

    assert misfit(expected) > 0.001
    # Negative controls: no fall, and ranks that are one too high.
    assert misfit(np.full(30, 3.0)) < 1e-9
    assert misfit(30 * 0.1 * (1 + np.arange(1, 31) / scale) ** -exponent) < 1e-3


def test_shares_of_shares_have_ranks_of_their_own() -> None:
    """Of every six shares of one post only the first is shared, in each generation."""
    made = []
    for rest in ("", "rank_exponent = 5.0\nrank_scale = 0.01"):
        tree = 'kind = "tree"\nbranching = 6\ndepth = 3'
        told = scenario(tree, appeal=1.0, copies=20, author="ids = [0]", feed=FIXED, rest=rest)
        times = np.concatenate([b.only(Kind.SHARE).time for b in stream(told, "none", 1)])
        made.append(np.bincount(np.rint(times).astype(int))[1:].tolist())
    assert made == [[20 * 6, 20 * 36, 20 * 216], [20 * 6, 20 * 6, 20 * 6]]
