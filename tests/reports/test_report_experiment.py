"""The page of an experiment: it says what was read and what is true, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import rumorsim
from rumorsim.common.errors import InputError
from rumorsim.common.files import MARKER
from rumorsim.reports.pages.page import html_of
from rumorsim.reports.pages.report import page_of
from rumorsim.scenario import Scenario

SCENARIO = {
    "name": "tried out",
    "horizon": "48 h",
    "graph": {"kind": "erdos-renyi", "accounts": 200, "mean_followers": 8.0},
    "feed": {"reading": "delay", "delay": {"law": "fixed", "time": "1 min"}},
    "stories": [{"name": "rumor", "truth": False, "appeal": 0.2, "author": {"random": 3}}],
    "policies": [
        {
            "name": "slow & <b>steady</b>",
            "interventions": [{"kind": "friction", "when": {"at": ["0 h"]}, "friction": 0.5}],
        }
    ],
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("experiment") / "saved"
    scenario = Scenario.model_validate(SCENARIO)
    found = rumorsim.experiment(scenario, "slow & <b>steady</b>", replicates=5, workers=1, out=out)
    found.save(out)
    return out


def test_the_page_says_what_was_read_and_what_is_true(saved: Path) -> None:
    page = page_of(saved)
    readings = json.loads((saved / "experiment.json").read_text())["readings"]
    (table,) = [each for each in page.tables() if each.name == "readings"]
    there = [each for each in readings if each["level"] > 0]
    assert [row[:2] for row in table.rows] == [
        [each["outcome"], {"difference": "difference in means"}.get(each["estimator"], row[1])]
        for each, row in zip(there, table.rows, strict=True)
    ]
    assert f"{100 * there[0]['true_change']:+.1f} %" in page.answer
    assert "reports" not in {row[0] for row in table.rows}
    html = html_of(page)
    assert "Nobody reported anything." in html
    assert "<b>steady" not in html and "slow &amp; &lt;b&gt;steady" in html
    assert "--policy" in html and "everybody treated against nobody" in html


def test_a_broken_file_is_named(saved: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / MARKER).write_bytes((saved / MARKER).read_bytes())
    found = json.loads((saved / "experiment.json").read_text())
    found["readings"][0]["coverage"] = 7
    (broken / "experiment.json").write_text(json.dumps(found))
    with pytest.raises(InputError, match=r"readings\.0\.coverage|readings\[0\]\.coverage"):
        page_of(broken)
