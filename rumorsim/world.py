"""The world: the arrays of one run, built from a scenario, a follow graph and a seed.

What people are like and when they open the app depends on the seed alone, never on the
policy: that is what makes the worlds of different policies coupled. Engines change the
records here as the run goes on; a new run takes a new world.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.errors import Fault, InputError, nearest
from rumorsim.events import STOPS, Facts, InterventionFacts
from rumorsim.graphs.follows import FollowGraph
from rumorsim.kernels.alias import alias_table
from rumorsim.kernels.records import (
    ACCOUNT,
    ALIAS,
    LOOK,
    MEMORY,
    POST,
    PROFILE,
    REPEAT,
    TERMS,
    aligned_zeros,
    grown,
)
from rumorsim.laws import (
    gamma_table,
    quantile_table,
    sample_array,
)
from rumorsim.people import People, draw_people
from rumorsim.randomness import Purpose
from rumorsim.stories import Stories
from rumorsim.tables import Tables, day_curve, reinforcement_steps, story_templates

if TYPE_CHECKING:
    from rumorsim.models import Terms
    from rumorsim.scenario.models import Feed, Scenario

__all__ = ["Rules", "World", "build_world"]

Array = NDArray[np.float64]

_NONE: Final = np.empty(0, dtype=np.float64)


@dataclass(frozen=True)
class Rules:
    """What never changes during a run: settings and tables, as both engines read them.

    ``attention`` 0 is unlimited; ``crowd`` is the first row of ``tables`` with ages of
    background posts, -1 where there are none; row 0 is the delay of reading; an empty
    ``curve`` is flat, empty ``weights`` or ``receptivity`` are 1. ``terms`` is one record
    of the model of contacts, None for the feed.
    """

    horizon: float
    by_delay: bool
    attention: int
    log_reads: bool
    late: bool
    crowd: int
    bucket_width: float
    curve: Array
    weights: Array
    receptivity: Array
    publications: NDArray[np.void]
    tables: Array
    templates: NDArray[np.void]
    reinforcement: Array
    corrections: NDArray[np.void]
    alias: NDArray[np.void]
    slot_ends: Array
    terms: NDArray[np.void] | None


@dataclass
class World:
    """The arrays of one run.

    ``accounts``, ``posts`` and ``stories`` are record arrays (``kernels.records``); posts
    grow and only the first ``posts_made`` are in use. ``memory`` holds the counters and is
    where the fast engine tells its kernels of all these arrays. Times are hours.
    """

    graph: FollowGraph
    seed: int
    horizon: float
    people: People
    story_names: tuple[str, ...]
    rules: Rules
    accounts: NDArray[np.void]
    stories: NDArray[np.void]
    looks: NDArray[np.void]
    slots: NDArray[np.int32]
    facts: Facts
    posts: NDArray[np.void] = field(default_factory=lambda: aligned_zeros(1024, POST))
    friction: Array = field(default_factory=lambda: np.ones(1))
    memory: NDArray[np.void] = field(default_factory=lambda: np.zeros(1, MEMORY))
    profiles: NDArray[np.void] = field(init=False)

    def __post_init__(self) -> None:
        self.grow_posts(self.graph.accounts // 16)
        self.profiles = np.zeros(self.graph.accounts, PROFILE)
        self.profiles["countable"] = 1.0
        self.profiles["trust"] = self.people.trust

    @property
    def posts_made(self) -> int:
        """How many posts there are so far."""
        return int(self.memory["posts_made"][0])

    def grow_posts(self, room: int) -> None:
        """Make room for so many posts more than there are."""
        wanted = self.posts_made + room
        if wanted > len(self.posts):
            self.posts = grown(self.posts, max(wanted, 2 * len(self.posts)), self.posts_made)

    def count_of(self, target: str, quantity: str) -> NDArray[np.int32]:
        """The counters of reports, shares or reach, one for each target so far."""
        if target == "account":
            counts: NDArray[np.int32] = self.profiles[quantity]
        elif target == "post":
            counts = self.posts[quantity][: self.posts_made]
        else:
            counts = self.stories[quantity]
        return counts

    def story_index(self, name: str) -> int:
        """The number of the story of that name; KeyError names the nearest."""
        if name not in self.story_names:
            raise KeyError(nearest(name, self.story_names))
        return self.story_names.index(name)

    def check(self) -> None:
        """Raise AssertionError where an invariant of the arrays does not hold."""
        made = self.posts[: self.posts_made]
        assert (made["root"] <= np.arange(len(made))).all(), "a post goes back to a later one"
        own = made["root"] == np.arange(len(made))
        planned = (made["k"] > 0) & (made["k"] < REPEAT)
        assert (own == planned).all(), "k is from 1 to REPEAT exactly for publications"
        assert (np.diff(made["time"]) >= 0).all(), "posts are not in order of time"
        assert ((self.accounts["audience"] >= 0) & (self.accounts["audience"] <= 1)).all()
        for quantity in ("reports", "shares", "reach"):
            assert int(self.count_of("account", quantity).sum()) == int(made[quantity].sum())
            assert int(self.stories[quantity].sum()) == int(made[quantity].sum())


def build_world(
    scenario: Scenario,
    graph: FollowGraph,
    seed: int,
    *,
    policy: str = "none",
    interventions: tuple[InterventionFacts, ...] = (),
    attributes: Mapping[str, NDArray[Any]] | None = None,
) -> World:
    """The world of ``scenario`` on ``graph`` under ``seed``, at hour 0, before any event.

    ``attributes`` (and the graph's own node attributes, which yield to them) set columns of
    accounts: kind, person, check_ins (per day), receptivity, trust, official. Raises
    :class:`InputError` for what only the graph can tell, such as ids that do not exist.
    """
    if graph.accounts == 0:
        raise InputError(Fault("the follow graph has no accounts", key="graph"))
    people = draw_people(scenario.accounts, graph, seed, {**graph.attributes, **(attributes or {})})
    stories = Stories(scenario, graph, people, seed)
    feed = scenario.reading
    curve = day_curve(
        feed, scenario.start.hour + scenario.start.minute / 60 + scenario.start.second / 3600
    )
    accounts = _account_records(feed, graph, people)
    trending = scenario.trending
    tables = Tables(feed.delay)
    templates = story_templates(scenario.stories, tables)
    limited = feed.attention != "unlimited" and feed.reading == "check-in"
    crowd = tables.add_crowd(int(feed.attention)) if limited and feed.background > 0 else -1
    terms = None if scenario.model is None else scenario.model.terms()
    if terms is not None and terms.per_follow:
        accounts["rate"] *= graph.follower_counts()
    model = None if terms is None else _model_record(terms, tables)
    rules = Rules(
        horizon=float(scenario.horizon),
        by_delay=feed.reading == "delay",
        attention=int(feed.attention) if limited else 0,
        log_reads="impressions" in scenario.measures,
        late=feed.exposures == "late",
        crowd=crowd,
        bucket_width=float(scenario.horizon) / _buckets(feed, graph),
        curve=curve,
        weights=_weights(feed, graph),
        receptivity=_receptivity(scenario, people, seed, stories.categories),
        publications=stories.publications(seed, float(scenario.horizon)),
        tables=np.stack(tables.rows),
        templates=templates,
        reinforcement=reinforcement_steps(scenario.stories),
        corrections=stories.corrections,
        alias=_alias(accounts["rate"], trending is not None),
        slot_ends=np.ones((1, 1)) if trending is None else trending.slot_ends()[None, :],
        terms=model,
    )
    looks = np.zeros(1 if trending is not None else 0, LOOK)
    looks["time"] = np.inf
    if trending is not None:
        looks["rate"] = trending.looks * graph.accounts
    return World(
        graph=graph,
        seed=seed,
        horizon=float(scenario.horizon),
        people=people,
        story_names=stories.names,
        rules=rules,
        accounts=accounts,
        stories=stories.records,
        looks=looks,
        slots=np.full((1, rules.slot_ends.shape[1]), -1, dtype=np.int32),
        friction=np.array([feed.friction]),
        facts=Facts(
            accounts=graph.accounts,
            horizon=float(scenario.horizon),
            stories=stories.facts,
            person=people.person,
            kind=people.kind,
            followers=graph.follower_counts().astype(np.int32),
            kinds=people.kinds,
            policy=policy,
            seed=seed,
            interventions=interventions,
            start=scenario.start.strftime("%Y-%m-%d %H:%M:%S"),
        ),
    )


def _model_record(terms: Terms, tables: Tables) -> NDArray[np.void]:
    """The model of contacts as kernels read it; adds the table of its stop."""
    record = np.zeros(1, TERMS)
    for name in ("stifling", "after", "mutual", "again", "by_threshold"):
        record[name] = getattr(terms, name)
    record["threshold"] = -1.0 if terms.threshold is None else terms.threshold
    record["stop_reason"] = STOPS.index(terms.stop_reason)
    record["stop"] = -1
    if terms.stop is not None:
        record["stop"] = tables.add(("stop", terms.stop), partial(quantile_table, terms.stop))
    return record


def _buckets(feed: Feed, graph: FollowGraph) -> int:
    """Buckets of the agenda: few enough that filling them is cheap, each small enough to sort."""
    entries = graph.follows if feed.reading == "delay" else graph.accounts
    return int(min(max(entries // 64, 16), 8192))


def _account_records(feed: Feed, graph: FollowGraph, people: People) -> NDArray[np.void]:
    accounts: NDArray[np.void] = aligned_zeros(graph.accounts, ACCOUNT)
    accounts["rate"] = people.check_in_rates(feed.check_ins)
    accounts["background"] = feed.background
    if feed.background_by == "followee":
        accounts["background"] *= graph.followee_counts()
    accounts["official"] = people.official
    accounts["spill"] = -1
    for lever in ("audience", "credence", "can_post", "can_read", "visible"):
        accounts[lever] = 1
    return accounts


def _alias(rates: Array, wanted: bool) -> NDArray[np.void]:
    alias = np.zeros(len(rates) if wanted else 1, ALIAS)
    weights = np.ascontiguousarray(rates) if wanted and rates.sum() > 0 else np.ones(len(alias))
    alias["share"], alias["other"] = alias_table(weights)
    return alias


def _weights(feed: Feed, graph: FollowGraph) -> Array:
    if feed.follow_weight == "none":
        return _NONE
    if feed.follow_weight == "graph":
        if graph.weights is None:
            raise InputError(
                Fault(
                    "the graph has no weights",
                    key="feed.follow_weight",
                    value='"graph"',
                    advice="add a weight column or choose another",
                )
            )
        return graph.weights
    weights: Array = 1.0 / graph.followee_counts()[graph.followers]
    return weights


def _receptivity(
    scenario: Scenario, people: People, seed: int, categories: tuple[str, ...]
) -> Array:
    """Factor by category and account; float64 [categories, accounts], empty when all are 1."""
    shape = scenario.accounts.receptivity
    if shape is None and people.receptivity is None:
        return np.empty((0, 0))
    factors = np.ones((len(categories), people.accounts))
    if shape is not None:
        table = gamma_table(shape)
        for i in range(len(categories)):
            factors[i] = sample_array(table, people.words(seed, Purpose.RECEPTIVITY, i)[0])
    if people.receptivity is not None:
        given = ~np.isnan(people.receptivity)
        factors[:, given] = people.receptivity[given]
    return factors
