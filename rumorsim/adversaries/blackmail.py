"""Blackmail: pay, or the story goes out to all who follow us."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.adversaries.base import Crew, Luck
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

    summary: ClassVar = "a gang that publishes a story about victims who do not pay"

    kind: Literal["blackmail"] = Field("blackmail", description="blackmail by threat of reach")
    story: str = Field(min_length=1, max_length=100, description="what they threaten to publish")
    rate: Rate = Field(description="threats by each account (assumption)")
    ransom: float = Field(gt=0, le=1e12, description="money demanded for silence (assumption)")
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
                threaten = partial(self._threaten, scene, purse, member, stories)
                scene.env.process(self.at_random(scene, luck, member, self.rate, threaten))

    def _threaten(
        self, scene: Scene, purse: Sponsor, member: int, stories: list[int], number: int, word: int
    ) -> None:
        account = scene.present(member)
        # Who cannot publish threatens nobody.
        if scene.world.accounts["can_post"][account]:
            harm = self.harm * scene.followers(account)
            story = stories[number % len(stories)]
            if uniform(word) * (harm + self.ransom) < harm:
                purse.take_in(account, self.ransom, story)
            elif purse.purse >= self.price and scene.publish(account, story) >= 0:
                purse.pay(account, self.price, story)
