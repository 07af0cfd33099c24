"""Results of a run: saved, loaded, and as frames."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from small_worlds import small

from rumorsim.common.errors import InputError, OutputError
from rumorsim.common.files import MARKER
from rumorsim.simulation.results import Result
from rumorsim.simulation.running import run


@pytest.fixture(scope="module")
def result() -> Result:
    return run(small(), seed=3)


def test_what_is_saved_is_loaded(result: Result, tmp_path: Path) -> None:
    result.save(tmp_path / "out")
    assert Result.load(tmp_path / "out") == result
    # Negative control: another run is another result.
    run(small(), seed=4).save(tmp_path / "out")
    assert Result.load(tmp_path / "out") != result


def test_a_directory_of_others_is_left_alone(result: Result, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError):
        result.save(tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"


MARKERS = [None, "", "[1]", '{"holds": "comparison"}', '{"holds": "result"}']


@pytest.mark.parametrize("marker", MARKERS)
def test_what_is_no_result_is_refused(marker: str | None, tmp_path: Path) -> None:
    if marker is not None:
        (tmp_path / MARKER).write_text(marker)
    with pytest.raises(InputError, match="is not JSON|is missing|saves here"):
        Result.load(tmp_path)


def test_a_missing_field_is_refused(result: Result, tmp_path: Path) -> None:
    result.save(tmp_path / "out")
    place = tmp_path / "out" / MARKER
    values = json.loads(place.read_text())
    del values["digest"]
    place.write_text(json.dumps(values))
    with pytest.raises(InputError):
        Result.load(tmp_path / "out")


def test_frames_hold_every_number(result: Result) -> None:
    pytest.importorskip("pandas")
    frame = result.frame()
    assert list(frame.columns) == ["key", "value", "unit", "meaning"]
    assert list(frame["key"]) == list(result.scalars())
    reach = frame.set_index("key").loc["reach.accounts"]
    assert reach["value"] == result.scalars()["reach.accounts"]
    assert reach["unit"] == "accounts"
    points = result.curve_frame()
    curve = result.curves()["reach.truth.false.over_time"]
    ours = points[points["curve"] == "reach.truth.false.over_time"]
    assert list(ours["time"]) == curve["time"]
    assert list(ours["value"]) == curve["accounts"]


def test_without_pandas_there_is_advice(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(InputError, match=r"rumorsim\[data\]"):
        result.frame()
