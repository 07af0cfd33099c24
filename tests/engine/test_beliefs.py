"""Belief, correction, trust and fear, held against what their numbers say.

Statistical tests: two-sided binomial, false alarms 1e-4 each, fixed seeds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from small_worlds import small

from rumorsim.events.stream import Batch, Kind
from rumorsim.simulation.simulation import Simulation

ALARM = 1e-4
ENGINES = ["fast", "reference"]


def world(engine: str = "fast", **changes: Any) -> Simulation:
    """Two thousand accounts that follow account 0 and read every post within the hour."""
    story = {"name": "rumor", "truth": False, "appeal": 0.0, "author": {"ids": [0]}}
    story |= changes.pop("story", {})
    stories = [story, *changes.pop("others", [])]
    plain = {
        "horizon": "10 h",
        "graph": {"kind": "star", "accounts": changes.pop("size", 2001)},
        "feed": {"reading": "delay", "delay": {"law": "fixed", "time": "1 h"}},
        "stories": stories,
        "policies": None,
        "trending": None,
        "measures": ["reach"],
    }
    base: dict[str, Any] = dict.fromkeys(("graph", "feed", "stories"))
    return Simulation(small(base, plain, changes), engine=engine)


def hub(simulation: Simulation) -> int:
    return int(np.argmax(simulation.world.graph.follower_counts()))


def rest(simulation: Simulation) -> Batch:
    return simulation.advance(simulation.world.horizon)


def correction(**fields: Any) -> dict[str, Any]:
    return {
        "name": "correction",
        "truth": True,
        "appeal": 0.0,
        "author": {"ids": [0]},
        "at": ["3 h"],
        "answers": "rumor",
        **fields,
    }


def fits(count: int, among: int, share: float) -> bool:
    return bool(stats.binomtest(count, among, share).pvalue > ALARM)


def test_who_reads_believes_with_the_asked_probability() -> None:
    batch = rest(world(story={"belief": 0.3}))
    readers = len(batch.only(Kind.EXPOSE))
    believers = batch.only(Kind.BELIEVE)
    assert readers == 2000 and (believers.value == 1).all()
    assert fits(len(believers), readers, 0.3)
    assert not fits(len(believers), readers, 0.36)


def test_labels_and_credence_lower_belief() -> None:
    simulation = world(story={"belief": 0.6})
    simulation.advance(0.5)
    simulation.desk.levers.put("posts", "credence", 0, 0.5)
    simulation.desk.levers.put("accounts", "credence", 0, 0.5)
    believers = len(rest(simulation).only(Kind.BELIEVE))
    assert fits(believers, 2000, 0.15)
    assert not fits(believers, 2000, 0.3)


@pytest.mark.parametrize("convinces", [0.0, 0.4, 1.0])
def test_a_correction_convinces_its_share_of_those_who_believed(convinces: float) -> None:
    batch = rest(world(story={"belief": 0.5}, others=[correction(convinces=convinces)]))
    told = batch.only(Kind.BELIEVE)
    believed, corrected = int((told.value == 1).sum()), told.value == 0
    assert (told.story == 0).all() and (told.time[corrected] >= 4).all()
    if convinces in (0.0, 1.0):
        assert corrected.sum() == believed * convinces
    else:
        assert fits(int(corrected.sum()), believed, convinces)
        assert not fits(int(corrected.sum()), believed, 0.6)


def test_who_was_corrected_first_never_believes() -> None:
    batch = rest(world(story={"belief": 1.0, "at": ["5 h"]}, others=[correction(at=["1 h"])]))
    assert len(batch.only(Kind.EXPOSE)) == 4000
    assert not len(batch.only(Kind.BELIEVE))


@pytest.mark.parametrize(("backfire", "expected"), [(0.0, 0.1), (0.5, 0.25), (1.0, 0.4)])
def test_a_correction_backfires_on_its_share_of_readers(backfire: float, expected: float) -> None:
    """P(share) of the answered story: .2 x .5 for most, .2 x 2 for the others."""
    wrong = {"backfire": backfire, **({"backfire_factor": 2.0} if backfire else {})}
    simulation = world(
        story={"appeal": 0.2, "at": ["5 h"]}, others=[correction(at=["0 h"], **wrong)]
    )
    sharers = rest(simulation).only(Kind.SHARE)
    first = int((sharers.source == 0).sum())
    assert fits(first, 2000, expected)
    assert not fits(first, 2000, 0.1 if backfire else 0.2)


def test_trust_falls_with_belief_and_comes_back_with_correction() -> None:
    simulation = world(
        story={"belief": 1.0},
        others=[correction(convinces=0.5)],
        beliefs={"trust_unrefuted": -0.5, "trust_refuted": 0.5},
    )
    batch = rest(simulation)
    moved = batch.only(Kind.TRUST)
    assert sorted(set(moved.value.tolist())) == [0.5, 0.75]
    assert (moved.value == 0.5).sum() == 2000
    back = moved.account[moved.value == 0.75]
    corrected = batch.only(Kind.BELIEVE)
    assert np.array_equal(back, corrected.account[corrected.value == 0])
    trust = simulation.world.profiles["trust"]
    assert (trust[back] == 0.75).all() and trust[0] == 1.0


def test_trust_never_rises_above_its_bound() -> None:
    simulation = world(beliefs={"trust_closure": 9.0, "most_trust": 1.5})
    simulation.desk.close(hub(simulation))
    assert set(rest(simulation).only(Kind.TRUST).value.tolist()) == {1.5}


@pytest.mark.parametrize("engine", ENGINES)
def test_nor_above_where_the_reader_itself_began(engine: str) -> None:
    """Not above where somebody else began: each has a bound of its own."""
    simulation = world(
        engine, accounts={"trust_shape": 0.3}, beliefs={"trust_closure": 9.0, "most_trust": 1.5}
    )
    began = simulation.world.facts.trust
    assert began.max() > 4.0
    simulation.desk.close(hub(simulation))
    moved = rest(simulation).only(Kind.TRUST)
    assert len(moved) > 10
    began = began[moved.account]
    assert np.allclose(moved.value, np.minimum(np.maximum(1.5, began), 10 * began), rtol=1e-6)


def test_nobody_begins_with_more_trust_than_there_may_be() -> None:
    simulation = world(accounts={"trust": 100.0, "trust_shape": 0.1})
    trust = simulation.world.facts.trust
    assert trust.max() == 100.0 and trust.min() < 1.0


@pytest.mark.parametrize("engine", ENGINES)
def test_fear_adds_up_to_its_floor(engine: str) -> None:
    simulation = world(engine, size=30, beliefs={"chilling": 0.5, "chilling_floor": 0.2})
    chill = simulation.world.profiles["chill"]
    followers = simulation.world.graph.followers_of(hub(simulation))
    for expected in (0.5, 0.25, 0.2, 0.2):
        simulation.desk.undo(simulation.desk.close(hub(simulation)))
        assert np.allclose(chill[followers], expected)
    assert chill[hub(simulation)] == 1.0


def test_followers_that_were_cut_off_see_nothing() -> None:
    simulation = world(beliefs={"chilling": 1.0})
    desk, account = simulation.desk, hub(simulation)
    desk.remove_followers(account, keep=0.25)
    desk.close(account)
    chilled = int((simulation.world.profiles["chill"] == 0).sum())
    assert fits(chilled, 2000, 0.25)
    assert not fits(chilled, 2000, 1.0)


@pytest.mark.parametrize("engine", ENGINES)
def test_posting_follows_income_and_fear(engine: str) -> None:
    """P(a planned post is made) = fear x (1 - dependence x (1 - earning))."""
    everyone = {"random": 600} if engine == "fast" else {"random": 300}
    simulation = world(engine, size=700, story={"author": everyone, "at": ["1 h"]})
    profiles = simulation.world.profiles
    profiles["chill"] = 0.8
    profiles["dependence"] = 0.5
    for account in range(700):
        simulation.desk.levers.put("profiles", "earning", account, 0.5)
    batch = simulation.advance(1.5)
    made, withheld = len(batch.only(Kind.PUBLISH)), batch.only(Kind.WITHHOLD)
    assert made + len(withheld) == everyone["random"]
    assert (withheld.value == 1).all()
    assert fits(made, everyone["random"], 0.6)
    assert not fits(made, everyone["random"], 0.8)


def test_a_barred_author_withholds_and_says_why() -> None:
    simulation = world(story={"at": ["2 h"]})
    simulation.desk.close(0)
    batch = rest(simulation)
    withheld = batch.only(Kind.WITHHOLD)
    assert withheld.account.tolist() == [0] and withheld.value.tolist() == [0.0]
    assert not len(batch.only(Kind.PUBLISH))
