"""What boosters of all sorts do: act on each new publication of their stories, soon after."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from rumorsim.adversaries.base import Crew, Luck
from rumorsim.laws import Law, Lognormal, quantile_table, sample

if TYPE_CHECKING:
    from rumorsim.adversaries.scene import Scene

__all__ = ["Chorus"]


class Chorus(Crew):
    """Base of crews that act on every publication of some stories, each member in its time."""

    stories: tuple[str, ...] = Field(
        strict=False, min_length=1, max_length=1000, description="on publications of these stories"
    )
    delay: Law = Field(
        default_factory=lambda: Lognormal(law="lognormal", median="3 min", sigma=1.0),  # type: ignore[arg-type]
        description="from the publication to each member's act (assumption)",
    )

    def chorus(self, scene: Scene, luck: Luck, members: list[int], act: Callable[..., Any]) -> None:
        """Let ``act(post, member)`` happen after each publication, for every member but its author."""
        table = quantile_table(self.delay)

        def follow(post: int, member: int, wait: float) -> Generator[Any, Any, None]:
            yield scene.env.timeout(wait)
            act(post, member)

        def published(post: int) -> None:
            if not self.active(scene.env.now):
                return
            author, k = (int(scene.world.posts[column][post]) for column in ("author", "k"))
            story = int(scene.world.posts["story"][post])
            for member in members:
                if member != author:
                    word = luck.words(member, story, k)[1]
                    scene.env.process(follow(post, member, sample(table, word)))

        scene.when_published(scene.stories(self.stories), published)
