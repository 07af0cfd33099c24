"""Intervals: the bootstrap against scipy's, several at once, the order of policies, precision."""

from __future__ import annotations

import math
import random
from statistics import mean

import numpy as np
import pytest
from scipy import stats

from rumorsim.common.errors import InputError
from rumorsim.studies.compare.precision import Precision, PrecisionTarget
from rumorsim.studies.compare.stopping import next_count
from rumorsim.studies.statistics.intervals import (
    COUNT,
    LEVEL,
    PART,
    UNBOUNDED,
    Interval,
    bounds_of,
    mean_interval,
    mean_intervals,
    paired_difference,
    relative_change,
    shared_level,
    times_fewer,
)
from rumorsim.studies.statistics.ranking import ranked
from rumorsim.studies.statistics.resampling import MOST_WORLDS, RESAMPLES, ends, resampled_means


def drawn(count: int, *, seed: int = 1, skewed: bool = True) -> list[float]:
    """Numbers of a law with a long tail to the right (mean 1), or of a normal one (mean 0)."""
    one = random.Random(seed)
    return [one.expovariate(1.0) if skewed else one.gauss(0, 1) for _ in range(count)]


# -- what cannot be is in no interval ---------------------------------------------------------


def test_a_ratio_of_counts_has_its_interval_on_the_scale_of_logarithms() -> None:
    ours, base = [12.0, 15.0, 9.0, 20.0, 14.0], [14.0, 18.0, 10.0, 21.0, 18.0]
    found = relative_change(ours, base)
    assert found is not None and found.low is not None and found.high is not None
    assert found.estimate == pytest.approx(mean(ours) / mean(base) - 1)
    # The delta method: log(mean / mean) varies as the differences of the parts of the means.
    parts = [a / mean(ours) - b / mean(base) for a, b in zip(ours, base, strict=True)]
    half = stats.t.ppf(0.975, 4) * stats.sem(parts)
    ratio = mean(ours) / mean(base)
    assert found.low == pytest.approx(ratio * math.exp(-half) - 1)
    assert found.high == pytest.approx(ratio * math.exp(half) - 1)


def test_nothing_is_cut_by_more_than_all_of_it() -> None:
    """Half the worlds lose everything: a t interval of the ratio goes below -100 %."""
    base = [90.0, 10.0, 80.0, 5.0, 60.0, 30.0]
    ours = [1.0, 9.0, 0.0, 5.0, 2.0, 0.0]
    found = relative_change(ours, base)
    assert found is not None and found.low is not None and found.high is not None
    assert -1 < found.low < found.estimate < found.high < 0
    assert relative_change([0.0] * 6, base) == (-1.0, -1.0, -1.0)
    # Negative control: the plain t interval of these worlds is impossible.
    parts = [a / mean(base) - (mean(ours) / mean(base)) * b / mean(base)
             for a, b in zip(ours, base, strict=True)]  # fmt: skip
    assert found.estimate - stats.t.ppf(0.975, 5) * stats.sem(parts) < -1


@pytest.mark.parametrize("count", [2, 5, 20, 29, 30, 80])
def test_means_of_counts_and_parts_keep_to_their_bounds(count: int) -> None:
    rare = [1.0] + [0.0] * (count - 1)
    found = mean_interval(rare, bounds=COUNT)
    assert found.low is not None and found.high is not None
    assert 0 <= found.low <= found.estimate < found.high
    if count < 30:
        # Negative control: without bounds it is below zero.
        assert (mean_interval(rare).low or 0.0) < 0
    for part in (rare, [1 - each for each in rare]):
        found = mean_interval(part, bounds=PART)
        assert found.low is not None and found.high is not None
        assert 0 <= found.low <= found.estimate <= found.high <= 1
    assert mean_interval([1.0] * count, bounds=PART) == (1.0, 1.0, 1.0)
    assert mean_interval([0.0] * count, bounds=COUNT) == (0.0, 0.0, 0.0)
    for each in mean_intervals([rare, rare], bounds=COUNT):
        assert each == pytest.approx(mean_interval(rare, bounds=COUNT), abs=1e-12)
        assert each.low is not None and each.low >= 0


def test_far_from_its_bounds_a_count_has_the_t_interval() -> None:
    values = [1000.0 + each for each in drawn(20, skewed=False)]
    assert mean_interval(values, bounds=COUNT) == pytest.approx(mean_interval(values), rel=1e-6)


