"""The same spreading by others: EoN, ndlib, cynetdiff, plain SimPy, Cimba, and a bare BFS.

Each is given what it likes best: its own graph ready in memory, its fastest documented way
of saying the model, no garbage collection while it runs. They draw from their own
generators, so only the law of what happens is the same, not the course.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from harness import Sample, quietly, timed
from worlds import APPEAL

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

    from rumorsim.graphs import FollowGraph

__all__ = ["Cimba", "Cynetdiff", "Eon", "Ndlib", "PlainSimPy", "bare_bfs", "networkx_graph"]


def networkx_graph(graph: FollowGraph) -> nx.DiGraph[int]:
    """The graph as networkx likes it, edges followee -> follower."""
    from rumorsim.graphs import to_networkx

    # Collecting garbage makes building a large DiGraph several times slower.
    with quietly():
        return to_networkx(graph, direction="followee follower")


def crossed(graph: FollowGraph, sharers: Any) -> float:
    """Deliveries of a spreading: the follows of all who shared."""
    counts = graph.follower_counts()
    return float(counts[np.fromiter(sharers, np.int64)].sum())


class Eon:
    """EoN.fast_nonMarkov_SIR, nobody recovering: activation with P(share) after a delay."""

    def __init__(self, graph: FollowGraph, edges: nx.DiGraph[int], authors: list[int]) -> None:
        import EoN  # type: ignore

        self._run: Callable[..., Any] = EoN.fast_nonMarkov_SIR
        self._graph, self._edges, self._authors = graph, edges, authors
        self._luck = random.Random(1)
        self.sharers = 0.0

    def coin_first(self) -> Sample:
        """A delay is drawn only where the coin says share: the fastest form it allows."""
        draw, delay = self._luck.random, self._luck.expovariate

        def spread(author: int, readers: list[int]) -> tuple[dict[int, float], float]:
            return {each: delay(1.0) for each in readers if draw() < APPEAL}, float("inf")

        return self._timed(trans_and_rec_time_fxn=spread)

    def as_documented(self) -> Sample:
        """One function for the time along an edge, one for the recovery, as its manual says."""
        draw, delay = self._luck.random, self._luck.expovariate
        never = float("inf")

        def along(author: int, reader: int) -> float:
            return delay(1.0) if draw() < APPEAL else never

        return self._timed(trans_time_fxn=along, rec_time_fxn=lambda account: 1e9)

    def _timed(self, **how: Any) -> Sample:
        def whole() -> Any:
            return self._run(self._edges, initial_infecteds=self._authors, tmax=240.0, **how)

        took, (_, susceptible, _, _) = timed(whole)
        self.sharers = float(self._graph.accounts - susceptible[-1])
        # It does not say who; on a random graph sharers have the mean number of followers.
        return took.of(self.sharers * self._graph.mean_followers)


class Cynetdiff:
    """cynetdiff's independent cascade: compiled, and without any time."""

    def __init__(self, graph: FollowGraph, authors: list[int]) -> None:
        from array import array

        from cynetdiff.models import IndependentCascadeModel

        starts = array("I", graph.offsets[:-1].astype(np.uint32).tobytes())
        edges = array("I", graph.followers.astype(np.uint32).tobytes())
        self._model = IndependentCascadeModel(starts, edges, activation_prob=APPEAL, rng=1)
        self._model.set_seeds(authors)
        self._graph = graph
        self.sharers = 0.0

    def run(self) -> Sample:
        self._model.reset_model()
        took, _ = timed(self._model.advance_until_completion)
        who = list(self._model.get_activated_nodes())
        self.sharers = float(len(who))
        return took.of(crossed(self._graph, who))


class Ndlib:
    """ndlib's independent cascade: every step looks at every account."""

    def __init__(self, graph: FollowGraph, edges: nx.DiGraph[int], authors: list[int]) -> None:
        from ndlib.models import ModelConfig, epidemics  # type: ignore

        self._config = ModelConfig.Configuration()
        for edge in edges.edges:
            self._config.add_edge_configuration("threshold", edge, APPEAL)
        self._config.add_model_initial_configuration("Infected", authors)
        self._model = epidemics.IndependentCascadesModel
        self._edges, self._graph = edges, graph
        self.sharers = 0.0

    def run(self) -> Sample:
        model = self._model(self._edges, seed=1)
        model.set_initial_status(self._config)

        def whole() -> None:
            while model.iteration(node_status=False)["node_count"][1]:
                pass

        took, _ = timed(whole)
        who = [account for account, status in model.status.items() if status == 2]
        self.sharers = float(len(who))
        return took.of(crossed(self._graph, who))


class Cimba:
    """Cimba, a compiled discrete-event engine: processes that only wait; work = holds.

    It has no spreading of its own. A delivery of ours, with all that a check-in does about it,
    is held against one of its bare events.
    """

    def run(self) -> Sample:
        program = Path(__file__).with_name("cimba_holds.py")
        made = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True)
        took = json.loads(made.stdout)
        return Sample(took["cpu"], took["wall"], took["holds"], took["system"])


class PlainSimPy:
    """What one would write by hand: each delivery a SimPy process that waits, then reads.

    Stops after ``most`` deliveries: its time for each does not fall as its agenda grows.
    """

    def __init__(self, graph: FollowGraph, authors: list[int], appeal: float, most: int) -> None:
        self._rows: list[list[int]] = []
        self._graph, self._authors, self._appeal, self._most = graph, authors, appeal, most

    def run(self) -> Sample:
        import simpy

        env = simpy.Environment()
        luck = random.Random(1)
        draw, wait, appeal = luck.random, luck.expovariate, self._appeal
        offsets, followers = self._graph.offsets, self._graph.followers
        shared = bytearray(self._graph.accounts)
        exposed = bytearray(self._graph.accounts)
        enough = env.event()
        left = self._most

        def deliver(author: int) -> None:
            nonlocal left
            for reader in followers[offsets[author] : offsets[author + 1]].tolist():
                env.process(delivery(reader))
                left -= 1
            if left <= 0 and not enough.triggered:
                enough.succeed()

        def delivery(reader: int) -> Any:
            yield env.timeout(wait(1.0))
            exposed[reader] = 1
            if not shared[reader] and draw() < appeal:
                shared[reader] = 1
                deliver(reader)

        def whole() -> int:
            for author in self._authors:
                shared[author] = 1
                deliver(author)
            env.run(until=enough)
            return self._most - left

        started, made = timed(whole)
        return started.of(float(made))


def bare_bfs() -> Callable[[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]], int]:
    """A compiled walk over all follows from some accounts, in no order; follows crossed.

    The least that any spreading over the graph must do: no time, no luck, no feeds.
    """
    import numba

    @numba.njit
    def walk(offsets, followers, authors):  # type: ignore[no-untyped-def]
        seen = np.zeros(offsets.size - 1, np.uint8)
        waiting = np.empty(offsets.size - 1, np.int32)
        last = 0
        for author in authors:
            if not seen[author]:
                seen[author] = 1
                waiting[last] = author
                last += 1
        crossed = 0
        while last > 0:
            last -= 1
            account = waiting[last]
            crossed += offsets[account + 1] - offsets[account]
            for i in range(offsets[account], offsets[account + 1]):
                follower = followers[i]
                if not seen[follower]:
                    seen[follower] = 1
                    waiting[last] = follower
                    last += 1
        return crossed

    compiled: Callable[..., int] = walk
    return compiled
