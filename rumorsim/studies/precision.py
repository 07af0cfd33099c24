"""How precise a comparison is to be, how precise it is, and how many worlds that takes.

Worlds are added until half the interval of every policy's paired difference is small enough.
Looking at the interval to decide whether to stop makes intervals that happen to be narrow a
little likelier; the steps are therefore few and go where the estimate says, and what this
does to the coverage is measured in experiments/coverage.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rumorsim.errors import Fault, InputError, show_value
from rumorsim.plurals import counted
from rumorsim.report.numbers import number
from rumorsim.studies.effects import what_is

if TYPE_CHECKING:
    from rumorsim.studies.comparison import Change, Comparison

__all__ = ["MOST", "Precision", "Wish", "next_count", "reached_precision"]

#: Worlds after which the asked precision is given up, unless another cap is given.
MOST: Final = 1_000
#: Beyond the estimate of how many are needed, since it is one.
_SPARE: Final = 1.05
#: The estimate of few worlds may be far off: no more than so many times as many at once.
_GROWTH: Final = 4
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
    whose it is; None where it has no interval. ``needed``: an estimate of the worlds it takes.
    ``most``: the cap.
    """

    wish: Wish
    worlds: int
    most: int
    widest: float | None
    policy: str
    needed: int | None

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
            return f'{asked}: not reached; "{self.policy}" has no interval ({worlds}).'
        got, policy = f"±{wish.text(self.widest)}", show_value(self.policy)
        if self.reached:
            return f"{asked}: reached with {worlds} (widest: {got} under {policy})."
        return (
            f"{asked}: NOT reached within the cap of {self.most} worlds; {policy} has"
            f" {got}, and about {number(self.needed or 0, 0)} worlds would be needed."
        )

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


def reached_precision(comparison: Comparison, wish: Wish, most: int) -> Precision:
    """How precise ``comparison`` is in the number of the wish."""
    worlds = len(comparison.seeds)
    found: list[tuple[float, str]] = []
    for policy in comparison.policies[1:]:
        width = _half(comparison.change(policy, wish.key), wish)
        if width is None:
            return Precision(wish, worlds, most, None, policy, None)
        found.append((width, policy))
    widest, policy = max(found, key=lambda each: each[0])
    needed = max(math.ceil(worlds * (widest / wish.size) ** 2), 2)
    return Precision(wish, worlds, most, widest, policy, needed)


def next_count(precision: Precision) -> int:
    """How many worlds to have next: what is needed by estimate, within growth and cap."""
    worlds = precision.worlds
    needed = 2 * worlds if precision.needed is None else math.ceil(_SPARE * precision.needed)
    return min(max(needed, worlds + 5), _GROWTH * worlds, precision.most)


def _half(change: Change | None, wish: Wish) -> float | None:
    if change is None:
        return None
    interval = change.relative if wish.relative else change.difference
    if interval is None or interval.low is None or interval.high is None:
        return None
    return (interval.high - interval.low) / 2
