"""Splitting: branches leave the past alone, and estimates have the right mean.

Chances are held to exact laws: a rumor in a tree (a branching process) and a contact model on a
small graph by enumeration. Each check states its power; seeds are fixed, levels too.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from redrawn_worlds import QUICK, alike, numbers, scenario_of

from rumorsim import Scenario, loads
from rumorsim.events.stream import Batch, Kind
from rumorsim.simulation.simulation import Simulation
from rumorsim.studies.statistics.intervals import LEVEL, PART, mean_interval
from rumorsim.studies.tail.history import History
from rumorsim.studies.tail.means import lacking
from rumorsim.studies.tail.pilot import next_level, pilot, pilot_seed
from rumorsim.studies.tail.splitting import (
    Asked,
    Plan,
    branch_of,
    new_key,
    once,
    redraw_of,
    tree,
)
from rumorsim.studies.tail.work import grown
from rumorsim.world.redraw import Redraw

KEY = "reach.truth.false.accounts"


def whole(
    scenario: Scenario, redraw: Redraw | None = None, engine: str = "fast"
) -> tuple[Batch, np.ndarray]:
    """All events of a run under none, and the exposures that are worked out late."""
    simulation = Simulation(scenario, "none", engine=engine, redraw=redraw)
    batch = simulation.advance(scenario.horizon)
    return batch, np.sort(simulation.exposures().rows)


def until(events: tuple[Batch, np.ndarray], moment: float) -> tuple[Batch, np.ndarray]:
    batch, late = events
    return Batch(batch.rows[batch.time <= moment]), late[late["time"] <= moment]


# -- branches ---------------------------------------------------------------------------


def moments_of(history: History) -> list[float]:
    """The first, middle and last moment at which the story came on."""
    moments = history.course(2.0)[0]
    return sorted({moments[i] for i in (0, len(moments) // 2, -1)}) if len(moments) else []


@pytest.mark.parametrize("number", numbers())
def test_a_branch_leaves_what_was_before_alone(number: int) -> None:
    scenario = scenario_of(number)
    made = once(scenario, "none", scenario.seed, None, Asked("reach.accounts"))
    before = whole(scenario)
    for place, moment in enumerate(moments_of(made.history)):
        branch = branch_of(made, None, moment, new_key(scenario.seed, 1, place))
        after = whole(scenario, branch)
        assert alike(until(before, moment), until(after, moment))
        if number < 8:
            assert alike(after, whole(scenario, branch, "reference"))
        # A branch of the branch leaves the branch alone as long.
        again = once(scenario, "none", scenario.seed, branch, Asked("reach.accounts"))
        moment = moments_of(again.history)[-1]
        deeper = branch_of(again, branch, moment, new_key(branch.keys[-1], 2, 1))
        assert alike(until(after, moment), until(whole(scenario, deeper), moment))


def test_branches_change_what_comes_after() -> None:
    """Negative control: the past is not left alone because nothing is drawn anew."""
    changed = 0
    for number in range(QUICK):
        scenario = scenario_of(number)
        made = once(scenario, "none", scenario.seed, None, Asked("reach.accounts"))
        if moments := moments_of(made.history):
            branch = branch_of(made, None, moments[0], 99)
            changed += not alike(whole(scenario), whole(scenario, branch))
    assert changed > QUICK // 3


def test_accounts_that_posted_keep_what_they_draw() -> None:
    """An author has not read its story, but its vigour and contacts were looked at."""
    scenario = loads(
        """
        horizon = "10 h"
        [graph]
        kind = "star"
        accounts = 6
        [feed]
        reading = "delay"
        delay = { law = "fixed", time = "1 h" }
        [[stories]]
        name = "s"
        truth = false
        appeal = 0.5
        author = { ids = [0] }
        """
    )
    made = once(scenario, "none", 1, None, Asked(KEY))
    # Its five followers have it in their feed at once.
    history = made.history
    assert history.moment(1, 2.0) == history.moment(10, 2.0) == 0 and history.farthest(2.0) == 10
    assert history.moment(11, 2.0) == math.inf
    assert history.kept(0.0).tolist() == [0]
    assert branch_of(made, None, 0.0, 7).epochs.tolist() == [0, 1, 1, 1, 1, 1]
    # An hour later all have read it at one moment, and nothing is left to draw.
    assert branch_of(made, None, 1.0, 7).epochs.tolist() == [0] * 6


# -- exact laws --------------------------------------------------------------------------

BRANCHING, DEPTH = 3, 7


def tree_world(
    appeal: float, policy: str = "", branching: int = BRANCHING, depth: int = DEPTH
) -> Scenario:
    """A rumor at the root of a tree, each delivery read after its own delay."""
    return loads(
        f"""
        horizon = "400 h"
        [graph]
        kind = "tree"
        branching = {branching}
        depth = {depth}
        [feed]
        reading = "delay"
        delay = {{ law = "exponential", mean = "1 h" }}
        [[stories]]
        name = "rumor"
        truth = false
        appeal = {appeal}
        author = {{ ids = [0] }}
        {policy}
        """
    )


def tree_tail(appeal: float, above: int, branching: int = BRANCHING, depth: int = DEPTH) -> float:
    """P(reach > above): the law of the reach by its generating function, level by level.

    A post d levels above the leaves is read by each of its followers, who share it with
    probability ``appeal``: H_d(s) = (s (1 - p + p H_{d-1}(s)))^b, H_0 = 1. (The total progeny of
    a branching process, which for many followers and levels is Borel's law.)
    """
    law: NDArray[np.float64] = np.zeros(above + 1)
    law[0] = 1.0
    for _ in range(depth):
        one = appeal * law
        one[0] += 1 - appeal
        one = np.concatenate([[0.0], one[:-1]])
        law = one
        for _ in range(branching - 1):
            law = np.convolve(law, one)[: above + 1]
    return 1.0 - math.fsum(law)


def weights_in(
    scenario: Scenario, plan: Plan, above: float, roots: range, policy: str = "none"
) -> NDArray[np.float64]:
    """Y_r of each world."""
    policies = list(dict.fromkeys(("none", policy)))
    return weights_of(grown(scenario, roots, plan, Asked(KEY), policies, 0), above, policy)


def weights_of(trees: Any, above: float, policy: str) -> NDArray[np.float64]:
    """Y_r of each tree."""
    return np.array(
        [
            math.fsum(leaf.weight for leaf in leaves if (leaf.values[policy] or 0) > above)
            for leaves in trees
        ]
    )


def z_of(values: NDArray[np.float64], truth: float) -> float:
    return float((values.mean() - truth) / (values.std(ddof=1) / math.sqrt(len(values))))


#: Appeal, threshold, levels, worlds.
RARE = (0.25, 60, Plan((9, 18, 36), (4, 4, 4)), 400)


def test_the_law_of_the_tree_is_that_of_plain_worlds() -> None:
    """The truth itself: 600 plain worlds at a threshold that is not rare."""
    values = weights_in(tree_world(0.25), Plan(), 12, range(10_000, 10_600))
    assert abs(z_of(values, tree_tail(0.25, 12))) < 3


def test_the_chance_of_a_large_tree_is_right() -> None:
    appeal, above, plan, worlds = RARE
    truth = tree_tail(appeal, above)
    values = weights_in(tree_world(appeal), plan, above, range(worlds))
    assert abs(z_of(values, truth)) < 3
    # Power: the standard error is a third of the truth at most.
    assert values.std(ddof=1) / math.sqrt(worlds) < 0.33 * truth


def test_the_mean_reach_is_right_too() -> None:
    """Every function of a run is estimated by the same weights."""
    appeal, _, plan, _ = RARE
    trees = grown(tree_world(appeal), range(250), plan, Asked(KEY), ["none"], 0)
    values = np.array(
        [math.fsum(leaf.weight * (leaf.values["none"] or 0) for leaf in each) for each in trees]
    )
    truth = sum(BRANCHING * (BRANCHING * appeal) ** level for level in range(DEPTH))
    assert abs(z_of(values, truth)) < 3
    # Weights off by a tenth are seen at once ...
    assert all(math.fsum(leaf.weight for leaf in each) == 1.0 for each in trees)


CLOSED = """
[[policies]]
name = "close at 3 h"
[[policies.interventions]]
kind = "close-accounts"
when = { at = ["3 h"] }
whom = { top = 1 }
"""


def test_branches_are_right_for_a_policy_that_acts_before_the_levels() -> None:
    """Held against plain worlds: z of the difference of two estimates of one chance."""
    scenario = tree_world(0.3, CLOSED)
    above, plan = 30, Plan((6, 18, 40), (3, 3, 3))
    split = weights_in(scenario, plan, above, range(200), "close at 3 h")
    worlds = range(5_000, 5_600)
    trees = grown(scenario, worlds, Plan(), Asked(KEY), ["none", "close at 3 h"], 0)
    plain, none = (weights_of(trees, above, policy) for policy in ("close at 3 h", "none"))
    error = math.hypot(split.std(ddof=1) / math.sqrt(200), plain.std(ddof=1) / math.sqrt(600))
    assert abs(split.mean() - plain.mean()) < 3 * error
    assert none.mean() - plain.mean() > 3 * error  # the policy matters


SLOWED = """
[[policies]]
name = "slow"
[[policies.interventions]]
kind = "circuit-breaker"
flow = 0.0
when = { shares = 6 }
"""


def test_a_policy_that_never_acts_in_a_branch_is_not_run() -> None:
    """The numbers are those of the run all the same, also of a measure that sees the policy."""
    scenario, asked = (
        tree_world(0.3, SLOWED),
        Asked(KEY, others=("enforcement.recall.by_target.of",)),
    )
    reused = made = 0
    for seed in range(12):
        for leaf, redraw in tree(scenario, seed, Plan((6, 18), (3, 3)), asked, ["slow"]):
            again = once(scenario, "slow", seed, redraw, asked)
            assert (leaf.values["slow"], leaf.others["slow"]) == (again.value, again.others)
            assert leaf.runs == 2 - leaf.reused
            reused, made = reused + leaf.reused, made + 1
    assert 0 < reused < made


@pytest.mark.long
def test_the_chance_of_a_large_tree_is_right_at_full_power() -> None:
    """... and by the estimate: its standard error of 2 % is enough to see the fault."""
    appeal, above, plan = 0.25, 18, Plan((6, 12), (3, 3))
    truth = tree_tail(appeal, above)
    values = weights_in(tree_world(appeal), plan, above, range(9_000))
    assert values.std(ddof=1) / math.sqrt(len(values)) < 0.02 * truth
    assert abs(z_of(values, truth)) < 3
    assert z_of(1.1 * values, truth) > 3


# -- a contact model on a complete graph ---------------------------------------------------

ACCOUNTS, TRANSMISSION = 40, 0.015


def sir_world() -> Scenario:
    return loads(
        f"""
        horizon = "400 h"
        [graph]
        kind = "complete"
        accounts = {ACCOUNTS}
        [model]
        kind = "sir"
        transmission = "{TRANSMISSION} per h"
        recovery = {{ law = "exponential", mean = "1 h" }}
        [[stories]]
        name = "rumor"
        truth = false
        appeal = 1.0
        author = {{ ids = [0] }}
        """
    )


def sir_tail(above: int) -> float:
    """P(reach > above) by going through all states (susceptible, infected) of the jump chain."""
    at = {(ACCOUNTS - 1, 1): 1.0}
    chance = 0.0
    while at:
        following: dict[tuple[int, int], float] = {}
        for (susceptible, infected), mass in at.items():
            if ACCOUNTS - 1 - susceptible > above:
                chance += mass
            elif infected:
                rate = TRANSMISSION * susceptible
                for state, part in (
                    ((susceptible - 1, infected + 1), rate / (rate + 1)),
                    ((susceptible, infected - 1), 1 / (rate + 1)),
                ):
                    following[state] = following.get(state, 0.0) + part * mass
        at = following
    return chance


SIR_PLAN = Plan((2, 5, 9, 13), (4, 4, 4, 4))


@pytest.mark.parametrize(
    ("worlds", "error"), [(500, 0.4), pytest.param(15_000, 0.06, marks=pytest.mark.long)]
)
def test_the_chance_of_a_large_epidemic_is_right(worlds: int, error: float) -> None:
    truth = sir_tail(16)
    values = weights_in(sir_world(), SIR_PLAN, 16, range(worlds))
    assert abs(z_of(values, truth)) < 3
    assert values.std(ddof=1) / math.sqrt(worlds) < error * truth


@pytest.mark.long
def test_intervals_hold_the_truth() -> None:
    """Samples of 300 from 2,500 trees: 93 to 97 % of the intervals that are stated hold their mean.

    Standard error of the part: 1.1 %; the chance is about one in 40.
    """
    pool = weights_in(tree_world(0.25), Plan((9, 18), (4, 4)), 35, range(2_500))
    chance = np.random.default_rng(1)
    holds = []
    for _ in range(400):
        sample = chance.choice(pool, 300).tolist()
        if not lacking(sample):
            interval = mean_interval(sample, LEVEL, PART)
            assert interval.low is not None and interval.high is not None
            holds.append(interval.low <= pool.mean() <= interval.high)
    assert len(holds) > 380
    assert 0.93 <= float(np.mean(holds)) <= 0.97


# -- plan and pilot -----------------------------------------------------------------------


def test_trees_do_not_depend_on_who_grows_them() -> None:
    scenario, plan = tree_world(0.3), Plan((6, 18), (3, 4))
    alone = grown(scenario, range(6), plan, Asked(KEY), ["none"], 0)
    assert alone == grown(scenario, range(6), plan, Asked(KEY), ["none"], 2)
    assert alone == grown(scenario, range(6), plan, Asked(KEY, "reference"), ["none"], 0)
    assert sum(map(len, alone)) > 12


def test_siblings_differ_and_share_their_past() -> None:
    scenario, plan = tree_world(0.3), Plan((6, 18), (3, 4))
    leaves = [each for each, _ in tree(scenario, 3, plan, Asked(KEY))]
    assert len({leaf.path for leaf in leaves}) == len(leaves)
    found = [
        (leaf, redraw) for leaf, redraw in tree(scenario, 3, plan, Asked(KEY)) if redraw is not None
    ]
    assert len({redraw for _, redraw in found}) == len(found)
    for leaf, redraw in found:
        assert redraw_of(scenario, 3, plan, Asked(KEY), leaf.path) == redraw
        again = once(scenario, "none", 3, redraw, Asked(KEY))
        assert again.value == leaf.values["none"] and len(again.history.audience) == leaf.audience


def test_a_tree_that_grows_too_large_is_split_no_more() -> None:
    """The weights of its leaves add up to one all the same."""
    scenario, plan = tree_world(0.9), Plan(tuple(range(3, 30, 3)), (4,) * 9)
    leaves = [leaf for leaf, _ in tree(scenario, 1, plan, Asked(KEY), most=50)]
    assert 50 <= len(leaves) < 54
    assert math.fsum(leaf.weight for leaf in leaves) == pytest.approx(1.0, abs=1e-12)


def test_a_pilot_finds_rising_levels_up_to_the_tail() -> None:
    scenario, truth = tree_world(0.25), tree_tail(0.25, 60)
    found = pilot(scenario, 1, Asked(KEY), lambda value: (value or 0) > 60, 80)
    levels = found.plan.levels
    assert found.seen and 2 <= len(levels) <= 6
    assert all(low < high for low, high in pairwise(levels))
    assert truth / 100 < found.chance < 100 * truth
    assert 1 < found.leaves < 10


def test_a_pilot_stops_where_nothing_goes_further() -> None:
    found = pilot(tree_world(0.0), 1, Asked(KEY), lambda value: (value or 0) > 60, 20)
    assert not found.seen and found.chance == 0 and len(found.plan.levels) <= 1


def test_a_pilot_does_not_split_what_is_not_rare() -> None:
    found = pilot(tree_world(0.9), 1, Asked(KEY), lambda value: (value or 0) > 60, 20)
    assert not found.plan.levels and found.seen and found.runs == 20


def test_worlds_of_the_pilot_are_others() -> None:
    seeds = {pilot_seed(seed, number) for seed in range(50) for number in range(50)}
    assert len(seeds) == 2500 and min(seeds) > 2500


@pytest.mark.parametrize(
    ("reached", "before", "level"),
    [
        ([0, 0, 0, 0, 0, 0, 1, 2], [], 1),
        ([1, 2, 3, 4, 5, 6, 7, 8], [], 7),
        ([5] * 8, [5], None),
        ([5] * 7 + [9], [5], 9),
        ([0] * 8, [], None),
    ],
)
def test_where_a_level_is_put(reached: list[int], before: list[int], level: int | None) -> None:
    assert next_level(reached, before) == level


def test_shares_happen_in_these_worlds() -> None:
    assert any((whole(scenario_of(n))[0].kind == Kind.SHARE).any() for n in range(QUICK))
