"""What single interventions promise beyond the battery: delays, brigades, papers, the fastest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from small_worlds import actions, small
from test_cases import MANY

from rumorsim.common.errors import InputError
from rumorsim.events.stream import Kind
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.running import run
from rumorsim.simulation.simulation import Simulation

ENGINES = ["fast", "reference"]
ALARM = 1e-4


def with_policy(*interventions: Any, base: Any = None, **changes: Any) -> Scenario:
    policy = {"name": "it", "interventions": list(interventions)}
    return small(base or {}, {"policies": [policy]}, changes)


# -- crowd notes --------------------------------------------------------------------------


def test_notes_come_as_late_as_on_x() -> None:
    """600 notes: how many within each published quartile (binomial); not within an hour."""
    note = {"kind": "crowd-note", "when": {"age": "0 h"}, "withdrawal": 0.4}
    simulation = Simulation(with_policy(note, base=MANY, horizon="400 h"), "it")
    simulation.advance(400.0)
    entries = simulation.desk.journal
    opened = {each.target: each.time for each in entries if each.verb == "flag"}
    waits = np.array([e.time - opened[e.target] for e in entries if e.verb == "label"])
    assert 590 < len(waits) <= 600, "some come after weeks: the tail is long"
    for minutes, share in ((271, 0.25), (572, 0.5), (1177, 0.75)):
        within = int((waits * 60 < minutes).sum())
        assert stats.binomtest(within, 600, share).pvalue > ALARM
    assert (waits > 1).mean() > 0.9
    withdrawn = sum(e.reason == "withdrawn by its author" for e in entries)
    assert stats.binomtest(withdrawn, 600, 0.4).pvalue > ALARM


# -- user reports ------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_a_brigade_reports_once_each_at_its_own_pace(engine: str) -> None:
    """Nobody else reports. Accounts are drawn with repetition; each reports a story once."""
    asked = {"kind": "user-reports", "when": {"at": ["6 h"]}, "brigade": 8, "pace": "3 h"}
    scenario = with_policy({**asked, "factor": 1.0}, stories={0: {"report": 0.0}})
    batch = Simulation(scenario, "it", engine=engine).advance(24.0)
    reports = batch.only(Kind.REPORT)
    assert 4 <= len(reports) <= 8
    assert len(set(reports.account.tolist())) == len(reports)
    assert ((reports.time >= 6) & (reports.time < 9)).all()
    assert len(set(reports.time.tolist())) == len(reports)


def test_a_brigade_stops_when_the_drive_ends() -> None:
    asked = {"kind": "user-reports", "when": {"at": ["6 h"]}, "brigade": 50, "pace": "10 h"}
    world: Any = {"graph": {"accounts": 200}, "stories": {0: {"report": 0.0}}}
    long, short = (
        Simulation(with_policy({**asked, **more}, **world), "it").advance(24.0).only(Kind.REPORT)
        for more in ({}, {"duration": "2 h"})
    )
    assert 0 < len(short) < len(long)
    assert (short.time < 8.0).all()
    assert short.account.tolist() == long.account[long.time < 8.0].tolist()


# -- identity and credentials ---------------------------------------------------------------

ROLES: Any = {"kinds": {"fake": {"share": 0.4}, "genuine": {"share": 0.4}}}


def test_impersonators_are_found_as_well_as_it_is_said() -> None:
    """By kind, whatever they post (binomial); the measure knows who was meant."""
    check = {
        "kind": "verify-identity",
        "when": {"at": ["1 h"]},
        "whom": {"kinds": ["fake", "genuine"]},
        "judge": "kind",
        "guilty_kinds": ["fake"],
        "sensitivity": 0.8,
        "false_positive_rate": 0.1,
    }
    scenario = with_policy(check, base=MANY, accounts=ROLES, measures=["enforcement"])
    found = run(scenario, "it").measures["enforcement"]["interventions"]["verify-identity"]
    hits, right = found["precision"]["by_target"]["of"], found["precision"]["by_target"]["right"]
    assert found["flags"] == 560
    assert found["recall"]["by_target"]["of"] == 280
    assert stats.binomtest(right, 280, 0.8).pvalue > ALARM
    assert stats.binomtest(hits - right, 280, 0.1).pvalue > ALARM
    assert found["precision"]["by_truth"]["right"] < right


@pytest.mark.parametrize("unqualified", [["fake"], []])
def test_who_is_qualified_is_certified_in_time(unqualified: list[str]) -> None:
    """Waits follow the law (KS); who has nothing to show stays silent."""
    asked = {
        "kind": "require-credentials",
        "when": {"at": ["1 h"]},
        "whom": {"kinds": ["fake", "genuine"]},
        "unqualified": unqualified,
        "certification": {"law": "exponential", "mean": "20 h"},
    }
    simulation = Simulation(with_policy(asked, base=MANY, accounts=ROLES, horizon="900 h"), "it")
    simulation.advance(900.0)
    desk = simulation.desk
    certified = [each for each in desk.journal if each.verb == "certify"]
    waits = [each.time - 1.0 for each in certified]
    assert stats.kstest(waits, stats.expon(scale=20.0).cdf).pvalue > ALARM
    assert stats.kstest(waits, stats.expon(scale=40.0).cdf).pvalue < 1e-6
    kinds = {desk.kind_of(each.target) for each in certified}
    assert kinds == ({"genuine"} if unqualified else {"fake", "genuine"})
    silent = np.flatnonzero(simulation.world.accounts["can_post"] == 0)
    assert {desk.kind_of(account) for account in silent} == set(unqualified)


# -- the circuit breaker --------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_only_the_fastest_are_slowed_and_released_when_calm(engine: str) -> None:
    """Against a naive count of shares in each window."""
    when = {"shares": 1, "window": "2 h", "off": 1}
    breaker = {"kind": "circuit-breaker", "when": when, "fastest": 2, "flow": 0.5}
    story = {"copies": 8, "appeal": 0.05, "schedule": {"rate": "4 per day"}}
    batch = Simulation(with_policy(breaker, stories={0: story}), "it", engine=engine).advance(24.0)
    shares = batch.only(Kind.SHARE)
    slowed: set[int] = set()
    expected, released = [], []
    for end in range(2, 24, 2):
        within = (shares.time >= end - 2) & (shares.time < end)
        counts = np.bincount(shares.story[within], minlength=8)
        beyond = [s for s in range(8) if counts[s] >= 1]
        for s in sorted(beyond, key=lambda s: (-counts[s], s))[:2]:
            if s not in slowed:
                expected.append((float(end), s))
        calm = [s for s in sorted(slowed) if counts[s] < 1]
        released += [(float(end), s) for s in calm]
        slowed = (slowed | {s for t, s in expected if t == end}) - set(calm)
    found = actions(batch, "slow").rows
    assert list(zip(found["time"].tolist(), found["story"].tolist(), strict=True)) == expected
    found = actions(batch, "release").rows
    assert sorted(zip(found["time"].tolist(), found["story"].tolist(), strict=True)) == released
    assert len(expected) > 3
    assert released


# -- corrections ------------------------------------------------------------------------


def answered(**changes: Any) -> Any:
    never = {"rate": "0 per day"}
    rumor = {"name": "rumor", "truth": False, "appeal": 0.3, "author": {"ids": [0]}}
    answer = {"name": "answer", "truth": True, "appeal": 0.3, "author": {"ids": [1]}}
    return {
        "graph": {"kind": "erdos-renyi", "accounts": 50, "mean_followers": 8.0, "seed": 2},
        "accounts": {"kinds": {"office": {"share": 0.2, "official": True}}},
        "stories": [rumor, {**answer, "answers": "rumor", "schedule": never, **changes}],
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_the_most_followed_officials_publish_the_correction(engine: str) -> None:
    order = {"kind": "correct", "when": {"at": ["3 h"]}, "authors": 3}
    simulation = Simulation(with_policy(order, base=answered()), "it", engine=engine)
    batch = simulation.advance(24.0)
    world = simulation.world
    published = batch.only(Kind.PUBLISH)
    by = published.account[published.story == 1]
    official = np.flatnonzero(world.accounts["official"])
    followers = world.graph.follower_counts()
    least = sorted(followers[official].tolist())[-3]
    assert set(by.tolist()) <= set(official.tolist())
    assert sorted(followers[by].tolist(), reverse=True)[-1] >= least
    assert set(published.time[published.story == 1].tolist()) == {3.0}
    assert len(by) == len(set(by.tolist())) == 3
    assert (simulation.desk.journal[0].kind, simulation.desk.journal[0].target) == ("story", 0)
    assert not (actions(batch).story == 1).any(), "what answers nobody's question is left alone"


def test_without_officials_nobody_can_correct() -> None:
    order = {"kind": "correct", "when": {"at": ["3 h"]}}
    scenario = with_policy(order, base=answered(), accounts={"kinds": {"office": {"share": 0.0}}})
    with pytest.raises(InputError, match="no account is official"):
        Simulation(scenario, "it")
    Simulation(scenario, "none")
