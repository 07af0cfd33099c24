"""Compiling: once for all, every function for one kind of arguments, and it stays found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

_LISTENING = """
import json, sys
from numba.core import event
compiled = []
class Listener(event.Listener):
    def on_start(self, happened):
        function = happened.data["dispatcher"].py_func
        compiled.append(f"{function.__module__}.{function.__name__}")
    def on_end(self, happened):
        pass
listener = Listener()
event.register("numba:compile", listener)
sys.argv = ["rumorsim", *sys.argv[1:]]
from rumorsim.cli.app import main
try:
    main()
except SystemExit as left:
    assert not left.code, left.code
print(json.dumps(compiled))
"""


def started(cache: Path, *arguments: str) -> tuple[list[str], str]:
    """Which functions a fresh process compiles for a command, and what it says on stderr."""
    done = subprocess.run(
        [sys.executable, "-c", _LISTENING, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "RUMORSIM_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    compiled: list[str] = json.loads(done.stdout.splitlines()[-1])
    return [each for each in compiled if each.startswith("rumorsim.")], done.stderr


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The first start of all, with an empty folder for what is compiled."""
    cache = tmp_path_factory.mktemp("compiled")
    compiled, said = started(cache, "run", "configs/small.toml")
    return {"cache": cache, "compiled": compiled, "said": said}


def test_every_function_is_compiled_for_one_kind_of_arguments(first: dict[str, Any]) -> None:
    times = Counter(first["compiled"])
    assert len(times) > 50
    # A kernel that Python calls as well, with arrays instead of rows, is compiled for both.
    often = {name for name, count in times.items() if count > 1}
    shared = {"philox", "uniform", "sample", "next_point", "warp", "unwarp"}
    assert {name.rsplit(".", 1)[1] for name in often} <= shared
    assert max(times.values()) <= 2


def test_it_says_so_once_and_compiles_nothing_the_second_time(first: dict[str, Any]) -> None:
    assert "compiling kernels (once" in first["said"]
    compiled, said = started(first["cache"], "run", "configs/small.toml")
    assert compiled == []
    assert "compiling" not in said


def test_the_first_run_of_a_model_says_so_as_well(first: dict[str, Any]) -> None:
    """The models have a loop of their own; what comes after the first run says nothing."""
    said = [
        started(first["cache"], "run", "configs/classroom-daley-kendall.toml")[1] for _ in range(2)
    ]
    assert ["compiling kernels" in each for each in said] == [True, False]


def test_who_is_first_to_push_or_report_need_not_wait(first: dict[str, Any]) -> None:
    scenario = "tests/scenario/valid/adversaries.toml"
    compiled, _ = started(first["cache"], "run", scenario)
    assert not [name for name in compiled if "feed" in name or "acting" in name]


def test_a_damaged_file_is_compiled_again(first: dict[str, Any], tmp_path: Path) -> None:
    cache = first["cache"]
    damaged = [each for each in cache.rglob("*.nbc") if each.name.startswith("alias")]
    assert damaged
    for each in damaged:
        each.write_bytes(each.read_bytes()[:100])
    compiled, _ = started(cache, "run", "configs/small.toml")
    assert compiled == ["rumorsim.engine.kernels.alias.alias_table"]
    assert started(cache, "run", "configs/small.toml")[0] == []
