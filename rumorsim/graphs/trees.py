"""Cascade trees as networkx graphs, built from columns over posts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray


def build_trees(
    root: NDArray[np.int64],
    parent: NDArray[np.int32],
    account: NDArray[np.int32],
    time: NDArray[np.float64],
    story: NDArray[np.int32],
    ids: Sequence[Any] | NDArray[Any] | None = None,
) -> list[nx.DiGraph]:
    """One tree a publication, in order of publication; edges run from a post to its shares.

    The columns have shape [posts]: the publication each post goes back to, the post it shares
    (-1 for a publication), who posted it, when (hours), of which story. Vertices are post
    numbers with ``account`` and ``time``; edges have ``delay`` (hours); a tree has ``root``
    and ``story``. With ``ids``, by account, vertices have ``id`` too.
    """
    names = ids.tolist() if isinstance(ids, np.ndarray) else ids
    trees: dict[int, nx.DiGraph] = {}
    columns: list[list[Any]] = [each.tolist() for each in (root, parent, account, time, story)]
    times = columns[3]
    for post, (origin, shared, who, when, what) in enumerate(zip(*columns, strict=True)):
        if shared < 0:
            trees[post] = nx.DiGraph(root=post, story=what)
        trees[origin].add_node(post, account=who, time=when)
        if names is not None:
            trees[origin].nodes[post]["id"] = names[who]
        if shared >= 0:
            trees[origin].add_edge(shared, post, delay=when - times[shared])
    return list(trees.values())
