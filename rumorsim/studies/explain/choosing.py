"""Which accounts to close: those on which most hung in some worlds, and the usual ways to choose.

Candidates for :func:`.optimise`. They are chosen in worlds of their own, so that the worlds of a
search and of its finals are as new to them as to any other policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import Fault, InputError, nearest, number_fault, show_value
from rumorsim.common.plurals import counted
from rumorsim.common.randomness import Purpose, address_word, philox_array
from rumorsim.platform.interventions import INTERVENTIONS, Intervention
from rumorsim.platform.interventions.terms import When, Whom
from rumorsim.scenario import Scenario
from rumorsim.scenario.inputs import build_graph
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.explain.exactness import without_posts
from rumorsim.studies.explain.hanging import LiveGraph
from rumorsim.studies.explain.observing import prepared, watched

if TYPE_CHECKING:
    from rumorsim.graphs.follows import FollowGraph

Ints = NDArray[np.int64]
#: By what accounts are chosen.
Way = Literal["explain", "followers", "k-core", "random"]
WAYS: Final[tuple[Way, ...]] = get_args(Way)
#: Worlds in which ``explain`` looks for them.
LEARN: Final = 10
#: The first of these worlds: far from those of any study.
_FAR: Final = 1 << 62
_CHANCE: Final = address_word(Purpose.REPLICATE, 0x6B00)
_CALLED: Final = {
    "explain": "close {} by what hung on them",
    "followers": "close {} by followers",
    "k-core": "close {} by k-core",
    "random": "close {} at random",
}


def closing(ids: Sequence[Any]) -> list[Intervention]:
    """A policy that closes the accounts with these ids at hour 0."""
    return [
        INTERVENTIONS["close-accounts"](
            kind="close-accounts",
            when=When.model_validate({"at": ["0 h"]}),
            whom=Whom.model_validate({"accounts": list(ids)}),
        )
    ]


@dataclass(frozen=True)
class Closures:
    """Closures of accounts that are candidates: how many, chosen in which ways.

    ``learn``: the number of worlds in which ``explain`` looks for those on which most hangs.
    """

    sizes: tuple[int, ...] = ()
    ways: tuple[Way, ...] = WAYS
    learn: int = LEARN

    def __bool__(self) -> bool:
        return bool(self.sizes)

    @property
    def seeds(self) -> range:
        """The worlds that accounts are chosen in; none where that needs no world."""
        needed = self.sizes and "explain" in self.ways
        return range(_FAR, _FAR + self.learn) if needed else range(0)

    def check(self, scenario: Scenario, trials: int) -> None:
        """InputError with everything that is wrong; ``trials``: those that there are for all."""
        faults = [fault for each in self.sizes if (fault := number_fault(each, "close", 1))]
        fault = number_fault(self.learn, "learn", 1, 100_000)
        faults += [] if fault is None else [fault]
        for each in self.ways:
            if each not in WAYS:
                rule, advice = "there is no such way to choose", nearest(each, list(WAYS))
                faults.append(Fault(rule, key="close_by", value=show_value(each), advice=advice))
        if not self.ways:
            faults.append(Fault("must name a way to choose", key="close_by", value="()"))
        if self and scenario.graph.per_replicate:
            rule = "needs one follow graph for all worlds: elsewhere an account is another one"
            advice = "give [graph] a seed"
            faults.append(Fault(rule, key="close", value=str(self.sizes), advice=advice))
        most = len(set(self.sizes)) * len(set(self.ways))
        if trials < most:
            rule = f"must be enough to try {counted(most, 'closure')} once"
            faults.append(Fault(rule, key="trials", value=str(trials)))
        if self and "explain" in self.ways:
            faults += without_posts(scenario)
        if faults:
            raise InputError(faults)
        if not self:
            return
        accounts = build_graph(scenario, scenario.seed)[0].accounts
        if max(self.sizes) >= accounts:
            rule = f"must be fewer than all: the graph has {counted(accounts, 'account')}"
            raise InputError(rule, key="close", value=str(max(self.sizes)))

    def policies(
        self, scenario: Scenario, worlds: Iterable[tuple[Scenario, int]], told: Callable[[], None]
    ) -> dict[str, list[Intervention]]:
        """The candidates by name; ``worlds``: the scenario of each of :attr:`seeds`.

        ``told`` hears of each world that was run.
        """
        graph, _ = build_graph(scenario, scenario.seed)
        orders = {way: _order(way, graph, worlds, told) for way in dict.fromkeys(self.ways)}
        return {
            _CALLED[way].format(f"{size:,}"): closing(
                [graph.id_of(each) for each in order[:size].tolist()]
            )
            for size in dict.fromkeys(self.sizes)
            for way, order in orders.items()
        }

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"close": list(self.sizes), "close_by": list(self.ways), "learn": self.learn}


#: No candidates of this kind.
NO_CLOSURES: Final = Closures()


def _order(
    way: Way,
    graph: FollowGraph,
    worlds: Iterable[tuple[Scenario, int]],
    told: Callable[[], None],
) -> Ints:
    """Accounts in the order of one way to choose them; ties by followers, then by number."""
    followers = graph.follower_counts()
    numbers = np.arange(graph.accounts)
    if way == "followers":
        return np.argsort(-followers, kind="stable")
    if way == "random":
        return np.lexsort((numbers, philox_array(0, _CHANCE, numbers, 0, 0)[0]))
    first = core_numbers(graph) if way == "k-core" else hung_on(graph.accounts, worlds, told)
    return np.lexsort((numbers, -followers, -first))


def hung_on(
    accounts: int, worlds: Iterable[tuple[Scenario, int]], told: Callable[[], None]
) -> Ints:
    """How many heard through each account alone, summed over worlds; int64 [accounts]."""
    total = np.zeros(accounts, np.int64)
    for scenario, seed in worlds:
        logged = prepared(scenario, reads=True)
        _, run = watched(logged, NONE, seed, "fast", None, lambda _: None)
        # Accounts that come back later are none of the graph's.
        total += LiveGraph.of(run).on_accounts().reached[:accounts]
        told()
    return total


def core_numbers(graph: FollowGraph) -> Ints:
    """The largest k such that an account is in the k-core, follows taken both ways; [accounts]."""
    undirected: nx.Graph[int] = nx.Graph()
    undirected.add_nodes_from(range(graph.accounts))
    ends = zip(graph.followees().tolist(), graph.followers.tolist(), strict=True)
    undirected.add_edges_from((one, other) for one, other in ends if one != other)
    found = nx.core_number(undirected)
    return np.array([found[each] for each in range(graph.accounts)], np.int64)
