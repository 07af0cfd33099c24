"""Numbers as people read them: as many digits as their interval supports."""

from __future__ import annotations

import math

__all__ = ["digits_for", "number", "spread", "with_interval"]


def digits_for(value: float, low: float | None, high: float | None) -> int:
    """Decimals to show: two significant digits of half the interval, or three of the value."""
    if low is not None and high is not None and high > low:
        size, wanted = (high - low) / 2, 1
    else:
        size, wanted = abs(value), 2
        if value == round(value):
            return 0
    if size == 0:
        return 0
    return min(max(wanted - math.floor(math.log10(size)), 0), 4)


def number(value: float, digits: int, *, signed: bool = False) -> str:
    """``value`` with thousands separated; never "-0"."""
    rounded = round(value, digits) + 0.0
    return f"{rounded:+,.{digits}f}" if signed and rounded else f"{rounded:,.{digits}f}"


def spread(
    value: float, low: float | None, high: float | None, *, unit: str = "", signed: bool = False
) -> str:
    """An estimate and its interval, such as ``-12.3 (-14.6 to -10.1) %``."""
    digits = digits_for(value, low, high)
    tail = f" {unit}" if unit else ""
    text = number(value, digits, signed=signed)
    if low is None or high is None:
        return f"{text}{tail}"
    if low == high == value:
        return f"{text}{tail} (in every world)"
    ends = [number(end, digits, signed=signed) for end in (low, high)]
    return f"{text} ({ends[0]} to {ends[1]}){tail}"


def with_interval(
    value: float,
    low: float | None,
    high: float | None,
    unit: str,
    *,
    level: str = "95 %",
    signed: bool = False,
    brackets: bool = True,
    gap: str = " ",
) -> str:
    """The same in a sentence, such as ``12.3 % (95 % interval 10.1 to 14.6 %)``, or a comma."""
    digits = digits_for(value, low, high)
    told = f"{number(value, digits, signed=signed)}{gap}{unit}"
    if low is None or high is None:
        return told
    if low == high == value:
        return f"{told} (in every world)"
    ends = " to ".join(number(end, digits, signed=signed) for end in (low, high))
    within = f"{level} interval {ends}{gap}{unit}"
    return f"{told} ({within})" if brackets else f"{told}, {within}"
