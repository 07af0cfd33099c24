"""What a calibration says of a posterior that is known: words, numbers, tables, frames."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from posteriors import LOG, calibration, unknown

from rumorsim.common.errors import InputError
from rumorsim.studies.calibrate.identifiability import Identifiability
from rumorsim.studies.calibrate.inference import systematic
from rumorsim.studies.calibrate.marginals import Marginal
from rumorsim.studies.calibrate.study import Unknown
from rumorsim.studies.calibrate.wording import prior_words
from rumorsim.studies.runner.posterior import Posterior

RIDGE = [[0.8, -0.78], [-0.78, 0.8]]
CHOICE: dict[str, Any] = {"prior": "choice", "values": ["chronological", "trending", True]}


def told(covariance: list[list[float]], *unknowns: Unknown) -> Identifiability:
    return calibration(
        unknowns or (unknown("first"), unknown("second")), covariance
    ).identifiability


def test_contraction_is_what_the_variance_lost() -> None:
    known = told([[0.04, 0.0], [0.0, 0.9]])
    assert [round(each.contraction, 9) for each in known.contractions] == [0.96, 0.1]
    assert [each.verdict for each in known.contractions] == ["well", "open"]
    assert told([[0.5, 0], [0, 1.7]]).contractions[0].verdict == "partly"
    assert told([[0.5, 0], [0, 1.7]]).contractions[1].contraction == 0, "wider is not negative"
    assert "pin down first and say next to nothing about second" in known.summary()
    assert not known.traded


def test_a_ridge_of_two_logarithms_is_their_product() -> None:
    known = told(RIDGE)
    assert [pair.acts_as for pair in known.traded] == ["product"]
    assert known.traded[0].correlation == pytest.approx(-0.975)
    assert known.traded[0].sharp == pytest.approx(0.98)
    assert known.traded[0].flat == 0
    words = " ".join(known.lines())
    assert "first and second trade off (correlation -0.97)" in words
    assert "know their product" in words
    assert "say little about it alone, as it trades off with second" in words
    assert known.summary() == "The data know only in combination: first and second (product)."


def test_a_ridge_upwards_is_a_ratio_and_of_other_scales_a_combination() -> None:
    assert told([[0.8, 0.78], [0.78, 0.8]]).traded[0].acts_as == "ratio"
    uniform = unknown("second", {"prior": "normal", "mean": 0, "sd": 1})
    assert told(RIDGE, unknown("first"), uniform).traded[0].acts_as == "combination"


def test_independent_parameters_do_not_trade_off() -> None:
    known = told([[0.02, 0.0], [0.0, 0.02]])
    assert not known.traded
    assert known.summary() == "The data pin down first and second."
    # Correlated, but both far better known than before: no ridge is left open.
    assert not told([[0.02, -0.018], [-0.018, 0.02]]).traded


def test_statistics_that_inform_a_parameter_are_those_made_from_it() -> None:
    known = told([[0.1, 0.0], [0.0, 0.1]])
    for place in (0, 1):
        keys = [known.keys.index(key) for key, part in known.informing(place) if part > 0.5]
        assert keys and {key % 2 for key in keys} == {place}
    assert known.informs.shape == (10, 2)


def test_forms_and_choices_are_read_and_said() -> None:
    rate = unknown("rate", {"prior": "log-uniform", "low": 0.05, "high": 5}, form="{} per h")
    found = calibration((rate, unknown("timing", CHOICE)), [[0.25, 0], [0, 0.05]])
    text = found.text()
    low, _, high = (rate.number(value) for value in found.quantiles("rate"))
    assert low is not None and high is not None
    assert f"{low:.4g} to {high:.4g} per h" in text
    assert "3 values" in text and "trending 9" in text
    assert rate.shown(rate.at(0.0)) == "0.5 per h"
    assert isinstance(found.values[0][0], str)
    frame = found.table().columns
    assert frame["rate"].dtype == float and set(frame["timing"]) <= {"trending", "chronological",
                                                                     "True"}  # fmt: skip


def test_marginals_hold_all_of_both_laws() -> None:
    random = np.random.default_rng(1)
    weights = np.full(200, 1 / 200)
    for each in (
        unknown("log"),
        unknown("whole", {"prior": "uniform", "low": 1, "high": 6}, whole=True),
        unknown("many", {"prior": "uniform", "low": 0, "high": 500}, whole=True),
        unknown("normal", {"prior": "normal", "mean": 3, "sd": 2, "low": 0}, form="{} h"),
        unknown("beta", {"prior": "beta", "a": 2, "b": 5}),
        unknown("choice", {"prior": "choice", "values": list(range(40))}),
    ):
        values = [each.at(z) for z in random.standard_normal(200)]
        found = Marginal.of(each, values, weights)
        assert sum(found.prior) == pytest.approx(1)
        assert sum(found.posterior) == pytest.approx(1)
        # Drawn from the prior: both are the same but for chance.
        assert np.abs(np.cumsum(found.prior) - np.cumsum(found.posterior)).max() < 0.13
        assert len(found.prior) == len(found.labels or found.edges[1:])
    assert found.labels[-1] == "29 others"


def test_resampling_gives_each_draw_its_weight() -> None:
    weights = np.array([0.5, 0.0, 0.3, 0.2])
    assert np.bincount(systematic(weights, 100), minlength=4).tolist() == [50, 0, 30, 20]


def test_data_beyond_all_runs_are_a_miss_however_few_runs() -> None:
    found = calibration((unknown("first"),), [[0.1]], missed=(3,), checks=40)
    assert [fit.key for fit in found.fits() if fit.missed] == ["cascades.truth.false.size.q75"]
    assert "reproduces 9 of 10 statistics" in found.text()
    assert "do not trust what rests on them" in found.text()


def test_noise_of_the_data_makes_a_far_statistic_no_miss() -> None:
    near = calibration((unknown("first"),), [[0.1]], missed=(3,))
    observed = near.statistics.chosen.observed[3]
    noisy = calibration((unknown("first"),), [[0.1]], missed=(3,), noise={3: 20 * observed})
    assert near.fits()[3].missed
    assert not noisy.fits()[3].missed
    place = noisy.fits()[3].standardised
    assert place is not None and place[1] > place[0] > 0


def test_of_statistics_that_fit_about_one_in_a_hundred_is_a_miss() -> None:
    families = [f"cascades.truth.false.{n}" for n in range(80)]
    found = calibration((unknown("first"),), [[0.5]], families=families, checks=60)
    random = np.random.default_rng(3)
    points = found.predicted[random.permutation(60)]
    found.statistics.chosen.observed[:] = [points[j % 60, j] for j in range(points.shape[1])]
    missed = sum(fit.missed for fit in found.fits())
    assert missed <= 12, "400 statistics, each drawn from what is predicted: 4 are expected"


def test_without_checks_nothing_is_said_of_the_fit(tmp_path: Path) -> None:
    found = calibration((unknown("first"),), [[0.1]], checks=0)
    assert "No runs were made from the posterior" in found.text()
    found.save(tmp_path / "out")
    assert not (tmp_path / "out" / "predictions.png").exists()


def test_the_tables_of_a_directory(tmp_path: Path) -> None:
    found = calibration((unknown("first"), unknown("timing", CHOICE)), RIDGE, missed=(2,))
    found.save(tmp_path / "out")
    there = {each.name for each in (tmp_path / "out").iterdir()}
    assert {"posterior.csv", "calibration.json", "calibration.txt", "statistics.csv"} <= there
    assert {"identifiability.csv", "pairs.csv", "posterior.png", "predictions.png"} <= there
    loaded = Posterior.load(tmp_path / "out")
    assert loaded.digest == found.posterior.digest
    said = json.loads((tmp_path / "out" / "calibration.json").read_text("utf-8"))
    assert said == json.loads(json.dumps(found.as_dict()))
    assert said["left_out"] == ["reach.never"]
    rows = list(csv.DictReader((tmp_path / "out" / "statistics.csv").open(encoding="utf-8")))
    assert [row["key"] for row in rows if row["missed"] == "True"] == [found.fits()[2].key]
    rows = list(csv.DictReader((tmp_path / "out" / "identifiability.csv").open(encoding="utf-8")))
    assert [row["parameter"] for row in rows] == ["first", "timing"]
    assert float(rows[0]["contraction"]) == found.identifiability.contractions[0].contraction


def test_draws_as_parquet_and_as_a_frame(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="needs the extra [data]")
    pytest.importorskip("pyarrow", reason="needs the extra [data]")
    found = calibration((unknown("first"), unknown("timing", CHOICE)), RIDGE)
    found.save(tmp_path / "out")
    frame = found.frame()
    assert list(frame.columns) == ["draw", "weight", "first", "timing"]
    assert frame["weight"].sum() == pytest.approx(1)
    assert frame["first"].tolist() == [row[0] for row in found.values]
    saved = pandas.read_parquet(tmp_path / "out" / "posterior.parquet")
    pandas.testing.assert_frame_equal(saved, frame, check_dtype=False)


def test_arviz_is_named_where_it_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "arviz", None)
    with pytest.raises(InputError, match=r"this needs arviz; pip install \"rumorsim\[arviz\]\""):
        calibration((unknown("first"),), [[0.1]]).to_arviz()


@pytest.mark.filterwarnings("ignore")
def test_inference_data_has_four_groups() -> None:
    arviz = pytest.importorskip("arviz", reason="needs the extra [arviz]")
    found = calibration((unknown("first"), unknown("timing", CHOICE)), [[0.1, 0], [0, 0.5]])
    data = found.to_arviz()
    assert {"posterior", "prior", "posterior_predictive", "observed_data"} <= set(data.groups())
    assert data.posterior.sizes == {"chain": 1, "draw": 400}
    low, _, high = found.quantiles("first")
    ends = np.quantile(data.posterior["first"], (0.05, 0.95))
    assert ends == pytest.approx([low, high], rel=0.05)
    assert set(np.unique(data.posterior["timing"])) <= {0.0, 1.0, 2.0}
    assert float(data.observed_data["cascades.truth.false.size.max"][0]) == pytest.approx(
        found.statistics.chosen.observed[4]
    )
    assert len(arviz.summary(data)) == 2


@pytest.mark.parametrize(
    ("prior", "more", "words"),
    [
        (LOG, {}, "log-uniform, 0.01 to 1"),
        ({"prior": "uniform", "low": 1, "high": 9}, {"whole": True},
         "uniform, 1 to 9, whole numbers"),
        ({"prior": "normal", "mean": 24, "sd": 6, "low": 0}, {"form": "{} h"},
         "normal, mean 24 h, sd 6 h, at least 0 h"),
        ({"prior": "beta", "a": 2, "b": 5}, {}, "beta(2, 5), 0 to 1"),
        ({"prior": "choice", "values": ["a", True]}, {}, "one of a, true"),
        ({"prior": "choice", "values": ["a", "b"], "weights": [3, 1]}, {},
         "one of a (75%), b (25%)"),
    ],
)  # fmt: skip
def test_priors_in_words(prior: dict[str, Any], more: dict[str, Any], words: str) -> None:
    assert prior_words(unknown("first", prior, **more)) == words
