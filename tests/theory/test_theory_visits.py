"""Visits against what their laws say: how many, by whom, when, and what they lead to.

Nobody follows anybody here, so that all that is read is read on a visit. ``ALARM`` is the chance
that a right engine fails a test.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from small_worlds import small

from rumorsim.events.stream import Batch, Kind
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation
from rumorsim.world.settings.stories import WEIBO_VISIT_DELAY

ALARM = 1e-5
ACCOUNTS, COPIES, VISITS, SHARE = 20_000, 150, 200, 0.2
MEDIAN, SIGMA = 2.0, 1.0
#: Nobody is awake at night, and evenings are busy.
CURVE = [0.0] * 6 + [1.0] * 12 + [3.0] * 6


def alone(visits: dict[str, Any], **changes: Any) -> Scenario:
    """A world without follows; everybody is at work to read what is searched for."""
    story = {
        "name": "a",
        "truth": False,
        "appeal": SHARE,
        "author": {"ids": [7]},
        "copies": COPIES,
        "visits": visits,
    }
    graph = {"kind": "erdos-renyi", "accounts": ACCOUNTS, "mean_followers": 0.0}
    base: dict[str, Any] = dict.fromkeys(("graph", "stories"))
    return small(base, {"graph": graph, "stories": [story], "horizon": "2000 d"}, changes)


def lasting() -> dict[str, Any]:
    law = {"law": "lognormal", "median": f"{MEDIAN} h", "sigma": SIGMA}
    return {"mean": float(VISITS), "delay": law}


@cache
def made(nights: bool) -> Batch:
    changes = {"feed": {"daily_curve": CURVE}} if nights else {}
    scenario = alone(lasting(), **changes)
    return Simulation(scenario).advance(scenario.horizon)


@pytest.fixture(params=["flat", "nights"])
def run(request: pytest.FixtureRequest) -> tuple[bool, Batch]:
    return request.param == "nights", made(request.param == "nights")


def distinct(visits: int) -> float:
    """Expected number of different visitors of an original."""
    others = ACCOUNTS - 1
    return others * (1.0 - (1.0 - 1.0 / others) ** visits)


def surprise(count: int, expected: float, variance: float) -> float:
    """P of a count at least as far from the expected one."""
    return float(2 * stats.norm.sf(abs(count - expected) / variance**0.5))


def test_readers_are_the_visitors_and_shares_are_visits_times_the_chance(
    run: tuple[bool, Batch],
) -> None:
    """An account that visits twice reads twice but decides once: its coin is the same."""
    _, batch = run
    read, shared = batch.only(Kind.EXPOSE), batch.only(Kind.SHARE)
    expected = COPIES * distinct(VISITS)
    # Visits of the same account again: Poisson of mean visits**2 / 2 / accounts.
    assert surprise(len(read), expected, COPIES * VISITS - expected) > ALARM
    assert surprise(len(shared), SHARE * expected, expected * SHARE * (1 - SHARE)) > ALARM
    assert surprise(len(shared), 1.1 * SHARE * expected, expected * SHARE * (1 - SHARE)) < ALARM
    assert set(read.value.tolist()) == {2.0}
    originals = set(batch.only(Kind.PUBLISH).post.tolist())
    assert set(shared.value.astype(int).tolist()) <= originals


def operational(hours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Hours of the daily curve passed since midnight."""
    rates = np.array(CURVE) * 24 / sum(CURVE)
    ends = np.concatenate([[0.0], np.cumsum(rates)])
    day, clock = np.floor(hours / 24.0), hours % 24.0
    passed: NDArray[np.float64] = np.interp(clock, np.arange(25.0), ends)
    return day * 24.0 + passed


def test_shares_come_after_the_delay(run: tuple[bool, Batch]) -> None:
    """Kolmogorov and Smirnov; two visits of an account move the law by 1 % of 1 % at most."""
    nights, batch = run
    times = batch.only(Kind.SHARE).time
    delays = operational(times) if nights else times
    assert stats.kstest(delays, stats.lognorm(SIGMA, 0, MEDIAN).cdf).pvalue > ALARM
    assert stats.kstest(delays, stats.lognorm(SIGMA, 0, 1.1 * MEDIAN).cdf).pvalue < ALARM
    if nights:
        assert stats.kstest(times, stats.lognorm(SIGMA, 0, MEDIAN).cdf).pvalue < ALARM
        assert not ((times % 24.0) < 6.0).any()


