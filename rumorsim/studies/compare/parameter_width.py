"""How much of the width of a comparison's intervals comes from not knowing the parameters.

The interval of a mean over worlds narrows with their number, its part that comes from the
parameters too: it says where the mean over the posterior lies. Which draw is the right one stays
unknown, however many worlds there are; so the range of the mean change at one draw is told beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from rumorsim.reports.figures.tables import digits_for, number
from rumorsim.studies.compare.effects import unit_of
from rumorsim.studies.statistics.intervals import LEVEL, Interval
from rumorsim.studies.statistics.parameter_share import ParameterShare


class ParameterWidth(NamedTuple):
    """What not knowing the parameters does to the interval of one policy's paired difference.

    ``found`` is None where the worlds cannot say it, and ``why`` says why. ``open``: between which
    values the mean change at one draw lies, whatever the number of worlds (95 %, mean changes of
    draws taken as normal).
    """

    policy: str
    key: str
    found: ParameterShare | None
    open: Interval | None
    why: str = ""

    def sentence(self) -> str:
        """How much of the width that is, in words."""
        if self.found is None or self.open is None:
            return f'"{self.policy}": {self.why}.'
        return f'"{self.policy}": {self._said(self.found.share, self.open)}.'

    def _said(self, share: Interval, left: Interval) -> str:
        part, low, high = (round(100 * (each or 0.0)) for each in share)
        digits = digits_for(*left)
        ends = " to ".join(number(end or 0.0, digits, signed=True) for end in left[1:])
        return (
            f"of the width, {part} % ({low} to {high} %) comes from not knowing the parameters;"
            f" however many worlds there are, they leave a mean change of {ends}"
            f" {unit_of(self.key)} open"
        )

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        found, ends = self.found, self.open or Interval(0.0)
        share = (None, None, None) if found is None else found.share
        return {
            "policy": self.policy,
            "measure": self.key,
            "pairs": 0 if found is None else found.pairs,
            "share": share[0],
            "share_low": share[1],
            "share_high": share[2],
            "variance_of_parameters": None if found is None else found.of_parameters,
            "variance_of_chance": None if found is None else found.of_chance,
            "left_open_low": ends.low,
            "left_open_high": ends.high,
            "said": self.sentence(),
        }


#: What a share of the width is, where there is one.
NOTE: Final = (
    "Of the width: the share of the variance over worlds, from pairs of worlds with the same draw"
    f" and other seeds, with a {100 * LEVEL:.0f} % interval."
)


def width_lines(widths: Sequence[ParameterWidth]) -> list[str]:
    """What is said of each policy, and what a share is; nothing without a posterior."""
    told = [each.sentence() for each in widths]
    return [*told, NOTE] if any(each.found is not None for each in widths) else told
