"""What is drawn once for each of the stories of one description."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from small_worlds import agree, events, small, values

from rumorsim import Simulation
from rumorsim.common.errors import InputError
from rumorsim.common.factor_laws import GammaFactor, LognormalFactor, factors_at
from rumorsim.scenario.models import Scenario

GAMMA = {"law": "gamma", "shape": 0.5}


def appeals(*stories: dict[str, Any], seed: int = 1, column: str = "appeal") -> NDArray[np.float64]:
    """The column of each story of a world."""
    author = {"author": {"ids": [0]}, "truth": False}
    told = [{"name": f"s{i}", **author, "appeal": 0.25, **each} for i, each in enumerate(stories)]
    scenario = Scenario.model_validate({**values(), "stories": told})
    return Simulation(scenario, seed=seed).world.stories[column].copy()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("law", "exact"),
    [
        (GammaFactor(shape=0.4), stats.gamma(0.4, scale=2.5)),
        (GammaFactor(shape=7.0), stats.gamma(7.0, scale=1 / 7)),
        (LognormalFactor(sigma=1.0), stats.lognorm(1.0, scale=np.exp(-0.5))),
    ],
)
def test_factors_are_quantiles_of_a_law_with_mean_one(law: Any, exact: Any) -> None:
    words = (np.arange(100_000, dtype=np.uint64) * np.uint64(2**32)) // np.uint64(100_000)
    found = factors_at(law, words)
    expected = exact.ppf((words + 0.5) / 2**32)
    # Below the middle of the first words tables are as coarse as 2**-32; see laws.table_of.
    assert np.allclose(found[100:], expected[100:], rtol=2e-4)
    assert abs(found.mean() - 1) < 2e-3
    assert abs(found.mean() - 1.05) > 0.04


def test_a_law_without_spread_changes_nothing() -> None:
    plain = appeals({"copies": 5})
    assert (
        appeals({"copies": 5, "appeal_across": {"law": "lognormal", "sigma": 0.0}}) == plain
    ).all()
    assert (plain == 0.25).all()


def test_appeals_across_copies_have_the_law() -> None:
    found = appeals({"copies": 4000, "appeal_across": GAMMA}) / 0.25
    assert stats.kstest(found, stats.gamma(0.5, scale=2).cdf).pvalue > 0.001
    assert stats.kstest(found, stats.gamma(0.6, scale=1 / 0.6).cdf).pvalue < 1e-4


def test_a_story_keeps_its_draw_whatever_there_is_before_it() -> None:
    """Copies of other stories, or more of its own, move nothing; another seed does."""
    own = {"copies": 3, "appeal_across": GAMMA}
    alone = appeals({}, own)[-3:]
    assert (appeals({"copies": 40}, own)[-3:] == alone).all()
    assert (appeals({}, {**own, "copies": 9})[1:4] == alone).all()
    assert (appeals({}, own, seed=2)[-3:] != alone).all()
    assert len(set(alone.tolist())) == 3


def test_appeal_and_original_are_drawn_apart() -> None:
    both = {"copies": 2000, "appeal_across": GAMMA, "original_across": GAMMA}
    appeal, original = (appeals(both, column=column) for column in ("appeal", "original"))
    assert abs(np.corrcoef(appeal, original)[0, 1]) < 0.1
    assert np.array_equal(appeals({**both, "original": 3.0}, column="original"), 3 * original)


def test_the_law_of_shares_is_drawn_apart_and_moves_no_other_column() -> None:
    before = {"copies": 2000, "appeal_across": GAMMA, "original_across": GAMMA}
    after = {**before, "shares_across": GAMMA}
    for column in ("appeal", "original"):
        kept = appeals(after, column=column)
        assert np.array_equal(kept, appeals(before, column=column))
        assert abs(np.corrcoef(kept, appeals(after, column="resharing"))[0, 1]) < 0.1
    assert stats.kstest(appeals(after, column="resharing"), stats.gamma(0.5, scale=2).cdf)[1] > 1e-3
    assert (appeals(before, column="resharing") == 1).all()


def test_stories_are_the_same_under_every_policy() -> None:
    """Nothing happens before a policy acts, and until then the worlds are one."""
    act = {"kind": "close-accounts", "when": {"at": ["9 h"]}}
    policies = [{"name": "p", "interventions": [act]}]
    across = {"copies": 30, "appeal_across": GAMMA, "original_across": GAMMA, "original": 2.0}
    scenario = small({"stories": {0: across}, "policies": policies})
    none, policy = (Simulation(scenario, name).world.stories for name in ("none", "p"))
    assert (none == policy).all()
    before, after = (events(scenario, name) for name in ("none", "p"))
    early = [batch.rows[batch.time < 9] for batch in (before, after)]
    assert len(early[0]) > 50 and np.array_equal(*early)
    assert not agree(before, after)


@pytest.mark.parametrize(
    "written",
    [
        {"law": "gamma"},
        {"law": "gamma", "shape": 0.0},
        {"law": "lognormal", "sigma": -1.0},
        {"law": "lognormal", "sigma": 11.0},
        {"law": "fixed", "time": "1 h"},
        {"shape": 1.0},
        0.5,
    ],
)
def test_a_broken_law_is_refused_where_it_stands(written: Any) -> None:
    with pytest.raises(InputError) as told:
        small({"stories": {0: {"appeal_across": written}}})
    assert all("stories[0].appeal_across" in str(fault) for fault in told.value.faults)
