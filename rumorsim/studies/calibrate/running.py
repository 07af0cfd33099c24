"""calibrate: a posterior of the parameters of a scenario, from real cascades.

Every run is kept by the digest of its scenario and seed, and what is proposed next depends on
nothing but the runs before: whatever ends a calibration, doing the same again makes only what is
missing and gives the same bytes, with any number of workers.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.claims import Claim
from rumorsim.common.errors import InputError, advise
from rumorsim.common.progress import Counted, progress_of
from rumorsim.scenario import Scenario
from rumorsim.studies.calibrate.answer import HOLDS, Calibration, Generation
from rumorsim.studies.calibrate.inference import (
    Draws,
    Proposal,
    mixture_weights,
    posterior,
    proposal_from,
)
from rumorsim.studies.calibrate.simulating import AnyData, Simulator, prepared
from rumorsim.studies.calibrate.statistics import Standard, lacking, measures_of
from rumorsim.studies.calibrate.study import AskedCalibration
from rumorsim.studies.runner.answering import answer_runner
from rumorsim.studies.runner.run_specs import RunSpecs

Array = NDArray[np.float64]
Told = Callable[[int, int], None] | None


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
        simulate = Simulator(asked, picked, runner)
        fitted = Fitting(simulate, told)
        fitted.run()
        return fitted.answer(subject, written, resolved, asked.path)


class Fitting:
    """The generations of one calibration."""

    def __init__(self, simulate: Simulator, told: Told = None) -> None:
        self.simulate, self._told = simulate, told
        self.budget = simulate.study.budget
        self.chosen = simulate.chosen
        parameters = len(simulate.parameters)
        self.points = np.empty((0, parameters))
        self.values: list[tuple[Any, ...]] = []
        self.numbers = np.empty((0, len(self.chosen.keys)))
        self.proposals: list[Proposal] = []
        self.counts: list[int] = []
        self.generations: list[Generation] = []
        self.draws: Draws

    def run(self) -> None:
        """Make all generations, then the runs that show what the posterior predicts."""
        counts = self.budget.counts()
        for generation, count in enumerate(counts):
            proposal = (
                Proposal.prior(self.points.shape[1])
                if generation == 0
                else proposal_from(self.draws)
            )
            random = np.random.default_rng([self.simulate.first_seed, 0, generation])
            points = proposal.draw(count, random)
            values = self.simulate.values(points)
            numbers = self._made(values)
            if generation == 0:
                numbers = self._begun(points, numbers)
            self.points = np.vstack([self.points, points])
            self.numbers = np.vstack([self.numbers, numbers])
            self.values += values
            self.proposals.append(proposal)
            self.counts.append(count)
            self.draws = self._posterior()
            tolerance = float(self.draws.distance.max())
            self.generations.append(Generation(count, tolerance, self.draws.size))
        self.predicted = self._predicted()

    def _begun(self, points: Array, numbers: Array) -> Array:
        """Fix the scales of the statistics by the first generation, and leave out what it lacks."""
        few = lacking(numbers)
        if few.all():
            rule = "no statistic is defined in four fifths of the first runs"
            raise InputError(rule, self.simulate.study.file, "statistics")
        if few.any():
            lost = ", ".join(key for key, each in zip(self.chosen.keys, few, strict=True) if each)
            advise(f"left out, as more than a fifth of the first runs do not define it: {lost}")
        self.kept = ~few
        self.chosen = self.chosen.only(self.kept)
        numbers = numbers[:, self.kept]
        self.numbers = self.numbers[:, self.kept]
        self.standard = Standard.of(self.chosen, points, numbers)
        return numbers

    def _made(self, values: list[tuple[Any, ...]]) -> Array:
        before = len(self.values)
        first = self.simulate.first_seed + before
        total, told = self.budget.runs, self._told
        moved = None if told is None else (lambda done, _: told(before + done, total))
        found = self.simulate.run(values, range(first, first + len(values)), moved)
        return found[:, self.kept] if before else found

    def _posterior(self) -> Draws:
        weights = mixture_weights(self.points, self.proposals, self.counts)
        differences = self.standard(self.numbers, 0, self.simulate.first_seed)
        return posterior(self.points, differences, weights, self.budget.draws)

    def _predicted(self) -> Array:
        """Statistics of runs from the posterior, [runs, statistics]."""
        count = self.budget.for_checks
        if count == 0:
            return np.empty((0, len(self.chosen.keys)))
        ends = np.cumsum(self.draws.weights)
        which = np.searchsorted(ends, (np.arange(count) + 0.5) / count * ends[-1])
        return self._made(self.simulate.values(self.draws.points[which]))

    def answer(
        self, subject: dict[str, Any], written: dict[str, Any], scenario: dict[str, Any], path: str
    ) -> Calibration:
        """What came of it."""
        return Calibration(
            name=self.simulate.study.name,
            parameters=self.simulate.parameters,
            points=self.draws.points,
            weights=self.draws.weights,
            values=tuple(self.simulate.values(self.draws.points)),
            statistics=self.standard,
            first_points=self.points[: self.counts[0]],
            first_numbers=self.numbers[: self.counts[0]],
            predicted=self.predicted,
            generations=tuple(self.generations),
            scenario=scenario,
            study=written,
            observed=subject["observed"],
            source=path,
        )
