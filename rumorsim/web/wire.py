"""What a browser is sent: small tables of little-endian columns, read as typed arrays.

Everything is made of 4-byte words, so that each column starts where a typed array can.
``static/wire.js`` reads what is written here.

A *picture* (word 0 is 1) says once who follows whom and where to draw them::

    1, accounts N, follows M, 0 | x, y float32[2N] | offsets uint32[N+1]
    | followers int32[M] | kind uint32[N]

A *frame* (word 0 is 2) says what happened since the last one in both worlds::

    2, frame number, flags, stories S | now float64 | for each world:
    events n, slots L, wrongly hit, acts | story reach int32[S], shares int32[S]
    | slots int32[L] | time float32[n], account int32[n], source int32[n], post int32[n],
    value float32[n], story * 16 + kind int32[n]

The slots are those of all trending lists that are shown, one list after the other, -1 where
the story is none of this world; L is 0 where they are as in the frame before.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.events.stream import Batch
from rumorsim.graphs.follows import FollowGraph

_PICTURE: Final = 1
_FRAME: Final = 2

#: Flags of a frame: forget all that came before; time passes; the horizon is reached; nothing
#: new has happened, an earlier time (or the present again) is looked at.
RESET: Final = 1
PLAYING: Final = 2
OVER: Final = 4
KEPT: Final = 8


def _words(*numbers: int) -> bytes:
    return np.array(numbers, dtype="<u4").tobytes()


def picture(graph: FollowGraph, places: NDArray[np.float64], kinds: NDArray[np.int16]) -> bytes:
    """Who follows whom, and where to draw them: ``places`` is float64 [accounts, 2]."""
    parts = [
        _words(_PICTURE, graph.accounts, graph.follows, 0),
        places.astype("<f4").tobytes(),
        graph.offsets.astype("<u4").tobytes(),
        graph.followers.astype("<i4", copy=False).tobytes(),
        kinds.astype("<u4").tobytes(),
    ]
    return b"".join(parts)


class Side:
    """One world's part of a frame."""

    def __init__(
        self,
        batch: Batch,
        reach: NDArray[np.int32],
        shares: NDArray[np.int32],
        slots: NDArray[np.int32],
        wrong: int,
        acts: int,
    ) -> None:
        self.stories = len(reach)
        code = batch.story.astype("<i4") * 16 + batch.kind
        self._parts = [
            _words(len(batch), len(slots), wrong, acts),
            *(column.astype("<i4").tobytes() for column in (reach, shares, slots)),
            batch.time.astype("<f4").tobytes(),
            *(c.astype("<i4").tobytes() for c in (batch.account, batch.source, batch.post)),
            batch.value.astype("<f4").tobytes(),
            code.astype("<i4").tobytes(),
        ]

    def tobytes(self) -> bytes:
        """The bytes written so far."""
        return b"".join(self._parts)


def frame(number: int, flags: int, now: float, left: Side, right: Side) -> bytes:
    """What happened up to ``now`` (hours) since the frame before."""
    head = _words(_FRAME, number, flags, left.stories) + np.array([now], "<f8").tobytes()
    return head + left.tobytes() + right.tobytes()
