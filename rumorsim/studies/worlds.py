"""Coupled worlds: every policy in each of several worlds, in as many processes as wished.

What a run gives depends on its policy and seed alone, so the numbers are the same to the bit
for any number of processes and any order in which the runs end.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from rumorsim.errors import Fault, InputError, RumorsimError
from rumorsim.measures.base import Curve
from rumorsim.run import run
from rumorsim.scenario import Scenario
from rumorsim.studies.workers import end_with_parent, nameless_main

__all__ = ["Outcome", "RunError", "Task", "default_workers", "run_worlds"]


class RunError(RumorsimError):
    """A run ended in an error that is not the scenario's fault; names policy and seed."""


@dataclass(frozen=True)
class Task:
    """One run to make: a policy of the scenario, in the world of a seed."""

    policy: str
    seed: int

    def __str__(self) -> str:
        return f'policy "{self.policy}", seed {self.seed}'


@dataclass(frozen=True)
class Outcome:
    """What is kept of one run: its numbers, some of its curves, and its name."""

    task: Task
    digest: str
    events: int
    scalars: Mapping[str, float | None]
    curves: Mapping[str, Curve]
    provenance: Mapping[str, Any]


@dataclass(frozen=True)
class _Failure:
    """An error on its way between processes, where the exception itself may not travel."""

    task: Task
    message: str
    trace: str
    faults: tuple[Fault, ...]

    def error(self) -> RumorsimError:
        if self.faults:
            return InputError(self.faults)
        error = RunError(f"{self.task}: {self.message}")
        error.add_note(self.trace)
        return error


Stream = Generator[Outcome | _Failure, None, None]


@dataclass(frozen=True)
class _Job:
    """How to make any of the runs; a copy goes to each process once."""

    scenario: Scenario
    measures: tuple[str, ...]
    curves: frozenset[str]
    engine: str

    def outcome(self, task: Task) -> Outcome:
        result = run(self.scenario, task.policy, task.seed, self.engine, measures=self.measures)
        kept = {key: curve for key, curve in result.curves().items() if key in self.curves}
        return Outcome(
            task, result.digest, result.events, result.scalars(), kept, result.provenance
        )

    def attempt(self, task: Task) -> Outcome | _Failure:
        try:
            return self.outcome(task)
        except Exception as error:
            faults = error.faults if isinstance(error, InputError) else ()
            message = f"{type(error).__name__}: {error}"
            return _Failure(task, message, traceback.format_exc(), faults)


def default_workers(runs: int) -> int:
    """One process for each core this process may use, and no more than there are runs."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, min(cores, runs))


def run_worlds(
    scenario: Scenario,
    policies: Sequence[str],
    seeds: Sequence[int],
    *,
    measures: Sequence[str],
    curves: Sequence[str] = (),
    engine: str = "fast",
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[list[Outcome]]:
    """Run every policy in the world of every seed; ``[policies][seeds]`` outcomes.

    ``curves`` names the curves to keep; ``progress`` is called with runs done and runs in
    all. InputError where the scenario is at fault, RunError where a run failed otherwise or
    a process died. Ctrl-C ends the processes at once.
    """
    job = _Job(scenario, tuple(measures), frozenset(curves), engine)
    tasks = [Task(policy, seed) for seed in seeds for policy in policies]
    if workers is None:
        workers = default_workers(len(tasks))
    done: dict[Task, Outcome] = {}
    with contextlib.closing(_made(job, tasks, workers)) as stream:
        for made in stream:
            if isinstance(made, _Failure):
                raise made.error()
            done[made.task] = made
            if progress is not None:
                progress(len(done), len(tasks))
    return [[done[Task(policy, seed)] for seed in seeds] for policy in policies]


def _made(job: _Job, tasks: Sequence[Task], workers: int) -> Stream:
    """Outcomes in any order. The first is made here: it leaves compiled kernels for all."""
    alone = tasks if workers == 1 else tasks[:1]
    for task in alone:
        yield job.attempt(task)
    rest = tasks[len(alone) :]
    if rest:
        yield from _made_by_processes(job, rest, min(workers, len(rest)))


def _made_by_processes(job: _Job, tasks: Sequence[Task], workers: int) -> Stream:
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(job,)
    )
    try:
        with nameless_main():
            futures = [pool.submit(_attempt, task) for task in tasks]
        for future in as_completed(futures):
            yield future.result()
        pool.shutdown()
    except BrokenProcessPool as error:
        raise RunError("a worker process died: not enough memory? Try fewer workers") from error
    finally:
        # Reached early by Ctrl-C or a failed run: what still runs is of no use to anybody.
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()


_job: _Job | None = None


def _begin(job: _Job) -> None:
    """Set a worker process up: its copy of the job, and no own opinion about Ctrl-C."""
    global _job
    _job = job
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()


def _attempt(task: Task) -> Outcome | _Failure:
    assert _job is not None
    return _job.attempt(task)
