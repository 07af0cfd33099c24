"""From what a share says of its parent to the row of that parent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rumorsim.events.observed.numbering import found_at, keyed
from rumorsim.events.observed.records import ABSENT, Floats, Ints, Labels
from rumorsim.events.observed.rules import Rules


def by_post(
    cascade: Labels, post: Labels | Ints, parent: Labels | Ints, size: int
) -> tuple[Ints, NDArray[np.bool_]]:
    """The row of each parent within its cascade, ABSENT where there is none; repeated posts.

    ``post`` and ``parent`` are numbers of posts in [0, size); parents below 0 are ABSENT.
    """
    row, repeated = found_at(keyed(cascade, post, size), keyed(cascade, parent, size))
    row[(row < 0) | (parent < 0)] = ABSENT
    return row, repeated


def by_account(
    cascade: Labels, account: Labels, time: Floats, whom: Labels, size: int, rules: Rules
) -> Ints:
    """The row of the post of the account that a share names (``whom``, below 0: none).

    Of several posts of that account in the cascade, by rule, the latest that is before the
    share or the first. Where it has none before the share it is the first.
    """
    keys = keyed(cascade, account, size)
    order = np.lexsort((time, keys))
    inorder, times = keys[order], time[order]
    asked = np.flatnonzero(whom >= 0)
    wanted = keyed(cascade[asked], whom[asked], size)
    low = np.searchsorted(inorder, wanted, "left")
    high = np.searchsorted(inorder, wanted, "right")
    found = np.full(len(cascade), ABSENT, np.int64)
    there = high > low
    several = high - low > 1
    place = low.copy()
    if several.any():
        rows = asked[several]
        rule = rules.found_some("unclear-parent", len(rows), "")
        if rule == "latest":
            place[several] = _latest(times, low[several], high[several], time[rows])
    found[asked[there]] = order[place[there]]
    return found


def _latest(times: Floats, low: Ints, high: Ints, before: Floats) -> Ints:
    """The last place in [low, high) whose time is below ``before``; ``low`` where none is."""
    begin, end = low.copy(), high.copy()
    while (begin < end).any():
        middle = (begin + end) // 2
        at = np.minimum(middle, len(times) - 1)
        earlier = (times[at] < before) & (begin < end)
        begin = np.where(earlier, middle + 1, begin)
        end = np.where(earlier | (begin >= end), end, middle)
    return np.maximum(begin - 1, low)
