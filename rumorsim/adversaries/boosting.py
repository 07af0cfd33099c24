"""What boosters of all sorts do: act on each new publication of their stories, soon after."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from rumorsim.adversaries.base import Crew, Luck
from rumorsim.common.laws import Law, Lognormal, quantile_table, sample

if TYPE_CHECKING:
    from rumorsim.adversaries.scene import Scene


class Chorus(Crew):
    """Base of crews that act on every publication of some stories, each member in its time."""

    stories: tuple[str, ...] = Field(
        strict=False, min_length=1, max_length=1000, description="on publications of these stories"
    )
    delay: Law = Field(
        default_factory=lambda: Lognormal(law="lognormal", median="3 min", sigma=1.0),  # type: ignore[arg-type]
        description="from the publication to each member's act (assumption)",
    )

    def chorus(
        self,
        scene: Scene,
        members: list[int],
        chosen: Callable[[Luck, list[int]], list[int]],
        act: Callable[[int, int], bool],
        luck: Luck,
    ) -> None:
        """Let ``act(post, account)`` happen after each publication, in each account's time.

        ``chosen`` says which of the members who have not acted on the story yet take part,
        by luck of the publication's own.
        """
        table = quantile_table(self.delay)
        acted: set[tuple[int, int]] = set()

        def follow(post: int, story: int, account: int, wait: float) -> Generator[Any, Any, None]:
            yield scene.env.timeout(wait)
            account = scene.present(account)
            if act(post, account):
                acted.add((story, account))

        def published(post: int) -> None:
            if not self.active(scene.env.now):
                return
            story, author, k = (int(scene.world.posts[c][post]) for c in ("story", "author", "k"))
            ready = [each for each in members if (story, scene.present(each)) not in acted]
            matter = luck.about(story, author, k)
            for account in chosen(matter, ready):
                if account != author:
                    wait = sample(table, matter.words(account)[0])
                    scene.env.process(follow(post, story, account, wait))

        scene.when_published(scene.stories(self.stories), published)
