"""Trees given by a parent for each row: who hangs from whom, by doubling how far one looks.

``parent`` is int64 [rows]: a row, or a negative number for a root.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rumorsim.events.observed.records import Ints

Flags = NDArray[np.bool_]


def on_cycles(parent: Ints) -> tuple[Flags, Flags]:
    """Which rows lead to no root, and which of them lie on a cycle themselves."""
    rows = np.arange(len(parent))
    back = np.where(parent < 0, rows, parent)
    for _ in range(len(parent).bit_length()):
        back = back[back]
    lost = parent[back] >= 0
    circle = np.zeros(len(parent), np.bool_)
    circle[back[lost]] = True
    return lost, circle


def cycles(parent: Ints, circle: Flags) -> list[list[int]]:
    """The rows of each cycle, given which rows lie on one."""
    left = set(np.flatnonzero(circle).tolist())
    found = []
    while left:
        at = left.pop()
        one = [at]
        while (at := int(parent[at])) in left:
            left.remove(at)
            one.append(at)
        found.append(one)
    return found


def with_subtrees(parent: Ints, chosen: Flags) -> Flags:
    """The chosen rows and all that hang from them. There must be no cycle."""
    rows = np.arange(len(parent))
    back = np.where(parent < 0, rows, parent)
    chosen = chosen.copy()
    while True:
        chosen |= chosen[back]
        further = back[back]
        if np.array_equal(further, back):
            return chosen
        back = further


def after_parents(time: NDArray[np.float64], parent: Ints) -> NDArray[np.float64]:
    """The times, later where a row is not after its parent: at the next float after that.

    Times are finite and at least 0. In the order of their bits floats of one sign are whole
    numbers; so a row is due at the latest of (bits of an ancestor + steps from there).
    """
    rows = np.arange(len(parent))
    back = np.where(parent < 0, rows, parent)
    depth = (parent >= 0).astype(np.int64)
    while (further := depth[back]).any():
        depth += further
        back = back[back]
    due = (time + 0.0).view(np.int64) - depth
    back = np.where(parent < 0, rows, parent)
    while True:
        np.maximum(due, due[back], out=due)
        further = back[back]
        if np.array_equal(further, back):
            return (due + depth).view(np.float64)
        back = further
