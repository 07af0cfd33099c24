"""self-check: whether a calibration would be right, on runs whose parameters are known.

Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and Gelman 2018): parameters
are drawn from the prior, a run with them is taken for the data, and the whole method is applied.
Where it is right, the rank of the true value among the posterior's draws is uniform. The first
generation of every case, which is drawn from the prior, is a random tenth of runs that all cases
share; later generations are each case's own. All cases advance together.

Were the whole first generation shared, chance in the few runs near the data would move the ranks
of many cases alike: on a normal model whose posterior is known, 500 ranks then had P < .02 in 3
of 12 checks of a right method (median P .06); with a tenth of shared runs, in 1 of 12 (.50).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.claims import Claim
from rumorsim.common.errors import InputError, number_fault
from rumorsim.common.progress import Counted, progress_of
from rumorsim.scenario import Scenario
from rumorsim.studies.calibrate.check_answer import HOLDS, SelfCheck
from rumorsim.studies.calibrate.inference import Draws
from rumorsim.studies.calibrate.running import Fitting
from rumorsim.studies.calibrate.simulating import AnyData, Simulator, prepared
from rumorsim.studies.calibrate.statistics import measures_of
from rumorsim.studies.calibrate.study import AskedCalibration
from rumorsim.studies.runner.answering import answer_runner
from rumorsim.studies.runner.run_specs import RunSpecs
from rumorsim.studies.statistics.weighted import quantile_places

Array = NDArray[np.float64]

#: Fewer cases say nothing of ranks.
_FEWEST: Final = 10
#: Runs from the prior that are made, as a multiple of the first generation of a case.
_SHARED: Final = 10


def self_check(
    study: AskedCalibration,
    cases: int = 100,
    data: AnyData | None = None,
    *,
    runs: int | None = None,
    out: str | Path | None = None,
    scenario: Scenario | None = None,
    workers: int | None = None,
    force: bool = False,
    progress: Counted = None,
) -> SelfCheck:
    """Check a calibration on runs whose parameters are known.

    Parameters
    ----------
    study : str, path, mapping or CalibrationStudy
        As for :func:`.calibrate`.
    cases : int
        Number of true parameters, at least 10; 500 see an interval that is a tenth too narrow.
    data : Cascades, str, path or object, optional
        As for :func:`.calibrate`. Only which statistics they define matters.
    runs : int, optional
        Runs of each case, its first generation included; by default the study's budget without
        its checks. Ten times the first generation is run once and shared by all cases.
    out : str or path, optional
        Folder that keeps finished runs, so that a later call continues.
    scenario : Scenario, optional
        Scenario in place of the one that the study names.
    workers : int, optional
        Number of processes; by default one per core. Results do not depend on it.
    force : bool
        Whether ``out`` may replace the runs of another calibration.
    progress : function or bool, optional
        As for :func:`.calibrate`.

    Returns
    -------
    SelfCheck
        Ranks of the true values, coverage of intervals, and recovery; see ``text()``.

    Raises
    ------
    InputError
        If the study, the scenario or the data are invalid, or there are too few cases.
    RunError
        If a run failed.
    """
    fault = number_fault(cases, "cases", _FEWEST)
    if fault is not None:
        raise InputError(fault)
    told = progress_of(progress, "runs")
    asked, base, picked = prepared(study, data, scenario, required=False)
    if runs is not None:
        asked = asked.with_({"budget.runs": runs, "budget.checks": 0.0})
    counts = asked.budget.counts()
    specs = RunSpecs(base, measures_of(picked.keys))
    resolved = specs.scenario.resolved()
    written = asked.model_dump(mode="json", by_alias=True)
    claim = Claim.of(HOLDS, {"scenario": resolved, "calibration": written}, asked.path)
    shared = _SHARED * counts[0]
    total = shared + cases * (1 + sum(counts[1:]))
    with answer_runner(
        "self-check", specs, out, claim, force=force, unless=told, workers=workers
    ) as runner:
        simulate = Simulator(asked, picked, runner, told, total)
        begun = Fitting(asked, picked, simulate.first_seed)
        first = begun.propose(shared)
        numbers = simulate.next(first)
        random = np.random.default_rng([simulate.first_seed, 2])
        truths = random.standard_normal((cases, len(asked.parameters)))
        observed = simulate.next(truths)
        unknown = np.full(len(picked.keys), np.nan)
        fittings = []
        for case in range(cases):
            known = replace(picked, observed=observed[case], noise=unknown)
            fitting = Fitting(asked, known, simulate.first_seed + 1 + case)
            fitting.propose(counts[0])
            part = random.choice(shared, counts[0], replace=False)
            fitting.take(first[part], numbers[part])
            fittings.append(fitting)
        for count in counts[1:]:
            points = [fitting.propose(count) for fitting in fittings]
            found = simulate.next(np.vstack(points))
            for case, fitting in enumerate(fittings):
                fitting.take(points[case], found[case * count : (case + 1) * count])
    draws = [fitting.draws for fitting in fittings]
    middles = np.stack([_quantiles(each, (0.5,))[0] for each in draws])
    return SelfCheck(
        name=asked.name,
        parameters=asked.parameters,
        truths=truths,
        ranks=np.stack([_ranks(each, truth) for each, truth in zip(draws, truths, strict=True)]),
        narrow=np.stack(
            [_ranks(_narrowed(each), truth) for each, truth in zip(draws, truths, strict=True)]
        ),
        shifted=np.stack(
            [_ranks(_moved(each), truth) for each, truth in zip(draws, truths, strict=True)]
        ),
        middles=middles,
        runs=total,
        scenario=resolved,
        study=written,
        source=asked.path,
    )


def _ranks(draws: Draws, truth: Array) -> Array:
    """The part of a posterior below the true value of each parameter, [parameters]."""
    below = (draws.points < truth).astype(float) + 0.5 * (draws.points == truth)
    found: Array = draws.weights @ below
    return found


def _narrowed(draws: Draws) -> Draws:
    """The same draws, a third too narrow around their means: a control that must be noticed."""
    middle = draws.weights @ draws.points
    return replace(draws, points=middle + (draws.points - middle) * (2 / 3))


def _moved(draws: Draws) -> Draws:
    """The same draws, shifted by half a standard deviation: a control that must be noticed."""
    middle = draws.weights @ draws.points
    spread = np.sqrt(draws.weights @ np.square(draws.points - middle))
    return replace(draws, points=draws.points + spread / 2)


def _quantiles(draws: Draws, parts: tuple[float, ...]) -> Array:
    """Weighted quantiles of each parameter, [parts, parameters]."""
    found = np.empty((len(parts), draws.points.shape[1]))
    for i in range(draws.points.shape[1]):
        column = draws.points[:, i]
        found[:, i] = column[quantile_places(column, draws.weights, parts)]
    return found
