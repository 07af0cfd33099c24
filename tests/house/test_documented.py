"""What the README and the pages say is so: their commands, scenarios and Python run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from documented import (
    COMMANDS,
    PAGES,
    ROOT,
    Command,
    blocks,
    needed_by,
    smaller,
    unquoted,
    written_by,
)

import rumorsim
from rumorsim import loads, run
from rumorsim.cli.app import cli
from rumorsim.events.stream import COLUMNS, Kind

README = PAGES["README.md"]
OURS = [command for command in COMMANDS if command.line.startswith("rumorsim ")]
#: Lines that set up an environment or run the checks: ``.ci/run`` or the other tests run them.
NOT_OURS = re.compile(
    r"python3 -m venv|pip install|bash tests/run|\.venv/bin/(?:pip|pytest|python|rumorsim)|diff "
)
#: Lines that were run in this process, in the folder of the fixture.
DONE: set[str] = set()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which all commands run, one after the other."""
    DONE.clear()
    folder = tmp_path_factory.mktemp("documented")
    (folder / "configs").symlink_to(ROOT / "configs")
    return folder


@pytest.fixture
def folder(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(shared)
    return shared


def in_shell(line: str) -> subprocess.CompletedProcess[str]:
    """One line in a shell, ``rumorsim`` being the one under test."""
    program = f'rumorsim() {{ "{sys.executable}" -m rumorsim "$@"; }}'
    where = str(Path(rumorsim.__file__).parents[1])
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{program}\n{line}"],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": where},
    )


def perform(command: Command, folder: Path) -> None:
    """Run a command in few worlds, after those that write what it reads, each of them once."""
    for each in [*needed_by(command), command]:
        if each.line in DONE:
            continue
        if "$" in each.line or set("|>") & set(unquoted(each.line)):
            done = in_shell(smaller(each.line))
            assert done.returncode == 0, f"{each.line}\n{done.stderr}"
        else:  # in this process, which has everything imported and compiled
            result = CliRunner().invoke(
                cli, shlex.split(smaller(each.line))[1:], prog_name="rumorsim"
            )
            assert result.exit_code == 0, f"{each.line}\n{result.stderr}"
        DONE.add(each.line)
        for name in written_by(each.line):
            files = [folder / name, *(folder / name).glob("**/*")]
            assert max(file.stat().st_size for file in files if file.is_file()) > 300, each.line


@pytest.mark.parametrize("command", OURS, ids=lambda each: each.line.removeprefix("rumorsim "))
def test_command(command: Command, folder: Path) -> None:
    perform(command, folder)


def test_pictures_of_a_small_run(folder: Path) -> None:
    (command,) = (each for each in OURS if each.line.endswith("--out small-run"))
    perform(command, folder)
    assert list((folder / "small-run").glob("*.png"))


def test_every_command_is_run_somewhere() -> None:
    assert len(OURS) >= 30
    rest = [each.line for each in COMMANDS if each not in OURS and each.line]
    assert [line for line in rest if not NOT_OURS.match(line)] == []
    of_readme = [each.line for each in COMMANDS if each.page == "README.md"]
    assert of_readme[0].startswith("python3 -m venv .venv && ")
    assert of_readme[0].endswith("quickstart.toml")
    assert of_readme[1].startswith("python3 -m venv .venv && ")
    assert of_readme[1].endswith("tests/run .venv")


def test_lines_that_need_each_other_are_run_together() -> None:
    (measured,) = (each for each in OURS if each.line.startswith("rumorsim measure events.ndjson"))
    assert ["--events events.ndjson" in each.line for each in needed_by(measured)] == [True]
    (made_again,) = (each for each in OURS if each.line.startswith("rumorsim reproduce"))
    assert any(each.line.endswith("--out small-sweep") for each in needed_by(made_again))
    assert needed_by(OURS[0]) == []
    # Where two lines write to one place, they must be of one scenario or study.
    places: dict[str, set[str]] = {}
    for each in OURS:
        for name in written_by(each.line):
            places.setdefault(name, set()).add(" ".join(each.line.split()[1:3]))
    assert {name: lines for name, lines in places.items() if len(lines) > 1} == {
        "small-sweep": {"sweep small-sweep", "sweep slurm"}
    }


def test_the_command_check_can_fail(folder: Path) -> None:
    done = in_shell("rumorsim run configs/smal.toml | head -n 3")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    with pytest.raises(AssertionError, match="rumorsim run smal"):
        perform(Command("rumorsim run smal", "README.md"), folder)


SCENARIOS = [
    (page, text) for page in PAGES for text in blocks(page, "toml") if "\nhorizon" in f"\n{text}"
]


def test_scenarios_run() -> None:
    assert len(SCENARIOS) >= 1
    for _, text in SCENARIOS:
        scenario = loads(text)
        for policy in scenario.policy_names:
            assert run(scenario, policy).events > 0


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")])
def test_python(page: str, folder: Path) -> None:
    names: dict[str, Any] = {"__name__": "documented"}
    for block in blocks(page, "python"):
        exec(compile(block, f"<{page}>", "exec", dont_inherit=True), names)


def test_table_of_events() -> None:
    table = r"\| column \| meaning \|\n\|---\|---\|\n(.*?)\n\n"
    (rows,) = re.findall(table, PAGES["docs/events.md"], re.DOTALL)
    cells = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", rows, re.MULTILINE))
    assert tuple(cells) == COLUMNS
    assert re.findall(r"`(\w+)`", cells["kind"]) == [kind.name.lower() for kind in Kind]


def test_the_way_to_the_inner_loop_exists() -> None:
    design = PAGES["docs/design.md"]
    (steps,) = re.findall(r"it is five hops:\n\n(.*?)\n\n", design, re.DOTALL)
    names = re.findall(r"`(rumorsim\.[\w.]+)`", steps)
    assert len(names) == 6
    for name in names:
        module, found = name, None
        parts: list[str] = []
        while found is None:
            module, _, last = module.rpartition(".")
            parts.insert(0, last)
            try:
                found = import_module(module)
            except ModuleNotFoundError:
                continue
        for part in parts:
            found = getattr(found, part)
        assert callable(found), name


@pytest.mark.parametrize("page", PAGES)
def test_files_that_are_named_exist(page: str) -> None:
    named = re.findall(r"`((?:tests|configs|rumorsim|experiments|docs)/[\w./-]*)`", PAGES[page])
    if page == "README.md":
        named += re.findall(r"\]\((?!http)([^)#]+)\)", README)
        assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_readme_is_short() -> None:
    assert 120 <= len(README.splitlines()) <= 150


def test_what_the_readme_shows_is_what_comes_out(folder: Path) -> None:
    """Held on the shown answer's own numbers, computed again in the same twenty worlds."""
    (shown,) = (each for each in blocks("README.md", "text") if each.startswith("quickstart: "))
    printed = rumorsim.compare("quickstart", replicates=20).text()
    assert " ".join(shown.split()) in " ".join(printed.split())
