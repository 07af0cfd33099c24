"""Post deletion: the post is gone, and so are the shares of it if it is an original."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from rumorsim.interventions.base import Intervention

if TYPE_CHECKING:
    from rumorsim.desk import Case, Desk

__all__ = ["DeletePosts"]


class DeletePosts(Intervention):
    """Delete posts; a share of a deleted original shows nothing.

    1.4 million posts were deleted in the 74 days of the spring 2023 campaign of the
    Cyberspace Administration of China (its press statement of 22 May 2023).
    """

    target: ClassVar = "post"
    summary: ClassVar = "take posts down"

    kind: Literal["delete-posts"] = Field("delete-posts", description="post deletion")

    def act(self, desk: Desk, target: int, case: Case) -> None:
        case.done.append(desk.delete(target, case=case))
