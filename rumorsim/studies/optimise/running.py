"""optimise: the cheapest policy that meets a reach target, or the frontier of reach and cost.

Optuna searches among policies and their parameters in some worlds; the best it finds, the
finalists, then run in fresh worlds, since what looks best in the worlds it was chosen in
looks too good there. What is said of them rests on those alone (see ``finals``).

A search can be taken up again: its sampler draws from a seed, and every finished run is
kept, so that asking the same again repeats the trials without running anything and goes on
from where it was, to the same answer to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import Fault, InputError, number_fault, show_value
from rumorsim.common.plurals import counted
from rumorsim.common.progress import Counted, heartbeat, progress_of
from rumorsim.common.randomness import seed_of
from rumorsim.common.settings.changing import parse_key
from rumorsim.measures import AnyMeasure
from rumorsim.scenario import Scenario
from rumorsim.scenario.handing import AnyPolicy, Policies
from rumorsim.studies.compare.parameter_width import ParameterWidth
from rumorsim.studies.compare.second_worlds import enough, second_settings, width_of
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.explain.choosing import LEARN, WAYS, Closures, Way
from rumorsim.studies.optimise.answer import HOLDS, Optimum
from rumorsim.studies.optimise.finals import Finalist, judged
from rumorsim.studies.optimise.goals import Goal
from rumorsim.studies.optimise.searching import Search
from rumorsim.studies.runner.answering import answer_runner, answer_subject, needed, numbers
from rumorsim.studies.runner.run_specs import RunSpecs
from rumorsim.studies.runner.runner import Runner
from rumorsim.studies.runner.world_draws import AnyPosterior, WorldDraws
from rumorsim.studies.statistics.intervals import LEVEL
from rumorsim.studies.statistics.stated import paired_difference
from rumorsim.studies.sweep.asking import Asked, study_of
from rumorsim.studies.sweep.overrides import overridden
from rumorsim.studies.sweep.parameters import Parameter
from rumorsim.studies.sweep.plan import check_study, handed_over, policies_of
from rumorsim.studies.sweep.study import Study

#: Lets a study do without a design: its points are the trials' and not those of a design.
_DESIGN: Final = {"kind": "sobol", "points": 2}
Floats = NDArray[np.float64]


def optimise(
    study: Asked,
    *,
    parameters: Mapping[str, Any] | Sequence[Any] | None = None,
    replicates: int | None = None,
    at_most: str | None = None,
    prices: Mapping[str, float] | None = None,
    trials: int = 50,
    finalists: int = 6,
    confirm: int = 40,
    search_seed: int = 1,
    out: str | Path | None = None,
    scenario: Scenario | None = None,
    policies: Policies | None = None,
    measures: Iterable[AnyMeasure] | None = None,
    workers: int | None = None,
    most_runs: int | None = None,
    posterior: AnyPosterior | None = None,
    close: Sequence[int] = (),
    close_by: Sequence[Way] = WAYS,
    learn: int = LEARN,
    force: bool = False,
    progress: Counted = None,
) -> Optimum:
    """Search policies and their parameters, then compare the finalists in fresh worlds.

    The design of the study is not used; the trials replace it.

    Parameters
    ----------
    study : str, path, mapping or Scenario
        A study file, a table of the same keys (its ``scenario`` a file or a :class:`.Scenario`),
        or a scenario whose parameters are given beside it.
    parameters : mapping or sequence, optional
        Parameters in place of the study's: values by dotted key, or tables as in a study file.
    replicates : int, optional
        Number of worlds for each trial, in place of the study's.
    at_most : str, optional
        Limit on the reach of false stories, in accounts or as a percentage of the reach under
        ``none`` ("70%"): the cheapest policy within it is sought. Without a limit, the result is
        the frontier of false reach, true reach lost and cost.
    prices : mapping, optional
        Cost of one unit of each number, by dotted name; by default 1 for every action.
    trials : int
        Number of trials of the search.
    finalists : int
        Number of candidates that are compared in fresh worlds.
    confirm : int
        Number of fresh worlds for each finalist.
    search_seed : int
        Seed of the search itself.
    out : str or path, optional
        Folder that keeps finished runs, so that a later call continues.
    scenario : Scenario, optional
        Scenario in place of the one that the study names, for instance on a graph of your own.
    policies : iterable or mapping, optional
        Policies in place of the study's, as for :func:`.compare`.
    measures : iterable of str or Measure, optional
        Measures whose numbers may have prices, your own included.
    workers : int, optional
        Number of processes; by default one per core.
    most_runs : int, optional
        Refuse to start if more runs would be needed; by default the study's limit.
    posterior : Posterior, str or path, optional
        As for :func:`.compare`; the share of the width is that of the false reach under the best
        finalist. Every trial and every finalist has the same draws. A parameter that is drawn
        cannot be searched as well.
    close : sequence of int
        Sizes of closures that are candidates too: so many accounts closed at hour 0, for each way
        to choose them.
    close_by : sequence of {"explain", "followers", "k-core", "random"}
        How these accounts are chosen: by what hung on them (see :func:`.explain`), by followers,
        by k-core (then followers) or at random.
    learn : int
        Number of worlds in which ``explain`` looks for them. They are neither those of the search
        nor the fresh ones.
    force : bool
        Whether ``out`` may replace the runs of another scenario.
    progress : function or bool, optional
        As for :func:`.compare`.

    Returns
    -------
    Optimum
        The finalists with their intervals, and the best of them.

    Raises
    ------
    InputError
        If anything is invalid or Optuna is not installed.
    RunError
        If a run failed.

    Examples
    --------
    ::

        reports = "policies[close accounts].interventions[0].when.reports"
        rumorsim.optimise(
            scenario, parameters={reports: {"low": 1, "high": 9, "whole": True}}, at_most="70%"
        )
    """
    told = progress_of(progress, "settings")
    needed("optuna")
    search_seed = seed_of(search_seed, "search_seed", 2**32 - 1)
    begun = study_of(study, _DESIGN, parameters=parameters, replicates=replicates)
    base = begun.load_scenario() if scenario is None else scenario
    begun, base = handed_over(begun, base, policies, measures)
    closures = Closures(tuple(close), tuple(close_by), learn)
    closures.check(base, trials)
    draws = WorldDraws.of(posterior)
    total = trials + finalists + 1 + len(closures.seeds)
    begun, base, added = _with_closures(begun, base, closures, draws, told, total)
    goal = Goal.of(at_most, prices, base.resolved())
    names = _checked(begun, base, trials, finalists, confirm, most_runs)
    first = base.seed if begun.seed is None else begun.seed
    seeds = tuple(range(first, first + begun.replicates))
    fresh = tuple(range(seeds[-1] + 1, seeds[-1] + 1 + confirm))
    asked = begun.model_dump(mode="json", by_alias=True)
    specs = RunSpecs(base, goal.measures)
    resolved = specs.scenario.resolved()
    draws.check(specs.scenario, [key for each in begun.parameters for key in each.sets])
    for _ in draws.scenarios(specs.scenario, (*seeds, *fresh)):  # all of them are checked
        pass
    claim = draws.claim(HOLDS, answer_subject(resolved, asked), begun.path)
    with answer_runner(
        "optimise", specs, out, claim, force=force, unless=told, workers=workers
    ) as runner:
        table = _Table(runner, goal, draws)
        search = Search(begun, names, goal, seeds, table.worlds, search_seed, added)
        begins = len(closures.seeds)
        for done in range(trials):
            search.step()
            if told is not None:
                told(begins + done + 1, total)
        chosen = search.finalists(finalists)
        found = []
        for done, trial in enumerate(chosen):
            found.append(Finalist(trial, table.worlds(trial.policy, trial.overrides, fresh)))
            if told is not None:
                told(begins + trials + done + 1, total)
        without = table.worlds(NONE, {}, fresh)
        verdict = judged(goal, found, without)
        widths = () if verdict.best is None else table.widths(found[verdict.best], without, fresh)
    return Optimum(
        name=begun.name,
        goal=goal,
        parameters=tuple(each.name for each in begun.parameters),
        trials=tuple(search.trials),
        seeds=seeds,
        fresh=fresh,
        verdict=verdict,
        scenario=resolved,
        study=asked,
        search_seed=search_seed,
        source=begun.path,
        draws=draws,
        widths=widths,
        closures=closures,
    )


def _with_closures(
    study: Study,
    scenario: Scenario,
    closures: Closures,
    draws: WorldDraws,
    told: Callable[[float, float], None] | None,
    total: int,
) -> tuple[Study, Scenario, tuple[str, ...]]:
    """Study and scenario with these closures beside the study's policies, and their names."""
    if not closures:
        return study, scenario, ()
    done = iter(range(1, total + 1))

    def step() -> None:
        if told is not None:
            told(next(done), total)

    worlds = (
        (overridden(scenario, draws.setting(NONE, seed).overrides), seed) for seed in closures.seeds
    )
    with heartbeat("optimise", unless=told):
        found = closures.policies(scenario, worlds, step)
    policies: dict[str, AnyPolicy] = {name: name for name in policies_of(study, scenario)}
    policies |= found
    return *handed_over(study, scenario, policies, None), tuple(found)


