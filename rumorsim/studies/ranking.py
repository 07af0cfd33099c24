"""The order of policies by one number, with its probability; a winner only where it is sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.studies import resampling
from rumorsim.studies.intervals import (
    Interval,
    bounds_of,
    mean_interval,
    paired_difference,
    resampled,
    shared_level,
)

__all__ = ["Place", "Ranking", "ranked"]

#: Means closer than this part of the largest mean are the same.
_SAME: Final = 1e-12


class Place(NamedTuple):
    """One policy in the order; policies that are the same in every world share a place.

    ``first``: probability that no other policy's true mean is better. ``lead``: the next
    policy's mean minus this one's in the same worlds, with an interval that holds for all
    pairs of policies at once; ``before``: probability that this one's true mean is the better
    of the two. Both are None for the last.
    """

    place: int
    policy: str
    mean: Interval
    first: float
    lead: Interval | None
    before: float | None


class Ranking(NamedTuple):
    """Policies from best to worst by the number ``key``, over worlds where all have it.

    ``low``: whether less is better. ``probability``: of the whole order, given the worlds
    (the part of resampled worlds, or below 30 worlds of draws of the multivariate t, in which
    the means come in this order). ``winner``: the first policy, where its paired difference to
    every other is clear of zero with intervals that hold for all pairs at once; else None.
    """

    key: str
    low: bool
    worlds: int
    places: tuple[Place, ...]
    probability: float
    winner: str | None

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "measure": self.key,
            "best": "lowest" if self.low else "highest",
            "worlds": self.worlds,
            "probability_of_the_order": self.probability,
            "winner": self.winner,
            "places": [_plain(place) for place in self.places],
        }


def ranked(
    values: Mapping[str, Sequence[float | None]], key: str, *, low: bool = True
) -> Ranking | None:
    """The order of policies by ``values[policy][world]``; None below 2 worlds or policies."""
    rows = list(zip(*values.values(), strict=True))
    table = np.array([row for row in rows if None not in row], dtype=np.float64)
    if len(values) < 2 or len(table) < 2:
        return None
    names = list(values)
    signed = table if low else -table
    order = [int(each) for each in np.argsort(signed.mean(axis=0), kind="stable")]
    likely = (_likely(signed) + signed.mean(axis=0))[:, order]
    level = shared_level(len(names) * (len(names) - 1) // 2)
    columns = [signed[:, each].tolist() for each in order]
    shown = [table[:, each].tolist() for each in order]
    same = _SAME * float(np.abs(table).max(initial=0.0))
    ahead = likely[:, :-1] <= likely[:, 1:] + same
    best = likely <= likely.min(axis=1, keepdims=True) + same
    places: list[Place] = []
    for at, (column, policy) in enumerate(zip(columns, order, strict=True)):
        last = at + 1 == len(order)
        tied = at > 0 and column == columns[at - 1]
        places.append(
            Place(
                places[-1].place if tied else at + 1,
                names[policy],
                mean_interval(shown[at], bounds=bounds_of(key)),
                float(best[:, at].mean()),
                None if last else paired_difference(shown[at + 1], shown[at], level),
                None if last else float(ahead[:, at].mean()),
            )
        )
    alone = all(paired_difference(other, columns[0], level).clear for other in columns[1:])
    return Ranking(
        key,
        low,
        len(table),
        tuple(places),
        float(ahead.all(axis=1).mean()),
        names[order[0]] if alone else None,
    )


def _likely(values: NDArray[np.float64]) -> NDArray[np.float64]:
    if resampled(len(values)):
        return resampling.likely_means(values)
    return resampling.likely_means_by_t(values)


def _plain(place: Place) -> dict[str, Any]:
    lead = place.lead or (None, None, None)
    return {
        "place": place.place,
        "policy": place.policy,
        "mean": place.mean.estimate,
        "mean_low": place.mean.low,
        "mean_high": place.mean.high,
        "probability_first": place.first,
        "lead_over_next": lead[0],
        "lead_low": lead[1],
        "lead_high": lead[2],
        "probability_before_next": place.before,
    }
