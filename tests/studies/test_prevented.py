"""What a replay says is prevented: estimates are exact, intervals as wide as they should be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from observed_cascades import random_cascades, saved

import rumorsim
from rumorsim.reports.pages.report import write_report
from rumorsim.studies.compare.comparison import Comparison
from rumorsim.studies.compare.prevented import Prevented, prevented

DAMPEN = {"kind": "friction", "friction": 0.5, "when": {"at": ["0 h"]}}
DELETE = {"kind": "delete-posts", "when": {"age": "1 h"}, "whom": {"posts": "originals"}}


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    folder = tmp_path_factory.mktemp("replay")
    facts, batch = random_cascades(np.random.default_rng(8), accounts=200, stories=24, shares=900)
    file = saved(folder / "e.parquet", facts, batch)
    values: dict[str, Any] = {
        "replay": {"cascades": str(file)},
        "policies": [
            {"name": "dampen", "interventions": [DAMPEN]},
            {"name": "delete", "interventions": [DELETE]},
        ],
    }
    return rumorsim.compare(rumorsim.Scenario.model_validate(values), replicates=12, workers=1)


def row_of(rows: list[Prevented], policy: str, *, truth: bool) -> Prevented:
    return next(row for row in rows if row.policy == policy and row.truth is truth)


def test_estimates_are_the_means_of_the_measure(comparison: Comparison) -> None:
    rows = prevented(comparison)
    assert len(rows) == 4
    for row in rows:
        key = f"prevented.truth.{str(row.truth).lower()}"
        for name, share in (("mean", row.mean), ("over_shares", row.over_shares)):
            values = comparison.scalars[row.policy][f"{key}.{name}"]
            assert share.whole.estimate == pytest.approx(np.mean(values), rel=1e-12)
        assert row.observed == comparison.scalars["none"][f"{key}.observed"][0]


def test_intervals_say_which_part_is_which(comparison: Comparison) -> None:
    """A deletion draws nothing: all that is open is the choice of cascades. Friction has both."""
    rows = prevented(comparison)
    delete = row_of(rows, "delete", truth=False).mean
    assert width(delete.draws) == pytest.approx(0.0, abs=1e-12)
    assert width(delete.whole) == pytest.approx(width(delete.cascades), rel=0.1)
    assert width(delete.cascades) > 0.02
    dampen = row_of(rows, "dampen", truth=False).mean
    assert 0 < width(dampen.draws) < width(dampen.whole)
    assert width(dampen.cascades) < width(dampen.whole)


def width(interval: Any) -> float:
    return float(interval.high - interval.low)


def test_the_choice_of_cascades_has_the_width_of_theory(comparison: Comparison) -> None:
    """Of a mean of n cascades: 2 x 1.96 standard errors, within 15 % (bootstrap of 12 cascades)."""
    none, left = comparison.scalars["none"], comparison.scalars["delete"]
    keys = [key for key in none if key.startswith("prevented.cascades.false.") and none[key][0]]
    parts = np.array([1 - left[key][0] / none[key][0] for key in keys])
    error = parts.std() / np.sqrt(len(parts))
    found = width(row_of(prevented(comparison), "delete", truth=False).mean.cascades)
    assert found == pytest.approx(2 * 1.96 * error, rel=0.15)


def test_both_truths_are_in_the_sentences_and_on_the_page(
    comparison: Comparison, tmp_path: Path
) -> None:
    text = comparison.text()
    assert "of the shares of rumors" in text
    assert "of the shares of other stories" in text
    assert max(map(len, text.splitlines())) <= 80
    assert prevented(comparison, ["delete"])[0].as_dict() in comparison.as_dict()["prevented"]
    comparison.save(tmp_path / "out")
    page = write_report(tmp_path / "out", again=False).read_text("utf-8")
    assert "What is prevented" in page
    assert "other stories" in page


def test_worlds_without_evidence_have_nothing_prevented() -> None:
    ordinary = rumorsim.compare("small", replicates=2, workers=1, measures=["prevented"])
    assert prevented(ordinary) == []
