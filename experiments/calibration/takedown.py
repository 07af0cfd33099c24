"""What taking originals down would prevent, by delay: simulated cascades against real ones.

Everything that would be shared of a deleted original goes with it, so what is prevented is the
part of the shares that are older than the delay. `tests` and the replay of these cascades show
that running the policy gives the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rumorsim.measures.cascade_table import CascadeTable

#: Hours after the original, as in the experiment `replay`.
DELAYS = (0.25, 0.5, 1, 2, 4, 8, 12, 24)
#: How far they may be apart, as a part of all shares.
LIMIT = 0.03


class Prevented(NamedTuple):
    """The part of shares prevented by a takedown after ``hours``, in the data and simulated.

    ``noise`` is the standard error of the data's by resampling of cascades.
    """

    hours: float
    observed: float
    simulated: float
    noise: float

    @property
    def held(self) -> bool:
        return abs(self.simulated - self.observed) <= LIMIT


def prevented(data: CascadeTable, simulated: Sequence[CascadeTable]) -> list[Prevented]:
    """Every delay; ``simulated`` are tables of several runs."""
    ages = np.concatenate([each.age for each in simulated])
    late = np.stack([np.bincount(data.cascade, data.age > hours) for hours in DELAYS])
    random = np.random.default_rng(11)
    drawn = [random.integers(0, len(data), len(data)) for _ in range(200)]
    errors = np.std([late[:, d].sum(axis=1) / data.size[d].sum() for d in drawn], axis=0)
    return [
        Prevented(hours, float((data.age > hours).mean()), float((ages > hours).mean()), error)
        for hours, error in zip(DELAYS, errors.tolist(), strict=True)
    ]
