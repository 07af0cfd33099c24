"""Study files: what is refused, in which words; what is accepted, and how many runs it is."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from sweep_studies import FOLDER, SCENARIO, called

from rumorsim.common.errors import InputError
from rumorsim.common.files import relative_to_cwd
from rumorsim.scenario import Scenario
from rumorsim.studies.runner.run_specs import RunSpecs
from rumorsim.studies.sweep.designs import Grid, LatinHypercube
from rumorsim.studies.sweep.plan import Plan, check_study, planned
from rumorsim.studies.sweep.running import sweep
from rumorsim.studies.sweep.study import json_schema, load_study
from rumorsim.studies.sweep.swept import Sweep

INVALID = sorted((FOLDER / "invalid").glob("*.toml"))
VALID = sorted((FOLDER / "valid").glob("*.toml"))
#: Words of the machinery, which mean nothing to whoever wrote the study.
MACHINERY = ("Input should", "function-", "tagged", "pydantic", "literal[", "Value error")

#: Rows and different runs of the valid studies, counted by hand.
ROWS = {
    "policies-alone": (40, 40),
    "subsets": (16, 16),
    "grid": (48, 24),
    "list": (16, 16),
    "latin-hypercube": (24, 24),
    "sobol": (16, 16),
    "morris": (24, 16),  # the two trajectories have two points in common
}


def plan_of(file: Path) -> Plan:
    study = load_study(file)
    scenario = study.load_scenario()
    return planned(study, RunSpecs(scenario, study.measures))


def test_there_is_a_file_for_every_rule() -> None:
    assert len(INVALID) >= 80
    assert {each.stem for each in INVALID} == {
        each.stem for each in (FOLDER / "invalid").glob("*.txt")
    }


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_message_is_the_expected_one(file: Path) -> None:
    with pytest.raises(InputError) as caught:
        plan_of(file)
    for fault in caught.value.faults:
        line = str(fault)
        assert "\n" not in line
        assert len(line) < 1000
        assert not any(word in line for word in MACHINERY), line
    said = str(caught.value).replace(str(file), file.name)
    said = said.replace(f"{file.parent}/", "").replace(f"{relative_to_cwd(file.parent)}/", "")
    assert said.splitlines() == file.with_suffix(".txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_valid_studies_are_counted(file: Path) -> None:
    plan = plan_of(file)
    assert (plan.rows, plan.runs) == ROWS[file.stem]
    assert len(set(plan.run_ids())) == plan.runs
    assert len(plan.points) == plan.study.design.count(plan.study.parameters)


def test_subsets_are_all_combinations() -> None:
    plan = plan_of(FOLDER / "valid" / "subsets.toml")
    assert plan.policies[0] == "none"
    assert plan.policies[-1] == "close accounts + remove followers + filter trending"
    assert len(set(plan.policies)) == 8


@pytest.mark.parametrize("name", ["key-misspelt", "explosion-of-points", "value-below"])
def test_command_refuses_with_exit_code_2(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = called("sweep", FOLDER / "invalid" / f"{name}.toml", "--out", out)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert not out.exists()


def test_an_explosion_is_refused_before_any_point_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a point was made")

    monkeypatch.setattr(Grid, "points", never)
    monkeypatch.setattr(LatinHypercube, "points", never)
    for name in ("explosion-of-a-grid", "explosion-of-points", "more-than-most-runs"):
        with pytest.raises(InputError, match="the limit is"):
            plan_of(FOLDER / "invalid" / f"{name}.toml")
    # Negative control: a study below the cap does make its points.
    with pytest.raises(AssertionError, match="a point was made"):
        plan_of(FOLDER / "valid" / "grid.toml")


def test_the_cap_can_be_raised() -> None:
    study = load_study(FOLDER / "invalid" / "more-than-most-runs.toml")
    scenario = study.load_scenario()
    assert check_study(study, scenario, 80) == ("none", "close accounts")
    with pytest.raises(InputError):
        check_study(study, scenario, 79)


def test_every_field_has_a_description() -> None:
    schema = json_schema()
    assert len(schema["$defs"]) >= 6
    for shape in [schema, *schema["$defs"].values()]:
        for name, each in shape["properties"].items():
            tagged = "const" in each
            assert tagged or each.get("description"), name


def test_a_study_may_be_json_and_is_its_own_resolved_form(tmp_path: Path) -> None:
    for file in VALID:
        study = load_study(file)
        written = study.model_dump(mode="json", by_alias=True, exclude_none=True)
        copy = tmp_path / f"{file.stem}.json"
        copy.write_text(json.dumps({**written, "scenario": str(SCENARIO)}), "utf-8")
        again = load_study(copy).with_(scenario=study.scenario)
        assert again.model_dump() == study.model_dump()


def test_values_that_only_go_together_are_accepted(tmp_path: Path) -> None:
    """Each value alone would be refused: a story cannot begin after its own end."""
    place = tmp_path / "study.toml"
    place.write_text(f"""
