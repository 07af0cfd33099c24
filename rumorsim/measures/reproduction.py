"""Reproduction: how many shares a post causes, by when it was posted and by generation."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.events.posts import PostLog, depths_and_roots
from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures.base import Meaning, OfState
from rumorsim.measures.counting import by_stories, edges_of, ratio

#: Cohorts are this many equal bins of [0, horizon).
COHORTS: Final = 20
#: A cohort expected to have had less than this part of its shares is flagged as censored.
COMPLETE: Final = 0.95
#: Generations told apart; the last key gathers all later ones.
GENERATIONS: Final = 10


class DelayLaw:
    """P(delay <= d) of the delay from a post to a share of it, from a run cut off at its end.

    A delay is seen only if it is no longer than its window, the time from the post to the
    horizon, so short ones are seen too often. The product-limit estimator for right-truncated
    data (Lynden-Bell 1971; Lagakos, Barraj and De Gruttola 1988) puts that right: going down
    from the longest delay, F falls by the factor 1 - m/R at a delay seen m times, where R
    counts the delays no longer than it whose window is at least as long. F is relative to the
    longest delay seen; what can never be seen inside the horizon is not in it.

    ``delays`` and ``windows`` are hours, of equal length, in any order.
    """

    def __init__(self, delays: NDArray[np.float64], windows: NDArray[np.float64]) -> None:
        self.steps, count = np.unique(delays, return_counts=True)
        no_longer = np.cumsum(count)
        # A post's age may round to just below its share's delay; such a window is the delay.
        closed = np.searchsorted(np.sort(np.maximum(windows, delays)), self.steps, side="left")
        kept = 1.0 - count / (no_longer - closed)
        self.cumulative = np.append(np.cumprod(kept[:0:-1])[::-1], 1.0)[: len(self.steps)]

    def __call__(self, window: NDArray[np.float64]) -> NDArray[np.float64]:
        """P(delay <= window) for each of ``window`` (hours)."""
        place = np.searchsorted(self.steps, window, side="right")
        return np.concatenate(([0.0], self.cumulative))[place]


class State:
    """Memory: 20 bytes x posts."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.posts = PostLog()


class Reproduction(OfState[State]):
    """Shares caused directly by a post: the mean over all posts, by cohort and generation.

    A cohort is the posts of one of 20 equal bins of [0, horizon). Posts made late have not
    had all their shares: a post's completeness is the part of its shares expected by the
    horizon (:class:`DelayLaw`, all stories together), a cohort's is the mean over its posts
    (of an empty one, that of a post at its middle). Below 0.95, or while no share was ever
    seen, the cohort is flagged in ``censored``; ``complete.*`` leaves flagged cohorts out.
    Read it at the end of the run: the windows end at the horizon.
    """

    state: ClassVar = State
    name: ClassVar[str] = "reproduction"
    summary: ClassVar[str] = "shares caused per post, by cohort and generation"
    needs: ClassVar[frozenset[Kind]] = frozenset({Kind.PUBLISH, Kind.SHARE})
    meanings: ClassVar[dict[str, Meaning]] = {
        "*posts": Meaning("posts", "whose shares are counted"),
        "*shares": Meaning("shares", "made directly from these posts"),
        "*censored_cohorts": Meaning("cohorts", "too recent for 95 % of their shares"),
        "*complete.mean": Meaning("shares per post", "of the cohorts that are not censored"),
        "*generations.*.mean": Meaning("shares per post", "of posts of this generation"),
        "*mean": Meaning("shares per post", "of all posts, the recent ones included"),
        "*cohorts": Meaning("shares per post", "by the time bin the posts were made in"),
    }

    @override
    def observe(self, state: State, batch: Batch) -> None:
        state.posts.observe(batch)

    @override
    def value(self, state: State) -> dict[str, Any]:
        table = _Table(state.facts.horizon, state.posts)
        story = state.posts.story
        return {
            **table.of(np.ones(len(story), bool)),
            **by_stories(state.facts, lambda _, stories: table.of(stories[story])),
        }


class _Table:
    """Each post's shares, cohort, generation and completeness; groups are read off it."""

    def __init__(self, horizon: float, posts: PostLog) -> None:
        parent, time = posts.parent, posts.time
        child = np.flatnonzero(parent >= 0)
        made = parent[child]
        self.law = DelayLaw(time[child] - time[made], horizon - time[made])
        self.edges = edges_of(horizon, COHORTS)
        self.known = len(child) > 0
        self.shares = np.bincount(made, minlength=len(time))
        self.generation = np.minimum(depths_and_roots(parent)[0], GENERATIONS)
        self.cohort = np.searchsorted(self.edges[1:-1], time, side="right")
        middle = (self.edges[:-1] + self.edges[1:]) / 2
        self.part = self.law(horizon - time)
        self.empty_part = self.law(horizon - middle)

    def of(self, chosen: NDArray[np.bool_]) -> dict[str, Any]:
        cohort, shares = self.cohort[chosen], self.shares[chosen]
        posts_in = np.bincount(cohort, minlength=COHORTS)
        shares_in = _totals(cohort, shares, COHORTS)
        part_in = np.bincount(cohort, self.part[chosen], minlength=COHORTS)
        part = np.where(posts_in > 0, part_in / np.maximum(posts_in, 1), self.empty_part)
        censored = (part < COMPLETE) | (not self.known)
        generation = self.generation[chosen]
        posts_at = np.bincount(generation, minlength=GENERATIONS + 1)
        shares_at = _totals(generation, shares, GENERATIONS + 1)
        return {
            **_mean(int(posts_in.sum()), int(shares_in.sum())),
            "complete": _mean(int(posts_in[~censored].sum()), int(shares_in[~censored].sum())),
            "censored_cohorts": int(np.count_nonzero(censored)),
            "generations": {
                f"{number}" if number < GENERATIONS else f"{number}+": _mean(*pair)
                for number, pair in enumerate(
                    zip(posts_at.tolist(), shares_at.tolist(), strict=True)
                )
            },
            "cohorts": {
                "time": self.edges[:-1].tolist(),
                "posts": posts_in.tolist(),
                "shares": shares_in.tolist(),
                "mean": [
                    ratio(caused, of)
                    for caused, of in zip(shares_in.tolist(), posts_in.tolist(), strict=True)
                ],
                "completeness": part.tolist() if self.known else [None] * COHORTS,
                "censored": censored.astype(int).tolist(),
            },
        }


def _totals(place: NDArray[np.int64], shares: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    totals = np.zeros(length, np.int64)
    np.add.at(totals, place, shares)
    return totals


def _mean(posts: int, shares: int) -> dict[str, Any]:
    return {"posts": posts, "shares": shares, "mean": ratio(shares, posts)}
