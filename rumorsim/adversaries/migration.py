"""Migration: who was closed goes on elsewhere, with part of the audience."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from rumorsim.adversaries.returning import Returning

if TYPE_CHECKING:
    from rumorsim.adversaries.scene import Scene


class Migration(Returning):
    """People whose account was closed go on on another platform; part of the audience follows.

    ``regained`` is the part of the followers who follow there. After two communities were
    banned from Reddit their new homes had significantly fewer posts, active members and
    newcomers (Horta Ribeiro et al., "Do platform migrations compromise content moderation?",
    Proceedings of the ACM on Human-Computer Interaction 5, CSCW2, 2021). The share here is an
    assumption.
    """

    summary: ClassVar = "closed accounts move to another platform, and part of the audience follows"

    kind: Literal["migration"] = Field("migration", description="migration")
    platform: str = Field(min_length=1, max_length=100, description="where they go")

    @override
    def where(self, scene: Scene) -> int | None:
        return scene.world.facts.platforms.index(self.platform)
