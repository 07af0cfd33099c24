"""Arms of an experiment laid out: which unit each account belongs to, and when it is treated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, nearest, show_value
from rumorsim.common.randomness import Purpose, address_word, philox_array, uniform_array
from rumorsim.engine.kernels.csr import apart, turned_rows
from rumorsim.engine.kernels.records import SEEN_STORY
from rumorsim.events.treatment import Treatment

if TYPE_CHECKING:
    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.world.reserve import Reserve
    from rumorsim.world.settings.arms import Arms

#: The unit of accounts that belong to none: neither egos nor next to one.
_NO_UNIT: Final = -1
#: Communities by graph and resolution: one search for all runs of a process.
_COMMUNITIES: Final[WeakKeyDictionary[FollowGraph, dict[float, NDArray[np.int32]]]] = (
    WeakKeyDictionary()
)
#: Whom each account follows, as rows: turned once for all runs of a process.
_FOLLOWED: Final[WeakKeyDictionary[FollowGraph, tuple[NDArray[np.int64], NDArray[np.int32]]]] = (
    WeakKeyDictionary()
)
#: The last but one word of an address of :attr:`.Purpose.ARM`: what is drawn of.
_UNITS: Final = 0
_PERIODS: Final = 1
_EGOS: Final = 2


def lay_out_arms(
    arms: Arms | None,
    graph: FollowGraph,
    seed: int,
    attributes: Mapping[str, NDArray[Any]],
    horizon: float,
    reserve: Reserve,
) -> Treatment:
    """The arms on a graph under ``seed``: units, then which of them are treated, and from when.

    Who may come back is in the arm of the account that it succeeds.

    InputError where no account has the attribute that units go by.
    """
    if arms is None:
        return Treatment.nobody()
    if arms.top is not None:
        return _most_followed(arms.top, float(arms.start), graph, reserve)
    unit, egos = _units(arms, graph, seed, attributes)
    units = int(unit.max(initial=_NO_UNIT)) + 1
    words = philox_array(seed, address_word(Purpose.ARM, arms.number), np.arange(units), _UNITS, 0)
    treated = units if arms.by == "everyone" else round(arms.share * units)
    order = np.lexsort((np.arange(units), words[0]))[:treated]
    starts = np.full(units + 1, math.inf)
    # Stages of equal size, in the order of the draw.
    stage = np.arange(treated) * arms.stages // max(treated, 1)
    starts[order] = arms.start + stage * (arms.every or 0.0)
    windows, period = np.empty(0, np.uint8), math.inf
    if arms.switch is not None:
        period = float(arms.switch)
        periods = np.arange(math.ceil(horizon / period) + 1)
        drawn = philox_array(seed, address_word(Purpose.ARM, arms.number), periods, _PERIODS, 0)
        windows = (uniform_array(drawn[0]) < 0.5).astype(np.uint8)
    columns = (starts[unit], unit, egos)
    begins, unit, egos = (reserve.spread(column) for column in columns)
    return Treatment(begins, unit, egos, windows, period)


def _most_followed(top: int, start: float, graph: FollowGraph, reserve: Reserve) -> Treatment:
    """The most followed accounts are treated from ``start`` on, ties by number; each is a unit."""
    begins = np.full(graph.accounts, math.inf)
    begins[np.argsort(-graph.follower_counts(), kind="stable")[:top]] = start
    unit = np.arange(graph.accounts, dtype=np.int32)
    columns = (begins, unit, np.ones(graph.accounts, bool))
    begins, unit, egos = (reserve.spread(column) for column in columns)
    return Treatment(begins, unit, egos, np.empty(0, np.uint8), math.inf, drawn=False)


def _units(
    arms: Arms, graph: FollowGraph, seed: int, attributes: Mapping[str, NDArray[Any]]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """The unit of each account, -1 for none, and who is measured."""
    n = graph.accounts
    everyone = np.ones(n, bool)
    if arms.by == "account":
        return np.arange(n, dtype=np.int32), everyone
    if arms.by == "everyone":
        return np.zeros(n, np.int32), everyone
    if arms.by == "community":
        return communities(graph, arms.resolution), everyone
    if arms.by == "ego":
        return _ego_units(graph, seed, arms.number)
    name = str(arms.attribute)
    if name not in attributes:
        raise InputError(
            "accounts have no such attribute",
            key="arms.attribute",
            value=show_value(name),
            advice=nearest(name, sorted(attributes)),
        )
    _, unit = np.unique(attributes[name].astype(str), return_inverse=True)
    return unit.astype(np.int32), everyone


def communities(graph: FollowGraph, resolution: float) -> NDArray[np.int32]:
    """The community of each account by NetworkX's Louvain method, follows taken both ways.

    Numbered by falling size, then by their first account; int32 [accounts]. The search starts
    from a fixed seed, so that the same graph has the same communities in every run.
    """
    known = _COMMUNITIES.setdefault(graph, {})
    if resolution not in known:
        pairs = zip(graph.followees().tolist(), graph.followers.tolist(), strict=True)
        undirected: nx.Graph[int] = nx.Graph()
        undirected.add_nodes_from(range(graph.accounts))
        undirected.add_edges_from(pairs)
        found = nx.community.louvain_communities(undirected, resolution=resolution, seed=1)
        unit = np.empty(graph.accounts, np.int32)
        for number, members in enumerate(sorted(found, key=lambda c: (-len(c), min(c)))):
            unit[list(members)] = number
        known[resolution] = unit
    return known[resolution]


def _ego_units(
    graph: FollowGraph, seed: int, number: int
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Egos with their neighbours (Saint-Jacques et al. 2019), greedily in random order.

    An account becomes an ego where neither it nor any account next to it is in a unit yet; who
    is next to nobody is an ego by itself. All others belong to no unit, and are never treated.
    """
    n = graph.accounts
    words = philox_array(seed, address_word(Purpose.ARM, number), np.arange(n), _EGOS, 0)[0]
    if graph not in _FOLLOWED:
        _FOLLOWED[graph] = turned_rows(graph.offsets, graph.followers, n)
    order = np.argsort(words, kind="stable")
    unit, egos = apart(graph.offsets, graph.followers, *_FOLLOWED[graph], order)
    return unit, egos


def seen_by_treated(stories: int) -> NDArray[np.void]:
    """What treated readers see of each story beside what all do: every factor 1 at first."""
    rows = np.zeros(stories, SEEN_STORY)
    for name in SEEN_STORY.names or ():
        rows[name] = 1
    return rows
