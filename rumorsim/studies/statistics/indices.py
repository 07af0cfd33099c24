"""Sobol' indices and Morris' elementary effects of numbers found in coupled worlds, by SALib.

A table of responses has a row for each point of the design and a column for each world; what
is analysed is the mean over worlds. All points share the worlds, so the luck of a world moves
all points alike and hardly enters the indices. Intervals resample twice at once: the base
points (or trajectories) of the design, and the worlds.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.studies.runner.answering import needed
from rumorsim.studies.statistics.resampling import places

Floats = NDArray[np.float64]

#: Resamples behind each interval.
_RESAMPLES: Final = 499
#: The ends of the interval, as parts of the resamples.
_ENDS: Final = (0.025, 0.975)
#: SALib draws resamples of its own, which are not used; a seed keeps it off global state.
_SEED: Final = 1


#: What is said wherever an estimate or an end of an interval is shown as 0 or 1 instead.
OUT_OF_RANGE: Final = (
    "Parts of a variance lie between 0 and 1. Some estimates or ends of intervals lie outside by"
    " sampling error and are shown as 0 or 1; the data files have them as estimated. More base"
    " points (n) bring them closer."
)


class Index(NamedTuple):
    """One index of one parameter with its 95 % interval."""

    parameter: str
    name: str
    value: float
    low: float
    high: float


def as_parts(name: str, numbers: Iterable[float]) -> tuple[float, ...]:
    """Numbers of an index as people read them: those of Sobol' within [0, 1], others as they are.

    The estimators, of Saltelli et al. (2010) for ``first`` and of Jansen (1999) for ``total``,
    are unbiased and not bounded: the first may be below 0, and both above 1.
    """
    if name not in ("first", "total"):
        return tuple(numbers)
    return tuple(min(max(each, 0.0), 1.0) for each in numbers)


def saltelli(pairs: Floats) -> Floats:
    """Saltelli's points in SALib's order from ``pairs`` (n, 2 d): (n * (d + 2), d).

    The first half of a row is a point of A, the second of B; then come A, A with one
    coordinate of B in turn, and B.
    """
    base, dimensions = pairs.shape[0], pairs.shape[1] // 2
    one, other = pairs[:, :dimensions], pairs[:, dimensions:]
    points = np.repeat(one[:, None, :], dimensions + 2, axis=1)
    points[:, -1, :] = other
    for j in range(dimensions):
        points[:, j + 1, j] = other[:, j]
    return points.reshape(base * (dimensions + 2), dimensions)


def sobol_indices(values: Floats, names: list[str]) -> list[Index]:
    """First-order and total indices from responses at Saltelli's points: (points, worlds).

    All are zero where the response is the same everywhere.
    """
    analyze = needed("SALib.analyze.sobol").analyze
    problem = _problem(names)

    def found(_: NDArray[np.int64], means: Floats) -> Floats:
        if np.ptp(means) == 0:
            return np.zeros(2 * len(names))
        with warnings.catch_warnings():
            # A resample of few points may be constant; its indices are zero, which is said.
            warnings.filterwarnings("ignore", "Constant values encountered")
            indices = analyze(problem, means, calc_second_order=False, num_resamples=2, seed=_SEED)
        return np.concatenate([indices["S1"], indices["ST"]])

    return _with_intervals(values, len(names) + 2, found, names, ("first", "total"))


def morris_effects(values: Floats, units: Floats, names: list[str], levels: int) -> list[Index]:
    """Mean, mean size and spread of the elementary effects over a parameter's whole range.

    ``values``: (points, worlds) at the trajectories ``units`` (points, d) in [0, 1].
    """
    analyze = needed("SALib.analyze.morris").analyze
    problem = _problem(names)

    def found(rows: NDArray[np.int64], means: Floats) -> Floats:
        effects = analyze(
            problem, units[rows], means, num_levels=levels, num_resamples=2, seed=_SEED
        )
        return np.concatenate([np.asarray(effects[key]) for key in ("mu", "mu_star", "sigma")])

    return _with_intervals(values, len(names) + 1, found, names, ("mean", "size", "spread"))


def noise(values: Floats) -> float:
    """The part of the variance over points that is left to the luck of finitely many worlds.

    Total indices are too high by about this much at the most; more worlds make it smaller.
    0 for a response that is the same everywhere; not a number for a single world.
    """
    points, worlds = values.shape
    between = values.mean(axis=1).var(ddof=1)
    if worlds < 2:
        return float("nan")
    if between == 0:
        return 0.0
    left = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    spread = (left**2).sum() / ((points - 1) * (worlds - 1))
    return float(spread / worlds / between)


def _problem(names: list[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _with_intervals(
    values: Floats,
    group: int,
    found: Callable[[NDArray[np.int64], Floats], Floats],
    names: list[str],
    kinds: tuple[str, ...],
) -> list[Index]:
    """Each index with the percentiles of its resamples, for groups of ``group`` points."""
    points, worlds = values.shape
    groups = points // group
    rows = np.arange(points)
    estimate = found(rows, values.mean(axis=1))
    chosen_groups = places(_RESAMPLES, groups, 11)
    chosen_worlds = places(_RESAMPLES, worlds, 12)
    resampled = []
    for some, luck in zip(chosen_groups, chosen_worlds, strict=True):
        rows = (some[:, None] * group + np.arange(group)).ravel()
        resampled.append(found(rows, values[:, luck].mean(axis=1)[rows]))
    low, high = np.quantile(np.array(resampled), _ENDS, axis=0)
    labels = [(name, kind) for kind in kinds for name in names]
    return [
        Index(name, kind, float(value), float(least), float(most))
        for (name, kind), value, least, most in zip(labels, estimate, low, high, strict=True)
    ]
