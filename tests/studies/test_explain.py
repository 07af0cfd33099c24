"""explain: what hangs on an account is what closing it takes away, and what a policy averted."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from click.testing import CliRunner

import rumorsim
from rumorsim import InputError, Scenario, loads
from rumorsim.cli.app import cli
from rumorsim.graphs import FollowGraph, from_edges
from rumorsim.studies.explain.answer import Explanation
from rumorsim.studies.explain.dominators import ROOT, DominatorTree, immediate_dominators
from rumorsim.studies.explain.hanging import LiveGraph
from rumorsim.studies.explain.observing import Watched, counted_without, prepared, watched

HORIZON = 2400.0
PLAIN = 'reading = "delay"\ndelay = { law = "exponential", mean = "1 h" }'


def scenario(
    rest: str = "", *, accounts: int = 80, appeal: float = 0.2, feed: str = PLAIN, more: str = ""
) -> Scenario:
    return loads(
        f"""
horizon = "{HORIZON:g} h"
[graph]
kind = "power-law"
accounts = {accounts}
mean_followers = 7
[feed]
{feed}
[[stories]]
name = "story"
truth = false
appeal = {appeal}
author = {{ random = 2 }}
vigour = 0.5
{rest}
{more}
"""
    )


def observed(given: Scenario, seed: int, engine: str = "fast", policy: str = "none") -> Watched:
    _, run = watched(prepared(given, reads=True), policy, seed, engine, None, lambda _: None)
    return run


def lost(given: Scenario, run: Watched, seed: int, account: int) -> Any:
    plain = prepared(given, reads=False)
    return run.counts().less(counted_without(plain, "none", seed, "fast", run.stories, [account]))


def wrong_accounts(given: Scenario, seeds: range, each: int, *, first_only: bool = False) -> int:
    """How many accounts of how many worlds have a number that their closure does not bear out."""
    wrong = 0
    for seed in seeds:
        run = observed(given, seed)
        if first_only:
            none = np.zeros_like(run.reads.again)
            run = dataclasses.replace(run, reads=run.reads._replace(again=none))
        on = LiveGraph.of(run).on_accounts()
        order = np.argsort(-on.reached, kind="stable")
        wrong += sum(
            on.at(account) != lost(given, run, seed, account) for account in order[:each].tolist()
        )
    return wrong


def test_what_hangs_on_an_account_is_what_its_closure_takes_away() -> None:
    assert wrong_accounts(scenario(), range(12), 9) == 0


def test_a_run_in_which_nobody_reads_anything_is_explained_too() -> None:
    """No follow, no read: nothing hangs on anybody."""
    alone = from_edges(
        np.empty(0, int), np.empty(0, int), direction="follower followee", accounts=4
    )
    found = rumorsim.explain(scenario().on(alone), seed=1, check=2)
    assert found.counts == (0, 0) and found.accounts() == []


def test_reads_that_would_have_led_to_a_share_are_needed() -> None:
    """The cascade alone, where everybody hangs on the post that it shared, is wrong."""
    assert wrong_accounts(scenario(), range(3), 9, first_only=True) > 0


@pytest.mark.long
def test_it_is_so_in_400_reruns() -> None:
    given = scenario(accounts=400, appeal=0.1)
    assert wrong_accounts(given, range(40), 10) == 0


@pytest.mark.parametrize("accounts", [4, 9, 14])
def test_all_closures_of_small_graphs(accounts: int) -> None:
    rng = np.random.default_rng(accounts)
    edges = np.unique(rng.integers(0, accounts, (4 * accounts, 2)), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]]
    given = scenario("copies = 40", appeal=0.5).on(
        from_edges(edges[:, 0], edges[:, 1], direction="follower followee")
    )
    run = observed(given, 3)
    on = LiveGraph.of(run).on_accounts()
    assert run.counts().sharers > 40
    for account in range(run.facts.accounts):
        assert on.at(account) == lost(given, run, 3, account)


def test_with_check_ins_and_people_with_several_accounts_it_is_exact() -> None:
    feed = 'reading = "check-in"\nattention = "unlimited"\nbackground = "0 per day"'
    given = scenario(feed=feed + '\ncheck_ins = { mean = "24 per day", shape = "alike" }')
    assert wrong_accounts(given, range(2), 9) == 0


def test_every_node_of_the_graph_by_brute_force() -> None:
    """Posts too: what a walk does not come to without a node hangs on it."""
    graph = LiveGraph.of(observed(scenario('schedule = { rate = "1 per hour", end = "3 h" }'), 5))
    sources, targets = graph.edges()
    walked = nx.DiGraph(zip(sources.tolist(), targets.tolist(), strict=True))
    reached = graph.weights[1]
    everything = set(nx.descendants(walked, ROOT))
    for node in range(1, graph.nodes):
        without = walked.copy()
        without.remove_node(node)
        gone = everything - set(nx.descendants(without, ROOT))
        assert graph.below.reached[node] == sum(int(reached[each]) for each in gone)


def test_dominators_are_those_of_networkx() -> None:
    for seed in range(60):
        rng = np.random.default_rng(seed)
        nodes, count = int(rng.integers(2, 30)), int(rng.integers(1, 80))
        sources, targets = rng.integers(0, nodes, (2, count))
        graph = nx.DiGraph(zip(sources.tolist(), targets.tolist(), strict=True))
        graph.add_nodes_from(range(nodes))
        wanted = nx.immediate_dominators(graph, ROOT)
        wanted = [-1 if each == ROOT else wanted.get(each, -1) for each in range(nodes)]
        found = immediate_dominators(nodes, sources, targets)
        assert found.tolist() == wanted
        tree = DominatorTree.from_parents(found)
        assert tree.below(np.ones(nodes, np.int64)).tolist() == tree.size.tolist()
        pairs = np.indices((nodes, nodes)).reshape(2, -1)
        below = {(b, a) for a in range(nodes) for b in _up(wanted, a)}
        said = tree.is_below(pairs[1], pairs[0])
        for above, node, is_below in zip(*pairs.tolist(), said.tolist(), strict=True):
            if tree.depth[node] >= 0 and tree.depth[above] >= 0:
                assert is_below == ((above, node) in below)


def _up(parent: list[int], node: int) -> list[int]:
    found = [node]
    while parent[found[-1]] >= 0:
        found.append(parent[found[-1]])
    return found


def test_what_hangs_on_a_follow_is_what_its_absence_takes_away() -> None:
    rng = np.random.default_rng(8)
    edges = np.unique(rng.integers(0, 12, (40, 2)), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]]

    def world(kept: Any) -> tuple[FollowGraph, Scenario]:
        graph = from_edges(
            edges[kept, 0], edges[kept, 1], direction="follower followee", accounts=12
        )
        return graph, scenario("copies = 30", appeal=0.5).on(graph)

    _, whole = world(np.arange(len(edges)))
    run = observed(whole, 2)
    found = LiveGraph.of(run).on_follows()
    rows = zip(*(each.tolist() for each in found), strict=True)
    on = {(follower, followee): rest for followee, follower, *rest in rows}
    checked = 0
    for at, (follower, followee) in enumerate(edges.tolist()):
        _, given = world(np.arange(len(edges)) != at)
        gap = run.counts().less(observed(given, 2).counts())
        assert on.get((follower, followee), [0, 0]) == list(gap)
        checked += gap.reached > 0
    assert checked > 5


def test_what_is_heard_on_visits_alone() -> None:
    run = observed(
        scenario(
            'visits = { mean = 30, delay = { law = "exponential", mean = "1 h" } }', appeal=0.1
        ),
        4,
    )
    without = observed(scenario(appeal=0.1), 4)
    gap = run.counts().less(without.counts())
    place = run.facts.surfaces.index("visit")
    assert LiveGraph.of(run).without_surface(place) == gap
    assert gap.reached > 5


MORE = """
[[policies]]
name = "friction"
[[policies.interventions]]
kind = "friction"
friction = 0.3
when = { at = ["0 h"] }
"""


@pytest.mark.parametrize(
    "rest", ["", 'novelty = { half_life = "2 h" }', "reinforcement = [1.0, 2.0]"]
)
def test_both_engines_say_the_same(rest: str) -> None:
    given = scenario(rest, accounts=60, appeal=0.5)
    one, other = (observed(given, 3, engine) for engine in ("fast", "reference"))
    assert one.reads.again.any()
    for left, right in zip(one.reads, other.reads, strict=True):
        assert np.array_equal(left, right)


def explained(given: Scenario, **more: Any) -> Explanation:
    return rumorsim.explain(given, seed=3, check=more.pop("check", 2), **more)


def test_an_explanation_of_plain_sharing_is_exact_and_borne_out() -> None:
    found = explained(scenario())
    assert found.estimated == ()
    assert found.error == (0, 0)
    assert "every number was right" in found.text()
    first = found.accounts()[0]
    result = rumorsim.run(scenario(), found.closing(1), seed=3, measures=["reach"])
    assert result.measures["reach"]["accounts"] == found.counts.reached - first["reached_lost"]


@pytest.mark.parametrize(
    ("rest", "more", "why"),
    [
        ('novelty = { half_life = "2 h" }', "", "when a post is read"),
        ("reinforcement = [1.0, 2.0]", "", "how many posts were read"),
        ("", "[trending]\nslots = 3", "surfaces"),
    ],
)
def test_it_says_why_numbers_are_estimates(rest: str, more: str, why: str) -> None:
    found = explained(scenario(rest, more=more), check=1)
    assert any(why in each for each in found.estimated)
    assert "an estimate" in found.text()


def test_what_a_policy_averted_adds_up() -> None:
    given = scenario(appeal=0.5, more=MORE)
    found = explained(given, policy="friction", check=0)
    averted = found.averted
    assert averted is not None and averted.never > 0
    assert averted.never - averted.instead == averted.none.reached - averted.policy.reached
    heard = averted.never + averted.later + averted.alike + averted.earlier
    assert heard == averted.none.reached
    assert found.counts == averted.policy
    assert set(averted.by("between")) == {"sharer did not share"}
    assert set(averted.by("mechanism")) == {"feed"}
    assert sum(each.accounts for each in averted.between) == averted.never


def test_accounts_that_were_closed_stood_between() -> None:
    plain = scenario()
    top = explained(plain, check=0).closing(1)
    averted = explained(plain, policy=top, check=0).averted
    assert averted is not None
    account = explained(plain, check=0).tables.top(1)[0]
    assert [(each.account, each.acted_upon) for each in averted.between] == [(account, True)]
    assert set(averted.by("between")) <= {"author did not post", "account acted upon"}


def test_the_command_saves_tables_pictures_and_a_page(tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["explain", "small", "--policy", "close accounts", "--seed", "7", "--check", "2"]
    done = CliRunner().invoke(cli, [*words, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "been closed at the start" in done.output
    names = {each.name for each in out.iterdir()}
    assert {"accounts.csv", "posts.csv", "follows.csv", "tree.png", "report.html"} <= names
    said = json.loads((out / "explanation.json").read_text())
    assert len(said["reruns"]) == 2 and said["averted"]["never"] >= 0
    assert said["answer"] in (out / "report.html").read_text().replace("\n", " ")
    printed = CliRunner().invoke(cli, ["explain", "small", "--check", "0", "--json"])
    assert json.loads(printed.stdout)["averted"] is None


def test_what_cannot_be_explained_is_refused() -> None:
    with pytest.raises(InputError, match="no such story"):
        rumorsim.explain("small", story="nothing")
    with pytest.raises(InputError, match="has no posts and reads"):
        rumorsim.explain("classroom-sir")
    with pytest.raises(InputError, match="check"):
        rumorsim.explain("small", check=-1)


def test_optimise_takes_its_policies() -> None:
    pytest.importorskip("optuna")
    found = rumorsim.explain("small", seed=7, check=0)
    policies = {"close 2": found.closing(2), "close 20": found.closing(20)}
    sizes: dict[str, Any] = {"replicates": 2, "trials": 4, "finalists": 2, "confirm": 3}
    best = rumorsim.optimise(rumorsim.load("small"), policies=policies, workers=1, **sizes)
    assert {each.policy for each in best.trials} == set(policies)
    assert all(each.cost == int(each.policy.split()[1]) for each in best.trials)
