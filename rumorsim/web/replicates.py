"""The same policy under other seeds: one run is one world, fifty are a distribution.

Each replicate is a pair of ordinary runs on one seed, without and with the policy, counted as
the page counts: ``rumorsim compare`` of the scenario that is saved gives the same reach.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

from rumorsim.common.errors import InputError
from rumorsim.scenario import Scenario
from rumorsim.simulation.running import batches_of
from rumorsim.simulation.simulation import Simulation
from rumorsim.studies.statistics.intervals import Interval
from rumorsim.studies.statistics.stated import paired_difference
from rumorsim.web import limits
from rumorsim.web.one_world import Heard, Penalties
from rumorsim.web.script import NAME

#: Seeds beyond this cannot be named by a browser.
_SEEDS: Final = 2**53


class Outcome(NamedTuple):
    """Accounts that read a rumor and a true story, without (``left``) and with the policy."""

    seed: int
    left: int
    right: int
    left_true: int
    right_true: int
    wrong: int


def outcome_of(scenario: Scenario, seed: int, stop: threading.Event) -> Outcome | None:
    """Both worlds of one seed up to the horizon.

    None where ``stop`` was set before that, or for more events than may be watched.
    """
    counts = []
    for policy in ("none", NAME):
        simulation = Simulation(scenario, policy, seed)
        heard, penalties = Heard(simulation.facts), Penalties(simulation.facts)
        events = 0
        for _, batch in batches_of(simulation):
            heard.observe(batch)
            penalties.observe(batch)
            events += len(batch)
            if stop.is_set() or events > limits.EVENTS:
                return None
        counts.append((*heard.counts, penalties.wrong))
    (left, left_true, _), (right, right_true, wrong) = counts
    return Outcome(seed, left, right, left_true, right_true, wrong)


class Replicates:
    """Up to ``count`` other seeds of a scenario, one after the other, until they are stopped.

    ``tell`` is called with what a browser is told at the start, after each seed and at the end.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        count: int,
        threads: ThreadPoolExecutor,
        tell: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        self.outcomes: list[Outcome] = []
        self._scenario, self._threads, self._tell = scenario, threads, tell
        first = seed + 1 if seed + 1 + count <= _SEEDS else 0
        self.seeds = range(first, first + count)
        self._stop = threading.Event()
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        """Run no further seed; the one in hand is given up."""
        self._stop.set()

    async def ended(self) -> None:
        """Stop, and wait until nothing more will be told."""
        self.stop()
        await self._task

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        timer = loop.call_later(limits.REPLICATE_SECONDS, self.stop)
        try:
            await self._tell(self._message("running", None))
            for seed in self.seeds:
                told = await loop.run_in_executor(self._threads, self._next, seed)
                await self._tell(told)
                if told["state"] != "running":
                    return
        finally:
            timer.cancel()

    def _next(self, seed: int) -> dict[str, Any]:
        try:
            outcome = outcome_of(self._scenario, seed, self._stop)
        except InputError:
            outcome = None
        if outcome is not None:
            self.outcomes.append(outcome)
        done = len(self.outcomes) == len(self.seeds)
        state = "done" if done else "running" if outcome is not None else "stopped"
        return self._message(state, _difference(self.outcomes))

    def _message(self, state: str, difference: Interval | None) -> dict[str, Any]:
        return {
            "type": "replicates",
            "state": state,
            "of": len(self.seeds),
            "first": self.seeds[0],
            "outcomes": list(self.outcomes),
            "difference": None if difference is None else list(difference),
        }


def _difference(outcomes: Sequence[Outcome]) -> Interval | None:
    """With the policy minus without it: accounts that heard the rumor, by world."""
    if not outcomes:
        return None
    return paired_difference([each.right for each in outcomes], [each.left for each in outcomes])
