"""The records of accounts and what goes with them, made from what people are like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError
from rumorsim.common.randomness import parts_of
from rumorsim.engine.kernels.records import ACCOUNT, PROFILE, aligned_zeros
from rumorsim.graphs.follows import FollowGraph
from rumorsim.world.people import People
from rumorsim.world.platforms import Platforms
from rumorsim.world.reserve import Reserve
from rumorsim.world.spec import WorldSpec

if TYPE_CHECKING:
    from rumorsim.world.evidence import Evidence
    from rumorsim.world.settings.feed import Feed

Array = NDArray[np.float64]

#: Cells of a timetable are whole numbers that a float64 holds exactly.
_MOST_POINTS: Final = 2.0**52


class RecordsByKind:
    """The records of accounts of each kind as they are whatever the seed, [kinds].

    ``of_kind`` is that of :class:`.People`.
    """

    def __init__(self, feed: Feed, of_kind: Mapping[str, Array]) -> None:
        kinds = len(of_kind["credence"])
        self.accounts, self.profiles = np.zeros(kinds, ACCOUNT), np.zeros(kinds, PROFILE)
        self.accounts["credence"] = of_kind["credence"]
        self.accounts["official"] = of_kind["official"] > 0
        self.accounts["background"] = feed.background
        self.accounts["spill"] = -1
        for lever in ("audience", "can_post", "can_read", "visible"):
            self.accounts[lever] = 1
        self.profiles["earning"] = self.profiles["chill"] = 1.0
        for name in ("countable", "dependence"):
            self.profiles[name] = of_kind[name]


def account_records(
    feed: Feed, graph: FollowGraph, people: People, platforms: Platforms, by_kind: RecordsByKind
) -> NDArray[np.void]:
    """State of each account at hour 0 (dtype ACCOUNT, shape [accounts])."""
    accounts: NDArray[np.void] = aligned_zeros(graph.accounts, ACCOUNT)
    busy = platforms.column("check_ins")
    followees = graph.followee_counts() if feed.background_by == "followee" else None
    # Part by part, all columns of it: records of millions are gone through once, not once a column.
    for part in parts_of(graph.accounts):
        records = accounts[part]
        by_kind.accounts.take(people.kind[part], out=records, mode="clip")
        rates = people.check_in_rates(feed.check_ins, part)
        rates *= busy[platforms.of[part]] if len(busy) > 1 else busy[0]
        records["rate"] = rates
        if "credence" in people.own:
            records["credence"] = people.column("credence", part)
        if "official" in people.own:
            records["official"] = people.column("official", part) > 0
        if followees is not None:
            records["background"] *= followees[part]
    return accounts


def profile_records(people: People, reserve: Reserve, by_kind: RecordsByKind) -> NDArray[np.void]:
    """What each account is like (dtype PROFILE), those in reserve included."""
    profiles: NDArray[np.void] = aligned_zeros(len(reserve.origin), PROFILE)
    for part in parts_of(people.accounts):
        by_kind.profiles.take(people.kind[part], out=profiles[part], mode="clip")
    if len(profiles) > people.accounts:
        profiles[people.accounts :] = profiles[reserve.origin[people.accounts :]]
    for name in ("countable", "dependence"):
        if name in people.own:
            profiles[name] = reserve.spread(people.column(name))
    profiles["trust"] = reserve.spread(people.trust)
    return profiles


def require_countable(rates: Array, horizon: float, *, by_contact: bool) -> None:
    """InputError where an account has more points in its timetable than can be told apart."""
    most = float(rates.max()) * horizon
    if most > _MOST_POINTS:
        rule = f"gives an account {most:.3g} moments within the horizon; {_MOST_POINTS:.3g} at most"
        key = "model" if by_contact else "feed.check_ins.mean"
        raise InputError(rule, key=key, advice="make them rarer, or the horizon shorter")


def trust_above(most: float, people: People, reserve: Reserve) -> NDArray[np.float32]:
    """Where the trust of each account began; empty where nobody's began above ``most``."""
    if not (people.trust > most).any():
        return np.empty(0, dtype=np.float32)
    return np.ascontiguousarray(reserve.spread(people.trust), dtype=np.float32)


def followers(
    graph: FollowGraph, origin: NDArray[np.int32], evidence: Evidence | None = None
) -> NDArray[np.int32]:
    """Followers at the start; those of the reserve have none yet.

    In a replay without a follow graph they are the declared ones.
    """
    if evidence is not None and graph.follows == 0:
        return evidence.followers
    counts = np.zeros(len(origin), dtype=np.int32)
    own, ends = counts[: graph.accounts], graph.offsets
    np.subtract(ends[1:], ends[:-1], out=own, casting="same_kind")
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
                "the graph has no weights",
                key=key,
                value='"graph"',
                advice="add a weight column or choose another",
            )
        return graph.weights
    ones: Array = 1.0 / graph.followee_counts()[graph.followers]
    return ones


def receptivity(
    scenario: WorldSpec,
    graph: FollowGraph,
    people: People,
    categories: tuple[str, ...],
    reserve: Reserve,
) -> Array:
    """Factor by category and account; float64 [categories, accounts], empty when all are 1."""
    shape = scenario.accounts.receptivity
    plain = shape is None and "receptivity" not in people.own
    if plain and (people.factor("receptivity") == 1).all():
        return np.empty((0, 0))
    factors = np.empty((len(categories), len(reserve.origin)))
    for i in range(len(categories)):
        dealt = people.receptivity_words(i, graph, scenario.accounts.homophily)
        for part in parts_of(people.accounts):
            factors[i, part] = people.receptivity(shape, i, part, dealt)
    later = reserve.origin[people.accounts :]
    factors[:, people.accounts :] = factors[:, later]
    return factors
