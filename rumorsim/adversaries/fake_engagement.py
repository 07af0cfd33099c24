"""Fake engagement: shares by a pool of fake accounts, sold to stories."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field
from typing_extensions import override

from rumorsim.adversaries.base import Luck
from rumorsim.adversaries.boosting import Chorus
from rumorsim.common.units import ZeroToOne

if TYPE_CHECKING:
    from rumorsim.adversaries.scene import Scene


class FakeEngagement(Chorus):
    """A pool of fake accounts that share what somebody pays for.

    Each publication of the stories buys ``shares`` of them while the buyer's ``budget``
    lasts. Fake accounts have few real followers (``real``), so what is bought is rank on
    surfaces that count shares. Fake traffic ("inflated data") is among what the rules of
    2021 and the campaign of 2023 name; sizes and prices are assumptions.
    """

    summary: ClassVar = "shares by fake accounts, sold to stories"

    kind: Literal["fake-engagement"] = Field("fake-engagement", description="fake engagement")
    shares: int = Field(
        ge=1, le=1_000_000, description="shares bought for each publication (assumption)"
    )
    price: float = Field(1.0, gt=0, le=1e12, description="money for one share (assumption)")
    budget: float = Field(1e12, ge=0, le=1e15, description="what the buyer may spend (assumption)")
    real: ZeroToOne = Field(0.0, description="share of the fake accounts' followers that are real")

    @override
    def start(self, scene: Scene, ordinal: int) -> None:
        luck = Luck.of(scene.world, self, ordinal)
        pool = self.members(scene.world, luck)
        buyer = scene.sponsor(self.budget)
        hired: set[int] = set()

        def hire(matter: Luck, ready: list[int]) -> list[int]:
            return matter.some(np.array(ready, dtype=np.int64), self.shares)

        def deliver(post: int, account: int) -> bool:
            if buyer.purse < self.price:
                return False
            if account not in hired:
                hired.add(account)
                scene.desk.levers.put("accounts", "audience", account, self.real)
            story = int(scene.world.posts["story"][post])
            return scene.share(post, account) and buyer.pay(account, self.price, story)

        self.chorus(scene, pool, hire, deliver, luck)