def test_a_difference_from_nothing_is_an_amount() -> None:
    """Accounts hit under a policy, where none hits any: the same number, the same interval."""
    hit = [0.0, 0.0, 1.0, 0.0, 0.0]
    assert paired_difference(hit, [0.0] * 5, bounds=COUNT) == mean_interval(hit, bounds=COUNT)
    below = paired_difference(hit, [0.0, 0.0, 0.0, 0.0, 1.0], bounds=COUNT)
    assert below.low is not None and below.low < 0


def test_parts_are_not_more_than_one_apart() -> None:
    ours, theirs = [0.0, 0.1], [1.0, 0.2]
    free = paired_difference(ours, theirs)
    assert free.low is not None and free.low < -1.0
    assert free.high is not None and free.high > 1.0
    assert paired_difference(ours, theirs, bounds=PART) == (free.estimate, -1.0, 1.0)
    # Whatever is no part keeps its interval.
    assert paired_difference([0.0, 1.1], theirs, bounds=PART) == paired_difference(
        [0.0, 1.1], theirs
    )


def test_a_change_may_be_counted_the_other_way() -> None:
    assert Interval(-3.0, -4.0, -2.0).turned == Interval(3.0, 2.0, 4.0)
    assert "-0" not in str(Interval(0.0, -1.0, 0.0).turned)


def test_bounds_go_by_the_unit() -> None:
    assert bounds_of("collateral.accounts.innocent") == COUNT
    assert bounds_of("enforcement.precision.by_truth.value") == PART
    assert bounds_of("payments.spent") == UNBOUNDED
    assert bounds_of("my-own.number") == UNBOUNDED
    # A number that is negative after all is not forced above zero.
    assert mean_interval([-1.0, 2.0], bounds=COUNT) == mean_interval([-1.0, 2.0])


# -- the bootstrap -------------------------------------------------------------------------


def test_bca_agrees_with_scipy() -> None:
    """Same data, same method, other draws: within the Monte Carlo error of both."""
    values = drawn(60)
    ours = mean_interval(values)
    plain = _unwidened(values)
    theirs = stats.bootstrap(
        (values,), np.mean, method="BCa", n_resamples=19_999, rng=np.random.default_rng(1)
    ).confidence_interval
    error = float(np.std(values)) / math.sqrt(60)
    assert plain == pytest.approx((theirs.low, theirs.high), abs=0.12 * error)
    # Ours is a little wider, for the normal quantile and n in the place of n - 1.
    assert ours.low is not None and ours.high is not None
    assert ours.low < plain[0] and plain[1] < ours.high
    # Negative controls: neither the t interval nor the plain percentiles are it.
    low, high = stats.t.interval(0.95, 59, mean(values), error * math.sqrt(60 / 59))
    assert (low, high) != pytest.approx((theirs.low, theirs.high), abs=0.12 * error)


def _unwidened(values: list[float]) -> tuple[float, float]:
    """BCa with the levels of the textbook: t's quantile undone."""
    count = len(values)
    far = stats.norm.ppf(0.975) / math.sqrt(count / (count - 1))
    level = 2 * stats.t.cdf(far, count - 1) - 1
    low, high = ends(resampled_means(np.array(values)[:, None]), count, level)
    return mean(values) + float(low[0]), mean(values) + float(high[0])


def test_the_method_changes_at_thirty_without_a_jump() -> None:
    for count, kind in ((29, "t"), (30, "bootstrap"), (MOST_WORLDS + 1, "widened t")):
        values = drawn(count, skewed=False)
        found = mean_interval(values)
        low, high = stats.t.interval(0.95, count - 1, mean(values), stats.sem(values))
        assert found.low is not None and found.high is not None
        assert ((found.low, found.high) == pytest.approx((low, high))) == (kind == "t")
        # Normal numbers have no skewness: the widths agree within the Monte Carlo error.
        assert found.high - found.low == pytest.approx(high - low, rel=0.12)


def test_many_worlds_reach_as_far_into_the_tail_as_hall_says() -> None:
    values = drawn(MOST_WORLDS + 1)
    found, count = mean_interval(values), len(values)
    assert found.low is not None and found.high is not None
    skewness, spread = stats.skew(values), stats.tstd(values)
    t = stats.t.ppf(0.975, count - 1) / math.sqrt(count)
    # Away from the tail it is t's; into the tail Hall's transformed mean has t's quantile there.
    assert found.estimate - found.low == pytest.approx(t * spread)
    far = (found.estimate - found.high) / spread
    unskewed = far + skewness * far**2 / 3 + skewness**2 * far**3 / 27 + skewness / (6 * count)
    assert unskewed == pytest.approx(-t)
    assert found.high - found.estimate > 1.05 * t * spread
    # A tail to the left is the mirror image, and one number has no interval to widen.
    turned = mean_interval([-each for each in values])
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
    assert mean_interval([2.0] * count) == Interval(2.0, 2.0, 2.0)


