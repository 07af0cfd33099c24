"""What people write under [feed]: how posts are read, when, and what else there is to read."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from rumorsim.common.laws import Fixed, Law, Lomax
from rumorsim.common.settings import Model, unchecked
from rumorsim.common.units import DailyCurve, Rate, ZeroToOne
from rumorsim.engine.models import Terms

#: Gamma shape across accounts; None where all are alike.
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

#: Delays of later-generation reposts on Weibo, fitted (KS 0.020).
WEIBO_DELAY: Final = Lomax.model_validate({"law": "lomax", "shape": 0.468, "scale": "773 s"})


class CheckIns(Model):
    """How often accounts open the app: a gamma law of Poisson rates."""

    mean: Rate = Field(
        0.468 / 773 * 3600,
        validate_default=False,
        description="mean rate; default fitted to delays of later-generation Weibo reposts"
        " (KS 0.020)",
    )
    shape: Shape = Field(
        0.468,
        description='gamma shape across accounts (measured 0.468), or "alike": the same for all',
    )


class Feed(Model):
    """How posts are read."""

    reading: Literal["check-in", "delay"] = Field(
        "check-in",
        description="check-in: batches at the account's own times;"
        " delay: each delivery after its own delay",
    )
    attention: Annotated[int, Field(ge=1, le=1000)] | Literal["unlimited"] = Field(
        "unlimited",
        description="posts read at a check-in, newest first; unlimited (assumption): delays follow"
        " the law of check-ins, which is fitted; a number loses late reads and shortens them",
    )
    check_ins: CheckIns = Field(default_factory=CheckIns, description="the accounts' timetables")
    background: Rate = Field(
        0.0,
        validate_default=False,
        description="other posts that reach each feed and push world posts down, where attention"
        " is a number (assumption)",
    )
    background_by: Literal["account", "followee"] = Field(
        "account",
        description="the background rate is for each account, or for each account it follows",
    )
    delay: Law = Field(
        WEIBO_DELAY,
        validate_default=False,
        description="for reading = delay: from delivery to reading; default fitted to Weibo"
        " reposts",
    )
    daily_curve: DailyCurve = Field(
        "flat",
        description="activity by hour of the day: 24 weights, or waking (an assumption:"
        " quiet 1-6, peaks 12 and 21)",
    )
    follow_weight: Literal["none", "one-over-followees", "graph"] = Field(
        "none",
        description="factor on P(share) by follow: none, the weighted cascade, or the"
        " graph's weights",
    )
    exposures: Literal["events", "late"] = Field(
        "events",
        description="events: each first read is an event; late: in delay reading, worked out after"
        " the run, many times faster (the stream then has no expose rows)",
    )
    friction: ZeroToOne = Field(1.0, description="factor on every P(share) on this platform")


def feed_of(terms: Terms) -> Feed:
    """What a model of contacts leaves of the feed: no batches, no attention, no background.

    Contacts are timed like check-ins: at the same rate for all but for an account's own.
    """
    return unchecked(
        Feed,
        reading="delay",
        attention="unlimited",
        check_ins=unchecked(CheckIns, mean=terms.contacts, shape=None),
        background=0.0,
        delay=terms.delay or unchecked(Fixed, law="fixed", time=0.0),
        daily_curve=terms.daily_curve,
        follow_weight=terms.follow_weight,
    )
