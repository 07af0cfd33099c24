"""Coordinated boosters: a group reshares its own stories within minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.adversaries.base import Luck
from rumorsim.adversaries.boosting import Chorus

if TYPE_CHECKING:
    from rumorsim.adversaries.scene import Scene


class CoordinatedBoosters(Chorus):
    """Accounts that share every publication of their stories, whatever they think of it.

    A closed member's successor goes on in its place. Sharing the same thing within a very
    short time, again and again, is what gives such networks away (Giglietto et al., "It
    takes a village to manipulate the media", Information, Communication & Society 23(6), 2020).
    Size and delays are assumptions.
    """

    summary: ClassVar = "a group that reshares its own stories within minutes"

    kind: Literal["coordinated-boosters"] = Field(
        "coordinated-boosters", description="coordinated boosters"
    )

    @override
    def start(self, scene: Scene, ordinal: int) -> None:
        luck = Luck.of(scene.world, self, ordinal)
        members = self.members(scene.world, luck)
        self.chorus(scene, members, lambda _, ready: ready, scene.share, luck)
