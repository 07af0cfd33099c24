"""A posterior as InferenceData of ArviZ, for whoever plots and compares with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.studies.calibrate.inference import systematic
from rumorsim.studies.calibrate.marginals import numbers_of
from rumorsim.studies.calibrate.study import Unknown
from rumorsim.studies.runner.answering import needed

Array = NDArray[np.float64]


def inference_data(
    parameters: Sequence[Unknown],
    draws: tuple[Sequence[Sequence[Any]], Array],
    first_points: Array,
    observed: Mapping[str, float],
    predicted: Array,
) -> Any:
    """The groups posterior, prior, posterior_predictive and observed_data.

    ``draws`` are values and weights; ``first_points`` [runs, parameters] were drawn from the
    prior; ``predicted`` [runs, statistics] are in the order of ``observed``.
    """
    arviz = needed("arviz", "arviz")
    values, weights = draws
    prior = [
        [each.at(z) for each, z in zip(parameters, row, strict=True)]
        for row in first_points.tolist()
    ]
    which = systematic(weights, len(weights))
    groups: dict[str, dict[str, Any]] = {
        "posterior": _columns(parameters, [values[at] for at in which]),
        "prior": _columns(parameters, prior),
        "observed_data": {key: np.array([value]) for key, value in observed.items()},
    }
    if len(predicted):
        groups["posterior_predictive"] = {
            key: predicted[None, :, j, None] for j, key in enumerate(observed)
        }
    return _made(arviz, groups)


def _columns(parameters: Sequence[Unknown], rows: Sequence[Sequence[Any]]) -> dict[str, Array]:
    """By parameter, [1 chain, draws]."""
    return {
        each.name: numbers_of(each, [row[place] for row in rows])[None]
        for place, each in enumerate(parameters)
    }


def _made(arviz: Any, groups: Mapping[str, Mapping[str, Any]]) -> Any:
    # From 1.0 on all groups are one table of tables.
    if int(arviz.__version__.partition(".")[0]) >= 1:
        return arviz.from_dict(groups)
    return arviz.from_dict(**groups)
