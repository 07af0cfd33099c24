"""The order of policies by one number, with its probability; a winner only where it is sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.studies.statistics import resampling
from rumorsim.studies.statistics.intervals import Interval, resampled, shared_level
from rumorsim.studies.statistics.stated import difference_is_estimable, mean_of, paired_difference

#: Means closer than this part of the largest mean are the same.
_SAME: Final = 1e-12


class Place(NamedTuple):
    """One policy in the order; policies that are the same in every world share a place.

    ``first``: probability that its true mean is better than that of every other policy (those
    that are the same in every world share it). ``lead``: the next policy's mean minus this one's
    in the same worlds, with an interval that holds for all pairs of policies at once; ``before``:
    probability that this one's true mean is strictly the better of the two. Both are None for the
    last, and ``before`` for policies that are the same in every world. Probabilities are None
    where the worlds are too few for the tail of a difference (see ``tails``).
    """

    place: int
    policy: str
    mean: Interval
    first: float | None
    lead: Interval | None
    before: float | None


class Ranking(NamedTuple):
    """Policies from best to worst by the number ``key``, over worlds where all have it.

    ``low``: whether less is better. ``probability``: of the whole order, given the worlds
    (the part of resampled worlds, or below 30 worlds of draws of the multivariate t, in which
    the means come strictly in this order, policies that are the same in every world aside); None
    where the worlds are too few for the tail of a difference between two policies, and where all
    policies are the same in every world. ``winner``: the first policy, where its paired
    difference to every other is clear of zero with intervals that hold for all pairs at once;
    else None.
    """

    key: str
    low: bool
    worlds: int
    places: tuple[Place, ...]
    probability: float | None
    winner: str | None

    def is_tied(self, place: Place) -> bool:
        """Whether the next policy is the same in every world: it shares the place."""
        at = self.places.index(place) + 1
        return at < len(self.places) and self.places[at].place == place.place

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
    near = _SAME * float(np.abs(table).max(initial=0.0))
    tied = [a == b for a, b in pairwise(columns)]
    ahead = likely[:, :-1] < likely[:, 1:] - near
    best = likely <= likely.min(axis=1, keepdims=True) + near
    sure = all(_is_known(a, b, key) for a, b in combinations(columns, 2))
    apart = [at for at, same in enumerate(tied) if not same]
    places: list[Place] = []
    for at, (column, policy) in enumerate(zip(shown, order, strict=True)):
        last = at + 1 == len(order)
        places.append(
            Place(
                places[-1].place if at > 0 and tied[at - 1] else at + 1,
                names[policy],
                mean_of(column, key),
                float(best[:, at].mean()) if sure else None,
                None if last else paired_difference(shown[at + 1], column, level, key=key),
                None if last or tied[at] or not sure else float(ahead[:, at].mean()),
            )
        )
    rest = (paired_difference(other, columns[0], level, key=key) for other in columns[1:])
    alone = all(gap.clear for gap in rest)
    return Ranking(
        key,
        low,
        len(table),
        tuple(places),
        float(ahead[:, apart].all(axis=1).mean()) if sure and apart else None,
        names[order[0]] if alone else None,
    )


def _is_known(one: list[float], other: list[float], key: str) -> bool:
    """Whether two policies are the same in every world, or their difference has an interval."""
    apart = [a - b for a, b in zip(one, other, strict=True)]
    return one == other or difference_is_estimable(apart, other, key)


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
