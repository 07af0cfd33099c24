"""compare: the same rumor under every policy of a scenario, in coupled worlds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from operator import index
from typing import Final

from rumorsim.common.errors import Fault, InputError, advise, number_fault, show_value
from rumorsim.common.progress import Counted, heartbeat, progress_of
from rumorsim.common.provenance import digest_of
from rumorsim.measures import AnyMeasure
from rumorsim.scenario import AnyScenario, Scenario, scenario_of
from rumorsim.scenario.handing import Policies, with_measures, with_policies
from rumorsim.scenario.idle import Idle
from rumorsim.scenario.used_code import own_code_in
from rumorsim.scenario.workload import long_work
from rumorsim.studies.compare.budget import BUDGET, FIRST, Budget, Pace, next_worlds
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.effects import main_key
from rumorsim.studies.compare.precision import MOST, PrecisionTarget
from rumorsim.studies.compare.stopping import next_count, reached_precision
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.runner.account_names import shared_accounts
from rumorsim.studies.runner.answering import check_key
from rumorsim.studies.runner.idle_policies import idle_after, idle_before
from rumorsim.studies.runner.run_specs import Setting
from rumorsim.studies.runner.runner import Run, Runner
from rumorsim.studies.runner.workers import default_workers
from rumorsim.world.account_table import AccountTable

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
        If the scenario or an argument is invalid, such as fewer than 1 replicate or worker.
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
    allowed = _budget(budget, replicates, precision)
    first, replicates, most = _checked(
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
    wish = None if precision is None else _precision_target(pinned, precision, precision_of)
    workers = default_workers(replicates) if workers is None else workers
    # Before the runs: what is wrong with the graph is told at once, and nothing is lost later.
    accounts = shared_accounts(pinned)
    runs: list[Run] = []
    wanted = replicates
    idle = idle_before(pinned)
    inert = _inert(pinned, idle)
    looks, spent = 0, 0.0
    for each in [*map(str, idle), *long_work(pinned)]:
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
            settings = [Setting(policy, seed) for seed in seeds for policy in pinned.policy_names]
            pace = Pace()
            made = dict(runner.successful(settings, pace.watching(_moved(moved, len(runs)))))
            runs += [made[place] for place in range(len(settings))]
            found = _gathered(pinned, range(first, first + wanted), runs, accounts)
            more, precise = None, None
            if wish is not None:
                looks += 1
                found = replace(found, looks=looks)
                precise = reached_precision(found, wish, most, inert)
                more = None if precise.reached or wanted >= most else next_count(precise)
            elif allowed is not None:
                spent += pace.seconds(len(settings))
                needed, ran = found.worlds_needed, len(pinned.policy_names)
                more = next_worlds(wanted, needed, allowed, ran, spent)
            if more is None:
                told = idle_after(pinned, idle, found.scalars)
                text = "" if allowed is None else allowed.text
                return replace(
                    found, precision=precise, budget=text, reused=runner.reused, idle=tuple(told)
                )
            wanted = more


def _moved(
    progress: Callable[[int, int], None] | None, before: int
) -> Callable[[int, int], None] | None:
    """``progress`` for a further step, with the runs of the steps before it counted in."""
    if progress is None:
        return None
    told = progress
    return lambda done, total: told(before + done, before + total)


def _budget(text: str | None, replicates: int | None, precision: str | None) -> Budget | None:
    """What may be spent; None where the number of worlds is given or comes of the precision."""
    given = replicates is not None or precision is not None
    if text is None:
        return None if given else Budget.read(BUDGET)
    if given:
        other = "replicates" if replicates is not None else "precision"
        rule = f"does not go together with {other}, which sets the number of worlds"
        raise InputError(Fault(rule, key="budget", value=show_value(text), advice="leave one out"))
    return Budget.read(text)


def _inert(scenario: Scenario, idle: Sequence[Idle]) -> set[str]:
    """Policies of which it is known that no part acts as written."""
    keys = [each.key for each in idle]
    return {
        policy.name
        for i, policy in enumerate(scenario.policies)
        if not policy.own
        and all(
            any(key.startswith(f"policies[{i}].interventions[{j}].") for key in keys)
            for j in range(len(policy.interventions))
        )
    }


def _precision_target(scenario: Scenario, precision: str, key: str | None) -> PrecisionTarget:
    if len(scenario.policies) == 0:
        rule = "there is no policy to compare with none"
        raise InputError(Fault(rule, key="precision", advice="add one to policies"))
    if key is not None:
        check_key(key, "precision_of", main_key(scenario.resolved()), scenario.resolved())
    return PrecisionTarget.read(precision, key or main_key(scenario.resolved()))


def _checked(
    seed: int, replicates: int, workers: int | None, most: int | None
) -> tuple[int, int, int]:
    """Seed, replicates and most as Python's own integers; InputError with all that is wrong."""
    wanted = (
        (replicates if most is None else most, "most", 1, None),
        (replicates, "replicates", 1, None),
        (1 if workers is None else workers, "workers", 1, None),
        (seed, "seed", 0, 2**64 - 1),
    )
    found = (number_fault(*each) for each in wanted[0 if most is not None else 1 :])
    faults = [fault for fault in found if fault is not None]
    if not faults:
        seed, count = index(seed), index(replicates)
        cap = count if most is None else index(most)
        if most is not None and cap < max(count, 2):
            rule = "must be at least 2, and no fewer than replicates"
            faults.append(Fault(rule, key="most", value=str(cap)))
        if seed > 2**64 - max(count, cap):
            rule = "seeds of all replicates must lie in 0 to 2**64 - 1"
            faults.append(Fault(rule, key="seed", value=str(seed)))
    if faults:
        raise InputError(faults)
    return seed, count, cap


def _gathered(
    scenario: Scenario, seeds: Sequence[int], runs: Sequence[Run], accounts: AccountTable | None
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
            **by_policy[NONE][0].provenance,
            "scenario_digest": digest_of(resolved),
            "reproducible_from_file": "own_code" not in own and scenario.follow_graph is None,
            **own,
        },
        accounts=accounts,
    )
