"""The desk as a policy of one's own uses it: waiting, seeing, acting, and being refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from small_worlds import actions, agree, differ, events, small

from rumorsim.common.errors import InputError
from rumorsim.events.stream import VERBS, Kind
from rumorsim.platform.desk import Desk
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

BEGIN, END, HORIZON = 8.0, 16.0, 24.0
ENGINES = ["fast", "reference"]


def scenario(**changes: Any) -> Scenario:
    """Accounts 0 and 1 publish two posts an hour each; ten others read and share."""
    story = {
        "author": {"ids": [0, 1]},
        "schedule": {"rate": "2 per h"},
        "appeal": 0.05,
        "report": 0.02,
        "copies": 4,
    }
    base = {"stories": {0: story}, "measures": ["reach", "impressions"]}
    return small(base, changes)


# -- a policy of one's own -------------------------------------------------------------------


def mine(desk: Desk) -> Iterator[Any]:
    """Wait, watch, act, think again."""
    yield desk.env.timeout(2)
    hidden = desk.hide(desk.posts_of(0)[0], reason="first")
    yield desk.reached("reports", 3, account=1) | desk.env.timeout(10)
    done = desk.close(1, reason="three reports")
    yield desk.reached("reach", 10, story=0)
    desk.remove_followers(0, keep=0.5)
    desk.undo(hidden)
    yield desk.env.timeout(3.5)
    desk.undo(done, reason="appeal")


def test_a_policy_of_ones_own_runs_on_both_engines_to_the_bit() -> None:
    fast, slow = (events(scenario(), mine, engine) for engine in ENGINES)
    assert agree(fast, slow)
    verbs = [VERBS[int(v)] for v in actions(fast).value]
    assert verbs == ["hide", "close", "remove-followers", "show", "reinstate"]
    assert differ(fast, events(scenario()))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("quantity", ["reports", "shares", "reach"])
@pytest.mark.parametrize("kind", ["account", "post", "story"])
def test_reached_happens_in_the_moment_of_the_event(kind: str, quantity: str, engine: str) -> None:
    moments: list[float] = []

    def waiting(desk: Desk) -> Iterator[Any]:
        yield desk.env.timeout(0.75)
        made, reach = desk.world.posts, desk.world.stories["reach"]
        least = min(desk.posts_of(0), key=lambda post: reach[made["story"][post]])
        target = {"account": 0, "post": least, "story": 1}[kind]
        now = desk.count(quantity, **{kind: target})
        yield desk.reached(quantity, now, **{kind: target})
        moments.append(desk.now)
        yield desk.reached(quantity, now + 1, **{kind: target})
        moments.append(desk.now)
        moments.extend((target, now))

    often = {"copies": 20, "schedule": {"rate": "1 per h"}, "author": {"ids": [0]}}
    world = scenario(
        stories={0: {"appeal": 0.1, "report": 0.2, **often}}, graph={"accounts": 40}, horizon="4 h"
    )
    # The first world in which the count goes on after the present.
    for seed in range(10):
        moments.clear()
        batch = events(world, waiting, engine, seed)
        if len(moments) == 4:
            break
    wanted = {"reports": Kind.REPORT, "shares": Kind.SHARE, "reach": Kind.EXPOSE}[quantity]
    at_once, moment, target, now = moments
    assert at_once == 0.75
    rows = batch.only(wanted).rows
    if kind == "account":
        counted = rows["source"] == target
    elif kind == "story":
        counted = rows["story"] == target
    else:
        counted = (rows["value"] if quantity == "shares" else rows["post"]) == target
    assert rows["time"][counted][int(now)] == moment


def test_what_the_desk_sees_is_what_the_stream_told() -> None:
    run = Simulation(scenario())
    batch = run.advance(HORIZON)
    posts, publishers, stories = defaultdict(list), defaultdict(list), defaultdict(set)
    for row in batch.only(Kind.PUBLISH, Kind.SHARE).rows:
        account, story = int(row["account"]), int(row["story"])
        posts[account].append(int(row["post"]))
        stories[account].add(story)
        if row["kind"] == Kind.PUBLISH and account not in publishers[story]:
            publishers[story].append(account)
    assert run.desk.authors() == list(posts)
    for account in range(12):
        assert run.desk.posts_of(account) == posts[account]
        assert set(run.desk.stories_of("account", account).tolist()) == stories[account]
    assert {s: run.desk.publishers_of(s) for s in range(4)} == publishers
    for quantity, kind in (
        ("reports", Kind.REPORT),
        ("shares", Kind.SHARE),
        ("reach", Kind.EXPOSE),
    ):
        rows = batch.only(kind)
        counts = np.bincount(rows.source, minlength=12)
        assert [run.desk.count(quantity, account=a) for a in range(12)] == counts.tolist()
        assert [run.desk.count(quantity, story=s) for s in range(4)] == np.bincount(
            rows.story, minlength=4
        ).tolist()


def test_strikes_and_costs_are_kept() -> None:
    run = Simulation(scenario())
    run.advance(BEGIN)
    desk = Desk(run.engine, prices={"close": 5.0})
    desk.close(1, reason="late", case=None)
    desk.delete(desk.posts_of(0)[0])
    desk.undo(desk.hide(desk.posts_of(0)[1]))
    desk.delist(0)
    assert desk.strikes == {1: 1, 0: 2}
    assert [entry.cost for entry in desk.journal] == [5.0, 1.0, 1.0, 1.0, 1.0]
    assert {entry.time for entry in desk.journal} == {BEGIN}
    assert all(entry.by == -1 for entry in desk.journal)


# -- what cannot be -----------------------------------------------------------------------


@pytest.mark.parametrize("target", [-1, 12, 10**9])
@pytest.mark.parametrize("verb", ["close", "suspend", "remove_followers"])
def test_an_account_that_does_not_exist_is_refused(verb: str, target: int) -> None:
    run = Simulation(scenario())
    with pytest.raises(IndexError, match="there is no account"):
        getattr(run.desk, verb)(target)
    assert run.desk.journal == []


@pytest.mark.parametrize("verb", ["delete", "hide"])
def test_a_post_that_is_not_yet_made_is_refused(verb: str) -> None:
    run = Simulation(scenario())
    with pytest.raises(IndexError, match="there is no post 0: there are 0"):
        getattr(run.desk, verb)(0)


@pytest.mark.parametrize("target", [1.5, "0", None, np.float64(1.0)])
def test_a_target_that_is_no_whole_number_is_refused(target: Any) -> None:
    run = Simulation(scenario())
    with pytest.raises(TypeError):
        run.desk.close(target)
    assert (run.world.accounts["can_post"] == 1).all()
    run.desk.close(np.int32(3))
    assert run.world.accounts["can_post"][3] == 0


def test_names_that_do_not_exist_are_refused() -> None:
    desk = Simulation(scenario()).desk
    with pytest.raises(IndexError, match="there is no story 4"):
        desk.delist(4)
    with pytest.raises(KeyError, match="did you mean"):
        desk.story("rumour#1")
    with pytest.raises(InputError, match="no account has this id"):
        desk.account("nobody")
    assert desk.account(3) == 3
    assert desk.story("rumor#2") == 1


def test_questions_that_mean_nothing_are_refused() -> None:
    desk = Simulation(scenario()).desk
    with pytest.raises(TypeError, match="exactly one"):
        desk.count("reports")
    with pytest.raises(TypeError, match="exactly one"):
        desk.reached("reports", 3, account=1, story=0)
    with pytest.raises(ValueError, match="must be one of reports, shares, reach"):
        desk.count("likes", account=1)
    with pytest.raises(ValueError, match=r"must be in \[0, 1\]"):
        desk.remove_followers(1, keep=1.5)
