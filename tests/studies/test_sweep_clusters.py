"""Sweeps on more than one machine: dask with a worker killed, SLURM's job array."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import own_doors
import pytest
import slurm_loopback
from sweep_studies import FOLDER, called, environment, grid, records, started, tables

import rumorsim
from rumorsim.common.errors import InputError
from rumorsim.studies.runner.slurm import Array
from rumorsim.studies.runner.workers import WorkerError
from rumorsim.studies.sweep.running import Progress, sweep
from rumorsim.studies.sweep.study import load_study


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A study and the directory it was swept into, by this very process."""
    folder = tmp_path_factory.mktemp("whole")
    study = grid(folder, 3)
    sweep(study, folder / "out", workers=0)
    return study, folder / "out"


# -- dask ------------------------------------------------------------------------------


def test_dask_with_a_worker_killed(whole: tuple[Path, Path], tmp_path: Path) -> None:
    """A real cluster of two worker processes; one is killed when some runs are done."""
    distributed = pytest.importorskip("distributed")
    study, out = whole
    killed: list[int] = []
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        pids = [worker.pid for worker in cluster.workers.values()]

        def progress(now: Progress) -> None:
            if now.done >= 8 and not killed:
                os.kill(pids[0], signal.SIGKILL)
                killed.append(pids[0])

        address = cluster.scheduler_address
        swept = sweep(study, tmp_path / "out", dask=address, progress=progress)
    assert killed and not swept.failures()
    assert tables(tmp_path / "out") == tables(out)
    assert [p.read_bytes() for p in records(tmp_path / "out")] == [
        p.read_bytes() for p in records(out)
    ]


def test_no_scheduler_is_told_in_one_line(whole: tuple[Path, Path], tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="there is no dask scheduler"):
        sweep(whole[0], tmp_path / "out", dask="tcp://127.0.0.1:9")
    with pytest.raises(InputError, match="there is no dask scheduler"):
        sweep(whole[0], tmp_path / "out", dask="nonsense")


def test_without_dask_the_extra_is_named(
    whole: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r'pip install "rumorsim\[dask\]"'):
        sweep(whole[0], tmp_path / "out", dask="tcp://127.0.0.1:9")


@contextlib.contextmanager
def cluster_elsewhere(folder: Path, *, workers: bool) -> Iterator[str]:
    """The address of a dask scheduler whose workers, if any, run in a folder of their own."""
    pytest.importorskip("distributed")
    folder.mkdir()
    found = folder / "scheduler.json"
    file = ["--scheduler-file", str(found)]
    local = ["--host", "127.0.0.1"]
    commands = [[*dask_command("scheduler"), *local, "--port", "0", "--no-dashboard", *file]]
    if workers:
        worker = [*dask_command("worker"), *file, "--nthreads", "1", "--no-dashboard"]
        commands.append(worker)
    with contextlib.ExitStack() as stack:
        for words in commands:
            started = subprocess.Popen(
                words, cwd=folder, env=environment(), stderr=subprocess.DEVNULL
            )
            stack.callback(started.wait)
            stack.callback(started.terminate)
        begun = time.monotonic()
        while not found.exists() or not found.read_text().endswith("}"):
            assert time.monotonic() - begun < 60
            time.sleep(0.05)
        yield json.loads(found.read_text())["address"]


def dask_command(what: str) -> list[str]:
    """A program of dask, as a new process."""
    return [sys.executable, "-m", f"distributed.cli.dask_{what}"]


