"""Results of another scenario are never replaced unasked, whatever command writes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_worlds import small

from rumorsim.cli.app import cli
from rumorsim.common.errors import OutputError
from rumorsim.simulation.running import run
from rumorsim.studies.compare.running import compare
from rumorsim.studies.sweep.running import sweep

SCENARIO = """
name = "NAME"
horizon = "6 h"
[graph]
kind = "complete"
accounts = ACCOUNTS
[[stories]]
name = "rumor"
truth = false
appeal = 0.3
author = { ids = [0] }
[[policies]]
name = "close"
[[policies.interventions]]
kind = "close-accounts"
when = { at = ["1 h"] }
"""
STUDY = """
name = "study"
scenario = "scenario.toml"
replicates = 2
policies = ["none", "close"]
[[parameters]]
name = "appeal"
key = "stories[rumor].appeal"
low = 0.1
high = 0.3
"""
#: Every command that writes a place of its own, without it. {} is the folder of the files.
COMMANDS = {
    "compare": "compare {}/scenario.toml --replicates 2 --workers 1",
    "run": "run {}/scenario.toml --out scenario-run",
    "delay-map": "delay-map {}/scenario.toml --policy close --delay 1h --coverage 1"
    " --replicates 2 --workers 1",
    "sensitivity": "sensitivity {}/study.toml --workers 1",
    "optimise": "optimise {}/best.toml --trials 1 --finalists 1 --confirm 2 --workers 1",
    "sweep": "sweep {}/sweep.toml --workers 1 --out sweep",
    "events": "run {}/scenario.toml --events events.ndjson",
    "report": "report {}/ran --out page.html --no-again",
    "tables": "report {}/ran --tables tables --no-again",
}
PLACES = {
    "compare": "scenario-compare",
    "run": "scenario-run",
    "delay-map": "scenario-delay-map",
    "sensitivity": "study-sensitivity",
    "optimise": "best-optimise",
    "sweep": "sweep",
    "events": "events.ndjson",
    "report": "page.html",
    "tables": "tables",
}


def _write(folder: Path, accounts: int) -> None:
    folder.mkdir(exist_ok=True)
    text = SCENARIO.replace("NAME", "scenario").replace("ACCOUNTS", str(accounts))
    (folder / "scenario.toml").write_text(text)
    (folder / "study.toml").write_text(STUDY + '[design]\nkind = "sobol"\npoints = 2\n')
    grid = STUDY.replace("low = 0.1\nhigh = 0.3", "values = [0.1, 0.3]")
    (folder / "sweep.toml").write_text(grid)
    best = grid.replace("stories[rumor].appeal", "policies[close].interventions[0].when.at")
    best = best.replace("[0.1, 0.3]", '[["1 h"], ["2 h"]]')
    (folder / "best.toml").write_text(best)


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two folders with different files of the same names, and a run of each."""
    monkeypatch.chdir(tmp_path)
    for name, accounts in (("one", 8), ("two", 9)):
        _write(tmp_path / name, accounts)
        assert _run(f"run {name}/scenario.toml --out {name}/ran").exit_code == 0
    return tmp_path


def _run(line: str) -> Result:
    return CliRunner().invoke(cli, line.split())


def _content(place: Path) -> dict[str, bytes]:
    if place.is_file():
        return {place.name: place.read_bytes()}
    return {str(each): each.read_bytes() for each in place.rglob("*") if each.is_file()}


@pytest.mark.parametrize("command", COMMANDS)
def test_another_scenario_does_not_replace_what_is_there(command: str, folders: Path) -> None:
    line, place = COMMANDS[command], folders / PLACES[command]
    first = _run(line.format("one"))
    assert first.exit_code == 0, first.output
    before = _content(place)
    assert before
    other = _run(line.format("two"))
    assert other.exit_code == 2
    assert other.stderr.count("error: ") == 1
    assert "of another scenario" in other.stderr.replace("on an", "of an")
    assert "nothing was overwritten" in other.stderr
    assert "--force" in other.stderr
    assert _content(place) == before
    # The same again replaces its own, and so does the next version of the same file.
    assert _run(line.format("one")).exit_code == 0
    forced = _run(line.format("two") + " --force")
    assert forced.exit_code == 0, forced.output
    assert _content(place) != before
    assert _run(line.format("one")).exit_code == 2


