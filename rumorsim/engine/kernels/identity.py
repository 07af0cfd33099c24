"""Whose an account is: its person, its platform, its row of followers, who took its place.

Few worlds have several platforms or a reserve. In all others most of this is known without a
look at memory, and takes none: that is why it is not in the records of accounts.
"""

from __future__ import annotations

import numpy as np

from rumorsim.engine.kernels.compiling import inner
from rumorsim.engine.kernels.memory import heirs, origins, persons, platforms, rings


@inner
def row_of(w, account):
    """Its row of the graph: its own, or that of the account it is laid out to succeed."""
    own = w.offsets_rows - 1
    if account < own:
        return np.int64(account)
    return np.int64(origins(w)[account - own])


@inner
def platform_of(w, account):
    """The number of the platform it is on."""
    if w.forward_rows == 1:
        return np.int64(0)
    return np.int64(platforms(w)[account])


@inner
def heir_of(w, account):
    """The account that took its place, -1 = none."""
    heir = np.int64(heirs(w)[account])
    return heir if heir > 0 else np.int64(-1)


@inner
def next_of_person(w, account):
    """The next account of its person on another platform, in a ring; -1 = none."""
    if account >= w.rings_rows:
        return np.int64(-1)
    return np.int64(rings(w)[account])


@inner
def same_person(w, account, other):
    """Whether one person holds both accounts."""
    return persons(w)[account] == persons(w)[other]
