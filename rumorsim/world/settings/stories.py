"""What people write under [[stories]]: what is said, by whom, when, and how it appeals."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from rumorsim.common.factor_laws import FactorLaw
from rumorsim.common.laws import Law, Lognormal
from rumorsim.common.settings import Model
from rumorsim.common.units import Duration, Factor, PositiveDuration, Rate, Times, ZeroToOne
from rumorsim.world.settings.accounts import Name

#: Delays of first-generation reposts on Weibo, of posts made at 8 to 21 h, fitted (KS 0.015).
WEIBO_VISIT_DELAY: Final = Lognormal.model_validate(
    {"law": "lognormal", "median": "8425 s", "sigma": 2.315}
)


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


class Visits(Model):
    """Readers who come upon an original by search, a profile or a topic page, not in their feed.

    Example::

        Visits(mean=200, sigma=1.5)
    """

    mean: float = Field(
        ge=0, le=1e6, description="visits of each original, on average over stories"
    )
    sigma: float = Field(
        0.0,
        ge=0,
        le=3,
        description="standard deviation of the logarithm of that number across `copies`"
        " (lognormal, the mean is kept); 0: all alike",
    )
    followers_exponent: float = Field(
        0.0,
        ge=0,
        le=2,
        description="who comes: every other account of the platform in proportion to"
        " (followers + 1) ** followers_exponent; 0: all alike",
    )
    delay: Law = Field(
        WEIBO_VISIT_DELAY,
        validate_default=False,
        description="from the original to a visit; default fitted to first-generation reposts on"
        " Weibo (KS 0.015)",
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
    appeal: Factor = Field(description="base of P(share | read)")
    author: Author = Field(description="who publishes it")
    at: Times | None = Field(None, description='publication times of each author (default ["0 h"])')
    schedule: Schedule | None = Field(None, description="instead of `at`: a Poisson process")
    copies: int = Field(
        1, ge=1, le=1_000_000, description="how many independent stories of this description"
    )
    appeal_across: FactorLaw | None = Field(
        None,
        description="how the appeal differs from story to story of this description: a factor with"
        " mean 1, drawn once a story; absent: 1",
    )
    original: Factor = Field(
        1.0, description="factor on P(share) of the original itself, not of its shares"
    )
    original_across: FactorLaw | None = Field(
        None,
        description="how `original` differs from story to story: a factor with mean 1, drawn once a"
        " story; absent: 1",
    )
    shares_across: FactorLaw | None = Field(
        None,
        description="how P(share) of the shares of the original, and of their shares, differs from"
        " story to story: a factor with mean 1, drawn once a story; absent: 1",
    )
    rank_exponent: float = Field(
        0.0,
        ge=0,
        le=5,
        description="factor on P(share) of a share by how many shares of the same post came before"
        " it: (1 + earlier shares / rank_scale) ** -rank_exponent; 0: 1 for all",
    )
    rank_scale: float = Field(
        2.0,
        ge=0.01,
        le=1e9,
        description="with rank_exponent: earlier shares at which that factor is 2 **"
        " -rank_exponent (estimated on Weibo)",
    )
    audience_exponent: float = Field(
        0.0,
        ge=-3,
        le=3,
        description="factor on P(share) of a post by the followers of its author:"
        " ((followers + 1) / (audience_reference + 1)) ** -audience_exponent; 0: 1 for all",
    )
    audience_reference: float = Field(
        100.0,
        ge=0,
        le=1e9,
        description="with audience_exponent: followers at which that factor is 1 (assumption)",
    )
    report: ZeroToOne = Field(
        0.0, description="P(report | read); one report of a story per account"
    )
    vigour: float | None = Field(
        None, gt=0, le=1e6, description="gamma shape of the posts' vigour (mean 1); absent: 1"
    )
    novelty: Novelty | None = Field(None, description="how the story's appeal falls with its age")
    post_novelty: Novelty | None = Field(
        None, description="how a post's appeal falls with its own age"
    )
    visits: Visits | None = Field(
        None,
        description="readers who come upon the originals by search, a profile or a topic page;"
        " absent: none",
    )
    reinforcement: tuple[Annotated[float, Field(ge=0, le=1000)], ...] = Field(
        (1.0,),
        strict=False,
        min_length=1,
        max_length=64,
        description="factor at the 1st, 2nd ... read; the last one holds from there on",
    )
    again: ZeroToOne = Field(
        0.0,
        description="factor on P(share) of who has shared the story, or published it, once for each"
        " time; 0: nobody shares it twice",
    )
    answers: Name | None = Field(None, description="the story that this one corrects")
    correction: ZeroToOne = Field(
        0.5,
        description="with answers: factor on P(share) of the answered story for who has"
        " read this (assumption)",
    )
    convinces: ZeroToOne = Field(
        1.0,
        description="with answers: share of its readers who no longer believe the answered story"
        " (assumption)",
    )
    backfire: ZeroToOne = Field(
        0.0, description="with answers: share of its readers on whom it backfires"
    )
    backfire_factor: float = Field(
        1.5, ge=1, le=100, description="with backfire: their factor on P(share) (assumption)"
    )
    belief: ZeroToOne = Field(0.0, description="P(believe | read); 0: belief is not followed")
    if_doubted: ZeroToOne = Field(
        1.0, description="with belief: factor on P(share) for accounts that do not believe it"
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
        if self.audience_exponent == 0 and self.audience_reference != 100:
            raise ValueError("audience_reference goes with audience_exponent")
        if self.rank_exponent == 0 and self.rank_scale != 2:
            raise ValueError("rank_scale goes with rank_exponent")
        if self.backfire == 0 and self.backfire_factor != 1.5:
            raise ValueError("backfire_factor goes with backfire")
        if self.belief == 0 and self.if_doubted != 1:
            raise ValueError("if_doubted goes with belief")
        return self
