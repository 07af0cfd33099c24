"""Visits on both engines: ties, platforms, who comes back; what hinders them and what does not."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import pytest
from small_worlds import agree, events, public, small

from rumorsim.common.errors import InputError
from rumorsim.events.stream import Batch, Kind
from rumorsim.platform.desk import Desk
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

HOUR = {"law": "fixed", "time": "1 h"}
VISITS: dict[str, Any] = {"mean": 25.5, "sigma": 0.5, "delay": HOUR}
#: Everybody is read about by visitors at the very hours at which deliveries are read.
TIES: dict[str, Any] = {
    "horizon": "9 h",
    "graph": {"kind": "erdos-renyi", "accounts": 30, "mean_followers": 6.0, "seed": 2},
    "feed": {"reading": "delay", "delay": HOUR},
    "stories": {
        0: {
            "appeal": 0.4,
            "report": 0.3,
            "belief": 0.3,
            "reinforcement": [0.2, 1.0, 0.5],
            "author": {"ids": [0, 1, 29]},
            "at": ["0 h", "1 h", "2 h"],
            "copies": 2,
            "visits": VISITS,
        }
    },
    "measures": ["impressions"],
}


def both(scenario: Scenario, policy: Any = "none") -> Batch:
    """The events of a run, on which the engines agree."""
    fast, slow = (events(scenario, policy, engine) for engine in ("fast", "reference"))
    assert agree(fast, slow)
    return fast


def visits(batch: Batch, surface: int) -> Batch:
    """Exposures by a visit."""
    exposed = batch.only(Kind.EXPOSE)
    return Batch(exposed.rows[exposed.value == surface])


@pytest.mark.parametrize("exponent", [0.0, 0.7])
@pytest.mark.parametrize("reading", ["delay", "check-in"])
def test_engines_agree_where_visits_fall_on_the_same_moment(reading: str, exponent: float) -> None:
    changes = {"feed": {"reading": reading}, **by_followers(exponent)}
    batch = both(small(TIES, changes))
    assert len(visits(batch, 2)) > 10


def by_followers(exponent: float) -> dict[str, Any]:
    return {"stories": {0: {"visits": {"followers_exponent": exponent}}}}


@pytest.mark.parametrize("exponent", [0.0, 1.0])
def test_engines_agree_on_several_platforms_with_people_who_come_back(exponent: float) -> None:
    parts = {
        name: {"kind": "erdos-renyi", "accounts": size, "mean_followers": many, "seed": 3}
        for name, size, many in (("weibo", 25, 4.0), ("wechat", 1, 0.0), ("douyin", 30, 4.0))
    }
    changes: dict[str, Any] = {
        "graph": {"kind": "union", "parts": parts},
        "platforms": {
            "weibo": {"crosspost": 1.0, "push": {"least": 0.0, "opened": 0.3}},
            "wechat": {},
            "douyin": {"forward_limit": 2},
        },
        "accounts": {"elsewhere": 0.5},
        "stories": {0: {"author": {"ids": [3, 24, 25, 40]}}},
        "adversaries": [{"kind": "migration", "delay": HOUR, "platform": "douyin"}],
        "policies": [
            {
                "name": "closes",
                "interventions": [{"kind": "close-accounts", "when": {"at": ["30 min", "4 h"]}}],
            }
        ],
    }
    base: dict[str, Any] = {"graph": None}
    scenario = small(TIES, base, changes, by_followers(exponent))
    both(scenario, "closes")
    batch = both(scenario)
    surfaces = Simulation(scenario).facts.surfaces
    assert surfaces == ("feed", "weibo push", "visit")
    seen = visits(batch, 2)
    authors = Simulation(scenario).world.platform[seen.source]
    # The only account on its platform has nobody who could come upon what it says.
    assert set(authors.tolist()) == {0, 2} and np.array_equal(authors, seen.platform)


def test_the_agenda_has_room_for_the_visits_of_an_original() -> None:
    """More chunks of the agenda than there are buckets, and than there is room at the start."""
    law = {"law": "exponential", "mean": "1 h", "time": None}
    story = {
        "appeal": 0.0,
        "copies": 1,
        "author": {"ids": [0]},
        "at": ["0 h"],
        "visits": {"mean": 400_000.0, "sigma": 0.0, "delay": law},
    }
    scenario = small(TIES, {"graph": {"mean_followers": 0.0}, "stories": {0: story}})
    simulation = Simulation(scenario)
    read = simulation.advance(scenario.horizon).only(Kind.READ)
    # All are read but some 12 in 100,000, which come after the horizon.
    assert 399_800 < len(read) < 400_000
    used, rows, buckets = (
        int(simulation.engine.memory[name][0])
        for name in ("chunk_fresh", "chunk_links_rows", "buckets_rows")
    )
    assert max(1024, buckets + 2) < used <= rows


def test_a_story_without_visits_is_read_as_ever() -> None:
    """Mean 0 is the same as no visits, and the value of no other exposure is moved."""
    none = small(TIES, {"stories": {0: {"visits": None}}})
    zero = small(TIES, {"stories": {0: {"visits": {"mean": 0.0, "sigma": 0.0}}}})
    assert agree(both(none), both(zero))
    assert Simulation(none).facts.surfaces == ("feed", "trending")
    assert Simulation(zero).facts.surfaces == ("feed", "trending", "visit")


def test_a_policy_meets_the_visits_that_there_are_without_it() -> None:
    """As many of each story, by whom and when, as far as both worlds publish."""
    scenario = small(TIES)
    worlds = [Simulation(scenario, policy, seed=5).world for policy in ("none", closing)]
    assert np.array_equal(*(world.stories["visits"] for world in worlds))
    assert len(set(worlds[0].stories["visits"].tolist())) == 2


def closing(desk: Desk) -> Generator[Any, Any, None]:
    yield desk.env.timeout(2.0)
    desk.close(1)


# -- what hinders visits ------------------------------------------------------------------


def at_once(act: Callable[[Desk], Any]) -> Callable[[Desk], Generator[Any, Any, None]]:
    """A policy of one act, half an hour after the original."""

    def policy(desk: Desk) -> Generator[Any, Any, None]:
        yield desk.env.timeout(0.5)
        act(desk)

    return policy


#: Nobody follows anybody: all that is read is read on a visit.
ALONE: dict[str, Any] = {
    "graph": {"kind": "erdos-renyi", "accounts": 200, "mean_followers": 0.0},
    "stories": [
        {
            "name": "rumor",
            "truth": False,
            "appeal": 0.5,
            "author": {"ids": [0]},
            "visits": {"mean": 100.0, "delay": {"law": "exponential", "mean": "3 h"}},
        }
    ],
}
NO_HINDRANCE: dict[str, Callable[[Desk], Any]] = {
    "remove-followers": lambda desk: desk.remove_followers(0),
    "filter-trending": lambda desk: desk.delist(0),
    "limit-push": lambda desk: desk.limit_push(0),
    "derank": lambda desk: desk.derank(0),
}
FEWER_READS: dict[str, Callable[[Desk], Any]] = {
    "close": lambda desk: desk.close(0),
    "delete": lambda desk: desk.delete(0),
    "take down the story": lambda desk: desk.take_down_story(0),
    "hide": lambda desk: desk.hide(0, visibility=0.4),
    "visitors are closed": lambda desk: [desk.close(account) for account in range(1, 200)],
}
FEWER_SHARES: dict[str, Callable[[Desk], Any]] = {
    "slow": lambda desk: desk.slow(0, flow=0.3),
    "slow and off all surfaces": lambda desk: desk.slow(0, flow=0.3, amplified=False),
    "label": lambda desk: desk.label(0, credence=0.3),
    "friction": lambda desk: desk.add_friction(0, friction=0.3),
}


@pytest.fixture(scope="module")
def alone() -> tuple[Scenario, Batch]:
    base: dict[str, Any] = dict.fromkeys(("graph", "stories"))
    scenario = small(base, ALONE)
    return scenario, both(scenario)


@pytest.mark.parametrize("verb", NO_HINDRANCE)
def test_what_is_about_followers_and_surfaces_hinders_no_visit(
    verb: str, alone: tuple[Scenario, Batch]
) -> None:
    scenario, untouched = alone
    assert agree(public(both(scenario, at_once(NO_HINDRANCE[verb]))), untouched)


@pytest.mark.parametrize("verb", FEWER_READS)
def test_what_is_gone_or_hidden_is_not_read_on_a_visit(
    verb: str, alone: tuple[Scenario, Batch]
) -> None:
    scenario, untouched = alone
    left, before = (
        batch.only(Kind.EXPOSE) for batch in (both(scenario, at_once(FEWER_READS[verb])), untouched)
    )
    early = before.rows[before.time < 0.5].tolist()
    assert left.rows[left.time < 0.5].tolist() == early and early
    late = set(left.rows[left.time >= 0.5].tolist())
    assert late < set(before.rows.tolist())
    assert bool(late) == (verb == "hide")


@pytest.mark.parametrize("verb", FEWER_SHARES)
def test_what_slows_sharing_slows_it_on_visits(verb: str, alone: tuple[Scenario, Batch]) -> None:
    """The same reads, and some of the same shares."""
    scenario, untouched = alone
    left = both(scenario, at_once(FEWER_SHARES[verb]))
    readers, sharers = (
        [set(batch.only(kind).account.tolist()) for batch in (left, untouched)]
        for kind in (Kind.EXPOSE, Kind.SHARE)
    )
    assert readers[0] == readers[1]
    assert set() < sharers[0] < sharers[1]


# -- what they do not go with --------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"feed": {"reading": "delay", "exposures": "late"}}, "not with late exposures"),
        (
            {"feed": None, "model": {"kind": "maki-thompson", "contacts": "1 per h"}},
            "has no effect with the model maki-thompson",
        ),
        ({"stories": {0: {"visits": {"mean": 1e6}, "copies": 300}}}, "plans 300,000,000 visits"),
    ],
)
def test_what_visits_cannot_go_with_is_refused(changes: dict[str, Any], told: str) -> None:
    base: dict[str, Any] = dict.fromkeys(("graph", "stories"))
    with pytest.raises(InputError, match=told) as caught:
        small(base, ALONE, changes)
    assert any("visits" in fault.key and fault.advice for fault in caught.value.faults)


def test_a_story_that_would_get_too_many_visits_ends_the_run_with_its_number() -> None:
    base: dict[str, Any] = dict.fromkeys(("graph", "stories"))
    changes = {"stories": {0: {"visits": {"mean": 1e6, "sigma": 3.0}, "copies": 190}}, "seed": 3}
    with pytest.raises(InputError, match=r"would get [0-9,]+ visits; the limit is 20,000,000"):
        Simulation(small(base, ALONE, changes))
