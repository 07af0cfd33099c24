"""The follow graph and its making from arrays of edges."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rumorsim.common.errors import InputError
from rumorsim.graphs import FollowGraph, from_edges

FORWARD, BACKWARD = "follower followee", "followee follower"


def naive(pairs: list[tuple[Any, Any]]) -> tuple[dict[Any, list[Any]], int, int]:
    """Followers by followee, self-loops and duplicates of (follower, followee) pairs."""
    rows: dict[Any, list[Any]] = {}
    loops = duplicates = 0
    for follower, followee in pairs:
        for each in (follower, followee):
            rows.setdefault(each, [])
        if follower == followee:
            loops += 1
        elif follower in rows[followee]:
            duplicates += 1
        else:
            rows[followee].append(follower)
    return rows, loops, duplicates


def followers_by_id(graph: FollowGraph) -> dict[Any, set[Any]]:
    ids = graph.id_list()
    return {ids[a]: {ids[f] for f in graph.followers_of(a).tolist()} for a in range(graph.accounts)}


IDS = {
    "dense": st.integers(0, 12),
    "sparse": st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3),
    "huge": st.integers(-(2**70), 2**70) | st.integers(0, 3),
    "text": st.sampled_from(["ann", "bob", "Ann", "émile", "", " x", "10", "9"]),
    "mixed": st.integers(0, 3) | st.sampled_from(["0", "1", "b"]),
    "pairs": st.tuples(st.integers(0, 2), st.sampled_from("ab")),
}


@pytest.mark.parametrize("kind", IDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_from_edges_equals_a_naive_reading(kind: str, data: st.DataObject) -> None:
    pairs = data.draw(st.lists(st.tuples(IDS[kind], IDS[kind]), max_size=40))
    graph = from_edges([a for a, _ in pairs], [b for _, b in pairs], direction=FORWARD)
    graph.validate()
    rows, loops, duplicates = naive(pairs)
    dense = kind == "dense" and graph.ids is None
    expected = {each: set(found) for each, found in rows.items()}
    assert followers_by_id(graph) == expected
    assert (graph.self_loops, graph.duplicates) == (loops, duplicates)
    assert not dense or sorted(rows) == list(range(graph.accounts))


@settings(max_examples=40, deadline=None)
@given(st.permutations([(3, 10), (10, -2), (-2, 3), (10, 3), (3, 10)]))
def test_numbering_does_not_depend_on_the_order_of_edges(pairs: list[tuple[int, int]]) -> None:
    graph = from_edges(*map(list, zip(*pairs, strict=True)), direction=FORWARD)
    assert graph.id_list() == [-2, 3, 10]
    text = from_edges(
        *[[f"n{x}" for x in ends] for ends in zip(*pairs, strict=True)], direction=FORWARD
    )
    assert text.id_list() == ["n-2", "n10", "n3"]


def test_direction_decides_who_reads_whom() -> None:
    forward = from_edges([0, 1], [1, 2], direction=FORWARD)
    assert forward.followers_of(1).tolist() == [0]
    backward = from_edges([0, 1], [1, 2], direction=BACKWARD)
    assert backward.followers_of(1).tolist() == [2]
    # Negative control: the wrong direction is a different graph, unless ends are swapped too.
    assert not forward.equals(backward)
    assert forward.equals(from_edges([1, 2], [0, 1], direction=BACKWARD))


@pytest.mark.parametrize(
    "word", ["", "source target", "follower-followee", "follower", "folower followee"]
)
def test_any_other_direction_is_refused(word: str) -> None:
    with pytest.raises(InputError, match="order of the two ends") as refused:
        from_edges([0], [1], direction=word)
    assert "follower followee" in str(refused.value)


def test_direction_has_no_default() -> None:
    with pytest.raises(TypeError):
        from_edges([0], [1])  # type: ignore[call-arg]


def test_first_weight_of_a_repeated_follow_is_kept() -> None:
    graph = from_edges([1, 2, 1, 0], [0, 0, 0, 0], direction=FORWARD, weights=[0.5, 2, 9, 1])
    assert graph.followers_of(0).tolist() == [1, 2]
    assert graph.weights is not None
    assert graph.weights.tolist() == [0.5, 2.0]
    assert (graph.self_loops, graph.duplicates) == (1, 1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_bad_weights_are_refused(bad: float) -> None:
    with pytest.raises(InputError, match=r"weights\[1\].*finite number of at least 0"):
        from_edges([0, 1], [1, 0], direction=FORWARD, weights=[1.0, bad])


def test_accounts_without_follows_exist_when_counted_or_named() -> None:
    assert from_edges([0], [1], direction=FORWARD, accounts=5).accounts == 5
    named = from_edges([0], [1], direction=FORWARD, ids=np.array(["a", "b", "c"], object))
    assert named.index_of("c") == 2
    for bad in ([7], [-1]):
        with pytest.raises(InputError, match=r"must be in \[0, 5\)"):
            from_edges(bad, [1], direction=FORWARD, accounts=5)


@pytest.mark.parametrize(
    ("values", "message"),
    [([[0, 1]], "one dimension"), ([0.5], "whole numbers or text"), ([np.nan], "whole numbers")],
)
def test_things_that_are_no_ids_are_refused(values: list[Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        from_edges(np.array(values), np.array([1]), direction=FORWARD)


def test_lengths_must_agree_and_ids_be_hashable() -> None:
    with pytest.raises(InputError, match="same length"):
        from_edges([0, 1], [1], direction=FORWARD)
    with pytest.raises(InputError, match="hashable"):
        from_edges([[1], [2]], ["a", "b"], direction=FORWARD)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int32, np.uint64, np.float64])
def test_arrays_of_any_number_type(kind: type) -> None:
    graph = from_edges(np.array([5, 9], kind), np.array([9, 7], kind), direction=FORWARD)
    assert followers_by_id(graph) == {5: set(), 7: {9}, 9: {5}}


def test_unsigned_ids_beyond_the_signed_range() -> None:
    top = 2**64 - 1
    graph = from_edges(
        np.array([top, 3], np.uint64), np.array([3, top], np.uint64), direction=FORWARD
    )
    assert graph.id_list() == [3, top]
    assert graph.index_of(top) == 1


def test_index_of_and_id_of_are_inverse_and_unknown_ids_are_told() -> None:
    graph = from_edges(["ann", "bob"], ["bob", "cleo"], direction=FORWARD)
    assert [graph.index_of(graph.id_of(a)) for a in range(3)] == [0, 1, 2]
    with pytest.raises(InputError, match='did you mean "cleo"'):
        graph.index_of("clo")
    plain = from_edges([0], [1], direction=FORWARD)
    for bad in (2, -1, True, "0", None, [0]):
        with pytest.raises(InputError, match="no account has this id"):
            plain.index_of(bad)


def test_counts_and_mean() -> None:
    graph = from_edges([1, 2, 2], [0, 0, 1], direction=FORWARD)
    assert graph.follower_counts().tolist() == [2, 1, 0]
    assert graph.followee_counts().tolist() == [0, 1, 2]
    assert graph.mean_followers == 1.0
    with pytest.raises(IndexError):
        graph.followers_of(3)


def test_arrays_are_read_only_also_after_pickling() -> None:
    graph = from_edges(["a"], ["b"], direction=FORWARD, weights=[2.0])
    again = pickle.loads(pickle.dumps(graph))
    assert again.equals(graph)
    for each in (graph, again):
        for array in (each.offsets, each.followers, each.weights, each.ids):
            assert array is not None
            with pytest.raises(ValueError, match="read-only"):
                array[0] = array[0]


def test_the_callers_arrays_stay_writable() -> None:
    offsets, followers = np.array([0, 1, 1]), np.array([1], np.int32)
    FollowGraph(offsets, followers)
    offsets[0] = 0
    followers[0] = 1


def test_digest_is_of_the_follows_alone() -> None:
    graph = from_edges([1, 2], [0, 1], direction=FORWARD)
    assert len(graph.digest()) == 64
    assert graph.digest() == from_edges(["b", "c"], ["a", "b"], direction=FORWARD).digest()
    assert graph.digest() != from_edges([1, 2], [0, 0], direction=FORWARD).digest()
    weighted = from_edges([1, 2], [0, 1], direction=FORWARD, weights=[1, 1])
    assert graph.digest() != weighted.digest()


GOOD: dict[str, Any] = {"offsets": [0, 2, 2, 2], "followers": [1, 2]}
BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "start": ({"offsets": [1, 2, 2, 2]}, "start at 0"),
    "end": ({"offsets": [0, 2, 2, 3]}, "end at the number"),
    "falling": ({"offsets": [0, 3, 1, 2]}, "must not fall"),
    "descending": ({"followers": [2, 1]}, "account 0"),
    "repeated": ({"followers": [1, 1]}, "account 0"),
    "self": ({"followers": [0, 1]}, "account 0"),
    "outside": ({"followers": [1, 3]}, "account 0"),
    "negative": ({"followers": [-1, 1]}, "account 0"),
    "ids": ({"ids": np.array([5, 6])}, "length 3"),
    "same ids": ({"ids": np.array([5, 6, 6])}, "distinct"),
    "attribute": ({"attributes": {"kind": np.array(["a"])}}, "'kind' must have length 3"),
    "weights": ({"weights": np.array([1.0])}, "one value for each"),
    "nan": ({"weights": np.array([1.0, np.nan])}, "finite"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_validate_sees_every_broken_promise(what: str) -> None:
    good: dict[str, Any] = {k: np.array(v) for k, v in GOOD.items()}
    FollowGraph(**good).validate()
    change, message = BROKEN[what]
    fields: dict[str, Any] = {
        k: np.array(v) if isinstance(v, list) else v for k, v in (GOOD | change).items()
    }
    with pytest.raises(ValueError, match=message):
        FollowGraph(**fields).validate()


def test_memory_is_four_bytes_a_follow_and_eight_an_account() -> None:
    graph = from_edges(np.arange(1, 1001), np.zeros(1000, np.int64), direction=FORWARD)
    assert graph.ids is None
    assert graph.offsets.nbytes + graph.followers.nbytes == 4 * 1000 + 8 * 1002


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 8), st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=60))
def test_edges_row_by_row_make_the_same_graph(accounts: int, edges: list[tuple[int, int]]) -> None:
    """Each row sorted by itself, or two counting sorts of the same edges in another order."""
    edges = sorted((a, b) for a, b in edges if a < accounts and b < accounts)
    _same_graph(np.array(edges, dtype=np.int64).reshape(-1, 2), accounts)


def test_a_long_row_is_sorted() -> None:
    follower = np.arange(2 * 4999) * 7919 % 4999 + 1
    _same_graph(np.column_stack([np.zeros_like(follower), follower]), 5000)


def _same_graph(edges: NDArray[np.int64], accounts: int) -> None:
    grouped = from_edges(*edges.T, direction="followee follower", accounts=accounts)
    # With weights it is always the counting sorts.
    ones = np.ones(len(edges))
    turned = from_edges(
        *edges[::-1].T, direction="followee follower", accounts=accounts, weights=ones
    )
    grouped.validate()
    assert np.array_equal(grouped.offsets, turned.offsets)
    assert np.array_equal(grouped.followers, turned.followers)
    assert (grouped.self_loops, grouped.duplicates) == (turned.self_loops, turned.duplicates)
