"""What was observed of real cascades, as the engines of a replay read it.

A replay is a world some of whose draws are known by what they led to. Its posts have the same
addresses as those of any world (story, author, k), and for each address that was observed the
evidence says when the post was made and who shared it, when. Three kinds of reads follow:

- an *observed share*: its delay is the observed one, and its coin is uniform below the P(share)
  that was in force when it happened;
- a *declined read*, known only where there is a follow graph: the follower got the post and did
  not share it, so its coin is uniform above that P(share);
- a *free read*: one that nothing is known of, such as a read after the account had shared the
  story already. Its coin is uniform. That reads led to no share makes it likelier that they came
  so late; ``rumorsim.simulation.late_reads`` moves as many as that says.

P(share) when it happened is worked out by one run with no policy in which the evidence alone
decides (:attr:`Evidence.conditioned` is False): each read notes the chance it had. In any other
run the same draw decides, stretched to where it must have fallen, so that a lever that multiplies
P(share) by f keeps an observed share with probability min(f, 1), monotonically in f.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import Fault, InputError
from rumorsim.engine.kernels.records import OBSERVED, OBSERVED_READ, PUBLICATION, REPEAT
from rumorsim.events.cascades import cascade_arrays
from rumorsim.events.stream import Batch, Facts, Kind, ObservedTotals, StoryFacts
from rumorsim.graphs.follows import FollowGraph


@dataclass(frozen=True, eq=False)
class Evidence:
    """The observed posts and shares of a replay.

    ``horizon`` is how long was observed (hours). ``observed`` has one record a post, sorted by
    story, author and k; ``ends`` (int64 [stories + 1]) where each story begins in it. ``reads``
    has one record an observed share, sorted by the post that was shared, the reader and the time.
    ``declined`` (float64) holds P(share) of each delivery to a follower that led to no share, not
    a number where the read is free, and -1 - word where it came late (the 32-bit word of its
    delay); it is empty without a follow graph, as is ``inside``: whether each observed share was
    by a follower (bool [reads]). ``appeal`` (float64 [stories]) is what was estimated, None where
    it is given. ``followers`` (int32 [accounts], -1 = unknown) are declared counts, ``ids`` the
    original ids of accounts.
    """

    digest: str
    horizon: float
    stories: tuple[StoryFacts, ...]
    ids: NDArray[Any]
    followers: NDArray[np.int32]
    publications: NDArray[np.void]
    observed: NDArray[np.void]
    ends: NDArray[np.int64]
    reads: NDArray[np.void]
    declined: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    inside: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))
    appeal: NDArray[np.float64] | None = None
    conditioned: bool = False

    @staticmethod
    def from_stream(facts: Facts, batches: Iterable[Batch]) -> Evidence:
        """The evidence of a stream of cascades; InputError where a share is not after its parent.

        Only its posts count: publications and shares.
        """
        digest = hashlib.sha256()
        kept = []
        for batch in batches:
            kept.append(batch.only(Kind.PUBLISH, Kind.SHARE))
            digest.update(kept[-1].rows.tobytes())
        posts = cascade_arrays(kept)
        shared = posts.parent >= 0
        k = _addresses(posts.story, posts.author, shared)
        order = np.lexsort((k, posts.author, posts.story))
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        shares = np.flatnonzero(shared)
        parents = place[posts.parent[shares]]
        delay = posts.time[shares] - posts.time[posts.parent[shares]]
        if (delay <= 0).any():
            worst = int(shares[np.argmin(delay)])
            raise InputError(
                Fault(
                    "a share must come after the post that it shares",
                    key="post",
                    value=f"{worst} at {float(posts.time[worst])!r} h",
                    advice="import the cascades again with rumorsim cascades import",
                )
            )
        by_parent = np.lexsort((shares, posts.time[shares], posts.author[shares], parents))
        reads = np.zeros(len(shares), OBSERVED_READ)
        reads["time"] = posts.time[shares][by_parent]
        reads["delay"] = delay[by_parent]
        reads["chance"] = np.nan
        reads["reader"] = posts.author[shares][by_parent]
        reads["k"] = k[shares][by_parent]
        observed = np.zeros(len(order), OBSERVED)
        for name, column in (("time", posts.time), ("author", posts.author), ("k", k)):
            observed[name] = column[order]
        counts = np.bincount(parents, minlength=len(order))
        observed["count"] = counts
        observed["begin"] = np.cumsum(counts) - counts
        observed["base"] = -1
        followers = facts.followers
        observed["audience"] = followers[observed["author"]]
        digest.update(np.ascontiguousarray(followers).tobytes())
        digest.update(repr(facts.stories).encode())
        ends = np.zeros(len(facts.stories) + 1, np.int64)
        np.cumsum(np.bincount(posts.story, minlength=len(facts.stories)), out=ends[1:])
        roots = np.flatnonzero(~shared)
        publications = np.zeros(len(roots), PUBLICATION)
        for name, column in (
            ("time", posts.time),
            ("author", posts.author),
            ("story", posts.story),
            ("k", k),
        ):
            publications[name] = column[roots]
        by_time = np.lexsort(tuple(publications[name] for name in ("k", "story", "author", "time")))
        return Evidence(
            digest=digest.hexdigest(),
            horizon=facts.horizon,
            stories=facts.stories,
            ids=facts.account_ids,
            followers=followers,
            publications=publications[by_time],
            observed=observed,
            ends=ends,
            reads=reads,
        )

    @property
    def accounts(self) -> int:
        """How many accounts published or shared."""
        return len(self.ids)

    @property
    def most_reads(self) -> int:
        """The most observed shares of one post."""
        return int(self.observed["count"].max(initial=0))

    def on(self, graph: FollowGraph) -> Evidence:
        """The same with room for the reads that the followers of a graph declined.

        Its first accounts are those of the evidence, in the same order.
        """
        author = self.observed["author"]
        counts = np.diff(graph.offsets)[author]
        observed = self.observed.copy()
        observed["base"] = np.cumsum(counts) - counts
        if graph.follows == 0:
            return replace(self, observed=observed)
        observed["audience"] = counts
        shared = np.repeat(author, observed["count"]).astype(np.int64)
        follows = graph.followees().astype(np.int64) * graph.accounts + graph.followers
        wanted = shared * graph.accounts + self.reads["reader"]
        place = np.minimum(np.searchsorted(follows, wanted), len(follows) - 1)
        declined = np.full(int(counts.sum()), np.nan)
        return replace(self, observed=observed, declined=declined, inside=follows[place] == wanted)

    def estimated(self, given: NDArray[np.float64], luck: NDArray[np.float64]) -> Evidence:
        """The same with the appeal of each story estimated and its chances moved accordingly.

        The chances at hand are those at the appeals ``given`` (float64 [stories]). For each story
        the share of reads by followers that led to a share has the posterior
        Beta(shares + 1/2, others + 1/2)
        (Jeffreys' prior), of which the quantile ``luck`` (float64 [stories], in (0, 1)) is
        taken; other factors of P(share) than the appeal count on average.
        """
        from scipy.stats import beta

        of_post = np.repeat(np.arange(len(self.stories)), np.diff(self.ends))
        of_read = np.repeat(of_post, self.observed["count"])[self.inside]
        bases = np.append(self.observed["base"], len(self.declined))
        of_delivery = np.repeat(of_post, np.diff(bases))
        took_place = self.declined >= 0
        size = len(self.stories)
        shares = np.bincount(of_read, minlength=size)
        others = np.bincount(of_delivery[took_place], minlength=size)
        weight = np.bincount(of_read, self.reads["chance"][self.inside], size).astype(np.float64)
        weight += np.bincount(of_delivery[took_place], self.declined[took_place], size)
        share = beta.ppf(luck, shares + 0.5, others + 0.5)
        with np.errstate(divide="ignore", invalid="ignore"):
            appeal = np.where(weight > 0, given * share * (shares + others) / weight, given)
        factor = appeal / given
        of_all = np.repeat(of_post, self.observed["count"])
        reads = self.reads.copy()
        reads["chance"] = np.minimum(reads["chance"] * factor[of_all], 1.0)
        declined = np.where(
            took_place, np.minimum(self.declined * factor[of_delivery], 1.0), self.declined
        )
        return replace(self, reads=reads, declined=declined, appeal=appeal)

    def blank(self) -> Evidence:
        """A copy whose chances a run under no policy fills in."""
        return replace(
            self, reads=self.reads.copy(), declined=self.declined.copy(), conditioned=False
        )

    def totals(self, followers: NDArray[np.int32]) -> ObservedTotals:
        """Shares and audience of each story as observed, with these counts of followers."""
        posts = np.diff(self.ends)
        story = np.repeat(np.arange(len(posts)), posts)
        audience = np.bincount(story, followers[self.observed["author"]], len(posts))
        roots = np.bincount(self.publications["story"], minlength=len(posts))
        return ObservedTotals(posts - roots, audience.astype(np.int64))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of one world by the names that kernels know, with one of its own.

        ``taken`` (uint8, one an observed read) is 1 once the read has happened.
        """
        return {
            "observed": self.observed,
            "observed_ends": self.ends,
            "observed_reads": self.reads,
            "declined": self.declined,
            "taken": np.zeros(len(self.reads), np.uint8),
        }


def _addresses(
    story: NDArray[np.int32], author: NDArray[np.int32], shared: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """The k of each post: publications from 1, a first share 0, later ones from REPEAT + 1.

    A share by an account that published the story counts as a later one.
    """
    order = np.lexsort((np.arange(len(story)), shared, author, story))
    same = np.zeros(len(order), bool)
    same[1:] = (np.diff(story[order]) == 0) & (np.diff(author[order]) == 0)
    begin = np.flatnonzero(~same)
    group = np.cumsum(~same) - 1
    rank = np.arange(len(order)) - begin[group]
    published = np.add.reduceat(~shared[order], begin)[group] if len(order) else rank
    nth = rank - published
    later = np.where(published > 0, nth + 1, nth)
    found = np.where(shared[order], np.where(later > 0, REPEAT + later, 0), rank + 1)
    k = np.empty(len(order), np.int32)
    k[order] = found
    return k
