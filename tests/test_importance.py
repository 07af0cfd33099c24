"""Worlds chosen by their first sharers: weights are right, and worlds stay ordinary worlds.

Held to exact values: the followers of a random author by enumeration of all accounts, and the law
of a rumor in a tree. Seeds are fixed; each check states its power.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from test_splitting import BRANCHING, KEY, tree_tail, tree_world, z_of

import rumorsim
from rumorsim import Scenario, loads
from rumorsim.common.errors import InputError
from rumorsim.events.stream import Kind
from rumorsim.scenario import build_graph
from rumorsim.studies.tail.importance import EXPONENTS, FLOOR, Choice, FirstSharers
from rumorsim.studies.tail.splitting import Asked, Plan, tree
from rumorsim.studies.tail.work import grown

POWER_LAW = 'kind = "power-law"\naccounts = 2_000\nmean_followers = 4.0\nseed = 3'
DELETE = """
[[policies]]
name = "delete at 1 h"
[[policies.interventions]]
kind = "delete-posts"
when = { age = "1 h" }
"""


def world(
    author: str = "author = { random = 1 }",
    graph: str = POWER_LAW,
    appeal: float = 0.0,
    more: str = "",
    copies: int = 1,
) -> Scenario:
    return loads(
        f"""
        horizon = "200 h"
        [graph]
        {graph}
        [feed]
        reading = "delay"
        delay = {{ law = "exponential", mean = "1 h" }}
        [[stories]]
        name = "rumor"
        truth = false
        appeal = {appeal}
        copies = {copies}
        {author}
        {more}
        """
    )


def sharers_of(scenario: Scenario) -> FirstSharers:
    found = FirstSharers.of(scenario)
    assert found is not None
    return found


# -- scores and weights -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "author", ["author = { random = 1 }", 'author = { random = 3 }\nat = ["0 h", "5 h"]']
)
def test_scores_are_those_of_the_worlds_authors(author: str) -> None:
    scenario = world(author, copies=2)
    sharers = sharers_of(scenario)
    graph, _ = build_graph(scenario)
    for seed in range(12):
        simulation = rumorsim.Simulation(scenario, seed=seed)
        posts = simulation.advance("200 h").only(Kind.PUBLISH)
        pairs = set(zip(posts.story.tolist(), posts.account.tolist(), strict=True))
        followers = graph.follower_counts()
        assert sharers.score(seed) == sum(followers[account] for _, account in pairs)


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_weights_give_the_mean_over_all_accounts(exponent: float) -> None:
    """The mean number of followers, and that of the tenth with most of them.

    Power: a fault of a tenth (in the share: of three tenths) is more than 3 standard errors.
    """
    scenario = world()
    sharers = sharers_of(scenario)
    followers = build_graph(scenario)[0].follower_counts()
    assert sharers.exact
    scores, parts = sharers.law
    assert scores.tolist() == followers.tolist() and math.fsum(parts) == 1.0
    assert parts == pytest.approx(np.full(2_000, 1 / 2_000), rel=1e-6)
    choice = Choice(sharers, exponent)
    taken = choice.from_seed(6_000, 1)
    weights = np.array(taken.weights)
    assert weights.max() <= choice.heaviest <= 1 / FLOOR * (1 + 1e-5)
    x = np.array([sharers.score(seed) for seed in taken.seeds])
    many = float(np.quantile(followers, 0.9))
    for found, truth, fault in (
        (weights * x, followers.mean(), 1.1),
        (weights * (x > many), (followers > many).mean(), 1.3),
    ):
        assert abs(z_of(found, float(truth))) < 3
        assert z_of(fault * found, float(truth)) > 3
    if exponent:
        assert abs(z_of(weights, 1.0)) < 3 and z_of(1.1 * weights, 1.0) > 3
        assert x.mean() > 1.2 * followers.mean()  # they are chosen by it
    else:
        assert (weights == 1).all() and taken.seeds == tuple(range(1, 6_001))


def test_several_authors_have_weights_from_other_seeds() -> None:
    sharers = sharers_of(world("author = { random = 3 }"))
    assert not sharers.exact
    choice = Choice(sharers, 1.0)
    assert 0 < choice.error < 0.01
    taken = choice.from_seed(3_000, 1)
    weights = np.array(taken.weights)
    x = np.array([sharers.score(seed) for seed in taken.seeds])
    assert abs(z_of(weights, 1.0)) < 3
    truth = 3 * build_graph(world())[0].follower_counts().mean()
    assert abs(z_of(weights * x, float(truth))) < 3 < z_of(1.1 * weights * x, float(truth))


@pytest.mark.parametrize(
    "scenario",
    [
        world("author = { ids = [0] }"),
        world("author = { most_followed = 3 }"),
        world(graph='kind = "complete"\naccounts = 30'),
        world(graph=POWER_LAW.replace("= 3", '= "replicate"')),
        world('author = { kind = "bot" }', more="[accounts.kinds.bot]\nshare = 0.1"),
    ],
    ids=["by id", "most followed", "all alike", "a graph of its own", "kinds of its own"],
)
def test_where_worlds_are_not_chosen(scenario: Scenario) -> None:
    assert FirstSharers.of(scenario) is None


def test_worlds_go_on_where_they_ended() -> None:
    choice = Choice(sharers_of(world()), 0.75)
    few, more = choice.from_seed(40, 7), choice.from_seed(100, 7)
    assert few.seeds == more.seeds[:40] and few.weights == more.weights[:40]
    assert few.candidates == few.seeds[-1] - 6
    later = choice.from_seed(60, few.seeds[-1] + 1)
    assert few.seeds + later.seeds == more.seeds
    with pytest.raises(InputError, match="seeds of all worlds must lie in"):
        choice.from_seed(100, 2**64 - 5)


# -- trees of weighted worlds -----------------------------------------------------------------


def test_worlds_that_count_for_little_are_split_less() -> None:
    scenario, plan = tree_world(0.3), Plan((6, 18), (3, 4))
    sizes = []
    for weight in (0.01, 0.34, 1.0, 4.0):
        leaves = [leaf for leaf, _ in tree(scenario, 3, plan, Asked(KEY), weight=weight)]
        assert math.fsum(leaf.weight for leaf in leaves) == pytest.approx(1.0, abs=1e-12)
        sizes.append(len(leaves))
    assert sizes[0] == 1 and sizes == sorted(sizes) and sizes[3] > sizes[2] > 1


@pytest.mark.parametrize("weight", [0.2, 1.6])
def test_a_weight_of_the_world_does_not_change_what_a_tree_expects(weight: float) -> None:
    appeal, above, plan = 0.25, 30, Plan((9, 18), (4, 4))
    trees = grown(
        tree_world(appeal),
        range(1_000, 1_400),
        plan,
        Asked(KEY),
        ["none"],
        0,
        weights=[weight] * 400,
    )
    values = [
        math.fsum(leaf.weight for leaf in leaves if (leaf.values["none"] or 0) > above)
        for leaves in trees
    ]
    found: NDArray[np.float64] = np.array(values)
    assert abs(z_of(found, tree_tail(appeal, above))) < 3
    assert found.std(ddof=1) / math.sqrt(400) < 0.5 * tree_tail(appeal, above)


DEPTH, APPEAL, ABOVE = 5, 0.5, 12


def forest() -> Scenario:
    """A rumor that starts anywhere in a tree."""
    return world(graph=f'kind = "tree"\nbranching = {BRANCHING}\ndepth = {DEPTH}', appeal=APPEAL)


def by_height(value: NDArray[np.float64]) -> float:
    """The mean over all accounts of a value by height above the leaves."""
    sizes = [BRANCHING ** (DEPTH - height) for height in range(DEPTH + 1)]
    return float(np.average(value, weights=sizes))


def test_the_answer_has_the_exact_chance_and_mean() -> None:
    """Power: a fault of a fifth in the weights is more than 3 standard errors of the mean."""
    found = rumorsim.compare_tail(
        forest(), f"reach > {ABOVE}", replicates=700, budget=1_000, workers=1, seed=5
    )
    assert found.worlds.exponent > 0 and found.pilot.plan.levels
    chance = by_height(
        np.array([tree_tail(APPEAL, ABOVE, BRANCHING, height) for height in range(DEPTH + 1)])
    )
    each = [
        sum(BRANCHING * (BRANCHING * APPEAL) ** level for level in range(height))
        for height in range(DEPTH + 1)
    ]
    mean = by_height(np.array(each, dtype=np.float64))
    values, means = np.array(found.by_world("none")), np.array(found.means_by_world("none") or [])
    assert abs(z_of(values, chance)) < 3
    assert abs(z_of(means, mean)) < 3 < z_of(1.2 * means, mean)
    (none,), (row,) = found.chances, found.means
    assert none.chance.low is not None and none.chance.high is not None
    assert none.chance.low < chance < none.chance.high
    assert row.mean.low is not None and row.mean.high is not None
    assert row.mean.low < mean < row.mean.high and row.difference is None
    text = found.text()
    assert "those with widely followed first sharers" in text
    assert "Mean of reach.truth.false.accounts in all worlds" in text


# -- the same worlds everywhere ---------------------------------------------------------------


def numbers(scenario: Scenario, **settings: object) -> dict[str, object]:
    wanted: dict[str, object] = {"replicates": 30, "budget": 1_000, "workers": 1, **settings}
    found = rumorsim.compare_tail(scenario, "reach > 100", **wanted)  # type: ignore[arg-type]
    return found.as_dict() | {"leaves": found.trees, "seeds": found.seeds}


def test_engines_and_workers_agree() -> None:
    scenario = world(appeal=0.1, more=DELETE)
    fast = numbers(scenario)
    assert fast["exponent_of_followers"]
    assert numbers(scenario, engine="reference") == fast
    assert numbers(scenario, workers=2) == fast


def test_any_world_taken_is_the_ordinary_world_of_its_seed() -> None:
    scenario = world(appeal=0.1, more=DELETE)
    found = rumorsim.compare_tail(
        scenario, "reach > 100", replicates=30, budget=1_000, workers=1, splitting=False
    )
    assert found.worlds.exponent and not found.pilot.plan.levels
    for seed, leaves in list(zip(found.seeds, found.trees, strict=True))[:6]:
        for policy in found.policies:
            result = rumorsim.run(scenario, policy, seed)
            assert leaves[0].values[policy] == result.scalars()[KEY]


def test_nothing_changes_for_fixed_authors() -> None:
    scenario = world("author = { most_followed = 2 }", appeal=0.1, more=DELETE)
    chosen, plain = numbers(scenario), numbers(scenario, importance=False)
    assert chosen == plain and chosen["seeds"] == tuple(range(1, 31))
    assert chosen["largest_weight"] == 1.0


def test_without_importance_seeds_follow_one_another() -> None:
    found = numbers(world(appeal=0.1, more=DELETE), importance=False)
    assert found["seeds"] == tuple(range(1, 31)) and found["exponent_of_followers"] == 0


def test_other_numbers_have_means_too() -> None:
    scenario = world(appeal=0.1, more=DELETE)
    wanted = ("shares.shares", "reach.truth.false.accounts", "enforcement.actions")
    found = rumorsim.compare_tail(
        scenario, "reach > 100", replicates=30, budget=1_000, workers=1, means=wanted
    )
    assert found.keys == (KEY, "shares.shares", "enforcement.actions")
    rows = {(each.key, each.policy): each for each in found.means}
    assert len(rows) == 6
    worlds = found.worlds
    for policy in found.policies:
        leaves = zip(worlds.weights, found.trees, strict=True)
        whole = [w * leaf.weight * leaf.others[policy][0] for w, each in leaves for leaf in each]
        assert rows["shares.shares", policy].mean.estimate == pytest.approx(sum(whole) / 30)
        # Whoever shares has read: the mean reach is not less.
        assert rows[KEY, policy].mean.estimate >= rows["shares.shares", policy].mean.estimate
    assert rows["enforcement.actions", "none"].mean.estimate == 0
    assert rows["enforcement.actions", "delete at 1 h"].mean.estimate > 0.3
    assert "Mean of shares.shares in all worlds" in found.text()
    with pytest.raises(InputError, match=r"means = .shares.shers.: is not the dotted name"):
        rumorsim.compare_tail(scenario, "reach > 100", means=["shares.shers"])
