"""What to expect of a story before it runs: the reproduction number of its posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.scenario.models import Scenario, Story

__all__ = ["ESTIMATE", "reproduction_number", "weighted_followers"]

#: What the estimate says and leaves out, for whoever reads it.
ESTIMATE = (
    "shares that one share leads to, were every follower to read it and nobody to have"
    " shared the story yet: an upper estimate. Attention, background posts, novelty, trust"
    " and surfaces are left out"
)


def weighted_followers(graph: FollowGraph, follow_weight: str) -> float:
    """Mean weight of the followers of an account that a post reached; 0 without follows.

    An account is reached through its followees, so each counts by the weight of the
    follows that lead to it: sum of in * out over sum of in. Without weights this is the
    mean over follows of the follower's own number of followers.
    """
    if graph.follows == 0:
        return 0.0
    weights = _weights(graph, follow_weight)
    followees = np.repeat(np.arange(graph.accounts, dtype=np.int32), graph.follower_counts())
    into = np.bincount(graph.followers, weights, minlength=graph.accounts)
    out = np.bincount(followees, weights, minlength=graph.accounts)
    total = float(into.sum())
    return float(into @ out) / total if total else 0.0


def _weights(graph: FollowGraph, follow_weight: str) -> NDArray[np.float64]:
    if follow_weight == "one-over-followees":
        weights: NDArray[np.float64] = 1.0 / graph.followee_counts()[graph.followers]
        return weights
    if follow_weight == "graph" and graph.weights is not None:
        return graph.weights
    return np.ones(graph.follows)


def reproduction_number(scenario: Scenario, story: Story, graph: FollowGraph) -> float:
    """The expected number of shares of a share of ``story``: see :data:`ESTIMATE`.

    The mean P(share) at the first read (appeal, first reinforcement, friction; vigour and
    receptivity have mean 1) times :func:`weighted_followers`.
    """
    share = min(1.0, story.appeal * story.reinforcement[0] * scenario.feed.friction)
    return share * weighted_followers(graph, scenario.feed.follow_weight)
