"""What hangs on every account, post, follow and surface of a run, as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.events.stream import Facts
from rumorsim.studies.explain.dominators import ROOT
from rumorsim.studies.explain.hanging import Follows, Hanging, Ints, LiveGraph
from rumorsim.studies.explain.observing import Counts, Posts

#: Accounts of a picture of what hangs on the first account, itself included.
_MOST_IN_TREE: Final = 400


@dataclass(frozen=True, eq=False)
class Branch:
    """What hangs on one account, as a tree of those that share; arrays are int64 [sharers].

    ``parent`` is the place of the one each hangs on, -1 for the first; ``reached`` how many hear
    through it alone. ``left_out`` are sharers beyond the first 400 levels down.
    """

    account: Ints
    parent: Ints
    reached: Ints
    left_out: int


@dataclass(frozen=True, eq=False)
class HangingTables:
    """All numbers of a run; ``posts`` are the numbers of the posts that count, for ``on_posts``."""

    facts: Facts
    made: Posts
    posts: Ints
    on: Hanging
    on_posts: Hanging
    on_follows: Follows
    on_surfaces: dict[str, Counts]
    shared: NDArray[np.bool_]
    reached: NDArray[np.bool_]
    branch: Branch | None

    def top(self, most: int) -> list[int]:
        """The accounts on which most accounts reached hang, then most sharers, at most so many."""
        order = np.lexsort((np.arange(len(self.on.reached)), -self.on.sharers, -self.on.reached))
        return [
            int(each) for each in order[:most] if self.on.reached[each] or self.on.sharers[each]
        ]

    def account_id(self, account: int) -> Any:
        """The id that an account has in the graph it came from."""
        found = self.facts.account_ids[account]
        return found.item() if isinstance(found, np.generic) else found

    def account(self, account: int) -> dict[str, Any]:
        """One row of the table of accounts."""
        facts = self.facts
        return {
            "account": account,
            "id": self.account_id(account),
            "kind": facts.kinds[int(facts.kind[account])],
            "platform": facts.platforms[int(facts.platform[account])],
            "followers": int(facts.followers[account]),
            "heard": bool(self.reached[account]),
            "shared": bool(self.shared[account]),
            "reached_lost": int(self.on.reached[account]),
            "sharers_lost": int(self.on.sharers[account]),
        }

    def accounts(self) -> list[dict[str, Any]]:
        """One row for every account on which anything hangs, the most first."""
        return [self.account(each) for each in self.top(len(self.on.reached))]

    def post_rows(self) -> Iterator[dict[str, Any]]:
        """One row for every post that counts, in order of time."""
        for place, post in enumerate(self.posts.tolist()):
            author = int(self.made.author[post])
            yield {
                "post": post,
                "story": self.facts.stories[int(self.made.story[post])].name,
                "time": float(self.made.time[post]),
                "account": author,
                "id": self.account_id(author),
                "original": bool(self.made.parent[post] < 0),
                "reached_lost": int(self.on_posts.reached[place]),
                "sharers_lost": int(self.on_posts.sharers[place]),
            }

    def follow_rows(self) -> Iterator[dict[str, Any]]:
        """One row for every follow on which anything hangs, the most first."""
        found = self.on_follows
        order = np.lexsort((found.follower, found.followee, -found.sharers, -found.reached))
        for place in order.tolist():
            followee, follower = int(found.followee[place]), int(found.follower[place])
            yield {
                "followee": followee,
                "followee_id": self.account_id(followee),
                "follower": follower,
                "follower_id": self.account_id(follower),
                "reached_lost": int(found.reached[place]),
                "sharers_lost": int(found.sharers[place]),
            }


def tables_of(graph: LiveGraph) -> HangingTables:
    """The tables of a graph of live exposures."""
    run, stories = graph.run, len(graph.run.facts.stories)
    shared, reached = (np.zeros(run.facts.accounts, np.bool_) for _ in range(2))
    nodes = graph.weights[0][graph.poster(graph.posters)] > 0
    shared[graph.posters[nodes] // stories] = True
    reached[graph.hearers // stories] = True
    surfaces = np.unique(graph.surfaces())
    found = HangingTables(
        facts=run.facts,
        made=run.posts,
        posts=graph.posts,
        on=graph.on_accounts(),
        on_posts=graph.on_posts(),
        on_follows=graph.on_follows(),
        on_surfaces={
            run.facts.surfaces[each]: graph.without_surface(each) for each in surfaces.tolist()
        },
        shared=shared,
        reached=reached,
        branch=None,
    )
    first = found.top(1)
    if first:
        object.__setattr__(found, "branch", branch_of(graph, first[0]))
    return found


def branch_of(graph: LiveGraph, account: int) -> Branch | None:
    """What hangs on an account in the story in which most does; None if it posted nothing."""
    stories = len(graph.run.facts.stories)
    own = graph.posters[graph.posters // stories == account]
    if not len(own):
        return None
    nodes = graph.poster(own)
    top = int(nodes[graph.below.reached[nodes].argmax()])
    tree, last = graph.tree, len(graph.posters)
    posters = np.arange(1, last + 1)
    inside = posters[tree.is_below(posters, np.full(last, top))]
    inside = inside[np.argsort(tree.depth[inside], kind="stable")]
    shown = inside[:_MOST_IN_TREE]
    place = {node: at for at, node in enumerate(shown.tolist())}
    parent = [-1]
    for node in shown[1:].tolist():
        above = int(tree.parent[node])
        while above != ROOT and above > last:
            above = int(tree.parent[above])
        parent.append(place[above])
    return Branch(
        graph.posters[shown - 1] // stories,
        np.array(parent, np.int64),
        graph.below.reached[shown],
        len(inside) - len(shown),
    )
