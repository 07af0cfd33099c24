"""Follow graphs beside networkx: from arrays, from a DiGraph, from a text file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from harness import Finding, Item, Sample, found, in_turn, timed
from worlds import FOLLOWS, graph_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["graphs"]

MILLION = 1_000_000
BUILD = Item(
    "graph-build", "CSR from edge arrays, as fast as DiGraph, so many times", "x", 20, 35,
    at=MILLION,
)  # fmt: skip
BUILD_SHUFFLED = Item("graph-build-shuffled", "... the same edges in random order", "x")
CONVERT = Item(
    "graph-convert", "a DiGraph converted, in passes over its edges", "passes", 2.5, 2.5, more=False
)
READ = Item("graph-read", "1M edges of .gz text, as fast as read_edgelist", "x", 10, 10)
#: Edges of the file that is read: that many accounts with FOLLOWS each.
READ_ACCOUNTS = MILLION // FOLLOWS
#: Sizes above this leave the shuffled build out: it takes networkx minutes.
SHUFFLED_MOST = 100_000


def graphs(size: int, rounds: int) -> list[Finding]:
    """All three. networkx is given lists, its own garbage collector off."""
    graph = graph_of(size)
    followees = np.repeat(np.arange(size, dtype=np.int32), graph.follower_counts())
    followers = np.array(graph.followers)
    findings, edges = _build(BUILD, size, rounds, followees, followers)
    findings += _convert(size, rounds, edges)
    del edges
    if size <= SHUFFLED_MOST:
        order = _shuffled(followees.size)
        shuffled, _ = _build(BUILD_SHUFFLED, size, rounds, followees[order], followers[order])
        findings += shuffled
    return findings + _read(size, rounds)


def _shuffled(count: int) -> NDArray[np.intp]:
    from rumorsim.common.randomness import philox_array

    return np.argsort(philox_array(1, np.arange(count), 0, 0, 0)[0], kind="stable")


def _build(
    item: Item, size: int, rounds: int, followees: NDArray[Any], followers: NDArray[Any]
) -> tuple[list[Finding], Any]:
    import networkx as nx

    from rumorsim.graphs import from_edges

    from_edges([0, 1], [1, 0], direction="followee follower", accounts=2)
    from_edges(followees[:9], followers[:9], direction="followee follower", accounts=size)
    last: list[Any] = [None]
    sources, targets = followees.tolist(), followers.tolist()

    def ours() -> Sample:
        def work() -> Any:
            return from_edges(followees, followers, direction="followee follower", accounts=size)

        return timed(work)[0]

    def theirs() -> Sample:
        last[0] = None

        def work() -> Any:
            edges: nx.DiGraph[int] = nx.DiGraph()
            edges.add_nodes_from(range(size))
            edges.add_edges_from(zip(sources, targets, strict=True))
            return edges

        took, last[0] = timed(work)
        return took

    samples = in_turn(rounds, ours=ours, theirs=theirs)
    return [_times(item, size, samples["ours"], samples["theirs"])], last[0]


def _times(item: Item, size: int, ours: list[Sample], theirs: list[Sample]) -> Finding:
    pairs = list(zip(ours, theirs, strict=True))
    fast, slow = min(each.cpu for each in ours), min(each.cpu for each in theirs)
    return found(
        item,
        size,
        [them.cpu / us.cpu for us, them in pairs],
        wall=[them.wall / us.wall for us, them in pairs],
        note=f"{fast:.3g} s, networkx {slow:.3g} s",
        ours=fast,
        theirs=slow,
    )


def _convert(size: int, rounds: int, edges: Any) -> list[Finding]:
    from rumorsim.graphs import from_networkx

    def ours() -> Sample:
        return timed(lambda: from_networkx(edges, direction="followee follower"))[0]

    def one_pass() -> Sample:
        def work() -> None:
            for _ in edges.edges:
                pass

        return timed(work)[0]

    samples = in_turn(rounds, ours=ours, one_pass=one_pass)
    pairs = list(zip(samples["ours"], samples["one_pass"], strict=True))
    return [
        found(
            CONVERT,
            size,
            [us.cpu / them.cpu for us, them in pairs],
            wall=[us.wall / them.wall for us, them in pairs],
            note=f"a pass {min(each.cpu for each in samples['one_pass']):.3g} s",
        )
    ]


def _read(size: int, rounds: int) -> list[Finding]:
    import networkx as nx

    from rumorsim.graphs import read_follows, write_follows
    from rumorsim.graphs.generators import erdos_renyi

    accounts = min(size, READ_ACCOUNTS)
    graph = erdos_renyi(accounts, float(FOLLOWS), seed=2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "follows.txt.gz"
        write_follows(graph, path, columns="followee follower")

        def ours() -> Sample:
            return timed(lambda: read_follows(path, columns="followee follower"))[0]

        def theirs() -> Sample:
            def work() -> Any:
                return nx.read_edgelist(path, create_using=nx.DiGraph, nodetype=int, data=False)

            return timed(work)[0]

        ours()
        samples = in_turn(rounds, ours=ours, theirs=theirs)
    return [_times(READ, size, samples["ours"], samples["theirs"])]
