"""The world: the arrays of one run, built from a scenario, a follow graph and a seed.

What people are like and when they open the app depends on the seed alone, never on the
policy: that is what makes the worlds of different policies coupled. Engines change the
records here as the run goes on; a new run takes a new world.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as dataclass_replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from rumorsim.common.errors import InputError, nearest, show_value
from rumorsim.common.randomness import seed_of
from rumorsim.common.shown import Shown, listed
from rumorsim.engine.kernels.records import (
    INERT,
    MEMORY,
    POST,
    REPEAT,
    SEEN_POST,
    SEEN_STORY,
    aligned_copy,
    aligned_zeros,
    grown,
)
from rumorsim.events.stream import Facts, InterventionFacts
from rumorsim.events.treatment import Treatment
from rumorsim.graphs.follows import FollowGraph
from rumorsim.world.account_records import (
    account_records,
    forward_limits,
    profile_records,
    receptivity,
    require_countable,
    trust_above,
    within_limits,
)
from rumorsim.world.arms import lay_out_arms, seen_by_treated
from rumorsim.world.evidence import Evidence
from rumorsim.world.layout import Layout, layout_of
from rumorsim.world.people import People
from rumorsim.world.platforms import Platforms
from rumorsim.world.redraw import Redraw, counted
from rumorsim.world.reserve import Reserve
from rumorsim.world.rules import Rules
from rumorsim.world.settings.feed import Feed
from rumorsim.world.spec import WorldSpec
from rumorsim.world.stories import Stories

Array = NDArray[np.float64]

#: What treated readers see where nobody is treated.
_UNSEEN_POSTS, _UNSEEN_STORIES = np.zeros(0, SEEN_POST), np.zeros(0, SEEN_STORY)
_NONE = np.empty(0)


@dataclass(repr=False)
class World(Shown):
    """The arrays of one run.

    ``accounts``, ``posts`` and ``stories`` are record arrays (``kernels.records``); posts
    grow and only the first ``posts_made`` are in use. ``memory`` holds the counters and is
    where the fast engine tells its kernels of all these arrays. ``layout`` is what it has in
    common with other worlds of its scenario. ``platform`` is where each
    account is now, ``heirs`` who took its place (0: nobody), ``rings`` the next account of its
    person elsewhere (empty where nobody cross-posts). ``slots`` holds the story in each slot of
    a surface (int32 [surfaces, slots], -1 for none), ``slot_ends`` the cumulative share of looks
    that fall on each slot (float64, same shape). ``treatment`` says who is treated in an
    experiment, ``treated_`` arrays what treated readers meet beside what all do. ``redraw`` is set
    in a branch (see ``rumorsim.world.redraw``), ``evidence`` in a replay (see
    ``rumorsim.world.evidence``), whose arrays ``observed`` holds by name. Times are hours.
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
    slot_ends: Array
    facts: Facts
    platforms: Platforms
    reserve: Reserve
    profiles: NDArray[np.void]
    platform: NDArray[np.uint8]
    rings: NDArray[np.int32]
    friction: Array
    forward: Array
    layout: Layout
    treatment: Treatment = field(default_factory=Treatment.nobody)
    redraw: Redraw | None = None
    evidence: Evidence | None = None
    posts: NDArray[np.void] = field(default_factory=lambda: aligned_zeros(1024, POST))
    memory: NDArray[np.void] = field(default_factory=lambda: np.zeros(1, MEMORY))
    heirs: NDArray[np.int32] = field(init=False)
    heat: Array = field(init=False)
    treated_posts: NDArray[np.void] = field(init=False)
    treated_stories: NDArray[np.void] = field(init=False)
    treated_friction: Array = field(init=False)
    treated_forward: Array = field(init=False)
    treated_slots: NDArray[np.int32] = field(init=False)
    treated_slot_ends: Array = field(init=False)
    tops: NDArray[np.int32] = field(init=False)
    epochs: NDArray[np.uint8] = field(init=False)
    keys: NDArray[np.uint64] = field(init=False)
    observed: Mapping[str, NDArray[Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.heirs = np.zeros(self.size, dtype=np.int32)
        self._lay_out_treated()
        observed = 0 if self.evidence is None else len(self.evidence.observed)
        self.grow_posts(max(self.graph.accounts // 16, observed))
        shape = (len(self.platforms.names), len(self.stories))
        self.heat = np.zeros(shape)
        self.tops = np.full(shape, -1, dtype=np.int32)
        self._heat_seen = np.zeros((len(self.platforms.surfaces), len(self.stories)))
        self.epochs = np.zeros(0, np.uint8)
        self.keys = np.zeros((0, len(self.stories)), np.uint64)
        if self.redraw is not None:
            self._lay_out(self.redraw)
        self.observed = {} if self.evidence is None else self.evidence.arrays()

    def _lay_out(self, redraw: Redraw) -> None:
        """Epochs and keys as the engines read them."""
        if len(redraw.epochs) != self.size:
            rule = f"must hold one epoch for each of the world's {self.size:,} accounts"
            raise InputError(rule, key="redraw.epochs", value=f"{len(redraw.epochs):,}")
        self.epochs = redraw.epochs
        self.keys = redraw.by_story(self.seed, counted([s.truth for s in self.facts.stories]))

    def _lay_out_treated(self) -> None:
        """Levers and slots of treated readers: as those of all, and without any in most worlds."""
        self.treated_posts = _UNSEEN_POSTS
        if not self.treatment.there_is:
            self.treated_stories = _UNSEEN_STORIES
            self.treated_friction = self.treated_forward = _NONE
            self.treated_slots, self.treated_slot_ends = self.slots[:0], self.slot_ends[:0]
            return
        self.treated_stories = seen_by_treated(len(self.stories))
        self.treated_friction = np.ones(len(self.friction))
        self.treated_forward = self.forward.copy()
        self.treated_slots, self.treated_slot_ends = self.slots.copy(), self.slot_ends.copy()

    @property
    def kept(self) -> dict[str, Any]:
        """What an engine keeps for that of the next world of this layout, by name."""
        return self.layout.kept

    def key_of(self, account: int, story: int) -> int:
        """The key of what an account decides about a story: the seed, unless it is redrawn."""
        return int(self.keys[self.epochs[account], story]) if len(self.epochs) else self.seed

    @property
    def size(self) -> int:
        """How many accounts there are, with those laid out for people who come back."""
        return len(self.accounts)

    @property
    def ids(self) -> NDArray[Any]:
        """The id that each account has in the graph, by its number; [size].

        Who may come back later has the id of the account that it succeeds.
        """
        ids = self.graph.ids
        return self.reserve.origin if ids is None else self.reserve.spread(ids)

    @property
    def person(self) -> NDArray[np.int32]:
        """The number of the person behind each account."""
        return self.facts.person

    def accounts_on(self, platform: int) -> int:
        """How many accounts of the graph are on a platform."""
        if len(self.platforms.names) == 1:
            return self.graph.accounts
        return int((self.platform[: self.graph.accounts] == platform).sum())

    def begun(self, account: int) -> bool:
        """Whether the account exists: in the graph, or opened by a person who came back."""
        return account < self.graph.accounts or bool((self.heirs == account).any())

    def heir_of(self, account: int) -> int:
        """The account that took its place, -1 = none."""
        return int(self.heirs[account]) or -1

    def next_of_person(self, account: int) -> int:
        """The next account of its person on another platform, in a ring; -1 = none."""
        return int(self.rings[account]) if account < len(self.rings) else -1

    def take_heat(self, platform: int, surface: int) -> Array:
        """Countable posts by story on a platform since this surface asked last; float64."""
        fresh: Array = self.heat[platform] - self._heat_seen[surface]
        self._heat_seen[surface] = self.heat[platform]
        return fresh

    def is_up(self, post: int) -> bool:
        """Whether the post itself is there.

        It, its original and its story exist, and both authors are visible.
        """
        if not self.stories["alive"][self.posts["story"][post]]:
            return False
        both = (post, int(self.posts["root"][post]))
        visible, posts = self.accounts["visible"], self.posts
        return all(posts["alive"][p] and visible[posts["author"][p]] for p in both)

    def top_post(self, platform: int | None, story: int) -> int:
        """The story's most shared post that stands, the earliest of equals, or -1.

        On that platform; None is anywhere.
        """
        made, visible = self.posts[: self.posts_made], self.accounts["visible"]
        if not self.stories["alive"][story]:
            return -1
        fit = (made["story"] == story) & (made["visibility"] > 0)
        if platform is not None:
            fit &= self.platform[made["author"]] == platform
        posts = np.flatnonzero(fit)
        for number in (posts, made["root"][posts]):
            fit[posts] &= (made["alive"][number] != 0) & (visible[made["author"][number]] != 0)
        standing = np.flatnonzero(fit)
        return int(standing[np.argmax(made["shares"][standing])]) if len(standing) else -1

    @override
    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        return [
            ("accounts", f"{len(self.accounts):,} on {listed(self.facts.platforms)}"),
            ("follows", f"{self.graph.follows:,}"),
            ("stories", listed(self.story_names)),
            ("posts", f"{self.posts_made:,}"),
            ("time", f"{self.horizon:g} h, seed {self.seed}"),
        ]

    @property
    def posts_made(self) -> int:
        """How many posts there are so far."""
        return int(self.memory["posts_made"][0])

    def grow_posts(self, room: int) -> None:
        """Make room for so many posts more than there are.

        OverflowError where their numbers would run into the mark that unread posts carry.
        """
        wanted = self.posts_made + room
        if wanted > INERT:
            raise OverflowError(f"{wanted:,} posts; a world holds {INERT:,} at most")
        if wanted > len(self.posts):
            self.posts = grown(self.posts, wanted, self.posts_made)
        if self.treatment.there_is and len(self.posts) > len(self.treated_posts):
            self.treated_posts = grown(self.treated_posts, len(self.posts), self.posts_made)

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
        """The number of the story of that name; KeyError names it and the nearest."""
        if name not in self.story_names:
            advice = nearest(name, self.story_names)
            raise KeyError(f"there is no story {show_value(name)}; {advice}")
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
    scenario: WorldSpec,
    graph: FollowGraph,
    seed: int,
    *,
    policy: str = "none",
    interventions: tuple[InterventionFacts, ...] = (),
    attributes: Mapping[str, NDArray[Any]] | None = None,
    redraw: Redraw | None = None,
    evidence: Evidence | None = None,
) -> World:
    """The world of ``scenario`` on ``graph`` under ``seed``, at hour 0, before any event.

    ``attributes`` (and the graph's own node attributes, which yield to them) set columns of
    accounts, those of ``people.COLUMNS``. ``redraw`` makes it a branch, ``evidence`` a replay,
    whose accounts are the first of the graph. Raises
    :class:`InputError` for what only the graph can tell, such as ids that do not exist.
    """
    seed = seed_of(seed)
    horizon = float(scenario.horizon)
    if evidence is not None:
        horizon = min(horizon, evidence.horizon)
    if graph.accounts == 0:
        raise InputError("the follow graph has no accounts", key="graph")
    given = {**graph.attributes, **(attributes or {})}
    layout = layout_of(scenario, graph, given)
    platforms, terms, feed = layout.platforms, layout.terms, scenario.reading
    people = platforms.elsewhere(scenario.accounts.elsewhere, layout.people.in_world(seed))
    reserve = layout.reserve(people)
    stories = Stories(scenario, layout.stories, graph, people, seed, evidence)
    accounts = account_records(feed, graph, people, platforms, layout.by_kind)
    looks, alias, members = platforms.looks(accounts["rate"])
    origin = reserve.origin
    everyone = platforms
    if len(origin) > len(accounts):
        everyone = dataclass_replace(platforms, of=reserve.spread(platforms.of))
    publications = within_limits(stories.publications(seed, horizon), platforms)
    if terms is not None and terms.per_follow:
        accounts["rate"] *= graph.follower_counts()
    require_countable(accounts["rate"], horizon, by_contact=terms is not None)
    rules = Rules(
        horizon=horizon,
        bucket_width=horizon / _buckets(feed, graph, stories.records, publications, evidence),
        receptivity=receptivity(scenario, graph, people, stories.categories, reserve),
        publications=publications,
        corrections=stories.corrections,
        alias=alias,
        members=members,
        trust_began=trust_above(scenario.beliefs.most_trust, people, reserve),
        **layout.rules,
    )
    treatment = lay_out_arms(scenario.arms, graph, seed, given, horizon, reserve)
    counts = layout.followers(reserve, evidence)
    return World(
        graph=graph,
        seed=seed,
        horizon=horizon,
        people=people,
        story_names=stories.names,
        rules=rules,
        accounts=aligned_copy(accounts[origin]) if len(origin) > len(accounts) else accounts,
        stories=stories.records,
        looks=looks,
        slots=np.full(layout.slot_ends.shape, -1, dtype=np.int32),
        slot_ends=layout.slot_ends.copy(),
        platforms=everyone,
        reserve=reserve,
        profiles=profile_records(people, reserve, layout.by_kind),
        platform=everyone.of.copy() if reserve.heirs else everyone.of,
        rings=platforms.rings(people.person),
        friction=layout.friction.copy(),
        forward=forward_limits(platforms, len(origin) if evidence is None else 2**31),
        layout=layout,
        treatment=treatment,
        redraw=redraw,
        evidence=evidence,
        facts=Facts(
            accounts=len(origin),
            horizon=horizon,
            stories=stories.facts,
            person=reserve.spread(people.person),
            kind=reserve.spread(people.kind),
            followers=counts,
            kinds=people.kinds,
            platform=everyone.of,
            origin=origin,
            ids=None if graph.plain_ids is None else reserve.spread(graph.plain_ids),
            trust=reserve.spread(people.trust),
            earnings=reserve.spread(people.column("earnings")),
            policy=policy,
            seed=seed,
            interventions=interventions,
            observed=None if evidence is None else evidence.totals(counts),
            treatment=treatment,
            **layout.facts,
        ),
    )


def _buckets(
    feed: Feed,
    graph: FollowGraph,
    stories: NDArray[np.void],
    publications: NDArray[np.void],
    evidence: Evidence | None,
) -> int:
    """Buckets of the agenda: few enough that filling them is cheap, each small enough to sort.

    By delay every story has entries of its own; who checks in has one for all.
    """
    entries = graph.follows * len(stories) if feed.reading == "delay" else graph.accounts
    entries += int(stories["visits"][publications["story"]].sum())
    if evidence is not None:
        entries = max(entries, len(evidence.reads))
    return int(min(max(entries // 16, 16), 8192))
