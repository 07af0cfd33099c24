"""Durations, rates and quotas as people write them, as numbers the engine uses.

Time is counted in hours (float64). ``"90 min"``, ``"12.5 h"``, ``"74 d"`` are durations;
``"50 per day"`` is a rate (per hour inside); ``"100 per day"`` is a quota: a count for
each period. The resolved form writes hours back with every digit, so a scenario read
again is the same to the bit.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

#: Hours in one unit, by every spelling accepted.
UNITS: Final = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1 / 3600),
    **dict.fromkeys(("min", "minute", "minutes"), 1 / 60),
    **dict.fromkeys(("h", "hour", "hours"), 1.0),
    **dict.fromkeys(("d", "day", "days"), 24.0),
    **dict.fromkeys(("w", "week", "weeks"), 168.0),
}

#: The longest duration accepted: a century. Longer is a slip of the keyboard.
LONGEST: Final = 24.0 * 36525

_NUMBER = r"([+-]?(?:\d+(?:_\d+)*)(?:\.\d+)?(?:[eE][+-]?\d+)?)"
_DURATION = re.compile(rf"\s*{_NUMBER}\s*([a-z]+)\s*")
_RATE = re.compile(rf"\s*{_NUMBER}\s*(?:per|/)\s*(?:{_NUMBER}\s*)?([a-z]+)\s*")


def _number(text: str) -> float:
    value = float(text.replace("_", ""))
    if not math.isfinite(value):
        raise ValueError("must be finite")
    return value


def _unit(word: str) -> float:
    if word not in UNITS:
        raise ValueError(f'unknown unit "{word[:20]}"; units are s, min, h, d, w')
    return UNITS[word]


def parse_duration(text: Any) -> float:
    """Hours (float) from ``"90 min"``; ValueError with advice for anything else."""
    if not isinstance(text, str):
        raise ValueError(
            'must be a duration: text with a unit, such as "90 min", "12.5 h" or "74 d"'
        )
    match = _DURATION.fullmatch(text) if len(text) <= 100 else None
    if not match:
        raise ValueError('must be a number and a unit, such as "90 min", "12.5 h" or "74 d"')
    amount, word = match.groups()
    # Divide where the unit is a fraction of an hour: 90 min is then 1.5 h exactly.
    factor = _unit(word)
    hours = _number(amount) * factor if factor >= 1 else _number(amount) / round(1 / factor)
    if hours < 0:
        raise ValueError("a duration cannot be negative")
    if hours > LONGEST:
        raise ValueError("must be at most a century (36,525 d)")
    return hours


def show_duration(hours: float) -> str:
    """Hours as text that :func:`parse_duration` reads back to the same number."""
    return f"{hours!r} h"


def _positive(hours: float) -> float:
    if hours <= 0:
        raise ValueError("must be longer than zero")
    return hours


def _parse_positive(text: Any) -> float:
    return _positive(parse_duration(text))


def parse_rate(text: Any) -> float:
    """Events per hour (float) from ``"50 per day"``; 0 is allowed."""
    if isinstance(text, str) and len(text) <= 100 and (match := _RATE.fullmatch(text)):
        amount, span, word = match.groups()
        if span is not None and _number(span) <= 0:
            raise ValueError("must be per a positive time")
        rate = _number(amount) / ((_number(span) if span else 1.0) * _unit(word))
        if rate < 0:
            raise ValueError("a rate cannot be negative")
        if rate > 1e9:
            raise ValueError("must be at most 1e9 per hour")
        return rate
    raise ValueError('must be a rate: text such as "50 per day" or "2 per 6 h"')


class QuotaValue(NamedTuple):
    """At most ``count`` in each period of ``period`` hours, counted from the start."""

    count: int  # type: ignore[assignment]
    period: float


def parse_quota(text: Any) -> QuotaValue:
    """A :class:`QuotaValue` from ``"100 per day"``."""
    if isinstance(text, QuotaValue):
        return text
    if isinstance(text, str) and len(text) <= 100 and (match := _RATE.fullmatch(text)):
        amount, span, word = match.groups()
        count = _number(amount)
        if count < 1 or count != int(count):
            raise ValueError("must be a whole number of at least 1 for each period")
        period = _positive((_number(span) if span else 1.0) * _unit(word))
        return QuotaValue(int(count), period)
    raise ValueError('must be a quota: text such as "100 per day"')


def parse_start(text: Any) -> datetime:
    """Local date and time from ``"2023-03-10 08:00"``, to the second."""
    if isinstance(text, datetime):
        if text.tzinfo is not None:
            raise ValueError("must be a local time, without an offset")
        return text.replace(microsecond=0)
    if isinstance(text, date):
        return datetime(text.year, text.month, text.day)
    if isinstance(text, str):
        for layout in ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"):
            try:
                return datetime.strptime(text, layout)
            except ValueError:
                continue
    raise ValueError('must be a local date and time such as "2023-03-10 08:00"')


#: A probability, a share or a factor that only lowers.
ZeroToOne = Annotated[float, Field(ge=0, le=1)]
#: A whole number of at least 1.
Count = Annotated[int, Field(ge=1, le=2**31 - 2)]
#: Names of kinds, categories, platforms and the like.
Names = Annotated[tuple[str, ...], Field(strict=False, max_length=100)]
#: A factor that may lower or raise.
Factor = Annotated[float, Field(ge=0, le=1000)]
#: Ids of accounts in the graph.
Ids = Annotated[tuple[int | str, ...], Field(strict=False, max_length=100_000, fail_fast=True)]
#: A SHA-256 in hexadecimal digits.
Sha256 = Annotated[str, Field(min_length=64, max_length=64)]

_DURATION_SCHEMA = {"type": "string", "examples": ["90 min", "12.5 h", "74 d"]}

#: Hours >= 0 from text with a unit.
Duration = Annotated[
    float,
    BeforeValidator(lambda v: parse_duration(v)),
    PlainSerializer(show_duration, return_type=str),
    WithJsonSchema(_DURATION_SCHEMA),
]
#: Several of them.
Times = Annotated[
    tuple[Duration, ...], Field(strict=False, min_length=1, max_length=100_000, fail_fast=True)
]
#: Hours > 0 from text with a unit.
PositiveDuration = Annotated[
    float,
    BeforeValidator(lambda v: _parse_positive(v)),
    PlainSerializer(show_duration, return_type=str),
    WithJsonSchema(_DURATION_SCHEMA),
]
#: Events per hour >= 0 from text such as "50 per day".
Rate = Annotated[
    float,
    BeforeValidator(lambda v: parse_rate(v)),
    PlainSerializer(lambda rate: f"{rate!r} per h", return_type=str),
    WithJsonSchema({"type": "string", "examples": ["50 per day", "2 per 6 h"]}),
]
#: A count for each period, from text such as "100 per day".
Quota = Annotated[
    QuotaValue,
    BeforeValidator(lambda v: parse_quota(v)),
    PlainSerializer(lambda q: f"{q.count} per {q.period!r} h", return_type=str),
    WithJsonSchema({"type": "string", "examples": ["100 per day"]}),
]
#: Local date and time the scenario starts at.
Start = Annotated[
    datetime,
    BeforeValidator(lambda v: parse_start(v)),
    PlainSerializer(lambda t: t.isoformat(" ", "seconds"), return_type=str),
    WithJsonSchema({"type": "string", "examples": ["2023-03-10 08:00"]}),
]
#: Activity by hour of the day: a name, or 24 weights, midnight first.
DailyCurve = (
    Literal["flat", "waking"]
    | Annotated[
        tuple[Annotated[float, Field(ge=0, le=1e6)], ...],
        Field(strict=False, min_length=24, max_length=24),
    ]
)
