"""What a policy did to a number, in words that claim no more than the interval shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

from rumorsim.report.numbers import spread, with_interval

if TYPE_CHECKING:
    from rumorsim.studies.intervals import Interval

__all__ = [
    "FALSE",
    "INNOCENT",
    "LEVEL_WORDS",
    "TRUE",
    "Changed",
    "amount",
    "and_",
    "best_form",
    "cell",
    "clearly",
    "did",
    "what_is",
]

#: Accounts reached by what the world knows to be false, and by what is true.
FALSE: Final = "reach.truth.false.accounts"
TRUE: Final = "reach.truth.true.accounts"
#: Accounts that were hit although they had posted no false story.
INNOCENT: Final = "collateral.accounts.innocent"
_CALLED: Final = {
    FALSE: "reach of false stories",
    TRUE: "reach of true stories",
    INNOCENT: "innocent accounts hit",
    "reach.truth.false.exposures": "exposures to false stories",
    "reach.truth.true.exposures": "exposures to true stories",
    "enforcement.actions": "moderation actions",
    "cost.total": "cost",
}

#: A line does not end between a number and its unit.
_GAP: Final = "\u00a0"
#: The usual level of intervals.
LEVEL_WORDS: Final = f"95{_GAP}%"


class Changed(Protocol):
    """What there is of a change, fresh or read back."""

    @property
    def mean(self) -> Interval: ...
    @property
    def difference(self) -> Interval | None: ...
    @property
    def relative(self) -> Interval | None: ...
    @property
    def identical(self) -> bool: ...
    @property
    def worlds(self) -> int: ...


def best_form(change: Changed) -> tuple[Interval, str] | None:
    """The change in percent where that has an interval, else in accounts."""
    if change.relative is not None and (change.relative.known or change.worlds == 1):
        return change.relative.in_percent, "%"
    return None if change.difference is None else (change.difference, "accounts")


def clearly(change: Changed | None) -> int:
    """-1 for a clear cut, +1 for a clear rise, 0 where the interval holds no change."""
    form = None if change is None else best_form(change)
    if change is None or form is None or change.identical or not form[0].clear:
        return 0
    return -1 if form[0].estimate < 0 else 1


def amount(interval: Interval, unit: str, level: str = LEVEL_WORDS) -> str:
    """ "12.3 % (95 % interval 10.1 to 14.6 %)", whichever way it went."""
    return with_interval(*interval.size, unit, level=level, gap=_GAP)


def did(change: Changed, what: str, level: str = LEVEL_WORDS) -> str:
    """ "cut <what> by 12 % (...)", or how it did not."""
    if change.identical:
        where = " in every world" if change.worlds > 1 else ""
        return f"left {what} exactly as it was{where}"
    form = best_form(change)
    if form is None:
        return f"cannot be compared with none in {what}"
    interval, unit = form
    if change.worlds > 1 and not interval.clear:
        told = with_interval(*interval, unit, level=level, signed=True, brackets=False, gap=_GAP)
        return f"did not clearly change {what} ({told})"
    if interval.estimate == 0:
        return f"did not change {what}"
    verb = "cut" if interval.estimate < 0 else "raised"
    return f"{verb} {what} by {amount(*form, level)}"


def cell(interval: Interval | None, *, unit: str = "", signed: bool = False) -> str:
    """An estimate with its interval for a table; alone where it is the same in every world."""
    if interval is None:
        return ""
    if interval.low == interval.high == interval.estimate:
        return spread(interval.estimate, None, None, unit=unit, signed=signed)
    return spread(*interval, unit=unit, signed=signed)


def what_is(key: str) -> str:
    """A number in words where it has some, else by its dotted name."""
    return _CALLED.get(key, key)


def and_(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
