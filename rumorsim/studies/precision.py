"""How precise a comparison is to be, how precise it is, and how many worlds that takes.

Worlds are added until half the interval of every policy's paired difference is small enough.
Whoever stops when an interval is narrow stops too often where it happens to be: each look at the
worlds therefore has a part of the 5 % that may miss, so that the intervals hold at whatever look
one stops (``intervals.level_of_look``). Worlds too few for the tail of a number give no interval,
and so do policies that differ from ``none`` in no world: neither counts as precise. How often
what is reached holds the truth is measured in experiments/coverage.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rumorsim.errors import Fault, InputError, show_value
from rumorsim.plurals import counted
from rumorsim.reports.tables import number
from rumorsim.studies.effects import what_is

if TYPE_CHECKING:
    from rumorsim.studies.change import Change
    from rumorsim.studies.comparison import Comparison

__all__ = ["MOST", "Precision", "Wish", "next_count", "reached_precision"]

#: Worlds after which the asked precision is given up, unless another cap is given.
MOST: Final = 1_000
#: Beyond the estimate of how many are needed, since it is one.
_SPARE: Final = 1.05
#: The estimate of few worlds may be far off: no more than so many times as many at once.
_GROWTH: Final = 4
#: Looks cost level: each has at least so many times the worlds of the one before.
_LEAST: Final = 1.3
_FORM: Final = re.compile(r"(\d+\.?\d*|\.\d+)\s*(%?)")


@dataclass(frozen=True)
class Wish:
    """Half the width that the intervals of ``key`` may have.

    ``relative``: ``size`` is a part of the mean under ``none`` (0.02 for "2%"), the interval
    that of the relative change; else it is in the measure's unit and of the difference.
    """

    size: float
    relative: bool
    key: str

    @classmethod
    def read(cls, text: str, key: str) -> Wish:
        """From "2%" or "50"; InputError for anything else and for zero."""
        found = _FORM.fullmatch(text.strip())
        if found is None or not 0 < float(found[1]) < math.inf:
            raise InputError(
                Fault(
                    "must be above zero, in % or in the measure's unit",
                    key="precision",
                    value=show_value(text),
                    advice='such as "2%" or "50"',
                )
            )
        size = float(found[1])
        return cls(size / 100 if found[2] else size, bool(found[2]), key)

    def text(self, size: float) -> str:
        """A half width of this kind as people write it."""
        value = 100 * size if self.relative else size
        return f"{value:.3g} %" if self.relative else f"{value:,.4g}"


class Precision(NamedTuple):
    """What was asked and what there is after ``worlds``.

    ``widest``: the largest half width over policies, in the unit of the wish, and ``policy``
    whose it is; None where it has no interval, and ``differing`` in how many worlds it differs
    from ``none`` then. ``needed``: an estimate of the worlds it takes. ``most``: the cap.
    """

    wish: Wish
    worlds: int
    most: int
    widest: float | None
    policy: str
    needed: int | None
    differing: int = 0

    @property
    def reached(self) -> bool:
        """Whether every policy's interval is as narrow as asked."""
        return self.widest is not None and self.widest <= self.wish.size

    def sentence(self) -> str:
        """What was asked, whether it was reached, and if not what it would take."""
        wish = self.wish
        asked = f"Asked for ±{wish.text(wish.size)} of the change in {what_is(wish.key)}"
        worlds = counted(self.worlds, "world")
        if self.widest is None:
            why = f"{show_value(self.policy)} {self._why()}"
            return f"{asked}: NOT reached within the cap of {self.most:,} worlds; {why}."
        got, policy = f"±{wish.text(self.widest)}", show_value(self.policy)
        if self.reached:
            return f"{asked}: reached with {worlds} (widest: {got} under {policy})."
        return (
            f"{asked}: NOT reached within the cap of {self.most} worlds; {policy} has"
            f" {got}, and about {number(self.needed or 0, 0)} worlds would be needed."
        )

    def _why(self) -> str:
        """Why the policy has no interval."""
        if self.differing == 0:
            return f"differs from none in none of {self.worlds:,} worlds, so nothing is known of it"
        where = f"differs from none in {self.differing:,} of {self.worlds:,} worlds"
        few = f"about {self.needed:,} would be needed" if self.needed else "these are too few"
        return f"{where}, which give no interval; {few}"

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "measure": self.wish.key,
            "asked_half_width": self.wish.size,
            "relative": self.wish.relative,
            "worlds": self.worlds,
            "most_worlds": self.most,
            "widest_half_width": self.widest,
            "widest_policy": self.policy,
            "worlds_needed": self.needed,
            "reached": self.reached,
        }


def reached_precision(
    comparison: Comparison, wish: Wish, most: int, inert: Container[str] = ()
) -> Precision:
    """How precise ``comparison`` is in the number of the wish.

    Those of ``inert`` policies, which cannot act, that have changed nothing are not asked.
    """
    worlds = len(comparison.seeds)
    found: list[tuple[float, str]] = []
    for policy in comparison.policies[1:]:
        change = comparison.change(policy, wish.key)
        if policy in inert and change is not None and change.identical:
            continue
        width = _half(change, wish)
        if width is None:
            differing = 0 if change is None else change.seen.differing
            needed = change.seen.needed if change is not None and differing else None
            needed = needed if needed is not None and needed > worlds else None
            return Precision(wish, worlds, most, None, policy, needed, differing)
        found.append((width, policy))
    if not found:
        return Precision(wish, worlds, most, 0.0, comparison.policies[-1], worlds)
    widest, policy = max(found, key=lambda each: each[0])
    needed = max(math.ceil(worlds * (widest / wish.size) ** 2), 2)
    return Precision(wish, worlds, most, widest, policy, needed)


def next_count(precision: Precision) -> int:
    """How many worlds to have next: what is needed by estimate, within growth and cap."""
    worlds = precision.worlds
    needed = 2 * worlds if precision.needed is None else math.ceil(_SPARE * precision.needed)
    return min(
        max(needed, worlds + 5, math.ceil(_LEAST * worlds)), _GROWTH * worlds, precision.most
    )


def _half(change: Change | None, wish: Wish) -> float | None:
    """Half the interval's width; None without one."""
    if change is None:
        return None
    interval = change.relative if wish.relative else change.difference
    if interval is None or interval.low is None or interval.high is None:
        return None
    return (interval.high - interval.low) / 2
