"""Processes that make runs. One that dies is replaced, and its run tried again.

Whatever the number of processes and whatever happens to them, what a run gives depends on
its order alone.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from typing import Any, Final, Protocol

from rumorsim.common.errors import RumorsimError, advise
from rumorsim.common.kept_pages import keep_pages
from rumorsim.engine.engines import kernels_are_compiled
from rumorsim.studies.runner.run_specs import RunSpec
from rumorsim.studies.runner.worker import ATTEMPTS, Job, RunOutcome

#: Specifications of runs a process has in hand, so that it need not wait for the next.
_IN_HAND: Final = 4
#: Seconds a run takes from which a process has only one in hand: the last ones are shared out.
_LONG: Final = 0.5
#: Processes that may die before they are ready until a run is made.
_STILLBORN: Final = 5


def default_workers(runs: int) -> int:
    """One process for each core this process may use, and no more than there are runs.

    One, with a warning, in a worker of a pool (``multiprocessing.Pool``, say): it can start none.
    """
    if in_pool():
        advise(ALONE)
        return 1
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, min(cores, runs))


def in_pool() -> bool:
    """Whether this process is a worker that may start no processes of its own."""
    return bool(multiprocessing.current_process().daemon)


class WorkerError(RumorsimError):
    """Worker processes cannot be started."""


#: Why no other process makes runs here.
ALONE: Final = (
    "this process is itself a worker and cannot start processes of its own:"
    " it makes its runs one after the other"
)


class Executor(Protocol):
    """Who makes runs: processes, a cluster, or this process."""

    @property
    def count(self) -> int:
        """How many runs are made at a time."""

    def made(self, specs: Iterable[RunSpec]) -> Generator[RunOutcome, None, None]:
        """Each order as it is made, in any order."""

    def close(self) -> None:
        """Let go; what is not made yet never will be."""


class InProcess:
    """The present process in place of workers: nothing is started or shared."""

    def __init__(self, job: Job) -> None:
        self._maker = job.maker()
        self.count = 1

    def made(self, specs: Iterable[RunSpec]) -> Generator[RunOutcome, None, None]:
        """Each order as it is made."""
        for spec in specs:
            yield self._maker.make(spec)

    def close(self) -> None:
        """Make what was written outlive a power failure."""
        self._maker.close()


class _Worker:
    """One process and the run specifications it has in hand, oldest first."""

    def __init__(self, job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, job), daemon=True)
        with _nameless_main(), _ignoring_interrupts():
            self.process.start()
        theirs.close()
        self.ready = False
        self.in_hand: deque[RunSpec] = deque()

    def give(self, spec: RunSpec) -> None:
        self.in_hand.append(spec)
        # To a process that just died nothing can be sent; its death is noticed by `heard`.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.pipe.send(spec)

    def heard(self) -> Iterator[RunOutcome | None]:
        """What it reported since; None at the end if it is dead."""
        try:
            while self.pipe.poll():
                said = self.pipe.recv()
                if said is None:
                    self.ready = True
                    continue
                self.in_hand.popleft()
                yield said
        except (EOFError, OSError):
            yield None

    def died_of(self) -> str:
        self.process.join()
        code = self.process.exitcode or 0
        if code >= 0:
            return f"its process ended with exit code {code}"
        with contextlib.suppress(ValueError):
            name = signal.Signals(-code).name
            memory = "; not enough memory? try fewer workers" if name == "SIGKILL" else ""
            return f"its process was killed by {name}{memory}"
        return f"its process was killed by signal {-code}"

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Processes:
    """``count`` worker processes, started when they are first needed.

    A run whose process dies is begun three times in all, then handed back as failed with the
    cause; the others in that process's hands are not held against it.
    """

    def __init__(self, job: Job, count: int) -> None:
        self._job = job
        self.count = count
        self._workers: list[_Worker] = []
        self._tries: Counter[str] = Counter()
        self._again: deque[RunSpec] = deque()
        self._stillborn = 0
        self._seconds = 0.0

    def made(self, specs: Iterable[RunSpec]) -> Generator[RunOutcome, None, None]:
        """Each order as it is made, in any order. WorkerError if no process can be started."""
        coming = iter(specs)
        # The first run is made by one process alone: it leaves compiled kernels to the others.
        alone = not kernels_are_compiled()
        try:
            while self._hand_out(coming, 1 if alone else self.count):
                for worker, made in self._heard():
                    if made is None:
                        yield from self._bury(worker)
                        continue
                    alone, self._stillborn = False, 0
                    self._seconds += 0.2 * (made.seconds - self._seconds)
                    yield made
        finally:
            # Reached early by Ctrl-C or an error: nobody waits for what is in hand.
            if any(worker.in_hand for worker in self._workers):
                self.close()

    def close(self) -> None:
        """End all processes at once."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        self._again.clear()

    def _hand_out(self, coming: Iterator[RunSpec], workers: int) -> bool:
        """Give run specifications to whoever has room; whether anything is in hand."""
        depth = 1 if self._seconds > _LONG or workers == 1 < self.count else _IN_HAND
        for level in range(depth):
            for i in range(workers):
                if i < len(self._workers) and len(self._workers[i].in_hand) > level:
                    continue
                spec = self._again.popleft() if self._again else next(coming, None)
                if spec is None:
                    break
                if i >= len(self._workers):
                    self._workers.append(_Worker(self._job))
                    i = len(self._workers) - 1
                self._workers[i].give(spec)
        return any(worker.in_hand for worker in self._workers)

    def _heard(self) -> Iterator[tuple[_Worker, RunOutcome | None]]:
        ready = wait([worker.pipe for worker in self._workers])
        for worker in [each for each in self._workers if each.pipe in ready]:
            for made in worker.heard():
                yield worker, made

    def _bury(self, worker: _Worker) -> Iterator[RunOutcome]:
        """Take a dead process's runs back; the one it was at has one try less."""
        self._workers.remove(worker)
        worker.end()
        cause = worker.died_of()
        if not worker.ready:
            self._stillborn += 1
            if self._stillborn > _STILLBORN:
                raise WorkerError(f"no worker process can be started: {cause}")
        elif worker.in_hand:
            spec = worker.in_hand[0]
            self._tries[spec.id] += 1
            if self._tries[spec.id] == ATTEMPTS:
                worker.in_hand.popleft()
                yield RunOutcome(spec, cause=f"{cause} (begun {ATTEMPTS} times)")
        self._again.extend(worker.in_hand)
        worker.in_hand.clear()


