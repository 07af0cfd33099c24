"""Sweeps on more than one machine: dask with a worker killed, SLURM's job array."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import slurm_loopback
from sweep_studies import FOLDER, called, environment, grid, records, tables

from rumorsim.errors import InputError
from rumorsim.studies.slurm import Array
from rumorsim.studies.sweep import Progress, sweep


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
