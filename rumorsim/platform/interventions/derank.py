"""Deranking: a story may spread, but is recommended less or not at all."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rumorsim.platform.interventions.base import Intervention


class Derank(Intervention):
    """Let stories keep only a share of their score in recommendations."""

    target: ClassVar = "story"
    verb: ClassVar = "derank"
    verb_fields: ClassVar = ("keep",)
    for_readers: ClassVar = True
    summary: ClassVar = "recommend stories less, or not at all"
    needs: ClassVar = frozenset({"recommendation"})

    kind: Literal["derank"] = Field("derank", description="deranking in recommendations")
    keep: float = Field(
        0.0, ge=0, lt=1, description="share of its score that a story keeps (assumption)"
    )
