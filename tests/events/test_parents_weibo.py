"""Parents of real reposts hidden: calibrated in cascades that the law was not fitted to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rumorsim
from rumorsim import ParentLaw, ParentModel, fit_parent_law, infer_parents, naive_parents
from rumorsim.events.cascades import cascade_arrays
from rumorsim.measures.cascades import shapes

ROOT = next(
    each for each in Path(__file__).resolve().parents if (each / "pyproject.toml").is_file()
)
DATA = ROOT.parent / "shared" / "data"
REPOSTS, ORIGINALS = DATA / "weibo_cascades_reposts.parquet", DATA / "weibo_cascades.parquet"


@pytest.fixture(scope="module")
def halves() -> list[tuple[Any, ...]]:
    """Cascade, account, time and parent of the posts of every second cascade, and of the rest."""
    if not REPOSTS.exists():
        pytest.skip(f"needs ../shared/data/{REPOSTS.name}, which is not part of the project")
    columns = {"account": "user", "time": "t", "row": "node", "rumor": "is_rumor"}
    weibo = rumorsim.read_cascades(REPOSTS, originals=ORIGINALS, columns=columns)
    posts = cascade_arrays(weibo.batches())
    parts = []
    for half in (0, 1):
        chosen = posts.story % 2 == half
        row = np.cumsum(chosen) - 1
        parent = np.where(posts.parent[chosen] < 0, -1, row[posts.parent[chosen]])
        parts.append((posts.story[chosen], posts.author[chosen], posts.time[chosen], parent))
    return parts


@pytest.fixture(scope="module")
def model(halves: list[tuple[Any, ...]]) -> ParentModel:
    return infer_parents(*halves[1][:3], law=fit_parent_law(*halves[0]))


def test_chances_are_calibrated_in_other_cascades(
    halves: list[tuple[Any, ...]], model: ParentModel
) -> None:
    found = model.calibration(halves[1][3])
    assert found.shares > 300_000
    assert max(found.top, found.root, found.among_shares) < 0.02
    uniform = ParentLaw((1.0,) * 112, (0.0,) * 112)
    control = infer_parents(*halves[1][:3], law=uniform).calibration(halves[1][3])
    assert min(control.top, control.root) > 0.2
    assert control.log_score < found.log_score - 2


def test_trees_have_the_true_depths_and_virality(
    halves: list[tuple[Any, ...]], model: ParentModel
) -> None:
    """Quantiles over cascades, and cascade by cascade, are nearer the truth than naive ones."""
    true = shapes(halves[1][3].astype(np.int32))

    def apart(parent: Any) -> list[float]:
        drawn = shapes(np.asarray(parent, np.int32))
        at = np.linspace(0.05, 0.95, 19)
        pairs = [(drawn.depth, true.depth), (drawn.virality, true.virality)]
        return [
            float(np.abs(np.quantile(one, at) - np.quantile(two, at)).mean()) for one, two in pairs
        ]

    forests = model.forests(5)
    ours = np.array([apart(each) for each in forests])
    assert (ours < [0.6, 0.5]).all()
    for rule in ("root", "latest"):
        naive = apart(naive_parents(*halves[1][:3], rule=rule))
        assert (naive > 4 * ours.max(0)).all()
    drawn = [shapes(each) for each in forests]
    mean = np.mean([each.virality for each in drawn], axis=0)
    plain = shapes(naive_parents(*halves[1][:3], rule="root").astype(np.int32)).virality
    assert np.abs(mean - true.virality).mean() < 0.8 * np.abs(plain - true.virality).mean()
