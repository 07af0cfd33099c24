"""compare_tail: how likely a rumor becomes huge under every policy, in coupled worlds.

Such a chance is often far below one in a thousand, where a plain comparison needs millions of
worlds. Here worlds are split (see ``splitting``) and taken more often where widely followed
accounts share first (see ``importance``): a pilot in other worlds finds the levels and how worlds
are to be chosen, then the tree of every world is run under every policy. The estimates are
weighted means over worlds, so the intervals are those of every comparison. The same trees give
the mean of the number asked about.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Final

from rumorsim.common.errors import Fault, InputError, advise, number_fault, show_value
from rumorsim.common.progress import Counted, heartbeat, move_heartbeat, progress_of
from rumorsim.common.provenance import digest_of
from rumorsim.common.randomness import seed_of
from rumorsim.scenario import AnyScenario, scenario_of
from rumorsim.scenario.handing import Policies, with_measures, with_policies
from rumorsim.scenario.workload import long_work
from rumorsim.studies.compare.budget import Budget
from rumorsim.studies.compare.effects import main_key
from rumorsim.studies.runner.answering import check_key, made_with, measure_of
from rumorsim.studies.runner.idle_policies import idle_before
from rumorsim.studies.runner.workers import default_workers
from rumorsim.studies.tail.answer import Exceedance
from rumorsim.studies.tail.comparison import TailComparison
from rumorsim.studies.tail.importance import Choice, FirstSharers
from rumorsim.studies.tail.pilot import Pilot, pilot
from rumorsim.studies.tail.splitting import Asked
from rumorsim.studies.tail.work import grown

#: Runs in all, of pilot and trees, unless another budget is given.
BUDGET: Final = 4_000
#: Runs of a stage of the pilot, and the part of the budget that one may take.
_STAGE: Final = 400
_LEAST_STAGE: Final = 20
_STAGE_PART: Final = 20
_NO_TAIL: Final = "leave --tail out: the seeds of a replay draw only what the cascades leave open"
#: An answer rests on so many worlds at least.
LEAST: Final = 30


def compare_tail(
    scenario: AnyScenario,
    tail: str,
    *,
    policies: Policies | None = None,
    replicates: int | None = None,
    budget: int | str = BUDGET,
    workers: int | None = None,
    seed: int | None = None,
    engine: str = "fast",
    splitting: bool = True,
    importance: bool = True,
    means: Sequence[str] = (),
    progress: Counted = None,
) -> TailComparison:
    """Estimate the chance of a tail, such as "reach > 50000", under ``none`` and every policy.

    The mean of the number is estimated too, with differences and relative changes. Worlds have
    the seeds ``seed``, ``seed + 1`` and so on; the pilot's worlds have other seeds.

    Parameters
    ----------
    scenario : Scenario, str or path
        A scenario, the path of its file, or the name of one that comes with rumorsim.
    tail : str
        A number by its dotted name ("reach" is the reach of false stories), ``>`` or ``>=``, and
        a threshold.
    policies : iterable or mapping, optional
        As for :func:`.compare`.
    replicates : int, optional
        Number of worlds to split, in place of what the budget allows.
    budget : int or str
        Approximate number of runs in all, under all policies (such as 4000 or "4000 runs"), or
        a time ("5 min").
    workers : int, optional
        Number of processes; by default one per core. Results do not depend on it.
    seed : int, optional
        Seed of the first world; by default the scenario's.
    engine : {"fast", "reference"}
        As for :func:`.run`.
    splitting : bool
        Whether worlds are split.
    importance : bool
        Whether, where first sharers are drawn from accounts with more and fewer followers, some
        worlds are passed over and the others weighted.
    means : sequence of str
        Dotted names of other numbers whose mean is estimated, such as
        "collateral.accounts.innocent_persons".
    progress : function or bool, optional
        As for :func:`.compare`.

    Returns
    -------
    TailComparison
        Chances, their ratios and differences, and means, each with an interval.

    Raises
    ------
    InputError
        If the tail cannot be read, the budget is too small or another argument is invalid.
    RunError
        If a run failed.

    Examples
    --------
    ::

        rumorsim.compare_tail("rare-rumor", "reach > 5000", budget="5 min").text()
    """
    scenario = scenario_of(scenario)
    if scenario.replay is not None:
        rule = "what happened is observed in a replay: no rare worlds can be drawn from it"
        raise InputError(rule, key="tail", value=show_value(str(tail)), advice=_NO_TAIL)
    moved = progress_of(progress, "runs")
    first = seed_of(scenario.seed if seed is None else seed)
    wish = Budget.read(f"{budget} runs" if isinstance(budget, int) else budget)
    _check(replicates, workers)
    _check_seeds(first, LEAST if replicates is None else replicates)
    if policies is not None:
        scenario, _ = with_policies(scenario, policies, only=True)
    pinned = scenario.pinned().at(scenario.base_dir)
    resolved = pinned.resolved()
    event = Exceedance.read(tail, resolved)
    others = tuple(each for each in dict.fromkeys(means) if each != event.key)
    for key in others:
        check_key(key, "means", main_key(resolved), resolved)
    measured = with_measures(pinned, list(dict.fromkeys(map(measure_of, (event.key, *others)))))
    for line in [*map(str, idle_before(measured)), *long_work(pinned)]:
        advise(line)
    asked = Asked(event.key, engine, others)
    names = pinned.policy_names
    stage = _stage(wish.runs or BUDGET)
    begun = time.monotonic()
    with heartbeat("compare --tail", unless=moved):
        tell = _teller(moved, wish.runs or BUDGET)
        sharers = FirstSharers.of(measured) if importance else None
        found = pilot(
            measured, first, asked, event.holds, stage, tell(0), sharers=sharers, split=splitting
        )
        cores = default_workers(1 << 20) if workers is None else workers
        left = (wish.runs or 0) - found.runs
        if wish.seconds is not None:
            spent = time.monotonic() - begun
            left = int((wish.seconds - spent) * found.runs / spent * cores)
        count = replicates
        if count is None:
            count = _affordable(left, found, stage, len(names), wish)
        worlds = Choice(sharers, found.exponent).from_seed(count, first)
        runs = max(count, round(count * found.leaves * len(names)))
        cores = min(cores, count)
        tell = _teller(moved, found.runs + runs)
        # One process is this one.
        processes = 0 if cores == 1 else cores
        trees = grown(
            measured,
            worlds.seeds,
            found.plan,
            asked,
            names,
            processes,
            tell(found.runs),
            weights=worlds.weights,
        )
    return TailComparison(
        name=scenario.name,
        tail=event,
        policies=names,
        worlds=worlds,
        pilot=found,
        trees=tuple(tuple(each) for each in trees),
        scenario=resolved,
        others=others,
        options=_again(event, others, count, wish.runs or BUDGET, first, splitting, importance),
        provenance={**made_with(resolved), "scenario_digest": digest_of(resolved)},
    )


def _check(replicates: int | None, workers: int | None) -> None:
    wanted = (
        (LEAST if replicates is None else replicates, "replicates", LEAST, None),
        (1 if workers is None else workers, "workers", 1, None),
    )
    faults = [fault for each in wanted if (fault := number_fault(*each)) is not None]
    if faults:
        raise InputError(faults)


def _again(
    tail: Exceedance,
    others: Sequence[str],
    worlds: int,
    runs: int,
    first: int,
    splitting: bool,
    importance: bool,
) -> str:
    """Options of the command for the same worlds: the pilot depends on the budget in runs."""
    given = [f'--tail "{tail.written}"', *(f"--mean {key}" for key in others)]
    given += [f"--replicates {worlds}", f'--budget "{runs} runs"', f"--seed {first}"]
    given += ["--no-splitting"] * (not splitting) + ["--no-importance"] * (not importance)
    return " ".join(given)


def _check_seeds(first: int, worlds: int) -> None:
    if first > 2**64 - worlds:
        rule = "seeds of all worlds must lie in 0 to 2**64 - 1"
        raise InputError(Fault(rule, key="seed", value=str(first)))


def _stage(budget: int) -> int:
    """Runs of a stage of the pilot, given those in all."""
    return min(max(budget // _STAGE_PART, _LEAST_STAGE), _STAGE)


def _affordable(runs: int, found: Pilot, stage: int, policies: int, wish: Budget) -> int:
    """How many worlds so many runs are enough for; InputError where they are too few."""
    each = found.leaves * policies
    count = int(runs / each)
    if count < LEAST:
        rule = (
            f"is not enough: the pilot took {found.runs:,} runs, and each of at least"
            f" {LEAST} worlds takes {each:,.0f} on average"
        )
        advice = f"some {_enough(found.runs / stage, LEAST * each):,} runs may do"
        raise InputError(Fault(rule, key="budget", value=wish.text, advice=advice))
    return count


def _enough(stages: float, worlds: float) -> int:
    """A budget for a pilot of so many stages and so many runs of worlds, with a tenth to spare.

    The stages of the pilot grow with the budget.
    """
    enough = 0
    while (more := math.ceil(1.1 * (stages * _stage(enough) + worlds))) > enough:
        enough = more
    return enough


def _teller(
    moved: Callable[[float, float], None] | None, total: int
) -> Callable[[int], Callable[[int], None]]:
    """Who is told, given the runs made before, of those made since."""

    def after(before: int) -> Callable[[int], None]:
        def tell(runs: int) -> None:
            done = before + runs
            move_heartbeat(done, max(total, done), "runs")
            if moved is not None:
                moved(done, max(total, done))

        return tell

    return after
