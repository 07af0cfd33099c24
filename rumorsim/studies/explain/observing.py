"""One world run to its horizon, and what an explanation needs of it: posts and reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError, nearest, show_value
from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.events.verbs import FELT, VERBS
from rumorsim.scenario import Scenario
from rumorsim.scenario.handing import AnyPolicy, with_measures
from rumorsim.simulation.running import batches_of
from rumorsim.simulation.simulation import Simulation

Ints = NDArray[np.int64]
#: Any measure of rumorsim that has every read logged.
_LOGS_READS = "impressions"


class Counts(NamedTuple):
    """Accounts that shared a story, and that heard of it, summed over the stories that count."""

    sharers: int
    reached: int

    def less(self, other: Counts) -> Counts:
        """The difference to another world."""
        return Counts(self.sharers - other.sharers, self.reached - other.reached)


class Reads(NamedTuple):
    """Reads of posts in order; arrays are [reads].

    ``place`` is the place in the stream, ``nth`` how many reads of the story this makes,
    ``first`` the surface of a first read, -1 for others, ``again`` whether it came after the
    reader's own share and would have led to one all the same, had there been none.
    """

    place: Ints
    time: NDArray[np.float64]
    post: Ints
    account: Ints
    nth: Ints
    first: Ints
    followed: NDArray[np.bool_]
    again: NDArray[np.bool_]


class Posts(NamedTuple):
    """All posts by number; arrays are [posts]. ``parent`` is -1 for an original."""

    place: Ints
    time: NDArray[np.float64]
    story: Ints
    author: Ints
    k: Ints
    parent: Ints


@dataclass(frozen=True, eq=False)
class Watched:
    """A run: its posts and its reads, and what the desk did.

    ``stories`` (bool [stories]) are those that count. ``acted`` are the accounts that the policy
    took hold of, ``acted_posts`` the posts.
    """

    facts: Facts
    policy: str
    stories: NDArray[np.bool_]
    posts: Posts
    reads: Reads
    acted: NDArray[np.bool_]
    acted_posts: NDArray[np.bool_]

    def pair(self, accounts: Ints, stories: Ints) -> Ints:
        """The number of an account in a story."""
        return accounts * len(self.facts.stories) + stories

    @property
    def read_story(self) -> Ints:
        """The story of each read."""
        return self.posts.story[self.reads.post]

    def counts(self) -> Counts:
        """Sharers and accounts reached of the stories that count."""
        posts, reads = self.posts, self.reads
        shared = (posts.parent >= 0) & self.stories[posts.story]
        sharers = np.unique(self.pair(posts.author, posts.story)[shared])
        reached = (reads.first >= 0) & self.stories[self.read_story]
        return Counts(len(sharers), int(reached.sum()))


def prepared(scenario: Scenario, *, reads: bool) -> Scenario:
    """The scenario with every read in its stream where ``reads``, else with no measure."""
    if scenario.feed.exposures == "late":
        scenario = scenario.with_({"feed.exposures": "events"})
    return with_measures(scenario, [_LOGS_READS] if reads else ["reach"])


def stories_that_count(facts: Facts, story: str | None) -> NDArray[np.bool_]:
    """The story of this name, all copies of it; without one the false ones, or all. [stories].

    InputError where there is no such story.
    """
    if story is None:
        false = np.array([not each.truth for each in facts.stories])
        return false if false.any() else ~false
    names = [each.name for each in facts.stories]
    found = np.array([name in (story, f"{story}#{name.rpartition('#')[2]}") for name in names])
    if not found.any():
        rule, advice = "there is no such story", nearest(story, names)
        raise InputError(rule, key="story", value=show_value(story), advice=advice)
    return found


def watched(
    scenario: Scenario,
    policy: AnyPolicy,
    seed: int,
    engine: str,
    story: str | None,
    told: Callable[[float], None],
    until: float | None = None,
) -> tuple[Simulation, Watched]:
    """Run a scenario that logs its reads; ``told`` hears the part done, 0 to 1.

    ``until`` (hours): to then, not to the horizon, and in one step.
    InputError where there is no ``story``.
    """
    simulation = Simulation(scenario, policy, seed, engine)
    stories = stories_that_count(simulation.facts, story)
    kept = (Kind.PUBLISH, Kind.SHARE, Kind.READ, Kind.EXPOSE, Kind.ACTION)
    batches, horizon = [], simulation.world.horizon
    steps = batches_of(simulation) if until is None else [(until, simulation.advance(until))]
    for time, batch in steps:
        batches.append(batch.only(*kept))
        told(time / horizon)
    whole = Batch.joined(batches)
    posts = _posts(whole, simulation)
    acted, acted_posts = _acted(whole, simulation.facts, len(posts.time))
    return simulation, Watched(
        facts=simulation.facts,
        policy=simulation.policy_name,
        stories=stories,
        posts=posts,
        reads=_reads(whole, posts, simulation),
        acted=acted,
        acted_posts=acted_posts,
    )


def counted_without(
    scenario: Scenario,
    policy: AnyPolicy,
    seed: int,
    engine: str,
    stories: NDArray[np.bool_],
    closed: Sequence[int],
) -> Counts:
    """What is left of a world whose desk closes these accounts at hour 0, before anything else."""
    simulation = Simulation(scenario, policy, seed, engine)
    for account in closed:
        simulation.desk.close(account)
    number = len(stories)
    sharers, reached = [], 0
    for _, batch in batches_of(simulation):
        shares = batch.only(Kind.SHARE)
        shares = Batch(shares.rows[stories[shares.story]])
        sharers.append(np.unique(shares.account.astype(np.int64) * number + shares.story))
        reached += int(stories[batch.only(Kind.EXPOSE).story].sum())
    return Counts(len(np.unique(np.concatenate(sharers))), reached)


def _posts(whole: Batch, simulation: Simulation) -> Posts:
    made = np.flatnonzero(np.isin(whole.kind, (Kind.PUBLISH, Kind.SHARE)))
    rows = whole.rows[made]
    parent = np.where(rows["kind"] == Kind.SHARE, rows["value"], -1).astype(np.int64)
    return Posts(
        made,
        rows["time"].copy(),
        rows["story"].astype(np.int64),
        rows["account"].astype(np.int64),
        simulation.world.posts["k"][: len(made)].astype(np.int64),
        parent,
    )


def _reads(whole: Batch, posts: Posts, simulation: Simulation) -> Reads:
    place = np.flatnonzero(whole.kind == Kind.READ)
    rows = whole.rows[place]
    post, account = rows["post"].astype(np.int64), rows["account"].astype(np.int64)
    count = rows["value"].astype(np.int64)
    first = np.full(len(place), -1, np.int64)
    # The row after the first read of a story says that it was, and where.
    first[count == 1] = whole.only(Kind.EXPOSE).value.astype(np.int64)
    followed = _along_follows(simulation, posts.author[post], account)
    followed &= first <= 0
    time = rows["time"].copy()
    again = _again(simulation, posts, place, post, account)
    which = np.flatnonzero(again)
    again[which] = simulation.engine.would_share(
        post[which], account[which], time[which], count[which], followed[which]
    )
    return Reads(place, time, post, account, count, first, followed, again)


def _again(
    simulation: Simulation, posts: Posts, place: Ints, post: Ints, account: Ints
) -> NDArray[np.bool_]:
    """Reads that came after the reader's first share of the story, which was no original."""
    number = len(simulation.facts.stories)
    keys, index = np.unique(posts.author * number + posts.story, return_index=True)
    begun = np.where(posts.parent[index] >= 0, posts.place[index], np.iinfo(np.int64).max)
    if not len(keys):
        return np.zeros(len(place), np.bool_)
    reader = account * number + posts.story[post]
    at = np.minimum(np.searchsorted(keys, reader), len(keys) - 1)
    own = posts.author[post] == account
    found: NDArray[np.bool_] = (keys[at] == reader) & (place > begun[at]) & ~own
    return found


def _along_follows(simulation: Simulation, authors: Ints, readers: Ints) -> NDArray[np.bool_]:
    """Whether each reader follows the author, or is the same person elsewhere."""
    graph, origin = simulation.world.graph, simulation.world.reserve.origin
    rows = origin[authors].astype(np.int64)
    order = np.argsort(rows, kind="stable")
    found = np.zeros(len(authors), np.bool_)
    begins = np.flatnonzero(np.diff(rows[order], prepend=-1))
    for part in np.split(order, begins[1:]) if len(order) else []:
        followers = graph.followers_of(int(rows[part[0]]))
        found[part] = np.isin(readers[part], followers)
    person = simulation.facts.person
    found |= person[authors] == person[readers]
    return found


def _acted(whole: Batch, facts: Facts, posts: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    actions = whole.only(Kind.ACTION)
    actions = Batch(actions.rows[np.isin(actions.value, [VERBS.index(verb) for verb in FELT])])
    accounts, which = np.zeros(facts.accounts, np.bool_), np.zeros(posts, np.bool_)
    accounts[actions.account[actions.account >= 0]] = True
    which[actions.post[actions.post >= 0]] = True
    return accounts, which
