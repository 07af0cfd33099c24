"""sweep, delay-map and optimise with parameters drawn from a posterior."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from drawn_worlds import posterior_of, write_posterior
from small_worlds import small

from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError, OutputError
from rumorsim.common.files import json_text
from rumorsim.reports.pages.report import write_report
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.running import run
from rumorsim.studies.delay_map.running import delay_map
from rumorsim.studies.optimise.running import optimise
from rumorsim.studies.runner.posterior import Posterior
from rumorsim.studies.runner.reproduce import reproduce
from rumorsim.studies.sweep.running import sweep
from rumorsim.studies.sweep.swept import Sweep

REACH = "reach.truth.false.accounts"
APPEAL = "stories[rumor].appeal"
REPORTS = "policies[close].interventions[0].when.reports"
ATTENTION = "feed.attention"
DRAWN = [0.1, 0.3, 0.5]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    close = {"kind": "close-accounts", "when": {"reports": 1}}
    return small(
        {
            "graph": {"kind": "erdos-renyi", "accounts": 60, "mean_followers": 5},
            "stories": {0: {"report": 0.2, "author": {"random": 4, "ids": None}}},
            "policies": [{"name": "close", "interventions": [close]}],
        }
    )


@pytest.fixture(scope="module")
def posterior() -> Posterior:
    return posterior_of({APPEAL: DRAWN}, weights=[1, 2, 1])


def _swept(scenario: Scenario, out: Path, posterior: Any, **options: Any) -> Sweep:
    values = {ATTENTION: [3, 30]}
    return sweep(scenario, out, parameters=values, replicates=4, posterior=posterior, **options)


@pytest.fixture(scope="module")
def swept(
    scenario: Scenario, posterior: Posterior, tmp_path_factory: pytest.TempPathFactory
) -> Sweep:
    return _swept(scenario, tmp_path_factory.mktemp("swept") / "one", posterior, workers=1)


def test_a_row_of_a_sweep_is_the_run_of_its_world(
    scenario: Scenario, posterior: Posterior, swept: Sweep
) -> None:
    rows = list(swept.runs())
    assert len(rows) == 2 * 2 * 4
    assert len({posterior.place(row.seed) for row in rows}) > 1
    for row in rows[3::4]:
        own = scenario.with_({**posterior.overrides(row.seed), **row.parameters})
        assert run(own, row.policy, row.seed).digest == row.digest
    frame = swept.frame()
    assert frame["draw"].tolist() == [posterior.place(row.seed) for row in rows]


def test_a_swept_record_can_be_made_again(swept: Sweep) -> None:
    record = next(swept.directory.glob("runs/*/*.run"))
    assert reproduce(record).same


def test_a_sweep_goes_on_with_its_posterior_alone(
    scenario: Scenario, posterior: Posterior, swept: Sweep, tmp_path: Path
) -> None:
    told: list[str] = []
    again = _swept(scenario, swept.directory, posterior, tell=told.append)
    assert again.manifest == swept.manifest
    assert any(line.endswith("0 to make") for line in told)
    assert any(line.startswith("Each world draws a from the posterior") for line in told)
    for other in (None, posterior_of({APPEAL: [0.2]})):
        with pytest.raises(OutputError, match="another scenario"):
            _swept(scenario, swept.directory, other)
    # Two processes write the same bytes; the posterior goes with the runs.
    two = _swept(scenario, tmp_path / "two", posterior, workers=2)
    for name in ("manifest.json", "posterior.csv", "calibration.json"):
        assert (two.directory / name).read_bytes() == (swept.directory / name).read_bytes()
    assert two.frame().equals(swept.frame())
    assert Posterior.load(two.directory).digest == posterior.digest


def test_draws_that_leave_none_as_it_is_are_one_run_there(scenario: Scenario) -> None:
    drawn = posterior_of({REPORTS: [1, 2, 3]})
    made = sweep(scenario, replicates=4, posterior=drawn, workers=0)
    assert made.manifest["runs"] == 8
    assert made.failures() == {}
    own = {row.seed: row.digest for row in made.runs() if row.policy == "close"}
    for seed, digest in own.items():
        assert run(scenario.with_(drawn.overrides(seed)), "close", seed).digest == digest


@pytest.mark.parametrize("varied", [APPEAL, "stories[0].appeal"])
def test_what_is_varied_cannot_be_drawn(
    scenario: Scenario, posterior: Posterior, varied: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        sweep(scenario, tmp_path / "out", parameters={varied: [0.1]}, posterior=posterior)
    said = f'posterior "by hand": {APPEAL}: is drawn from the posterior, and "{varied}" is varied'
    assert said in str(caught.value)
    with pytest.raises(InputError, match="is varied"):
        delay_map(scenario, "close", posterior=posterior_of({f"{REPORTS[:-13]}.delay": ["2 h"]}))
    assert not (tmp_path / "out").exists()


def test_a_draw_that_a_point_refuses_is_told_with_the_point(scenario: Scenario) -> None:
    drawn = posterior_of({ATTENTION: [-3]})
    with pytest.raises(InputError, match=r'posterior "by hand", draw 0: feed.attention = -3'):
        sweep(scenario, parameters={APPEAL: [0.1]}, replicates=2, posterior=drawn)


def test_a_cell_of_a_delay_map_is_what_single_runs_give(
    scenario: Scenario, posterior: Posterior, tmp_path: Path
) -> None:
    found = delay_map(
        scenario, "close", delays=("0 h", "2 h"), coverages=(1.0,), replicates=4, workers=0,
        posterior=posterior,
    )  # fmt: skip
    place = "policies[0].interventions[0]"
    slow = {f"{place}.delay": {"law": "fixed", "time": "2 h"}, f"{place}.whom.fraction": 1.0}
    apart = 0.0
    for seed in found.seeds:
        drawn = posterior.overrides(seed)
        base = run(scenario.with_(drawn), "none", seed).scalars()[REACH]
        left = run(scenario.with_({**drawn, **slow}), "close", seed).scalars()[REACH]
        assert base is not None
        assert left is not None
        apart += base - left
    assert found.cells[1].averted.estimate == pytest.approx(apart / 4)
    assert 'from the posterior "by hand" (3 draws)' in found.text()
    found.save(tmp_path / "out")
    said = json.loads((tmp_path / "out" / "delay-map.json").read_text())
    assert said["posterior"]["digest"] == said["provenance"]["posterior"]["digest"]
    assert said["posterior"]["digest"] == Posterior.load(tmp_path / "out").digest
    assert [each["draw"] for each in said["posterior"]["worlds"]] == [
        posterior.place(seed) for seed in found.seeds
    ]


def test_one_draw_is_what_an_overridden_scenario_gives(scenario: Scenario, tmp_path: Path) -> None:
    options: dict[str, Any] = {"replicates": 3, "trials": 2, "finalists": 2, "confirm": 3}
    options |= {"parameters": {REPORTS: [1, 3]}, "at_most": "70%", "workers": 0}
    by_hand = optimise(scenario.with_({APPEAL: 0.4}), **options)
    drawn = optimise(scenario, posterior=posterior_of({APPEAL: [0.4]}), **options)
    assert drawn.trials == by_hand.trials
    assert drawn.verdict == by_hand.verdict
    assert "Each world draws a" in drawn.text()
    drawn.save(tmp_path / "out")
    with pytest.raises(OutputError, match="another scenario"):
        by_hand.save(tmp_path / "out")


def test_the_commands_take_a_directory(
    scenario: Scenario, posterior: Posterior, swept: Sweep, tmp_path: Path
) -> None:
    (tmp_path / "scenario.json").write_text(json_text(scenario.resolved()))
    values = {"scenario": "scenario.json", "parameters": {ATTENTION: [3, 30]}, "replicates": 4}
    (tmp_path / "study.json").write_text(json_text(values))
    study, place = str(tmp_path / "study.json"), write_posterior(posterior, tmp_path / "left")
    words = ["--posterior", str(place), "--out", str(tmp_path / "out"), "--workers", "1"]
    made = CliRunner().invoke(cli, ["sweep", study, *words])
    assert made.exit_code == 0, made.output
    assert [row.digest for row in Sweep.load(tmp_path / "out").runs()] == [
        row.digest for row in swept.runs()
    ]
    with (tmp_path / "out" / "posterior.csv").open(encoding="utf-8") as file:
        assert [row["a"] for row in csv.DictReader(file)] == list(map(str, DRAWN))
    script = CliRunner().invoke(cli, ["sweep", "slurm", study, *words[:4], "--jobs", "2"])
    assert script.exit_code == 0, script.output
    assert f"--posterior {place} --shard" in script.output


# -- what of the width comes from not knowing the parameters ----------------------------------


@pytest.fixture(scope="module")
def certain() -> Scenario:
    """Everybody reads the one post unless it is never seen: chance moves nothing."""
    gone = {"kind": "close-accounts", "when": {"at": ["0 h"]}}
    return small(
        {
            "horizon": "96 h",
            "stories": {0: {"appeal": 0.0, "at": ["1 h"]}},
            "policies": [{"name": "gone", "interventions": [gone]}],
        }
    )


SIZES = posterior_of({"graph.accounts": list(range(20, 140, 10))})


def test_a_delay_map_tells_the_share_of_its_fastest_and_slowest(
    certain: Scenario, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"coverages": (0.5, 1.0), "workers": 0, "posterior": SIZES}
    found = delay_map(certain, "gone", delays=("0 h", "30 min"), replicates=24, **options)
    assert [each.policy for each in found.widths] == ["gone, 0 h, 100 %", "gone, 30 min, 100 %"]
    for each in found.widths:
        assert each.found is not None
        assert each.found.share == (1.0, 1.0, 1.0)
        assert each.found.pairs == 20
    assert found.widths[0].sentence() in found.text()
    found.save(tmp_path / "out")
    write_report(tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "of the width, 100 % (100 to 100 %) comes from not knowing the parameters" in page
    few = delay_map(certain, "gone", delays=("0 h",), replicates=3, **options)
    assert few.widths[0].why.startswith("3 worlds are too few")
    assert delay_map(certain, "gone", delays=("0 h",), replicates=2, workers=0).widths == ()


def test_one_draw_alone_makes_nothing_of_the_width(scenario: Scenario) -> None:
    """What chance alone moves is not said to come from the parameters."""
    timed = scenario.with_({f"{REPORTS[:-13]}.when": {"at": ["2 h"]}, APPEAL: 0.1})
    options: dict[str, Any] = {"delays": ("0 h",), "coverages": (0.5,), "workers": 0}
    options["replicates"] = 24
    alone = delay_map(timed, "close", posterior=posterior_of({APPEAL: [0.25]}), **options)
    told = alone.widths[0].found
    assert told is not None
    assert told.share.low == 0.0
    assert told.of_chance > 0
    # The map itself is that of the world with this draw.
    assert alone.cells == delay_map(timed.with_({APPEAL: 0.25}), "close", **options).cells


def test_an_optimum_tells_the_share_of_its_best(certain: Scenario, tmp_path: Path) -> None:
    options: dict[str, Any] = {"replicates": 3, "trials": 2, "finalists": 1, "workers": 0}
    options["parameters"] = {"policies[gone].interventions[0].whom.fraction": [0.999, 1.0]}
    found = optimise(certain, at_most="70%", confirm=24, posterior=SIZES, **options)
    assert found.verdict.best is not None
    (told,) = found.widths
    assert told.found is not None
    assert told.found.share == (1.0, 1.0, 1.0)
    assert told.key == REACH
    assert told.sentence() in found.text()
    found.save(tmp_path / "out")
    write_report(tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "of the width, 100 % (100 to 100 %) comes from not knowing the parameters" in page
