"""The frontier: rumor reach averted, against legitimate reach lost and against cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rumorsim.report.numbers import spread
from rumorsim.report.tables import aligned, shortened
from rumorsim.studies.intervals import Interval

if TYPE_CHECKING:
    from rumorsim.studies.comparison import Comparison

__all__ = ["FALSE", "Point", "frontier", "frontier_lines"]

#: Reach summed over stories, so that many stories do not hide behind accounts reached by one.
FALSE: Final = "reach.truth.false.exposures"
TRUE: Final = "reach.truth.true.exposures"
COST: Final = "cost.total"


class Point(NamedTuple):
    """One policy on the frontier's three axes, differences to ``none`` in the same worlds.

    ``averted``: exposures to false stories fewer; ``lost``: exposures to true stories fewer;
    ``cost`` at the scenario's prices. ``beaten_by``: the first policy (or ``none``) whose
    means are at least as good on all three and better on one; "" where there is none, which
    puts this one on the frontier. Means decide, so a point may be there by chance.
    """

    policy: str
    averted: Interval
    lost: Interval
    cost: Interval
    beaten_by: str

    @property
    def price(self) -> float | None:
        """Legitimate exposures lost for each one averted; None where none is averted."""
        averted = self.averted.estimate
        return self.lost.estimate / averted if averted > 0 else None


def frontier(comparison: Comparison) -> list[Point]:
    """A point for each policy, in order; empty where one of the three was not measured.

    What averts or loses nothing because there is no such story counts as 0.
    """
    found: dict[str, tuple[Interval, Interval, Interval]] = {}
    for policy in comparison.policies[1:]:
        axes = [comparison.change(policy, key) for key in (FALSE, TRUE, COST)]
        if any(axis is None or axis.difference is None for axis in axes):
            return []
        averted, lost, cost = (axis.difference for axis in axes if axis and axis.difference)
        found[policy] = (averted.turned, lost.turned, cost)
    means = {policy: tuple(axis.estimate for axis in axes) for policy, axes in found.items()}
    means = {comparison.policies[0]: (0.0, 0.0, 0.0), **means}
    return [
        Point(policy, *axes, beaten_by=_beaten_by(policy, means)) for policy, axes in found.items()
    ]


def _beaten_by(policy: str, means: dict[str, tuple[float, ...]]) -> str:
    averted, lost, cost = means[policy]
    for other, (more, less, cheaper) in means.items():
        better = (more >= averted, less <= lost, cheaper <= cost)
        if all(better) and means[other] != means[policy]:
            return other
    return ""


def frontier_lines(comparison: Comparison) -> list[str]:
    """The frontier as a table for people; nothing where there is none."""
    points = frontier(comparison)
    if not points:
        return []
    rows = [["", "averted", "lost", "lost by one averted", "cost", ""]]
    for point in points:
        price = "" if point.price is None else f"{point.price:.2f}"
        verdict = f'no better than "{shortened(point.beaten_by, 30)}"' if point.beaten_by else ""
        rows.append(
            [
                shortened(point.policy, 30),
                spread(*point.averted, signed=True),
                spread(*point.lost, signed=True),
                price,
                spread(*point.cost, signed=True),
                verdict or "on the frontier",
            ]
        )
    head = "Exposures to false stories averted, to true stories lost, and cost of the desk's work:"
    return [head, *aligned(rows, "  "), ""]
