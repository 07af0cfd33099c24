"""Timetables without state: Poisson processes on the clock of the daily curve.

Statistical checks have fixed seeds and fail for right timetables with probability ALARM.
"""

from __future__ import annotations

import bisect
import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from small_worlds import events, small

from rumorsim.common.errors import InputError
from rumorsim.common.randomness import Purpose
from rumorsim.engine.kernels.points import points
from rumorsim.engine.kernels.tables import next_point, unwarp, warp
from rumorsim.engine.reference.engine import ReferenceEngine
from rumorsim.events.stream import Kind
from rumorsim.simulation.simulation import Simulation

ALARM = 1e-4
FLAT = np.empty(0)
CHECK_IN = Purpose.CHECK_IN
#: Office hours with a break, and nothing at night.
OFFICE = [0.0] * 8 + [1.0, 2.0, 5.0, 3.0, 0.0, 2.0, 2.0, 1.5] + [0.0] * 8


def slow_world(
    curve: Any = "flat",
    start: str = "2023-03-10 08:30",
    rate: str = "2 per h",
    horizon: str = "60 d",
) -> ReferenceEngine:
    """The reference engine of a world whose timetables are to be walked."""
    feed = {"daily_curve": curve, "check_ins": {"mean": rate}}
    graph = {"kind": "path", "accounts": 3}
    scenario = small({"start": start, "horizon": horizon, "graph": graph, "feed": feed})
    engine = Simulation(scenario, engine="reference").engine
    assert isinstance(engine, ReferenceEngine)
    return engine


def curve_of(engine: ReferenceEngine) -> Any:
    return engine.rules.curve


def walk(rate: float, end: float, account: int = 0, seed: int = 1, curve: Any = FLAT) -> Any:
    return np.array(
        [time for time, _, _ in points(seed, CHECK_IN, account, 0, rate, 0.0, end, curve)]
    )


# -- Poisson -----------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.03, 1.0, 17.0])
def test_gaps_are_exponential(rate: float) -> None:
    times = walk(rate, 20_000 / rate)
    assert stats.kstest(np.diff(times) * rate, "expon").pvalue > ALARM
    gaps = np.diff(times)
    assert abs(stats.pearsonr(gaps[1:], gaps[:-1]).statistic) < 4 / math.sqrt(len(gaps))


def test_wrong_gaps_are_seen() -> None:
    """Negative control: a rate off by 4 %, and points on a jittered grid."""
    gaps = np.diff(walk(1.0, 20_000))
    assert stats.kstest(gaps * 1.04, "expon").pvalue < 1e-4
    grid = np.arange(20_000) + (gaps[:1] % 1)
    assert stats.kstest(np.diff(grid), "expon").pvalue < 1e-9


def poisson_p(counts: Any, mean: float) -> float:
    """p-value of chi square of counts against the Poisson law, tails pooled to 5 or more."""
    low = int(stats.poisson.ppf(5 / len(counts), mean)) + 1
    high = int(stats.poisson.isf(5 / len(counts), mean)) - 1
    seen = np.bincount(np.clip(counts, low, high) - low, minlength=high - low + 1)
    expected = stats.poisson.pmf(np.arange(low, high + 1), mean)
    expected[0], expected[-1] = stats.poisson.cdf(low, mean), stats.poisson.sf(high - 1, mean)
    return float(stats.chisquare(seen, expected * len(counts)).pvalue)


def test_counts_of_cells_and_windows_are_poisson() -> None:
    """Cells hold one expected point; windows that fit no cell are as good."""
    times = walk(1.0, 30_000)
    for width in (1.0, 0.37, 2.9):
        counts = np.bincount((times / width).astype(int), minlength=int(30_000 / width))
        assert poisson_p(counts[: int(30_000 / width)], width) > ALARM / 3


def test_counts_that_are_not_poisson_are_seen() -> None:
    """Negative control: every point counted twice in half as many windows; at most 2 a cell."""
    counts = np.bincount(walk(1.0, 30_000).astype(int), minlength=30_000)[:30_000]
    assert poisson_p(2 * counts[::2], 2.0) < 1e-12
    assert poisson_p(np.minimum(counts, 2), 1.0) < 1e-12


def test_accounts_and_seeds_have_timetables_of_their_own() -> None:
    times = [walk(1.0, 200, account, seed) for account in (0, 1) for seed in (1, 2)]
    assert len({float(each) for some in times for each in some}) == sum(map(len, times))


# -- the daily curve -------------------------------------------------------------------


