"""Hostile files and environments: one line about what is wrong, never a traceback or a hang."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hostile_files import FILES, NOT_FETCHED, mutated, place_of

from rumorsim.cli.app import cli
from rumorsim.cli.shared import failed_output
from rumorsim.common.errors import InputError
from rumorsim.graphs import from_edges, read_accounts_table, read_follows, write_follows
from rumorsim.reports.pages.page import html_of
from rumorsim.reports.pages.report import page_of
from rumorsim.simulation.results import Result
from rumorsim.studies.runner.reproduce import reproduce

ROOT = Path(__file__).parents[2]
SMALL = str(ROOT / "configs" / "small.toml")
ANSWERS = str(ROOT / "configs" / "studies" / "small-answers.toml")
SWEEP = str(ROOT / "configs" / "studies" / "small-sweep.toml")
ORDER = ("--columns", "follower followee")
#: No pool of processes: what is saved does not depend on who makes the runs.
ALONE = ("--workers", "1")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="makes pipes, devices and links")

#: Every command that takes a file, with the file's name in the place of FILE.
COMMANDS = {
    "check": ("check", "FILE"),
    "run": ("run", "FILE"),
    "compare": ("compare", "FILE", "--replicates", "2"),
    "stream": ("stream", "FILE"),
    "measure": ("measure", "FILE.ndjson"),
    "measure gz": ("measure", "FILE.ndjson.gz"),
    "accounts": ("accounts", "FILE.ndjson"),
    "describe": ("describe", "FILE"),
    "measure parquet": ("measure", "FILE.parquet"),
    "reproduce": ("reproduce", "FILE.run"),
    "report": ("report", "FILE"),
    "graph info": ("graph", "info", "FILE.txt", "--columns", "follower followee"),
    "graph info graphml": ("graph", "info", "FILE.graphml", "--columns", "follower followee"),
    "cascades info": ("cascades", "info", "FILE.csv"),
    "cascades import": ("cascades", "import", "FILE.ndjson", "--out", "OUT.ndjson"),
    "calibrate": ("calibrate", "FILE", "--data", "FILE.csv", "--out", "OUT"),
    "sweep": ("sweep", "FILE", "--out", "OUT"),
    "sensitivity": ("sensitivity", "FILE"),
    "optimise": ("optimise", "FILE"),
    "delay-map": ("delay-map", "FILE", "--policy", "x"),
    "explain": ("explain", "FILE"),
    "experiment": ("experiment", "FILE", "--policy", "x"),
}


#: Two fields on every line are follows, whatever the words are; which ones has a test below.
TWO_FIELDS = ("graph info", "formulas")


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """TimeoutError where the work hangs."""

    def over(*_: Any) -> None:
        raise TimeoutError(f"still not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_refuses_every_hostile_file(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number, what in enumerate(FILES):
        folder = tmp_path / str(number)
        folder.mkdir()
        words = [each.replace("FILE", str(folder / "f")) for each in COMMANDS[command]]
        words = [each.replace("OUT", str(folder / "out")) for each in words]
        name = next(Path(each).name for each in words if each.startswith(str(folder / "f")))
        place_of(what, name, folder)
        with _at_most(60):
            done = CliRunner().invoke(cli, words)
        told = done.stderr
        assert done.exception is None or isinstance(done.exception, SystemExit), (what, told)
        assert "Traceback" not in told and "pydantic" not in told, (what, told)
        if (command, what) == TWO_FIELDS:
            assert (done.exit_code, told) == (0, "")
            continue
        assert done.exit_code == 2, (what, done.exit_code, done.output)
        assert told.startswith("error: "), (what, told)
        # A report is made of a directory.
        if what in NOT_FETCHED and command != "report":
            assert "to a file that has not been fetched" in told, (what, told)
            assert what in told, (what, told)


@pytest.mark.parametrize("part", ["follows.json", "followers.npy"])
@pytest.mark.parametrize("what", ["git lfs pull", "git annex get"])
def test_arrays_that_were_not_fetched(part: str, what: str, tmp_path: Path) -> None:
    graph = from_edges([0, 1], [1, 2], direction="follower followee")
    write_follows(graph, tmp_path / "g.mapped")
    (tmp_path / "g.mapped" / part).unlink()
    place_of(what, part, tmp_path / "g.mapped")
    with pytest.raises(InputError, match=rf"{part}: is a .* not been fetched; .*{what}"):
        read_follows(tmp_path / "g.mapped")


@pytest.mark.parametrize("command", ["measure", "accounts"])
def test_what_is_no_file_is_told_before_its_name(command: str, tmp_path: Path) -> None:
    place_of("a named pipe", "events", tmp_path)
    done = CliRunner().invoke(cli, [command, str(tmp_path / "events")])
    assert (done.exit_code, done.stderr) == (
        2,
        f"error: {tmp_path}/events: is not a regular file\n",
    )


def test_deep_json_is_told_in_plain_words(tmp_path: Path) -> None:
    for words in COMMANDS.values():
        name = next(each for each in words if each.startswith("FILE")).replace("FILE", "f")
        place = place_of("deep JSON", name, tmp_path)
        command = [str(place) if each.startswith("FILE") else each for each in words]
        told = CliRunner().invoke(cli, [e.replace("OUT", str(tmp_path / "o")) for e in command])
        assert "recursion" not in told.stderr, told.stderr
        place.unlink()


def test_a_table_of_accounts_that_was_not_fetched(tmp_path: Path) -> None:
    graph = from_edges([0, 1], [1, 2], direction="follower followee")
    place = place_of("git lfs pull", "accounts.csv", tmp_path)
    with pytest.raises(InputError, match="is a Git LFS pointer to a file that has not been"):
        read_accounts_table(place, graph)


def test_formulas_are_ids_like_any_others(tmp_path: Path) -> None:
    """They are read as exactly the follows that the lines say, and written unharmed."""
    place = place_of("formulas", "f.txt", tmp_path)
    words = ["graph", "convert", str(place), str(tmp_path / "follows.csv"), *ORDER]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.stderr
    with (tmp_path / "follows.csv").open(newline="", encoding="utf-8") as file:
        assert sorted(csv.reader(file)) == [
            ["+1", "2"],
            ['=cmd|"/c calc"!A1', "2"],
            ["follower", "followee"],
        ]


def test_the_commands_are_all_that_take_a_file() -> None:
    without = {"campaigns", "docs", "live", "schema", "graph", "cite", "init", "plugins", "compile"}
    tried = {words[0] for words in COMMANDS.values()}
    assert set(cli.list_commands(None)) - without - tried == set()  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What each command saves that a report can be made of."""
    pytest.importorskip("SALib")
    pytest.importorskip("optuna")
    folder = tmp_path_factory.mktemp("saved")
    for name, words in {
        "run": ("run", SMALL),
        "comparison": ("compare", SMALL, "--replicates", "3", *ALONE),
        "sensitivity": ("sensitivity", ANSWERS, *ALONE),
        "optimisation": ("optimise", ANSWERS, "--at-most", "80%", "--trials", "4", *ALONE),
        "map": ("delay-map", SMALL, "--policy", "close accounts", "--replicates", "3", *ALONE),
        "explanation": ("explain", SMALL, "--policy", "close accounts", "--check", "1"),
        "sweep": ("sweep", SWEEP, *ALONE),
    }.items():
        done = CliRunner().invoke(cli, [*words, "--out", str(folder / name)])
        assert done.exit_code == 0, done.output
    return folder


