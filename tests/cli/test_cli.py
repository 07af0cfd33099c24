"""The command line: what it prints, where it writes, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import rumorsim
from rumorsim.cli.app import cli
from rumorsim.common.errors import OutputError
from rumorsim.common.files import MARKER, check_directory, write_beside, write_directory
from rumorsim.scenario import load, loads

ROOT = Path(__file__).parents[2]
VALID = Path(__file__).parents[1] / "scenario" / "valid"
SMALL = str(VALID / "minimal.toml")
POLICIES = str(VALID / "one-rumor-three-answers.toml")


def _command(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, prog_name="rumorsim")


def _process(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "rumorsim", *arguments]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _process(*arguments), capture_output=True, text=True, cwd=ROOT, check=False
    )


# -- run -------------------------------------------------------------------------------


def test_run_prints_a_table() -> None:
    done = _command("run", POLICIES, "--policy", "filter")
    assert done.exit_code == 0, done.output
    assert "policy filter · seed 7 · engine fast" in done.stdout
    assert "tap-water" in done.stdout
    assert "delist 1" in done.stdout


def test_run_prints_json() -> None:
    found = json.loads(_command("run", POLICIES, "--seed", "3", "--json").stdout)
    assert {"policy", "seed", "digest", "measures"} <= set(found)
    assert (found["policy"], found["seed"], len(found["digest"])) == ("none", 3, 64)
    assert found["measures"]["reach"]["accounts"] >= 1


def test_both_engines_give_one_digest_and_another_seed_another() -> None:
    def digest(*options: str) -> str:
        found = json.loads(_command("run", POLICIES, "--json", *options).stdout)
        return str(found["digest"])

    assert digest() == digest("--engine", "reference")
    assert digest() != digest("--seed", "8")


def test_results_can_be_loaded_and_run_again(tmp_path: Path) -> None:
    out = tmp_path / "results"
    assert _command("run", POLICIES, "--policy", "close", "--out", str(out)).exit_code == 0
    files = ["accounts.csv", MARKER, "scalars.csv", "scenario.json"]
    assert sorted(each.name for each in out.iterdir()) == files
    result = rumorsim.Result.load(out)
    again = rumorsim.run(load(out / "scenario.json"), result.policy, result.seed)
    assert again.digest == result.digest
    assert (out / "scalars.csv").read_text().startswith("key,value,unit\n")


def test_events_are_saved_and_measured(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    done = _command("run", POLICIES, "--events", str(file), "--json")
    measured = _command("measure", str(file), "--only", "reach", "--json")
    reach = json.loads(done.stdout)["measures"]["reach"]
    assert json.loads(measured.stdout)["reach"] == reach
    assert "reach.accounts" in _command("measure", str(file)).stdout


def test_events_and_json_do_not_mix() -> None:
    done = _command("run", SMALL, "--events", "-", "--json")
    assert done.exit_code == 2
    assert "would print into each other" in done.stderr


# -- check, schema, compare ------------------------------------------------------------


def test_check_prints_a_scenario() -> None:
    done = _command("check", POLICIES)
    assert done.exit_code == 0
    assert loads(done.stdout, VALID) == load(POLICIES)
    assert "# Expected reproduction number" in done.stdout
    assert "tap-water: " in done.stdout


def test_check_finds_what_only_the_graph_can_tell(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text(Path(SMALL).read_text().replace("random = 1", "ids = [3, 12]"))
    load(file)
    done = _command("check", str(file))
    assert done.exit_code == 2
    assert "12" in done.stderr


def test_schema_is_json() -> None:
    assert "stories" in json.loads(_command("schema").stdout)["properties"]


def test_compare_prints_and_saves(tmp_path: Path) -> None:
    pytest.importorskip("rumorsim.studies.compare.running")
    out = tmp_path / "compared"
    options = ("--replicates", "2", "--workers", "1", "--out", str(out))
    done = _command("compare", POLICIES, *options)
    assert done.exit_code == 0, done.stderr
    assert "close" in done.stdout
    assert any(out.iterdir())
    found = json.loads(_command("compare", POLICIES, *options[:4], "--json").stdout)
    assert found


# -- faults ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "nowhere.toml"), "there is no such file"),
        (("run", str(VALID)), "is a directory"),
        (("run", SMALL, "--policy", "closs"), "no such policy"),
        (("run", SMALL, "--events", "e.txt"), "must name a format of events"),
        (("run", SMALL, "--out", SMALL), "is a file, not a directory"),
        (("run", SMALL, "--out", "nowhere/results"), "parent directory does not exist"),
        (("run", SMALL, "--seed", "-1"), "not in the range"),
        (("run", SMALL, "--seed", "x"), "not a valid integer"),
        (("run", SMALL, "--engine", "slow"), "is not one of"),
        (("run",), "Missing argument"),
        (("rnu", SMALL), 'did you mean "run"?'),
        (("run", SMALL, "--sede", "1"), "--seed"),
        (("compare", SMALL, "--replicates", "0"), "not in the range"),
        (("measure", SMALL), "must name a format of events"),
        (("check", str(VALID.parent / "invalid" / "text-for-number.toml")), "take the quotes away"),
    ],
)
def test_faults_end_with_code_two(arguments: tuple[str, ...], words: str) -> None:
    done = _command(*arguments)
    assert done.exit_code == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_every_fault_has_its_line() -> None:
    """In a process of its own, as the faults above would be."""
    done = _run("check", str(VALID.parent / "invalid" / "many-faults.toml"))
    assert done.returncode == 2 and done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("error: ") for line in lines)


# -- start and end ---------------------------------------------------------------------


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, time; begin = time.process_time(); import rumorsim.cli.app;"
        "from click.testing import CliRunner;"
        "assert CliRunner().invoke(rumorsim.cli.app.cli, ['--help']).exit_code == 0;"
        "print(time.process_time() - begin, *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    seconds, *modules = done.stdout.split()
    heavy = {"numpy", "numba", "scipy", "pydantic", "simpy", "networkx", "matplotlib", "tqdm"}
    assert not heavy & set(modules)
    assert float(seconds) < 0.2


def test_importing_the_package_costs_nothing() -> None:
    code = (
        "import sys, time; begin = time.process_time(); import rumorsim;"
        "print(time.process_time() - begin, 'numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    seconds, numpy_there = done.stdout.split()
    assert numpy_there == "False"
    assert float(seconds) < 0.03


def test_public_names_are_all_there() -> None:
    for name in rumorsim.__all__:
        assert getattr(rumorsim, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'lood'"):
        rumorsim.lood  # noqa: B018


def test_function_run_is_not_hidden_by_the_module_run() -> None:
    code = (
        "import rumorsim.run, rumorsim; rumorsim.Simulation;"
        "assert not isinstance(rumorsim.run, type(rumorsim)); print(rumorsim.run.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "run"


def test_version() -> None:
    assert _command("--version").stdout == f"rumorsim {rumorsim.__version__}\n"
    project = ROOT / "pyproject.toml"
    if not project.exists():
        pytest.skip("there is no pyproject.toml beside the tests")
    assert rumorsim.__version__ == tomllib.loads(project.read_text())["project"]["version"]


@pytest.mark.skipif(os.name != "posix", reason="pipes close in another way there")
@pytest.mark.parametrize("command", [("stream", POLICIES), ("schema",), ("check", POLICIES)])
def test_a_closed_pipe_ends_it_quietly(command: tuple[str, ...]) -> None:
    with subprocess.Popen(
        _process(*command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        complaint = process.stderr.read().decode()
        assert process.wait(60) == 0, complaint
    assert "Traceback" not in complaint
    assert "error" not in complaint.lower()


def test_stream_is_the_run() -> None:
    done = _run("stream", POLICIES)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert set(lines[0]) >= {"schema", "facts"}
    assert lines[-1]["end"] is True
    assert lines[-1]["events"] == len(lines) - 2
    digest = json.loads(_command("run", POLICIES, "--json").stdout)["digest"]
    assert lines[-1]["digest"] == digest


#: Long enough to be stopped half-way: the reference takes minutes for it.
LONG = """
horizon = "30 d"
graph = { kind = "power-law", accounts = 20_000, mean_followers = 40 }
[[stories]]
name = "a"
truth = false
appeal = 0.5
copies = 50
author = { random = 50 }
"""


def _stopped(folder: Path, sign: signal.Signals) -> subprocess.CompletedProcess[str]:
    """A run to a directory and a file of events, stopped once it has begun."""
    (folder / "long.toml").write_text(LONG)
    command = _process("run", "long.toml", "--engine", "reference", "--out", "results")
    with subprocess.Popen(
        [*command, "--events", "events.ndjson"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever started the tests may ignore Ctrl-C, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        before = {"long.toml"}
        end = time.monotonic() + 120
        while {each.name for each in folder.iterdir()} == before and time.monotonic() < end:
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        process.send_signal(sign)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    return subprocess.CompletedProcess(command, process.returncode, out, err)


@pytest.mark.skipif(os.name != "posix", reason="signals are others there")
def test_a_killed_run_leaves_nothing_that_looks_finished(tmp_path: Path) -> None:
    done = _stopped(tmp_path, signal.SIGKILL)
    assert done.returncode == -signal.SIGKILL
    left = {each.name for each in tmp_path.iterdir()} - {"long.toml"}
    # Negative control: it was half-way, with events already on their way to the disk.
    assert left
    assert all("part" in name for name in left)


@pytest.mark.skipif(os.name != "posix", reason="signals are others there")
def test_an_interrupted_run_ends_with_130_and_cleans_up(tmp_path: Path) -> None:
    done = _stopped(tmp_path, signal.SIGINT)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert {each.name for each in tmp_path.iterdir()} == {"long.toml"}


# -- files -----------------------------------------------------------------------------


def test_directories_that_are_not_ours_are_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    done = _command("run", SMALL, "--out", str(tmp_path))
    assert done.exit_code == 2
    assert "not results of rumorsim" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_new_empty_and_our_own_directories_are_taken(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for place in (tmp_path / "new", empty, empty):
        with write_directory(place) as draft:
            (draft / MARKER).write_text("{}")
        assert [each.name for each in place.iterdir()] == [MARKER]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["empty", "new"]


def test_a_directory_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    place = tmp_path / "results"
    with write_directory(place) as draft:
        (draft / MARKER).write_text("old")

    def fail() -> None:
        with write_directory(place) as draft:
            (draft / MARKER).write_text("new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (place / MARKER).read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["results"]


def test_a_directory_that_fills_up_meanwhile_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "results"

    def meanwhile() -> None:
        with write_directory(place) as draft:
            (draft / MARKER).write_text("{}")
            place.mkdir()
            (place / "thesis.txt").write_text("years of work")

    with pytest.raises(OutputError, match="not results of rumorsim"):
        meanwhile()
    assert [each.name for each in place.iterdir()] == ["thesis.txt"]


def test_a_file_that_fails_is_not_there(tmp_path: Path) -> None:
    place = tmp_path / "x.txt"

    def fail() -> None:
        with write_beside(place) as draft:
            draft.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []
    with write_beside(place) as draft:
        draft.write_text("whole")
    with pytest.raises(OutputError, match="exists already"), write_beside(place) as draft:
        draft.write_text("other")
    assert place.read_text() == "whole"


def test_links_to_nowhere_are_no_place(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "gone")
    with pytest.raises(OutputError):
        check_directory(link)
