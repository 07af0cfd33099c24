"""Laws: tables against scipy, and the three forms of sampling from them.

KS tests have fixed addresses; each fails for a right table with probability ALARM.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import integrate, stats

from rumorsim.common.laws import (
    TABLE_SIZE,
    Law,
    gamma_table,
    quantile_table,
    round24,
    sample,
    sample_array,
    tail_table,
)
from rumorsim.common.randomness import philox_array
from rumorsim.engine.kernels import tables

ALARM = 1e-4
LAW: Any = TypeAdapter(Law)


def law(name: str, **fields: Any) -> Any:
    return LAW.validate_python({"law": name, **fields})


class FlatTop:
    """The law of SEISMIC's memory kernel, from its density, for lack of one in scipy."""

    def __init__(self, flat_until: float, exponent: float) -> None:
        self.s, self.a = flat_until, exponent
        self.top = 1 / (flat_until + flat_until / (exponent - 1))

    def cdf(self, time: Any) -> Any:
        t = np.asarray(time, dtype=float)
        beyond = np.maximum(t, self.s) / self.s
        tail = self.top * self.s / (self.a - 1) * beyond ** (1 - self.a)
        return np.where(t < self.s, self.top * t, 1 - tail)

    def ppf(self, p: Any) -> Any:
        flat = p / self.top
        tail = (1 - p) * (self.a - 1) / (self.top * self.s)
        return np.where(flat < self.s, flat, self.s * tail ** (1 / (1 - self.a)))

    def isf(self, upper: Any) -> Any:
        tail = upper * (self.a - 1) / (self.top * self.s)
        return np.where(tail < 1, self.s * tail ** (1 / (1 - self.a)), (1 - upper) / self.top)

    def mean(self) -> float:
        if self.a <= 2:
            return math.inf
        return self.top * self.s**2 * (1 / 2 + 1 / (self.a - 2))


#: Each law, and the same from elsewhere.
PAIRS = {
    "exponential": (law("exponential", mean="90 min"), stats.expon(scale=1.5)),
    "lognormal": (
        law("lognormal", median="2 h", sigma=1.2),
        stats.lognorm(1.2, scale=2.0),
    ),
    "lomax, Weibo": (
        law("lomax", shape=0.468, scale="773 s"),
        stats.lomax(0.468, scale=773 / 3600),
    ),
    "lomax, thin": (law("lomax", shape=5.0, scale="3 h"), stats.lomax(5.0, scale=3.0)),
    "weibull, heavy": (law("weibull", shape=0.4, scale="1 h"), stats.weibull_min(0.4)),
    "weibull, thin": (law("weibull", shape=3.0, scale="5 h"), stats.weibull_min(3.0, scale=5.0)),
    "power-law, SEISMIC": (
        law("power-law", flat_until="5 min", exponent=1.242),
        FlatTop(5 / 60, 1.242),
    ),
    "power-law, thin": (law("power-law", flat_until="1 h", exponent=4.0), FlatTop(1.0, 4.0)),
}
WORDS = philox_array(11, 0, np.arange(100_000), 0, 0)[0]


def far_words() -> Any:
    """Words whose probabilities run from 1e-9 to 1 - 1e-9."""
    near = np.unique(np.geomspace(4, 2**31 - 1, 2000).astype(np.uint64))
    return np.concatenate([near, np.uint64(2**32 - 1) - near])


def true_quantiles(reference: Any, words: Any) -> Any:
    low = words < np.uint64(2**31)
    near = np.where(low, words, np.uint64(2**32 - 1) - words)
    share = (near.astype(float) + 0.5) / 2**32
    return np.where(low, reference.ppf(share), reference.isf(share))


@pytest.mark.parametrize("name", PAIRS)
def test_samples_follow_the_law(name: str) -> None:
    ours, reference = PAIRS[name]
    times = sample_array(quantile_table(ours), WORDS)
    assert stats.kstest(times, reference.cdf).pvalue > ALARM


def test_a_wrong_law_is_seen() -> None:
    """Negative control: a scale off by 3 %, a tail exponent off by 5 %."""
    times = sample_array(quantile_table(PAIRS["exponential"][0]), WORDS)
    assert stats.kstest(times, stats.expon(scale=1.545).cdf).pvalue < 1e-6
    times = sample_array(quantile_table(PAIRS["lomax, Weibo"][0]), WORDS)
    assert stats.kstest(times, stats.lomax(0.49, scale=773 / 3600).cdf).pvalue < 1e-6


