"""Calibrations without a run: posteriors whose truth is known, as `calibrate` returns them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from small_worlds import small

from rumorsim.studies.calibrate.answer import Calibration, Generation
from rumorsim.studies.calibrate.statistics import Chosen, Standard
from rumorsim.studies.calibrate.study import Unknown

LOG: Mapping[str, Any] = {"prior": "log-uniform", "low": 0.01, "high": 1.0}


def unknown(name: str, prior: Mapping[str, Any] = LOG, **more: Any) -> Unknown:
    return Unknown(name=name, key=f"stories[0].{name}", prior=prior, **more)


def calibration(
    parameters: Sequence[Unknown],
    covariance: Sequence[Sequence[float]] | np.ndarray,
    *,
    middle: Sequence[float] | None = None,
    missed: Sequence[int] = (),
    noise: Mapping[int, float] | None = None,
    families: Sequence[str] = ("cascades.truth.false.size", "reproduction.truth.false"),
    draws: int = 400,
    runs: int = 300,
    checks: int = 100,
) -> Calibration:
    """Draws on the normal scale with this covariance.

    Statistics: five a family, the j-th is the parameter j mod p, plus noise. Those ``missed`` lie
    far above what is predicted; ``noise`` is the data's standard error by their number.
    """
    random = np.random.default_rng(5)
    count = len(parameters)
    root = np.linalg.cholesky(np.asarray(covariance, float) + 1e-12 * np.eye(count))
    # Exact moments, so that contractions are what the covariance says.
    weights = random.uniform(0.5, 1.5, draws)
    weights /= weights.sum()
    raw = random.standard_normal((draws, count))
    raw -= weights @ raw
    raw = raw @ np.linalg.inv(np.linalg.cholesky((raw.T * weights) @ raw)).T
    points = (np.zeros(count) if middle is None else np.asarray(middle)) + raw @ root.T
    ends = ("mean", "q25", "median", "q75", "max")
    keys = tuple(f"{family}.{end}" for family in families for end in ends)
    first = random.standard_normal((runs, count))
    reads = [j % count for j in range(len(keys))]
    first_numbers = np.exp(first[:, reads] + 0.3 * random.standard_normal((runs, len(keys))))
    which = random.choice(draws, checks, p=weights)
    shown = points[which][:, reads]
    predicted = np.exp(shown + 0.3 * random.standard_normal((checks, len(keys))))
    observed = np.median(predicted, axis=0) if checks else np.ones(len(keys))
    for j in missed:
        observed[j] = 1000.0 * predicted[:, j].max()
    errors = np.full(len(keys), np.nan)
    for j, error in (noise or {}).items():
        errors[j] = error
    chosen = Chosen(keys, observed, np.ones(len(keys)), ("auto",) * len(keys), errors)
    scenario = small({"name": "<b>=odd</b>"}).resolved()
    written = {
        "name": "=odd <i>fit</i>",
        "scenario": "small.toml",
        "parameters": [each.model_dump(mode="json") for each in parameters],
        "statistics": [{"key": key} for key in keys],
        "seed": None,
    }
    return Calibration(
        name="=odd <i>fit</i>",
        parameters=tuple(parameters),
        points=points,
        weights=weights,
        values=tuple(
            tuple(each.at(float(z)) for each, z in zip(parameters, row, strict=True))
            for row in points
        ),
        statistics=Standard.of(chosen, first, first_numbers),
        first_points=first,
        first_numbers=first_numbers,
        predicted=predicted,
        generations=(Generation(runs, 1.25, 80.0), Generation(150, 0.625, 75.0)),
        scenario=scenario,
        study=written,
        observed=dict(zip(keys, observed.tolist(), strict=True)) | {"reach.never": 1.0},
    )
