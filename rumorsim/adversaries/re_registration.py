"""Re-registration: who was closed comes back under another name."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rumorsim.adversaries.returning import Returning


class ReRegistration(Returning):
    """People whose account was closed register anew and win back part of their followers.

    That closed self-media accounts are "reborn" under new names is a standing complaint of
    the regulator's statements, which forbid it; how many do, how soon, and how many
    followers find them again has no published value: assumptions to sweep.
    """

    summary: ClassVar = "closed accounts come back under new names"

    kind: Literal["re-registration"] = Field("re-registration", description="re-registration")