class _Table:
    """The numbers of a goal in any worlds under any setting."""

    def __init__(self, runner: Runner, goal: Goal, draws: WorldDraws) -> None:
        self.runner, self.goal, self.draws = runner, goal, draws

    def worlds(self, policy: str, overrides: Mapping[str, Any], seeds: tuple[int, ...]) -> Floats:
        """(worlds, 3): false reach, true reach, cost."""
        settings = [self.draws.setting(policy, seed, overrides) for seed in seeds]
        found = numbers(self.runner, settings, self.goal.keys)
        return np.column_stack([found[:, :2], self.goal.costs(found)])

    def widths(
        self, best: Finalist, base: Floats, fresh: tuple[int, ...]
    ) -> tuple[ParameterWidth, ...]:
        """What not knowing the parameters does to the false reach of the best finalist."""
        if not self.draws:
            return ()
        key, reach = self.goal.keys[0], best.found[:, 0]
        difference = paired_difference(reach.tolist(), base[:, 0].tolist(), LEVEL, key=key)
        second = np.empty((0, 2))
        if enough(fresh) and difference.known:
            asked = [(NONE, {}), (best.trial.policy, best.trial.overrides)]
            settings = second_settings(self.draws, fresh, asked)
            second = numbers(self.runner, settings, [key])[:, 0].reshape(-1, 2)
        apart, again = (reach - base[:, 0]).tolist(), (second[:, 1] - second[:, 0]).tolist()
        policy = f"{best.trial.policy}, the cheapest that keeps the target"
        return (width_of(policy, key, apart, again, known=difference.known),)