def test_workers_of_a_cluster_find_the_files_of_a_study_named_by_a_relative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Study, scenario, follows and accounts are all named relatively; the worker is elsewhere."""
    here = tmp_path / "here"
    (here / "worlds" / "data").mkdir(parents=True)
    (here / "worlds" / "data" / "follows.txt").write_text("1 0\n2 0\n3 1\n4 2\n")
    (here / "worlds" / "data" / "accounts.csv").write_text("id,kind\n0,loud\n")
    (here / "worlds" / "scenario.toml").write_text(ON_FILES)
    (here / "study.toml").write_text(STUDY_ON_FILES)
    monkeypatch.chdir(here)
    with cluster_elsewhere(tmp_path / "elsewhere", workers=True) as address:
        done = started("sweep", "study.toml", "--out", "out", "--dask", address, cwd=here)
    assert done.returncode == 0, done.stderr
    assert "failed" not in done.stderr
    alone = sweep("study.toml", "alone", workers=0)
    assert not alone.failures() and alone.directory == here / "alone"
    assert tables(here / "out") == tables(here / "alone")


ON_FILES = """
horizon = "1 d"
graph = { kind = "file", path = "data/follows.txt", columns = "follower followee" }
accounts = { file = "data/accounts.csv", kinds = { loud = { share = 0.0 } } }
[[stories]]
name = "s"
truth = false
appeal = 0.9
author = { kind = "loud" }
"""
STUDY_ON_FILES = """
scenario = "worlds/scenario.toml"
replicates = 3
parameters = [{ name = "appeal", key = "stories[s].appeal", values = [0.1, 0.9] }]
"""


def test_paths_stay_what_they_were_when_the_folder_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loaded by a relative path, then run from another folder: in processes and here."""
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "data").mkdir(parents=True)
    there.mkdir()
    (here / "data" / "follows.txt").write_text("1 0\n2 0\n3 1\n4 2\n")
    (here / "data" / "accounts.csv").write_text("id,kind\n0,loud\n")
    (here / "scenario.toml").write_text(ON_FILES)
    (here / "study.toml").write_text(STUDY_ON_FILES.replace("worlds/", ""))
    monkeypatch.chdir(here)
    scenario, study = rumorsim.load("scenario.toml"), load_study("study.toml")
    swept = sweep(study, "out", workers=0)
    monkeypatch.chdir(there)
    compared = rumorsim.compare(scenario, replicates=1)
    assert rumorsim.run(scenario).digest == compared.digests["none"][0]
    assert len(list(swept.runs())) == 6
    again = sweep(study, "out", workers=1, progress=lambda _: os.chdir(tmp_path))
    assert again.directory == there / "out"
    assert not again.failures()
    assert tables(again.directory) == tables(here / "out")


