"""Post deletion: the post is gone and, unless asked otherwise, all shares of an original."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rumorsim.platform.interventions.base import Intervention


class DeletePosts(Intervention):
    """Delete posts; a share of a deleted original shows nothing, unless it is a copy.

    Shares that are copies (``takes_shares = false``) outlive their original, so that each
    must be found by itself: the removal that chi of a self-exciting process measures.

    1.4 million posts were deleted in the 74 days of the spring 2023 campaign of the
    Cyberspace Administration of China (its press statement of 22 May 2023).
    """

    target: ClassVar = "post"
    verb: ClassVar = "delete"
    verb_fields: ClassVar = ("takes_shares",)
    summary: ClassVar = "take posts down"

    kind: Literal["delete-posts"] = Field("delete-posts", description="post deletion")
    takes_shares: bool = Field(
        True, description="shares of a deleted original show nothing; false: they stay"
    )
