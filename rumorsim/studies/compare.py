"""compare: the same rumor under every policy of a scenario, in coupled worlds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from rumorsim.errors import Fault, InputError
from rumorsim.scenario import Scenario
from rumorsim.studies.comparison import NONE, Comparison
from rumorsim.studies.worlds import Outcome, default_workers, run_worlds

__all__ = ["Comparison", "compare"]

#: Taken in every comparison, whatever else the scenario measures: the table is made of them.
_NEEDED: Final = ("reach", "shares", "enforcement", "collateral")
#: The curves kept of each run.
_CURVES: Final = (
    "reach.truth.false.over_time",
    "reach.truth.true.over_time",
)


def compare(
    scenario: Scenario,
    *,
    replicates: int = 20,
    workers: int | None = None,
    seed: int | None = None,
    engine: str = "fast",
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Run ``none`` and every policy of the scenario in the same ``replicates`` worlds.

    World r has the seed ``seed + r`` (``seed`` of the scenario if not given), so any of its
    runs can be made again with ``run(scenario, policy, seed + r)``. ``workers`` processes
    share the work (default: one a core, at most as many as replicates); the numbers do not
    depend on how many. ``progress`` is called with runs done and runs in all.
    InputError for fewer than 1 replicate or worker, RunError where a run failed.
    """
    first = scenario.seed if seed is None else seed
    _check(replicates, workers, first)
    seeds = tuple(range(first, first + replicates))
    # Read the files once and hold all runs, in whatever process, to the same contents.
    pinned = scenario.pinned().at(scenario.base_dir)
    outcomes = run_worlds(
        pinned,
        pinned.policy_names,
        seeds,
        measures=tuple(dict.fromkeys((*pinned.measures, *_NEEDED))),
        curves=_CURVES,
        engine=engine,
        workers=default_workers(replicates) if workers is None else workers,
        progress=progress,
    )
    return _gathered(pinned, seeds, outcomes)


def _check(replicates: int, workers: int | None, seed: int) -> None:
    faults = []
    if replicates < 1:
        faults.append(Fault("must be at least 1", key="replicates", value=str(replicates)))
    if workers is not None and workers < 1:
        faults.append(Fault("must be at least 1", key="workers", value=str(workers)))
    if not 0 <= seed <= 2**64 - max(replicates, 1):
        rule = "seeds of all replicates must lie in 0 to 2**64 - 1"
        faults.append(Fault(rule, key="seed", value=str(seed)))
    if faults:
        raise InputError(faults)


def _gathered(
    scenario: Scenario, seeds: tuple[int, ...], outcomes: Sequence[Sequence[Outcome]]
) -> Comparison:
    policies = scenario.policy_names
    by_policy = dict(zip(policies, outcomes, strict=True))
    return Comparison(
        name=scenario.name,
        policies=policies,
        seeds=seeds,
        scalars={
            policy: {
                key: [outcome.scalars.get(key) for outcome in worlds]
                for key in dict.fromkeys(key for each in worlds for key in each.scalars)
            }
            for policy, worlds in by_policy.items()
        },
        curves={
            policy: {key: [outcome.curves[key] for outcome in worlds] for key in worlds[0].curves}
            for policy, worlds in by_policy.items()
        },
        digests={
            policy: [outcome.digest for outcome in worlds] for policy, worlds in by_policy.items()
        },
        scenario=scenario.resolved(),
        provenance=by_policy[NONE][0].provenance,
    )
