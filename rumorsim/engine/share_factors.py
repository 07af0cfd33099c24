"""The factors of P(share | read) and the most that each can be.

P(share | read) is appeal x vigour x receptivity, which are known of a post and its reader, times
the factors declared here. Both engines multiply them in the order of the model
(``kernels.feed.share_probability`` and its twin in ``engine.reference.feed``). The fast engine
skips draws that lose against the product of all ceilings, so a factor without a ceiling would
lose shares: every run compares the chances that it works out with the bound and ends with an
AssertionError where one is higher.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from rumorsim.engine.kernels.records import STORY_FACTORS

if TYPE_CHECKING:
    from rumorsim.world.world import World

__all__ = ["SHARE_FACTORS", "ShareFactor"]


class ShareFactor(NamedTuple):
    """One factor of P(share | read).

    ``source`` says where it comes from. Its ceiling is that of a ``lever`` (table, column), or
    ``ceiling`` of a world before its first event. A factor that does not apply to every read
    counts as at least 1 (``always`` false).
    """

    name: str
    source: str
    lever: tuple[str, str] | None = None
    ceiling: Callable[[World], float] | None = None
    always: bool = False


def _trust(world: World) -> float:
    rules = world.rules
    return max(rules.most_trust, float(rules.trust_began.max(initial=0.0)))


def _corrections(world: World) -> float:
    """What all corrections of one story may do together: only those that backfire raise it."""
    rows = world.rules.corrections
    raised = np.where(rows["backfire"] > 0, np.maximum(rows["backfire_factor"], 1.0), 1.0)
    first = world.stories["correctors"]
    last = first + world.stories["corrected"]
    return max((float(raised[a:b].prod()) for a, b in zip(first, last, strict=True)), default=1.0)


def _story(name: str) -> ShareFactor:
    return ShareFactor(
        name, f"Story.{name}", ceiling=lambda world: float(world.stories[name].max(initial=0.0))
    )


SHARE_FACTORS: Final = (
    ShareFactor(
        "follow weight",
        "Feed.follow_weight",
        ceiling=lambda world: float(world.rules.weights.max(initial=0.0)),
    ),
    ShareFactor("author's credence", "KindOfAccount.credence", ("accounts", "credence")),
    ShareFactor("story's credence", "moderation", ("stories", "credence")),
    ShareFactor("post's credence", "moderation", ("posts", "credence")),
    ShareFactor("trust", "Accounts.trust, Beliefs", ceiling=_trust),
    ShareFactor("novelty", "Story.novelty", ceiling=lambda world: 1.0),
    ShareFactor("post's novelty", "Story.post_novelty", ceiling=lambda world: 1.0),
    ShareFactor(
        "reinforcement",
        "Story.reinforcement",
        ceiling=lambda world: float(world.rules.reinforcement.max()),
        always=True,
    ),
    ShareFactor("corrections", "Story.correction, Story.backfire_factor", ceiling=_corrections),
    ShareFactor("flow", "moderation", ("stories", "flow")),
    ShareFactor("friction", "Feed.friction, Platform.friction", ("friction", "")),
    ShareFactor(
        "cross-posting",
        "Platform.crosspost",
        ceiling=lambda world: float(world.rules.crosspost.max(initial=0.0)),
    ),
    ShareFactor(
        "will to post",
        "Beliefs.chilling, KindOfAccount.dependence",
        ceiling=lambda world: 1.0,
    ),
    ShareFactor("again", "Story.again", ceiling=lambda world: 1.0),
    *map(_story, STORY_FACTORS),
)
