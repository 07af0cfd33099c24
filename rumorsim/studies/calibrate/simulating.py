"""Simulating: from parameters to statistics, for our own method and for anybody else's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import Fault, InputError, show_value
from rumorsim.events.observed.cascades import Cascades
from rumorsim.events.observed.reading import read_cascades
from rumorsim.events.saved import read_events
from rumorsim.events.stream import Kind
from rumorsim.measures import MEASURES, Listening, flatten
from rumorsim.measures.spread_data import bootstrap_spread
from rumorsim.scenario import Scenario
from rumorsim.scenario.handing import with_measures
from rumorsim.simulation.running import run
from rumorsim.studies.calibrate.refusing import check_measures, check_parameters
from rumorsim.studies.calibrate.statistics import Chosen, check_same, chosen, measures_of, row_of
from rumorsim.studies.calibrate.study import (
    AskedCalibration,
    CalibrationStudy,
    calibration_study,
)
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.runner.posterior import Drawn, overrides_of
from rumorsim.studies.runner.run_specs import RunSpecs, Setting
from rumorsim.studies.runner.runner import Runner
from rumorsim.studies.sweep.overrides import overridden

Array = NDArray[np.float64]

#: The dialect of streams of events that rumorsim itself saved.
OWN: Final = "events"
#: An option of ``rumorsim cascades`` in advice, such as " (--format)".
_OPTION: Final = re.compile(r" \(--[^)]*\)")
#: What cascades hold.
_HELD: Final = frozenset({Kind.PUBLISH, Kind.SHARE})
#: Cascades as they were read, or what :func:`.read_cascades` reads.
AnyData = Cascades | str | Path | Mapping[str, Any] | Any


def read_data(study: CalibrationStudy, data: AnyData | None) -> Cascades:
    """The data of a calibration: those handed over, or the file that it names.

    InputError where there are none, or they cannot be read.
    """
    if isinstance(data, Cascades):
        return data
    said = study.data
    folder = study.base_dir
    if data is None and said.cascades is None:
        rule, advice = "there are no data to fit to", "name a file with --data, or data.cascades"
        raise InputError(Fault(rule, study.file, "data", "", advice))
    source = folder / str(said.cascades) if data is None else data
    try:
        return read_cascades(
            source,
            said.format,
            columns=said.columns or None,
            originals=None if said.originals is None else folder / said.originals,
            unit=said.unit,
            zone=said.zone,
            rules=said.rules or None,
        )
    except InputError as error:
        faults = [replace(each, advice=_under_data(each.advice, study)) for each in error.faults]
        raise InputError(faults) from error


def _under_data(advice: str, study: CalibrationStudy) -> str:
    """Advice that names an option of ``rumorsim cascades``, as it is followed in a calibration."""
    text, found = _OPTION.subn("", advice)
    return f"{text}, under [data] in {study.file}" if found else text


def observed_numbers(
    cascades: Cascades,
    scenario: Scenario,
    names: Sequence[str],
    *,
    whole: bool = False,
    file: str = "",
) -> dict[str, Any]:
    """The numbers of the measures ``names`` in the data, seen as the scenario observes.

    Cascades hold posts and shares and nothing else; ``whole``: where they are a stream of events
    of our own, all of its events count. ``file`` is what messages call the study. InputError for a
    measure that needs what is not there.
    """
    seen = scenario.observation
    own = whole and cascades.format == OWN
    facts, batches = read_events(cascades.source) if own else (cascades.facts, cascades.batches())
    if not own:
        _check_needs(names, file)
    listening = Listening(replace(facts, observation=None if seen is None else seen.facts()), names)
    for batch in batches:
        listening.observe(batch)
    return flatten(listening.values())


def _check_needs(names: Sequence[str], file: str) -> None:
    """InputError for each measure that cannot be taken of cascades."""
    faults = []
    for name in names:
        if name in MEASURES and not MEASURES[name].needs <= _HELD:
            rule = "needs more than the posts and shares that cascades hold"
            advice = "use numbers of spread, cascades, reproduction or shares"
            faults.append(Fault(rule, file, "statistics", show_value(name), advice))
    if faults:
        raise InputError(faults)


class Simulator:
    """Runs of a scenario as a function of its unknown parameters.

    Made by :func:`simulator`. ``keys`` names the statistics, ``observed`` has their values in the
    data (float64 [statistics]), ``parameters`` the unknowns with their priors.
    """

    def __init__(
        self,
        study: CalibrationStudy,
        chosen: Chosen,
        runner: Runner,
        told: Callable[[int, int], None] | None = None,
        total: int | None = None,
    ) -> None:
        self.study, self.chosen = study, chosen
        self._told, self._total = told, study.budget.runs if total is None else total
        self._done = 0
        self.parameters = study.parameters
        self._drawn = tuple(Drawn(each.name, each.sets) for each in study.parameters)
        self._runner = runner
        scenario = runner.scenario
        self.first_seed = scenario.seed if study.seed is None else study.seed

    @property
    def keys(self) -> tuple[str, ...]:
        """Dotted names of the statistics."""
        return self.chosen.keys

    @property
    def observed(self) -> Array:
        """The statistics of the data."""
        return self.chosen.observed

    def values(self, points: Array) -> list[tuple[Any, ...]]:
        """The values of the parameters at standard normal ``points`` [runs, parameters]."""
        return [
            tuple(each.at(float(z)) for each, z in zip(self.parameters, row, strict=True))
            for row in points
        ]

    def __call__(self, theta: Mapping[str, Any], seed: int | None = None) -> Array:
        """The statistics of one run, in the order of ``keys``; NaN where undefined.

        Parameters
        ----------
        theta : mapping
            Value of each parameter by its name, as a scenario takes it.
        seed : int, optional
            Seed of the run; by default the first of the calibration.
        """
        values = [theta[each.name] for each in self.parameters]
        found: Array = self.run([values], [self.first_seed if seed is None else seed])[0]
        return found

    def next(self, points: Array) -> Array:
        """The statistics of the next runs, at ``points`` [runs, parameters], each of a new seed."""
        first = self.first_seed + self._done
        found = self.run(self.values(points), range(first, first + len(points)))
        self._done += len(points)
        return found

    def run(self, values: Sequence[Sequence[Any]], seeds: Sequence[int]) -> Array:
        """The statistics of runs with these values and seeds, [runs, statistics]."""
        settings = [
            Setting(NONE, seed, overrides_of(self._drawn, row))
            for row, seed in zip(values, seeds, strict=True)
        ]
        found = np.empty((len(settings), len(self.keys)))
        for place, made in self._runner.successful(settings, self._moved()):
            if place == 0:
                check_same(made.scalars, self.chosen, self.study.file)
            found[place] = row_of(made.scalars, self.keys)
        return found

    def _moved(self) -> Callable[[int, int], None] | None:
        told, before, total = self._told, self._done, self._total
        return None if told is None else (lambda done, _: told(before + done, total))


@contextmanager
def simulator(
    study: AskedCalibration,
    data: AnyData | None = None,
    *,
    scenario: Scenario | None = None,
    workers: int | None = 0,
) -> Iterator[Simulator]:
    """Open a simulator of a calibration, for a method of your own.

    Parameters
    ----------
    study : str, path, mapping or CalibrationStudy
        As for :func:`.calibrate`.
    data : Cascades, str, path or object, optional
        As for :func:`.calibrate`.
    scenario : Scenario, optional
        Scenario in place of the one that the study names.
    workers : int, optional
        Number of processes; 0 (the default) runs in this one.

    Yields
    ------
    Simulator
        A function of the parameters that returns the statistics of one run.

    Raises
    ------
    InputError
        If the study, the scenario or the data are invalid.

    Examples
    --------
    ::

        with rumorsim.simulator("calibration.toml", "cascades.csv") as simulate:
            statistics = simulate({"appeal": 0.1}, seed=7)
            distance = abs(statistics - simulate.observed).sum()
    """
    asked, base, picked = prepared(study, data, scenario)
    names = measures_of(picked.keys)
    with Runner(RunSpecs(base, names), workers=workers, curves=()) as runner:
        yield Simulator(asked, picked, runner)


def prepared(
    study: AskedCalibration,
    data: AnyData | None,
    scenario: Scenario | None,
    *,
    required: bool = True,
) -> tuple[CalibrationStudy, Scenario, Chosen]:
    """The study, its scenario, and its statistics in the data.

    Without data, unless these are ``required``, in a run at the medians of the priors.
    """
    asked = calibration_study(study)
    base = asked.load_scenario() if scenario is None else scenario
    check_measures(asked, base)
    names = measures_of(each.key for each in asked.statistics)
    base = with_measures(base, names)
    check_parameters(asked, base)
    noise: dict[str, float] = {}
    if not required and data is None and asked.data.cascades is None:
        medians = {key: each.at(0.0) for each in asked.parameters for key in each.sets}
        found = flatten(run(overridden(base, medians), policy=NONE).measures)
    else:
        cascades = read_data(asked, data)
        found = observed_numbers(
            cascades, base, names, whole=not isinstance(data, Cascades), file=asked.file
        )
        noise = _sampling_noise(cascades, base, chosen(asked, found).keys)
    return asked, base, chosen(asked, found, noise)


def _sampling_noise(
    cascades: Cascades, scenario: Scenario, keys: Sequence[str]
) -> dict[str, float]:
    """Standard errors of the statistics of spread by resampling of cascades, where defined."""
    spread = [key for key in keys if key.startswith("spread.")]
    if not spread:
        return {}
    errors = bootstrap_spread(cascades, observation=scenario.observation, keys=spread)
    return {key: error for key, error in errors.items() if error is not None}
