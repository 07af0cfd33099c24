"""Settings of a scenario run in processes, in coupled worlds, and kept if wished.

    with Runner(scenario, workers=2, store="kept") as runner:
        runs = runner.run([Setting(policy, seed, {"stories[0].appeal": 0.1}) for ...])

The same setting gives the same run to the bit, whoever makes it and in whatever order; the
same seed is the same world under every setting. Sweeps, sensitivity and optimisation stand
on this.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from types import TracebackType
from typing import Any

from rumorsim.errors import Fault, InputError
from rumorsim.measures import curves as curves_of
from rumorsim.measures import flatten
from rumorsim.measures.base import Curve
from rumorsim.scenario import Scenario
from rumorsim.studies.making import Job, Made
from rumorsim.studies.orders import Order, Orders, Setting
from rumorsim.studies.records import unpack
from rumorsim.studies.shelf import put_given
from rumorsim.studies.store import Store
from rumorsim.studies.workers import Hands, Here, Processes
from rumorsim.studies.worlds import default_workers

__all__ = ["Run", "Runner", "Setting", "run_of", "run_settings"]


@dataclass(frozen=True)
class Run:
    """What came of a setting. ``error`` says why there is nothing, where a run failed.

    ``id`` names the run by its resolved scenario and seed, ``digest`` its events.
    """

    setting: Setting
    id: str
    digest: str = ""
    events: int = 0
    scalars: Mapping[str, float | None] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


class Runner:
    """Runs settings of a scenario (or of :class:`.Orders`); its processes stay for the next.

    ``workers``: processes, by default one a core; 0 means this very process. ``store``: a
    directory in which finished runs are kept and found again (``part``: the share of the
    work done here, see :class:`.Store`). ``measures`` instead of the scenario's; ``curves``
    are patterns of the dotted names of the curves wanted. ``hands``: who works, instead of
    processes here. InputError where the scenario is at fault or the store cannot be had.
    """

    def __init__(
        self,
        scenario: Scenario | Orders,
        *,
        workers: int | None = None,
        store: str | Path | None = None,
        part: str = "",
        measures: Sequence[str] | None = None,
        curves: Sequence[str] = ("*",),
        hands: Callable[[Job], Hands] | None = None,
    ) -> None:
        if workers is not None and workers < 0:
            raise InputError(Fault("must be at least 0", key="workers", value=str(workers)))
        self.orders = scenario if isinstance(scenario, Orders) else Orders(scenario, measures)
        self.scenario = self.orders.scenario
        self.curves = tuple(curves)
        self.store = None if store is None else Store(Path(store))
        with ExitStack() as stack:
            scratch = stack.enter_context(self._scratch(part))
            put_given(self.scenario, scratch)
            job = Job(
                base_dir=self.scenario.base_dir,
                directory=None if self.store is None else self.store.directory,
                scratch=scratch,
                given=self.scenario.follow_graph is not None,
            )
            self.hands = _hands(job, workers) if hands is None else hands(job)
            stack.callback(self.hands.close)
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

    def make(self, orders: Iterable[Order]) -> Generator[Made, None, None]:
        """Make orders, in any order; records go to the store if there is one, failures too.

        OutputError as soon as nothing can be kept any more.
        """
        with closing(self.hands.made(orders)) as stream:
            for made in stream:
                if made.unwritable is not None:
                    raise made.unwritable
                if self.store is not None:
                    if made.cause:
                        self.store.write_failure(made.order.id, made.cause, made.trace)
                    elif made.record is not None:
                        self.store.write_packed(made.order.id, made.record)
                yield made

    def run(
        self,
        settings: Sequence[Setting],
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Run]:
        """The runs of ``settings``, in their order; equal settings are run once.

        ``progress`` is called with settings done and settings in all.
        """
        found: dict[int, Run] = {}
        for place, made in self._made(settings):
            found[place] = made
            if progress is not None:
                progress(len(found), len(settings))
        return [found[place] for place in range(len(settings))]

    def stream(self, settings: Sequence[Setting]) -> Generator[Run, None, None]:
        """The runs of ``settings`` as they are made."""
        with closing(self._made(settings)) as stream:
            for _, made in stream:
                yield made

    def _made(self, settings: Sequence[Setting]) -> Generator[tuple[int, Run], None, None]:
        places: dict[str, list[int]] = {}
        missing: list[int] = []
        for place, setting in enumerate(settings):
            order = self.orders.of(setting)
            places.setdefault(order.id, []).append(place)
            if len(places[order.id]) > 1:
                continue
            payload = None if self.store is None else self.store.read(order.id)
            if payload is None:
                missing.append(place)
        known = places.keys() - {self.orders.of(settings[place]).id for place in missing}
        for name in known:
            for place in places[name]:
                yield place, self._kept(settings[place], name)
        with closing(self.make(self.orders.of(settings[place]) for place in missing)) as stream:
            for made in stream:
                for place in places[made.order.id]:
                    yield place, self._run(settings[place], made)

    def _kept(self, setting: Setting, name: str) -> Run:
        payload = None if self.store is None else self.store.read(name)
        if payload is None:
            return Run(setting, name, error="its record was lost while it was read")
        return run_of(setting, name, payload, self.curves)

    def _run(self, setting: Setting, made: Made) -> Run:
        if made.cause:
            return Run(setting, made.order.id, error=made.cause)
        if made.record is None:
            return self._kept(setting, made.order.id)
        payload = unpack(made.record, made.order.id)
        return run_of(setting, made.order.id, payload, self.curves)


@contextmanager
def _folder_that_goes() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rumorsim-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _hands(job: Job, workers: int | None) -> Hands:
    count = default_workers(1 << 20) if workers is None else workers
    return Processes(job, count) if count else Here(job)


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


def run_settings(
    scenario: Scenario,
    settings: Sequence[Setting],
    *,
    workers: int | None = None,
    store: str | Path | None = None,
    measures: Sequence[str] | None = None,
    curves: Sequence[str] = ("*",),
    progress: Callable[[int, int], None] | None = None,
) -> list[Run]:
    """The runs of ``settings``, in their order: one use of a :class:`Runner`."""
    with Runner(scenario, workers=workers, store=store, measures=measures, curves=curves) as runner:
        return runner.run(settings, progress)
