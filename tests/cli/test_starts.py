"""Scenarios to begin with, files found by their names, and completion by the shell."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

import rumorsim
from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError, OutputError
from rumorsim.scenario.shipped import SCENARIOS, STUDIES, shipped, shipped_or_given
from rumorsim.scenario.starts import STARTS, write_start

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somewhere outside the clone."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def called(*words: str) -> str:
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    return done.output


# -- starts --------------------------------------------------------------------------------


@pytest.mark.parametrize("start", STARTS)
def test_a_start_passes_the_check_and_runs(start: str, folder: Path) -> None:
    told = called("init", "mine.toml", "--start", start)
    assert "wrote mine.toml" in told and "rumorsim compare mine.toml" in told
    called("check", "mine.toml")
    scenario = rumorsim.load("mine.toml")
    assert scenario.name == "mine"
    text = Path("mine.toml").read_text("utf-8")
    assert text.count("#") > 15
    assert not any(word in text for word in ("NAME", "GRAPH", "COLUMNS", "FILE"))
    for policy in scenario.policy_names:
        found = rumorsim.run(scenario, policy).scalars()
        assert found["reach.truth.false.accounts"] > 30
        assert (found["enforcement.actions"] > 0) == (policy != "none")


def test_the_default_is_scenario_toml_and_nothing_is_replaced(folder: Path) -> None:
    called("init")
    assert Path("scenario.toml").read_text("utf-8").startswith("# A small world")
    Path("scenario.toml").write_text("mine")
    done = CliRunner().invoke(cli, ["init"])
    assert (done.exit_code, Path("scenario.toml").read_text("utf-8")) == (2, "mine")
    assert "exists already; choose another name, or overwrite it: --force" in done.output
    called("init", "--force")
    assert rumorsim.load("scenario.toml").name == "scenario"


def test_a_graph_of_ones_own(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "work").mkdir()
    follows = folder / "data" / "edges.txt"
    follows.write_text("".join(f"{a}\t{b}\n" for a in range(40) for b in range(a % 7)))
    options = ["--start", "graph", "--graph", "data/edges.txt", "--columns", "followee follower"]
    called("init", "mine.toml", *options)
    assert tomllib.loads(Path("mine.toml").read_text("utf-8"))["graph"] == {
        "kind": "file",
        "path": "data/edges.txt",
        "columns": "followee follower",
    }
    assert not Path("follows.csv").exists()
    called("run", "mine.toml")
    called("init", "work/mine.toml", *options)
    assert rumorsim.run(rumorsim.load("work/mine.toml")).digest == (
        rumorsim.run(rumorsim.load("mine.toml")).digest
    )
    for wrong, said in (
        (["--start", "graph", "--graph", "nosuch.txt", "--columns", "x"], "there is no such file"),
        (["--start", "graph", "--graph", "data/edges.txt"], "columns: is missing"),
        (["--graph", "data/edges.txt"], 'goes with the start "graph"'),
    ):
        done = CliRunner().invoke(cli, ["init", "other.toml", *wrong])
        assert done.exit_code == 2 and said in done.output
        assert not Path("other.toml").exists()


def test_an_unknown_start_and_a_missing_folder(folder: Path) -> None:
    with pytest.raises(InputError, match='did you mean "small"'):
        write_start("smal", folder / "a.toml")
    with pytest.raises(OutputError, match="cannot be written"):
        write_start("small", folder / "nosuch" / "a.toml")


# -- names ---------------------------------------------------------------------------------


def test_files_that_ship_are_found_by_name(folder: Path) -> None:
    shipped_one, of_clone = rumorsim.load("small"), rumorsim.load(ROOT / "configs" / "small.toml")
    assert shipped_one.model_dump() == of_clone.model_dump()
    assert rumorsim.load("2018-autumn").name == "2018-autumn"
    assert {"quickstart", "classroom-sir", "2023-spring"} <= shipped(SCENARIOS).keys()
    assert set(shipped(STUDIES)) == {"small-sweep", "small-answers", "small-calibration"}
    called("compare", "small", "--replicates", "2", "--workers", "1")
    assert (folder / "small-compare" / "comparison.txt").exists()
    called("sweep", "small-sweep", "--out", "swept", "--workers", "1")
    assert len(list(rumorsim.sweep({"scenario": "small", "replicates": 1}, workers=0).runs())) == 3


def test_a_file_that_is_here_comes_first(folder: Path) -> None:
    text = (ROOT / "configs" / "small.toml").read_text("utf-8")
    Path("small").write_text(text.replace('name = "small"', 'name = "mine"'))
    assert rumorsim.load("small").name == "mine"
    Path("small").unlink()
    Path("small").mkdir()
    assert rumorsim.load("small").name == "small", "a directory is no scenario"
    assert shipped_or_given("./small") == Path("./small")
    assert shipped_or_given("small.toml") == Path("small.toml")


def test_a_name_that_nothing_has(folder: Path) -> None:
    with pytest.raises(InputError, match=r'neither a file nor the name.*did you mean "quickstart"'):
        rumorsim.load("quickstar")
    with pytest.raises(InputError, match="small-answers"):
        rumorsim.sweep("nosuch")


# -- completion ----------------------------------------------------------------------------


def completed(words: str, count: int, folder: Path) -> list[str]:
    """What click's completion for bash offers."""
    code = "import sys; from rumorsim.cli.app import main; sys.argv[0] = 'rumorsim'; main()"
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(rumorsim.__file__).parents[1]),
        "_RUMORSIM_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(count),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, cwd=folder
    )
    assert not done.stderr
    return done.stdout.splitlines()


def test_the_shell_completes_commands_names_and_files(folder: Path) -> None:
    assert "plain,compare" in completed("rumorsim comp", 1, folder)
    assert completed("rumorsim compare quick", 2, folder) == ["plain,quickstart", "file,quick"]
    assert "plain,small-sweep" in completed("rumorsim sensitivity small-", 2, folder)
    assert completed("rumorsim compare mine.t", 2, folder) == ["file,mine.t"]
    assert "plain,--precision-of" in completed("rumorsim compare --prec", 2, folder)
