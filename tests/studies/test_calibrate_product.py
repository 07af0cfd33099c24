"""A scenario in which two parameters act only as their product: the answer must say that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rumorsim
from rumorsim.reports.pages.report import write_report
from rumorsim.scenario import Scenario
from rumorsim.studies.calibrate.answer import Calibration
from rumorsim.studies.calibrate.running import calibrate

APPEAL, RECEPTIVITY = "stories[0].appeal", "accounts.kinds.everybody.receptivity"
#: The independent cascade: who reads shares with P = appeal * receptivity, and nothing else.
CASCADE: dict[str, Any] = {
    "horizon": "20 d",
    "graph": {"kind": "erdos-renyi", "accounts": 500, "mean_followers": 8.0},
    "accounts": {"kinds": {"everybody": {"share": 1.0, "receptivity": 1.0}}},
    "feed": {
        "reading": "delay",
        "delay": {"law": "exponential", "mean": "1 h"},
        "exposures": "late",
    },
    "stories": [
        {"name": "rumor", "truth": False, "appeal": 0.2, "author": {"most_followed": 10}},
    ],
}


def prior(low: float, high: float) -> dict[str, Any]:
    return {"prior": "log-uniform", "low": low, "high": high}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.model_validate(CASCADE)


@pytest.fixture(scope="module")
def found(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    data = tmp_path_factory.mktemp("data") / "events.ndjson"
    rumorsim.run(scenario, seed=99, events=data)
    study = {
        "scenario": scenario,
        "statistics": ["shares.truth.false.shares", "cascades.truth.false.size.mean"],
        "parameters": [
            {"name": "appeal", "key": APPEAL, "prior": prior(0.02, 0.5)},
            {"name": "receptivity", "key": RECEPTIVITY, "prior": prior(0.2, 5.0)},
        ],
        "budget": {"runs": 400, "draws": 60, "checks": 0.05},
    }
    return calibrate(study, data, workers=0)


def test_only_the_product_acts_in_the_scenario(scenario: Scenario) -> None:
    one, same, other = (
        rumorsim.run(scenario.with_({APPEAL: appeal, RECEPTIVITY: receptivity})).digest
        for appeal, receptivity in ((0.125, 2.0), (0.5, 0.5), (0.5, 2.0))
    )
    assert one == same != other


def test_the_answer_says_that_the_data_know_the_product(found: Calibration) -> None:
    known = found.identifiability
    assert [pair.acts_as for pair in known.traded] == ["product"]
    pair = known.traded[0]
    assert pair.correlation < -0.6
    assert pair.sharp > 0.8
    assert all(each.verdict != "well" for each in known.contractions)
    text = " ".join(found.text().split())
    assert "appeal and receptivity trade off" in text
    assert "The data know their product, and little else of the two." in text


def test_the_page_says_it_too(found: Calibration, tmp_path: Path) -> None:
    found.save(tmp_path / "out")
    write_report(tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "The data know only in combination: appeal and receptivity (product)." in page
    assert "The data know their product, and little else of the two." in page
