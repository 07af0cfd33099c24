"""Cascade trees from a stream, against walking the events."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from event_streams import Draws, cut, random_stream, streams
from hypothesis import given, settings

from rumorsim.events.cascades import cascade_arrays, cascade_trees
from rumorsim.events.sinks import open_sink, read_events
from rumorsim.events.stream import Batch, Facts, Kind


@settings(max_examples=60, deadline=None)
@given(stream=streams())
def test_trees_hold_every_post_and_every_share(stream: tuple[Facts, Batch]) -> None:
    _, batch = stream
    trees = cascade_trees(cut(batch, [10, 20]))
    rows = [row for row in batch.records() if row["kind"] in ("publish", "share")]
    assert [tree.graph["root"] for tree in trees] == [
        row["post"] for row in rows if row["kind"] == "publish"
    ]
    assert sorted(post for tree in trees for post in tree) == [row["post"] for row in rows]
    edges = {edge for tree in trees for edge in tree.edges}
    assert edges == {(int(r["value"]), r["post"]) for r in rows if r["kind"] == "share"}
    for tree in trees:
        assert nx.is_arborescence(tree)
        for post, held in tree.nodes(data=True):
            row = rows[post]
            assert (held["account"], held["time"]) == (row["account"], row["time"])
            assert tree.graph["story"] == row["story"]
        for parent, post, held in tree.edges(data=True):
            assert held["delay"] == rows[post]["time"] - rows[parent]["time"] >= 0


@settings(max_examples=40, deadline=None)
@given(stream=streams())
def test_arrays_agree_with_trees(stream: tuple[Facts, Batch]) -> None:
    _, batch = stream
    posts = cascade_arrays([batch])
    for tree in cascade_trees([batch]):
        root = tree.graph["root"]
        depth = nx.single_source_shortest_path_length(tree, root)
        for post in tree:
            assert (posts.root[post], posts.depth[post]) == (root, depth[post])


def test_a_share_moved_changes_its_tree() -> None:
    """Negative control: the same posts with one share hung elsewhere make other trees."""
    _, batch = random_stream(Draws(4), 200)
    rows = batch.rows.copy()
    last = np.flatnonzero(batch.kind == Kind.SHARE)[-1]
    rows["value"][last] = 0 if rows["value"][last] else 1
    before, after = (cascade_trees([Batch(each)]) for each in (batch.rows, rows))
    assert [set(tree.edges) for tree in before] != [set(tree.edges) for tree in after]


def test_empty_and_saved(tmp_path: object) -> None:
    assert cascade_trees([]) == []
    assert len(cascade_arrays([]).post) == 0
    facts, batch = random_stream(Draws(4), 200)
    path = f"{tmp_path}/e.ndjson"
    with open_sink(path, facts) as sink:
        sink.write(batch)
    saved = cascade_arrays(read_events(path)[1])
    for one, other in zip(saved, cascade_arrays([batch]), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("depth", [1, 2, 3, 1000])
def test_depth_of_a_chain(depth: int) -> None:
    from rumorsim.events.posts import depths_and_roots

    parent = np.arange(-1, depth, dtype=np.int32)
    found, root = depths_and_roots(parent)
    assert found.tolist() == list(range(depth + 1)) and not root.any()
