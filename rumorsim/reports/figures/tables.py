"""Numbers and tables as text: digits that the interval supports, columns, labels that fit."""

from __future__ import annotations

import math
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence


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


def significant(value: float, digits: int = 4) -> str:
    """``value`` with so many significant digits, thousands separated, no zeros at its end."""
    if value == 0 or not 1e-5 <= abs(value) < 1e9:
        return f"{value:.{digits}g}"
    text = number(value, max(digits - 1 - math.floor(math.log10(abs(value))), 0))
    return text.rstrip("0").rstrip(".") if "." in text else text


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


def width_of(text: str) -> int:
    """Columns that ``text`` takes in a terminal: two for a Chinese character, say."""
    return sum(map(_columns, text))


def _columns(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def shortened(text: str, width: int) -> str:
    """``text`` in at most ``width`` columns, its end left out."""
    return text if width_of(text) <= width else _head(text, width - 1) + "…"


def _head(text: str, width: int) -> str:
    """As many of the first letters as fit."""
    for end, letter in enumerate(text):
        width -= _columns(letter)
        if width < 0:
            return text[:end]
    return text


def _tail(text: str, width: int) -> str:
    """As many of the last letters as fit."""
    return _head(text[::-1], width)[::-1]


def shortened_names(names: Sequence[str], width: int) -> list[str]:
    """The names in at most ``width`` columns each, so that different ones stay different.

    Their ends are left out; where that makes some alike, their middles.
    """
    labels = dict(zip(names, (shortened(name, width) for name in names), strict=True))
    for alike in {
        label: [n for n in labels if labels[n] == label] for label in labels.values()
    }.values():
        if len(alike) > 1:
            labels.update(zip(alike, _without_middles(alike, width), strict=True))
    return [labels[name] for name in names]


def _without_middles(names: Sequence[str], width: int) -> list[str]:
    """Their beginnings and ends: from the word in which they differ, where that fits."""
    columns = enumerate(zip(*names, strict=False))
    alike = next((at for at, letters in columns if len(set(letters)) > 1), min(map(len, names)))
    start = names[0].rfind(" ", 0, alike) + 1
    whole = max(width_of(name[start:]) for name in names)
    for end in (whole, *range(4, width - 1)):
        short = [f"{_head(name, width - 1 - end)}…{_tail(name, end)}" for name in names]
        if len(set(short)) == len(short) and end < width - 1:
            return short
    return [f"{_head(name, width - 2 - len(str(at)))}… {at}" for at, name in enumerate(names, 1)]


def aligned(rows: Sequence[Sequence[str]], indent: str = "", gap: str = "   ") -> list[str]:
    """Rows as lines: the first column to the left, the others to the right."""
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - width_of(cell))
            cells.append(cell + space if at == 0 else space + cell)
        lines.append((indent + gap.join(cells)).rstrip())
    return lines


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """``text`` as lines of at most ``width`` columns, all but the first behind ``indent``.

    A no-break space holds its words together, and is a space in the lines.
    """
    # Wide letters count as two by a filler that no text holds.
    filled = "".join(letter + "\ue000" * (_columns(letter) - 1) for letter in text)
    lines = textwrap.wrap(filled, width, subsequent_indent=indent, break_on_hyphens=False)
    return [line.replace("\ue000", "").replace("\u00a0", " ") for line in lines]


def markdown(rows: Iterable[Sequence[str]]) -> list[str]:
    """Rows as a Markdown table; the first row is its head."""
    head, *others = rows
    rule = ["---", *("---:" for _ in head[1:])]
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (head, rule, *others)]
    return [f"| {' | '.join(row)} |" for row in cells]