@pytest.mark.parametrize("name", PAIRS)
def test_quantiles_far_into_both_tails(name: str) -> None:
    ours, reference = PAIRS[name]
    times = sample_array(quantile_table(ours), far_words())
    np.testing.assert_allclose(times, true_quantiles(reference, far_words()), rtol=1e-3)


@pytest.mark.parametrize("shape", [0.2, 0.468, 1.0, 2.0, 30.0])
def test_gamma_tables(shape: float) -> None:
    """Against scipy by KS and by quantile; the mean of the table is 1."""
    table = gamma_table(shape)
    reference = stats.gamma(shape, scale=1 / shape)
    assert stats.kstest(sample_array(table, WORDS), reference.cdf).pvalue > ALARM
    sure = far_words()[true_quantiles(reference, far_words()) > 1e-30]
    times = sample_array(table, sure)
    np.testing.assert_allclose(times, true_quantiles(reference, sure), rtol=1e-3)
    assert mean_of(table) == pytest.approx(1.0, rel=1e-4)


def mean_of(table: Any) -> float:
    """The mean of a table over all 2**32 words, but for the last bit: blocks by halves."""
    total = 0.0
    for upper in (False, True):
        for low, high in [(0, 64), *((2**k, 2 ** (k + 1)) for k in range(6, 31))]:
            words = np.unique(np.linspace(low, high - 1, 4096).astype(np.uint64))
            flipped = np.uint64(2**32 - 1) - words if upper else words
            values = sample_array(table, flipped)
            ends = integrate.trapezoid(values, words.astype(float)) + (values[0] + values[-1]) / 2
            total += ends
    return float(total) / 2**32


def test_fixed_times_are_exact() -> None:
    table = quantile_table(law("fixed", time="90 min"))
    assert (sample_array(table, WORDS) == 1.5).all()


@pytest.mark.parametrize("name", PAIRS)
def test_means(name: str) -> None:
    ours, reference = PAIRS[name]
    assert ours.mean() == pytest.approx(float(reference.mean()), rel=1e-9)


@pytest.mark.parametrize("slope", [0.05, 0.3, 0.9])
def test_mean_of_quantiles(slope: float) -> None:
    """Log time linear in the logit with slope s is log-logistic: mean pi s / sin(pi s)."""
    p = [0.1, 0.5, 0.95]
    times = [f"{(x / (1 - x)) ** slope!r} h" for x in p]
    exact = math.pi * slope / math.sin(math.pi * slope)
    assert law("quantiles", probabilities=p, times=times).mean() == pytest.approx(exact, rel=1e-6)


def test_mean_of_quantiles_with_a_heavy_tail_is_infinite() -> None:
    heavy = law("quantiles", probabilities=[0.5, 0.9], times=["1 h", "100 h"])
    assert heavy.mean() == math.inf


laws = st.one_of(
    st.builds(lambda t: law("fixed", time=f"{t!r} h"), st.floats(0, 1e3)),
    st.builds(lambda t: law("exponential", mean=f"{t!r} h"), st.floats(1e-3, 1e3)),
    st.builds(
        lambda t, s: law("lognormal", median=f"{t!r} h", sigma=s),
        st.floats(1e-3, 1e3),
        st.floats(0, 20),
    ),
    st.builds(
        lambda t, s: law("lomax", scale=f"{t!r} h", shape=s),
        st.floats(1e-3, 1e3),
        st.floats(0.02, 100),
    ),
    st.builds(
        lambda t, s: law("weibull", scale=f"{t!r} h", shape=s),
        st.floats(1e-3, 1e3),
        st.floats(0.051, 100),
    ),
    st.builds(
        lambda t, s: law("power-law", flat_until=f"{t!r} h", exponent=s),
        st.floats(1e-3, 1e3),
        st.floats(1.02, 100),
    ),
)
words = st.one_of(
    st.integers(0, 2**32 - 1),
    st.integers(0, 200),
    st.integers(2**32 - 200, 2**32 - 1),
    st.builds(lambda k, d: max(0, 2**k + d), st.integers(0, 31), st.integers(-2, 2)),
)