def test_many_skewed_worlds_are_covered() -> None:
    """Lognormal numbers of skewness 33 in 2,000 worlds: t alone holds their mean in some 90 %."""
    draws, held, by_t = np.random.default_rng(3), 0, 0
    for _ in range(400):
        values = np.exp(draws.normal(0, 1.5, size=2_000))
        found, truth = mean_interval(values.tolist()), math.exp(1.5**2 / 2)
        assert found.low is not None and found.high is not None
        held += found.low <= truth <= found.high
        by_t += abs(values.mean() - truth) <= stats.t.ppf(0.975, 1_999) * stats.sem(values)
    assert held >= 368 and held > by_t


def test_bootstrap_follows_the_skewness() -> None:
    found = mean_interval(drawn(100))
    assert found.low is not None and found.high is not None
    assert found.high - found.estimate > 1.05 * (found.estimate - found.low)
    even = mean_interval([*drawn(50), *(-each for each in drawn(50))])
    assert even.low is not None and even.high is not None
    assert even.high - even.estimate == pytest.approx(even.estimate - even.low, rel=0.05)


def test_same_worlds_same_interval_whatever_else_is_asked() -> None:
    values, other = drawn(40), drawn(40, seed=2)
    alone = mean_interval(values)
    mean_interval(drawn(33))
    state = random.getstate(), np.random.get_state()[1].tolist()
    together = mean_intervals([other, values])
    assert together[1] == pytest.approx(alone, rel=1e-12)
    assert mean_interval(values) == alone
    assert (random.getstate(), np.random.get_state()[1].tolist()) == state


def test_equal_values_have_an_interval_of_no_width() -> None:
    assert mean_interval([0.1] * 40) == pytest.approx((0.1, 0.1, 0.1))
    assert paired_difference([0.3] * 40, [0.3] * 40) == (0.0, 0.0, 0.0)
    assert relative_change([2.0] * 40, [2.0] * 40) == (0.0, 0.0, 0.0)


def test_ratio_by_bootstrap_is_fieller_where_both_are_right() -> None:
    base = [10 + each for each in drawn(60)]
    values = [0.8 * each + other for each, other in zip(base, drawn(60, seed=3), strict=True)]
    found = relative_change(values, base)
    assert found is not None and found.low is not None and found.high is not None
    fieller = _fieller(values, base)
    assert (found.low, found.high) == pytest.approx(fieller, abs=0.15 * (fieller[1] - fieller[0]))
    turned = relative_change([-each for each in values], [-each for each in base])
    assert turned == pytest.approx(found)
    # No interval where the base cannot be told from zero.
    nowhere = [each - mean(drawn(60)) + 0.01 for each in drawn(60)]
    unknown = relative_change(values, nowhere)
    assert unknown is not None and not unknown.known


def _fieller(values: list[float], base: list[float]) -> tuple[float, float]:
    """The two ratios at which the t test turns, by bisection."""

    def p(ratio: float) -> float:
        apart = [a - ratio * b for a, b in zip(values, base, strict=True)]
        return float(stats.ttest_1samp(apart, 0).pvalue)

    middle = mean(values) / mean(base)
    found = []
    for far in (middle - 1, middle + 1):
        near, away = middle, far
        for _ in range(60):
            half = (near + away) / 2
            near, away = (half, away) if p(half) > 0.05 else (near, half)
        found.append(near - 1)
    return found[0], found[1]


def test_resamples_draw_every_world_alike() -> None:
    """Counts of each world over all resamples: chi-squared, false alarm rate 1e-4."""
    from rumorsim.studies.statistics.resampling import _ROWS, _counts

    worlds = 37
    total = sum(_counts(worlds, at).sum(axis=0) for at in range(0, RESAMPLES, _ROWS))
    assert _counts(worlds, 0).sum(axis=1).tolist() == [worlds] * _ROWS
    assert stats.chisquare(total).pvalue > 1e-4
    # Negative control: one world drawn a tenth too often is seen.
    total[0] *= 1.1
    total[1:] *= (worlds * RESAMPLES - total[0]) / total[1:].sum()
    assert stats.chisquare(total).pvalue < 1e-4


# -- several at once -------------------------------------------------------------------------