def _checked(
    study: Study,
    scenario: Scenario,
    trials: int,
    finalists: int,
    confirm: int,
    most_runs: int | None,
) -> tuple[str, ...]:
    """The policies to choose from; InputError with everything that is wrong."""
    numbers = (("trials", trials, 1), ("finalists", finalists, 1), ("confirm", confirm, 2))
    wrong = [number_fault(value, key, least) for key, value, least in numbers]
    faults = [fault for fault in wrong if fault is not None]
    for i, parameter in enumerate(study.parameters):
        for key in parameter.sets:
            if parse_key(key)[0] != "policies":
                rule = "is not for the platform to choose"
                advice = 'only keys of policies can be optimised, such as policies["NAME"]...'
                faults.append(Fault(rule, study.file, f"parameters[{i}].key", f'"{key}"', advice))
        for value in parameter.values or (parameter.at(0.0), parameter.at(1.0)):
            faults += _refused(study, scenario, i, parameter, value)
    if faults:
        raise InputError(faults)
    policies = check_study(study, scenario, 10**12)
    runs = (trials + 1) * study.replicates + (finalists + 1) * confirm
    most = study.most_runs if most_runs is None else most_runs
    if runs > most:
        rule = f"would be up to {counted(runs, 'run')}; the limit is {most:,}"
        advice = "make it smaller, or raise most_runs (--most-runs)"
        raise InputError(Fault(rule, file=study.file, advice=advice))
    chosen = tuple(policy for policy in policies if policy != NONE)
    if not chosen:
        rule = "there is no policy to optimise"
        raise InputError(Fault(rule, study.file, "policies", advice="name one besides none"))
    return chosen


def _refused(
    study: Study, scenario: Scenario, place: int, parameter: Parameter, value: Any
) -> list[Fault]:
    """What the scenario says against a value of a parameter."""
    try:
        overridden(scenario, dict.fromkeys(parameter.sets, value))
    except InputError as error:
        where, shown = f"parameters[{place}]", show_value(value)
        return [
            Fault(f"{fault.key}: {fault.rule}", study.file, where, shown, fault.advice)
            for fault in error.faults
        ]
    return []
