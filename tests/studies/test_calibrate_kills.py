"""Calibrations that are killed while they run end with the same bytes as those left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sweep_kills import kill_again_and_again
from sweep_studies import SCENARIO, records

import rumorsim
from rumorsim.common.files import json_text
from rumorsim.studies.calibrate.running import calibrate
from rumorsim.studies.calibrate.study import calibration_study
from rumorsim.studies.runner.answering import KEPT

#: Two stories, 60 accounts: a run takes some milliseconds, a generation is soon over.
STUDY = {
    "scenario": str(SCENARIO),
    "statistics": ["shares.*"],
    "parameters": [
        {
            "name": f"appeal-{i}",
            "key": f"stories[{i}].appeal",
            "prior": {"prior": "uniform", "low": 0.05, "high": 0.6},
        }
        for i in (0, 1)
    ],
    "data": {"cascades": "events.ndjson"},
}


@pytest.mark.parametrize(
    ("rounds", "runs"), [(2, 120), pytest.param(30, 2_500, marks=pytest.mark.long)]
)
def test_killed_again_and_again(rounds: int, runs: int, tmp_path: Path) -> None:
    """Two workers, killed at random times in all generations, against one that is left alone."""
    rumorsim.run(SCENARIO, events=tmp_path / "events.ndjson")
    file = tmp_path / "study.json"
    file.write_text(json_text({**STUDY, "budget": {"runs": runs, "draws": 40}}))
    out, part = tmp_path / "killed", (runs - 30) // rounds
    words = ["calibrate", file, "--out", out]
    killed = kill_again_and_again(words, out / KEPT, rounds, runs, each=(part * 2 // 3, part))
    assert killed.rewritten == 0
    assert killed.left == sorted(set(killed.left)), "every round got somewhere"
    first, *_ = calibration_study(file).budget.counts()
    assert first < killed.left[-1] < runs, "it was killed in later generations, too"
    for place, workers in ((out, 2), (tmp_path / "whole", 1)):
        calibrate(file, out=place, workers=workers).save(place)
        assert len(records(place / KEPT)) == runs
    for name in ("posterior.csv", "statistics.csv", "calibration.json"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
