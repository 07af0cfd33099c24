"""Which end of an edge is which: the one argument that has no default anywhere."""

from __future__ import annotations

from rumorsim.errors import InputError, nearest, show_value

#: The two orders in which an edge can name its ends.
DIRECTIONS = ("follower followee", "followee follower")


def follower_first(direction: str, *, key: str = "direction") -> bool:
    """Whether ``direction`` names the follower before the followee.

    "follower followee" means that the first end follows the second (so posts travel
    from the second to the first); "followee follower" the reverse. Any other word is
    an InputError about ``key``.
    """
    if direction not in DIRECTIONS:
        rule, value = "must name the order of the two ends of an edge", show_value(direction)
        raise InputError(rule, key=key, value=value, advice=nearest(str(direction), DIRECTIONS))
    return direction == DIRECTIONS[0]
