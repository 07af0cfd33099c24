"""Supervision by class: accounts are sorted into tiers that the desk is more strict with."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.common.settings import Model
from rumorsim.common.units import Names
from rumorsim.platform.interventions.base import Intervention

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk


class Tier(Model):
    """One tier: who belongs to it, and how strict the desk is with them."""

    name: str = Field(
        min_length=1, max_length=100, description="its name in the reasons for an act"
    )
    kinds: Names = Field((), description="accounts of these kinds; empty: of any")
    followers: int = Field(
        0, ge=0, le=2**31 - 2, description="with at least this many followers at the start"
    )
    strikes: int = Field(0, ge=0, le=10_000, description="with at least this many penalties so far")
    strictness: float = Field(
        gt=0,
        le=1000,
        description="thresholds (reports, shares, reach, suspicion) are divided by it, false"
        " positives multiplied (assumption)",
    )


class ClassifyAccounts(Intervention):
    """Put accounts into tiers of supervision with different thresholds.

    An account goes into the first tier that it fits; who fits none stays as it was. What
    the tier means is felt in all other interventions of the policy. After the campaign of
    autumn 2018 self-media accounts were to be "managed by class and by grade" (statement of
    the Cyberspace Administration of China, 12 November 2018); how much stricter each class
    is was not published: an assumption to sweep.
    """

    target: ClassVar = "account"
    summary: ClassVar = "supervise accounts in tiers with thresholds of their own"

    kind: Literal["classify-accounts"] = Field("classify-accounts", description="classification")
    tiers: tuple[Tier, ...] = Field(
        strict=False, min_length=1, max_length=100, description="the tiers, the first come first"
    )

    @override
    def act(self, desk: Desk, target: int, case: Case) -> None:
        tier = self._tier(desk, target)
        if tier is not None:
            reason = f"tier {tier.name}"
            done = desk.classify(target, strictness=tier.strictness, reason=reason, case=case)
            case.done.append(done)

    def _tier(self, desk: Desk, account: int) -> Tier | None:
        facts = desk.world.facts
        kind, followers = facts.kinds[facts.kind[account]], int(facts.followers[account])
        for tier in self.tiers:
            if (
                (not tier.kinds or kind in tier.kinds)
                and followers >= tier.followers
                and desk.strikes[account] >= tier.strikes
            ):
                return tier
        return None
