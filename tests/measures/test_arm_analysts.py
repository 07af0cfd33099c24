"""The estimators of experiments are those that analysts use: the numbers of statsmodels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rumorsim.measures.arm_estimates import (
    Estimate,
    before_after,
    difference,
    difference_in_differences,
    discontinuity,
    switched,
    two_way,
)

sm = pytest.importorskip("statsmodels.api", reason="needs statsmodels (extra [test])")

Array = NDArray[np.float64]
RNG = np.random.default_rng(3)
TREATED = RNG.random(240) < 0.4
OUTCOME = RNG.gamma(0.5, 4.0, 240) * np.where(TREATED, 0.7, 1.0)
UNIT = RNG.integers(0, 30, 240).astype(np.int32)


def fit(outcome: Array, *columns: Any, **options: Any) -> Any:
    """Ordinary least squares on a constant and these columns."""
    design = np.column_stack([np.ones(len(outcome)), *columns])
    return sm.OLS(outcome, design).fit(**options)


def agrees(found: Estimate | None, effect: float, error: float) -> None:
    assert found is not None
    assert found.effect == pytest.approx(effect, rel=1e-9)
    assert found.error == pytest.approx(error, rel=1e-9)


def test_a_difference_in_means_has_errors_of_the_kind_hc2() -> None:
    fitted = fit(OUTCOME, TREATED, cov_type="HC2")
    found = difference(OUTCOME, TREATED, np.arange(240, dtype=np.int32))
    agrees(found, fitted.params[1], fitted.bse[1])
    # Negative control: errors that take variances to be equal are others.
    assert found is not None and found.error != pytest.approx(fit(OUTCOME, TREATED).bse[1])


def test_a_difference_of_clusters_has_cluster_robust_errors_in_each_arm() -> None:
    treated = UNIT < 12
    fits = [
        fit(OUTCOME[arm], cov_type="cluster", cov_kwds={"groups": UNIT[arm]})
        for arm in (treated, ~treated)
    ]
    error = np.hypot(fits[0].bse[0], fits[1].bse[0])
    agrees(difference(OUTCOME, treated, UNIT), fits[0].params[0] - fits[1].params[0], error)


def test_two_way_fixed_effects_are_a_regression_on_all_dummies() -> None:
    periods, accounts, unit = 5, 24, (np.arange(24) // 3).astype(np.int32)
    rates = RNG.gamma(0.5, 4.0, (periods, accounts)) + np.arange(accounts)
    treated = np.arange(periods)[:, None] >= 1 + unit[None, :] % 5
    when, who = (each.ravel() for each in np.indices((periods, accounts)))
    dummies = [when == each for each in range(1, periods)]
    dummies += [who == each for each in range(1, accounts)]
    options = {"groups": unit[who], "use_correction": False}
    fitted = fit(
        rates.ravel(), treated.ravel(), *dummies, cov_type="cluster", cov_kwds=options
    )  # fmt: skip
    few = np.sqrt(8 / 7)  # for eight clusters; statsmodels counts the dummies as well
    agrees(two_way(rates, treated, unit), fitted.params[1], few * fitted.bse[1])


def test_a_discontinuity_between_exact_lines_has_no_error() -> None:
    score = np.array([0.1, 0.4, 0.7, 1.1, 1.3, 1.9])
    above = score > 1.0
    found = discontinuity(np.where(above, 7.0 + 0.3 * score, 0.7 * score), above, score)
    assert found is not None
    assert (found.error, found.freedom) == (0.0, 0.0)
    assert found.effect == pytest.approx(7.0 - 0.4 * 0.9)


def test_a_discontinuity_is_a_line_on_either_side() -> None:
    score = RNG.normal(size=240)
    above = score > 0.3
    middle = (score[above].min() + score[~above].max()) / 2
    away = score - middle
    fitted = fit(OUTCOME, above, away, above * away, cov_type="HC2")
    agrees(discontinuity(OUTCOME, above, score, 240), fitted.params[1], fitted.bse[1])


def test_changes_are_regressions_of_changes() -> None:
    after = OUTCOME[::-1] + 0.3
    fitted = fit(after - OUTCOME)
    agrees(before_after(OUTCOME, after), fitted.params[0], fitted.bse[0])
    both = fit(after - OUTCOME, TREATED, cov_type="HC2")
    found = difference_in_differences(OUTCOME, after, TREATED)
    agrees(found, both.params[1], both.bse[1])
    periods = fit(OUTCOME[:30], TREATED[:30], cov_type="HC2")
    agrees(switched(OUTCOME[:30], TREATED[:30]), periods.params[1], periods.bse[1])
