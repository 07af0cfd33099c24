"""Closures as candidates of optimise: who is chosen, and what fresh worlds say of them."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("optuna", reason="needs the extra [analysis]")

import rumorsim
from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError
from rumorsim.graphs import from_edges
from rumorsim.reports.pages.report import page_of
from rumorsim.scenario import Scenario
from rumorsim.scenario.inputs import build_graph
from rumorsim.studies.explain.choosing import Closures, core_numbers, hung_on
from rumorsim.studies.explain.observing import counted_without, prepared
from rumorsim.studies.optimise.answer import Optimum

TEXT = """
name = "whom to close"
horizon = "100 h"
[graph]
kind = "power-law"
accounts = 120
mean_followers = 6
[feed]
reading = "delay"
delay = { law = "exponential", mean = "1 h" }
[[stories]]
name = "story"
truth = false
appeal = 0.3
author = { random = 4 }
"""


def nothing() -> None:
    """Nobody hears of progress."""


def small(accounts: int, more: str = "") -> Scenario:
    rng = np.random.default_rng(accounts)
    edges = np.unique(rng.integers(0, accounts, (3 * accounts, 2)), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]]
    made = from_edges(edges[:, 0], edges[:, 1], direction="follower followee")
    return rumorsim.loads(TEXT + more).on(made)


def test_the_first_is_the_best_by_brute_force() -> None:
    """Every closure of one account, and of two: one is exact, two are nearly as good as any."""
    given, accounts = small(8, "copies = 60"), 8
    plain, stories = prepared(given, reads=False), np.ones(60, bool)
    whole = counted_without(plain, "none", 1, "fast", stories, []).reached

    def lost(closed: tuple[int, ...]) -> int:
        return whole - counted_without(plain, "none", 1, "fast", stories, closed).reached

    hung = hung_on(accounts, [(given, 1)], nothing)
    assert hung.tolist() == [lost((each,)) for each in range(accounts)]
    pairs = {pair: lost(pair) for pair in combinations(range(accounts), 2)}
    first = tuple(sorted(np.argsort(-hung, kind="stable")[:2].tolist()))
    assert pairs[first] >= 0.9 * max(pairs.values()) > 1.2 * np.median(list(pairs.values()))


def test_core_numbers_are_those_of_a_graph_peeled_by_hand() -> None:
    """A triangle with a tail and one alone, follows in either direction."""
    sources, targets = np.array([0, 1, 2, 3]), np.array([1, 2, 0, 0])
    graph = from_edges(sources, targets, direction="follower followee")
    assert core_numbers(graph).tolist() == [2, 2, 2, 1]


def optimum(**options: Any) -> Optimum:
    study = {"scenario": rumorsim.loads(TEXT), "replicates": 2}
    usual: dict[str, Any] = {"trials": 4, "finalists": 2, "confirm": 2, "workers": 1, "learn": 2}
    return rumorsim.optimise(study, **usual | options)


def test_closures_are_judged_in_fresh_worlds_like_any_policy(tmp_path: Path) -> None:
    found = optimum(close=[1, 8], close_by=["explain", "followers"])
    ways = ("what hung on them", "followers")
    assert {each.policy for each in found.trials} == {
        f"close {size} by {way}" for size in (1, 8) for way in ways
    }
    assert not set(found.closures.seeds) & {*found.seeds, *found.fresh}
    found.save(tmp_path / "made")
    said = str(page_of(tmp_path / "made"))
    assert "--close 1 --close 8 --close-by explain --close-by followers --learn 2" in said


def test_who_is_chosen_at_random_is_always_the_same_and_nobody_twice() -> None:
    given = small(14)
    closures = Closures((5,), ("random", "followers"))
    made = closures.policies(given, [], nothing)
    random, followers = (
        [str(each) for each in policy[0].whom.accounts] for policy in made.values()
    )
    assert len(set(random)) == 5 and random != followers
    assert made == closures.policies(given, [], nothing)
    graph, _ = build_graph(given, 0)
    counts = graph.follower_counts()
    assert sorted(counts[[int(each) for each in followers]]) == sorted(counts)[-5:]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"close": [0]}, "close"),
        ({"close": [3], "close_by": ["fame"]}, "no such way"),
        ({"close": [3], "close_by": []}, "must name a way"),
        ({"close": [3], "learn": 0}, "learn"),
        ({"close": [1, 2, 3]}, "trials = 4: must be enough to try 12 closures once"),
        ({"close": [120], "trials": 9}, "fewer than all: the graph has 120 accounts"),
    ],
)
def test_what_cannot_be_closed_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        optimum(**options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"graph.seed": "replicate"}, "one follow graph for all worlds"),
        ({"model": {"kind": "maki-thompson"}, "feed": None}, "no posts and reads"),
    ],
)
def test_scenarios_without_such_accounts_are_refused(change: Any, message: str) -> None:
    given = rumorsim.loads(TEXT).with_(change)
    with pytest.raises(InputError, match=message):
        Closures((3,)).check(given, 8)


def test_options_that_say_how_need_one_that_says_how_many() -> None:
    done = CliRunner().invoke(cli, ["optimise", "small-answers", "--learn", "3"])
    assert done.exit_code == 2 and "has no effect without --close" in done.output


def test_the_names_of_networkx_are_not_mixed_up() -> None:
    """Accounts with ids of their own are closed by these."""
    made = nx.DiGraph([("a", "b"), ("c", "b"), ("b", "a")])
    given = rumorsim.loads(TEXT).on(made, direction="follower followee")
    (policy,) = Closures((1,), ("followers",)).policies(given, [], nothing).values()
    assert policy[0].whom.accounts == ("b",)
