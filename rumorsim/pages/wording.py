"""Sentences that claim no more than their intervals show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rumorsim.report.numbers import spread, with_interval
from rumorsim.studies.intervals import Interval
from rumorsim.studies.telling import best_form

if TYPE_CHECKING:
    from rumorsim.pages.saved import Saved
    from rumorsim.studies.comparison import Paired

__all__ = [
    "FALSE",
    "TRUE",
    "amount",
    "and_",
    "both_of",
    "capital",
    "cell",
    "clearly",
    "did",
    "no_change",
    "over",
    "quoted",
    "what_is",
]

#: Accounts reached by what the world knows to be false, and by what is true.
FALSE: Final = "reach.truth.false.accounts"
TRUE: Final = "reach.truth.true.accounts"
#: A line does not end between a number and its unit.
_GAP: Final = "\u00a0"


def what_is(key: str) -> str:
    """A number in words where it has some, else by its dotted name."""
    return {FALSE: "reach of false stories", TRUE: "reach of true stories"}.get(key, key)


def quoted(name: str) -> str:
    """A name in quotation marks."""
    return f"\u201c{name}\u201d"


def and_(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def capital(text: str) -> str:
    """The text with a capital first letter; names in quotes stay as they are."""
    return text[:1].upper() + text[1:]


def cell(interval: Interval | None, *, unit: str = "", signed: bool = False) -> str:
    """An estimate with its interval for a table; alone where it is the same in every world."""
    if interval is None:
        return ""
    if interval.low == interval.high == interval.estimate:
        interval = Interval(interval.estimate)
    return spread(*interval, unit=unit, signed=signed)


def clearly(change: Paired | None) -> int:
    """-1 for a clear cut, +1 for a clear rise, 0 where the interval holds no change."""
    form = None if change is None else best_form(change)
    if change is None or form is None or change.identical or not form[0].clear:
        return 0
    return -1 if form[0].estimate < 0 else 1


def amount(interval: Interval, unit: str, level: str) -> str:
    """ "12.3 % (95 % interval 10.1 to 14.6 %)", whichever way it went."""
    return with_interval(*interval.size, unit, level=level, gap=_GAP)


def did(change: Paired, what: str, level: str) -> str:
    """ "cut <what> by 12 % (...)", or how it did not."""
    if change.identical:
        return f"left {what} exactly as it was in every world"
    form = best_form(change)
    if form is None:
        return f"cannot be held against none in {what}"
    interval, unit = form
    if change.worlds == 1:
        if interval.estimate == 0:
            return f"did not change {what}"
        return f"{'cut' if interval.estimate < 0 else 'raised'} {what} by {amount(*form, level)}"
    if not interval.clear:
        told = with_interval(*interval, unit, level=level, signed=True, brackets=False, gap=_GAP)
        return f"did not clearly change {what} ({told})"
    return f"{'cut' if interval.estimate < 0 else 'raised'} {what} by {amount(*form, level)}"


def over(saved: Saved) -> str:
    """What numbers of a table are: means, unless there is one world."""
    return "" if len(saved.seeds) == 1 else ", means over worlds"


def no_change(saved: Saved) -> str:
    """What stands where a policy changed nothing at all."""
    return "no change" if len(saved.seeds) == 1 else "none in any world"


def both_of(saved: Saved) -> tuple[bool, bool]:
    """Whether the scenario has false and true stories."""
    truths = [bool(story["truth"]) for story in saved.scenario["stories"]]
    return not all(truths), any(truths)
