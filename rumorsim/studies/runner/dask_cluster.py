"""A dask cluster makes the runs of a sweep: extra ``dask``.

Only the process that started the sweep writes into its directory; workers hand their
records back, so they need no file of ours (files that the scenario names they do). dask
makes the run of a worker that died again on another one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from importlib import import_module
from itertools import islice
from typing import Any, Final

from rumorsim.common.errors import Fault, InputError, show_value
from rumorsim.studies.runner.run_specs import RunSpec
from rumorsim.studies.runner.worker import ATTEMPTS, Job, RunOutcome, RunWorker
from rumorsim.studies.runner.workers import WorkerError

#: Runs in hand for each thread of the cluster: enough that none waits for the next.
_IN_HAND: Final = 3
_SECONDS_TO_CONNECT: Final = 10.0
#: Seconds without a single worker: after these it is told, after those the sweep gives up.
_SECONDS_TO_TELL, _SECONDS_TO_WAIT = 5.0, 600.0
#: Seconds between two looks at what has arrived: at first, and where nothing comes for long.
_FIRST_LOOK, _LAST_LOOK = 0.001, 0.1
#: Seconds between two looks at who works.
_ROLL_CALL: Final = 1.0


class Cluster:
    """The workers of a dask scheduler at ``address``; ``tell`` is called where there are none.

    They may come and go while it works. WorkerError where none is there for ten minutes.
    """

    def __init__(self, job: Job, address: str, tell: Callable[[str], None]) -> None:
        try:
            distributed: Any = import_module("distributed")
        except ImportError:
            advice = 'pip install "rumorsim[dask]"'
            raise InputError(Fault("a cluster needs dask", key="--dask", advice=advice)) from None
        self._distributed = distributed
        try:
            self._client: Any = distributed.Client(address, timeout=_SECONDS_TO_CONNECT)
        except (OSError, ValueError) as error:
            value, rule = show_value(address), f"there is no dask scheduler: {error}"
            advice = "start one with `dask scheduler`; write tcp://host:port"
            raise InputError(Fault(rule, "", "--dask", value, advice)) from None
        if job.given is not None:
            self._client.close()
            rule = "a graph handed over from Python does not travel to a cluster"
            raise InputError(Fault(rule, key="--dask", advice="write it to a file all can read"))
        for code, why in job.handed.stuck():
            self._client.close()
            rule = f"does not travel to a cluster, as {why}"
            advice = "put it in a module that the workers can import"
            raise InputError(Fault(rule, key="--dask", value=code, advice=advice))
        self._job = replace(job, directory=None, scratch=None)
        self._address, self._tell = address, tell
        self._seen, self._looked, self._told = time.monotonic(), 0.0, False

    @property
    def count(self) -> int:
        """Threads of all workers, as many as there are now."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def made(self, specs: Iterable[RunSpec]) -> Generator[RunOutcome, None, None]:
        """Each order as it is made, in any order."""
        coming = iter(specs)
        ending = self._distributed.as_completed()
        given: dict[str, RunSpec] = {}
        self._seen = time.monotonic()
        try:
            while True:
                for spec in islice(coming, max(0, self.count * _IN_HAND - len(given))):
                    future = self._client.submit(
                        _make, self._job, spec, key=f"rumorsim-{spec.id}", retries=0
                    )
                    given[future.key] = spec
                    ending.add(future)
                if not given:
                    return
                self._wait_for(ending)
                future = next(ending)
                yield self._outcome(future, given.pop(future.key))
        finally:
            for future in list(ending.futures):
                future.cancel()

    def _wait_for(self, ending: Any) -> None:
        """Return once something has ended. WorkerError where nobody works for too long."""
        pause = _FIRST_LOOK
        while not ending.has_ready():
            if time.monotonic() - self._looked > _ROLL_CALL:
                self._call_the_roll()
            time.sleep(pause)
            pause = min(2 * pause, _LAST_LOOK)

    def _call_the_roll(self) -> None:
        workers = self._client.nthreads()
        now = self._looked = time.monotonic()
        if workers:
            self._seen, self._told = now, False
            return
        start = f"start one with `dask worker {self._address}`"
        alone = now - self._seen
        if alone > _SECONDS_TO_TELL and not self._told:
            self._told = True
            left = f"giving up after {_SECONDS_TO_WAIT / 60:.0f} min without one"
            self._tell(f"the scheduler has no workers yet: {start}; {left}")
        if alone > _SECONDS_TO_WAIT:
            rule = f"no dask worker for {_SECONDS_TO_WAIT / 60:.0f} min"
            raise WorkerError(f"{rule}; {start}, then run the same again")

    def _outcome(self, future: Any, spec: RunSpec) -> RunOutcome:
        try:
            # Waits where a record was lost with its worker: dask makes it once more.
            made: RunOutcome = future.result()
            return made
        except self._distributed.KilledWorker:
            return RunOutcome(spec, cause=f"its dask workers died, {ATTEMPTS} or more of them")
        except Exception as error:
            return RunOutcome(spec, cause=f"{type(error).__name__}: {error}")

    def close(self) -> None:
        """Let the cluster go; it stays for others."""
        self._client.close()


def _make(job: Job, spec: RunSpec) -> RunOutcome:
    """On a worker: make one run and hand its record back."""
    return _maker(job).make(spec)


_makers: dict[Job, RunWorker] = {}


def _maker(job: Job) -> RunWorker:
    """One maker a process, for the graphs and scenarios it keeps."""
    if job not in _makers:
        _makers.clear()
        _makers[job] = job.maker()
    return _makers[job]
