"""sweep: every setting of a study, in coupled worlds, kept in a directory run by run.

The directory is the truth: whatever ends a sweep, doing the same again makes only what is
missing. Counts come first, then how long it will take, then the runs, then the tables.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from rumorsim.common.claims import is_unclaimed
from rumorsim.common.files import MARKER, check_directory, write_text
from rumorsim.common.plurals import counted
from rumorsim.common.progress import heartbeat, progress_of
from rumorsim.common.provenance import digest_of
from rumorsim.measures import AnyMeasure
from rumorsim.scenario import Scenario
from rumorsim.scenario.handing import Policies
from rumorsim.studies.runner.account_names import save_accounts
from rumorsim.studies.runner.idle_policies import idle_lines, with_world
from rumorsim.studies.runner.manifest import MANIFEST, Manifest
from rumorsim.studies.runner.queue import not_needed
from rumorsim.studies.runner.run_specs import RunSpec, RunSpecs
from rumorsim.studies.runner.runner import Runner
from rumorsim.studies.runner.shards import Shard
from rumorsim.studies.runner.store import HOLDS
from rumorsim.studies.runner.worker import Job, RunOutcome
from rumorsim.studies.runner.workers import Executor
from rumorsim.studies.runner.world_draws import AnyPosterior, WorldDraws
from rumorsim.studies.sweep.asking import Asked, study_of
from rumorsim.studies.sweep.plan import Plan, handed_over, planned
from rumorsim.studies.sweep.swept import Passing, Sweep
from rumorsim.studies.sweep.tables import write_tables

#: Seconds of a first run from which no second one is made to say how long all will take;
#: below, what the first one took may be the compiling of kernels.
_TELLING: Final = 120.0
#: Causes of failures that are told; the table has them all.
_MOST_TOLD: Final = 5
#: How often records that turn out to be damaged are made again before giving up.
_ROUNDS: Final = 3


class Progress(NamedTuple):
    """How far a sweep is: ``done`` of ``total`` runs are there, ``failed`` cannot be made.

    ``rate`` is runs a second since it began, ``left`` the seconds it will take from here.
    """

    done: int
    failed: int
    total: int
    rate: float
    left: float | None


def sweep(
    study: Asked,
    out: str | Path | None = None,
    *,
    parameters: Mapping[str, Any] | Sequence[Any] | None = None,
    replicates: int | None = None,
    design: Mapping[str, Any] | None = None,
    scenario: Scenario | None = None,
    policies: Policies | None = None,
    measures: Iterable[AnyMeasure] | None = None,
    workers: int | None = None,
    shard: str | None = None,
    dask: str | None = None,
    most_runs: int | None = None,
    reuse: bool = True,
    posterior: AnyPosterior | None = None,
    force: bool = False,
    progress: Callable[[Progress], None] | bool | None = None,
    tell: Callable[[str], None] | None = None,
) -> Sweep:
    """Run every setting of a study that is not finished yet.

    Runs that fail are listed in :meth:`.Sweep.failures` and in the table.

    Parameters
    ----------
    study : str, path, mapping or Scenario
        A study file, a table of the same keys (its ``scenario`` a file or a :class:`.Scenario`),
        or a scenario whose parameters are given beside it.
    out : str or path, optional
        Folder of the sweep. Without it the sweep is in a temporary folder that is deleted with
        the object returned.
    parameters : mapping or sequence, optional
        Parameters in place of the study's: values by dotted key, or tables as in a study file.
    replicates, design : optional
        Number of worlds and design, in place of the study's.
    scenario : Scenario, optional
        Scenario in place of the one that the study names, for instance on a graph of your own.
    policies : iterable or mapping, optional
        Policies in place of the study's, as for :func:`.compare`.
    measures : iterable of str or Measure, optional
        Measures in place of the study's, your own included.
    workers : int, optional
        Number of processes; by default one per core.
    shard : str, optional
        A part of the sweep: "2/8" is the second of eight.
    dask : str, optional
        Address of a Dask scheduler whose workers make the runs.
    most_runs : int, optional
        Refuse to start if more runs would be needed; by default the study's limit.
    reuse : bool
        As for :func:`.compare`.
    posterior : Posterior, str or path, optional
        As for :func:`.compare`, without the share of the width, as a table of runs has no
        intervals; a parameter that is drawn cannot be varied as well.
    force : bool
        Whether ``out`` may hold the sweep of another scenario, which this one then replaces; its
        finished runs are kept.
    progress : function or bool, optional
        Called after every run; True shows a bar, False shows none. By default notebooks show one.
    tell : function, optional
        Called with each line of advice before the runs begin.

    Returns
    -------
    Sweep
        The finished sweep: ``frame()``, ``series_frame()``, ``failures()``.

    Raises
    ------
    InputError
        If the study or the scenario is invalid.
    OutputError
        If ``out`` cannot be written or holds the sweep of another scenario.

    Examples
    --------
    ::

        rumorsim.sweep("study.toml", "out")
        rumorsim.sweep(scenario, parameters={"stories[tap-water].appeal": [0.05, 0.1, 0.2]})
    """
    begun = study_of(study, parameters=parameters, replicates=replicates, design=design)
    share = Shard.of(shard)
    if out is not None:
        check_directory(Path(out))
    base = begun.load_scenario() if scenario is None else scenario
    begun, base = handed_over(begun, base, policies, measures)
    specs = RunSpecs(base, begun.measures)
    draws = WorldDraws.of(posterior)
    plan = with_world(planned(begun, specs, most_runs, draws), specs.scenario)
    claim = draws.claim(HOLDS, base.resolved(), begun.path)
    if out is not None and not _may_go_on(specs.scenario, draws, Path(out)):
        claim.check(Path(out), force=force)
    place = Path(tempfile.mkdtemp(prefix="rumorsim-") if out is None else out).absolute()
    executor = _executor(dask, tell or _ignored)
    try:
        life = heartbeat("sweep", unless=progress)
        with (
            life,
            Runner(
                specs,
                workers=workers,
                store=place,
                part=share.part,
                executor=executor,
                reuse=reuse,
            ) as runner,
        ):
            manifest = Manifest.of(plan, specs.scenario)
            write_text(place / MARKER, json.dumps(claim.marker()) + "\n")
            manifest.save(place)
            draws.save(place)
            save_accounts(plan, specs.scenario, place)
            work = _Work(plan, runner, share, _progress_callback(progress), tell or _ignored)
            swept = Sweep(place, manifest.values)
            for _ in range(_ROUNDS):
                work.make_missing()
                if work.is_in_tables(swept):
                    break
    except BaseException:
        if out is None:
            shutil.rmtree(place, ignore_errors=True)
        raise
    return swept if out is not None else replace(swept, passing=Passing(place))


def _may_go_on(scenario: Scenario, draws: WorldDraws, out: Path) -> bool:
    """Whether the sweep there has no tables yet, or those of this very scenario and posterior."""
    if not (out / MANIFEST).exists():
        return is_unclaimed(out, HOLDS)
    there = Manifest.load(out).values
    posterior = there.get("posterior") or {"digest": ""}
    same = there.get("scenario_digest") == digest_of(scenario.resolved())
    return bool(same and posterior["digest"] == draws.digest)


def _executor(dask: str | None, tell: Callable[[str], None]) -> Callable[[Job], Executor] | None:
    if dask is None:
        return None
    from rumorsim.studies.runner.dask_cluster import Cluster

    return lambda job: Cluster(job, dask, tell)


def _progress_callback(
    progress: Callable[[Progress], None] | bool | None,
) -> Callable[[Progress], None]:
    if callable(progress):
        return progress
    bar = progress_of(progress, "runs")
    return _ignored if bar is None else lambda now: bar(now.done + now.failed, now.total)


def _ignored(_: object) -> None:
    pass


class _Work:
    """What is missing of a plan, and what is said while it is made."""

    def __init__(
        self,
        plan: Plan,
        runner: Runner,
        share: Shard,
        progress: Callable[[Progress], None],
        tell: Callable[[str], None],
    ) -> None:
        if runner.store is None:
            raise ValueError("a sweep needs a store")
        self.plan, self.runner, self.share = plan, runner, share
        self.store = runner.store
        self.progress, self.tell = progress, tell
        self.failed: set[str] = set()
        self.causes: set[str] = set()

    def make_missing(self) -> None:
        """Make those runs of this share that are not in the store, and have not failed."""
        ours = [name for name in self.plan.run_ids() if self.share.has(name)]
        damaged = self.store.quarantined()
        there = self.store.intact(ours)
        damaged = self.store.quarantined() - damaged
        if damaged:
            rule = f"{counted(damaged, 'record')} damaged: put aside in quarantine, made again"
            self.tell(rule)
        missing = set(ours) - there - self.failed
        self._announce(len(ours), len(missing))
        for line in idle_lines(self.plan.idle, len(self.plan.points))[:_MOST_TOLD]:
            self.tell(f"warning: {line}")
        if missing:
            specs = (self.runner.specs.of(each) for each in self.plan.wanted(missing))
            self._make(specs, len(there), len(ours))

    def _make(self, specs: Iterator[RunSpec], done: int, total: int) -> None:
        """Make them; once one or two runs have shown how long it takes, say so."""
        begun, made_since, before = time.monotonic(), 0, done + len(self.failed)
        reused, timed, told = self.runner.reused, 0, False
        with closing(self.runner.make(specs)) as stream:
            for made in stream:
                done += self._counted(made)
                left = total - done - len(self.failed)
                if told:
                    made_since += 1
                    rate = made_since / max(time.monotonic() - begun, 1e-9)
                    self.progress(Progress(done, len(self.failed), total, rate, left / rate))
                # What was not needed took no time; the first run may have had to compile.
                elif made.seconds or made.cause:
                    timed += 1
                    told = timed == 2 or made.seconds >= _TELLING
                    begun = time.monotonic()
                    if told and left:
                        count = self.runner.executor.count
                        self.tell(f"about {_duration(made.seconds * left / count)} to go")
        runs = done + len(self.failed) - before
        line = not_needed(self.runner.reused - reused, runs)
        if line:
            self.tell(line)

    def _counted(self, made: RunOutcome) -> bool:
        if made.cause:
            self.failed.add(made.spec.id)
            cause = made.cause.splitlines()[0]
            if cause not in self.causes and len(self.causes) < _MOST_TOLD:
                self.causes.add(cause)
                self.tell(f"failed: {made.spec}: {cause}")
        return not made.cause

    def is_in_tables(self, swept: Sweep) -> bool:
        """Write the tables once every run was made or failed; False where one was lost since."""
        others: set[str] = set()
        if self.share.parts > 1:
            names = set(self.plan.run_ids())
            missing = names - self.store.intact(names)
            others = {name for name in missing if not self.share.has(name)}
        if others:
            rest = counted(len(others), "run of other shards is", "runs of other shards are")
            self.tell(f"this shard is done; {rest} missing")
            return not missing - others - self.failed
        # To write them reads every record: what is lost or damaged is found there.
        return write_tables(swept) <= self.failed

    def _announce(self, total: int, missing: int) -> None:
        plan, parts = self.plan, self.share.parts
        if plan.draws:
            self.tell(plan.draws.sentence())
        worlds = plan.study.replicates
        of = (
            f"{counted(len(plan.points), 'point')}"
            f" x {counted(len(plan.policies), 'policy', 'policies')} x {counted(worlds, 'world')}"
        )
        same = f", {plan.runs:,} of them different" if plan.runs < plan.rows else ""
        share = f"; {total:,} in shard {self.share.place} of {parts}" if parts > 1 else ""
        there = f"; {total - missing:,} are there already" if missing < total else ""
        self.tell(f"{of}: {counted(plan.rows, 'run')}{same}{share}{there}; {missing:,} to make")


def _duration(seconds: float) -> str:
    """Roughly how long, for people."""
    for unit, size in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 1):.0f} s"
