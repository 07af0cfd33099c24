"""Paid posters: accounts that publish what a sponsor pays for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.adversaries.base import Crew, Luck
from rumorsim.common.units import Rate

if TYPE_CHECKING:
    from rumorsim.adversaries.scene import Scene
    from rumorsim.platform.sponsors import Sponsor


class PaidPosters(Crew):
    """Posters who publish a story (a slander, an advertisement) at a price for each post.

    Each at its own random times while the sponsor's ``budget`` lasts. In the police
    campaign of 2018 paid comments, posts and deletion were the trade of the gangs whose
    1,100 accounts and 31 websites were closed. Rates and prices are assumptions.
    """

    summary: ClassVar = "posters who publish a story that a sponsor pays for"

    kind: Literal["paid-posters"] = Field("paid-posters", description="paid posters")
    story: str = Field(min_length=1, max_length=100, description="what they publish")
    rate: Rate = Field(description="posts of each poster (assumption)")
    price: float = Field(1.0, gt=0, le=1e12, description="money for one post (assumption)")
    budget: float = Field(ge=0, le=1e15, description="what the sponsor may spend (assumption)")

    @override
    def start(self, scene: Scene, ordinal: int) -> None:
        luck = Luck.of(scene.world, self, ordinal)
        sponsor = scene.sponsor(self.budget)
        stories = sorted(scene.stories((self.story,)))
        if self.rate > 0:
            for poster in self.members(scene.world, luck):
                work = partial(self._work, scene, sponsor, poster, stories)
                scene.env.process(self.at_random(scene, luck, poster, self.rate, work))

    def _work(
        self, scene: Scene, sponsor: Sponsor, poster: int, stories: list[int], number: int, _: int
    ) -> None:
        """Publish and be paid. Copies of the story take turns."""
        account, story = scene.present(poster), stories[number % len(stories)]
        # Who has not published is not paid.
        if sponsor.purse >= self.price and scene.publish(poster, story) >= 0:
            sponsor.pay(account, self.price, story)
