"""Discounted engagement: what bought or coordinated accounts do counts less on surfaces."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rumorsim.platform.interventions.base import Intervention
from rumorsim.platform.surfaces.base import KEPT_OFF_BY


class DiscountEngagement(Intervention):
    """Let the posts and shares of accounts weigh less in what surfaces rank; they stay seen.

    "Inflated traffic" is among what the rules of February 2021 name; they give no number.
    """

    target: ClassVar = "account"
    verb: ClassVar = "discount-engagement"
    verb_fields: ClassVar = ("weight",)
    summary: ClassVar = "let fake traffic count less on surfaces"
    needs: ClassVar = frozenset(KEPT_OFF_BY)

    kind: Literal["discount-engagement"] = Field(
        "discount-engagement", description="discounted engagement"
    )
    weight: float = Field(
        0.0, ge=0, lt=1, description="what a post of theirs still counts on surfaces (assumption)"
    )
