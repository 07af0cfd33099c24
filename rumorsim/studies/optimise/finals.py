"""The finals of an optimisation: finalists in fresh worlds, and what can be said of them.

All statements (who keeps the target, who is cheaper than whom) are made with intervals that
hold at once in 95 % of cases (Bonferroni over all of them, so picking among them is paid
for). A winner is named only where its paired cost difference to every finalist that may keep
the target is clear of zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.studies.optimise.goals import Goal
from rumorsim.studies.optimise.searching import Trial
from rumorsim.studies.statistics.intervals import COUNT, Interval, shared_level
from rumorsim.studies.statistics.stated import mean_interval, paired_difference, relative_change

Floats = NDArray[np.float64]


class Finalist(NamedTuple):
    """A setting of the search and its numbers in fresh worlds: (worlds, 3), as a goal has them."""

    trial: Trial
    found: Floats


class Judged(NamedTuple):
    """One finalist as judged.

    ``averted``: false reach under ``none`` less that here, ``lost``: the same of true reach,
    both as parts of ``none``'s where that is not 0, with intervals of their own; ``cost`` likewise.
    ``target``: whether it keeps the target ("unsure" where the interval holds both).
    ``dearer``: cost less that of the cheapest that keeps the target, the interval holds
    together with all others of the finals; None for that one, and without a target.
    ``beaten``: the place of a finalist that is clearly better in something and worse in nothing.
    """

    trial: Trial
    averted: Interval
    lost: Interval | None
    cost: Interval
    target: Literal["kept", "missed", "unsure"] | None
    dearer: Interval | None
    beaten: int | None


@dataclass(frozen=True)
class Verdict:
    """The finalists, the cheapest that keeps the target, and whether it won.

    ``best`` and ``rivals`` are places among the finalists; rivals cannot be told apart from
    the best. ``winner`` is ``best`` where there are none, but somebody to be held against.
    """

    goal: Goal
    finals: tuple[Judged, ...]
    best: int | None
    rivals: tuple[int, ...]

    @property
    def winner(self) -> int | None:
        """The place of the winner, None where nobody can be named."""
        open_still = self.rivals or len(self.finals) < 2
        return None if open_still else self.best

    def rows(self) -> list[dict[str, Any]]:
        """One row for each finalist."""
        return [self._row(place, final) for place, final in enumerate(self.finals)]

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "finalists": self.rows(),
            "cheapest_that_keeps_the_target": self.best,
            "not_told_apart_from_it": list(self.rivals),
            "winner": self.winner,
        }

    def _row(self, place: int, final: Judged) -> dict[str, Any]:
        row: dict[str, Any] = {
            "finalist": place,
            "policy": final.trial.policy,
            **final.trial.values,
        }
        for name in ("averted", "lost", "cost", "dearer"):
            interval: Interval | None = getattr(final, name)
            for suffix, value in zip(("", "_low", "_high"), interval or (None,) * 3, strict=True):
                row[name + suffix] = value
        row["target"] = final.target
        row["beaten_by"] = final.beaten
        row["winner"] = place == self.winner
        return row


def judged(goal: Goal, finalists: Sequence[Finalist], base: Floats) -> Verdict:
    """What can be said of the finalists; ``base`` are the numbers under ``none``."""
    count = len(finalists)
    pairs = count * (count - 1) // 2
    level = shared_level(pairs + count if goal.target is not None else 3 * pairs)
    kept = [_kept(goal, each.found, base, level) for each in finalists]
    costs = [each.found[:, 2].tolist() for each in finalists]
    sure = [place for place in range(count) if kept[place] == "kept"]
    best = min(sure, key=lambda place: float(np.mean(costs[place])), default=None)
    dearer: list[Interval | None] = [None] * count
    rivals = []
    for place in range(count):
        if best is None or place == best:
            continue
        dearer[place] = gap = paired_difference(costs[place], costs[best], level)
        if kept[place] != "missed" and not (gap.clear and gap.estimate > 0):
            rivals.append(place)
    finals = tuple(
        Judged(
            each.trial,
            _averted(each.found[:, 0], base[:, 0]),
            _averted(each.found[:, 1], base[:, 1]) if base[:, 1].any() else None,
            mean_interval(costs[place], bounds=COUNT),
            kept[place],
            dearer[place],
            _beaten(place, finalists, level) if goal.target is None else None,
        )
        for place, each in enumerate(finalists)
    )
    return Verdict(goal, finals, best, tuple(rivals))


def _kept(
    goal: Goal, found: Floats, base: Floats, level: float
) -> Literal["kept", "missed", "unsure"] | None:
    if goal.target is None:
        return None
    excess = mean_interval(goal.target.excess(found[:, 0], base[:, 0]).tolist(), level)
    if excess.high is not None and excess.high <= 0:
        return "kept"
    return "missed" if excess.low is not None and excess.low > 0 else "unsure"


def _averted(values: Floats, base: Floats) -> Interval:
    found = relative_change(values.tolist(), base.tolist())
    return Interval(0.0) if found is None else found.turned


def _beaten(place: int, finalists: Sequence[Finalist], level: float) -> int | None:
    """Who is clearly better in false reach, true reach lost or cost and worse in none."""
    ours = finalists[place].found
    for other, each in enumerate(finalists):
        # Of true reach more is better.
        apart = (ours - each.found) * (1.0, -1.0, 1.0)
        gaps = [mean_interval(column.tolist(), level) for column in apart.T]
        worse = any(gap.clear and gap.estimate > 0 for gap in gaps)
        if other != place and worse and all(gap.estimate >= 0 for gap in gaps):
            return other
    return None
