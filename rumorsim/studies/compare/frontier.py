"""The frontier: rumor reach averted, against legitimate reach lost and against cost.

The one computation behind the table of the terminal, the pages and the files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from rumorsim.reports.figures.tables import aligned, number, shortened, spread
from rumorsim.studies.statistics.intervals import Interval

if TYPE_CHECKING:
    from rumorsim.studies.compare.worlds import ComparedWorlds

#: Reach summed over stories, so that many stories do not hide behind accounts reached by one.
FALSE: Final = "reach.truth.false.exposures"
TRUE: Final = "reach.truth.true.exposures"
COST: Final = "cost.total"


class _Changed(Protocol):
    @property
    def difference(self) -> Interval | None: ...


class _Compared(Protocol):
    """A comparison of policies, fresh or read back; ``none`` is the first."""

    @property
    def policies(self) -> tuple[str, ...]: ...
    def change(self, policy: str, key: str, /) -> _Changed | None: ...


class Point(NamedTuple):
    """One policy on the frontier's axes, differences to ``none`` in the same worlds.

    ``averted``: exposures to false stories fewer; ``lost``: exposures to true stories fewer;
    ``cost`` at the scenario's prices, None where cost was not measured. ``beaten_by``: the first
    policy (or ``none``) whose means are at least as good on every axis and better on one; ""
    where there is none, which puts this one on the frontier. Means decide, so a point may be
    there by chance.
    """

    policy: str
    averted: Interval
    lost: Interval
    cost: Interval | None
    beaten_by: str

    @property
    def price(self) -> float | None:
        """Legitimate exposures lost for each one averted; None where none is averted."""
        averted = self.averted.estimate
        return self.lost.estimate / averted if averted > 0 else None


def frontier(compared: _Compared) -> list[Point]:
    """A point for each policy, in order; empty where reach was not measured.

    What averts or loses nothing because there is no such story counts as 0.
    """
    base, *others = compared.policies
    found = {policy: _axes(compared, policy) for policy in others}
    known = {policy: axes for policy, axes in found.items() if axes is not None}
    if len(known) < len(others):
        return []
    with_cost = all(cost is not None for _, _, cost in known.values())
    means = {policy: _means(axes, with_cost) for policy, axes in known.items()}
    means = {base: (0.0, 0.0, 0.0), **means}
    return [
        Point(policy, averted, lost, cost if with_cost else None, _beaten_by(policy, means))
        for policy, (averted, lost, cost) in known.items()
    ]


def _axes(compared: _Compared, policy: str) -> tuple[Interval, Interval, Interval | None] | None:
    averted, lost, cost = (
        None if change is None else change.difference
        for change in (compared.change(policy, key) for key in (FALSE, TRUE, COST))
    )
    if averted is None or lost is None:
        return None
    return averted.turned, lost.turned, cost


def _means(
    axes: tuple[Interval, Interval, Interval | None], with_cost: bool
) -> tuple[float, float, float]:
    averted, lost, cost = axes
    return averted.estimate, lost.estimate, cost.estimate if cost and with_cost else 0.0


def _beaten_by(policy: str, means: dict[str, tuple[float, float, float]]) -> str:
    averted, lost, cost = means[policy]
    for other, (more, less, cheaper) in means.items():
        better = (more >= averted, less <= lost, cheaper <= cost)
        if all(better) and means[other] != means[policy]:
            return other
    return ""


def frontier_lines(comparison: ComparedWorlds) -> list[str]:
    """The frontier as a table for people; nothing where there is none."""
    points = frontier(comparison)
    if not points:
        return []
    rows = [["", "averted", "lost", "lost per averted", "cost", ""]]
    for point in points:
        price = "" if point.price is None else number(point.price, 2)
        verdict = f'beaten by "{shortened(point.beaten_by, 30)}"' if point.beaten_by else ""
        rows.append(
            [
                shortened(point.policy, 30),
                spread(*point.averted, signed=True),
                spread(*point.lost, signed=True),
                price,
                "" if point.cost is None else spread(*point.cost, signed=True),
                verdict or "on the frontier",
            ]
        )
    head = "Exposures to false stories averted, to true stories lost, and cost, per world:"
    return [head, *aligned(rows, "  "), ""]
