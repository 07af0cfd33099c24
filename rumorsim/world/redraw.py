"""Branches of a world: what some accounts decide is drawn afresh, all else stays.

Every random decision is a draw at an address under the seed (see ``randomness``). A branch gives
each account an epoch and each epoch a key. What an account of epoch 0 decides is drawn under the
seed; an account of a later epoch draws under its epoch's key

- whether it shares a post that it reads,
- the vigour of its posts,
- in models of contacts whom it meets, when, and when it stops; its threshold,

all of it only for the stories that count: the false ones, or all where none is false. Delays,
timetables, reports, visibility, surfaces and the desk keep their draws.

A branch is a world like any other: it can be run from the start, by both engines and under every
policy. ``studies.splitting`` makes branches that leave a world as it was up to some moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError
from rumorsim.common.randomness import seed_of

#: Epochs are kept in a byte.
_MOST_KEYS = 255


@dataclass(frozen=True, eq=False)
class Redraw:
    """A branch: the epoch of each account, uint8 [accounts], and the key of each epoch from 1 on.

    ``accounts`` are those of the world, with those laid out for people who come back. Keys are in
    [0, 2**64). InputError where an epoch has no key.
    """

    epochs: NDArray[np.uint8]
    keys: tuple[int, ...]

    def __post_init__(self) -> None:
        epochs = np.asarray(self.epochs)
        if epochs.ndim != 1 or epochs.dtype.kind not in "iu":
            rule = "must be a one-dimensional array of whole numbers, one for each account"
            raise InputError(rule, key="redraw.epochs")
        keys = tuple(seed_of(key, "redraw.keys") for key in self.keys)
        if len(keys) > _MOST_KEYS:
            rule = f"there may be {_MOST_KEYS} at most"
            raise InputError(rule, key="redraw.keys", value=f"{len(keys)} keys")
        if epochs.size and not 0 <= int(epochs.min()) <= int(epochs.max()) <= len(keys):
            rule = f"must lie in 0 to {len(keys)}, the number of keys"
            worst = int(epochs.max()) if epochs.min() >= 0 else int(epochs.min())
            raise InputError(rule, key="redraw.epochs", value=str(worst))
        kept = np.array(epochs, dtype=np.uint8)
        kept.flags.writeable = False
        object.__setattr__(self, "epochs", kept)
        object.__setattr__(self, "keys", keys)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Redraw):
            return NotImplemented
        return self.keys == other.keys and np.array_equal(self.epochs, other.epochs)

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of epochs and keys: with scenario, policy and seed it names a run."""
        digest = hashlib.sha256(np.array(self.keys, dtype="<u8").tobytes())
        digest.update(self.epochs.tobytes())
        return digest.hexdigest()

    def by_story(self, seed: int, stories: NDArray[np.bool_]) -> NDArray[np.uint64]:
        """The key by epoch and story, uint64 [epochs, stories]; ``stories``: those that count."""
        table = np.full((len(self.keys) + 1, len(stories)), seed, dtype=np.uint64)
        table[1:, stories] = np.array(self.keys, dtype=np.uint64)[:, None]
        return table


def counted(truth: Sequence[bool]) -> NDArray[np.bool_]:
    """Which stories a branch redraws, by their truth: the false ones, all where none is; bool."""
    false = ~np.array(truth, dtype=bool)
    return false if false.any() else np.ones(len(false), dtype=bool)
