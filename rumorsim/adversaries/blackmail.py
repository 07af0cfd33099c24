"""Blackmail: pay, or the story goes out to all who follow us."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.adversaries.base import Crew, Luck
from rumorsim.adversaries.paid_posters import WAITS
from rumorsim.common.laws import sample
from rumorsim.common.randomness import uniform
from rumorsim.common.units import Rate

if TYPE_CHECKING:
    from rumorsim.adversaries.scene import Scene
    from rumorsim.platform.sponsors import Sponsor


class Blackmail(Crew):
    """A gang that threatens with reach: who does not pay is written about.

    Now and then each account of the gang threatens somebody with a publication of
    ``story``. The harm is its followers at that time times ``harm``; the victim pays with
    probability harm / (harm + ransom), and then nothing is published. Else the gang
    publishes, if its purse allows the ``price`` of having it done. More than 80 enterprises
    and organisations were blackmailed by the gangs of the police campaign of 2018; how
    victims decide is an assumption.
    """

    summary: ClassVar = "a gang that publishes a story about who does not pay"

    kind: Literal["blackmail"] = Field("blackmail", description="blackmail by threat of reach")
    story: str = Field(min_length=1, max_length=100, description="what they threaten to publish")
    rate: Rate = Field(description="threats by each account (assumption)")
    ransom: float = Field(gt=0, le=1e12, description="money asked for silence (assumption)")
    harm: float = Field(
        ge=0, le=1e12, description="money a victim fears to lose for each follower (assumption)"
    )
    price: float = Field(1.0, gt=0, le=1e12, description="cost of one publication (assumption)")
    budget: float = Field(
        1.0, ge=0, le=1e15, description="what the gang begins with; ransoms add to it (assumption)"
    )

    @override
    def start(self, scene: Scene, ordinal: int) -> None:
        luck = Luck.of(scene.world, self, ordinal)
        purse = scene.sponsor(self.budget)
        stories = sorted(scene.stories((self.story,)))
        if self.rate > 0:
            for member in self.members(scene.world, luck):
                scene.env.process(self._threaten(scene, luck, purse, member, stories))

    def _threaten(
        self, scene: Scene, luck: Luck, purse: Sponsor, member: int, stories: list[int]
    ) -> Generator[Any, Any, None]:
        time, number = self.begin, 0
        while True:
            wait, decision, _, _ = luck.words(member, number)
            time += sample(WAITS, wait) / self.rate
            if not self.active(time) or time >= scene.world.horizon:
                return
            yield scene.env.timeout_until(time)
            account = scene.present(member)
            # Who cannot publish threatens nobody.
            if scene.world.accounts["can_post"][account]:
                harm = self.harm * scene.followers(account)
                story = stories[number % len(stories)]
                if uniform(decision) * (harm + self.ransom) < harm:
                    purse.take_in(account, self.ransom, story)
                elif purse.purse >= self.price and scene.publish(account, story) >= 0:
                    purse.pay(account, self.price, story)
            number += 1
