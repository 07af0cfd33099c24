"""Settings of a scenario run in processes, in coupled worlds, and kept if wished.

    with Runner(scenario, workers=2, store="kept") as runner:
        for place, run in runner.stream([Setting("none", 1, {"stories[0].appeal": 0.1})]):
            ...

The same setting gives the same run to the bit, whoever makes it and in whatever order; the
same seed is the same world under every setting. All studies stand on this.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from rumorsim.common.errors import Fault, InputError, RumorsimError, advise
from rumorsim.common.progress import move_heartbeat
from rumorsim.measures import curves as curves_of
from rumorsim.measures import flatten
from rumorsim.measures.base import Curve
from rumorsim.scenario import Scenario
from rumorsim.studies.runner.graph_cache import Given
from rumorsim.studies.runner.queue import Queue
from rumorsim.studies.runner.records import unpack
from rumorsim.studies.runner.run_specs import RunSpec, RunSpecs, Setting
from rumorsim.studies.runner.store import Store
from rumorsim.studies.runner.worker import Job, RunOutcome
from rumorsim.studies.runner.workers import (
    ALONE,
    Executor,
    InProcess,
    Processes,
    default_workers,
    in_pool,
)

#: Between a worker's rename and our read nothing of ours touches a record: it is renamed whole,
#: and moved only where its checksum does not fit. What is left is the outside: a folder that is
#: emptied, or a worker that was started from other sources than this process.
_LOST: Final = (
    "its record was written and could not be read back: was the folder emptied, or the program"
    " changed, while it ran? Run the same again"
)


@dataclass(frozen=True)
class Run:
    """What came of a setting. ``error`` says why there is nothing, where a run failed.

    ``id`` names the run by its resolved scenario and seed, ``digest`` its events. Of a failed
    run, ``trace`` is where, ``faults`` those of the scenario.
    """

    setting: Setting
    id: str
    digest: str = ""
    events: int = 0
    scalars: Mapping[str, float | None] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    trace: str = ""
    faults: tuple[Fault, ...] = ()

    def raise_if_failed(self) -> None:
        """RunError with the setting if it failed, InputError if the scenario is at fault."""
        if self.error is None:
            return
        # With overrides it matters which: the file may be in order.
        if self.faults and not self.setting.overrides:
            raise InputError(self.faults)
        error = RunError(f"{self.setting}: {self.error}")
        if self.trace:
            error.add_note(self.trace)
        raise error


class RunError(RumorsimError):
    """A run ended in an error; names policy and seed."""


class Runner:
    """Runs settings of a scenario (or of :class:`.RunSpecs`); its processes stay for the next.

    ``workers``: processes, by default one per core; 0 means this very process. ``store``: a
    directory in which finished runs are kept and found again (``part``: the share of the
    work done here, see :class:`.Store`). ``measures`` instead of the scenario's; ``curves``
    are patterns of the dotted names of the curves wanted; ``engine`` makes them. ``executor``: who
    works, instead of processes here. Without ``reuse`` every run is made, also those under
    policies that ``none`` of the same world shows to do nothing there; ``reused`` counts these.
    InputError where the scenario is at fault or the store
    cannot be had.
    """

    def __init__(
        self,
        scenario: Scenario | RunSpecs,
        *,
        workers: int | None = None,
        store: str | Path | None = None,
        part: str = "",
        measures: Sequence[str] | None = None,
        curves: Sequence[str] = ("*",),
        engine: str = "fast",
        executor: Callable[[Job], Executor] | None = None,
        reuse: bool = True,
    ) -> None:
        if workers is not None and workers < 0:
            raise InputError(Fault("must be at least 0", key="workers", value=str(workers)))
        self.specs = scenario if isinstance(scenario, RunSpecs) else RunSpecs(scenario, measures)
        self.scenario = self.specs.scenario
        self.curves = tuple(curves)
        self.reuse, self.reused = reuse, 0
        self.store = None if store is None else Store(Path(store).absolute())
        with ExitStack() as stack:
            # Alone and without a store nothing is in hand, and no graph is shared.
            alone = workers == 0 and self.store is None
            scratch = None if alone else stack.enter_context(self._scratch(part))
            graph = self.scenario.follow_graph
            job = Job(
                base_dir=self.scenario.base_dir,
                directory=None if self.store is None else self.store.directory,
                scratch=scratch,
                given=None if graph is None else Given(graph, scratch),
                engine=engine,
                handed=self.scenario.handed,
            )
            self.executor = executor_for(job, workers) if executor is None else executor(job)
            stack.callback(self.executor.close)
            self._stack = stack.pop_all()

    def _scratch(self, part: str) -> AbstractContextManager[Path]:
        """A folder for what is in hand: the store's, which holds it, or one that goes."""
        if self.store is not None:
            return self.store.held(part)
        return _folder_that_goes()

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def close(self) -> None:
        """End the processes and let the store go; finished runs stay in it."""
        self._stack.close()

    def make(self, specs: Iterable[RunSpec]) -> Generator[RunOutcome, None, None]:
        """Make runs, in any order; records go to the store if there is one, failures too.

        What is made before what: see :class:`.Queue`.
        OutputError as soon as nothing can be kept any more.
        """
        queue = Queue(specs, reuse=self.reuse)
        with closing(self.executor.made(queue)) as stream:
            for first in stream:
                queue.settle(first)
                self.reused += len(first.same)
                for made in (first, *first.same):
                    self._keep(made)
                    yield made

    def _keep(self, made: RunOutcome) -> None:
        if made.unwritable is not None:
            raise made.unwritable
        if self.store is not None:
            if made.cause:
                self.store.write_failure(made.spec.id, made.cause, made.trace)
            elif made.record is not None:
                self.store.write_packed(made.spec.id, made.record)

    def successful(
        self,
        settings: Sequence[Setting],
        progress: Callable[[int, int], None] | None = None,
    ) -> Generator[tuple[int, Run], None, None]:
        """Like :meth:`stream`; RunError or InputError as soon as a run failed.

        ``progress`` is called with settings done and settings in all.
        """
        with closing(self.stream(settings)) as stream:
            for done, (place, made) in enumerate(stream, 1):
                made.raise_if_failed()
                move_heartbeat(done, len(settings), "runs")
                if progress is not None:
                    progress(done, len(settings))
                yield place, made

    def stream(self, settings: Sequence[Setting]) -> Generator[tuple[int, Run], None, None]:
        """The runs of ``settings`` as they are made, each with its place among them.

        Equal settings are run once.
        """
        places: dict[str, list[int]] = {}
        missing: list[int] = []
        for place, setting in enumerate(settings):
            spec = self.specs.of(setting)
            places.setdefault(spec.id, []).append(place)
            if len(places[spec.id]) > 1:
                continue
            payload = None if self.store is None else self.store.read(spec.id)
            if payload is None:
                missing.append(place)
        known = places.keys() - {self.specs.of(settings[place]).id for place in missing}
        for name in known:
            # Read again, as not all are held in memory. Whoever takes our runs may take its
            # time, and somebody may empty the folder meanwhile: then it is made anew.
            payload = None if self.store is None else self.store.read(name)
            if payload is None:
                missing.append(places[name][0])
                continue
            for place in places[name]:
                yield place, run_of(settings[place], name, payload, self.curves)
        with closing(self.make(self.specs.of(settings[place]) for place in missing)) as stream:
            for made in stream:
                for place in places[made.spec.id]:
                    yield place, self._run(settings[place], made)

    def _run(self, setting: Setting, made: RunOutcome) -> Run:
        name = made.spec.id
        if made.cause:
            return Run(setting, name, error=made.cause, trace=made.trace, faults=made.faults)
        if made.record is not None:
            return run_of(setting, name, unpack(made.record, name), self.curves)
        payload = None if self.store is None else self.store.read(name)
        if payload is None:
            return Run(setting, name, error=_LOST)
        return run_of(setting, name, payload, self.curves)


@contextmanager
def _folder_that_goes() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rumorsim-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def executor_for(job: Job, workers: int | None) -> Executor:
    """Who does a job: so many processes (by default one per core), or this one (0)."""
    count = default_workers(1 << 20) if workers is None else workers
    if count and in_pool():
        if workers is not None:
            advise(ALONE)
        return InProcess(job)
    stuck = next(job.handed.stuck(), None) if count else None
    if stuck is not None:
        if count > 1:
            why = f"{stuck[0]} cannot go to other processes, as {stuck[1]}"
            advise(f"{why}: one worker makes all runs")
        return InProcess(job)
    return Processes(job, count) if count else InProcess(job)


def run_of(setting: Setting, name: str, payload: Mapping[str, Any], wanted: Sequence[str]) -> Run:
    """A run from its record, with those curves whose name fits a pattern of ``wanted``."""
    kept = {
        key: curve
        for key, curve in curves_of(payload["measures"]).items()
        if any(fnmatchcase(key, pattern) for pattern in wanted)
    }
    return Run(
        setting,
        name,
        payload["digest"],
        payload["events"],
        flatten(payload["measures"]),
        kept,
        payload["provenance"],
    )
