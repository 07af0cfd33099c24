"""Appeals: who is reinstated, after how long, and with what errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from intervention_examples import WORLD
from scipy import stats
from small_worlds import actions, agree, events, lever_columns, public, small

from rumorsim.common.errors import InputError
from rumorsim.platform.desk import Action
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

ALARM = 1e-4
#: 600 accounts of which half have posted something false; nobody reads.
MANY: dict[str, Any] = {
    "horizon": "60 h",
    "graph": {"kind": "path", "accounts": 600},
    "feed": {"check_ins": {"mean": "0 per h"}},
    "stories": [{"name": "rumor", "truth": False, "appeal": 0.0, "author": {"random": 300}}],
}
CLOSE: dict[str, Any] = {"kind": "close-accounts", "when": {"at": ["1 h"]}}


def under(world: dict[str, Any], *others: Any, **settings: Any) -> Scenario:
    policy = [{"kind": "appeals", **settings}, *others]
    return small(world, {"policies": [{"name": "it", "interventions": policy}]})


def journal(scenario: Scenario) -> list[Action]:
    simulation = Simulation(scenario, "it")
    simulation.advance(scenario.horizon)
    return simulation.desk.journal


def of(entries: list[Action], verb: str) -> dict[int, float]:
    """When each target was met by this verb first."""
    times: dict[int, float] = {}
    for each in entries:
        if each.verb == verb:
            times.setdefault(each.target, each.time)
    return times


def test_without_review_everybody_is_back_at_once() -> None:
    """A closure appealed against at once and lifted is no closure: the public sees nothing."""
    closing = {"kind": "close-accounts", "when": {"reports": 1}}
    for engine in ("fast", "reference"):
        batch = events(under(WORLD, closing), "it", engine)
        assert agree(public(batch), public(events(small(WORLD))))
        assert len(actions(batch, "close")) == len(actions(batch, "reinstate")) > 10
        assert len(actions(batch, "appeal")) == len(actions(batch, "close"))


def test_the_review_has_the_errors_it_is_said_to_have() -> None:
    """Upheld for 90 % of the guilty and 20 % of the innocent; neither could be the other."""
    simulation = Simulation(under(MANY, CLOSE, sensitivity=0.9, false_positive_rate=0.2), "it")
    simulation.advance(60.0)
    entries = simulation.desk.journal
    guilty = set(simulation.world.posts["author"][: simulation.world.posts_made].tolist())
    upheld, back = set(of(entries, "reject-appeal")), set(of(entries, "reinstate"))
    assert upheld.isdisjoint(back)
    assert upheld | back == set(range(600))
    for targets, rate, wrong in ((guilty, 0.9, 0.2), (set(range(600)) - guilty, 0.2, 0.9)):
        right = len(upheld & targets)
        assert stats.binomtest(right, len(targets), rate).pvalue > ALARM / 2
        assert stats.binomtest(right, len(targets), wrong).pvalue < ALARM


def test_the_wait_is_that_of_the_appeal_and_of_the_review() -> None:
    """5 h until the appeal, then 2 reviewers who take an hour each: 2 an hour are back."""
    few = {**MANY, "graph": {"kind": "path", "accounts": 20}}
    few = {**few, "stories": [{**MANY["stories"][0], "author": {"random": 5}}]}
    queue = {"reviewers": 2, "review_time": {"law": "fixed", "time": "1 h"}}
    entries = journal(under(few, CLOSE, when={"age": "5 h"}, **queue))
    assert set(of(entries, "appeal").values()) == {6.0}
    back = sorted(of(entries, "reinstate").values())
    assert back == [7.0 + i // 2 for i in range(20)]


def test_only_a_share_appeals() -> None:
    entries = journal(under(MANY, CLOSE, whom={"fraction": 0.25}))
    assert stats.binomtest(len(of(entries, "appeal")), 600, 0.25).pvalue > ALARM
    assert set(of(entries, "reinstate")) == set(of(entries, "appeal"))


def test_who_was_reinstated_can_be_hit_again() -> None:
    """By the same intervention, at its next time; without the appeal it has him still."""
    twice = {**CLOSE, "when": {"at": ["1 h", "5 h"]}}
    entries = journal(under(MANY, twice, whom={"kinds": ["ordinary"]}, when={"age": "2 h"}))
    closed = [each.target for each in entries if each.verb == "close"]
    assert sorted(closed) == sorted([*range(600)] * 2)
    idle = under(MANY, twice, whom={"fraction": 0.0})
    assert len([each for each in journal(idle) if each.verb == "close"]) == 600


def test_all_penalties_in_force_are_lifted() -> None:
    """A deletion, a suspension and followers regrown half way: every lever is as it was."""
    world = {**MANY, "horizon": "100 h"}
    others = [
        {"kind": "delete-posts", "when": {"at": ["1 h"]}},
        {"kind": "suspend-accounts", "when": {"at": ["2 h"]}, "duration": "90 d"},
        {"kind": "remove-followers", "when": {"at": ["3 h"]}, "regrowth": 0.1},
    ]
    simulation = Simulation(under(world, *others, when={"age": "70 h"}), "it")
    base = lever_columns(simulation.world)
    simulation.advance(60.0)
    followers = lever_columns(simulation.world)["accounts", "audience"]
    assert ((followers > 0) & (followers < 1)).any()
    simulation.advance(100.0)
    for (table, column), now in lever_columns(simulation.world).items():
        assert (now == (1 if table == "posts" else base[table, column])).all(), (table, column)


def test_one_member_of_a_network_is_reinstated_without_the_others() -> None:
    """Those named appeal; the rest of the group taken down with them stays closed."""
    network = {
        "kind": "take-down-network",
        "when": {"shares": 3},
        "within": "30 h",
        "together": 1,
    }
    scenario = under(WORLD, network, whom={"accounts": list(range(30))})
    simulation = Simulation(scenario, "it")
    batch = simulation.advance(30.0)
    down = set(actions(batch, "take-down").account.tolist())
    back = set(actions(batch, "reinstate").account.tolist())
    assert back == {account for account in down if account < 30}
    assert back < down
    visible = simulation.world.accounts["visible"]
    assert not visible[sorted(down - back)].any()
    assert visible[sorted(back)].all()


def test_an_arrest_leaves_nobody_to_appeal() -> None:
    network = {"kind": "take-down-network", "when": {"reports": 2}, "smallest": 1}
    for arrest, appeals in ((False, True), (True, False)):
        batch = events(under(WORLD, {**network, "arrest": arrest}), "it")
        assert bool(len(actions(batch, "appeal"))) == appeals


def test_engines_agree() -> None:
    queue = {
        "when": {"age": "30 min"},
        "delay": {"law": "exponential", "mean": "1 h"},
        "reviewers": 1,
        "review_time": {"law": "exponential", "mean": "20 min"},
        "sensitivity": 0.7,
        "false_positive_rate": 0.3,
    }
    ladder = {"kind": "strike-ladder", "when": {"reports": 1}}
    scenario = under(WORLD, ladder, **queue)
    fast, slow = (events(scenario, "it", engine) for engine in ("fast", "reference"))
    assert agree(fast, slow)
    assert len(actions(fast, "reject-appeal")) > 2
    assert len(actions(fast, "restore-followers", "reinstate", "restore-post")) > 2


def test_what_is_upheld_stays() -> None:
    """Negative control: with every appeal rejected the closures are as without appeals."""
    closing = {"kind": "close-accounts", "when": {"reports": 1}}
    its = events(under(WORLD, closing, sensitivity=1.0, false_positive_rate=1.0), "it")
    alone = small(WORLD, {"policies": [{"name": "it", "interventions": [closing]}]})
    assert agree(public(its), public(events(alone, "it")))
    assert not agree(public(its), public(events(small(WORLD))))
    assert not len(actions(its, "reinstate"))
    assert np.isin(actions(its, "appeal").account, actions(its, "reject-appeal").account).all()


@pytest.mark.parametrize(
    "settings",
    [
        {"when": {"at": ["3 h"]}},
        {"when": {"reports": 3}},
        {"when": {"reports": 3, "window": "1 h"}},
        {"duration": "3 h"},
    ],
)
def test_what_has_no_effect_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="has no effect upon appeals"):
        under(MANY, **settings)
