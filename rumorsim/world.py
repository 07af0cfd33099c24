"""The world: the arrays of one run, built from a scenario, a follow graph and a seed.

What people are like and when they open the app depends on the seed alone, never on the
policy: that is what makes the worlds of different policies coupled. Engines change the
records here as the run goes on; a new run takes a new world.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from rumorsim.errors import Fault, InputError, nearest, show_value
from rumorsim.events import Facts, InterventionFacts, StoryFacts
from rumorsim.graphs.follows import FollowGraph
from rumorsim.kernels.looks import alias_table
from rumorsim.kernels.records import (
    ACCOUNT,
    ALIAS,
    CORRECTION,
    LOOK,
    MEMORY,
    POST,
    PROFILE,
    PUBLICATION,
    STORY,
    TEMPLATE,
)
from rumorsim.kernels.tables import next_point
from rumorsim.laws import (
    TABLE_SIZE,
    gamma_table,
    quantile_table,
    round24,
    sample_array,
    table_of,
    tail_table,
)
from rumorsim.people import People, draw_people
from rumorsim.randomness import Purpose, address_word, philox

if TYPE_CHECKING:
    from rumorsim.scenario.models import Author, Feed, Novelty, Scenario, Story

__all__ = ["World", "build_world", "points"]

Array = NDArray[np.float64]

#: Activity by hour of the day, midnight first: an assumption shaped like any waking day.
WAKING: Final = (4, 2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 9, 8, 7, 7, 7, 8, 8, 9, 10, 10, 9, 7)

#: Resolution of ages in novelty tables: 32-bit words then reach half a million half-lives.
WORDS_A_HALF_LIFE: Final = 4096

_NONE: Final = np.empty(0, dtype=np.float64)


@dataclass(frozen=True)
class Rules:
    """What never changes during a run: settings and tables, as both engines read them.

    ``attention`` 0 is unlimited; ``crowd`` is the first row of ``tables`` with ages of
    background posts, -1 where there are none; row 0 is the delay of reading; an empty
    ``curve`` is flat, empty ``weights`` or ``receptivity`` are 1.
    """

    horizon: float
    by_delay: bool
    attention: int
    log_reads: bool
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
    posts: NDArray[np.void] = field(default_factory=lambda: np.zeros(1024, POST))
    friction: Array = field(default_factory=lambda: np.ones(1))
    memory: NDArray[np.void] = field(default_factory=lambda: np.zeros(1, MEMORY))
    profiles: NDArray[np.void] = field(init=False)

    def __post_init__(self) -> None:
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
            grown = np.zeros(max(wanted, 2 * len(self.posts)), POST)
            grown[: self.posts_made] = self.posts[: self.posts_made]
            self.posts = grown

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
        assert (own == (made["k"] > 0)).all(), "k = 0 exactly for shares"
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
    stories = _Stories(scenario, graph, people, seed)
    feed = scenario.feed
    curve = _curve(feed, scenario.start.hour + scenario.start.minute / 60 + scenario.start.second / 3600)
    accounts = _account_records(feed, graph, people)
    trending = scenario.trending
    tables = _Tables(feed.delay)
    templates = _templates(scenario.stories, tables)
    limited = feed.attention != "unlimited" and feed.reading == "check-in"
    crowd = tables.add_crowd(int(feed.attention)) if limited and feed.background > 0 else -1
    rules = Rules(
        horizon=float(scenario.horizon),
        by_delay=feed.reading == "delay",
        attention=int(feed.attention) if limited else 0,
        log_reads="impressions" in scenario.measures,
        crowd=crowd,
        bucket_width=float(scenario.horizon) / _buckets(feed, graph),
        curve=curve,
        weights=_weights(feed, graph),
        receptivity=_receptivity(scenario, people, seed, stories.categories),
        publications=stories.publications(seed, float(scenario.horizon)),
        tables=np.stack(tables.rows),
        templates=templates,
        reinforcement=_reinforcement(scenario.stories),
        corrections=stories.corrections,
        alias=_alias(accounts["rate"], trending is not None),
        slot_ends=np.ones((1, 1)) if trending is None else trending.slot_ends()[None, :],
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


def points(
    seed: int, purpose: int, who: int, what: int, rate: float, begin: float, end: float, curve: Array = _NONE
) -> Iterator[tuple[float, int, int]]:
    """(time, cell, j) of the points of a stateless Poisson process in (begin, end)."""
    time = begin
    while rate > 0:
        time, cell, j = next_point(np.uint64(seed), purpose, who, what, rate, time, end, curve)
        if time == np.inf:
            return
        yield float(time), int(cell), int(j)


def _buckets(feed: Feed, graph: FollowGraph) -> int:
    """Buckets of the agenda: few enough that filling them is cheap, each small enough to sort."""
    entries = graph.follows if feed.reading == "delay" else graph.accounts
    return int(min(max(entries // 64, 16), 8192))


def _account_records(feed: Feed, graph: FollowGraph, people: People) -> NDArray[np.void]:
    accounts = np.zeros(graph.accounts, ACCOUNT)
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
                Fault("the graph has no weights", key="feed.follow_weight", value='"graph"', advice="add a weight column or choose another")
            )
        return graph.weights
    weights: Array = 1.0 / graph.followee_counts()[graph.followers]
    return weights


def _curve(feed: Feed, clock: float) -> Array:
    """[clock, integral up to it, 25 integrals, 24 rates] with mean rate 1; empty if flat."""
    if feed.daily_curve == "flat":
        return _NONE
    raw = np.array(WAKING if feed.daily_curve == "waking" else feed.daily_curve, dtype=np.float64)
    if raw.sum() <= 0:
        raise InputError(Fault("all hours are zero", key="feed.daily_curve", advice="give at least one hour a weight"))
    rates = round24(raw * 24 / raw.sum())
    last = int(np.flatnonzero(rates)[-1])
    integrals = np.concatenate([[0.0], np.cumsum(rates)])
    # The day must close at exactly 24 operational hours: the last live hour takes the rest.
    rates[last] = 24.0 - integrals[last]
    integrals[last + 1 :] = 24.0
    hour = int(clock)
    passed = integrals[hour] + (clock - hour) * rates[hour]
    return np.concatenate([[clock, passed], integrals, rates])


class _Tables:
    """The rows of ``Rules.tables``, each law once; row 0 is the delay of reading."""

    def __init__(self, delay: Any) -> None:
        self.rows = [quantile_table(delay)]
        self._known: dict[Any, int] = {}

    def add(self, key: Any, make: Callable[[], Array]) -> int:
        """The row of the table that ``key`` names, made on first use."""
        if key not in self._known:
            table = np.zeros(TABLE_SIZE)
            made = make()
            table[: len(made)] = made
            self._known[key] = len(self.rows)
            self.rows.append(table)
        return self._known[key]

    def add_crowd(self, attention: int) -> int:
        """Rows of the age of the n-th newest background post at rate 1, n = 1 .. attention."""
        first = len(self.rows)
        self.rows += [table_of(partial(_erlang, n)) for n in range(1, attention + 1)]
        return first


def _erlang(n: int, lower: Array, upper: Array) -> Array:
    """Quantile of the time to the n-th point of a Poisson process of rate 1."""
    low, high = special.gammaincinv(n, lower), special.gammainccinv(n, upper)
    result: Array = np.where(lower < 0.5, low, high)
    return result


def _templates(stories: tuple[Story, ...], tables: _Tables) -> NDArray[np.void]:
    templates = np.zeros(len(stories), TEMPLATE)
    for column in ("vigour", "novelty", "post_novelty"):
        templates[column] = -1
    for row, story in zip(templates, stories, strict=True):
        if story.vigour is not None:
            row["vigour"] = tables.add(story.vigour, partial(gamma_table, story.vigour))
        for column in ("novelty", "post_novelty"):
            novelty = getattr(story, column)
            if novelty is not None:
                row[column] = tables.add(novelty, partial(_fading_table, novelty))
                row[f"{column}_unit"] = novelty.half_life / WORDS_A_HALF_LIFE
    return templates


def _fading_table(novelty: Novelty) -> Array:
    return tail_table(lambda words: _fading(novelty, words / WORDS_A_HALF_LIFE))


def _fading(novelty: Novelty, half_lives: Array) -> Array:
    """The factor at an age in half-lives."""
    if novelty.law == "exponential":
        result: Array = 0.5**half_lives
        return result
    scale = 1.0 / (2.0 ** (1.0 / novelty.exponent) - 1.0)
    return (1.0 + half_lives / scale) ** -novelty.exponent


def _reinforcement(stories: tuple[Story, ...]) -> Array:
    longest = max(len(story.reinforcement) for story in stories)
    return np.array([story.reinforcement + (story.reinforcement[-1],) * (longest - len(story.reinforcement)) for story in stories])


def _receptivity(scenario: Scenario, people: People, seed: int, categories: tuple[str, ...]) -> Array:
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


class _Stories:
    """Stories of a scenario laid out one by one, copies included."""

    def __init__(self, scenario: Scenario, graph: FollowGraph, people: People, seed: int) -> None:
        self._scenario, self._graph, self._people = scenario, graph, people
        templates = scenario.stories
        self.categories = tuple(sorted({story.category for story in templates}))
        copies = np.array([story.copies for story in templates])
        self._first = np.concatenate([[0], np.cumsum(copies)[:-1]])
        self.template = np.repeat(np.arange(len(templates)), copies)
        self.names = tuple(
            story.name if story.copies == 1 else f"{story.name}#{i + 1}" for story in templates for i in range(story.copies)
        )
        self.records = self._records(templates)
        self.corrections = self._corrections(templates)
        self.facts = tuple(self._facts(i) for i in range(len(self.names)))
        self._authors = [self._choose(story, t, seed) for t, story in enumerate(templates)]

    def _records(self, templates: tuple[Story, ...]) -> NDArray[np.void]:
        records = np.zeros(len(self.template), STORY)
        records["template"] = self.template
        records["appeal"] = [templates[t].appeal for t in self.template]
        records["report"] = [templates[t].report for t in self.template]
        records["category"] = [self.categories.index(templates[t].category) for t in self.template]
        records["credence"] = 1.0
        records["listed"] = 1
        records["born"] = -1.0
        records["top"] = -1
        return records

    def _corrections(self, templates: tuple[Story, ...]) -> NDArray[np.void]:
        """For each answered story the stories that correct it, in one flat table."""
        names = [story.name for story in templates]
        answering: dict[int, list[tuple[int, float]]] = {}
        for t, story in enumerate(templates):
            if story.answers is None:
                continue
            other = names.index(story.answers)
            if templates[other].copies != story.copies:
                raise InputError(
                    Fault(
                        "a correction needs as many copies as the story it answers",
                        key=f"stories[{t}].copies",
                        value=str(story.copies),
                        advice=f"set copies = {templates[other].copies}",
                    )
                )
            for i in range(story.copies):
                pair = (int(self._first[t]) + i, story.correction)
                answering.setdefault(int(self._first[other]) + i, []).append(pair)
        flat: list[tuple[int, float]] = []
        for answered, pairs in answering.items():
            self.records["correctors"][answered] = len(flat)
            self.records["corrected"][answered] = len(pairs)
            flat.extend(pairs)
        return np.array(flat, dtype=CORRECTION)

    def _facts(self, story: int) -> StoryFacts:
        template = self._scenario.stories[self.template[story]]
        answers = template.answers
        if answers is not None and template.copies > 1:
            answers = f"{answers}#{story - int(self._first[self.template[story]]) + 1}"
        return StoryFacts(self.names[story], template.truth, template.category, answers)

    def _choose(self, story: Story, t: int, seed: int) -> list[NDArray[np.int64]]:
        """The authors of each copy of a story; the same under every policy."""
        first = int(self._first[t])
        author = story.author
        fixed = self._named(author, t)
        if fixed is not None:
            return [fixed] * story.copies
        pool = self._pool(author, t)
        wanted = author.random or author.count or 1
        if wanted > len(pool):
            raise InputError(
                Fault(
                    f"there are only {len(pool)} such accounts",
                    key=f"stories[{t}].author",
                    value=str(wanted),
                    advice="ask for fewer, or enlarge the kind's share",
                )
            )
        return [_draw_some(pool, wanted, seed, first + i) for i in range(story.copies)]

    def _named(self, author: Author, t: int) -> NDArray[np.int64] | None:
        if author.most_followed is not None:
            counts = self._graph.follower_counts()
            if author.most_followed > len(counts):
                raise InputError(
                    Fault(f"there are only {len(counts)} accounts", key=f"stories[{t}].author.most_followed", value=str(author.most_followed))
                )
            return np.argsort(-counts, kind="stable")[: author.most_followed]
        if author.ids is None:
            return None
        chosen = []
        for i, each in enumerate(author.ids):
            try:
                chosen.append(self._graph.index_of(each))
            except InputError as error:
                raise InputError(
                    Fault(
                        "no account of the graph has this id",
                        key=f"stories[{t}].author.ids[{i}]",
                        value=show_value(each),
                        advice=error.faults[0].advice,
                    )
                ) from None
        return np.array(chosen, dtype=np.int64)

    def _pool(self, author: Author, t: int) -> NDArray[np.int64]:
        if author.kind is None:
            return np.arange(self._graph.accounts)
        if author.kind not in self._people.kinds:
            raise InputError(
                Fault("no such kind of account", key=f"stories[{t}].author.kind", value=f'"{author.kind}"', advice=nearest(author.kind, self._people.kinds))
            )
        return np.flatnonzero(self._people.kind == self._people.kinds.index(author.kind))

    def publications(self, seed: int, horizon: float) -> NDArray[np.void]:
        """Every planned post, sorted by time, author, story, k."""
        rows: list[tuple[float, int, int, int]] = []
        for t, story in enumerate(self._scenario.stories):
            for i, authors in enumerate(self._authors[t]):
                index = int(self._first[t]) + i
                for author in authors.tolist():
                    times = _times(story, author, index, seed, horizon)
                    rows.extend((time, author, index, k) for k, time in enumerate(times, start=1))
        table = np.array(rows, dtype=[(n, PUBLICATION[n]) for n in PUBLICATION.names or ()]).astype(PUBLICATION)
        return table[np.lexsort((table["k"], table["story"], table["author"], table["time"]))]


def _times(story: Story, author: int, index: int, seed: int, horizon: float) -> list[float]:
    if story.schedule is None:
        return sorted(story.at or (0.0,))
    end = min(story.schedule.end or horizon, horizon)
    planned = points(seed, Purpose.PUBLICATION, author, index, story.schedule.rate, story.schedule.begin, end)
    return [time for time, _, _ in planned]


def _draw_some(pool: NDArray[np.int64], wanted: int, seed: int, story: int) -> NDArray[np.int64]:
    """``wanted`` different members of ``pool``, in the order drawn."""
    chosen: dict[int, None] = {}
    attempt = 0
    while len(chosen) < wanted:
        words = philox(seed, address_word(Purpose.AUTHOR), attempt, story, 0)
        for word in words:
            if len(chosen) < wanted:
                chosen[int(pool[(word * len(pool)) >> 32])] = None
        attempt += 1
    return np.array(list(chosen), dtype=np.int64)
