"""What people write under [accounts]: kinds (or a preset of them), persons, trust."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from rumorsim.common.settings import Model
from rumorsim.common.units import Factor, Sha256, ZeroToOne
from rumorsim.world.settings.presets import over, preset

#: One line of text that names something.
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class KindOfAccount(Model):
    """A kind of account: how common it is and what sets it apart."""

    share: ZeroToOne = Field(description="share of all accounts")
    prominence: float = Field(
        0.0,
        ge=0,
        le=10,
        description="how much it is found among the followed: weight (followers + 1) ** prominence",
    )
    official: bool = Field(
        False, description="official: the reader's trust in official sources weighs its posts"
    )
    check_ins: Factor = Field(
        1.0,
        description="factor on the rate of check-ins (with a model: of contacts); 0 reads nothing",
    )
    receptivity: Factor = Field(
        1.0, description="factor on P(share) of what it reads; 0 shares nothing"
    )
    credence: ZeroToOne = Field(
        1.0, description="factor on P(share) of what it posts, before any label"
    )
    posting: Factor = Field(1.0, description="factor on the rate of a story's `schedule`")
    dependence: ZeroToOne = Field(0.0, description="share of its posting that follows its income")
    earnings: float = Field(
        0.0, ge=0, le=1e6, description="money it earns by 1,000 reads of its posts"
    )
    countable: ZeroToOne = Field(
        1.0, description="weight of its engagement on surfaces, before any discount"
    )


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
        "check_ins (per day), receptivity, trust, official, credence, posting, dependence, "
        "earnings, countable",
    )
    sha256: Sha256 | None = Field(
        None,
        description="SHA-256 of the file; where it is given, a changed file is refused. "
        "The resolved form holds it.",
    )
    isolated: bool = Field(
        False,
        description="Whether an id of the file that the graph lacks is an account without follows;"
        " without this it is refused.",
    )
    preset: Name | None = Field(
        None,
        description="kinds to include by name, such as catalogue; what is written under kinds"
        " overrides it key by key. The resolved form holds the kinds instead.",
    )
    kinds: dict[Name, KindOfAccount] = Field(
        default_factory=default_kinds,
        max_length=100,
        description="kinds by name; an account of none of these is `ordinary`",
    )
    second: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="share of accounts that are a second account of another's person",
    )
    elsewhere: ZeroToOne = Field(
        0.0,
        description="share of accounts on any but the first platform whose person has one on an"
        " earlier platform",
    )
    receptivity: float | None = Field(
        None,
        gt=0,
        le=1e6,
        description="gamma shape of receptivity by account and category (mean 1);"
        " absent: 1 for all",
    )
    homophily: ZeroToOne = Field(
        0.0,
        description="how much the receptivity of an account resembles that of those it follows:"
        " half of this is the share of its normal score that comes from them; goes with"
        " receptivity",
    )
    trust: float = Field(
        1.0,
        ge=0,
        le=100,
        description="mean factor on official posts, by reader; at most 100 for anybody",
    )
    trust_shape: float | None = Field(
        None, gt=0, le=1e6, description="gamma shape of trust; absent: the same for all"
    )

    @model_validator(mode="before")
    @classmethod
    def _included(cls, values: Any) -> Any:
        """The kinds of the preset, with what is written laid over them, in its place."""
        if not isinstance(values, dict) or not isinstance(values.get("preset"), str):
            return values
        kinds = over(preset("kinds", values["preset"])["kinds"], values.get("kinds", {}))
        return {**values, "preset": None, "kinds": kinds}

    @model_validator(mode="after")
    def _fits(self) -> Accounts:
        if self.sha256 is not None and self.file is None:
            raise ValueError("sha256 goes with file")
        if self.isolated and self.file is None:
            raise ValueError("isolated goes with file")
        if self.homophily > 0 and self.receptivity is None:
            raise ValueError("homophily goes with receptivity: without it all are alike")
        if "ordinary" in self.kinds:
            raise ValueError(
                '"ordinary" is every account of no other kind; it cannot be given a share'
            )
        if sum(kind.share for kind in self.kinds.values()) > 1 + 1e-9:
            raise ValueError("the shares of the kinds add up to more than 1")
        return self