FILES_READ = {
    "run": "rumorsim.json",
    "comparison": "comparison.json",
    "sensitivity": "sensitivity.json",
    "optimisation": "optimum.json",
    "map": "delay-map.json",
    "explanation": "explanation.json",
    "sweep": "manifest.json",
}


def _reading(what: str, directory: Path) -> Callable[[], Any]:
    if what == "run":
        return lambda: (Result.load(directory), html_of(page_of(directory, again=False)))
    return lambda: html_of(page_of(directory, again=False))


@pytest.mark.parametrize(
    "times", [12, pytest.param(100, marks=pytest.mark.long)], ids=["some", "many"]
)
@pytest.mark.parametrize("what", FILES_READ)
def test_edited_results_are_read_or_refused(what: str, times: int, saved: Path) -> None:
    directory = saved / what
    place = directory / FILES_READ[what]
    text = place.read_text(encoding="utf-8")
    rng = random.Random(f"{what} {times}")
    refused = 0
    try:
        _reading(what, directory)()  # control: what was saved is read
        for _ in range(times):
            place.write_text(json.dumps(mutated(json.loads(text), rng)), encoding="utf-8")
            try:
                _reading(what, directory)()
            except InputError:
                refused += 1
    finally:
        place.write_text(text, encoding="utf-8")
    assert refused


def test_edited_records_are_made_again_or_refused(saved: Path) -> None:
    place = saved / "run" / "rumorsim.json"
    text = place.read_text(encoding="utf-8")
    rng = random.Random(5)
    refused = 0
    try:
        assert reproduce(saved / "run").same
        for _ in range(12):
            place.write_text(json.dumps(mutated(json.loads(text), rng)), encoding="utf-8")
            try:
                reproduce(saved / "run")
            except InputError:
                refused += 1
    finally:
        place.write_text(text, encoding="utf-8")
    assert refused


