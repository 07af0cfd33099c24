"""Limited push: no notification carries the story."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rumorsim.platform.interventions.base import Intervention


class LimitPush(Intervention):
    """Keep stories out of push notifications; what was pushed before stays read.

    Push notifications are among what the rules of February 2021 name; they give no number.
    """

    target: ClassVar = "story"
    verb: ClassVar = "limit-push"
    for_readers: ClassVar = True
    summary: ClassVar = "keep stories out of push notifications"
    needs: ClassVar = frozenset({"push"})

    kind: Literal["limit-push"] = Field("limit-push", description="limited push")
