"""A dask cluster makes the runs of a sweep: extra ``dask``.

Only the process that started the sweep writes into its directory; workers hand their
records back, so they need no file of ours (files that the scenario names they do). dask
makes the run of a worker that died again on another one.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import replace
from importlib import import_module
from itertools import islice
from typing import Any, Final

from rumorsim.errors import Fault, InputError, show_value
from rumorsim.studies.making import ATTEMPTS, Job, Made, Maker
from rumorsim.studies.orders import Order

__all__ = ["Cluster"]

#: Runs in hand for each thread of the cluster: enough that none waits for the next.
_IN_HAND: Final = 3
_SECONDS_TO_CONNECT: Final = 10.0


class Cluster:
    """The workers of a dask scheduler at ``address``."""

    def __init__(self, job: Job, address: str) -> None:
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
        self._job = replace(job, directory=None, scratch=None)

    @property
    def count(self) -> int:
        """Threads of all workers, as many as there are now."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def made(self, orders: Iterable[Order]) -> Generator[Made, None, None]:
        """Each order as it is made, in any order."""
        coming = iter(orders)
        ending = self._distributed.as_completed()
        given: dict[str, Order] = {}
        try:
            while True:
                for order in islice(coming, max(0, self.count * _IN_HAND - len(given))):
                    future = self._client.submit(
                        _make, self._job, order, key=f"rumorsim-{order.id}", retries=0
                    )
                    given[future.key] = order
                    ending.add(future)
                if not given:
                    return
                future = next(ending)
                yield self._outcome(future, given.pop(future.key))
        finally:
            for future in list(ending.futures):
                future.cancel()

    def _outcome(self, future: Any, order: Order) -> Made:
        try:
            # Waits where a record was lost with its worker: dask makes it once more.
            made: Made = future.result()
            return made
        except self._distributed.KilledWorker:
            return Made(order, cause=f"its dask workers died, {ATTEMPTS} or more of them")
        except Exception as error:
            return Made(order, cause=f"{type(error).__name__}: {error}")

    def close(self) -> None:
        """Let the cluster go; it stays for others."""
        self._client.close()


def _make(job: Job, order: Order) -> Made:
    """On a worker: make one run and hand its record back."""
    return _maker(job).make(order)


_makers: dict[Job, Maker] = {}


def _maker(job: Job) -> Maker:
    """One maker a process, for the graphs and scenarios it keeps."""
    if job not in _makers:
        _makers.clear()
        _makers[job] = Maker(job)
    return _makers[job]
