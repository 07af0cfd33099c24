"""Paid deletion: somebody inside takes down what a sponsor wants gone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.adversaries.base import Adversary, Luck
from rumorsim.common.randomness import uniform
from rumorsim.common.units import Rate, ZeroToOne

if TYPE_CHECKING:
    from rumorsim.adversaries.scene import Scene
    from rumorsim.platform.sponsors import Sponsor


class PaidDeletion(Adversary):
    """Posts of some stories deleted for money: the most shared one that still stands.

    The act is the desk's (somebody there is bribed, or deceived by a false complaint); the
    stream says which adversary bought it, and measures book it under "paid-deletion". It was
    part of the trade in the police campaign of 2018; rate, success and prices are
    assumptions.
    """

    summary: ClassVar = "posts of some stories deleted for money, without an order"
    buys: ClassVar = True

    kind: Literal["paid-deletion"] = Field("paid-deletion", description="paid deletion")
    stories: tuple[str, ...] = Field(
        strict=False, min_length=1, max_length=1000, description="posts of these stories"
    )
    rate: Rate = Field(description="attempts (assumption)")
    success: ZeroToOne = Field(1.0, description="P(an attempt succeeds) (assumption)")
    price: float = Field(1.0, gt=0, le=1e12, description="money for one deletion (assumption)")
    budget: float = Field(ge=0, le=1e15, description="what the sponsor may spend (assumption)")

    @override
    def start(self, scene: Scene, ordinal: int) -> None:
        if self.rate > 0:
            luck, stories = Luck.of(scene.world, self, ordinal), scene.stories(self.stories)
            sponsor = scene.sponsor(self.budget)
            work = partial(self._work, scene, sponsor, scene.buyers, stories)
            scene.env.process(self.at_random(scene, luck, 0, self.rate, work))

    def _work(
        self, scene: Scene, sponsor: Sponsor, buyer: int, stories: frozenset[int], _: int, word: int
    ) -> None:
        post = scene.most_shared(stories)
        if post < 0 or uniform(word) >= self.success:
            return
        if sponsor.pay(-1, self.price, int(scene.world.posts["story"][post])):
            with scene.desk.bought(buyer):
                scene.desk.delete(post, reason="paid deletion")