@pytest.mark.parametrize(
    "command", ["compare", "run", "delay-map", "sensitivity", "sweep", "events"]
)
def test_an_edited_file_replaces_its_own_results(command: str, folders: Path) -> None:
    line, place = COMMANDS[command], folders / PLACES[command]
    assert _run(line.format("one")).exit_code == 0
    before = _content(place)
    _write(folders / "one", 10)
    again = _run(line.format("one"))
    assert again.exit_code == 0, again.output
    assert _content(place) != before


def test_results_of_another_kind_are_not_replaced(folders: Path) -> None:
    assert _run("sweep one/sweep.toml --workers 1 --out here").exit_code == 0
    before = _content(folders / "here")
    for line in (
        "compare one/scenario.toml --replicates 2 --workers 1 --out here",
        "run one/scenario.toml --out here",
        "report one/ran --tables here --no-again",
    ):
        refused = _run(line)
        assert refused.exit_code == 2
        assert 'holds results of another kind ("sweep"); nothing was overwritten' in refused.stderr
    assert _content(folders / "here") == before


@pytest.mark.parametrize(
    "line",
    [
        "compare one/scenario.toml --out -",
        "run one/scenario.toml --out -",
        "delay-map one/scenario.toml --policy close --out -",
        "sensitivity one/study.toml --out -",
        "optimise one/best.toml --out -",
        "sweep one/sweep.toml --out -",
        "sweep slurm one/sweep.toml --out -",
        "report one/ran --tables -",
    ],
)
def test_a_directory_cannot_go_to_standard_output(line: str, folders: Path) -> None:
    refused = _run(line)
    assert refused.exit_code == 2
    assert "cannot go to standard output; name a directory" in refused.stderr
    assert not (folders / "-").exists()


def test_a_page_and_a_graph_can_go_to_standard_output(folders: Path) -> None:
    page = _run("report one/ran --no-again --out -")
    assert page.exit_code == 0
    assert page.stdout.startswith("<!DOCTYPE html>")
    assert page.stdout.rstrip().endswith("</html>")
    graph = _run("graph make path --accounts 4 --out -")
    assert graph.exit_code == 0
    assert graph.stdout == "# follower\tfollowee\n" + "".join(
        f"{line}\n" for line in graph.stdout.splitlines()[1:]
    )
    assert len(graph.stdout.splitlines()) == 4
    assert _run("graph make path --accounts 4 --out path.txt").exit_code == 0
    assert Path("path.txt").read_text() == graph.stdout
    again = _run("graph convert path.txt - --columns follower,followee")
    assert again.stdout == graph.stdout
    assert not (folders / "-").exists()


def test_in_python_it_is_the_same(tmp_path: Path) -> None:
    other = small({"horizon": "3 h"})
    run(small(), seed=3).save(tmp_path / "run")
    run(small(), seed=4).save(tmp_path / "run")
    with pytest.raises(OutputError, match="of another scenario"):
        run(other).save(tmp_path / "run")
    run(other).save(tmp_path / "run", force=True)
    compare(small(), replicates=2, workers=1).save(tmp_path / "compared")
    with pytest.raises(OutputError, match="of another scenario"):
        compare(other, replicates=2, workers=1).save(tmp_path / "compared")


def test_a_sweep_may_grow_from_python(tmp_path: Path) -> None:
    from rumorsim.studies.sweep.study import study_from_values

    values = {
        "name": "grows", "scenario": "scenario.toml", "replicates": 1,
        "parameters": [{"name": "appeal", "key": "stories[rumor].appeal", "values": [0.1]}],
    }  # fmt: skip
    sweep(study_from_values(values, tmp_path), tmp_path / "out", scenario=small(), workers=0)
    values["replicates"] = 2
    grown = study_from_values(values, tmp_path)
    assert len(list(sweep(grown, tmp_path / "out", scenario=small(), workers=0).runs())) == 2
