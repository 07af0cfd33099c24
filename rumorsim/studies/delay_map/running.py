"""delay map: harm averted as a function of how fast a platform reacts, and how much it covers.

One policy of a scenario is run at every reaction time and every coverage, in the same worlds
as ``none``. Reaction time is the delay from the trigger to the act, the same in every case (in
the place of the delay law of the scenario); coverage is the share of targets that are acted
upon: ``fraction`` (a random sample of the targets, fixed draws: a larger one holds the smaller
one) or ``sensitivity`` (P(act | reviewed, guilty)).
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import Fault, InputError, nearest, number_fault, show_value
from rumorsim.common.plurals import counted
from rumorsim.common.progress import Counted, progress_of
from rumorsim.common.randomness import seed_of
from rumorsim.common.units import parse_duration
from rumorsim.measures import AnyMeasure
from rumorsim.scenario import AnyScenario, Scenario, scenario_of
from rumorsim.scenario.handing import AnyPolicy, with_measures, with_policy
from rumorsim.studies.compare.effects import main_key
from rumorsim.studies.compare.parameter_width import ParameterWidth
from rumorsim.studies.compare.second_worlds import enough, second_settings, width_of
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.delay_map.answer import HOLDS, Cell, DelayMap, extremes
from rumorsim.studies.runner.answering import answer_runner, check_key, measure_of, numbers
from rumorsim.studies.runner.run_specs import RunSpecs
from rumorsim.studies.runner.runner import Runner
from rumorsim.studies.runner.world_draws import AnyPosterior, WorldDraws
from rumorsim.studies.statistics.intervals import Interval, shared_level
from rumorsim.studies.statistics.stated import paired_difference, relative_change
from rumorsim.studies.sweep.overrides import overridden
from rumorsim.studies.sweep.study import MOST_RUNS

DELAYS: Final = ("0 h", "1 h", "2 h", "4 h", "8 h", "16 h")
COVERAGES: Final = (0.2, 0.4, 0.6, 0.8, 1.0)
_COVERED_BY: Final = {"fraction": "whom.fraction", "sensitivity": "sensitivity"}


def delay_map(
    scenario: AnyScenario,
    policy: AnyPolicy,
    *,
    measures: Iterable[AnyMeasure] | None = None,
    delays: Sequence[str] = DELAYS,
    coverages: Sequence[float] = COVERAGES,
    covered_by: str = "fraction",
    key: str | None = None,
    replicates: int = 20,
    seed: int | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    most_runs: int = MOST_RUNS,
    reuse: bool = True,
    posterior: AnyPosterior | None = None,
    force: bool = False,
    progress: Counted = None,
) -> DelayMap:
    """Estimate what a policy averts at every combination of delay and coverage.

    Worlds have the seeds ``seed``, ``seed + 1`` and so on.

    Parameters
    ----------
    scenario : Scenario, str or path
        A scenario, the path of its file, or the name of one that comes with rumorsim.
    policy : str, list of Intervention, or function
        A policy of the scenario, interventions, or a function that takes the desk, ``delay``
        (hours) and ``coverage`` (a fraction).
    measures : iterable of str or Measure, optional
        Measures that ``key`` may be a number of, your own included.
    delays : sequence of str
        Delays of the interventions, such as "90 min".
    coverages : sequence of float
        Fractions from 0 to 1.
    covered_by : str
        Field of the interventions that holds the coverage.
    key : str, optional
        Dotted name of the number; by default the reach of false stories.
    replicates : int
        Number of worlds for each combination.
    seed : int, optional
        Seed of the first world; by default the scenario's.
    out : str or path, optional
        Folder that keeps finished runs, so that a later call continues.
    workers : int, optional
        Number of processes; by default one per core.
    most_runs : int
        Refuse to start if more runs would be needed.
    reuse : bool
        As for :func:`.compare`.
    posterior : Posterior, str or path, optional
        As for :func:`.compare`; the share of the width is that of the fastest and the slowest
        reaction at the greatest coverage.
    force : bool
        Whether ``out`` may replace the runs of another scenario.
    progress : function or bool, optional
        As for :func:`.compare`.

    Returns
    -------
    DelayMap
        The averted number of each combination with its interval; see ``text()`` and ``save()``.

    Raises
    ------
    InputError
        If anything is invalid: an unknown policy, or a key that no intervention has.
    RunError
        If a run failed.
    """
    scenario = scenario_of(scenario)
    told = progress_of(progress, "runs")
    first = scenario.seed if seed is None else seed_of(seed)
    if measures is not None:
        scenario = with_measures(scenario, measures)
    if not isinstance(policy, str) or ":" in policy:
        scenario, policy = with_policy(scenario, policy)
    main = main_key(scenario.resolved())
    key = main if key is None else key
    check_key(key, "of", main, scenario.resolved())
    places = _checked(scenario, policy, delays, coverages, covered_by, replicates, most_runs)
    seeds = range(first, first + replicates)
    grid = list(product(delays, coverages))
    specs = RunSpecs(scenario, [measure_of(key)])
    draws = WorldDraws.of(posterior)
    cells = [_overrides(places, *each, _COVERED_BY[covered_by]) for each in grid]
    # All of it is checked before the first run.
    draws.check(specs.scenario, cells[0])
    drawn = [each for _, each in draws.scenarios(specs.scenario, seeds)]
    for overrides in cells:
        overridden(drawn[0], overrides)
    # World by world, so that `none` is near those runs that turn out to be the same.
    settings = [
        setting
        for world in seeds
        for setting in (
            draws.setting(NONE, world),
            *(draws.setting(policy, world, overrides) for overrides in cells),
        )
    ]
    resolved = specs.scenario.resolved()
    claim = draws.claim(HOLDS, resolved, scenario.file)
    with answer_runner(
        "delay map", specs, out, claim, force=force, unless=told, workers=workers, reuse=reuse
    ) as runner:
        found = numbers(runner, settings, [key], told)[:, 0].reshape(replicates, -1).T
        level = shared_level(len(grid))
        base = found[0].tolist()
        told_of = [
            Cell(parse_duration(delay), coverage, *_averted(values.tolist(), base, level, key))
            for (delay, coverage), values in zip(grid, found[1:], strict=True)
        ]
        widths = _widths(runner, draws, policy, seeds, key, grid, cells, told_of, found)
    return DelayMap(
        name=scenario.name,
        policy=policy,
        key=key,
        covered_by=covered_by,
        delays=tuple(delays),
        coverages=tuple(coverages),
        seeds=tuple(seeds),
        level=level,
        cells=tuple(told_of),
        scenario=resolved,
        source=scenario.file,
        reused=runner.reused,
        draws=draws,
        widths=widths,
    )


def _widths(
    runner: Runner,
    draws: WorldDraws,
    policy: str,
    seeds: Sequence[int],
    key: str,
    grid: Sequence[tuple[str, float]],
    overrides: Sequence[Mapping[str, Any]],
    cells: Sequence[Cell],
    found: NDArray[np.float64],
) -> tuple[ParameterWidth, ...]:
    """What not knowing the parameters does to the fastest and the slowest at most coverage.

    ``found`` has the number under ``none``, then in each cell: [1 + cells, worlds].
    """
    if not draws:
        return ()
    told = extremes(cells)
    asked = [(NONE, {}), *((policy, overrides[place]) for place in told)]
    second = np.empty((0, len(asked)))
    if enough(seeds) and any(cells[place].averted.known for place in told):
        settings = second_settings(draws, seeds, asked)
        second = numbers(runner, settings, [key])[:, 0].reshape(-1, len(asked))
    return tuple(
        width_of(
            f"{policy}, {grid[place][0]}, {100 * grid[place][1]:g} %",
            key,
            (found[1 + place] - found[0]).tolist(),
            (second[:, 1 + nth] - second[:, 0]).tolist(),
            known=cells[place].averted.known,
        )
        for nth, place in enumerate(told)
    )


def _checked(
    scenario: Scenario,
    policy: str,
    delays: Sequence[str],
    coverages: Sequence[float],
    covered_by: str,
    replicates: int,
    most_runs: int,
) -> list[str]:
    """The keys of the policy's interventions, and of the settings of its own functions.

    InputError with everything that is wrong.
    """
    faults = []
    names = [each.name for each in scenario.policies]
    if policy not in names:
        advice = nearest(policy, names) if names else "add one to policies"
        faults.append(Fault("there is no such policy", "", "policy", show_value(policy), advice))
    if covered_by not in _COVERED_BY:
        advice = nearest(covered_by, list(_COVERED_BY))
        faults.append(
            Fault("is not a way to vary coverage", "", "covered_by", show_value(covered_by), advice)
        )
    for what, values in (("delays", delays), ("coverages", coverages)):
        if not values or len(set(values)) < len(values):
            faults.append(Fault("must be at least one, each once", key=what, value=str(values)))
    for coverage in coverages:
        if not 0 <= coverage <= 1:
            rule = "must be a part, 0 to 1"
            faults.append(Fault(rule, key="coverages", value=show_value(coverage)))
    for delay in delays:
        try:
            parse_duration(delay)
        except ValueError as error:
            faults.append(Fault(str(error), key="delays", value=show_value(delay)))
    fault = number_fault(replicates, "replicates", 2)
    if fault is not None:
        raise InputError([*faults, fault])
    runs = (len(delays) * len(coverages) + 1) * replicates
    if runs > most_runs:
        rule = f"would be {counted(runs, 'run')}; the limit is {most_runs:,}"
        faults.append(Fault(rule, advice="make it smaller, or raise --most-runs"))
    if not faults:
        faults += _delay_faults(scenario, policy)
    if faults:
        raise InputError(faults)
    found, place = scenario.policy(policy), f"policies[{names.index(policy)}]"
    return [
        *(f"{place}.interventions[{each}]" for each in range(len(found.interventions))),
        *(f"{place}.own[{each}].settings" for each in range(len(found.own or ()))),
    ]


def _delay_faults(scenario: Scenario, policy: str) -> Iterator[Fault]:
    """Faults of own functions that take no delay and coverage."""
    for record in scenario.policy(policy).own or ():
        function = scenario.handed.get(record)
        try:
            inspect.signature(function).bind(None, **{**record.settings, "delay": 0, "coverage": 1})
        except TypeError:
            rule = "takes no delay (hours) and coverage (a part), so that they cannot be varied"
            advice = "write it as def policy(desk, delay, coverage)"
            yield Fault(rule, "", "policy", record.code, advice)


def _overrides(places: Sequence[str], delay: str, coverage: float, covered: str) -> dict[str, Any]:
    every: dict[str, Any] = {}
    for place in places:
        if place.endswith(".settings"):
            every[f"{place}.delay"] = parse_duration(delay)
            every[f"{place}.coverage"] = float(coverage)
            continue
        every[f"{place}.delay"] = {"law": "fixed", "time": delay}
        every[f"{place}.{covered}"] = float(coverage)
    return every


def _averted(
    values: Sequence[float], base: Sequence[float], level: float, key: str
) -> tuple[Interval, Interval | None]:
    part = relative_change(values, base, level, key=key)
    averted = paired_difference(values, base, level, key=key)
    return averted.turned, None if part is None else part.turned
