"""Takedown of a story: nothing of it is to be seen any more, whoever posts it."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rumorsim.platform.interventions.base import Intervention


class TakeDownStory(Intervention):
    """Take whole stories down: nobody sees or shares any post of them any more.

    Originals and shares vanish, those made later are seen by nobody, and no surface shows the
    story. Its authors go on with other stories. To delete posts (``delete-posts``) takes one
    cascade each.

    The full removal of Bak-Coleman et al. (2022) is this: 30 minutes after a story began it left
    6.5% of posts, after 4 hours 45% (digitised from their notebook).
    """

    target: ClassVar = "story"
    verb: ClassVar = "take-down-story"
    summary: ClassVar = "take whole stories down, whoever posts them"

    kind: Literal["take-down-story"] = Field("take-down-story", description="takedown of a story")
