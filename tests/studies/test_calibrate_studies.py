"""Broken studies of calibrations: each is refused, naming the key, with exit code 2."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from rumorsim.cli import main
from rumorsim.cli.app import cli
from rumorsim.common.claims import Claim
from rumorsim.common.errors import InputError
from rumorsim.common.files import MARKER
from rumorsim.scenario.shipped import STUDIES, shipped
from rumorsim.studies.calibrate.answer import HOLDS
from rumorsim.studies.calibrate.study import calibration_study, json_schema

ROOT = Path(__file__).parents[2]
MACHINERY = ("Input should", "function-", "tagged", "pydantic", "literal[", "Value error")

GOOD = """
name = "fit"
scenario = "small"
statistics = ["cascades.truth.false.size.mean"]

[[parameters]]
name = "appeal"
key = "stories[0].appeal"
prior = { prior = "log-uniform", low = 0.01, high = 1 }

[[parameters]]
key = "feed.check_ins.mean"
form = "{} per h"
prior = { prior = "normal", mean = 1, sd = 0.2, low = 0.1 }

[budget]
runs = 100
"""

#: What is replaced, by what, and the words that must be in the message.
BROKEN = {
    "misspelt key": ("statistics =", "statistic =", ["statistic", 'did you mean "statistics"']),
    "no parameters": (GOOD[GOOD.index("[[parameters]]") : GOOD.index("[budget]")], "",
                      ["parameters", "is missing"]),
    "no statistics": ('["cascades.truth.false.size.mean"]', "[]", ["statistics"]),
    "no scenario": ('scenario = "small"\n', "", ["scenario", "is missing"]),
    "scenario that is nowhere": ('"small"', '"smal"', ["smal", "no such file"]),
    "prior unknown": ('prior = "log-uniform"', 'prior = "loguniform"',
                      ["parameters[0].prior", "log-uniform"]),
    "prior without kind": ('prior = "log-uniform", ', "", ["parameters[0].prior"]),
    "low above high": ("low = 0.01, high = 1", "low = 1, high = 0.1",
                       ["parameters[0].prior", "low must be less than high"]),
    "logarithm of zero": ("low = 0.01", "low = 0", ["parameters[0].prior", "more than 0"]),
    "end that is no number": ("high = 1 ", 'high = "1" ', ["parameters[0].prior", "number"]),
    "law of nothing": ("sd = 0.2", "sd = 0", ["parameters[1].prior", "sd"]),
    "law cut away": ("low = 0.1", "low = 50", ["parameters[1].prior", "next to nothing"]),
    "choice of one": ('{ prior = "log-uniform", low = 0.01, high = 1 }',
                      '{ prior = "choice", values = [0.1] }', ["parameters[0].prior", "values"]),
    "weights that do not fit": ('{ prior = "log-uniform", low = 0.01, high = 1 }',
                                '{ prior = "choice", values = [0.1, 0.2], weights = [1] }',
                                ["parameters[0].prior", "weights must be as many as values"]),
    "form without place": ("{} per h", "per h", ["parameters[1]", "form must hold {} once"]),
    "name of a column": ('name = "appeal"', 'name = "weight"',
                         ["parameters[0]", "name is a column"]),
    "odd name": ('name = "appeal"', 'name = "1 appeal"', ["parameters[0]", "a letter, then"]),
    "name twice": ('name = "appeal"', 'name = "feed.check_ins.mean"',
                   ["parameters[0]"]),
    "key twice": ('key = "feed.check_ins.mean"', 'name = "again"\nkey = "stories[0].appeal"',
                  ["parameters[1].key", 'is set by "appeal" already']),
    "key twice by another name": ('key = "feed.check_ins.mean"',
                                  'name = "again"\nkey = "stories[tap-water].appeal"',
                                  ["parameters[1].key", 'is set by "appeal" already']),
    "key misspelt": ("stories[0].appeal", "stories[0].apeal",
                     ["study.toml: parameters[0].key", 'did you mean "appeal"']),
    "key of a story that is not": ("stories[0].appeal", "stories[7].appeal",
                                   ["study.toml: parameters[0].key", "the list holds 2"]),
    "values that the scenario refuses": ('"log-uniform", low = 0.01', '"uniform", low = -1',
                                         ["parameters[0].prior", "give stories[0].appeal = -0.9",
                                          "must be at least 0"]),
    "statistic of no measure": ('"cascades.truth', '"cascade.truth',
                                ["study.toml: statistics[0].key", 'did you mean "cascades"']),
    "statistic misspelt": ("size.mean", "size.meen",
                           ["study.toml: statistics[0].key", "is no number of a measure",
                            'did you mean "cascades.truth.false.size.mean"']),
    "statistic that cascades lack": ("cascades.truth.false.size.mean", "reach.accounts",
                                     ["study.toml: statistics", "needs more than the posts"]),
    "budget of few runs for its generations": ("runs = 100", "runs = 50\ngenerations = 50",
                                               ["budget", "too few for so many generations"]),
    "neither key nor keys": ('key = "stories[0].appeal"\n', "",
                             ["parameters[0]", "give key or keys"]),
    "too few runs": ("runs = 100", "runs = 10", ["budget.runs", "at least 50"]),
    "parts beyond the whole": ("runs = 100", "runs = 100\nfirst = 0.9\nchecks = 0.5",
                               ["budget", "more than all runs"]),
    "a scenario": (GOOD, 'horizon = "1 h"\nstories = []\n', ["is a scenario, not a calibration"]),
    "no TOML": ("[budget]", "[budget", ["study.toml"]),
}  # fmt: skip


def called(*words: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["rumorsim", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_what_all_are_variations_of_is_fine(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(GOOD)
    asked = calibration_study(tmp_path / "study.toml")
    assert [each.name for each in asked.parameters] == ["appeal", "feed.check_ins.mean"]
    assert asked.budget.counts() == [40, 17, 17, 16]
    assert sum(asked.budget.counts()) + asked.budget.for_checks == 100


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_study_is_refused(
    case: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    old, new, words = BROKEN[case]
    assert old in GOOD
    study, data = tmp_path / "study.toml", ROOT / "configs" / "cascades" / "made-up.csv"
    study.write_text(GOOD.replace(old, new, 1))
    out = str(tmp_path / "out")
    code = called("calibrate", str(study), "--data", str(data), "--out", out,
                  monkeypatch=monkeypatch)  # fmt: skip
    said = capsys.readouterr().err
    assert code == 2
    assert [word for word in words if word not in said] == [], said
    assert not any(word in said for word in MACHINERY), said
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()


#: What --data names, and the words that must be in the message.
DATA = {
    "absent": (None, ["there is no such file", "check the path"]),
    "of no format": ("not cascades at all\n", ["holds no rows"]),
    "of other columns": ("a,b\n1,2\n", ["no such column", "columns = ", "under [data] in"]),
    "of no accounts": (
        "cascade,post,parent\n1,1,\n",
        ["no such column", "account", "under [data] in"],
    ),
}


@pytest.mark.parametrize("case", DATA)
def test_data_that_cannot_be_read_are_refused(
    case: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text, words = DATA[case]
    (tmp_path / "study.toml").write_text(GOOD)
    if text is not None:
        (tmp_path / "data.csv").write_text(text)
    monkeypatch.chdir(tmp_path)
    options = ["--data", "data.csv", "--out", "out"]
    code = called("calibrate", "study.toml", *options, monkeypatch=monkeypatch)
    said = capsys.readouterr().err
    assert code == 2
    assert "data.csv" in said
    assert [word for word in words if word not in said] == [], said
    # No option is named that this command has not.
    assert "(--" not in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "files"], "files: holds files that are not results of rumorsim"),
        (["--out", "other"], "other: holds results of another scenario or study; nothing was"),
        (["--out", "study.toml"], "study.toml: is a file, not a directory"),
        (["--out", "out", "--runs", "100"], "--runs = 100: goes with --self-check"),
    ],
)
def test_places_and_options_that_do_not_go_are_refused(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "study.toml").write_text(GOOD)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "mine.txt").write_text("mine")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / MARKER).write_text(json.dumps(Claim.of(HOLDS, {}, "other").marker()))
    monkeypatch.chdir(tmp_path)
    data = str(ROOT / "configs" / "cascades" / "made-up.csv")
    code = called("calibrate", "study.toml", "--data", data, *words, monkeypatch=monkeypatch)
    assert code == 2
    assert said in capsys.readouterr().err
    assert [each.name for each in (tmp_path / "files").iterdir()] == ["mine.txt"]


def test_without_data_it_says_where_they_are_named(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(GOOD)
    from rumorsim.studies.calibrate.running import calibrate

    with pytest.raises(InputError, match=r"there are no data to fit to.*--data"):
        calibrate(tmp_path / "study.toml", workers=0)


def test_the_schema_takes_what_ships_and_refuses_what_is_broken() -> None:
    printed = CliRunner().invoke(cli, ["calibrate", "--schema"])
    assert printed.exit_code == 0
    schema = json.loads(printed.output)
    assert schema == json.loads(json.dumps(json_schema()))
    assert "small-calibration" in shipped(STUDIES)
    good = {
        "scenario": "small",
        "statistics": ["a.b", {"key": "a.*", "weight": 2}],
        "parameters": [{"key": "x", "prior": {"prior": "uniform", "low": 0, "high": 1}}],
    }
    jsonschema.validate(good, schema)
    broken: dict[str, object] = {"parameters": [{"key": "x"}], "runs": 3, "budget": {"runs": 3}}
    for key, value in broken.items():
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**good, key: value}, schema)
    assert _without_description(schema) == []


def _without_description(part: object, path: str = "") -> list[str]:
    """Properties of a schema that nothing is said of."""
    found = []
    if isinstance(part, dict):
        for name, each in part.get("properties", {}).items():
            if "description" not in each:
                found.append(f"{path}.{name}")
        for name, each in part.items():
            found += _without_description(each, f"{path}.{name}")
    elif isinstance(part, list):
        for each in part:
            found += _without_description(each, path)
    return found
