"""Random edge lists in every dialect give the graph that they mean or a refusal, never another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from edge_dialects import EdgeList, edge_lists
from hypothesis import HealthCheck, assume, event, find, given, settings

from rumorsim.common.errors import InputError
from rumorsim.graphs import FollowGraph, read_follows

#: Three times as many where new ones are looked for.
many = settings(
    max_examples=400 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 130,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def told_nothing(edges: EdgeList, folder: Path) -> FollowGraph | None:
    """The graph where only columns and ids are said; None where that is refused."""
    try:
        return read_follows(edges.written(folder), columns=edges.columns, ids=edges.ids)
    except InputError:
        return None


def told_all(edges: EdgeList, folder: Path) -> FollowGraph:
    return read_follows(
        edges.written(folder),
        columns=edges.columns,
        ids=edges.ids,
        header=edges.header,
        separator=edges.separator,
        comments=edges.comments,
    )


@many
@given(edges=edge_lists())
def test_never_another_graph(edges: EdgeList, tmp_path: Path) -> None:
    found = told_nothing(edges, tmp_path)
    event("refused" if found is None else "read")
    assert found is None or found.equals(edges.graph), found.id_list()


@many
@given(edges=edge_lists())
def test_the_same_graph_where_all_is_said(edges: EdgeList, tmp_path: Path) -> None:
    assume(edges.clear)
    assert told_all(edges, tmp_path).equals(edges.graph)


@pytest.mark.parametrize("refused", [True, False])
def test_lists_are_refused_and_read(refused: bool, tmp_path: Path) -> None:
    """Negative control of the above: neither is always so."""

    def wanted(edges: EdgeList) -> bool:
        return (told_nothing(edges, tmp_path) is None) == refused

    assert find(edge_lists(), wanted) is not None