@settings(deadline=None)
@given(laws)
def test_tables_never_fall_and_have_24_significant_bits(any_law: Any) -> None:
    table = quantile_table(any_law)
    assert table.shape == (TABLE_SIZE,)
    assert np.isfinite(table).all()
    assert (table >= 0).all()
    half = TABLE_SIZE // 2
    assert (np.diff(table[:half]) >= 0).all(), "the lower tail rises from word 0"
    assert (np.diff(table[half:]) <= 0).all(), "the upper tail falls from the last word"
    assert (table == table.astype(np.float32)).all()
    mantissa = np.frexp(table)[0] * 2.0**24
    assert (mantissa == np.rint(mantissa)).all()


@given(st.floats(-1e30, 1e30))
def test_round24_is_near_and_repeats_itself(value: float) -> None:
    rounded = float(round24(value))
    assert rounded == round24(rounded)
    assert abs(rounded - value) <= max(2.0**-24 * abs(value), 1e-45)


@settings(deadline=None)
@given(laws, st.lists(words, min_size=1, max_size=20))
def test_the_three_forms_of_sampling_agree_to_the_bit(any_law: Any, some: list[int]) -> None:
    table = quantile_table(any_law)
    plain = [sample(table, word) for word in some]
    assert plain == sample_array(table, np.array(some, np.uint64)).tolist()
    rows = np.stack([np.zeros_like(table), table])
    assert plain == [tables.sample(rows, 1, np.uint64(word)) for word in some]


def test_sampling_agrees_at_every_joint_of_the_table() -> None:
    table = gamma_table(0.468)
    some = np.unique([w + d for w in far_words().tolist() for d in (-1, 0, 1)]).astype(np.uint64)
    many = sample_array(table, some).tolist()
    assert many == [sample(table, word) for word in some.tolist()]
    assert many == [tables.sample(table[None], 0, word) for word in some]


def test_tail_tables_give_the_function_of_the_word() -> None:
    table = tail_table(lambda word: 1 / (1 + word / 4096))
    for word in (0, 1, 63, 64, 1000, 4096, 123_456, 2**31 - 1):
        assert sample(table, word) == pytest.approx(1 / (1 + word / 4096), rel=1e-4)


@st.composite
def quantile_points(draw: Any) -> tuple[list[float], list[float]]:
    n = draw(st.integers(2, 8))
    p = sorted(draw(st.sets(st.floats(0.001, 0.999), min_size=n, max_size=n)))
    t = sorted(draw(st.lists(st.floats(1e-3, 1e3), min_size=n, max_size=n)))
    assume(all(b - a > 1e-4 for a, b in pairwise(p)))
    return p, t


@given(quantile_points())
def test_measured_quantiles_are_joined_exactly_and_have_both_tails(points: Any) -> None:
    p, t = points
    measured = law("quantiles", probabilities=p, times=[f"{time!r} h" for time in t])
    at = np.array(p)
    np.testing.assert_allclose(measured.quantile(at, 1 - at), t, rtol=1e-9)
    below, above = np.array([1e-9]), np.array([1 - 1e-9])
    if t[1] > t[0] * 1.001:
        assert measured.quantile(below, 1 - below)[0] < t[0]
    if t[-1] > t[-2] * 1.001:
        assert measured.quantile(above, 1 - above)[0] > t[-1]


@pytest.mark.parametrize(
    "fields",
    [
        {"probabilities": [0.5], "times": ["1 h"]},
        {"probabilities": [0.5, 0.4], "times": ["1 h", "2 h"]},
        {"probabilities": [0.0, 0.4], "times": ["1 h", "2 h"]},
        {"probabilities": [0.4, 1.0], "times": ["1 h", "2 h"]},
        {"probabilities": [0.4, 0.5], "times": ["2 h", "1 h"]},
        {"probabilities": [0.4, 0.5], "times": ["2 h"]},
        {"probabilities": [0.4, 0.5], "times": ["0 h", "1 h"]},
        {"probabilities": [0.4, math.nan], "times": ["1 h", "1 h"]},
    ],
)
def test_measured_quantiles_that_are_none_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        law("quantiles", **fields)
