"""compare: the same rumor under every policy of a scenario, in coupled worlds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from rumorsim.common.errors import advise
from rumorsim.common.progress import Counted, heartbeat, progress_of
from rumorsim.common.provenance import digest_of
from rumorsim.measures import AnyMeasure
from rumorsim.scenario import AnyScenario, Scenario, scenario_of
from rumorsim.scenario.handing import Policies, with_measures, with_policies
from rumorsim.scenario.used_code import own_code_in
from rumorsim.studies.compare.asked import budget_of, checked_numbers, precision_target
from rumorsim.studies.compare.budget import FIRST, Pace, next_worlds
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.precision import MOST
from rumorsim.studies.compare.second_worlds import with_widths
from rumorsim.studies.compare.stopping import next_count, reached_precision
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.runner.before_runs import BeforeRuns
from rumorsim.studies.runner.idle_policies import idle_after
from rumorsim.studies.runner.runner import Run, Runner
from rumorsim.studies.runner.workers import default_workers
from rumorsim.studies.runner.world_draws import AnyPosterior, WorldDraws

#: Taken in every comparison, whatever else the scenario measures: the table is made of them.
_NEEDED: Final = ("reach", "shares", "enforcement", "collateral", "cost")
#: The curves kept of each run.
_CURVES: Final = (
    "reach.truth.false.over_time",
    "reach.truth.true.over_time",
)


def compare(
    scenario: AnyScenario,
    *,
    policies: Policies | None = None,
    measures: Iterable[AnyMeasure] | None = None,
    replicates: int | None = None,
    budget: str | None = None,
    workers: int | None = None,
    seed: int | None = None,
    engine: str = "fast",
    precision: str | None = None,
    precision_of: str | None = None,
    most: int = MOST,
    reuse: bool = True,
    posterior: AnyPosterior | None = None,
    progress: Counted = None,
) -> Comparison:
    """Run ``none`` and every policy of a scenario in the same worlds.

    World r has the seed ``seed + r``, so that ``run(scenario, policy, seed + r)`` repeats any
    of its runs.

    Parameters
    ----------
    scenario : Scenario, str or path
        A scenario, the path of its file, or the name of one that comes with rumorsim.
    policies : iterable or mapping, optional
        Policies that replace the scenario's: names of some of them, functions that take the
        desk, lists of interventions; in a mapping, by the name each is to have. What other
        processes cannot import, such as a function of a notebook, is run in the present process
        alone, with a warning.
    measures : iterable of str or Measure, optional
        Measures that replace the scenario's, in addition to those that the comparison needs.
    replicates : int, optional
        Number of worlds. By default 20, then 80, 320 and so on as long as few of the worlds
        decide how far stories reach and the next step fits the ``budget``.
    budget : str, optional
        A time such as "5 min" (default "30 s") or a number of runs such as "2000 runs". With a
        time, the number of worlds depends on the computer.
    workers : int, optional
        Number of processes; by default one per core, at most one per replicate. Results do not
        depend on it.
    seed : int, optional
        Seed of the first world; by default the scenario's.
    engine : {"fast", "reference"}
        As for :func:`.run`.
    precision : str, optional
        Worlds are added until half the 95 % interval of every policy's paired difference is at
        most this wide: "2%" (of the mean under ``none``) or a number such as "50" in the unit of
        ``precision_of``.
    precision_of : str, optional
        Dotted name of the number that ``precision`` is about; by default the number that
        policies are ranked by.
    most : int
        The largest number of worlds that ``precision`` may lead to.
    reuse : bool
        Whether a run may be left out where the world without a policy shows that the policy
        never acts, so that its run is identical; :attr:`.Comparison.reused` counts these. The
        results are the same either way.
    posterior : Posterior, str or path, optional
        What a calibration left of the parameters, or its directory. Each world draws its
        parameters from it, the same under every policy, so that intervals include not knowing
        them; up to 20 worlds more show how much of their width that is
        (:attr:`.Comparison.widths`).
    progress : function or bool, optional
        A function called with the runs done and the runs in all; True shows a bar, False shows
        none. By default notebooks show a bar.

    Returns
    -------
    Comparison
        Means, paired differences and their intervals; see ``text()``, ``figure()`` and
        ``save()``.

    Raises
    ------
    InputError
        If the scenario or an argument is invalid, such as fewer than 1 replicate or worker, or a
        posterior with a key that the scenario has not.
    RunError
        If a run failed.

    Examples
    --------
    >>> comparison = rumorsim.compare("small", replicates=2, workers=1)
    >>> comparison.policies
    ('none', 'close accounts', 'remove followers')
    """
    scenario = scenario_of(scenario)
    moved = progress_of(progress, "runs")
    first = scenario.seed if seed is None else seed
    allowed = budget_of(budget, replicates, precision)
    first, replicates, most = checked_numbers(
        first,
        FIRST if replicates is None else replicates,
        workers,
        most if precision is not None else None,
    )
    # Read the files once and hold all runs, in whatever process, to the same contents.
    if policies is not None:
        scenario, _ = with_policies(scenario, policies, only=True)
    if measures is not None:
        scenario = with_measures(scenario, measures)
    pinned = scenario.pinned().at(scenario.base_dir)
    wish = None if precision is None else precision_target(pinned, precision, precision_of)
    workers = default_workers(replicates) if workers is None else workers
    draws = WorldDraws.of(posterior)
    draws.check(pinned)
    before = BeforeRuns(pinned, draws)
    before.look(range(first, first + replicates))
    # Before the runs: what is wrong with the graph is told at once, and nothing is lost later.
    before.accounts()
    runs: list[Run] = []
    wanted = replicates
    looks, spent = 0, 0.0
    for each in [*map(str, before.idle), *before.work]:
        advise(each)
    with (
        heartbeat("compare", unless=moved),
        Runner(
            pinned,
            # One process is this one.
            workers=0 if workers == 1 else workers,
            measures=tuple(dict.fromkeys((*pinned.measures, *_NEEDED))),
            curves=_CURVES,
            engine=engine,
            reuse=reuse,
        ) as runner,
    ):
        while True:
            seeds = range(first + len(runs) // len(pinned.policy_names), first + wanted)
            before.look(seeds)
            settings = [
                draws.setting(policy, seed) for seed in seeds for policy in pinned.policy_names
            ]
            pace = Pace()
            made = dict(runner.successful(settings, pace.watching(_moved(moved, len(runs)))))
            runs += [made[place] for place in range(len(settings))]
            found = _gathered(pinned, range(first, first + wanted), runs, before)
            more, precise = None, None
            if wish is not None:
                looks += 1
                found = replace(found, looks=looks)
                precise = reached_precision(found, wish, most, before.inert)
                more = None if precise.reached or wanted >= most else next_count(precise)
            elif allowed is not None:
                spent += pace.seconds(len(settings))
                needed, ran = found.worlds_needed, len(pinned.policy_names)
                more = next_worlds(wanted, needed, allowed, ran, spent)
            if more is None:
                told = idle_after(before.first, before.idle, found.scalars)
                text = "" if allowed is None else allowed.text
                found = replace(
                    found, precision=precise, budget=text, reused=runner.reused, idle=tuple(told)
                )
                return with_widths(found, runner, _moved(moved, len(runs))) if draws else found
            wanted = more


def _moved(
    progress: Callable[[int, int], None] | None, before: int
) -> Callable[[int, int], None] | None:
    """``progress`` for a further step, with the runs of the steps before it counted in."""
    if progress is None:
        return None
    told = progress
    return lambda done, total: told(before + done, before + total)


def _gathered(
    scenario: Scenario, seeds: Sequence[int], runs: Sequence[Run], before: BeforeRuns
) -> Comparison:
    """From the runs of all policies in the first world, then in the next ..."""
    policies, resolved = scenario.policy_names, scenario.resolved()
    own = own_code_in(resolved)
    by_policy = {policy: runs[place :: len(policies)] for place, policy in enumerate(policies)}
    return Comparison(
        name=scenario.name,
        policies=policies,
        seeds=tuple(seeds),
        scalars={
            policy: {
                key: [each.scalars.get(key) for each in worlds]
                for key in dict.fromkeys(key for each in worlds for key in each.scalars)
            }
            for policy, worlds in by_policy.items()
        },
        curves={
            policy: {key: [each.curves[key] for each in worlds] for key in worlds[0].curves}
            for policy, worlds in by_policy.items()
        },
        digests={policy: [each.digest for each in worlds] for policy, worlds in by_policy.items()},
        scenario=resolved,
        # A run knows the policy it is under alone.
        provenance={
            **_made_with([each.provenance for each in by_policy[NONE]], before.draws),
            "scenario_digest": digest_of(resolved),
            "reproducible_from_file": "own_code" not in own and scenario.follow_graph is None,
            **own,
        },
        accounts=before.accounts(),
        draws=before.draws,
    )


def _made_with(provenance: Sequence[Mapping[str, Any]], draws: WorldDraws) -> dict[str, Any]:
    """What the runs were made with; where parameters are drawn, as far as all have it in common."""
    first = dict(provenance[0])
    if not draws:
        return first
    same = {key: value for key, value in first.items() if all(o[key] == value for o in provenance)}
    return {**same, **draws.named()}
