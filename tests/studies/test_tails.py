"""Tails: worlds too few for a mean give no interval, enough of them do, and words say which."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from rumorsim.studies.compare.budget import Budget, next_worlds
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.few_worlds import few_worlds, tails
from rumorsim.studies.compare.precision import PrecisionTarget
from rumorsim.studies.compare.stopping import reached_precision
from rumorsim.studies.compare.take_off import quantile_interval, share_interval, take_off
from rumorsim.studies.compare.worlds import CurveBand
from rumorsim.studies.statistics import intervals, stated
from rumorsim.studies.statistics.change import paired
from rumorsim.studies.statistics.intervals import Interval, level_of_look
from rumorsim.studies.statistics.tails import most_needed, needed_of_difference, rarest, tail_of

KEY = "reach.truth.false.accounts"


def comparison(accounts: int = 1_000, **reach: Sequence[float]) -> Comparison:
    worlds = len(next(iter(reach.values())))
    return Comparison(
        name="made up",
        policies=tuple(reach),
        seeds=tuple(range(1, worlds + 1)),
        scalars={policy: {KEY: list(values)} for policy, values in reach.items()},
        curves={},
        digests={},
        scenario={"stories": [{"truth": False}], "graph": {"accounts": accounts}},
        provenance={},
    )


def rare(worlds: int, at: Sequence[int], size: float = 900.0) -> list[float]:
    """Reach 10 to 14 everywhere but ``size`` in the worlds ``at``."""
    values = [10.0 + world % 5 for world in range(worlds)]
    for world in at:
        values[world] = size
    return values


# -- the tail of one number -----------------------------------------------------------------


def test_a_tail_by_hand() -> None:
    found = tail_of([1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 4.0, 12.0])
    assert found.worlds == 8
    # 12 of 24 is half.
    assert (found.half, found.largest) == (1, 0.5)
    assert found.skewness == pytest.approx(stats.skew([1, 1, 1, 1, 2, 2, 4, 12]))
    # Hill over the largest two: log(12 / 2) and log(4 / 2).
    assert found.tail_index == pytest.approx((math.log(6) + math.log(2)) / 2)
    assert found.tail_index_error == pytest.approx(found.tail_index / math.sqrt(2))
    assert not found.trusted and found.needed > 8


def test_equal_and_zero_values_have_no_tail() -> None:
    assert tail_of([3.0] * 5).needed == 2
    nothing = tail_of([0.0] * 9)
    assert (nothing.half, nothing.largest, nothing.tail_index, nothing.needed) == (0, 0.0, None, 2)
    with pytest.raises(ValueError, match="no values"):
        tail_of([])
    # Of any scale: neither overflow nor underflow.
    for scale in (1e-300, 1e300):
        assert tail_of([scale, 2 * scale, 3 * scale]).skewness == pytest.approx(0, abs=1e-9)


def test_needed_follows_cochran_where_the_skewness_is_known() -> None:
    """Exponential numbers: skewness 2, so 40 * 4 = 160 worlds; three standard errors apart."""
    drawn = np.random.default_rng(1).exponential(size=200_000)
    assert 140 < tail_of(drawn.tolist()).needed < 180


def test_tame_worlds_are_trusted_at_twenty_and_wild_ones_are_not() -> None:
    """Normal reach: at most 2 % of 500 experiments decline. Heavy reach: at most 2 % do not."""
    draws = np.random.default_rng(2)
    tame = draws.normal(1_000, 200, size=(500, 20))
    assert sum(not tail_of(row.tolist()).trusted for row in tame) <= 10
    wild = np.exp(draws.normal(2.0, 1.5, size=(500, 20)))
    assert sum(tail_of(row.tolist()).trusted for row in wild) <= 10


def test_few_small_counts_are_not_trusted_because_they_happen_to_be_even() -> None:
    """Twenty small worlds of a rumor that may take off: hardly skewed, but widely spread."""
    counts = [2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    found = tail_of([float(each) for each in counts])
    assert abs(found.skewness) < 0.6 and not found.trusted
    assert tail_of([1_000.0 + 20 * each for each in counts]).trusted


def test_many_worlds_are_judged_by_their_first_quarter() -> None:
    early, late = rare(2_000, range(9)), rare(2_000, range(1_500, 1_509))
    assert tail_of(early).skewness == pytest.approx(tail_of(late).skewness)
    # Nine giants in a pilot of 500 ask for 40 * 500 / 9 worlds; nine of 2,000 are no handful.
    assert not tail_of(early).trusted and tail_of(late).trusted
    # Five of them are, wherever they are: 8 * 2,000 / 5.
    for begin in (0, 1_500):
        assert not tail_of(rare(2_000, range(begin, begin + 5))).trusted
    # A pilot in which no world differs says nothing: all worlds are judged.
    late_alone = np.array([[0.0] * 1_500 + [float(each % 25 == 0) for each in range(500)]]).T
    assert most_needed(late_alone)[0] > 2_000


def test_stopping_when_worlds_look_tame_does_not_choose_small_means() -> None:
    """Lognormal numbers of skewness 33 in 20,000 worlds: held in 93 % of what is stated.

    Judged by all worlds, what is stated is what saw the fewest giants.
    """
    draws, truth, stated_, held = np.random.default_rng(4), math.exp(1.5**2 / 2), 0, 0
    for _ in range(300):
        values = np.exp(draws.normal(0, 1.5, size=20_000))
        found = stated.mean_interval(values.tolist())
        stated_ += found.known
        held += (
            found.low is not None and found.high is not None and found.low <= truth <= found.high
        )
    assert stated_ > 60 and held / stated_ > 0.9


# -- what answers state ------------------------------------------------------------------------


def test_an_interval_is_stated_only_where_worlds_bear_it() -> None:
    few = rare(20, [3])
    assert stated.mean_interval(few) == Interval(intervals.mean(few))
    assert intervals.mean_interval(few).known, "the method itself would give one"
    tame = [10.0 + world % 5 for world in range(20)]
    assert stated.mean_interval(tame) == intervals.mean_interval(tame)
    lower = [each - 1 - 0.1 * (world % 3) for world, each in enumerate(tame)]
    assert stated.paired_difference(lower, tame) == intervals.paired_difference(lower, tame)
    assert stated.relative_change(lower, tame) == intervals.relative_change(lower, tame)
    # A difference in one world of twenty, and in none.
    one = [each - (world == 4) for world, each in enumerate(tame)]
    assert stated.paired_difference(one, tame) == Interval(-0.05)
    assert stated.paired_difference(tame, tame) == Interval(0.0)
    # Many columns at once are as one by one.
    assert stated.mean_intervals([few, tame]) == [
        stated.mean_interval(each) for each in (few, tame)
    ]
    assert stated.paired_differences([lower, one, tame], [tame] * 3) == [
        stated.paired_difference(each, tame) for each in (lower, one, tame)
    ]


def test_a_difference_is_not_stated_where_the_reach_itself_is_wild() -> None:
    """All worlds seen are lowered alike, but the reach says that others go much further."""
    base = np.exp(np.linspace(1, 5, 20)).tolist()
    assert stated.paired_difference([each - 1 for each in base], base) == Interval(-1.0)


def test_what_no_world_shows_is_bounded_by_the_binomial() -> None:
    assert rarest(20, 0.95) == pytest.approx(1 - 0.05 ** (1 / 20))
    # What happens at that chance is missed by all worlds in a part of 5 %, as stated.
    assert (1 - rarest(20, 0.95)) ** 20 == pytest.approx(0.05)
    tame = [10.0 + world % 5 for world in range(20)]
    found = paired(tame, tame, KEY, 0.99)
    assert found is not None and found.seen.unseen == pytest.approx(1 - 0.01 ** (1 / 20))
    assert found.identical and found.seen.differing == 0


# -- words -----------------------------------------------------------------------------------


def plain(found: Comparison) -> str:
    return " ".join(found.text().replace("\u00a0", " ").split())


def test_nothing_seen_is_not_nothing() -> None:
    tame = [10.0 + world % 5 for world in range(20)]
    told = plain(comparison(none=tame, slow=tame))
    assert (
        '"slow" left the reach of false stories as it was in all 20 worlds (an effect in fewer than'
        " 1 in 7 worlds cannot be excluded)"
    ) in told
    assert "exactly" not in told and "no change" not in told


def test_the_answer_leads_with_what_is_not_known() -> None:
    base = rare(20, [3])
    lower = [each - 5 if each > 100 else each for each in base]
    found = comparison(none=base, slow=lower, same=base)
    lead = few_worlds(found)
    assert lead.startswith("20 worlds are too few to say how much the policies change on average")
    # 900 of some 1,130 in all.
    assert "1 of them holds half of all reach of false stories (the largest 80\u00a0%)" in lead
    needed = found.worlds_needed
    assert needed is not None and needed > 20
    told = plain(found)
    assert told.index("too few to say how much") < told.index('"slow"')
    assert '"slow" lowered the reach of false stories in 1 of 20 worlds (too few' in told
    assert "These worlds cannot say which policy has the lowest mean" in told
    ranking = found.ranking()
    assert ranking is not None and ranking.probability is None and ranking.winner is None
    # Negative control: tame worlds lead with the answer.
    tame = [10.0 + world % 5 for world in range(20)]
    plainly = comparison(none=tame, less=[each - 2 - 0.1 * (each % 2) for each in tame])
    assert few_worlds(plainly) == "" and plainly.worlds_needed is None
    assert '"less" cut the reach of false stories by' in plain(plainly)


def test_the_lead_names_what_is_not_known() -> None:
    tame = [10.0 + world % 5 for world in range(20)]
    lower = [each - 2 - 0.1 * (each % 2) for each in tame]
    once = [*tame[:-1], 0.0]
    found = comparison(none=tame, less=lower, once=once)
    lead = few_worlds(found)
    assert lead.startswith(
        '20 worlds are too few to say how much "once" changes the reach of false stories on'
        " average. Means without"
    )
    told = plain(found)
    assert '"less" cut the reach of false stories by' in told
    assert '"once" lowered the reach of false stories in 1 of 20 worlds (too few worlds to' in told
    # The reach itself is tame: how often it takes off explains nothing.
    assert "takes off" not in told.lower()


def test_a_difference_from_nothing_takes_what_a_mean_takes() -> None:
    values = np.array([rare(20, [3])]).T
    assert needed_of_difference(values, np.zeros_like(values)) == most_needed(values)


def test_bands_are_given_hour_by_hour() -> None:
    tame = [10.0 + world % 5 for world in range(20)]
    lower = [each - 2 - 0.1 * (each % 2) for each in tame]
    once = [*tame[:-1], 0.0]
    time = [0.0, 1.0, 2.0]
    ours = [{"time": time, "n": list(each)} for each in zip(tame, once, lower, strict=True)]
    base = [{"time": time, "n": [each] * 3} for each in tame]
    none, some, all_of = CurveBand.of(ours, "n", base).points()
    assert none == (0.0, 0.0, None, None)
    assert some[2:] == (None, None)
    expected = stated.paired_difference(lower, tame)
    assert all_of[1:] == pytest.approx(tuple(expected))


def test_ties_are_no_order() -> None:
    tame = [10.0 + world % 5 for world in range(20)]
    found = comparison(none=tame, same=tame, twin=tame).ranking()
    assert found is not None and found.probability is None
    assert [place.place for place in found.places] == [1, 1, 1]
    assert [place.before for place in found.places] == [None] * 3
    lower = [each - 2 - 0.1 * (each % 2) for each in tame]
    found = comparison(none=tame, same=tame, less=lower).ranking()
    assert found is not None and found.probability == 1.0 and found.winner == "less"


# -- how many worlds ---------------------------------------------------------------------------


def test_worlds_are_added_only_where_few_decide_and_the_budget_allows() -> None:
    runs = Budget.read("2000 runs")
    assert next_worlds(20, None, runs, 3, 0.0) is None
    assert next_worlds(20, 21, runs, 3, 0.0) == 80
    assert next_worlds(320, 5_000, runs, 3, 0.0) is None  # 1280 worlds would be 3840 runs
    time = Budget.read("1 min")
    assert next_worlds(20, 21, time, 3, 14.0) == 80
    assert next_worlds(20, 21, time, 3, 16.0) is None
    assert Budget.read("0.5 h").seconds == 1_800


def test_precision_is_not_reached_by_what_no_world_or_few_show() -> None:
    wish = PrecisionTarget.read("50%", KEY)
    tame = [10.0 + world % 5 for world in range(40)]
    nothing = reached_precision(comparison(none=tame, same=tame), wish, 40)
    assert not nothing.reached and "differs from none in none of 40 worlds" in nothing.sentence()
    # A policy that cannot act has nothing to be found out.
    assert reached_precision(comparison(none=tame, same=tame), wish, 40, {"same"}).reached
    few = reached_precision(comparison(none=tame, few=rare(40, [3])), wish, 40)
    assert not few.reached and "differs from none in 1 of 40 worlds" in few.sentence()
    # Negative control: what all worlds show is reached.
    less = [each - 2 - 0.1 * (each % 2) for each in tame]
    assert reached_precision(comparison(none=tame, less=less), wish, 40).reached


def test_looks_share_the_level() -> None:
    missing = [1 - level_of_look(look) for look in range(1, 2_000)]
    assert sum(missing) == pytest.approx(0.05, rel=1e-3)
    assert level_of_look(0) == 0.95 and level_of_look(1) == 0.975


# -- how often it takes off ----------------------------------------------------------------------


def test_shares_are_those_of_clopper_and_pearson() -> None:
    for count, worlds in ((0, 20), (3, 20), (20, 20), (1, 1)):
        found = share_interval(count, worlds)
        exact = stats.binomtest(count, worlds).proportion_ci(method="exact")
        assert (found.low, found.high) == pytest.approx((exact.low, exact.high))


@pytest.mark.parametrize(("worlds", "part"), [(20, 0.5), (60, 0.9), (300, 0.9)])
def test_quantiles_are_held_whatever_the_law(worlds: int, part: float) -> None:
    """The exact chance that the order statistics hold the quantile is at least 95 %."""
    found = quantile_interval(list(range(1, worlds + 1)), part)
    low = 0 if found.low is None else int(found.low)
    high = worlds + 1 if found.high is None else int(found.high)
    # The quantile of a continuous law lies between the low-th and the high-th value if at least
    # low and fewer than high values lie below it.
    held = stats.binom.cdf(high - 1, worlds, part) - stats.binom.cdf(low - 1, worlds, part)
    assert held >= 0.95
    # Negative control: one order statistic less on each side is too few.
    less = stats.binom.cdf(high - 2, worlds, part) - stats.binom.cdf(low, worlds, part)
    assert less < held and less < 0.97


def test_taking_off_is_counted_in_pairs() -> None:
    base = rare(20, [3, 7, 9])
    under = rare(20, [7, 11])
    none, policy = take_off(comparison(none=base, policy=under)).rows
    assert take_off(comparison(none=base, policy=under)).threshold == 10
    found = take_off(comparison(accounts=50_000, none=base, policy=under))
    assert found.threshold == 500
    none, policy = found.rows
    assert (none.took_off, policy.took_off) == (3, 2)
    assert (policy.prevented, policy.added) == (2, 1)
    assert none.given is not None and none.given.estimate == 900


def test_who_decides_is_told_for_every_policy() -> None:
    base = rare(20, [3])
    lower = [each - 5 if each > 100 else each for each in base]
    found = comparison(none=base, slow=lower, same=base)
    none, slow, same = tails(found)
    assert none.difference is None and none.reach == tail_of(base)
    assert slow.difference is not None and same.difference is not None
    assert (slow.difference.half, slow.difference.largest) == (1, 1.0)
    assert (same.difference.half, same.difference.largest) == (0, 0.0)
    full = found.text(full=True)
    assert full.count("How often it takes off") == 1
    lines = full[full.index("Who decides") :].splitlines()
    row = next(line for line in lines if line.startswith("  slow"))
    assert row.split() == ["slow", "1", "world", "80", "%", "1", "world", "100", "%", "4.1", "0.91",
                           "+-", "0.41"]  # fmt: skip


def test_what_policies_do_is_asked_less_than_how_far_stories_go() -> None:
    """Skewness 1.3 over 20 worlds: enough to count actions, too few for a reach."""
    counts = [2.0, 3, 2, 4, 3, 2, 5, 3, 2, 3, 4, 2, 3, 9, 2, 3, 6, 4, 2, 8]
    assert 1 < tail_of(counts).skewness < 2
    assert stated.mean_of(counts, "enforcement.actions").known
    assert not stated.mean_of(counts, KEY).known