def visits_of(mean: float, sigma: float, copies: int) -> NDArray[np.int64]:
    scenario = alone({"mean": mean, "sigma": sigma}, stories={0: {"copies": copies}})
    counts: NDArray[np.int64] = Simulation(scenario).world.stories["visits"].astype(np.int64)
    return counts


def test_numbers_are_lognormal_over_copies() -> None:
    """At 10,000 visits rounding is nothing."""
    logs = np.log(visits_of(10_000.0, 1.5, 4000))
    law = stats.norm(np.log(10_000.0) - 1.5**2 / 2, 1.5)
    assert stats.kstest(logs, law.cdf).pvalue > ALARM
    assert stats.kstest(logs, stats.norm(np.log(10_000.0), 1.5).cdf).pvalue < ALARM


def test_without_sigma_all_are_alike_and_parts_of_a_visit_are_rounded_by_chance() -> None:
    assert set(visits_of(3.0, 0.0, 200).tolist()) == {3}
    counts = visits_of(2.3, 0.0, 4000)
    assert set(counts.tolist()) == {2, 3}
    assert stats.binomtest(int((counts == 3).sum()), 4000, 0.3).pvalue > ALARM


def test_visitors_are_any_other_account_as_likely() -> None:
    graph = {"accounts": 40}
    stories = {0: {"copies": 1, "appeal": 0.0, "visits": {"mean": 40_000.0}}}
    changes = {"graph": graph, "stories": stories, "measures": ["impressions"]}
    scenario = alone(lasting(), **changes)
    read = Simulation(scenario).advance(scenario.horizon).only(Kind.READ)
    counts = np.bincount(read.account, minlength=40)
    assert counts[7] == 0
    assert stats.chisquare(np.delete(counts, 7)).pvalue > ALARM


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.0])
def test_visitors_come_in_proportion_to_a_power_of_their_followers(exponent: float) -> None:
    """Nobody sees a feed before the horizon; the author itself never visits."""
    visits = {
        "mean": 200_000.0,
        "followers_exponent": exponent,
        "delay": {"law": "exponential", "mean": "1 min"},
    }
    changes = {
        "graph": {"kind": "power-law", "accounts": 60, "mean_followers": 6.0, "seed": 4},
        "feed": {"reading": "delay", "delay": {"law": "fixed", "time": "2 h"}},
        "stories": {0: {"copies": 1, "appeal": 0.0}},
        "measures": ["impressions"],
        "horizon": "1 h",
    }
    simulation = Simulation(alone(visits, **changes))
    read = simulation.advance(1.0).only(Kind.READ)
    counts = np.bincount(read.account, minlength=60)
    assert counts[7] == 0 and counts.sum() == 200_000
    followers = np.delete(simulation.world.graph.follower_counts(), 7)
    assert len(set(followers.tolist())) > 5

    def likely(power: float) -> float:
        weights = (followers + 1.0) ** power
        expected = counts.sum() * weights / weights.sum()
        return float(stats.chisquare(np.delete(counts, 7), expected).pvalue)

    assert likely(exponent) > ALARM
    assert likely(exponent + 0.1) < ALARM


@pytest.mark.parametrize("when", [0.5, 2.0, 9.0])
def test_deleting_the_original_stops_what_comes_after(when: float) -> None:
    """The same visits up to then, to the bit, and none from then on."""
    gone = {
        "kind": "delete-posts",
        "when": {"at": [f"{when} h"]},
        "whom": {"posts": "originals"},
    }
    scenario = alone(lasting(), policies=[{"name": "gone", "interventions": [gone]}])
    read = Simulation(scenario, "gone").advance(500.0).only(Kind.EXPOSE)
    before = made(False).only(Kind.EXPOSE)
    assert read.rows.tolist() == before.rows[before.time < when].tolist()
    chance = stats.lognorm(SIGMA, 0, MEDIAN).cdf(when)
    everybody = COPIES * distinct(VISITS)
    variance = everybody * chance * (1 - chance)
    assert surprise(len(read), everybody * chance, variance) > ALARM


def test_the_default_delay_is_that_of_first_generation_reposts() -> None:
    """Their quartiles on Weibo, 194,209 reposts of posts made at 8 to 21 h: .53, 2.27, 12.4 h."""
    law = stats.lognorm(WEIBO_VISIT_DELAY.sigma, 0, WEIBO_VISIT_DELAY.median)
    assert law.cdf([0.532, 2.265, 12.367]) == pytest.approx([0.25, 0.5, 0.75], abs=0.025)
