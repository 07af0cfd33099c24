"""Layouts that show communities: places are whole, the same each time, and say who belongs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.generators import GENERATORS
from rumorsim.graphs.layout import community_positions
from rumorsim.web import places
from rumorsim.web.places import places_of


def empty(accounts: int) -> FollowGraph:
    return FollowGraph(np.zeros(accounts + 1, np.int64), np.empty(0, np.int32))


SMALL = {
    "nobody": empty(0),
    "one": empty(1),
    "two": empty(2),
    "nobody follows": empty(40),
    "star": GENERATORS["star"](30),
    "path": GENERATORS["path"](50),
    "complete": GENERATORS["complete"](20),
    "communities": GENERATORS["communities"](500, 8.0, groups=5, seed=2),
}


@pytest.mark.parametrize("name", SMALL)
def test_everybody_has_a_place_in_the_unit_square(name: str) -> None:
    graph = SMALL[name]
    found = community_positions(graph)
    assert found.shape == (graph.accounts, 2)
    assert ((found >= 0) & (found <= 1)).all()
    assert (found == community_positions(graph)).all()


def neighbours_within(graph: FollowGraph, found: np.ndarray, group: np.ndarray) -> float:
    """How often the account that is drawn nearest is of the same community."""
    apart = ((found[:, None, :] - found[None, :, :]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return float((group[apart.argmin(axis=1)] == group).mean())


def test_communities_are_drawn_together() -> None:
    graph = SMALL["communities"]
    shares = np.cumsum(1 / (np.arange(5) + 2))
    group = np.searchsorted(shares / shares[-1] * 500, np.arange(500) + 0.5)
    found = community_positions(graph)
    assert neighbours_within(graph, found, group) > 0.95
    shuffled = found[np.argsort(np.sin(np.arange(500) * 12.9898))]
    assert neighbours_within(graph, shuffled, group) < 0.5


def test_nobody_hides_another() -> None:
    found = community_positions(SMALL["communities"])
    apart = ((found[:, None, :] - found[None, :, :]) ** 2).sum(axis=2) ** 0.5
    np.fill_diagonal(apart, np.inf)
    assert np.quantile(apart.min(axis=1), 0.05) > 0.008


def test_a_layout_is_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph, counted = SMALL["star"], []

    def count(asked: FollowGraph) -> np.ndarray:
        counted.append(asked)
        return community_positions(asked)

    monkeypatch.setattr(places, "cache_folder", tmp_path / "kernels")
    monkeypatch.setattr(places, "community_positions", count)
    first, again = places_of(graph), places_of(graph)
    assert len(counted) == 1
    assert np.abs(first - again).max() < 1e-6
    [kept] = (tmp_path / "layouts").iterdir()
    for damage in (b"", kept.read_bytes()[:-4], b"\xff" * kept.stat().st_size):
        kept.write_bytes(damage)
        assert np.abs(places_of(graph) - first).max() < 1e-6
    assert len(counted) == 4
    monkeypatch.setattr(places, "cache_folder", None)
    places_of(graph)
    assert len(counted) == 5
