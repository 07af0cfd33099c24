"""The replay that comes with rumorsim, and what people do with it."""

from __future__ import annotations

import pickle
import tomllib
from pathlib import Path
from typing import Any

import pytest

import rumorsim
from rumorsim.common.errors import InputError
from rumorsim.reports.pages.report import write_report
from rumorsim.scenario.inputs import observed_cascades
from rumorsim.scenario.schema import json_schema
from rumorsim.scenario.shipped import shipped

CASCADES = shipped()["replay"].parent / "cascades"
SHARES = "shares.truth.false.shares"


def scenario(**replay: Any) -> rumorsim.Scenario:
    return rumorsim.Scenario.model_validate({"replay": replay})


def test_it_works_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert rumorsim.run("replay", "none").scalars()[SHARES] == 422


def test_workers_find_its_cascades(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = rumorsim.compare("replay", replicates=2, policies=["friction"], workers=2)
    assert found.scalars["none"][SHARES] == [422, 422]
    assert all(value < 422 for value in found.scalars["friction"][SHARES])
    found.save(tmp_path / "results")
    assert (tmp_path / "results" / "differences.png").is_file()


def test_it_is_told_by_shares() -> None:
    """Without a follow graph reach counts only those who shared or would have."""
    found = rumorsim.compare("replay", replicates=2, policies=["friction"], workers=1)
    text = found.text()
    assert "shares of" in text
    assert "reach of" not in text
    assert "takes off" not in text
    ranking = found.ranking()
    assert ranking is not None
    assert ranking.key == SHARES


def test_the_schema_takes_it_as_it_is_written() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema())
    values = tomllib.loads(shipped()["replay"].read_text(encoding="utf-8"))
    assert list(validator.iter_errors(values)) == []
    values["replay"]["follows"] = "follows.txt"
    assert list(validator.iter_errors(values)) == []
    del values["replay"]
    assert list(validator.iter_errors(values)) != []


def test_its_table_and_its_stream_are_the_same() -> None:
    pytest.importorskip("pyarrow", reason="tables need the extra [data]")
    imported = rumorsim.read_cascades(str(CASCADES / "made-up.csv"))
    stream = observed_cascades(rumorsim.load("replay"))
    again = observed_cascades(scenario(cascades=str(CASCADES / "made-up.csv")))
    assert again.digest == stream.digest
    assert len(imported.facts.stories) == len(stream.stories) == 16


def test_a_scenario_is_pickled_and_written_with_its_cascades() -> None:
    replay = rumorsim.load("replay")
    again = pickle.loads(pickle.dumps(replay))
    assert again == replay
    resolved = replay.resolved()["replay"]
    assert len(resolved["sha256"]) == 64
    moved = replay.pinned().set("replay.cascades", str(CASCADES / "made-up.csv"))
    assert moved.replay is not None
    assert moved.replay.sha256 is None


def test_a_table_is_read_as_the_scenario_says(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="tables need the extra [data]")
    shares, heads = tmp_path / "shares.csv", tmp_path / "heads.csv"
    shares.write_text("cascade,user,t,row,parent\na,1,0,1,\na,2,30,2,1\nb,3,0,3,\n")
    heads.write_text("cascade,truth\na,false\nb,true\n")
    values = {
        "cascades": str(shares),
        "originals": str(heads),
        "columns": {"account": "user", "time": "t", "post": "row"},
        "unit": "minutes",
    }
    replay = scenario(**values)
    found = observed_cascades(replay)
    assert [story.truth for story in found.stories] == [False, True]
    assert found.reads["delay"].tolist() == [0.5]
    pinned = replay.pinned()
    heads.write_text("cascade,truth\na,true\nb,true\n")
    with pytest.raises(InputError, match="originals_sha256"):
        observed_cascades(pinned)
    assert all(story.truth for story in observed_cascades(replay).stories)


def test_the_methods_text_says_what_was_observed_and_what_is_not_known() -> None:
    text = rumorsim.load("replay").describe()
    for words in (
        "This is a replay",
        "16 cascades (10 false, 6 true) with 16 originals and 538 shares by 414 accounts",
        "accounts that read and did not share are unknown",
        "reach counts only those that shared or would have shared",
        "the number of followers that accounts declare",
        "made-up.ndjson",
    ):
        assert words in text


def test_its_page_says_that_it_is_a_replay(tmp_path: Path) -> None:
    found = rumorsim.compare("replay", replicates=2, policies=["friction"], workers=1)
    found.save(tmp_path / "results")
    page = write_report(tmp_path / "results").read_text(encoding="utf-8")
    for words in (
        "Cascades that were observed are replayed",
        "accounts that read and did not share are unknown",
        "shares of false stories",
    ):
        assert words in page
    assert "made up by a generator" not in page


def test_what_draws_anew_is_refused() -> None:
    with pytest.raises(InputError, match="observed in a replay"):
        rumorsim.compare_tail("replay", f"{SHARES} > 300", budget=100)


def test_the_live_page_is_refused() -> None:
    from rumorsim.web.worlds import check_size

    with pytest.raises(InputError, match="sliders"):
        check_size(rumorsim.load("replay"))


def test_reproducing_it_elsewhere_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rumorsim.studies.runner.reproduce import reproduce

    rumorsim.run("replay", "friction").save(tmp_path / "one")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="--files"):
        reproduce(tmp_path / "one")
    assert reproduce(tmp_path / "one", CASCADES.parent).same
