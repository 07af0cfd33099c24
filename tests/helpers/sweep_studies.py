"""Small studies for tests, and what to compare of the directories they are swept into."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import rumorsim
from rumorsim.cli.app import cli
from rumorsim.scenario import Scenario
from rumorsim.simulation.results import Result
from rumorsim.simulation.running import run
from rumorsim.studies.runner import worker
from rumorsim.studies.sweep.running import Progress

FOLDER = Path(__file__).parents[1] / "studies"
SCENARIO = FOLDER / "scenario.toml"

GRID = """
scenario = {scenario!r}
replicates = {replicates}
policies = ["none", "close accounts"]

[[parameters]]
name = "appeal"
key = "stories[tap-water].appeal"
values = [0.1, 0.3, 0.5]

[[parameters]]
name = "reports"
key = 'policies[close accounts].interventions[0].when.reports'
values = [1, 3]
"""


def grid(folder: Path, replicates: int = 2, scenario: Path = SCENARIO) -> Path:
    """A study in ``folder``: 6 points, 2 policies; 9 different runs for each replicate."""
    place = folder / "study.toml"
    place.write_text(GRID.format(scenario=str(scenario), replicates=replicates), "utf-8")
    return place


def tables(out: Path) -> dict[str, bytes]:
    """The bytes of everything a finished sweep shows: its manifest and its tables."""
    names = ("manifest.json", "runs.parquet", "series.parquet", "runs.csv", "series.csv")
    return {name: (out / name).read_bytes() for name in names if (out / name).exists()}


def records(out: Path) -> list[Path]:
    """The files of finished runs."""
    return sorted(out.glob("runs/*/*.run"))


def told(work: Any, *args: Any, **options: Any) -> tuple[Any, list[str]]:
    """What ``work`` returns, and what it told."""
    lines: list[str] = []
    return work(*args, tell=lines.append, **options), lines


def command(*args: str | Path) -> list[str]:
    """The command line of ``rumorsim`` as a new process."""
    return [sys.executable, "-m", "rumorsim", *map(str, args)]


def environment() -> dict[str, str]:
    """In which a new process finds the package under test."""
    return {**os.environ, "PYTHONPATH": str(Path(rumorsim.__file__).parents[1])}


def called(*args: str | Path) -> subprocess.CompletedProcess[str]:
    """``rumorsim`` called in this process; an exception that it lets through passes on."""
    words = list(map(str, args))
    done = CliRunner().invoke(cli, words, prog_name="rumorsim", catch_exceptions=False)
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def started(*args: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """``rumorsim`` as a new process that is waited for."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command(*args),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        **options,
    )
    return done


def at(progress: Progress) -> int:
    """Runs done or failed by now."""
    return progress.done + progress.failed


@contextlib.contextmanager
def remembered_runs() -> Iterator[None]:
    """In this process every run is made once and remembered: what is tested is what is kept."""
    known: dict[tuple[str, str, int], Result] = {}

    def remembering(
        scenario: Scenario, policy: str, seed: int, engine: str = "fast", *, progress: object = None
    ) -> Result:
        key = scenario.model_dump_json(), policy, seed
        if key not in known:
            known[key] = run(scenario, policy, seed, engine)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "run", remembering)
        yield
