"""What hangs on each account, post and follow of a run: the graph of live exposures.

Its nodes are accounts that post a story, their posts, and accounts that hear of it. An account
leads to its posts; a post leads to everybody who reads it as hearing of the story, and as posting
it where the read led to a share, or would have had the reader shared nothing before. Whatever an
account dominates from a root over the original posts is lost without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.studies.explain.dominators import ROOT, DominatorTree
from rumorsim.studies.explain.observing import Counts, Watched

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Hanging(NamedTuple):
    """What is lost without each of several things, int64 [things] each: see :class:`.Counts`."""

    sharers: Ints
    reached: Ints

    def at(self, place: int) -> Counts:
        """What is lost without one of them."""
        return Counts(int(self.sharers[place]), int(self.reached[place]))


class Follows(NamedTuple):
    """Follows along which posts were read, int64 [follows], and what hangs on each."""

    followee: Ints
    follower: Ints
    sharers: Ints
    reached: Ints


@dataclass(frozen=True, eq=False)
class LiveGraph:
    """The graph of live exposures of the stories that count.

    Nodes: 0 is the root; then come ``posters`` and ``hearers`` (pairs of account and story, each
    sorted) and ``posts`` (numbers, sorted). ``reads`` are the places of the reads that count,
    ``live`` says which of them lead to a share.
    """

    run: Watched
    posters: Ints
    hearers: Ints
    posts: Ints
    reads: Ints
    live: Bools

    @classmethod
    def of(cls, run: Watched) -> LiveGraph:
        """The graph of a run."""
        posts, reads = run.posts, np.flatnonzero(run.stories[run.read_story])
        made = np.flatnonzero(run.stories[posts.story])
        reader = run.pair(run.reads.account, run.read_story)[reads]
        return cls(
            run,
            np.unique(run.pair(posts.author, posts.story)[made]),
            np.unique(reader),
            made,
            reads,
            run.reads.again[reads] | _shared(run, reads),
        )

    @cached_property
    def nodes(self) -> int:
        """How many nodes there are."""
        return 1 + len(self.posters) + len(self.hearers) + len(self.posts)

    def poster(self, pairs: Ints) -> Ints:
        """The node of each pair as one that posts; it must be one."""
        return 1 + np.searchsorted(self.posters, pairs)

    def hearer(self, pairs: Ints) -> Ints:
        """The node of each pair as one that hears; it must be one."""
        return 1 + len(self.posters) + np.searchsorted(self.hearers, pairs)

    def post(self, numbers: Ints) -> Ints:
        """The node of each post; its story must count."""
        return 1 + len(self.posters) + len(self.hearers) + np.searchsorted(self.posts, numbers)

    @cached_property
    def readers(self) -> Ints:
        """The pair of each read that counts."""
        return self.run.pair(self.run.reads.account, self.run.read_story)[self.reads]

    @cached_property
    def author_nodes(self) -> Ints:
        """The node of the author of each post that counts, in the order of ``posts``."""
        made = self.run.posts
        return self.poster(self.run.pair(made.author, made.story)[self.posts])

    def edges(self, kept: Bools | None = None) -> tuple[Ints, Ints]:
        """Sources and targets of all edges; ``kept`` (bool [reads that count]) leaves some out."""
        posted, live = self.run.posts, self.live
        originals = posted.parent[self.posts] < 0
        read = self.post(self.run.reads.post[self.reads])
        readers = self.readers
        if kept is not None:
            read, readers, live = read[kept], readers[kept], live[kept]
        authors = np.unique(self.author_nodes[originals])
        pairs = [
            (np.full(len(authors), ROOT), authors),
            (self.author_nodes, self.post(self.posts)),
            (read, self.hearer(readers)),
            (read[live], self.poster(readers[live])),
        ]
        sources, targets = (np.concatenate(each) for each in zip(*pairs, strict=True))
        found = np.unique(sources * self.nodes + targets)
        return found // self.nodes, found % self.nodes

    @cached_property
    def tree(self) -> DominatorTree:
        """The dominator tree."""
        return DominatorTree.of(self.nodes, *self.edges())

    @cached_property
    def weights(self) -> tuple[Ints, Ints]:
        """1 for each node that is a sharer, and 1 for each that is an account reached."""
        posted = self.run.posts
        shares = posted.parent[self.posts] >= 0
        sharers, reached = np.zeros(self.nodes, np.int64), np.zeros(self.nodes, np.int64)
        sharers[self.author_nodes[shares]] = 1
        reached[self.hearer(self.hearers)] = 1
        return sharers, reached

    @cached_property
    def below(self) -> Hanging:
        """What hangs on each node."""
        return Hanging(*(self.tree.below(each) for each in self.weights))

    def on_accounts(self) -> Hanging:
        """What would be lost had each account been closed at the start, [accounts].

        An account that is closed hears of nothing itself, and counts among those lost.
        """
        number, accounts = len(self.run.facts.stories), self.run.facts.accounts
        sharers, reached = np.zeros(accounts, np.int64), np.zeros(accounts, np.int64)
        posters, hearers = self.posters // number, self.hearers // number
        nodes = self.poster(self.posters)
        np.add.at(sharers, posters, self.below.sharers[nodes])
        np.add.at(reached, posters, self.below.reached[nodes])
        itself = np.ones(len(self.hearers), np.bool_)
        both = np.isin(self.hearers, self.posters)
        pairs = self.hearers[both]
        itself[both] = ~self.tree.is_below(self.hearer(pairs), self.poster(pairs))
        np.add.at(reached, hearers[itself], 1)
        return Hanging(sharers, reached)

    def hung_on(self, account: int) -> Ints:
        """The other accounts that would not have heard without one, sorted; int64 [accounts]."""
        number = len(self.run.facts.stories)
        nodes, found = self.hearer(self.hearers), np.zeros(len(self.hearers), np.bool_)
        for own in self.poster(self.posters[self.posters // number == account]).tolist():
            found |= self.tree.is_below(nodes, np.full(len(nodes), own))
        others: Ints = np.unique(self.hearers[found] // number)
        return np.setdiff1d(others, [account])

    def on_posts(self) -> Hanging:
        """What would be lost had each post not been there, in the order of ``posts``."""
        nodes = self.post(self.posts)
        return Hanging(self.below.sharers[nodes], self.below.reached[nodes])

    def on_follows(self) -> Follows:
        """What would be lost without each follow, of those along which a post was read.

        A reader hangs on a follow if it is the only way to it that does not lead through the
        reader itself.
        """
        run, accounts, stories = self.run, self.run.facts.accounts, len(self.run.facts.stories)
        sharers, reached = self.below
        source = self.author_nodes[np.searchsorted(self.posts, run.reads.post[self.reads])]
        author = self.posters[source - 1] // stories
        live = np.flatnonzero(self.live)
        entry = self.poster(self.readers[live])
        outside = ~self.tree.is_below(source[live], entry)
        begun = set(self.author_nodes[run.posts.parent[self.posts] < 0].tolist())
        ways = _only(entry[outside], author[live][outside])
        bridged = {node: by for node, by in ways if node not in begun}
        lost: dict[tuple[int, int], list[int]] = {}
        for node, by in bridged.items():
            pair = int(self.posters[node - 1])
            found = lost.setdefault((by, pair // stories), [0, 0])
            found[0] += int(sharers[node])
            found[1] += int(reached[node])
        # Who hears what those below its own post post hears of it on the same follow.
        poster = np.zeros(len(self.readers), np.int64)
        both = np.isin(self.readers, self.posters)
        poster[both] = self.poster(self.readers[both])
        hearer = self.hearer(self.readers)
        own = self.tree.is_below(source, poster) & np.isin(poster, list(bridged))
        counted = self.tree.is_below(hearer, poster) & np.isin(poster, list(bridged))
        for node, by in _only(hearer[~own & ~counted], author[~own & ~counted]):
            pair = int(self.hearers[node - 1 - len(self.posters)])
            lost.setdefault((by, pair // stories), [0, 0])[1] += 1
        known = run.reads.followed[self.reads]
        along = set(np.unique(author[known] * accounts + self.readers[known] // stories).tolist())
        rows = [(by, to, *each) for (by, to), each in lost.items() if by * accounts + to in along]
        columns = np.array(rows, np.int64).reshape(-1, 4).T
        return Follows(*columns)

    def without_surface(self, surface: int) -> Counts:
        """What would be lost if nothing were read at a surface (by its number; 0 is the feed).

        Only of first reads it is known where they were made. Any other is taken to be one in the
        feed where the reader follows the author, else one at the surface of the reader's first
        read, or at the one that was busiest.
        """
        kept = self.surfaces() != surface
        tree = DominatorTree.of(self.nodes, *self.edges(kept))
        there = tree.depth >= 0
        sharers, reached = (int(each[~there].sum()) for each in self.weights)
        return Counts(sharers, reached)

    def surfaces(self) -> Ints:
        """The surface of each read that counts: see :meth:`without_surface`."""
        first = self.run.reads.first[self.reads]
        found = np.where(self.run.reads.followed[self.reads], 0, first)
        elsewhere = np.bincount(first[first > 0], minlength=2)
        firsts = first >= 0
        busiest = int(elsewhere.argmax()) or 1
        usual = np.full(len(self.hearers), busiest)
        place = np.searchsorted(self.hearers, self.readers[firsts])
        usual[place] = np.where(first[firsts] > 0, first[firsts], busiest)
        unknown = found < 0
        found[unknown] = usual[np.searchsorted(self.hearers, self.readers[unknown])]
        return found


def _shared(run: Watched, reads: Ints) -> Bools:
    """Whether each read is of a post that its reader shared."""
    shares = np.flatnonzero(run.posts.parent >= 0)
    accounts = run.facts.accounts
    made = run.posts.parent[shares] * accounts + run.posts.author[shares]
    return np.isin(run.reads.post[reads] * accounts + run.reads.account[reads], made)


def _only(targets: Ints, sources: Ints) -> Iterator[tuple[int, int]]:
    """Those targets that have one source alone, and that source."""
    if not len(targets):
        return
    pairs = np.unique(np.stack([targets, sources], 1), axis=0)
    nodes, begin, counts = np.unique(pairs[:, 0], return_index=True, return_counts=True)
    alone = counts == 1
    yield from zip(nodes[alone].tolist(), pairs[begin[alone], 1].tolist(), strict=True)
