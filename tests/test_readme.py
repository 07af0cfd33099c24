"""What the README says is so: its commands, scenario and Python run, its tables are true."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner

from rumorsim import loads, run
from rumorsim.adversaries import ADVERSARIES
from rumorsim.cli import cli
from rumorsim.events import COLUMNS, Kind
from rumorsim.graphs.config import GRAPH_CONFIGS
from rumorsim.interventions import INTERVENTIONS
from rumorsim.laws import Law
from rumorsim.measures import MEASURES
from rumorsim.models import MODELS
from rumorsim.surfaces import SURFACES

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


COMMANDS = [line.split(" #")[0].strip() for block in blocks("sh") for line in block.splitlines()]
#: The two that make a virtual environment are run by ``.ci/run``.
OURS = [line for line in COMMANDS if line.startswith("rumorsim ")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place with the README's files in which to do as it says."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def in_shell(line: str) -> subprocess.CompletedProcess[str]:
    """One line of the README, ``rumorsim`` being the one under test."""
    program = f'rumorsim() {{ "{sys.executable}" -m rumorsim "$@"; }}'
    import rumorsim

    where = str(Path(rumorsim.__file__).parents[1])
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{program}\n{line}"],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": where},
    )


def test_every_command_is_run_somewhere() -> None:
    first, second, *rest = COMMANDS
    assert first.startswith("python3 -m venv .venv && ")
    assert first.endswith("quickstart.toml")
    assert second.startswith("python3 -m venv .venv && ")
    assert second.endswith("tests/run .venv")
    assert [line for line in rest if line not in OURS] == [". .venv/bin/activate"]
    assert len(OURS) >= 8


def written_by(line: str) -> set[str]:
    """The files and directories that a line writes."""
    return set(re.findall(r"(?:--out|--events|>) (\S+)", _unquoted(line)))


def _unquoted(line: str) -> str:
    """The line without what stands in quotes: there, > is no redirection."""
    return re.sub(r'"[^"]*"', "", line)


def groups() -> list[list[str]]:
    """The lines, those that read what others write together with them, in their order."""
    found: list[list[str]] = []
    for line in OURS:
        wanted = [
            group
            for group in found
            if any(name in line for each in group for name in written_by(each))
        ]
        rest = [group for group in found if group not in wanted]
        found = [*rest, [*(each for group in wanted for each in group), line]]
    return found


def in_one_process(line: str) -> None:
    """A line without pipes and redirections, through the command that the program runs."""
    done = CliRunner().invoke(cli, shlex.split(line)[1:], prog_name="rumorsim")
    assert done.exit_code == 0, f"{line}\n{done.stderr}"


@pytest.mark.parametrize("lines", groups(), ids=lambda lines: lines[0].removeprefix("rumorsim "))
def test_commands(lines: list[str], folder: Path) -> None:
    for line in lines:
        if "$" in line or set("|>") & set(_unquoted(line)):
            done = in_shell(line)
            assert done.returncode == 0, f"{line}\n{done.stderr}"
        else:
            in_one_process(line)
        for name in written_by(line):
            files = [folder / name, *(folder / name).glob("**/*")]
            assert max(each.stat().st_size for each in files if each.is_file()) > 300, line
    if "--out small-run" in lines[0]:
        assert list((folder / "small-run").glob("*.png"))


def test_lines_that_need_each_other_are_run_together() -> None:
    together = groups()
    assert sorted(line for group in together for line in group) == sorted(OURS)
    (events,) = (group for group in together if any("events.ndjson" in line for line in group))
    assert "--events events.ndjson" in events[0] and len(events) == 3
    (swept,) = (group for group in together if any("--out small-sweep" in line for line in group))
    assert any("reproduce" in line for line in swept) and "--out small-sweep" in swept[0]
    assert len(together) > len(OURS) // 2


def test_the_command_check_can_fail(folder: Path) -> None:
    done = in_shell("rumorsim run configs/smal.toml | head -n 3")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_scenario() -> None:
    (text,) = blocks("toml")
    scenario = loads(text)
    for policy in scenario.policy_names:
        assert run(scenario, policy).events > 0


def test_python(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {"__name__": "readme"}
    for block in blocks("python"):
        exec(compile(block, "<README>", "exec"), names)
    assert "early-shares" in names["result"].measures
    assert names["simulation"].now == 24.0
    assert capsys.readouterr().out.count("\n") > 5


def test_an_own_policy_of_the_readme_does_something(folder: Path) -> None:
    names: dict[str, Any] = {"__name__": "readme"}
    for block in blocks("python"):
        if "desk.reached" not in block and "rumorsim.load" not in block:
            continue
        exec(compile(block, "<README>", "exec"), names)
    assert names["result"].measures["enforcement"]["actions"] > 0


def first_line(thing: Any) -> str:
    return str(thing.__doc__).strip().split("\n")[0].replace("``", "`")


def laws() -> Iterable[type]:
    return get_args(get_args(Law)[0])


def table(head: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {head} | |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in rows)]
    return "\n".join(lines) + "\n"


TABLES = {
    "intervention": [(name, each.summary) for name, each in INTERVENTIONS.own.items()],
    "adversary": [(name, each.summary) for name, each in ADVERSARIES.own.items()],
    "measure": [(name, each.summary) for name, each in MEASURES.own.items()],
    "model": [(name, each.summary) for name, each in MODELS.items()],
    "follow graph": [(name, first_line(each)) for name, each in GRAPH_CONFIGS.own.items()],
    "law of times": [(each.model_fields["law"].default, first_line(each)) for each in laws()],
    "surface": [(name, first_line(model)) for name, model in SURFACES.own.items()],
}


@pytest.mark.parametrize("head", TABLES)
def test_tables_are_the_registries(head: str) -> None:
    """Each table is exactly its registry: no row more, none less, none stale."""
    assert "\n" + table(head, TABLES[head]) + "\n" in README, table(head, TABLES[head])


def test_table_of_events() -> None:
    (rows,) = re.findall(r"\| column \| meaning \|\n\|---\|---\|\n(.*?)\n\n", README, re.DOTALL)
    cells = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", rows, re.MULTILINE))
    assert tuple(cells) == COLUMNS
    assert re.findall(r"`(\w+)`", cells["kind"]) == [kind.name.lower() for kind in Kind]


def test_the_way_to_the_inner_loop_exists() -> None:
    (steps,) = re.findall(r"it is five hops:\n\n(.*?)\n\n", README, re.DOTALL)
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


def test_files_the_readme_names_exist() -> None:
    named = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    named += re.findall(r"`((?:tests|configs|rumorsim|experiments)/[\w./-]*)`", README)
    assert len(named) >= 5
    assert [name for name in named if not (ROOT / name).exists()] == []
