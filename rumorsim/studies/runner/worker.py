"""Making one run: what a worker does, whether a process, a dask worker or this very process."""

from __future__ import annotations

import errno
import json
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from rumorsim.common.errors import Fault, InputError, OutputError, RumorsimError
from rumorsim.common.own_code import Handed
from rumorsim.scenario import Scenario
from rumorsim.scenario.loading import from_values
from rumorsim.simulation.results import Result
from rumorsim.simulation.running import run, run_for_several
from rumorsim.simulation.untouched import Waiting
from rumorsim.studies.runner.graph_cache import Given, Shelf
from rumorsim.studies.runner.records import pack
from rumorsim.studies.runner.run_specs import RunSpec
from rumorsim.studies.runner.store import Store

#: How often a run is begun whose process was killed: once, and two retries.
ATTEMPTS: Final = 3
#: Scenarios kept for the next run: one for each policy, and they may take turns.
_KEPT: Final = 256


@dataclass(frozen=True)
class RunOutcome:
    """What became of a run: a record (here, or in the store), or the cause of its failure.

    ``seconds`` is how long it took; ``faults`` are those of the scenario that made it fail.
    ``unwritable``: nothing can be kept any more. ``same``: runs that waited for this one and
    turned out to be the same; each has its own record.
    """

    spec: RunSpec
    seconds: float = 0.0
    record: bytes | None = None
    cause: str = ""
    trace: str = ""
    faults: tuple[Fault, ...] = ()
    unwritable: OutputError | None = None
    same: tuple[RunOutcome, ...] = ()


@dataclass(frozen=True)
class Job:
    """What all runs have in common. Without ``directory`` records are handed back.

    ``base_dir`` is where relative paths of the scenario start; ``scratch`` a folder for what
    is in hand, and for graphs (None: no other process shares them); ``given``: the graph, where
    it was handed over from Python; ``handed``: policies and measures that were.
    """

    base_dir: Path
    directory: Path | None = None
    scratch: Path | None = None
    given: Given | None = None
    engine: str = "fast"
    handed: Handed = field(default_factory=Handed)

    def maker(self) -> RunWorker:
        """What does it."""
        return RunWorker(self)


class RunWorker:
    """Makes runs, one after the other, in this process."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._store = None if job.directory is None else Store(job.directory, job.scratch)
        #: The scenario of a text, remembered for the next order.
        self.scenario = lru_cache(_KEPT)(self._built)

    def make(self, spec: RunSpec) -> RunOutcome:
        """Make one run; an error of its own ends as its cause, what memory lacks is tried again."""
        begun = time.perf_counter()
        for _ in range(ATTEMPTS):
            try:
                own, same = self.payloads(spec)
                made = self._kept(replace(spec, waiting=()), own)
                others = tuple(self._kept(*each) for each in same)
                return replace(made, seconds=time.perf_counter() - begun, same=others)
            except OutputError as error:
                return RunOutcome(spec, unwritable=error)
            except Exception as error:
                faults = error.faults if isinstance(error, InputError) else ()
                ours = isinstance(error, RumorsimError)
                cause = str(error) if ours else f"{type(error).__name__}: {error}"
                failed = RunOutcome(spec, cause=cause, trace=traceback.format_exc(), faults=faults)
                if not _passing(error):
                    break
        return failed

    def _kept(self, spec: RunSpec, payload: Mapping[str, Any]) -> RunOutcome:
        """The record of a run specification, in the store if there is one."""
        record = pack(payload)
        if self._store is None:
            return RunOutcome(spec, record=record)
        self._store.write_packed(spec.id, record)
        return RunOutcome(spec)

    def close(self) -> None:
        """Make what was written outlive a power failure."""
        if self._store is not None:
            self._store.sync()

    @cached_property
    def _shelf(self) -> Shelf | None:
        return None if self.job.scratch is None else Shelf(self.job.scratch)

    def payloads(
        self, spec: RunSpec
    ) -> tuple[dict[str, Any], list[tuple[RunSpec, dict[str, Any]]]]:
        """What is kept of a run, and of those that waited for it and are the same run."""
        if not spec.waiting:
            return self.payload(spec), []
        scenario = self._in_world(spec)
        waiting = [Waiting(self._in_world(each), each.policy) for each in spec.waiting]
        result, same = run_for_several(scenario, spec.seed, self.job.engine, waiting)
        others = [(spec.waiting[place], each) for place, each in same.items()]
        return _payload(spec, result), [(each, _payload(each, r)) for each, r in others]

    def payload(self, spec: RunSpec) -> dict[str, Any]:
        """What is kept of the order once it is made; plain JSON values."""
        scenario = self._in_world(spec)
        # Whoever ordered it gives signs of life.
        result = run(scenario, spec.policy, spec.seed, self.job.engine, progress=_ignore_progress)
        return _payload(spec, result)

    def _in_world(self, spec: RunSpec) -> Scenario:
        """The scenario of a run specification, with its graph at hand."""
        scenario = self.scenario(spec.text).in_world(spec.seed)
        self.share_graph(scenario)
        return scenario

    def share_graph(self, scenario: Scenario) -> None:
        """Make its graph, or take it from whoever made it before, where graphs are shared."""
        if self._shelf is not None:
            self._shelf.ready(scenario)

    def _built(self, text: str) -> Scenario:
        scenario = from_values(json.loads(text), self.job.base_dir).with_handed(self.job.handed)
        return scenario if self.job.given is None else scenario.on(self.job.given.graph)


def _payload(spec: RunSpec, result: Result) -> dict[str, Any]:
    # Not `as_dict`, whose deep copy takes longer than a small run.
    return {"id": spec.id, **result.values()}


def _ignore_progress(_: float) -> None:
    pass


def _passing(error: Exception) -> bool:
    """Whether the same run may go well a moment later."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.EIO)
    return isinstance(error, MemoryError)