# -- environments ----------------------------------------------------------------------

ENVIRONMENTS: dict[str, dict[str, str]] = {
    "plain": {},
    "backend of a notebook": {"MPLBACKEND": "module://matplotlib_inline.backend_inline"},
    "no such backend": {"MPLBACKEND": "nonsense"},
    "settings of matplotlib": {"MATPLOTLIBRC": "/dev/null/no"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "ASCII, strict": {"PYTHONIOENCODING": "ascii:strict"},
    "C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "no home": {"HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent"},
    "no folder for drafts": {"TMPDIR": "/nonexistent"},
    "narrow terminal": {"COLUMNS": "1", "LINES": "1"},
    "columns are a word": {"COLUMNS": "wide"},
    "cache is a file": {"RUMORSIM_CACHE_DIR": "/etc/hostname"},
    "cache cannot be": {"RUMORSIM_CACHE_DIR": "/proc/nowhere"},
    "no colour": {"NO_COLOR": "1", "TERM": "dumb"},
    "optimised": {"PYTHONOPTIMIZE": "2"},
}


#: Those that are tried in the short suite; each compiles or starts a whole program.
QUICK = ("backend of a notebook", "cp1252")


@pytest.mark.parametrize(
    "environment",
    [
        each if each in QUICK else pytest.param(each, marks=pytest.mark.long)
        for each in ENVIRONMENTS
    ],
)
def test_environments(environment: str, tmp_path: Path) -> None:
    cache = os.environ.get("RUMORSIM_CACHE_DIR")
    kept = {} if cache is None else {"RUMORSIM_CACHE_DIR": cache}
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    variables = {**os.environ, **kept, "PYTHONPATH": path, **ENVIRONMENTS[environment]}
    scenario = tmp_path / "名.toml"
    text = Path(SMALL).read_text(encoding="utf-8").replace('"tap-water"', '"传闻"')
    scenario.write_text(text, encoding="utf-8")
    words = ["compare", str(scenario), "--replicates", "2", "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-m", "rumorsim", *words],
        env=variables,
        capture_output=True,
        cwd=tmp_path,
        timeout=300,
        check=False,
    )
    told = done.stderr.decode(errors="replace")
    assert done.returncode == 0, told
    assert "Traceback" not in told
    assert (tmp_path / "out" / "comparison.json").is_file()
    assert list((tmp_path / "out").glob("*.png"))


def _shell(line: str) -> subprocess.CompletedProcess[bytes]:
    command = f"{sys.executable} -m rumorsim {line}"
    return subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, check=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
@pytest.mark.parametrize("command", ["--help", f"check {SMALL}", f"stream {SMALL}", "schema"])
def test_a_full_standard_output_is_told_in_one_line(command: str) -> None:
    done = _shell(f"{command} > /dev/full")
    said = b"error: standard output: cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, said)


@pytest.mark.parametrize("command", ["--help", f"check {SMALL}", f"stream {SMALL}"])
def test_a_closed_standard_output_ends_it_before_any_work(command: str) -> None:
    done = _shell(f"{command} >&-")
    assert (done.returncode, done.stderr) == (1, b"error: standard output is closed\n")


@pytest.mark.parametrize("lost", ["2>/dev/full", "2>&-"])
def test_work_goes_on_where_messages_cannot_be_shown(lost: str, tmp_path: Path) -> None:
    assert _shell(f"run {SMALL} --out {tmp_path / 'out'} {lost}").returncode == 0
    assert Result.load(tmp_path / "out").policy == "none"


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_documents_are_utf8_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    scenario = tmp_path / "s.toml"
    text = Path(SMALL).read_text(encoding="utf-8").replace('"tap-water"', '"传闻"')
    scenario.write_text(text, encoding="utf-8")
    command = f"check {scenario}"
    done = subprocess.run(
        [sys.executable, "-m", "rumorsim", *command.split()],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )
    assert '"传闻"' in done.stdout.decode("utf-8")


def test_a_library_that_cannot_be_loaded_is_no_failed_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rumorsim.cli.shared._silence", lambda: None)
    assert failed_output(OSError("cannot load libx.so")) == 1
    assert failed_output(OSError(28, "No space left on device")) == 1
    assert capsys.readouterr().err == (
        "error: cannot load libx.so\n"
        "error: standard output: cannot be written: No space left on device\n"
    )
