"""Weighted draws: which of them stand at given quantiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def quantile_places(
    numbers: NDArray[np.float64], weights: NDArray[np.float64], parts: Sequence[float]
) -> NDArray[np.int64]:
    """The places of the draws at the quantiles ``parts`` of weighted ``numbers``, int64 [parts].

    The least number up to which at least that part of all weight lies. ``numbers`` and ``weights``
    are float64 [draws], the weights sum to 1, and ``parts`` are in [0, 1].
    """
    order = np.argsort(numbers, kind="stable")
    found = np.searchsorted(np.cumsum(weights[order]), parts)
    places: NDArray[np.int64] = order[np.minimum(found, len(order) - 1)]
    return places
