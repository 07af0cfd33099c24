"""Penalties for accounts, from the mildest to the last: what ladders and campaigns mete out."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from rumorsim.platform.desk import Case, Desk

Penalty = Literal["warn", "delete", "suspend", "remove-followers", "demonetise", "close"]

#: In the order of the ladder.
PENALTIES: Final[tuple[Penalty, ...]] = (
    "warn",
    "delete",
    "suspend",
    "remove-followers",
    "demonetise",
    "close",
)


def penalise(desk: Desk, penalty: Penalty, account: int, case: Case, suspension: float) -> None:
    """Mete out one penalty; what was done goes to ``case.done``. ``suspension`` is in hours.

    ``delete`` takes down the account's most reported post that still stands (the latest of
    several); where there is none left it is a warning.
    """
    if penalty == "close":
        case.done.append(desk.close(account, case=case))
    elif penalty == "suspend":
        _suspend(desk, account, case, suspension)
    elif penalty == "remove-followers":
        case.done.append(desk.remove_followers(account, case=case))
    elif penalty == "demonetise":
        case.done.append(desk.demonetise(account, case=case))
    else:
        post = worst_post(desk, account) if penalty == "delete" else -1
        if post >= 0:
            case.done.append(desk.delete(post, case=case))
        else:
            desk.warn(account, case=case)


def possible(desk: Desk, penalty: Penalty, account: int, suspension: float) -> bool:
    """Would this penalty do anything to the account now? To be deleted it takes a post."""
    if penalty == "delete":
        return worst_post(desk, account) >= 0
    until = desk.now + suspension if penalty == "suspend" else math.inf
    return not desk.would_be_moot(penalty, account, until=until)


def worst_post(desk: Desk, account: int) -> int:
    """The account's most reported post that still stands, the latest of several, or -1."""
    posts = desk.world.posts
    standing = [post for post in desk.posts_of(account) if not desk.gone("post", post)]
    return max(standing, key=lambda post: (posts["reports"][post], post), default=-1)


def _suspend(desk: Desk, account: int, case: Case, suspension: float) -> None:
    case.until = min(case.until, desk.now + suspension)
    done = desk.suspend(account, case=case)
    case.done.append(done)
    if done.moot:
        return

    def release() -> Generator[Any, Any, None]:
        yield desk.env.timeout(suspension)
        if not done.undone:
            desk.undo(done, reason="time served")

    desk.env.process(release())
