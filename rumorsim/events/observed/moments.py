"""Times of posts: numbers in a unit, or dates with a zone."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rumorsim.common.errors import InputError, nearest, show_value

#: How many of a unit are an hour. ``unix`` is seconds since 1970, so that the start is known.
UNITS: Final = {
    "seconds": 3600.0,
    "minutes": 60.0,
    "hours": 1.0,
    "milliseconds": 3.6e6,
    "unix": 3600.0,
    "unix-milliseconds": 3.6e6,
}


def check_unit(unit: str | None) -> str | None:
    """The unit, where it is one of :data:`UNITS`; InputError for any other."""
    if unit is not None and unit not in UNITS:
        rule, advice = "must be a unit of times", nearest(str(unit), list(UNITS))
        raise InputError(rule, key="unit", value=show_value(unit), advice=advice)
    return unit


def zone_of(name: str | None) -> tzinfo | None:
    """The zone of that name, as in "Asia/Shanghai"; InputError where there is none."""
    if name is None:
        return None
    if name.upper() in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        rule, advice = "must be a time zone", 'such as "UTC" or "Asia/Shanghai"'
        raise InputError(rule, key="zone", value=show_value(name), advice=advice) from None


def seconds_of(text: str, zone: tzinfo | None, place: str, key: str) -> float:
    """Seconds since 1970 of a date in ISO 8601; InputError where it is none or has no zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        advice = "write a number, or a date such as 2020-03-01T12:00:00Z"
        raise InputError(
            "must be a number or a date in ISO 8601", place, key, show_value(text), advice
        ) from None
    if found.tzinfo is None:
        if zone is None:
            raise no_zone(place, key, text)
        found = found.replace(tzinfo=zone)
    return found.timestamp()


def no_zone(place: str, key: str, text: str) -> InputError:
    """What to raise for a date without a zone where none is declared."""
    advice = 'declare the zone: zone = "UTC" or "Asia/Shanghai" (--zone)'
    return InputError("a date without a time zone", place, key, show_value(text), advice)


def local_time(seconds: float, zone: tzinfo | None) -> str:
    """A moment, seconds since 1970, as the start of a stream is written: local time."""
    return datetime.fromtimestamp(seconds, zone or UTC).strftime("%Y-%m-%d %H:%M:%S")
