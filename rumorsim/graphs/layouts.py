"""Where to draw each account of a small follow graph."""

from __future__ import annotations

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from rumorsim.graphs.follows import FollowGraph


def follow_positions(graph: FollowGraph) -> NDArray[np.float64]:
    """A place in the unit square for each account, those who follow each other close.

    float64 [accounts, 2]. Kamada and Kawai (1989) from a circle, so there is no chance in
    it; cost grows with the square of the accounts and more: meant for 500 of them. Accounts
    that no follow joins to the largest part are set on a row below it.
    """
    web = nx.Graph()
    web.add_nodes_from(range(graph.accounts))
    for account in range(graph.accounts):
        web.add_edges_from((account, follower) for follower in graph.followers_of(account).tolist())
    places = np.zeros((graph.accounts, 2))
    if not graph.accounts:
        return places
    parts: list[list[int]] = [sorted(part) for part in nx.connected_components(web)]
    largest = max(parts, key=lambda part: (len(part), -part[0]))
    found = nx.kamada_kawai_layout(web.subgraph(largest))
    places[largest] = _squared(np.array([found[account] for account in largest]), bottom=0.08)
    apart = sorted(set(range(graph.accounts)) - set(largest))
    places[apart, 0] = (np.arange(len(apart)) + 0.5) / max(len(apart), 1)
    return places


def _squared(places: NDArray[np.float64], bottom: float) -> NDArray[np.float64]:
    """The same picture, stretched to [0, 1] x [bottom, 1]."""
    low, high = places.min(axis=0), places.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    scaled: NDArray[np.float64] = (places - low) / span
    scaled[:, 1] = bottom + (1 - bottom) * scaled[:, 1]
    return scaled