@pytest.mark.parametrize("start", ["2023-03-10", "2023-03-10 08:30", "2023-03-10 23:59:59"])
@pytest.mark.parametrize("curve", ["waking", OFFICE])
def test_the_daily_curve_is_respected(curve: Any, start: str) -> None:
    """Chi square of counts by hour of the day; hours without weight are empty."""
    engine = slow_world(curve, start)
    clock = float(curve_of(engine)[0])
    days = 400
    times = walk(5.0, 24.0 * days, curve=curve_of(engine))
    hours = np.bincount(((times + clock) % 24).astype(int), minlength=24)
    weights = np.diff([engine.warp(24.0 - clock + hour) for hour in range(25)])
    if curve == OFFICE:
        np.testing.assert_allclose(weights, 24 * np.array(OFFICE) / sum(OFFICE), rtol=1e-6)
    live = weights > 0
    assert not hours[~live].any()
    expected = weights[live] * 5.0 * days
    assert stats.chi2.sf(((hours[live] - expected) ** 2 / expected).sum(), live.sum()) > ALARM
    flat = np.full(live.sum(), expected.mean())
    assert stats.chi2.sf(((hours[live] - flat) ** 2 / flat).sum(), live.sum()) < 1e-12


def test_a_curve_leaves_the_daily_number_alone() -> None:
    """Mean rate 1: as many check-ins a day as with a flat curve."""
    engine = slow_world(OFFICE)
    assert engine.warp(240.0) == pytest.approx(240.0, rel=1e-12)
    assert (
        poisson_p(
            np.array([len(walk(1.0, 24.0, a, curve=curve_of(engine))) for a in range(4000)]), 24.0
        )
        > ALARM
    )


times_of_day = st.floats(0, 2000)
curves = st.sampled_from(["waking", OFFICE, [1.0] + [0.0] * 23, [0.0] * 23 + [2.0], "flat"])
starts = st.sampled_from(["2023-03-10", "2023-03-10 08:30", "2023-03-10 23:59:59"])
ENGINES: dict[str, ReferenceEngine] = {}


def engine_of(curve: Any, start: str) -> ReferenceEngine:
    return ENGINES.setdefault(f"{curve} {start}", slow_world(curve, start))


@settings(deadline=None)
@given(curves, starts, times_of_day, times_of_day)
def test_warp_and_unwarp_undo_each_other_and_never_fall(
    curve: Any, start: str, a: float, b: float
) -> None:
    """Both forms. In dead hours the way back leads to another hour of the same stretch."""
    engine = engine_of(curve, start)
    table = curve_of(engine)
    for forth, back in (
        (engine.warp, engine.unwarp),
        (lambda t: warp.py_func(table, t), lambda t: unwarp.py_func(table, t)),
    ):
        assert forth(min(a, b)) <= forth(max(a, b))
        assert back(min(a, b)) <= back(max(a, b))
        assert forth(back(a)) == pytest.approx(a, abs=1e-9)
        again = back(forth(a))
        assert forth(again) == pytest.approx(forth(a), abs=1e-9)
        live = forth(a + 1e-6) > forth(a) > forth(max(0.0, a - 1e-6))
        if live:
            assert again == pytest.approx(a, abs=1e-7)


@settings(deadline=None)
@given(curves, starts, times_of_day)
def test_both_engines_have_the_same_clock_to_the_bit(curve: Any, start: str, time: float) -> None:
    engine = engine_of(curve, start)
    assert warp.py_func(curve_of(engine), time) == engine.warp(time)
    assert unwarp.py_func(curve_of(engine), time) == engine.unwarp(time)


# -- the next point ----------------------------------------------------------------------


@settings(deadline=None, max_examples=150)
@given(
    curves,
    starts,
    st.integers(0, 2**32 - 1),
    st.floats(0.001, 50.0),
    st.floats(0, 1.1),
    st.floats(1.0, 1440.0),
)
def test_the_next_point_is_the_one_a_walk_through_all_finds(
    curve: Any, start: str, account: int, rate: float, share: float, horizon: float
) -> None:
    horizon = min(horizon, 200 / rate)
    engine = engine_of(curve, start)
    everything = engine.points(CHECK_IN, account, rate)
    walked = []
    for point in everything:
        if point[0] >= horizon:
            break
        walked.append(point)
    times = [time for time, _, _ in walked]
    assert times == sorted(times)
    seed = np.uint64(engine.world.seed)
    ask = [share * horizon, 0.0, horizon, *times[:3], *(math.nextafter(t, 0) for t in times[:3])]
    for after in ask:
        found = next_point(seed, CHECK_IN, account, 0, rate, after, horizon, curve_of(engine))
        place = bisect.bisect_right(times, after)
        if place == len(times):
            assert found[0] == math.inf
        else:
            assert found == walked[place]


