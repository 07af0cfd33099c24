"""The table of the factor of a share's rank, and where each engine looks in it."""

from __future__ import annotations

import numpy as np
import pytest

from rumorsim.common.laws import round24
from rumorsim.engine.kernels.ranks import cell_of
from rumorsim.engine.reference.feed import rank_cell
from rumorsim.world.settings.stories import Story
from rumorsim.world.tables import rank_factors

LAST = 2**31 - 1


def story(**fields: float) -> Story:
    given = {"name": "s", "truth": False, "appeal": 0.5, "author": {"random": 1}, **fields}
    return Story.model_validate(given)


def test_both_engines_look_at_the_same_place() -> None:
    ends = [2**i + j for i in range(9, 31) for j in (-2, -1, 0, 1, 2, 2**i // 3)]
    ranks = [*range(3000), *ends, LAST]
    cells = [cell_of.py_func(rank) for rank in ranks]
    assert cells == [rank_cell(rank) for rank in ranks]
    assert cells[:512] == list(range(512))
    assert cells[-1] == len(rank_factors((story(rank_exponent=1.0),))[0]) - 1
    in_order = [rank_cell(rank) for rank in sorted(ranks)]
    assert (np.diff(in_order) >= 0).all()


@pytest.mark.parametrize(("exponent", "scale"), [(0.2, 2.0), (1.0, 0.01), (5.0, 30.0)])
def test_factors_are_exact_for_early_ranks_and_near_for_late_ones(
    exponent: float, scale: float
) -> None:
    (row,) = rank_factors((story(rank_exponent=exponent, rank_scale=scale),))
    early = np.arange(512)
    assert np.array_equal(row[:512], round24((1 + early / scale) ** -exponent))
    assert row[0] == 1 and (np.diff(row) < 0).all() and row[-1] > 0
    late = np.unique(np.geomspace(512, LAST, 5000).astype(np.int64))
    found = row[[rank_cell(int(rank)) for rank in late]]
    exact = (1 + late / scale) ** -exponent
    worst = float(np.abs(found / exact - 1).max())
    assert worst < exponent / 512 * 1.02
    # Negative control: the bound is not far above what the cells do.
    assert worst > exponent / 512 * 0.7
    assert row.nbytes == 48 * 1024


def test_a_law_has_one_row_however_many_stories_have_it() -> None:
    laws = [{"rank_exponent": 1.0}, {}, {"rank_exponent": 1.0}, {"rank_exponent": 0.5}]
    assert len(rank_factors(tuple(story(**law) for law in laws))) == 2
    assert rank_factors((story(),)).shape[0] == 0
