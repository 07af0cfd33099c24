"""Cascades from a stream: who shared whose post, as arrays or as trees.

Nothing but the events is needed, live or saved: every share names the post it shares.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.events.posts import PostLog, depths_and_roots
from rumorsim.events.stream import Batch

if TYPE_CHECKING:
    import networkx as nx


class Posts(NamedTuple):
    """Columns over posts, all of shape [posts], in post order.

    ``parent`` is the post shared (-1 for a publication), ``root`` the publication a post goes
    back to, ``depth`` how many shares away from it, ``time`` in hours.
    """

    post: NDArray[np.int32]
    parent: NDArray[np.int32]
    author: NDArray[np.int32]
    time: NDArray[np.float64]
    story: NDArray[np.int32]
    root: NDArray[np.int64]
    depth: NDArray[np.int64]


def cascade_arrays(batches: Iterable[Batch]) -> Posts:
    """The posts of a whole stream, given from its first event on.

    Raises InputError if the posts are not numbered in order of appearance.
    """
    log = PostLog()
    for batch in batches:
        log.observe(batch)
    depth, root = depths_and_roots(log.parent)
    number = np.arange(len(log), dtype=np.int32)
    return Posts(number, log.parent, log.author, log.time, log.story, root, depth)


def cascade_trees(
    batches: Iterable[Batch], ids: Sequence[Any] | NDArray[Any] | None = None
) -> list[nx.DiGraph]:
    """One ``networkx.DiGraph`` a publication: edges run from a post to the shares of it.

    Vertices are post numbers with ``account`` and ``time`` (hours), edges carry ``delay``
    (hours), ``tree.graph`` holds ``root`` and ``story`` (index). In order of publication.
    With ``ids`` by account (``world.ids``, ``facts.account_ids``) vertices have ``id`` too, the
    original id of the account.
    """
    import networkx as nx

    posts = cascade_arrays(batches)
    names = ids.tolist() if isinstance(ids, np.ndarray) else ids
    trees: dict[int, nx.DiGraph] = {}
    kept = (posts.root, posts.parent, posts.author, posts.time, posts.story)
    columns: list[list[Any]] = [each.tolist() for each in kept]
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
