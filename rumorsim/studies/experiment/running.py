"""experiment: the answers of an experiment beside the truth, in coupled worlds.

In each world a design treats some accounts, and the usual estimators read an effect from what
happens. The truth is what no platform sees: the same world with everybody treated, less the
same world with nobody treated.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rumorsim.common.errors import Fault, InputError, nearest, number_fault, show_value
from rumorsim.common.plurals import counted
from rumorsim.common.progress import Counted, progress_of
from rumorsim.common.randomness import seed_of
from rumorsim.scenario import AnyScenario, Scenario, scenario_of
from rumorsim.scenario.handing import AnyPolicy, with_policy
from rumorsim.scenario.inputs import build_graph
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.experiment.answer import HOLDS, Experiment, claim_of
from rumorsim.studies.experiment.checking import check_arms
from rumorsim.studies.experiment.confining import confined
from rumorsim.studies.experiment.reading import Taken, readings_of
from rumorsim.studies.runner.answering import answer_runner
from rumorsim.studies.runner.run_specs import RunSpecs, Setting
from rumorsim.studies.sweep.study import MOST_RUNS

#: The one measure that is taken.
_MEASURE: Final = "arms"
#: Runs of one world: nobody treated, the experiment, everybody treated.
_RUNS: Final = 3


def experiment(
    scenario: AnyScenario,
    policy: AnyPolicy,
    *,
    design: Mapping[str, Any] | None = None,
    replicates: int = 100,
    seed: int | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    most_runs: int = MOST_RUNS,
    reuse: bool = True,
    force: bool = False,
    progress: Counted = None,
) -> Experiment:
    """Run an experiment on a policy in many worlds, and hold what it reads against the truth.

    Worlds have the seeds ``seed``, ``seed + 1`` and so on; each has an assignment of its own.

    Parameters
    ----------
    scenario : Scenario, str or path
        A scenario, the path of its file, or the name of one that comes with rumorsim.
    policy : str or list of Intervention
        A policy of the scenario, or interventions. With "none" nothing is done, so that every
        effect found is a false alarm (an A/A test).
    design : mapping, optional
        Fields of :class:`.Arms` that the scenario's own yield to, such as ``{"by": "community"}``;
        by default half of the accounts are treated, each by itself.
    replicates : int
        Number of worlds, at least 2.
    seed : int, optional
        Seed of the first world; by default the scenario's.
    out : str or path, optional
        Folder that keeps finished runs, so that a later call continues.
    workers : int, optional
        Number of processes; by default one per core. Results do not depend on it.
    most_runs : int
        Refuse to start if more runs would be needed.
    reuse : bool
        As for :func:`.compare`.
    force : bool
        Whether ``out`` may replace the runs of another scenario.
    progress : function or bool, optional
        As for :func:`.compare`.

    Returns
    -------
    Experiment
        What each estimator reads, beside the truth; see ``text()`` and ``save()``.

    Raises
    ------
    InputError
        If anything is invalid: an unknown policy, one that cannot be confined to an arm, or arms
        that leave nothing to compare.
    RunError
        If a run failed.
    """
    scenario = scenario_of(scenario)
    told = progress_of(progress, "runs")
    first = scenario.seed if seed is None else seed_of(seed)
    if not isinstance(policy, str) or ":" in policy:
        scenario, policy = with_policy(scenario, policy)
    _check(scenario, policy, replicates, most_runs)
    settings, side = confined(scenario, policy)
    own = {} if scenario.arms is None else scenario.arms.written(given=True)
    arms = {"by": "account", **own, **(design or {})}
    designed = scenario.with_({"arms": arms, **settings})
    assert designed.arms is not None
    check_arms(designed, first)
    everyone = {"arms": {"by": "everyone", "start": f"{designed.arms.start!r} h"}}
    specs = RunSpecs(designed, [_MEASURE])
    seeds = range(first, first + replicates)
    orders = [
        setting
        for world in seeds
        for setting in (
            Setting(NONE, world),
            Setting(policy, world),
            Setting(policy, world, everyone),
        )
    ]
    resolved = specs.scenario.resolved()
    claim = claim_of(resolved, policy, scenario.file)
    taken: list[Any] = [None] * len(orders)
    with answer_runner(
        HOLDS, specs, out, claim, force=force, unless=told, workers=workers, reuse=reuse
    ) as runner:
        for place, run in runner.successful(orders, told):
            taken[place] = run.scalars
        reused = runner.reused
    worlds = [Taken(*taken[at : at + _RUNS]) for at in range(0, len(taken), _RUNS)]
    readings = readings_of(worlds, seeds, side, designed.arms.by)
    if not readings:
        rule = "no estimator has a value in any of these worlds"
        advice = "try more accounts, a longer time or another design"
        raise InputError(rule, key="arms.by", value=show_value(designed.arms.by), advice=advice)
    return Experiment(
        name=scenario.name,
        policy=policy,
        side=side,
        seeds=tuple(seeds),
        readings=readings,
        accounts=build_graph(designed, first)[0].accounts,
        days=(designed.horizon - designed.arms.start) / 24,
        arms=designed.arms,
        scenario=resolved,
        source=scenario.file,
        reused=reused,
    )


def _check(scenario: Scenario, policy: str, replicates: int, most_runs: int) -> None:
    """InputError with everything that is wrong."""
    faults = []
    names = list(scenario.policy_names)
    if policy not in names:
        rule, advice = "there is no such policy", nearest(policy, names)
        faults.append(Fault(rule, "", "policy", show_value(policy), advice))
    fault = number_fault(replicates, "replicates", 2)
    if fault is not None:
        raise InputError([*faults, fault])
    if _RUNS * replicates > most_runs:
        rule = f"would be {counted(_RUNS * replicates, 'run')}; the limit is {most_runs:,}"
        faults.append(Fault(rule, advice="make it smaller, or raise --most-runs"))
    if faults:
        raise InputError(faults)