def test_a_scheduler_without_workers_is_told_and_given_up(
    whole: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rumorsim.studies.runner import dask_cluster

    monkeypatch.setattr(dask_cluster, "_SECONDS_TO_TELL", 0.5)
    monkeypatch.setattr(dask_cluster, "_SECONDS_TO_WAIT", 3.0)
    lines: list[str] = []
    with cluster_elsewhere(tmp_path / "elsewhere", workers=False) as address:
        start = f"start one with `dask worker {address}`"
        with pytest.raises(WorkerError, match=re.escape(start)):
            sweep(whole[0], tmp_path / "out", dask=address, tell=lines.append)
    told = [line for line in lines if "has no workers yet" in line]
    assert len(told) == 1 and start in told[0]


def test_own_policies_go_to_a_cluster_whose_workers_can_import_them(
    whole: tuple[Path, Path], tmp_path: Path
) -> None:
    with cluster_elsewhere(tmp_path / "elsewhere", workers=True) as address:
        more: dict[str, Any] = {"policies": [own_doors.close_authors], "dask": address}
        failed = sweep(whole[0], tmp_path / "failed", **more).failures()
        told = "own_doors:close_authors: is not available to this worker:"
        told += " No module named 'own_doors'"
        assert failed and all(told in cause for cause in failed.values())
        shutil.copy(Path(own_doors.__file__), tmp_path / "elsewhere")
        swept = sweep(whole[0], tmp_path / "out", **more)
        assert not swept.failures()
        with pytest.raises(InputError, match="does not travel to a cluster, as it is defined"):
            more["policies"] = [own_doors.closure(2.0)]
            sweep(whole[0], tmp_path / "refused", **more)
    here = sweep(whole[0], tmp_path / "here", policies=[own_doors.close_authors], workers=0)
    assert tables(tmp_path / "out") == tables(here.directory)


# -- SLURM -----------------------------------------------------------------------------


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """``rumorsim`` as the nodes call it: the one under test."""
    place = tmp_path / "rumorsim program"
    path = environment()["PYTHONPATH"]
    place.write_text(f'#!/bin/bash\nPYTHONPATH="{path}" exec "{sys.executable}" -m rumorsim "$@"\n')
    place.chmod(0o755)
    return place


def test_the_script_does_the_sweep_whatever_the_order_of_its_tasks(
    whole: tuple[Path, Path], tmp_path: Path, program: Path
) -> None:
    """A dry run: each task by hand, as SLURM would start it, with names that need quotes."""
    study, out = tmp_path / "a study's.toml", tmp_path / "out of $HOME"
    shutil.copy(whole[0], study)
    quoted = f"'{program}'"
    done = called("sweep", "slurm", study, "--out", out, "--jobs", "2", "--program", quoted)
    assert done.returncode == 0, done.stderr
    script = tmp_path / "job.sh"
    script.write_text(done.stdout)
    assert "#SBATCH --array=1-2\n" in done.stdout
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
    for task in ("2", "1"):
        ran = subprocess.run(
            ["bash", str(script)],
            env={**os.environ, "SLURM_ARRAY_TASK_ID": task},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert ran.returncode == 0, ran.stderr
        assert (out / "runs.parquet").exists() == (task == "1")
    found, expected = tables(out), tables(whole[1])
    assert found["runs.parquet"] == expected["runs.parquet"]
    assert found["series.parquet"] == expected["series.parquet"]


def test_every_option_of_the_script() -> None:
    array = Array(Path("/s.toml"), Path("/o"), 7, 3, "02:00:00", "9G", "prog", 123)
    script = array.script()
    for line in (
        "#SBATCH --array=1-7",
        "#SBATCH --cpus-per-task=3",
        "#SBATCH --mem=9G",
        "#SBATCH --time=02:00:00",
        "exec prog sweep /s.toml --out /o",
        "--workers 3 --most-runs 123 --shard",
    ):
        assert line in script
    assert "most-runs" not in Array(Path("s"), Path("o"), 1).script()


def test_a_bad_study_gives_no_script(tmp_path: Path) -> None:
    for name in ("key-misspelt", "explosion-of-points"):
        bad = FOLDER / "invalid" / f"{name}.toml"
        done = called("sweep", "slurm", bad, "--out", tmp_path / "out")
        assert done.returncode == 2 and not done.stdout


@pytest.mark.long
def test_a_real_slurm_of_two_nodes(whole: tuple[Path, Path], tmp_path: Path, program: Path) -> None:
    """SLURM's own daemons on loopback: four tasks on two nodes, one of them requeued."""
    if slurm_loopback.missing():
        pytest.skip(f"needs {slurm_loopback.missing()}")
    with slurm_loopback.two_nodes(tmp_path / "slurm") as slurm:
        out = tmp_path / "out"
        array = Array(whole[0], out, 4, memory="500M", program=f"'{program}'")
        job = slurm.submit(array.script())
        tasks = slurm.wait_until(job, "RUNNING", every=False)
        running = [task for task, (state, _) in tasks.items() if state == "RUNNING"]
        slurm.requeue(f"{job}_{running[0]}")
        ended = slurm.wait_until(job, "COMPLETED", "FAILED", "CANCELLED", every=True)
    assert [state for state, _ in ended.values()] == ["COMPLETED"] * 4
    assert {node for _, node in ended.values()} == {"n1", "n2"}
    assert tables(out) == tables(whole[1])