@pytest.mark.parametrize("curve", ["flat", OFFICE])
def test_points_that_fall_on_one_moment_are_one(curve: Any) -> None:
    """A century after the start the clock has no room for a billion points an hour."""
    engine = slow_world(curve, horizon="36500 d")
    begin = 24.0 * 36499 + 2.0
    end = begin + 4e-6
    every = engine.points(CHECK_IN, 0, 1e9, begin=begin)
    walked = list(itertools.takewhile(lambda p: p[0] < end, (p for p in every if p[0] > begin)))
    found, time = [], begin
    while True:
        point = next_point(
            np.uint64(engine.world.seed), CHECK_IN, 0, 0, 1e9, time, end, curve_of(engine)
        )
        if point[0] == np.inf:
            break
        found.append(point)
        time = point[0]
    assert len(found) > 1000 and (np.diff([time for time, _, _ in found]) > 0).all()
    assert walked == found


def test_points_in_an_interval_are_those_of_the_whole() -> None:
    whole = walk(2.0, 100.0)
    part = [time for time, _, _ in points(1, CHECK_IN, 0, 0, 2.0, 20.0, 70.0)]
    assert part == whole[(whole > 20) & (whole < 70)].tolist()


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_who_has_rate_zero_never_opens_the_app(engine: str) -> None:
    feed = {"check_ins": {"mean": "0 per h"}}
    batch = events(small({"feed": feed, "stories": {0: {"appeal": 1.0}}}), engine=engine)
    assert batch.kind.tolist() == [Kind.PUBLISH]
    assert list(points(1, CHECK_IN, 0, 0, 0.0, 0.0, 1e9)) == []


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_dead_hours_are_silent(engine: str) -> None:
    """From midnight to eight nobody reads; at eight they begin."""
    scenario = small({"start": "2023-03-10", "feed": {"daily_curve": OFFICE}})
    read = events(scenario, engine=engine).only(Kind.EXPOSE)
    assert len(read) >= 11
    assert read.time.min() > 8.0


def test_gamma_rates_give_lomax_waits() -> None:
    """Rates gamma with shape a and mean m: the wait from any hour on is Lomax(a, a / m)."""
    shape, mean, n = 0.468, 2.0, 20_000
    feed = {"check_ins": {"mean": "2 per h", "shape": shape}}
    world = Simulation(small({"graph": {"kind": "path", "accounts": n}, "feed": feed})).world
    rates = world.accounts["rate"].astype(float)
    for after in (0.0, 7.77):
        waits = [
            next_point(np.uint64(1), CHECK_IN, i, 0, rate, after, 1e15, FLAT)[0] - after
            for i, rate in enumerate(rates.tolist())
        ]
        assert stats.kstest(waits, stats.lomax(shape, scale=shape / mean).cdf).pvalue > ALARM / 2
        wrong = stats.lomax(shape * 1.1, scale=shape / mean)
        assert stats.kstest(waits, wrong.cdf).pvalue < 1e-6


@pytest.mark.parametrize("after", [2.0, 4.3, 5.0, 1e3, 8e5])
def test_both_engines_have_the_same_points_beyond_the_width_of_an_address(after: float) -> None:
    """After 4.3 billion points cells no longer fit into one word of an address."""
    engine = slow_world(horizon="36500 d")
    seed = np.uint64(engine.world.seed)
    walked = itertools.islice(engine.points(CHECK_IN, 0, 1e9, begin=after), 20_000)
    wanted = [point for point in walked if point[0] > after][:500]
    found = []
    for time in (after, *(time for time, _, _ in wanted[:-1])):
        found.append(next_point(seed, CHECK_IN, 0, 0, 1e9, time, 9e5, FLAT))
    assert found == wanted and len(found) == 500


def test_a_timetable_with_more_points_than_numbers_is_refused() -> None:
    feed = {"check_ins": {"mean": "1e9 per h"}}
    kinds = {"kinds": {"busy": {"share": 1.0, "check_ins": 1000.0}}}
    graph = {"kind": "path", "accounts": 3}
    plain = {"graph": graph, "feed": feed, "accounts": kinds}
    with pytest.raises(InputError, match=r"feed.check_ins.mean.*moments within the horizon"):
        Simulation(small({"horizon": "36500 d", **plain}))
    Simulation(small({"horizon": "1 d", **plain}))
