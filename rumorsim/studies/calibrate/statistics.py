"""Statistics: the numbers by which runs are held against data, on scales where noise is alike.

They are scalars of measures, taken by the same code from the data and from every run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import Fault, InputError, nearest, show_value
from rumorsim.studies.calibrate.study import CalibrationStudy

Array = NDArray[np.float64]

#: Numbers that spread over more than this factor are compared by their logarithms.
_DECADE: Final = 10.0
#: A statistic that more than this part of the first runs lack cannot be used.
_LACKING: Final = 0.2


@dataclass(frozen=True)
class Chosen:
    """The statistics of a calibration.

    ``keys`` are dotted names of numbers, ``observed`` their values in the data, ``weights`` how
    much each counts, ``scales`` what was asked ("auto", "linear", "log"), ``noise`` the standard
    errors of the observed values by resampling of the data, NaN where not known; float64 arrays of
    shape [statistics].
    """

    keys: tuple[str, ...]
    observed: Array
    weights: Array
    scales: tuple[str, ...]
    noise: Array

    def only(self, kept: NDArray[np.bool_]) -> Chosen:
        """Those statistics for which ``kept`` is true."""
        return Chosen(
            tuple(key for key, each in zip(self.keys, kept, strict=True) if each),
            self.observed[kept],
            self.weights[kept],
            tuple(scale for scale, each in zip(self.scales, kept, strict=True) if each),
            self.noise[kept],
        )


def chosen(
    study: CalibrationStudy,
    found: Mapping[str, float | None],
    noise: Mapping[str, float] | None = None,
) -> Chosen:
    """The statistics that a study names among the numbers ``found`` in the data.

    InputError for a name that is no number there, or not defined in the data.
    """
    faults: list[Fault] = []
    weights: dict[str, float] = {}
    scales: dict[str, str] = {}
    for i, each in enumerate(study.statistics):
        matching = [key for key in found if fnmatchcase(key, each.key)]
        defined = [key for key in matching if found[key] is not None]
        if not defined:
            rule = "is not defined in the data" if matching else "is no number of a measure"
            advice = "" if matching else nearest(each.key, list(found))
            place = f"statistics[{i}].key"
            faults.append(Fault(rule, study.file, place, show_value(each.key), advice))
        for key in defined:
            weights[key], scales[key] = each.weight, each.scale
    if faults:
        raise InputError(faults)
    errors = noise or {}
    return Chosen(
        tuple(weights),
        np.array([float(found[key] or 0.0) for key in weights]),
        np.array(list(weights.values())),
        tuple(scales.values()),
        np.array([errors.get(key, np.nan) for key in weights]),
    )


def measures_of(keys: Iterable[str]) -> list[str]:
    """The names of the measures that give these numbers (or patterns of them)."""
    return list(dict.fromkeys(key.partition(".")[0] for key in keys))


@dataclass(frozen=True)
class Standard:
    """Statistics on their scales, less the observed ones, over the spread of the first runs.

    ``log`` says which are compared by logarithms; ``spread`` is the standard deviation of the
    first runs on that scale, ``within`` what is left of it at given parameters, ``missing`` the
    standard deviation of the data's own noise in excess of a run's (0 where it has no more), on
    the same scale; shape [statistics].
    """

    chosen: Chosen
    log: NDArray[np.bool_]
    spread: Array
    within: Array
    missing: Array

    @classmethod
    def of(cls, chosen: Chosen, points: Array, values: Array) -> Standard:
        """Scales from the first runs: their ``points`` and ``values`` [runs, statistics]."""
        parts = zip(chosen.scales, chosen.observed, values.T, strict=True)
        log = np.array([_is_log(*each) for each in parts])
        scaled = _scaled(values, log)
        with np.errstate(invalid="ignore"):
            spread = np.nanstd(scaled, axis=0)
        spread = np.where(spread > 0, spread, np.inf)
        within = _noise_within(points, scaled)
        size = np.where(log, np.abs(chosen.observed), 1.0)
        noise = chosen.noise / size
        missing = np.sqrt(np.maximum(np.nan_to_num(noise) ** 2 - within**2, 0.0))
        return cls(chosen, log, spread, within, missing)

    def __call__(self, values: Array, first: int, seed: int) -> Array:
        """Runs' statistics less the observed ones, in spreads; noise that data have added.

        ``values`` [runs, statistics]; ``first`` is the number of the first of these runs, so that
        each run has noise of its own whatever runs it is looked at with.
        """
        scaled = _scaled(values, self.log)
        observed = _scaled(self.chosen.observed[None], self.log)[0]
        if self.missing.any():
            noise = np.stack(
                [
                    np.random.default_rng([seed, 1, first + i]).standard_normal(len(observed))
                    for i in range(len(values))
                ]
            )
            scaled = scaled + noise * self.missing
        found: Array = (scaled - observed) / self.spread * self.chosen.weights
        return found


def lacking(values: Array) -> NDArray[np.bool_]:
    """Which statistics too many of the first runs [runs, statistics] do not have."""
    few: NDArray[np.bool_] = np.isnan(values).mean(axis=0) > _LACKING
    return few


def _is_log(scale: str, observed: float, values: Array) -> bool:
    if scale == "linear":
        return False
    there = values[np.isfinite(values)]
    positive = observed > 0 and bool((there > 0).all()) and len(there) > 0
    if scale == "log":
        return positive
    return positive and float(there.max() / there.min()) > _DECADE


def _scaled(values: Array, log: NDArray[np.bool_]) -> Array:
    found = values.astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(found[:, log])
    found[:, log] = np.where(np.isfinite(logs), logs, np.nan)
    return found


def _noise_within(points: Array, scaled: Array) -> Array:
    """What is left of each statistic's spread when a quadratic in the parameters is taken out."""
    squares = [
        points[:, i] * points[:, j]
        for i in range(points.shape[1])
        for j in range(i, points.shape[1])
    ]
    design = np.column_stack([np.ones(len(points)), points, *squares])
    found = np.zeros(scaled.shape[1])
    for place in range(scaled.shape[1]):
        there = np.isfinite(scaled[:, place])
        if there.sum() <= 2 * design.shape[1]:
            continue
        fitted, *_ = np.linalg.lstsq(design[there], scaled[there, place], rcond=None)
        rest = scaled[there, place] - design[there] @ fitted
        found[place] = np.sqrt(np.square(rest).sum() / (there.sum() - design.shape[1]))
    return found


def row_of(scalars: Mapping[str, float | None], keys: Sequence[str]) -> list[float]:
    """The numbers ``keys`` of a run; NaN where undefined."""
    return [np.nan if scalars.get(key) is None else float(scalars[key] or 0.0) for key in keys]


def check_same(scalars: Mapping[str, Any], chosen: Chosen, file: str) -> None:
    """InputError where a run has no number of a name that the data have."""
    faults = [
        Fault(
            "is a number of the data that runs of the scenario do not have",
            file,
            "statistics",
            show_value(key),
            "name the scenario's stories or their truth as in the data",
        )
        for key in chosen.keys
        if key not in scalars
    ]
    if faults:
        raise InputError(faults)
