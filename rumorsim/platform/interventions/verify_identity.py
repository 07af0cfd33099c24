"""Verified identity: readers learn that an account is not who it says."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rumorsim.platform.interventions.base import Intervention


class VerifyIdentity(Intervention):
    """Check who is behind accounts, and unmask those that are not what they claim.

    The posts of an unmasked account keep ``credence``.

    Say whom to check by ``whom``, and who is an impersonator by ``judge = "kind"`` with
    ``guilty_kinds``: ``sensitivity`` is then P(unmasked | impersonator) and
    ``false_positive_rate`` P(unmasked | genuine).

    13,000 fake military accounts, 25,000 fake institutions and 187,000 fake news media were
    dealt with in the spring 2023 campaign of the Cyberspace Administration of China.
    """

    target: ClassVar = "account"
    verb: ClassVar = "unmask"
    verb_fields: ClassVar = ("credence",)
    summary: ClassVar = "unmask impersonators: their posts are believed less"

    kind: Literal["verify-identity"] = Field("verify-identity", description="verified identity")
    credence: float = Field(
        0.2,
        ge=0,
        lt=1,
        description="factor on P(share) of posts by an unmasked account (assumption)",
    )
