"""explain: who the reach of a run hung on, and why a policy worked.

One world is run with every read logged. Of all reads that could have led to a share, whether they
did or came too late for it, the graph of live exposures is made (see ``hanging``), and what each
account dominates in it is what would not have happened without that account.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rumorsim.common.errors import InputError, number_fault
from rumorsim.common.progress import Counted, heartbeat, progress_of
from rumorsim.common.randomness import seed_of
from rumorsim.scenario import AnyScenario, Scenario, scenario_of
from rumorsim.scenario.handing import AnyPolicy, with_policy
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.explain.answer import Explanation
from rumorsim.studies.explain.averting import averted
from rumorsim.studies.explain.exactness import why_estimated, without_posts
from rumorsim.studies.explain.explained import Rerun
from rumorsim.studies.explain.hanging import LiveGraph
from rumorsim.studies.explain.observing import counted_without, prepared, watched
from rumorsim.studies.explain.tables import tables_of

#: How many accounts are closed in the same world, one after another, to see whether it is so.
CHECKED: Final = 20


def explain(
    scenario: AnyScenario,
    policy: AnyPolicy = NONE,
    seed: int | None = None,
    *,
    story: str | None = None,
    check: int = CHECKED,
    engine: str = "fast",
    progress: Counted = None,
) -> Explanation:
    """Say of every account of a run what hung on it alone, and what a policy averted.

    An account's number is how many fewer would have shared the stories, and heard of them, had it
    been closed at the start: itself, and whoever everything reached through it. It is read off
    the graph of live exposures: all reads that led to a share, or would have led to one had the
    reader not shared before.

    The numbers are **exact**, which is to say those of a run in which the account is closed at
    hour 0, where each read and its coin has an address that no closure shifts and P(share) is
    the same whenever and however often a post is read: delay reading, or check-ins with unlimited
    attention, no surfaces but visits, no novelty, reinforcement, ranks, beliefs, corrections,
    adversaries or policy, and a horizon that no cascade comes to. They are an **estimate** with
    any of these (:attr:`.Explanation.estimated` names them), as a missing post makes room for
    others, or P(share) is another at a later read; and where an account shares a story before it
    posts one of its own of the same story. In any case the ``check`` accounts on which most hangs
    are closed in the coupled world, one at a time, and the difference is given.

    Parameters
    ----------
    scenario : Scenario, str or path
        A scenario, the path of its file, or the name of one that comes with rumorsim.
    policy : str, list of Intervention, or function
        As for :func:`.run`. The graph is that of the run under this policy; with one besides
        ``none`` the run under ``none`` is made as well, to say what the policy averted.
    seed : int, optional
        Seed of the world; by default the scenario's.
    story : str, optional
        The story that counts; by default the false ones, or all where none is false.
    check : int
        Number of accounts, those on which most hangs, that are closed in the coupled world.
    engine : {"fast", "reference"}
        As for :func:`.run`.
    progress : function or bool, optional
        As for :func:`.compare`; counts runs.

    Returns
    -------
    Explanation
        The numbers of all accounts, posts and follows; see ``text()`` and ``save()``.

    Raises
    ------
    InputError
        If anything is invalid, or the scenario has a model without posts.

    Examples
    --------
    >>> found = rumorsim.explain("small", seed=7, check=3)
    >>> found.counts.reached
    31
    """
    told = progress_of(progress, "runs")
    scenario = scenario_of(scenario)
    scenario, name = with_policy(scenario, policy)
    seed = scenario.seed if seed is None else seed_of(seed)
    _check(scenario, check)
    logged, plain = prepared(scenario, reads=True), prepared(scenario, reads=False)
    total = 1 + (name != NONE) + check

    def step(done: int) -> Callable[[float], None]:
        return lambda part: told(done + part, total) if told is not None else None

    with heartbeat("explain", unless=told):
        averting = None
        simulation, run = watched(logged, name, seed, engine, story, step(0))
        estimated = tuple(why_estimated(simulation, run))
        del simulation
        if name != NONE:
            _, none = watched(logged, NONE, seed, engine, story, step(1))
            averting = averted(none, run)
            del none
        graph = LiveGraph.of(run)
        tables = tables_of(graph)
        reruns = []
        for done, account in enumerate(tables.top(check)):
            left = counted_without(plain, name, seed, engine, run.stories, [account])
            reruns.append(Rerun(account, tables.on.at(account), run.counts().less(left)))
            step(total - check + done)(1.0)
    return Explanation(
        name=scenario.name,
        policy=name,
        seed=seed,
        stories=tuple(
            each.name for each, counts in zip(run.facts.stories, run.stories, strict=True) if counts
        ),
        counts=run.counts(),
        tables=tables,
        estimated=estimated,
        reruns=tuple(reruns),
        averted=averting,
        scenario=scenario.resolved(),
        source=scenario.file,
    )


def _check(scenario: Scenario, check: int) -> None:
    """InputError with everything that is wrong."""
    faults = without_posts(scenario)
    fault = number_fault(check, "check", 0)
    if fault is not None:
        faults.append(fault)
    if faults:
        raise InputError(faults)
