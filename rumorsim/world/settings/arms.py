"""What people write under [arms]: which accounts an experiment treats, and when."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from rumorsim.common.settings import Model
from rumorsim.common.units import Count, Duration, PositiveDuration, ZeroToOne

#: By what accounts are treated together.
By = Literal["account", "attribute", "community", "ego", "everyone", "followers"]


class Arms(Model):
    """The arms of an experiment: who is treated, and from when.

    An intervention with ``readers = "treated"`` changes only what treated accounts see, and one
    with ``whom.arm = "treated"`` acts only upon treated accounts. Whole units are treated or not:
    single accounts, all accounts with the same attribute, communities of the follow graph, or an
    account with those around it. Of the units exactly a ``share`` is treated, to the nearest one.
    With ``by = "followers"`` nothing is drawn: the most followed accounts are treated, as by a
    policy with a threshold, and what an observational study would read of it can be checked.
    """

    by: By = Field(
        "account",
        description="what is treated as a whole: each account; all with the same attribute;"
        " a community of the follow graph (Louvain); an account (ego) with those that it follows"
        " and that follow it; or everyone. followers: no draw, the `top` most followed accounts",
    )
    attribute: str | None = Field(
        None, min_length=1, max_length=200, description="with by = attribute: its name in the graph"
    )
    resolution: float = Field(
        1.0,
        gt=0,
        le=1e6,
        description="with by = community: larger gives smaller communities (networkx default: 1)",
    )
    top: Count | None = Field(
        None, description="with by = followers: how many of the most followed accounts are treated"
    )
    share: ZeroToOne = Field(
        0.5, description="share of the units that are treated; with by = everyone all are"
    )
    start: Duration = Field("0 h", validate_default=True, description="when treatment begins")
    stages: Count = Field(
        1, description="treated units begin in so many stages of equal size, `every` apart"
    )
    every: PositiveDuration | None = Field(
        None, description="with stages: time from one stage to the next"
    )
    switch: PositiveDuration | None = Field(
        None,
        description="treatment is switched on and off: each such period from hour 0 on is treated"
        " or not, by a draw of its own; absent: it stays on",
    )
    number: int = Field(
        0,
        ge=0,
        lt=2**24,
        description="the assignment's number: another one treats other units of the same world",
    )

    @model_validator(mode="after")
    def _fits(self) -> Arms:
        if (self.by == "attribute") != (self.attribute is not None):
            raise ValueError("by = attribute and attribute must be given together")
        if self.by != "community" and self.resolution != 1:
            raise ValueError("resolution goes with by = community")
        if (self.stages > 1) != (self.every is not None):
            raise ValueError("stages (more than 1) and every must be given together")
        if (self.by == "followers") != (self.top is not None):
            raise ValueError("by = followers and top must be given together")
        if self.by in ("everyone", "followers") and (self.share != 0.5 or self.stages > 1):
            raise ValueError(f"share and stages have no effect with by = {self.by}")
        if self.by == "followers" and self.switch is not None:
            raise ValueError("switch has no effect with by = followers")
        if self.share == 0:
            raise ValueError("share = 0 treats nobody: remove [arms]")
        return self
