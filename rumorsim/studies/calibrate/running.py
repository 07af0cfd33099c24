"""calibrate: a posterior of the parameters of a scenario, from real cascades.

Every run is kept by the digest of its scenario and seed, and what is proposed next depends on
nothing but the runs before: whatever ends a calibration, doing the same again makes only what is
missing and gives the same bytes, with any number of workers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.claims import Claim
from rumorsim.common.errors import InputError, advise
from rumorsim.common.progress import Counted, progress_of
from rumorsim.scenario import Scenario
from rumorsim.scenario.idle import idle_in
from rumorsim.studies.calibrate.answer import HOLDS, Calibration, Generation
from rumorsim.studies.calibrate.inference import (
    Draws,
    Proposal,
    equal_draws,
    mixture_weights,
    posterior,
    proposal_from,
)
from rumorsim.studies.calibrate.simulating import AnyData, Simulator, prepared
from rumorsim.studies.calibrate.statistics import Chosen, Standard, lacking, measures_of
from rumorsim.studies.calibrate.study import AskedCalibration, CalibrationStudy
from rumorsim.studies.runner.answering import answer_runner
from rumorsim.studies.runner.run_specs import RunSpecs

Array = NDArray[np.float64]


def calibrate(
    study: AskedCalibration,
    data: AnyData | None = None,
    *,
    out: str | Path | None = None,
    scenario: Scenario | None = None,
    workers: int | None = None,
    dask: str | None = None,
    force: bool = False,
    progress: Counted = None,
) -> Calibration:
    """Fit the unknown parameters of a scenario to real cascades.

    Parameters
    ----------
    study : str, path, mapping or CalibrationStudy
        A file of a calibration, or a table of the same keys (its ``scenario`` a file or a
        :class:`.Scenario`).
    data : Cascades, str, path or object, optional
        Real cascades, or what :func:`.read_cascades` reads, in place of those the study names.
    out : str or path, optional
        Folder that keeps finished runs, so that a later call continues. The posterior is written
        by :meth:`.Calibration.save`.
    scenario : Scenario, optional
        Scenario in place of the one that the study names.
    workers : int, optional
        Number of processes; by default one per core. Results do not depend on it.
    dask : str, optional
        Address of a Dask scheduler whose workers make the runs.
    force : bool
        Whether ``out`` may replace the runs of another calibration.
    progress : function or bool, optional
        Called with the runs done and the runs in all; otherwise as for :func:`.compare`.

    Returns
    -------
    Calibration
        Weighted draws of the posterior, what they predict, and what the data leave open; see
        ``text()``, ``frame()`` and ``save()``.

    Raises
    ------
    InputError
        If the study, the scenario or the data are invalid.
    RunError
        If a run failed.

    Examples
    --------
    ::

        found = rumorsim.calibrate("calibration.toml", "cascades.csv", out="fitted")
        found.save("fitted")
        rumorsim.compare("scenario.toml", posterior="fitted")
    """
    told = progress_of(progress, "runs")
    asked, base, picked = prepared(study, data, scenario)
    for each in idle_in(base, policies=()):
        advise(str(each))
    specs = RunSpecs(base, measures_of(picked.keys))
    resolved = specs.scenario.resolved()
    written = asked.model_dump(mode="json", by_alias=True)
    subject = {
        "scenario": resolved,
        "calibration": written,
        "observed": dict(zip(picked.keys, picked.observed.tolist(), strict=True)),
    }
    claim = Claim.of(HOLDS, subject, asked.path)
    options: dict[str, Any] = {"workers": workers}
    if dask is not None:
        from rumorsim.studies.runner.dask_cluster import Cluster

        options["executor"] = lambda job: Cluster(job, dask, advise)
    with answer_runner(
        "calibrate", specs, out, claim, force=force, unless=told, **options
    ) as runner:
        simulate = Simulator(asked, picked, runner, told)
        fitting = Fitting(asked, picked, simulate.first_seed)
        for count in asked.budget.counts():
            points = fitting.propose(count)
            fitting.take(points, simulate.next(points))
            if len(fitting.counts) == 1 and not fitting.kept.all():
                advise(_left_out(picked, fitting))
        predicted = simulate.next(fitting.resampled(asked.budget.for_checks))
    first = fitting.counts[0]
    return Calibration(
        name=asked.name,
        parameters=asked.parameters,
        points=fitting.draws.points,
        weights=fitting.draws.weights,
        values=tuple(simulate.values(fitting.draws.points)),
        statistics=fitting.standard,
        first_points=fitting.points[:first],
        first_numbers=fitting.numbers[:first],
        predicted=predicted[:, fitting.kept],
        generations=tuple(fitting.generations),
        scenario=resolved,
        study=written,
        observed=subject["observed"],
        source=asked.path,
    )


def _left_out(picked: Chosen, fitting: Fitting) -> str:
    lost = [key for key, kept in zip(picked.keys, fitting.kept, strict=True) if not kept]
    said = ", ".join(lost)
    return f"left out, as more than a fifth of the first runs do not define it: {said}"


class Fitting:
    """The generations of one calibration: what to run next, and what comes of it.

    ``seed`` sets its random numbers, ``chosen`` the statistics and what was observed.
    """

    def __init__(self, study: CalibrationStudy, chosen: Chosen, seed: int) -> None:
        self.study, self.chosen, self.seed = study, chosen, seed
        parameters = len(study.parameters)
        self.points = np.empty((0, parameters))
        self.numbers = np.empty((0, len(chosen.keys)))
        self.proposals: list[Proposal] = []
        self.counts: list[int] = []
        self.generations: list[Generation] = []
        self.kept = np.ones(len(chosen.keys), bool)
        self.draws: Draws
        self.standard: Standard

    def propose(self, count: int) -> Array:
        """Points of the next generation, [count, parameters]."""
        parameters = self.points.shape[1]
        self._proposal = proposal_from(self.draws) if self.counts else Proposal.prior(parameters)
        random = np.random.default_rng([self.seed, 0, len(self.counts)])
        return self._proposal.draw(count, random)

    def take(self, points: Array, numbers: Array) -> None:
        """Take the runs of a generation that was proposed: statistics [runs, all statistics]."""
        if not self.counts:
            self._begin(points, numbers)
        self.points = np.vstack([self.points, points])
        self.numbers = np.vstack([self.numbers, numbers[:, self.kept]])
        self.proposals.append(self._proposal)
        self.counts.append(len(points))
        weights = mixture_weights(self.points, self.proposals, self.counts)
        differences = self.standard(self.numbers, 0, self.seed)
        self.draws = posterior(self.points, differences, weights, self.study.budget.draws)
        tolerance = float(self.draws.distance.max())
        self.generations.append(Generation(len(points), tolerance, self.draws.size))

    def _begin(self, points: Array, numbers: Array) -> None:
        """Fix the scales of the statistics by the first generation, and leave out what it lacks."""
        self.kept = ~lacking(numbers) & np.isfinite(self.chosen.observed)
        if not self.kept.any():
            rule = "no statistic is defined in four fifths of the first runs"
            raise InputError(rule, self.study.file, "statistics")
        self.chosen = self.chosen.only(self.kept)
        self.numbers = self.numbers[:, self.kept]
        self.standard = Standard.of(self.chosen, points, numbers[:, self.kept])

    def resampled(self, count: int) -> Array:
        """So many draws of the posterior, of equal weight, [count, parameters]."""
        return equal_draws(self.draws, count)
