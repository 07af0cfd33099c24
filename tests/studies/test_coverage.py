"""Coverage: 95 % intervals hold the truth in about 95 % of comparisons of a known case.

The short form of experiments/coverage, with the same code: exact binomial bounds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from rumorsim.studies.statistics.intervals import paired_difference

PLACE = Path(__file__).parents[2] / "experiments" / "coverage"
POLICY = "after 1 h"
EXPERIMENTS, WORLDS = 40, 20
#: How rarely the test may fail by bad luck where coverage is 95 %.
FALSE_ALARM = 1e-4


@pytest.fixture(scope="module")
def known() -> Iterator[object]:
    sys.path.insert(0, str(PLACE))
    import known

    yield known
    sys.path.remove(str(PLACE))


@pytest.fixture(scope="module")
def reach(known: object) -> dict[str, NDArray[np.int64]]:
    seeds = range(1, EXPERIMENTS * WORLDS + 1)
    return {policy: known.reached(policy, seeds) for policy in ("none", POLICY)}  # type: ignore[attr-defined]


def held(known: object, reach: dict[str, NDArray[np.int64]], truth: float) -> int:
    """In how many experiments the interval of the paired difference holds ``truth``."""
    count = 0
    for begin in range(0, EXPERIMENTS * WORLDS, WORLDS):
        values, base = (
            reach[policy][begin : begin + WORLDS].tolist() for policy in (POLICY, "none")
        )
        _, low, high = paired_difference(values, base)
        assert low is not None and high is not None
        count += low <= truth <= high
    return count


def p_value(count: int) -> float:
    return float(stats.binomtest(count, EXPERIMENTS, 0.95).pvalue)


def test_the_truth_is_the_truth(known: object, reach: dict[str, NDArray[np.int64]]) -> None:
    """The closed form is where the engine is: z tests, false alarm rate 1e-4 each."""
    for policy, values in reach.items():
        error = values.std(ddof=1) / len(values) ** 0.5
        off = (values.mean() - known.true_mean(policy)) / error  # type: ignore[attr-defined]
        assert 2 * stats.norm.sf(abs(off)) > FALSE_ALARM


def test_copies_are_as_good_as_worlds(known: object, reach: dict[str, NDArray[np.int64]]) -> None:
    """The same distribution: Kolmogorov-Smirnov, false alarm rate 1e-4 at most."""
    copies = known.reached(POLICY, range(1, 13), copies=100)  # type: ignore[attr-defined]
    assert stats.ks_2samp(copies, reach[POLICY]).pvalue > FALSE_ALARM
    # Nor do neighbours hang together, as they would if they shared draws.
    assert stats.pearsonr(copies[:-1], copies[1:]).pvalue > FALSE_ALARM
    # Negative control: the other policy is told apart.
    assert stats.ks_2samp(copies, reach["none"]).pvalue < FALSE_ALARM


def test_intervals_cover(known: object, reach: dict[str, NDArray[np.int64]]) -> None:
    truth = known.true_mean(POLICY) - known.true_mean("none")  # type: ignore[attr-defined]
    assert p_value(held(known, reach, truth)) > FALSE_ALARM


def test_a_wrong_truth_is_not_covered(known: object, reach: dict[str, NDArray[np.int64]]) -> None:
    """Negative control: the same check refuses a truth that is a fifth too large."""
    truth = known.true_mean(POLICY) - known.true_mean("none")  # type: ignore[attr-defined]
    assert p_value(held(known, reach, 1.2 * truth)) < FALSE_ALARM


def test_the_committed_table_keeps_its_promise() -> None:
    """At 20 and at 100 worlds, 1,000 experiments each: between 93 % and 97 %."""
    import csv

    with (PLACE / "results" / "table.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for worlds in ("20", "100"):
        for what in (f'difference, "{POLICY}"', f'relative change, "{POLICY}"'):
            row = next(row for row in rows if (row["what"], row["worlds"]) == (what, worlds))
            assert row["experiments"] == "1000"
            assert 930 <= int(row["held"]) <= 970