def test_policies_share_the_level() -> None:
    assert shared_level(0) == shared_level(1) == LEVEL
    assert shared_level(5) == pytest.approx(0.99)
    values = drawn(40)
    one, five = mean_interval(values), mean_interval(values, shared_level(5))
    assert one.low is not None and one.high is not None
    assert five.low is not None and five.high is not None
    assert five.low < one.low < one.high < five.high


# -- the order -------------------------------------------------------------------------------


def worlds_of(gap: float, count: int, seed: int) -> dict[str, list[float]]:
    """Two policies in the same worlds; ``b`` is higher by ``gap`` on average."""
    luck, own = drawn(count, seed=seed, skewed=False), drawn(count, seed=seed + 1, skewed=False)
    return {
        "b": [10 * x + gap + y for x, y in zip(luck, own, strict=True)],
        "a": [10 * x for x in luck],
    }


@pytest.mark.parametrize("count", [12, 60])
def test_order_and_winner_where_it_is_clear(count: int) -> None:
    found = ranked(worlds_of(3.0, count, 1), "k")
    assert found is not None
    assert [place.policy for place in found.places] == ["a", "b"]
    assert found.winner == "a"
    assert found.probability > 0.99
    assert found.places[0].lead is not None and found.places[0].lead.clear
    high = ranked(worlds_of(3.0, count, 1), "k", low=False)
    assert high is not None and high.winner == "b"


@pytest.mark.parametrize("count", [12, 60])
def test_no_winner_where_it_is_not_clear(count: int) -> None:
    found = ranked(worlds_of(0.05, count, 5), "k")
    assert found is not None
    assert found.winner is None
    assert 0.05 < found.probability < 0.95


@pytest.mark.parametrize("count", [10, 60])
def test_probability_of_the_order_is_calibrated(count: int) -> None:
    """Where two policies are the same on average, P(a first) is uniform: KS, 200 draws, 1e-4."""
    found = [ranked(worlds_of(0.0, count, 2 * seed), "k") for seed in range(200)]
    first = [{p.policy: p.first for p in each.places}["a"] for each in found if each is not None]
    first = [each for each in first if each is not None]  # too skewed for a probability: few
    assert len(first) > 180
    assert stats.kstest(first, "uniform").pvalue > 1e-4
    # Negative control: a difference of 0.3 standard deviations is no uniform.
    apart = [ranked(worlds_of(0.3, count, 2 * seed), "k") for seed in range(200)]
    first = [{p.policy: p.first for p in each.places}["a"] for each in apart if each is not None]
    first = [each for each in first if each is not None]
    assert stats.kstest(first, "uniform").pvalue < 1e-4


def test_policies_that_are_the_same_share_a_place() -> None:
    a = drawn(40)
    found = ranked({"a": a, "same": list(a), "more": [x + 1 + 0.1 * x for x in a]}, "k")
    assert found is not None
    assert [place.place for place in found.places] == [1, 1, 3]
    assert found.winner is None
    assert found.places[0].first == found.places[1].first == 1.0


def test_no_order_of_one_world_or_one_policy() -> None:
    assert ranked({"a": [1.0], "b": [2.0]}, "k") is None
    assert ranked({"a": [1.0, 2.0]}, "k") is None
    assert ranked({"a": [1.0, None, 3.0], "b": [None, 2.0, 4.0]}, "k") is None


# -- precision -------------------------------------------------------------------------------


def test_wishes_are_read() -> None:
    assert PrecisionTarget.read("2%", "k") == PrecisionTarget(0.02, True, "k")
    assert PrecisionTarget.read(" 50 ", "k") == PrecisionTarget(50.0, False, "k")
    for wrong in ("", "0", "0%", "-1", "2 percent", "nan", "1e999"):
        with pytest.raises(InputError, match="precision"):
            PrecisionTarget.read(wrong, "k")


def test_next_step_follows_the_estimate_within_growth_and_cap() -> None:
    wish = PrecisionTarget.read("2%", "k")

    def after(worlds: int, widest: float | None, most: int = 10_000) -> int:
        needed = None if widest is None else math.ceil(worlds * (widest / wish.size) ** 2)
        return next_count(Precision(wish, worlds, most, widest, "a", needed))

    assert after(20, 0.03) == math.ceil(1.05 * 45)
    assert after(20, 0.9) == 80
    assert after(20, 0.0201) == 26
    assert after(10, 0.0201) == 15
    assert after(20, None) == 40
    assert after(20, 0.03, most=30) == 30


def test_pairing_factor_is_unchanged() -> None:
    assert times_fewer([1.0, 2.0], [2.0, 1.0]) == pytest.approx(0.5)
