"""What people write: a scenario and its parts. Every field has a unit and a reason.

The design of the form: strict, frozen, unknown keys refused, no NaN or infinity. A model
that validates is complete; what can only be known with the graph at hand (an id that does
not exist) is checked when the world is built, with the same kind of message.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)

from rumorsim.errors import nearest
from rumorsim.graphs.config import GraphConfig
from rumorsim.interventions import AnyIntervention
from rumorsim.laws import Law, Lomax, Model
from rumorsim.scenario.checks import raise_faults, without_nulls
from rumorsim.scenario.inputs import input_files
from rumorsim.surfaces.trending import Trending
from rumorsim.units import Duration, PositiveDuration, Rate, Start

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

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Curve = Annotated[
    tuple[Annotated[float, Field(ge=0, le=1e6)], ...],
    Field(strict=False, min_length=24, max_length=24),
]

Shape = Annotated[
    Annotated[float, Field(gt=0.01, le=1e6)] | None,
    # TOML has no null, so that "alike" is what people write for "no gamma law at all".
    BeforeValidator(lambda value: None if value == "alike" else value),
    PlainSerializer(lambda shape: "alike" if shape is None else shape),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0.01, "maximum": 1e6},
                {"const": "alike"},
            ]
        }
    ),
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


class KindOfAccount(Model):
    """A kind of account: how common it is and what sets it apart."""

    share: float = Field(ge=0, le=1, description="share of all accounts")
    prominence: float = Field(
        0.0,
        ge=0,
        le=10,
        description="how much it is found among the followed: weight (followers + 1) ** prominence",
    )
    official: bool = Field(
        False, description="speaks for the authorities: its posts meet the reader's trust"
    )
    check_ins: float = Field(1.0, gt=0, le=1000, description="factor on the rate of check-ins")


def default_kinds() -> dict[str, KindOfAccount]:
    """Shares and prominence are assumptions: no platform publishes them."""
    return {
        "official-media": KindOfAccount(share=0.002, prominence=1.5, official=True),
        "celebrity": KindOfAccount(share=0.001, prominence=2.0),
        "self-media": KindOfAccount(share=0.03, prominence=1.0),
    }


class Accounts(Model):
    """Who is there: kinds, persons, receptivity, trust; a file can set any of it by id."""

    file: str | None = Field(
        None,
        min_length=1,
        max_length=4096,
        description="CSV or Parquet with a column `id` and any of kind, person, "
        "check_ins (per day), receptivity, trust, official",
    )
    sha256: str | None = Field(
        None,
        min_length=64,
        max_length=64,
        description="SHA-256 of the file; where it is given, a changed file is refused. "
        "The resolved form holds it.",
    )
    kinds: dict[Name, KindOfAccount] = Field(
        default_factory=default_kinds,
        max_length=100,
        description="kinds by name; whoever is none of these is `ordinary`",
    )
    second: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="share of accounts that are a second account of another's person",
    )
    receptivity: float | None = Field(
        None,
        gt=0,
        le=1e6,
        description="gamma shape of receptivity by account and category (mean 1); absent: 1 for all",
    )
    trust: float = Field(1.0, ge=0, le=100, description="mean factor on official posts, by reader")
    trust_shape: float | None = Field(
        None, gt=0, le=1e6, description="gamma shape of trust; absent: the same for all"
    )

    @model_validator(mode="after")
    def _fits(self) -> Accounts:
        if self.sha256 is not None and self.file is None:
            raise ValueError("sha256 goes with file")
        if "ordinary" in self.kinds:
            raise ValueError(
                '"ordinary" is whoever is of no other kind; it cannot be given a share'
            )
        if sum(kind.share for kind in self.kinds.values()) > 1 + 1e-9:
            raise ValueError("the shares of the kinds add up to more than 1")
        return self


class CheckIns(Model):
    """How often accounts open the app: a gamma law of Poisson rates."""

    mean: Rate = Field(
        0.468 / 773 * 3600,
        validate_default=False,
        description="mean rate; default fitted to delays of later-generation Weibo reposts (KS 0.020)",
    )
    shape: Shape = Field(
        0.468,
        description='gamma shape across accounts (measured 0.468), or "alike": the same for all',
    )


class Feed(Model):
    """How posts are read."""

    reading: Literal["check-in", "delay"] = Field(
        "check-in",
        description="check-in: batches at the account's own times; delay: each delivery after its own delay",
    )
    attention: Annotated[int, Field(ge=1, le=10_000)] | Literal["unlimited"] = Field(
        20, description="posts read at a check-in, newest first (assumption)"
    )
    check_ins: CheckIns = Field(default_factory=CheckIns, description="the accounts' timetables")
    background: Rate = Field(
        100 / 24,
        validate_default=False,
        description="other posts that reach each feed and push world posts down (assumption)",
    )
    background_by: Literal["account", "followee"] = Field(
        "account",
        description="the background rate is for each account, or for each account it follows",
    )
    delay: Law = Field(
        Lomax(law="lomax", shape=0.468, scale="773 s"),  # type: ignore[arg-type]
        validate_default=False,
        description="for reading = delay: from delivery to reading; default fitted to Weibo reposts",
    )
    daily_curve: Literal["flat", "waking"] | Curve = Field(
        "flat",
        description="activity by hour of the day: 24 weights, or waking (an assumption: quiet 1-6, peaks 12 and 21)",
    )
    follow_weight: Literal["none", "one-over-followees", "graph"] = Field(
        "none",
        description="factor on P(share) by follow: none, the weighted cascade, or the graph's weights",
    )
    friction: float = Field(
        1.0, ge=0, le=1, description="factor on every P(share) on this platform"
    )


class Author(Model):
    """Who starts a story: exactly one way of choosing, the same in every policy."""

    kind: Name | None = Field(None, description="accounts of this kind, at random")
    ids: tuple[int | str, ...] | None = Field(
        None,
        strict=False,
        min_length=1,
        max_length=100_000,
        description="these accounts, by the graph's ids",
    )
    most_followed: int | None = Field(
        None, ge=1, le=100_000, description="the so many most followed accounts"
    )
    random: int | None = Field(None, ge=1, le=100_000, description="so many accounts at random")
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
    exponent: float = Field(1.0, gt=0, le=20, description="power: (1 + age / scale) ** -exponent")


class Story(Model):
    """A topic that posts carry: what it is, how it appeals, who starts it."""

    name: Name = Field(description="unique name")
    truth: bool = Field(description="whether it is true; the desk does not know, the world does")
    category: Name = Field("ordinary-news", description="what the desk sees of it")
    appeal: float = Field(ge=0, le=1000, description="base of P(share | read)")
    author: Author = Field(description="who publishes it")
    at: tuple[Duration, ...] | None = Field(
        None,
        strict=False,
        min_length=1,
        max_length=100_000,
        description='publication times of each author (default ["0 h"])',
    )
    schedule: Schedule | None = Field(None, description="instead of `at`: a Poisson process")
    copies: int = Field(
        1, ge=1, le=1_000_000, description="so many independent stories of this description"
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
        description="factor at the 1st, 2nd ... read; the last one goes on",
    )
    answers: Name | None = Field(None, description="the story that this one corrects")
    correction: float = Field(
        0.5,
        ge=0,
        le=1,
        description="with answers: factor on P(share) of the answered story for who has read this (assumption)",
    )

    @model_validator(mode="after")
    def _fits(self) -> Story:
        if self.at is not None and self.schedule is not None:
            raise ValueError("give `at` or `schedule`, not both")
        if self.answers == self.name:
            raise ValueError("a story cannot answer itself")
        if self.answers is None and self.correction != 0.5:
            raise ValueError("correction goes with answers")
        return self


class Policy(Model):
    """A named set of interventions."""

    name: Name = Field(description="unique name; `none` always exists and does nothing")
    interventions: tuple[AnyIntervention, ...] = Field(
        strict=False, max_length=1000, description="what the platform does, in this order"
    )


class Scenario(Model):
    """A world, what is said in it, and the policies to compare."""

    name: Name = Field("scenario", description="what reports call it")
    start: Start = Field(
        datetime(2023, 1, 1),
        validate_default=False,
        description="local date and time at hour 0; anchors the daily curve",
    )
    horizon: PositiveDuration = Field(description="how long to run")
    seed: int = Field(1, ge=0, lt=2**64, description="the world's luck; --seed overrides it")
    graph: GraphConfig = Field(description="the follow graph")
    accounts: Accounts = Field(default_factory=Accounts, description="who is there")
    feed: Feed = Field(default_factory=Feed, description="how posts are read")
    stories: tuple[Story, ...] = Field(
        strict=False, min_length=1, max_length=10_000, description="what is said"
    )
    trending: Trending | None = Field(None, description="the trending list; absent: there is none")
    policies: tuple[Policy, ...] = Field(
        (), strict=False, max_length=1000, description="what platforms may do about it"
    )
    measures: tuple[str, ...] = Field(
        DEFAULT_MEASURES, strict=False, min_length=1, description="what to measure"
    )
    #: No key people write: it comes with the file.
    _base_dir: Path = PrivateAttr(default_factory=Path)

    @model_validator(mode="after")
    def _fits_together(self) -> Scenario:
        raise_faults(self)
        return self

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
    def base_dir(self) -> Path:
        """Where relative paths start: the folder of the file this was read from."""
        return self._base_dir

    def at(self, base_dir: Path) -> Scenario:
        """The same scenario with relative paths starting at ``base_dir``."""
        moved = self.model_copy()
        moved._base_dir = base_dir
        return moved

    def pinned(self) -> Scenario:
        """The same scenario with the SHA-256 of every file it reads; InputError if one is gone."""
        digests = input_files(self)
        update: dict[str, Any] = {}
        if "graph.path" in digests:
            pin = {"sha256": digests["graph.path"]}
            update["graph"] = self.graph.model_copy(update=pin)
        if "accounts.file" in digests:
            pin = {"sha256": digests["accounts.file"]}
            update["accounts"] = self.accounts.model_copy(update=pin)
        return self.model_copy(update=update)

    def resolved(self) -> dict[str, Any]:
        """Every default explicit and every file pinned: what results store and `load` reads.

        Plain JSON values in the form people write. Absent means none; see :meth:`pinned`.
        """
        plain: dict[str, Any] = without_nulls(self.pinned().model_dump(mode="json", by_alias=True))
        return plain
