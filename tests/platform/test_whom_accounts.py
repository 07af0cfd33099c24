"""Targets that are named: accounts by the graph's ids, and a post by its author and place."""

from __future__ import annotations

from typing import Any

import pytest
from small_worlds import actions, events, merged, small

from rumorsim.common.errors import InputError
from rumorsim.events.stream import Kind
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

STORY: dict[str, Any] = {
    "name": "rumor",
    "truth": False,
    "appeal": 0.3,
    "author": {"ids": [2, 5]},
    "at": ["0 h", "1 h", "2 h"],
}


def world(kind: str, whom: dict[str, Any], **more: Any) -> Scenario:
    intervention = {"kind": kind, "when": {"at": ["6 h"]}, "whom": whom, **more}
    policy = {"name": "it", "interventions": [intervention]}
    return small({"stories": [STORY], "policies": [policy]})


@pytest.mark.parametrize("wanted", [[5], [2, 7], [0, 1, 2, 3]])
def test_only_the_accounts_named_are_hit(wanted: list[int]) -> None:
    batch = events(world("close-accounts", {"accounts": wanted}), "it")
    assert sorted(actions(batch, "close").account.tolist()) == wanted


@pytest.mark.parametrize("nobody", [[], ()])
def test_an_empty_list_is_refused(nobody: Any) -> None:
    """It would mean everybody. What is left out means that, in the resolved form too."""
    with pytest.raises(InputError, match="an empty list would mean everybody"):
        world("close-accounts", {"accounts": nobody, "top": 5})
    everybody = world("close-accounts", {"top": 5})
    assert Scenario.model_validate(everybody.resolved()).resolved() == everybody.resolved()


def test_other_conditions_hold_as_well() -> None:
    both = {"accounts": [2, 7], "stories": ["rumor"]}
    batch = events(world("close-accounts", both), "it")
    made = batch.only(Kind.PUBLISH, Kind.SHARE)
    early = set(made.account[made.time < 6.0].tolist())
    assert set(actions(batch, "close").account.tolist()) == {2, 7} & early


def test_posts_are_those_of_the_accounts_named() -> None:
    batch = events(world("delete-posts", {"accounts": [5], "posts": "originals"}), "it")
    hit = actions(batch, "delete")
    assert len(hit) == 3
    assert set(hit.account.tolist()) == {5}


@pytest.mark.parametrize("nth", [1, 2, 3, 9])
def test_the_so_manieth_post_of_an_account(nth: int) -> None:
    batch = events(world("delete-posts", {"accounts": [5], "nth": nth}), "it")
    made = batch.only(Kind.PUBLISH, Kind.SHARE)
    own = made.post[(made.account == 5) & (made.time < 6.0)].tolist()
    assert actions(batch, "delete").post.tolist() == own[nth - 1 : nth]


def test_without_an_account_nth_is_each_authors_own() -> None:
    batch = events(world("delete-posts", {"nth": 1}), "it")
    # A share is gone already where its original was the first post of somebody else.
    hit = actions(batch, "delete", "moot")
    made = batch.only(Kind.PUBLISH, Kind.SHARE)
    early = made.account[made.time < 6.0].tolist()
    assert sorted(hit.account.tolist()) == sorted(set(early))


def test_names_that_the_graph_does_not_have_are_told_all_at_once() -> None:
    scenario = world("close-accounts", {"accounts": [1, 12, "nobody"]})
    with pytest.raises(InputError) as caught:
        Simulation(scenario, "it")
    keys = [fault.key for fault in caught.value.faults]
    assert keys == [f"interventions[0].whom.accounts[{i}]" for i in (1, 2)]
    Simulation(scenario, "none")


def test_the_reference_engine_hits_the_same() -> None:
    scenario = world("delete-posts", {"accounts": [2, 5], "nth": 2})
    fast, slow = (events(scenario, "it", engine) for engine in ("fast", "reference"))
    assert (fast.rows == slow.rows).all()
    other = small({"stories": [merged(STORY, {"author": {"ids": [3, 5]}})]})
    assert len(events(other, "none")) != len(fast)
