"""What people write: a scenario and its parts. Every field has a unit and a reason.

The design of the form: strict, frozen, unknown keys refused, no NaN or infinity. A model
that validates is complete; what can only be known with the graph at hand (an id that does
not exist) is checked when the world is built, with the same kind of message.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, PrivateAttr, model_validator

from rumorsim.adversaries import AnyAdversary
from rumorsim.errors import nearest
from rumorsim.events import Kind
from rumorsim.graphs.config import Given, GraphConfig
from rumorsim.interventions import AnyIntervention
from rumorsim.measures import MEASURES
from rumorsim.models import AnyModel
from rumorsim.own_code import Handed, OwnCode
from rumorsim.plurals import counted
from rumorsim.scenario.accounts import Accounts, KindOfAccount, Name
from rumorsim.scenario.beliefs import Beliefs
from rumorsim.scenario.checks import raise_faults
from rumorsim.scenario.feed import CheckIns, Feed, feed_of
from rumorsim.scenario.inputs import input_files
from rumorsim.scenario.platforms import Platform, expand_presets
from rumorsim.shown import Shown, listed
from rumorsim.surfaces.trending import Trending
from rumorsim.units import Duration, PositiveDuration, Rate, Start
from rumorsim.written import Model, replaced, unchecked

if TYPE_CHECKING:
    from rumorsim.graphs.follows import FollowGraph

__all__ = [
    "Accounts",
    "Author",
    "CheckIns",
    "Feed",
    "KindOfAccount",
    "Novelty",
    "Policy",
    "Scenario",
    "Schedule",
    "Story",
]

#: Measures taken when a scenario names none: all that need no row for every single read.
DEFAULT_MEASURES: Final = (
    "reach",
    "shares",
    "cascades",
    "reproduction",
    "attention",
    "enforcement",
    "collateral",
)


#: The words for kinds of event.
KINDS: Final = tuple(kind.name.lower() for kind in Kind)


class Author(Model):
    """Who starts a story: exactly one way of choosing, the same in every policy."""

    kind: Name | None = Field(None, description="accounts of this kind, at random")
    ids: tuple[int | str, ...] | None = Field(
        None,
        strict=False,
        min_length=1,
        max_length=100_000,
        fail_fast=True,
        description="these accounts, by the graph's ids",
    )
    most_followed: int | None = Field(
        None, ge=1, le=100_000, description="how many of the most followed accounts"
    )
    random: int | None = Field(
        None, ge=1, le=100_000, description="how many accounts, drawn at random"
    )
    count: int | None = Field(None, ge=1, le=100_000, description="with kind: how many (default 1)")

    @model_validator(mode="after")
    def _one_way(self) -> Author:
        ways = [self.kind, self.ids, self.most_followed, self.random]
        if sum(way is not None for way in ways) != 1:
            raise ValueError("choose exactly one of kind, ids, most_followed, random")
        if self.count is not None and self.kind is None:
            raise ValueError("count goes with kind")
        return self


class Schedule(Model):
    """Publications as a Poisson process, for each author its own."""

    rate: Rate = Field(description="publications by each author")
    begin: Duration = Field("0 h", description="from here")  # type: ignore[assignment]
    end: PositiveDuration | None = Field(None, description="to here; absent: to the horizon")


class Novelty(Model):
    """How a factor falls with age, from 1."""

    law: Literal["exponential", "power"] = Field("exponential", description="how it falls")
    half_life: PositiveDuration = Field(description="age at which the factor is one half")
    exponent: float = Field(
        1.0, ge=0.001, le=20, description="power: (1 + age / scale) ** -exponent"
    )


class Story(Model):
    """A topic that posts carry: what it is, how it appeals, who starts it.

    Example::

        Story(name="rumor", truth=False, appeal=0.1, author={"kind": "self-media", "count": 3})
    """

    name: Name = Field(description="unique name")
    truth: bool = Field(description="whether it is true; the platform does not know")
    category: Name = Field(
        "ordinary-news",
        description="what the platform sees of it: a listed category or a name of your own",
    )
    appeal: float = Field(ge=0, le=1000, description="base of P(share | read)")
    author: Author = Field(description="who publishes it")
    at: tuple[Duration, ...] | None = Field(
        None,
        strict=False,
        min_length=1,
        max_length=100_000,
        fail_fast=True,
        description='publication times of each author (default ["0 h"])',
    )
    schedule: Schedule | None = Field(None, description="instead of `at`: a Poisson process")
    copies: int = Field(
        1, ge=1, le=1_000_000, description="how many independent stories of this description"
    )
    report: float = Field(
        0.0, ge=0, le=1, description="P(report | read); one report of a story per account"
    )
    vigour: float | None = Field(
        None, gt=0, le=1e6, description="gamma shape of the posts' vigour (mean 1); absent: 1"
    )
    novelty: Novelty | None = Field(None, description="how the story's appeal falls with its age")
    post_novelty: Novelty | None = Field(
        None, description="how a post's appeal falls with its own age"
    )
    reinforcement: tuple[Annotated[float, Field(ge=0, le=1000)], ...] = Field(
        (1.0,),
        strict=False,
        min_length=1,
        max_length=64,
        description="factor at the 1st, 2nd ... read; the last one holds from there on",
    )
    answers: Name | None = Field(None, description="the story that this one corrects")
    correction: float = Field(
        0.5,
        ge=0,
        le=1,
        description="with answers: factor on P(share) of the answered story for who has"
        " read this (assumption)",
    )
    convinces: float = Field(
        1.0,
        ge=0,
        le=1,
        description="with answers: share of its readers who no longer believe the answered story"
        " (assumption)",
    )
    backfire: float = Field(
        0.0,
        ge=0,
        le=1,
        description="with answers: share of its readers on whom it backfires",
    )
    backfire_factor: float = Field(
        1.5, ge=1, le=100, description="with backfire: their factor on P(share) (assumption)"
    )
    belief: float = Field(
        0.0, ge=0, le=1, description="P(believe | read); 0: belief is not followed"
    )
    if_doubted: float = Field(
        1.0, ge=0, le=1, description="with belief: factor on P(share) for who does not believe it"
    )

    @model_validator(mode="after")
    def _fits(self) -> Story:
        if self.at is not None and self.schedule is not None:
            raise ValueError("give `at` or `schedule`, not both")
        if self.answers == self.name:
            raise ValueError("a story cannot answer itself")
        for name, default in (("correction", 0.5), ("convinces", 1.0), ("backfire", 0.0)):
            if self.answers is None and getattr(self, name) != default:
                raise ValueError(f"{name} goes with answers")
        if self.backfire == 0 and self.backfire_factor != 1.5:
            raise ValueError("backfire_factor goes with backfire")
        if self.belief == 0 and self.if_doubted != 1:
            raise ValueError("if_doubted goes with belief")
        return self


class Policy(Model):
    """A named set of interventions.

    Example::

        Policy(name="close", interventions=[{"kind": "close-accounts", "when": {"reports": 5}}])
    """

    name: Name = Field(description="unique name; `none` always exists and does nothing")
    interventions: tuple[AnyIntervention, ...] = Field(
        strict=False, max_length=1000, description="what the platform does, in this order"
    )
    own: tuple[OwnCode, ...] | None = Field(
        None,
        strict=False,
        description="functions handed over from Python that act as well; written by rumorsim",
    )


class OwnMeasure(OwnCode):
    """A measure that was handed over from Python: what it is called, and what it reads."""

    name: Name = Field(description="its name among the measures")
    needs: tuple[Literal[KINDS], ...] = Field(  # type: ignore[valid-type]
        strict=False, description="kinds of event that it reads"
    )
    meanings: dict[str, Annotated[tuple[str, str], Field(strict=False)]] = Field(
        default_factory=dict, description="unit and meaning by pattern of its numbers' keys"
    )


class Scenario(Model):
    """A world, what is said in it, and the policies to compare.

    Read from a file with :func:`rumorsim.load`, or made in Python of the same keys. It never
    changes: :meth:`set` and :meth:`with_` make another one. Durations are text with a unit
    ("90 min", "12 h", "3 d") and hours (float) once read; rates are text such as "2 per day".

    Example::

        scenario = rumorsim.Scenario(
            horizon="1 d",
            graph={"kind": "power-law", "accounts": 1000, "mean_followers": 12},
            stories=[
                {"name": "rumor", "truth": False, "appeal": 0.1, "author": {"random": 3}},
            ],
            policies=[
                {
                    "name": "close accounts",
                    "interventions": [{"kind": "close-accounts", "when": {"at": ["2 h"]}}],
                },
            ],
        )
        rumorsim.run(scenario, "close accounts", seed=7)
    """

    name: Name = Field("scenario", description="what reports call it")
    start: Start = Field(
        datetime(2023, 1, 1),
        validate_default=False,
        description="local date and time at hour 0; anchors the daily curve",
    )
    horizon: PositiveDuration = Field(description="how long to run")
    seed: int = Field(1, ge=0, lt=2**64, description="the seed of the world; --seed overrides it")
    graph: GraphConfig = Field(description="the follow graph")
    accounts: Accounts = Field(default_factory=Accounts, description="who is there")
    feed: Feed = Field(default_factory=Feed, description="how posts are read")
    model: AnyModel | None = Field(
        None, description="a classical model of contacts instead of the feed; absent: the feed"
    )
    stories: tuple[Story, ...] = Field(
        strict=False, min_length=1, max_length=10_000, description="what is said"
    )
    trending: Trending | None = Field(None, description="the trending list; absent: there is none")
    platforms: dict[Name, Platform] = Field(
        default_factory=dict,
        max_length=100,
        description="platforms by name; absent: one, with the trending list above",
    )
    beliefs: Beliefs = Field(
        default_factory=Beliefs, description="what moves trust and the will to post"
    )
    adversaries: tuple[AnyAdversary, ...] = Field(
        (),
        strict=False,
        max_length=1000,
        description="who spreads on purpose, pays for it, or comes back: under every policy",
    )
    policies: tuple[Policy, ...] = Field(
        (), strict=False, max_length=1000, description="what platforms may do about it"
    )
    prices: dict[Name, Annotated[float, Field(ge=0, le=1e12)]] = Field(
        default_factory=dict,
        max_length=1000,
        description="what a moderation action costs, by its verb; 1 where none is named, but a"
        " moot case 0",
    )
    measures: tuple[str, ...] = Field(
        DEFAULT_MEASURES, strict=False, min_length=1, description="what to measure"
    )
    own_measures: tuple[OwnMeasure, ...] | None = Field(
        None,
        strict=False,
        description="those of the measures that were handed over from Python; written by rumorsim",
    )
    #: No keys people write: the first comes with the file, the others from Python.
    _base_dir: Path = PrivateAttr(default_factory=Path.cwd)
    _file: str = PrivateAttr("")
    _follow_graph: FollowGraph | None = PrivateAttr(None)
    _handed: Handed = PrivateAttr(default_factory=Handed)

    @model_validator(mode="before")
    @classmethod
    def _with_presets(cls, values: Any) -> Any:
        return expand_presets(values)

    @model_validator(mode="after")
    def _fits_together(self) -> Scenario:
        raise_faults(self)
        return self

    def __eq__(self, other: object) -> bool:
        """Whether every key, the folder and the graph are equal; the file's name does not count."""
        if isinstance(other, Scenario) and other._file != self._file:
            other = other.model_copy()
            other._file = self._file
        return super().__eq__(other)

    def facts_shown(self) -> Sequence[tuple[str, Any]]:
        graph = self.graph.written(given=True)
        yields = [
            ("name", self.name),
            ("time", f"{self.horizon:g} h from {self.start:%Y-%m-%d %H:%M}, seed {self.seed}"),
            ("graph", ", ".join(f"{key} {value}" for key, value in graph.items())),
            ("kinds", listed(["ordinary", *self.accounts.kinds])),
        ]
        if self.model is not None:
            yields.append(("model", self.model.kind))
        if self.platforms:
            yields.append(("platforms", listed(self.platforms)))
        for story in self.stories[:5]:
            truth = "true" if story.truth else "false"
            told = f"{story.name} ({truth}, {story.category}), appeal {story.appeal:g}"
            yields.append(("story", told))
        if len(self.stories) > 5:
            yields.append(
                ("", f"and {counted(len(self.stories) - 5, 'more story', 'more stories')}")
            )
        if self.adversaries:
            yields.append(("adversaries", listed(each.kind for each in self.adversaries)))
        for policy in self.policies[:8]:
            kinds = listed(each.kind for each in policy.interventions)
            yields.append(("policy", f"{policy.name}: {kinds}"))
        if len(self.policies) > 8:
            yields.append(
                ("", f"and {counted(len(self.policies) - 8, 'more policy', 'more policies')}")
            )
        return [*yields, ("measures", listed(self.measures, 12))]

    def __repr__(self) -> str:
        return Shown.__repr__(self)

    def describe(self) -> str:
        """The methods text: an account after the ODD protocol, in Markdown.

        Every number is there, and whether it was given, is a default, or is an assumption.
        InputError where a file that it reads is gone.
        """
        from rumorsim.scenario.described import described

        return described(self)

    def policy(self, name: str) -> Policy:
        """The policy of that name; ``none`` is always there. KeyError names the nearest."""
        if name == "none":
            return Policy(name="none", interventions=())
        for policy in self.policies:
            if policy.name == name:
                return policy
        raise KeyError(nearest(name, ["none", *(p.name for p in self.policies)]))

    @property
    def policy_names(self) -> tuple[str, ...]:
        """``none`` and the names of the policies, in order."""
        return ("none", *(policy.name for policy in self.policies))

    @property
    def only_platform(self) -> Platform:
        """The platform there is where none is named."""
        return unchecked(Platform, trending=self.trending)

    @property
    def platforms_by_key(self) -> dict[str, Platform]:
        """Every platform by what its keys begin with: "platforms.NAME.", or "" for the only one."""
        named = {f"platforms.{name}.": each for name, each in self.platforms.items()}
        return named or {"": self.only_platform}

    def wants(self, kind: Kind) -> bool:
        """Whether a measure asks for events of a kind that is off unless asked for."""
        return any(kind in self.needs_of(name) for name in self.measures)

    def needs_of(self, measure: str) -> frozenset[Kind]:
        """The kinds of event that a measure of this scenario reads."""
        for own in self.own_measures or ():
            if own.name == measure:
                return frozenset(Kind[need.upper()] for need in own.needs)
        return MEASURES[measure].needs if measure in MEASURES else frozenset()

    @property
    def reading(self) -> Feed:
        """The feed, or what stands for it in the terms of the model."""
        return self.feed if self.model is None else feed_of(self.model.terms())

    @property
    def base_dir(self) -> Path:
        """Where relative paths start: the folder of the file this was read from."""
        return self._base_dir

    @property
    def file(self) -> str:
        """The file this was read from; "" where it came from text or Python."""
        return self._file

    def at(self, base_dir: Path, file: str = "") -> Scenario:
        """The same scenario with relative paths starting at ``base_dir``, read from ``file``.

        It is kept as an absolute path: the process may change its folder, and the workers
        that a scenario travels to may have been started in another one.
        """
        moved = self.model_copy()
        moved._base_dir = base_dir.absolute()
        moved._file = file or self._file
        return moved

    @property
    def follow_graph(self) -> FollowGraph | None:
        """The graph handed over with :meth:`on`, if one was."""
        return self._follow_graph

    def on(self, graph: Any, *, direction: str | None = None, both_ways: bool = False) -> Scenario:
        """The same scenario on a graph of yours, of networkx, igraph, scipy, numpy or a table.

        ``direction`` says what an edge u -> v means, "follower followee" or "followee
        follower"; with ``both_ways`` each edge stands for two follows, whether the graph is
        directed or not. One of the two is needed, except for a FollowGraph, which takes
        neither. See ``rumorsim.follow_graph`` for the kinds of graphs. Results say that they
        cannot be made again from a file alone; they hold the graph's digest.
        """
        from rumorsim.graphs.handed import follow_graph

        graph = follow_graph(graph, direction=direction, both_ways=both_ways)
        given = replaced(self, graph=Given(kind="given", sha256=graph.digest()))
        given._follow_graph = graph
        return given

    @property
    def handed(self) -> Handed:
        """The policies and measures of the user's own that were handed over."""
        return self._handed

    def with_handed(self, handed: Handed) -> Scenario:
        """The same scenario with the code at hand that its policies and measures name."""
        if not handed:
            return self
        given = self.model_copy()
        given._handed = self._handed | handed
        return given

    def pinned(self) -> Scenario:
        """The same scenario with the SHA-256 of every file it reads; InputError if one is gone."""
        digests = input_files(self)
        update: dict[str, Any] = {}
        if "graph.path" in digests:
            update["graph"] = replaced(self.graph, sha256=digests["graph.path"])
        if "accounts.file" in digests:
            update["accounts"] = replaced(self.accounts, sha256=digests["accounts.file"])
        return replaced(self, **update)

    def resolved(self) -> dict[str, Any]:
        """Every default explicit and every file pinned: what results store and `load` reads.

        Plain JSON values in the form people write. Absent means none; see :meth:`pinned`.
        """
        return self.pinned().written()

    def written(self, *, given: bool = False) -> dict[str, Any]:
        values = super().written(given=given)
        # With a model neither has any effect, and neither may be written.
        out_of_force = () if self.model is None else ("feed", "platforms")
        return {key: value for key, value in values.items() if key not in out_of_force}

    def made_from(self, values: dict[str, Any]) -> Scenario:
        made = super().made_from(values).at(self.base_dir).with_handed(self._handed)
        if self._follow_graph is not None and isinstance(made.graph, Given):
            return made.on(self._follow_graph)
        return made
