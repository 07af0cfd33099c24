"""The self-check of calibrations, on a model whose posteriors are known: no run is made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rumorsim.studies.calibrate import checking
from rumorsim.studies.calibrate.study import calibration_study

Array = NDArray[np.float64]

EFFECT = np.array([[1.0, 0.5, -0.3]])
STUDY = {
    "name": "known",
    "scenario": "small",
    "statistics": ["reach.accounts", "shares.shares", "shares.publications"],
    "budget": {"runs": 300, "generations": 2, "first": 0.8, "checks": 0},
    "parameters": [
        {
            "name": "appeal",
            "key": "stories[0].appeal",
            "prior": {"prior": "uniform", "low": 0.1, "high": 0.9},
        }
    ],
}


class Known:
    """In place of runs: statistics that are normal around the parameter's effects."""

    first_seed = 1

    def __init__(self, *_: Any) -> None:
        self.random = np.random.default_rng(1)

    def next(self, points: Array) -> Array:
        noise = self.random.standard_normal((len(points), EFFECT.shape[1]))
        found: Array = points @ EFFECT + 0.6 * noise
        return found


def test_a_right_method_passes_and_wrong_posteriors_are_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two generations; 400 ranks. The seed is fixed: a right method fails for 1 in 100 of them."""
    monkeypatch.setattr(checking, "Simulator", Known)
    found = checking.self_check(calibration_study(STUDY), 400, workers=0)
    assert found.runs == 10 * 240 + 400 * (1 + 60)
    (said,) = found.checked()
    assert said.probability > 0.01
    assert 0.86 <= said.covered_90 <= 0.94
    assert said.narrow < 0.01
    assert said.shifted < 0.01
    # What is known of a parameter with these three statistics.
    assert said.correlation == pytest.approx(np.sqrt(1.34 / (1.34 + 0.36)), abs=0.03)
