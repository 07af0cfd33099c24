"""What a policy did to a number, in words that claim no more than the interval shows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from rumorsim.reports.figures.tables import spread, with_interval

if TYPE_CHECKING:
    from rumorsim.studies.statistics.change import Seen
    from rumorsim.studies.statistics.intervals import Interval

#: Accounts reached by what the world knows to be false, and by what is true.
FALSE: Final = "reach.truth.false.accounts"
TRUE: Final = "reach.truth.true.accounts"
#: Accounts that were hit although they had posted no false story.
INNOCENT: Final = "collateral.accounts.innocent"
#: Shares of what is false and of what is true: in a replay without a follow graph who read and
#: did not share is not known.
SHARES: Final = ("shares.truth.false.shares", "shares.truth.true.shares")
#: Every number of a policy by its dotted name, a value a world.
Numbers = Mapping[str, Sequence[float | None]]
_CALLED: Final = {
    FALSE: "reach of false stories",
    TRUE: "reach of true stories",
    SHARES[0]: "shares of false stories",
    SHARES[1]: "shares of true stories",
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
    """A change of a number against the baseline, computed or read back from a file."""

    @property
    def mean(self) -> Interval:
        """Mean of the number under the policy."""

    @property
    def difference(self) -> Interval | None:
        """Mean paired difference from the baseline; None where there is no interval."""

    @property
    def relative(self) -> Interval | None:
        """Relative change of the mean; None where the baseline mean allows none."""

    @property
    def identical(self) -> bool:
        """Whether every world has the value of its baseline."""

    @property
    def worlds(self) -> int:
        """Number of worlds."""

    @property
    def seen(self) -> Seen:
        """What the worlds show of the change, world by world."""


def by_shares(scenario: Mapping[str, Any]) -> bool:
    """Whether it is a replay without a follow graph, of which shares are known and no reach."""
    return bool(scenario.get("graph", {}).get("kind") == "observed")


def truths_of(scenario: Mapping[str, Any], none: Numbers | None = None) -> set[bool]:
    """The truths that the stories of a resolved scenario have.

    Those of a replay stand in its cascades: where the numbers of the runs under ``none`` are at
    hand they tell, else there may be both.
    """
    if not scenario.get("replay"):
        return {bool(story["truth"]) for story in scenario["stories"]}
    words = {False: "false", True: "true"}
    found = {
        truth
        for truth, word in words.items()
        if none is not None and any(none.get(f"reach.truth.{word}.accounts", ()))
    }
    return found or {False, True}


def told_of(
    scenario: Mapping[str, Any], none: Numbers | None = None
) -> tuple[tuple[str, bool], ...]:
    """What a resolved scenario is told by: the number of each truth that there is, false first.

    That is the reach, or in a replay without a follow graph the shares. ``none``: the numbers of
    the runs under ``none``, where they are at hand.
    """
    keys = SHARES if by_shares(scenario) else (FALSE, TRUE)
    truths = truths_of(scenario, none)
    return tuple(pair for pair in zip(keys, (False, True), strict=True) if pair[1] in truths)


def main_key(scenario: Mapping[str, Any], none: Numbers | None = None) -> str:
    """What policies are ranked by: the reach of false stories, or of true ones if all are.

    In a replay without a follow graph it is the shares. ``none`` as for :func:`told_of`.
    """
    return told_of(scenario, none)[0][0]


def unit_of(key: str) -> str:
    """What a number that policies are told by counts."""
    return "shares" if key in SHARES else "accounts"


def is_estimable(change: Changed) -> bool:
    """Whether the worlds can say how large the mean change is: some show it, and enough do."""
    return change.seen.differing > 0 and change.seen.needed <= change.worlds


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


def clarity_clause(change: Changed) -> str:
    """Whether a change is clear, in a word or two for a table: "more", "too few worlds" ..."""
    if change.worlds > 1 and change.identical:
        return "none seen"
    if change.worlds > 1 and not is_estimable(change):
        return "too few worlds"
    return {-1: "less", 0: "no", 1: "more"}[clearly(change)]


def amount(interval: Interval, unit: str, level: str = LEVEL_WORDS) -> str:
    """Size of a change with its interval, unsigned: "12.3 % (95 % interval 10.1 to 14.6 %)"."""
    return with_interval(*interval.size, unit, level=level, gap=_GAP)


def did(change: Changed, what: str, level: str = LEVEL_WORDS) -> str:
    """Clause such as "cut <what> by 12 % (...)" or "did not clearly change <what>"."""
    if change.identical and change.worlds == 1:
        return f"left {what} exactly as it was"
    form = best_form(change)
    if form is None:
        return f"cannot be compared with none in {what}"
    if change.worlds > 1 and change.seen.unseen is not None:
        return f"left {what} as it was in all {change.worlds} worlds ({not_excluded(change)})"
    if change.worlds > 1 and not is_estimable(change):
        return in_some(change, what, "too few worlds to say by how much on average")
    interval, unit = form
    if change.worlds > 1 and not interval.clear:
        told = with_interval(*interval, unit, level=level, signed=True, brackets=False, gap=_GAP)
        return f"did not clearly change {what} ({told})"
    if interval.estimate == 0:
        return f"did not change {what}"
    verb = "cut" if interval.estimate < 0 else "raised"
    return f"{verb} {what} by {amount(*form, level)}"


def in_some(change: Changed, what: str, so: str) -> str:
    """Clause such as "changed <what> in 3 of 20 worlds (lower in 2, higher in 1; <so>)"."""
    lower, higher = change.seen.lower, change.seen.higher
    where = f"in {lower + higher:,} of {change.worlds:,} worlds"
    if lower and higher:
        return f"changed {what} {where} (lower in {lower:,}, higher in {higher:,}; {so})"
    return f"{'lowered' if lower else 'raised'} {what} {where} ({so})"


def not_excluded(change: Changed, what: str = "an effect") -> str:
    """Clause such as "an effect in fewer than 1 in 7 worlds cannot be excluded"."""
    one_in = math.floor(1 / (change.seen.unseen or 1.0))
    where = "in rare worlds" if one_in < 2 else f"in fewer than 1 in {one_in:,} worlds"
    return f"{what} {where} cannot be excluded"


def changed_cell(change: Changed, *, brief: bool = False) -> str:
    """A change for a table: its interval (``brief``: the mean alone), or in how many worlds."""
    if change.identical:
        return "no change" if change.worlds == 1 else "none seen"
    if change.worlds > 1 and not is_estimable(change):
        return f"in {change.seen.differing:,} of {change.worlds:,} worlds"
    form = best_form(change)
    if form is None:
        return ""
    interval, unit = form
    return cell(
        interval._replace(low=None, high=None) if brief else interval, unit=unit, signed=True
    )


def cell(interval: Interval | None, *, unit: str = "", signed: bool = False) -> str:
    """An estimate with its interval for a table; alone where it is the same in every world."""
    if interval is None:
        return ""
    if interval.low == interval.high == interval.estimate:
        return spread(interval.estimate, None, None, unit=unit, signed=signed)
    return spread(*interval, unit=unit, signed=signed)


def number_name(key: str) -> str:
    """A number in words where it has some, else by its dotted name."""
    return _CALLED.get(key, key)


def and_(words: Sequence[str]) -> str:
    """Items joined as an English list: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
