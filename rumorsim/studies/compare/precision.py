"""How precise a comparison is to be, and how precise it is."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from rumorsim.common.errors import Fault, InputError, show_value
from rumorsim.common.plurals import counted
from rumorsim.reports.figures.tables import number
from rumorsim.studies.compare.effects import number_name

#: Worlds after which the asked precision is given up, unless another cap is given.
MOST: Final = 1_000
_FORM: Final = re.compile(r"(\d+\.?\d*|\.\d+)\s*(%?)")


@dataclass(frozen=True)
class PrecisionTarget:
    """Half the width that the intervals of ``key`` may have.

    ``relative``: ``size`` is a part of the mean under ``none`` (0.02 for "2%"), the interval
    that of the relative change; else it is in the measure's unit and of the difference.
    """

    size: float
    relative: bool
    key: str

    @classmethod
    def read(cls, text: str, key: str) -> PrecisionTarget:
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

    wish: PrecisionTarget
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
        asked = f"Asked for ±{wish.text(wish.size)} of the change in {number_name(wish.key)}"
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
