"""Which end of an edge is which: the one argument that has no default anywhere."""

from __future__ import annotations

from rumorsim.errors import Fault, InputError, nearest, show_value

__all__ = ["DIRECTIONS", "follower_first"]

#: The two orders in which an edge can name its ends.
DIRECTIONS = ("follower followee", "followee follower")


def follower_first(direction: str, *, key: str = "direction") -> bool:
    """Whether ``direction`` names the follower before the followee.

    "follower followee" means that the first end follows the second (so posts travel
    from the second to the first); "followee follower" the reverse. Any other word is
    an InputError about ``key``.
    """
    if direction not in DIRECTIONS:
        raise InputError(
            Fault(
                "must name the order of the two ends of an edge",
                key=key,
                value=show_value(direction),
                advice=nearest(str(direction), DIRECTIONS),
            )
        )
    return direction == DIRECTIONS[0]
