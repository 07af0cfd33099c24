"""Deleting originals with and without their shares, on both engines."""

from __future__ import annotations

from typing import Any

import pytest
from small_worlds import actions, agree, events, lever_columns, small

from rumorsim.events.stream import Kind
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

ENGINES = ["fast", "reference"]
MANY: dict[str, Any] = {
    "graph": {"kind": "erdos-renyi", "accounts": 200, "mean_followers": 8.0},
    "stories": {0: {"appeal": 0.2, "author": {"ids": None, "random": 1}, "copies": 50}},
    "trending": {"topics": "0 per h", "refresh": "30 min", "slots": 5, "looks": "2 per day"},
}


def told(takes_shares: bool, **settings: Any) -> Scenario:
    deletion = {
        "kind": "delete-posts",
        "when": {"age": "2 h"},
        "whom": {"posts": "originals"},
        "takes_shares": takes_shares,
        **settings,
    }
    return small(MANY, {"policies": [{"name": "it", "interventions": [deletion]}]})


@pytest.mark.parametrize("takes_shares", [True, False])
def test_engines_agree(takes_shares: bool) -> None:
    found = [events(told(takes_shares), "it", engine) for engine in ENGINES]
    assert len(actions(found[0], "delete")) == 50
    assert agree(*found)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("takes_shares", [True, False])
def test_shares_go_with_their_original_or_stay(takes_shares: bool, engine: str) -> None:
    """After the deletion nobody meets an original; its shares only where they stay."""
    scenario = told(takes_shares)
    run = Simulation(scenario, "it", engine=engine)
    run.advance(2.001)
    late = run.advance(scenario.horizon).only(Kind.EXPOSE)
    original = run.world.posts["k"][late.post] > 0
    assert not original.any()
    assert (len(late) == 0) == takes_shares


@pytest.mark.parametrize("takes_shares", [True, False])
def test_it_is_undone_exactly(takes_shares: bool) -> None:
    scenario = told(takes_shares, duration="1 h")
    run = Simulation(scenario, "it")
    batch = run.advance(scenario.horizon)
    assert len(actions(batch, "delete")) == len(actions(batch, "restore-post")) == 50
    columns = lever_columns(run.world)
    assert (columns["posts", "alive"] == 1).all()
    assert (columns["posts", "visibility"] == 1).all()
