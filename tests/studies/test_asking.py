"""Studies that are asked for in Python: a file, a table, or a scenario and what is varied."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rumorsim
from rumorsim.common.errors import InputError
from rumorsim.scenario import Scenario
from rumorsim.studies.sweep.asking import study_of
from rumorsim.studies.sweep.study import load_study

CONFIGS = Path(__file__).parents[2] / "configs"
APPEAL = "stories[tap-water].appeal"


@pytest.fixture
def scenario() -> Scenario:
    return rumorsim.load(CONFIGS / "small.toml")


def numbers(swept: Any) -> list[tuple[Any, ...]]:
    return [(row.policy, row.seed, row.digest, *row.parameters.values()) for row in swept.runs()]


def test_a_table_is_what_the_file_is(scenario: Scenario, tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text(
        f'scenario = "{CONFIGS / "small.toml"}"\nreplicates = 2\npolicies = ["none"]\n'
        f'[[parameters]]\nname = "appeal"\nkey = "{APPEAL}"\nvalues = [0.05, 0.3]\n'
    )
    wanted = numbers(rumorsim.sweep(file, tmp_path / "file", workers=0))
    assert len(wanted) == 4 and len({row[2] for row in wanted}) == 4
    table = {"replicates": 2, "policies": ["none"]}
    varied: list[Any] = [
        {APPEAL: [0.05, 0.3]},
        {APPEAL: {"values": [0.05, 0.3]}},
        {APPEAL: np.array([0.05, 0.3])},
        {"appeal": {"key": APPEAL, "low": 0.05, "high": 0.3, "steps": 2}},
        [{"key": APPEAL, "values": (0.05, 0.3)}],
    ]
    for place, parameters in enumerate(varied):
        named = {"scenario": [scenario, CONFIGS / "small.toml"][place % 2]}
        study = {**named, **table, "parameters": parameters}
        assert numbers(rumorsim.sweep(study, tmp_path / f"{place}", workers=0)) == wanted


def test_a_scenario_and_what_is_varied(scenario: Scenario) -> None:
    """It lies in a folder of its own that goes with it."""
    swept = rumorsim.sweep(
        scenario.with_(policies=()), parameters={APPEAL: [0.05, 0.3]}, replicates=2, workers=0
    )
    assert swept.parameters == (APPEAL,)
    assert [row.scalars["reach.truth.false.accounts"] for row in swept.runs()] == [
        rumorsim.run(scenario.set(APPEAL, appeal), seed=seed).measures["reach"]["truth"]["false"][
            "accounts"
        ]
        for appeal in (0.05, 0.3)
        for seed in (1, 2)
    ]
    folder = swept.directory
    assert (folder / "manifest.json").exists()
    del swept
    gc.collect()
    assert not folder.exists()


def test_what_is_beside_a_study_stands_in_its_place() -> None:
    file = CONFIGS / "studies" / "small-sweep.toml"
    for asked in (file, str(file), load_study(file)):
        study = study_of(asked, replicates=3, parameters={"feed.attention": 7})
        assert (study.replicates, study.parameters[0].values) == (3, (7,))
        assert study.parameters[0].name == "feed.attention"
        assert study.load_scenario().name == "small"
    assert study_of(file) == load_study(file)
    usual = study_of({"scenario": "x.toml"}, {"kind": "sobol", "points": 4})
    assert usual.design.kind == "grid", "nothing is varied"


def test_a_study_keeps_the_scenario_it_was_given(scenario: Scenario) -> None:
    changed = scenario.set("horizon", "3 h")
    study = study_of(changed, parameters={"feed.attention": [1, 2]})
    assert study.with_(replicates=4).load_scenario() is changed
    assert study.scenario == "small"
    assert study.written()["parameters"][0]["name"] == "feed.attention"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"parameters": {"stories[0].apeal": [1]}}, 'did you mean "appeal"'),
        ({"parameters": {APPEAL: [0.1, 0.1]}}, "values holds the same value twice"),
        ({"parameters": {APPEAL: []}}, "must not be empty"),
        ({"parameters": {"seed": [1, 2]}}, "name is a column of the table already"),
        ({"parameters": {"a b": {"key": APPEAL, "values": [1]}}}, "name must be a letter"),
        ({"parameters": {"key": APPEAL, "values": [1]}}, "write [[parameters]]"),
        ({"parameters": {APPEAL: [-1]}}, "must be at least 0"),
        ({"replicate": 3}, 'did you mean "replicates"'),
        ({"replicates": 0}, "must be at least 1"),
    ],
)
def test_what_is_wrong(scenario: Scenario, table: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as refused:
        rumorsim.sweep({"scenario": scenario, **table}, workers=0)
    assert said in str(refused.value)
    assert "pydantic" not in str(refused.value)


def test_answers_take_the_same(scenario: Scenario) -> None:
    reports = "policies[close accounts].interventions[0].when.reports"
    scenario = scenario.with_({"horizon": "6 h", "policies": scenario.policies[:1]})
    pytest.importorskip("optuna")
    best = rumorsim.optimise(
        scenario, parameters={reports: [1, 5]}, replicates=2, trials=3, confirm=2, finalists=1,
        workers=0,
    )  # fmt: skip
    assert best.parameters == (reports,)
    assert {trial.values[reports] for trial in best.trials} <= {1, 5}
    pytest.importorskip("SALib")
    found = rumorsim.sensitivity(
        scenario,
        parameters={reports: {"low": 1, "high": 5, "whole": True}},
        design={"kind": "sobol", "points": 4},
        replicates=2,
        workers=0,
    )
    assert (found.method, found.parameters, len(found.points)) == ("sobol", (reports,), 12)
