"""Suspension: for a time the account can neither post nor read."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rumorsim.common.units import PositiveDuration
from rumorsim.platform.interventions.base import Intervention


class SuspendAccounts(Intervention):
    """Suspend accounts: no posting and no reading for ``duration``; posts stay unless hidden."""

    target: ClassVar = "account"
    verb: ClassVar = "suspend"
    verb_fields: ClassVar = ("hide_posts",)
    summary: ClassVar = "bar accounts from posting and reading for a time"

    kind: Literal["suspend-accounts"] = Field("suspend-accounts", description="suspension")
    duration: PositiveDuration = Field(description="how long")
    hide_posts: bool = Field(False, description="its posts are hidden for as long")
