"""The records of accounts and what goes with them, made from what people are like."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rumorsim.errors import Fault, InputError
from rumorsim.graphs.follows import FollowGraph
from rumorsim.kernels.records import ACCOUNT, PROFILE, aligned_zeros
from rumorsim.laws import gamma_table, sample_array
from rumorsim.people import People
from rumorsim.platforms import Platforms
from rumorsim.randomness import Purpose
from rumorsim.reserve import Reserve

if TYPE_CHECKING:
    from rumorsim.scenario.models import Feed, Scenario

__all__ = [
    "account_records",
    "followers",
    "forward_limits",
    "profile_records",
    "receptivity",
    "weights",
    "within_limits",
]

Array = NDArray[np.float64]


def account_records(feed: Feed, graph: FollowGraph, people: People) -> NDArray[np.void]:
    accounts: NDArray[np.void] = aligned_zeros(graph.accounts, ACCOUNT)
    accounts["rate"] = people.check_in_rates(feed.check_ins)
    accounts["background"] = feed.background
    if feed.background_by == "followee":
        accounts["background"] *= graph.followee_counts()
    accounts["official"] = people.official
    accounts["spill"] = -1
    accounts["credence"] = people.credence
    for lever in ("audience", "can_post", "can_read", "visible"):
        accounts[lever] = 1
    return accounts


def profile_records(people: People, platforms: Platforms, reserve: Reserve) -> NDArray[np.void]:
    origin = reserve.origin
    profiles = np.zeros(len(origin), PROFILE)
    profiles["earning"] = profiles["chill"] = 1.0
    profiles["countable"] = people.countable[origin]
    profiles["dependence"] = people.dependence[origin]
    profiles["trust"] = people.trust[origin]
    profiles["person"] = people.person[origin]
    profiles["row"] = origin
    profiles["platform"] = platforms.of
    profiles["heir"] = profiles["other"] = -1
    profiles["other"][: people.accounts] = platforms.rings(people.person)
    return profiles


def followers(graph: FollowGraph, origin: NDArray[np.int32]) -> NDArray[np.int32]:
    """Followers at the start; those of the reserve have none yet."""
    counts = np.zeros(len(origin), dtype=np.int32)
    counts[: graph.accounts] = graph.follower_counts()
    return counts


def forward_limits(platforms: Platforms, size: int) -> Array:
    """Most followers that a share goes to, by platform; more than there are: no limit."""
    limits = [each.forward_limit or size for each in platforms.settings]
    return np.array(limits, dtype=np.float64)


def within_limits(publications: NDArray[np.void], platforms: Platforms) -> NDArray[np.void]:
    """The planned posts that each platform's daily number for an account leaves."""
    limits = [each.publications_per_day for each in platforms.settings]
    if all(limit is None for limit in limits):
        return publications
    made: Counter[tuple[int, int]] = Counter()
    keep = np.ones(len(publications), dtype=bool)
    for i, (time, author, _, _) in enumerate(publications.tolist()):
        limit = limits[platforms.of[author]]
        made[author, int(time // 24.0)] += 1
        keep[i] = limit is None or made[author, int(time // 24.0)] <= limit
    return publications[keep]


def weights(feed: Feed, graph: FollowGraph, key: str) -> Array:
    """Factor on P(share) by follow, as the graph has them; empty where all are 1.

    ``key`` is where it was written. InputError where the graph has no weights of its own.
    """
    if feed.follow_weight == "none":
        return np.empty(0, dtype=np.float64)
    if feed.follow_weight == "graph":
        if graph.weights is None:
            raise InputError(
                Fault(
                    "the graph has no weights",
                    key=key,
                    value='"graph"',
                    advice="add a weight column or choose another",
                )
            )
        return graph.weights
    ones: Array = 1.0 / graph.followee_counts()[graph.followers]
    return ones


def receptivity(
    scenario: Scenario,
    people: People,
    seed: int,
    categories: tuple[str, ...],
    origin: NDArray[np.int32],
) -> Array:
    """Factor by category and account; float64 [categories, accounts], empty when all are 1."""
    shape = scenario.accounts.receptivity
    plain = shape is None and people.receptivity is None
    if plain and (people.kind_receptivity == 1).all():
        return np.empty((0, 0))
    factors = np.ones((len(categories), people.accounts))
    if shape is not None:
        table = gamma_table(shape)
        for i in range(len(categories)):
            factors[i] = sample_array(table, people.words(seed, Purpose.RECEPTIVITY, i)[0])
    factors *= people.kind_receptivity
    if people.receptivity is not None:
        given = ~np.isnan(people.receptivity)
        factors[:, given] = people.receptivity[given]
    return np.ascontiguousarray(factors[:, origin])
