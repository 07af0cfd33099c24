"""``rumorsim graph`` as a person meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rumorsim.cli.graph import graph
from rumorsim.graphs import GENERATORS, read_follows
from rumorsim.graphs.made import MADE

FORWARD = "follower followee"
ROOT = Path(__file__).resolve().parents[2]


def run(*words: object) -> Result:
    return CliRunner().invoke(graph, [str(word) for word in words])


def test_make_convert_info(tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt.gz", tmp_path / "b.csv"
    done = run(
        "make", "power-law", "--accounts", 300, "--mean-followers", 8, "--seed", 3, "--out", first
    )
    assert done.exit_code == 0, done.output
    made = GENERATORS["power-law"](300, 8.0, seed=3)
    assert read_follows(first, columns=FORWARD).digest() == made.digest()
    done = run("convert", first, second, "--columns", FORWARD, "--out-columns", "followee follower")
    assert done.exit_code == 0, done.output
    assert read_follows(second, columns="followee follower").digest() == made.digest()
    told = json.loads(run("info", second, "--columns", "followee follower", "--json").output)
    assert told["accounts"] == 300
    assert told["follows"] == made.follows
    assert told["digest"] == made.digest()
    text = run("info", second, "--columns", "followee follower").output
    assert "reciprocity" in text
    assert f"{made.follows:,}" in text


@pytest.mark.parametrize("kind", [kind for kind in GENERATORS if kind != "power-law"])
def test_every_kind_can_be_made(kind: str, tmp_path: Path) -> None:
    options = {
        "erdos-renyi": ["--accounts", 30, "--mean-followers", 3],
        "communities": ["--accounts", 30, "--mean-followers", 3],
        "regular": ["--accounts", 30, "--degree", 3],
        "small-world": ["--accounts", 30, "--neighbours", 4, "--rewiring", 0.1],
        "tree": ["--branching", 2, "--depth", 3],
    }.get(kind, ["--accounts", 30])
    out = tmp_path / "f.txt"
    done = run("make", kind, *options, "--out", out)
    assert done.exit_code == 0, done.output
    assert read_follows(out, columns=FORWARD).follows > 0
    assert run("make", kind, "--help").exit_code == 0


def test_accounts_alone_are_told(tmp_path: Path) -> None:
    done = run(
        "make",
        "erdos-renyi",
        "--accounts",
        50,
        "--mean-followers",
        0.5,
        "--out",
        tmp_path / "f.txt",
    )
    assert "without any follow" in done.stderr


def test_dropped_follows_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1 2\n1 2\n2 2\n")
    done = run("convert", tmp_path / "a.txt", tmp_path / "b.txt", "--columns", FORWARD)
    assert "dropped 1 self-loop and 1 duplicate" in done.stderr


def test_nothing_is_overwritten_unless_forced(tmp_path: Path) -> None:
    out = tmp_path / "f.txt"
    out.write_text("mine")
    words = ["make", "path", "--accounts", 3, "--out", out]
    done = run(*words)
    assert done.exit_code == 2
    assert "exists already" in done.stderr
    assert "--force" in done.stderr
    assert out.read_text() == "mine"
    assert run(*words, "--force").exit_code == 0
    assert out.read_text() != "mine"


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        (["make", "power-lw"], 'did you mean "power-law"'),
        (["make", "path", "--accounts", "-5", "--out", "x"], "--accounts = -5"),
        (["make", "regular", "--accounts", "5", "--degree", "3", "--out", "x"], "even"),
        (["make", "path", "--accounts", "3", "--out", "no/such/f.txt"], "no such directory"),
        (["make", "path", "--accounts", "3", "--out", "x", "--columns", "up"], "which column"),
        (["info", "folows.txt", "--columns", FORWARD], 'did you mean "follows.txt"'),
        (["info", ".", "--columns", FORWARD], "is a directory"),
        (["info", "follows.txt", "--columns", "folower followee"], "did you mean"),
        (["info", "follows.txt", "--columns", FORWARD], "line 2"),
        (["info", "follows.txt", "--columns", FORWARD, "--ids", "txt"], 'did you mean "text"'),
        (
            ["convert", "follows.txt", "g.txt", "--columns", FORWARD, "--out-columns", "x"],
            "--out-columns",
        ),
    ],
)
def test_faults_end_with_exit_code_2_and_one_line_each(
    words: list[str], fragment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "follows.txt").write_text("1 2\n3\n")
    done = run(*words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert fragment in done.stderr
    assert all(line.startswith("error: ") for line in done.stderr.splitlines())
    assert [each.name for each in tmp_path.iterdir()] == ["follows.txt"]


def test_faults_of_standard_output_name_no_draft(tmp_path: Path) -> None:
    text = '{"directed": true, "nodes": [{"id": 1}, {"id": "1"}], "links": []}'
    (tmp_path / "g.json").write_text(text)
    done = run("convert", tmp_path / "g.json", "-", "--columns", FORWARD)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith('error: standard output: id = "1": two ids are the same as text')


def test_tabs_are_told_as_tabs(tmp_path: Path) -> None:
    (tmp_path / "g.txt").write_text("a\tb\tc d\n")
    done = run("info", tmp_path / "g.txt", "--columns", FORWARD)
    assert r'line 1: "a\tb\tc d": has 3 columns' in done.stderr


def test_direction_is_required() -> None:
    done = run("info", "follows.txt")
    assert done.exit_code == 2
    assert "--columns" in done.stderr


def test_help_imports_nothing_slow() -> None:
    code = (
        "import sys; from rumorsim.cli.graph import graph;"
        "graph(['--help'], standalone_mode=False);"
        "print(sorted({'numpy', 'numba', 'networkx', 'pydantic', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith("[]")


@pytest.mark.parametrize("kind", sorted(MADE))
def test_help_of_a_kind_has_its_summary_and_no_table(kind: str) -> None:
    done = run("make", kind, "--help")
    assert done.exit_code == 0
    assert "----" not in done.stdout and "whole number, required" not in done.stdout
    assert str(MADE[kind].__doc__)[:20] in done.stdout
