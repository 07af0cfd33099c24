"""delay map: faster and wider averts more, the numbers are those of single runs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_worlds import small

from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError, OutputError
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.running import run
from rumorsim.studies.delay_map.running import DelayMap, delay_map
from rumorsim.studies.sweep.overrides import overridden

CONFIGS = Path(__file__).parents[2] / "configs"
REACH = "reach.truth.false.accounts"
DELAYS, COVERAGES = ("0 h", "2 h", "20 h"), (0.0, 0.5, 1.0)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Four authors of one rumor, closed after 1 report."""
    close = {"kind": "close-accounts", "when": {"reports": 1}}
    story = {"appeal": 0.25, "report": 0.2, "author": {"random": 4, "ids": None}}
    return small(
        {
            "graph": {"kind": "erdos-renyi", "accounts": 60, "mean_followers": 5},
            "stories": {0: story},
            "policies": [{"name": "close", "interventions": [close]}],
        }
    )


@pytest.fixture(scope="module")
def found(scenario: Scenario) -> DelayMap:
    return delay_map(
        scenario, "close", delays=DELAYS, coverages=COVERAGES, replicates=12, workers=0, seed=3
    )


def test_faster_and_wider_averts_more(found: DelayMap) -> None:
    averted = {(cell.delay, cell.coverage): cell.averted for cell in found.cells}
    assert averted[0.0, 1.0].estimate > averted[2.0, 1.0].estimate > averted[20.0, 1.0].estimate
    assert averted[0.0, 1.0].estimate > averted[0.0, 0.5].estimate
    # Nothing covered, nothing averted: exactly, since the worlds are coupled.
    assert all(averted[delay, 0.0].estimate == 0.0 for delay in (0.0, 2.0, 20.0))


def test_a_cell_is_what_single_runs_give(scenario: Scenario, found: DelayMap) -> None:
    place = "policies[0].interventions[0]"
    slow = overridden(
        scenario,
        {f"{place}.delay": {"law": "fixed", "time": "2 h"}, f"{place}.whom.fraction": 0.5},
    )
    apart = [
        run(slow, "none", seed).scalars()[REACH] - run(slow, "close", seed).scalars()[REACH]  # type: ignore[operator]
        for seed in found.seeds
    ]
    cell = next(cell for cell in found.cells if (cell.delay, cell.coverage) == (2.0, 0.5))
    assert cell.averted.estimate == pytest.approx(sum(apart) / len(apart))
    assert any(apart)


def test_sensitivity_may_be_the_coverage(scenario: Scenario) -> None:
    judged = overridden(
        scenario,
        {
            "policies[0].interventions[0].sensitivity": 0.9,
            "policies[0].interventions[0].false_positive_rate": 0.0,
        },
    )
    made = delay_map(
        judged, "close", delays=("0 h",), coverages=(0.0, 1.0), covered_by="sensitivity",
        replicates=3, workers=0,
    )  # fmt: skip
    assert made.cells[0].averted.estimate == 0.0
    assert made.cells[1].averted.estimate > 0
    with pytest.raises(InputError, match="sensitivity"):
        delay_map(scenario, "close", covered_by="sensitivity", workers=0)


def test_all_faults_are_told() -> None:
    scenario = small()
    with pytest.raises(InputError) as caught:
        delay_map(
            scenario, "gone", delays=("soon",), coverages=(1.5,), covered_by="luck", replicates=1
        )
    told = [fault.key for fault in caught.value.faults]
    assert told == ["policy", "covered_by", "coverages", "delays", "replicates"]
    with pytest.raises(InputError, match="would be"):
        delay_map(scenario, "gone", replicates=100_000)


def test_command_writes_picture_and_table_and_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "map"
    words = ["delay-map", str(CONFIGS / "small.toml"), "--policy", "close accounts"]
    words += ["--delay", "0 h", "--delay", "4 h", "--coverage", "1", "--replicates", "4"]
    done = CliRunner().invoke(cli, [*words, "--workers", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "averted" in done.output
    for name in ("delay-map.png", "delay-map.svg", "delay-map.json", "delay-map.txt"):
        assert (out / name).stat().st_size > 0
    with (out / "delay-map.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["delay_hours"]) for row in rows] == [0.0, 4.0]
    kept = len(list((out / "kept").rglob("*.run")))
    assert kept == 12
    first = json.loads((out / "delay-map.json").read_text())
    again = CliRunner().invoke(cli, [*words, "--workers", "1", "--out", str(out), "--json"])
    assert json.loads(again.stdout) == first
    assert len(list((out / "kept").rglob("*.run"))) == kept


def test_a_directory_of_others_is_left_alone(found: DelayMap, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError):
        found.save(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "rumorsim.json").write_text('{"holds": "comparison"}')
    with pytest.raises(OutputError, match="another kind"):
        found.save(other)
