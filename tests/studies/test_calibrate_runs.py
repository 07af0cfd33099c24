"""Calibrations from generation to generation, on models that cost nothing to run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from rumorsim.common.errors import InputError
from rumorsim.studies.calibrate.identifiability import Identifiability
from rumorsim.studies.calibrate.running import Fitting
from rumorsim.studies.calibrate.statistics import Chosen
from rumorsim.studies.calibrate.study import CalibrationStudy, Unknown
from rumorsim.studies.statistics.weighted import quantile_places

Array = NDArray[np.float64]

#: Priors, and the laws of scipy that they are.
PRIORS: list[tuple[dict[str, Any], Any]] = [
    ({"prior": "uniform", "low": 2.0, "high": 5.0}, stats.uniform(2, 3)),
    ({"prior": "log-uniform", "low": 0.01, "high": 0.5}, stats.loguniform(0.01, 0.5)),
    ({"prior": "normal", "mean": 1.0, "sd": 0.4}, stats.norm(1, 0.4)),
    (
        {"prior": "normal", "mean": 1.0, "sd": 0.4, "low": 0.8},
        stats.truncnorm(-0.5, np.inf, 1, 0.4),
    ),
    ({"prior": "beta", "a": 2.0, "b": 3.0, "low": -1.0, "high": 3.0}, stats.beta(2, 3, -1, 4)),
]
LOG = {"prior": "log-uniform", "low": 0.01, "high": 1.0}


@pytest.mark.parametrize(("prior", "law"), PRIORS)
def test_priors_have_the_quantiles_of_their_laws(prior: dict[str, Any], law: Any) -> None:
    unknown = Unknown.model_validate({"key": "a.b", "prior": prior})
    z = np.linspace(-3, 3, 13)
    found = [unknown.at(each) for each in z]
    assert found == pytest.approx(law.ppf(stats.norm.cdf(z)), rel=1e-6)


def test_weighted_quantiles_are_those_of_draws_repeated_by_their_weights() -> None:
    random, parts = np.random.default_rng(1), (0.0, 0.05, 0.5, 0.95, 1.0)
    numbers, counts = random.standard_normal(30), random.integers(1, 6, 30)
    found = numbers[quantile_places(numbers, counts / counts.sum(), parts)]
    wanted = np.quantile(np.repeat(numbers, counts), parts, method="inverted_cdf")
    assert found.tolist() == wanted.tolist()


def study() -> CalibrationStudy:
    """Two parameters whose priors are log-uniform; nothing of its scenario is read."""
    parameters = [{"name": name, "key": f"{name}.x", "prior": LOG} for name in ("one", "two")]
    return CalibrationStudy.model_validate(
        {
            "scenario": "none",
            "statistics": ["a.*"],
            "parameters": parameters,
            "budget": {"runs": 800, "draws": 60},
        }
    )


def product(points: Array, seed: int) -> Array:
    """A noisy number that depends on the product alone, and another that depends on nothing."""
    noise = np.random.default_rng(seed).standard_normal((len(points), 2))
    return np.column_stack([points.sum(axis=1) + 0.2 * noise[:, 0], noise[:, 1]])


def fitted(seed: int = 3) -> Fitting:
    asked, unknown = study(), np.full(2, np.nan)
    picked = Chosen(("a.one", "a.two"), np.array([0.3, 0.0]), np.ones(2), ("auto",) * 2, unknown)
    fitting = Fitting(asked, picked, seed)
    for generation, count in enumerate(asked.budget.counts()):
        points = fitting.propose(count)
        fitting.take(points, product(points, generation))
    return fitting


def test_two_parameters_that_only_act_as_their_product_are_said_to() -> None:
    found, asked = fitted(), study()
    draws = found.draws
    numbers = [
        np.array([float(each.at(float(z))) for z in draws.points[:, place]])
        for place, each in enumerate(asked.parameters)
    ]
    first = found.counts[0]
    known = Identifiability.of(
        ("one", "two"),
        draws.points,
        draws.weights,
        numbers,
        (found.points[:first], found.numbers[:first]),
        found.standard.chosen.keys,
    )
    assert [pair.acts_as for pair in known.traded] == ["product"]
    assert "one and two (product)" in known.summary()
    assert known.pairs[0].correlation < -0.8
    # Given the sum, the difference of two independent normal numbers is as uncertain as before.
    assert known.pairs[0].sharp > 0.9 and known.pairs[0].flat < 0.4


def test_generations_depend_on_nothing_but_the_runs_before() -> None:
    one, again, other = fitted(), fitted(), fitted(4)
    assert one.draws.points.tobytes() == again.draws.points.tobytes()
    assert one.draws.weights.tobytes() == again.draws.weights.tobytes()
    assert one.draws.points.tobytes() != other.draws.points.tobytes()
    assert one.counts == study().budget.counts()


@pytest.mark.parametrize(("missing", "kept"), [(0.1, [True, True]), (0.4, [True, False])])
def test_statistics_that_the_first_runs_lack_are_left_out(missing: float, kept: list[bool]) -> None:
    asked, unknown = study(), np.full(2, np.nan)
    picked = Chosen(("a.one", "a.two"), np.zeros(2), np.ones(2), ("auto",) * 2, unknown)
    fitting = Fitting(asked, picked, 1)
    points = fitting.propose(200)
    numbers = product(points, 0)
    numbers[: round(200 * missing), 1] = np.nan
    fitting.take(points, numbers)
    assert fitting.kept.tolist() == kept
    assert fitting.numbers.shape == (200, sum(kept))


def test_nothing_can_be_fitted_to_statistics_that_no_run_has() -> None:
    asked, unknown = study(), np.full(2, np.nan)
    picked = Chosen(("a.one", "a.two"), np.zeros(2), np.ones(2), ("auto",) * 2, unknown)
    fitting = Fitting(asked, picked, 1)
    points = fitting.propose(200)
    with pytest.raises(InputError, match="no statistic is defined in four fifths"):
        fitting.take(points, np.full((200, 2), np.nan))
