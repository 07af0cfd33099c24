"""A distribution in a few numbers, the same whatever order its values came in."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from rumorsim.measures.base import Meaning

#: Name and probability of the quantiles reported.
QUANTILES: Final = {"q10": 0.1, "q25": 0.25, "median": 0.5, "q75": 0.75, "q90": 0.9, "q99": 0.99}


def summary(values: ArrayLike) -> dict[str, Any]:
    """Count, mean, quantiles (linear between order statistics), smallest and largest.

    All but the count are None for no values. The mean is the correctly rounded sum over the
    count, so it does not depend on order.
    """
    ordered = np.sort(np.asarray(values, np.float64))
    if not len(ordered):
        return {"count": 0, **dict.fromkeys(("mean", "min", *QUANTILES, "max"))}
    middle = np.quantile(ordered, list(QUANTILES.values())).tolist()
    return {
        "count": len(ordered),
        "mean": math.fsum(ordered.tolist()) / len(ordered),
        "min": float(ordered[0]),
        **dict(zip(QUANTILES, middle, strict=True)),
        "max": float(ordered[-1]),
    }


def summary_meanings(pattern: str, unit: str, text: str) -> dict[str, Meaning]:
    """The meanings of the keys of a summary that sits at ``pattern``."""
    return {
        f"{pattern}.count": Meaning("values", f"{text}: how many values"),
        f"{pattern}.*": Meaning(unit, text),
    }
