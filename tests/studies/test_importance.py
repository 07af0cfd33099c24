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


def exact(choice: Choice, f: NDArray[np.float64], power: float) -> tuple[float, float]:
    """Mean and standard deviation of w**power f(x) over the worlds taken, summed over the law."""
    assert choice.sharers is not None and choice.sharers.exact
    scores, parts = choice.sharers.law
    a = choice.chances(scores)
    law, values = parts * a / choice.mean, (choice.mean / a) ** power * f
    mean = math.fsum(law * values)
    return mean, math.sqrt(math.fsum(law * (values - mean) ** 2))


@pytest.mark.parametrize("exponent", [each for each in EXPONENTS if each])
def test_weights_give_the_mean_over_all_accounts(exponent: float) -> None:
    """The mean number of followers, and the part of accounts with the most of them.

    Standard errors are exact, so that z has no skewness but that of a mean over thousands of
    worlds. As many worlds are taken as make a fault of a tenth in the weights 6 standard errors:
    a bound of 4 refuses it with a probability of 0.97, and fails by bad luck once in 10,000.
    """
    choice = Choice(sharers_of(world()), exponent)
    assert choice.sharers is not None
    scores, parts = choice.sharers.law
    followers = build_graph(world())[0].follower_counts()
    assert scores.tolist() == followers.tolist() and math.fsum(parts) == 1.0
    assert parts == pytest.approx(np.full(2_000, 1 / 2_000), rel=1e-6)
    many = float(np.quantile(followers, 0.75))
    asked = [lambda x: x, lambda x: (x > many) * 1.0, np.ones_like]
    laws = [exact(choice, f(scores), 1) for f in asked]
    assert [mean for mean, _ in laws] == pytest.approx(
        [followers.mean(), (followers > many).mean(), 1.0], rel=1e-6
    )
    worlds = max(math.ceil((60 * deviation / mean) ** 2) for mean, deviation in laws)
    taken = choice.from_seed(worlds, 300_000)
    weights = np.array(taken.weights)
    x = np.array([choice.sharers.score(seed) for seed in taken.seeds])
    for f, (mean, deviation) in zip(asked, laws, strict=True):
        error = deviation / math.sqrt(worlds)
        found = float((weights * f(x)).mean())
        assert abs(found - mean) < 4 * error < abs(1.1 * found - mean)
    # They are taken by their followers, as much as the exponent says.
    tilted, deviation = exact(choice, scores, 0)
    assert abs(x.mean() - tilted) < 4 * deviation / math.sqrt(worlds)
    assert tilted - followers.mean() > 8 * deviation / math.sqrt(worlds)


@pytest.mark.parametrize("exponent", [each for each in EXPONENTS if each])
def test_no_weight_exceeds_what_the_floor_allows(exponent: float) -> None:
    """The level is at least FLOOR and at most 1 on average.

    ``heaviest`` allows a relative 1e-6 for chances being multiples of 2**-32. Rounding moves the
    mean of the level by at most ``top`` / 2**33, below 3e-8 as the top is at most 0.2 + 0.8 * 256.
    """
    choice = Choice(sharers_of(world()), exponent)
    assert choice.sharers is not None
    scores, _ = choice.sharers.law
    heaviest = float((choice.mean / choice.chances(scores)).max())
    assert heaviest <= choice.heaviest <= 1 / FLOOR * (1 + 1e-6) * (1 + 3e-8)


def test_without_an_exponent_every_seed_is_taken() -> None:
    taken = Choice(sharers_of(world()), 0.0).from_seed(6_000, 1)
    assert set(taken.weights) == {1.0} and taken.seeds == tuple(range(1, 6_001))


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


def refuses(values: NDArray[np.float64], truth: float) -> bool:
    """Whether values in [0, 1] are too far from a mean of ``truth``, whatever their law.

    P(a mean of n is off so far) <= 2 exp(-n KL) (Hoeffding, Probability inequalities for sums of
    bounded random variables, 1963, theorem 1), so it fails by bad luck at most once in 1,000. A t
    statistic would not do: of 300 trees with a weight of 0.2 (skewness 3.1) it is below -3.66 in
    2 of 1,000 samples, 15 times as often as a normal one, and above 3.66 in hardly any.
    """
    mean = float(values.mean())
    parts = ((mean, truth), (1 - mean, 1 - truth))
    off = math.fsum(p * math.log(p / q) if p > 0 else 0.0 for p, q in parts)
    return mean > 1 or 2 * math.exp(-len(values) * off) < 0.001


@pytest.mark.parametrize(
    ("weight", "worlds", "fault"),
    [
        (0.2, 300, 0.2),
        pytest.param(0.2, 1_000, 0.1, marks=pytest.mark.long),
        pytest.param(3.0, 200, 0.25, marks=pytest.mark.long),
        pytest.param(1.0, 1_000, 0.1, marks=pytest.mark.long),
        pytest.param(3.0, 1_000, 0.1, marks=pytest.mark.long),
    ],
)
def test_a_weight_of_the_world_does_not_change_what_a_tree_expects(
    weight: float, worlds: int, fault: float
) -> None:
    """The part of a tree's weight that is in a tail of seven worlds in ten.

    Negative control: leaves of trees that were split weigh more by ``fault``. It is refused where
    the mean is off by 3.9 binomial standard errors, the fault being 4.8 to 5.4: with
    a probability above 0.8, and more where trees have many leaves, as these spread less.
    """
    appeal, above, plan = 0.5, 30, Plan((9, 18), (3, 3))
    seeds = range(500_000, 500_000 + worlds)
    weights = [weight] * worlds
    trees = grown(tree_world(appeal), seeds, plan, Asked(KEY), ["none"], 0, weights=weights)
    truth = tree_tail(appeal, above)
    assert 0.65 < truth < 0.75

    def values(fault: float) -> NDArray[np.float64]:
        return np.array(
            [
                (1 + fault * (len(leaves) > 1))
                * math.fsum(leaf.weight for leaf in leaves if (leaf.values["none"] or 0) > above)
                for leaves in trees
            ]
        )

    assert sum(map(len, trees)) > 1.5 * worlds
    assert not refuses(values(0.0), truth)
    assert refuses(values(fault), truth)


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
    text = " ".join(found.text().split())
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
    assert chosen.pop("options") + " --no-importance" == plain.pop("options")
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