@contextlib.contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    """Processes that are started now never hear of Ctrl-C, not even while they start.

    Whoever pressed it means this process, which ends them.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _nameless_main() -> Iterator[None]:
    """Let new processes start without running the caller's script again.

    They need nothing of it, and a script or notebook that runs a study at its top level,
    without ``if __name__ == "__main__"``, would otherwise start itself over and over.
    """
    main = sys.modules["__main__"]
    names = [name for name in ("__file__", "__spec__") if name in vars(main)]
    hidden: dict[str, Any] = {name: vars(main).pop(name) for name in names}
    main.__spec__ = None
    try:
        yield
    finally:
        vars(main).update(hidden)


def _work(pipe: Connection, job: Job) -> None:
    """A worker process: make what comes, report it, and have no own opinion about Ctrl-C."""
    keep_pages()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    specs: SimpleQueue[RunSpec | None] = SimpleQueue()
    threading.Thread(target=_take_in, args=(pipe, specs), daemon=True).start()
    maker = job.maker()
    pipe.send(None)
    while (spec := specs.get()) is not None:
        pipe.send(maker.make(spec))


def _take_in(pipe: Connection, specs: SimpleQueue[RunSpec | None]) -> None:
    """Read run specifications as they come, then None.

    One may be larger than what a pipe holds. While a run is made, its sender would wait for
    this process to read on; and this process, with a large result, for its sender to read.
    """
    with contextlib.suppress(EOFError, OSError):
        while True:
            specs.put(pipe.recv())
    specs.put(None)


def _end_with_parent() -> None:
    """End this worker when the process that started it is gone, even if it was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