scenario = "{SCENARIO}"
[[parameters]]
name = "begin"
key = "stories[0].schedule.begin"
[[parameters]]
name = "end"
key = "stories[0].schedule.end"
[design]
kind = "list"
points = [{{ begin = "4 h", end = "5 h" }}]
""")
    assert plan_of(place).rows == 40


def test_none_is_run_once_whatever_other_policies_do() -> None:
    study = load_study(FOLDER / "valid" / "grid.toml")
    scenario: Scenario = study.load_scenario()
    specs = RunSpecs(scenario)
    key = "policies[close accounts].interventions[0].when.reports"
    names = {specs.prepared("none", {key: n})[1] for n in (1, 2)}
    assert len(names) == 1
    assert len({specs.prepared("close accounts", {key: n})[1] for n in (1, 2)}) == 2


def test_the_schema_accepts_what_is_accepted_and_refuses_what_is_not() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    printed = json.loads(called("sweep", "schema").stdout)
    assert printed == json_schema()
    jsonschema.Draft202012Validator.check_schema(printed)
    for file in VALID:
        jsonschema.validate(tomllib.loads(file.read_text("utf-8")), printed)
    for name in ("replicates-zero", "key-unknown", "design-key-unknown", "morris-no-trajectories"):
        values = tomllib.loads((FOLDER / "invalid" / f"{name}.toml").read_text("utf-8"))
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(values, printed)


def test_name_and_seed_of_a_study_are_used(tmp_path: Path) -> None:
    plan = plan_of(FOLDER / "valid" / "morris.toml")
    assert list(plan.seeds) == [77]
    place = tmp_path / "named.toml"
    place.write_text(f'name = "mine"\nscenario = "{SCENARIO}"\nreplicates = 1\n')
    sweep(place, tmp_path / "out", workers=0)
    assert Sweep.load(tmp_path / "out").manifest["name"] == "mine"


def test_the_query_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    duckdb = pytest.importorskip("duckdb")
    guide = (FOLDER.parents[1] / "docs" / "guides" / "sweeps.md").read_text("utf-8")
    (query,) = re.findall(r"^```sql\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    study = FOLDER.parents[1] / "configs" / "studies" / "small-sweep.toml"
    swept = sweep(study, tmp_path / "small-sweep", workers=0)
    monkeypatch.chdir(tmp_path)
    rows = duckdb.sql(query).fetchall()
    frame = swept.frame()
    closed = frame[frame["policy"] == "close accounts"]
    means = closed.groupby(["appeal", "reports"])["reach.truth.false.accounts"].mean()
    assert [(a, r) for a, r, _ in rows] == list(means.index)
    assert [reached for *_, reached in rows] == pytest.approx(means.tolist())
    assert len(rows) == 9


@pytest.mark.parametrize("kind", ["morris", "grid", "latin-hypercube"])
def test_a_design_by_its_word_alone_is_told_how_to_be_written(kind: str) -> None:
    with pytest.raises(InputError) as refused:
        sweep({"scenario": "small", "design": kind})
    assert f'write {{ kind = "{kind}" }}' in str(refused.value)
