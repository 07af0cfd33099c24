"""Mass reporting: a group reports posts it wants gone, whatever is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.adversaries.base import Luck
from rumorsim.adversaries.boosting import Chorus

if TYPE_CHECKING:
    from rumorsim.adversaries.scene import Scene


class MassReporting(Chorus):
    """Accounts that report every publication of some stories: reports as a weapon.

    Each account reports a story once, as everybody does. What it brings about is up to the
    interventions that count reports. That flags are used strategically, against opponents
    too, is described by Crawford and Gillespie ("What is a flag for?", New Media & Society
    18(3), 2016, online 2014); how many do it together is an assumption.
    """

    summary: ClassVar = "a group that reports the publications of some stories"

    kind: Literal["mass-reporting"] = Field("mass-reporting", description="mass reporting")

    @override
    def start(self, scene: Scene, ordinal: int) -> None:
        luck = Luck.of(scene.world, self, ordinal)
        members = self.members(scene.world, luck)
        self.chorus(scene, members, lambda _, ready: ready, scene.report, luck)
