"""What a calibration takes from data: all events of our own streams, posts and shares of others."""

from __future__ import annotations

from pathlib import Path

import pytest

import rumorsim
from rumorsim.measures import flatten
from rumorsim.studies.calibrate.simulating import prepared

STUDY = {
    "scenario": "small",
    "statistics": ["reach.accounts", "shares.shares"],
    "parameters": [
        {
            "name": "appeal",
            "key": "stories[0].appeal",
            "prior": {"prior": "uniform", "low": 0.01, "high": 0.5},
        }
    ],
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float | None]]:
    """A saved stream, and its numbers as the run gave them."""
    file = tmp_path_factory.mktemp("data") / "events.ndjson"
    result = rumorsim.run("small", events=file, measures=["reach", "shares"])
    return file, flatten(result.measures)


def test_all_events_of_a_stream_of_ours_count(
    saved: tuple[Path, dict[str, float | None]],
) -> None:
    file, numbers = saved
    _, _, chosen = prepared(STUDY, file, None)
    assert dict(zip(chosen.keys, chosen.observed.tolist(), strict=True)) == {
        key: numbers[key] for key in STUDY["statistics"]
    }
    assert numbers["reach.accounts"]


def test_what_cascades_do_not_hold_is_refused(
    saved: tuple[Path, dict[str, float | None]],
) -> None:
    cascades = rumorsim.read_cascades(saved[0])
    with pytest.raises(rumorsim.InputError, match="reach.*needs more than the posts and shares"):
        prepared(STUDY, cascades, None)
    shares = {**STUDY, "statistics": ["shares.shares"]}
    assert prepared(shares, cascades, None)[2].observed.tolist() == [saved[1]["shares.shares"]]
