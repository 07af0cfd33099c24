"""Every row of the targets through scenario files, as `experiments/validation` asks it.

Seeds are fixed: what passed once passes. Each check states how often chance alone would
fail a true model (`Check.alarm`): 0.27 % where three standard errors are allowed, 0.1 % for
a law, and for a stated tolerance what its standard error makes of it, held under ALARM here.
Each row has its negative control: with the rate 5 % too high it must be refused.
"""

from __future__ import annotations

import numpy as np
import pytest
import validation_rows  # noqa: F401  (finds the modules below)
from asking import SHARED, Asked, Target, targets
from checks import Check, exactly, goodness, mean_of, number
from rows import PREFIXES, ROWS, asked_row

#: No check of a row run in full may fail a true model more often.
ALARM = 0.003
#: A few seconds each; the others are long.
QUICK = (
    "IC-diamond",
    "IC-K4-p1",
    "IC-tree",
    "BP-mean",
    "BP-borel",
    "SIR-R2",
    "CM-REG3",
    "CLOSE-ER6",
    "HAWKES-N-seismic",
    "SV-star",
    "SV-path",
)
NEEDS_DATA = tuple(row for row in ROWS if row.startswith(("IC-weibo", "IC-twitter")))

long = pytest.mark.long


@pytest.fixture(autouse=True)
def _targets_are_there() -> None:
    if not (SHARED / "targets.csv").exists():
        pytest.skip("the table of targets is not beside this repository")


def needs_data(row: str) -> None:
    """Skip where a row's follow graph is absent."""
    if row in NEEDS_DATA and not (SHARED / "data").exists():
        pytest.skip("the real follow graphs are not beside this repository (not ours to ship)")


def test_every_target_of_theory_is_asked() -> None:
    assert set(ROWS) == {id for id in targets() if id.startswith(PREFIXES)}
    assert set(QUICK) < set(ROWS)


@pytest.mark.parametrize(
    "row", [row if row in QUICK else pytest.param(row, marks=long) for row in ROWS]
)
def test_row(row: str) -> None:
    needs_data(row)
    # The long ones in full: their standard errors must be small beside the tolerance.
    asked = Asked(short=row in QUICK)
    failed = [check for check in asked_row(row, asked) if not check.passed]
    assert not failed


@pytest.mark.parametrize(
    "row", [row if row in QUICK else pytest.param(row, marks=long) for row in ROWS]
)
def test_row_with_its_rate_five_percent_off_is_refused(row: str) -> None:
    needs_data(row)
    assert not all(check.passed for check in asked_row(row, Asked(short=True, factor=1.05)))


@long
@pytest.mark.parametrize("row", ROWS)
def test_row_in_full(row: str) -> None:
    needs_data(row)
    checks = asked_row(row, Asked())
    assert all(check.passed for check in checks)
    assert max(check.alarm for check in checks) < ALARM


# -- the checks themselves ----------------------------------------------------------------


def target(tolerance: str, expected: str = "1") -> Target:
    return Target("row", "", expected, tolerance)


@pytest.mark.parametrize(
    ("tolerance", "allowed"),
    [("+-0.01 at N=1e4 given take-off (>5%)", 0.01), ("+-1.5%", 0.03), ("3 SE", 0.3)],
)
def test_a_tolerance_is_what_the_target_says(tolerance: str, allowed: float) -> None:
    inside, outside = (
        number(target(tolerance), "x", 2.0, 2.0 + part * allowed, 0.1) for part in (0.99, 1.01)
    )
    assert inside.tolerance == pytest.approx(allowed)
    assert inside.passed and not outside.passed


def test_three_standard_errors_have_their_alarm() -> None:
    assert number(target("3 SE"), "x", 0.0, 0.0, 1.0).alarm == pytest.approx(0.0027, abs=1e-5)


def test_the_error_of_a_reference_counts() -> None:
    values = np.array([1, 2, 3, 4])
    alone, both = (mean_of(target(text), "x", 2.5, values) for text in ("3 SE", "ref SE 0.7"))
    assert both.tolerance == pytest.approx(np.hypot(alone.tolerance, 3 * 0.7))


def counts(*numbers: int) -> np.ndarray:
    return np.repeat(np.arange(1, len(numbers) + 1), numbers)


@pytest.mark.parametrize(
    ("seen", "law", "holds"),
    [
        (counts(2510, 7490), [0.25, 0.75], True),
        (counts(2700, 7300), [0.25, 0.75], False),
        (counts(2500, 7499, 1), [0.25, 0.75], False),
        (counts(2500, 5000, 1000, 1500), [0.25, 0.5], True),
        (counts(2500, 5400, 1000, 1100), [0.25, 0.5], False),
    ],
    ids=["whole", "whole, off", "whole, outside it", "with a rest", "with a rest, off"],
)
def test_goodness_of_a_law(seen: np.ndarray, law: list[float], holds: bool) -> None:
    check: Check = goodness(target("chi2"), "law", seen, np.array(law))
    assert check.passed == holds


def test_exact_rows_allow_rounding_only() -> None:
    assert exactly(target("exact"), "x", 2.0, 2.0 + 1e-13).passed
    assert not exactly(target("exact"), "x", 2.0, 2.0 + 1e-9).passed
