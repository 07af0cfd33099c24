"""Durations, rates, quotas and starts: text to numbers and back, to the bit."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rumorsim.common.units import (
    LONGEST,
    UNITS,
    Duration,
    PositiveDuration,
    Quota,
    Rate,
    Start,
    parse_duration,
    show_duration,
)


def read(kind: Any, text: Any) -> Any:
    return TypeAdapter(kind).validate_python(text, strict=True)


def written(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).dump_python(value, mode="json")


@given(st.floats(0, LONGEST))
def test_durations_come_back_to_the_bit(hours: float) -> None:
    assert parse_duration(show_duration(hours)) == hours
    assert read(Duration, written(Duration, hours)) == hours


@given(st.integers(0, 10**6), st.sampled_from(sorted(UNITS)))
def test_whole_numbers_of_units_are_the_nearest_hours(amount: int, unit: str) -> None:
    per_hour = {"s": 3600, "m": 60}.get(unit[0])
    exact = Fraction(amount, per_hour) if per_hour else amount * Fraction(UNITS[unit])
    assume(exact <= LONGEST)
    assert parse_duration(f"{amount} {unit}") == float(exact)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("90 min", 1.5),
        ("12.5 h", 12.5),
        ("74 d", 1776.0),
        (" 1e1h ", 10.0),
        ("0 s", 0.0),
        ("1_000 h", 1000.0),
    ],
)
def test_durations_as_people_write_them(text: str, hours: float) -> None:
    assert parse_duration(text) == hours


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("90", "number and a unit"),
        ("h", "number and a unit"),
        ("90 minuets", "unknown unit"),
        ("-1 h", "negative"),
        ("1e400 h", "finite"),
        ("nan h", "number and a unit"),
        ("1e9 d", "century"),
        ("1 h 30 min", "number and a unit"),
        ("9" * 200 + " h", "number and a unit"),
        (90, "text with a unit"),
        (True, "text with a unit"),
        (None, "text with a unit"),
    ],
)
def test_durations_that_are_none_are_refused(text: Any, cause: str) -> None:
    with pytest.raises(ValueError, match=cause):
        parse_duration(text)


def test_zero_is_a_duration_but_not_a_positive_one() -> None:
    assert read(Duration, "0 h") == 0
    with pytest.raises(ValidationError, match="longer than zero"):
        read(PositiveDuration, "0 h")


@given(st.floats(0, 1e9))
def test_rates_come_back_to_the_bit(rate: float) -> None:
    assert read(Rate, written(Rate, rate)) == rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("50 per day", 50 / 24),
        ("2 per 6 h", 1 / 3),
        ("3/h", 3.0),
        ("1 per min", 60.0),
        ("0 per w", 0.0),
    ],
)
def test_rates_as_people_write_them(text: str, rate: float) -> None:
    assert read(Rate, text) == rate


@pytest.mark.parametrize(
    "text", ["50", "50 per", "per day", "-1 per day", "1 per 0 h", "1e99 per s", 5, "1 per moon"]
)
def test_rates_that_are_none_are_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        read(Rate, text)


@given(st.integers(1, 10**9), st.floats(1e-3, 1e5))
def test_quotas_come_back_to_the_bit(count: int, period: float) -> None:
    quota = read(Quota, f"{count} per {period!r} h")
    assert quota == (count, period)
    assert read(Quota, written(Quota, quota)) == quota


@pytest.mark.parametrize("text", ["0.5 per day", "0 per day", "1 per 0 h", "many per day", 100])
def test_quotas_that_are_none_are_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        read(Quota, text)


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))
def test_starts_come_back_to_the_second(start: datetime) -> None:
    whole = start.replace(microsecond=0)
    assert read(Start, written(Start, whole)) == whole


@pytest.mark.parametrize("text", ["2023-02-30", "10:00", 2023, "2023-03-10 08:00+01:00"])
def test_starts_that_are_none_are_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        read(Start, text)
