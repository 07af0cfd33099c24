"""What a comparison says first where few of its worlds decide the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.studies.change import seen_in
from rumorsim.studies.comparison import NONE
from rumorsim.studies.effects import FALSE, TRUE, what_is
from rumorsim.studies.tails import Tail, tail_of

if TYPE_CHECKING:
    from rumorsim.studies.comparison import Comparison

__all__ = ["few_worlds", "main_tail", "worlds_needed"]


def worlds_needed(comparison: Comparison) -> int | None:
    """Worlds that the mean changes of reach take, as far as these can tell; None if they do.

    The largest number over policies and over false and true stories. What differs from ``none``
    in no world is left out: nothing is known of it but that it is rare.
    """
    none = comparison.scalars[NONE]
    found = [
        seen
        for policy in comparison.policies[1:]
        for key in (FALSE, TRUE)
        if (seen := seen_in(comparison.scalars[policy].get(key, ()), none.get(key)))
        and seen.differing
    ]
    needed = max((seen.needed for seen in found), default=0)
    return needed if needed > len(comparison.seeds) else None


def main_tail(comparison: Comparison) -> tuple[str, Tail] | None:
    """The reach (of false stories, or of true ones if all are) under ``none``, and its tail."""
    for key in (FALSE, TRUE):
        values = [each for each in comparison.scalars[NONE].get(key, ()) if each is not None]
        if any(values):
            return key, tail_of(values)
    return None


def few_worlds(comparison: Comparison) -> str:
    """Who decides the answer and what would do, where the worlds are too few; else ""."""
    needed, found = worlds_needed(comparison), main_tail(comparison)
    worlds = len(comparison.seeds)
    if needed is None or found is None or worlds < 2:
        return ""
    key, tail = found
    told = f"{worlds} worlds are too few to say how much the policies change on average"
    if not tail.trusted:
        what = f"half of all {what_is(key)}"
        told += f": {tail.half} of them hold{'s' if tail.half == 1 else ''} {what}"
        told += f" (the largest {100 * tail.largest:.0f}\u00a0%)"
    spent = f"; they did not fit the budget of {comparison.budget}" if comparison.budget else ""
    return (
        f"{told}. Means without an interval may be far off. At least {_round(needed):,} worlds"
        f" would be needed{spent}."
    )


def _round(worlds: int) -> int:
    """Up to two significant digits."""
    unit = int(10 ** max(len(str(worlds)) - 2, 0))
    return -(-worlds // unit) * unit
