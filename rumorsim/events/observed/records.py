"""What every dialect hands over: posts as columns, before any fault is mended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.events.observed.rules import Found
from rumorsim.events.stream import Facts

Ints = NDArray[np.int64]
Labels = NDArray[np.int32]
Floats = NDArray[np.float64]
Truth = NDArray[np.int8]

#: In ``parent``: the post is an original; it does not say what it shares; that is not there.
ROOT: Final = -1
DELETED: Final = -2
ABSENT: Final = -3
#: In ``truth``.
UNKNOWN: Final = -1


@dataclass
class Records:
    """Posts of many cascades, one row each, in any order.

    ``cascade`` (int32 [rows]) indexes ``names``, ``account`` (int32 [rows]) indexes ``ids``.
    ``time`` (float64 [rows]) is in units of ``hour`` to the hour, from any origin; ``parent``
    (int64 [rows]) is the row of the post that is shared, or ROOT, DELETED or ABSENT. ``truth``
    (int8 [cascades]) is 1 true, 0 a rumor, -1 unknown; ``followers`` (int32 [accounts]) -1
    where unknown. ``where(row)`` is the place of a row for messages.
    """

    names: Sequence[str]
    ids: NDArray[Any]
    cascade: Labels
    account: Labels
    time: Floats
    parent: Ints
    where: Callable[[int], str]
    truth: Truth
    followers: Labels
    categories: Sequence[str] = ()
    #: Units of ``time`` in an hour.
    hour: float = 3600.0
    #: Times count from the earliest original, unless their origin is 0.
    from_zero: bool = False
    #: Whether times are since 1970, so that the start is known, as local time in the zone.
    absolute: bool = False
    zone: tzinfo | None = None
    #: Which rows hold a post that an earlier row of the cascade holds; None where none can.
    repeated: NDArray[np.bool_] | None = None
    platforms: tuple[str, ...] = ("platform",)
    platform: NDArray[np.uint8] | None = None
    #: What was assumed, in sentences.
    notes: list[str] = field(default_factory=list)
    #: Of an own stream: its facts, which are kept.
    facts: Facts | None = None
    #: Of an own stream of cascades: what was found when they were first read.
    earlier: Sequence[Found] = ()

    def __len__(self) -> int:
        return len(self.cascade)

    def check(self) -> None:
        """ValueError where the columns do not fit each other, as those of a plug-in may."""
        rows, cascades, accounts = len(self), len(self.names), len(self.ids)
        for name, wanted in (("account", rows), ("time", rows), ("parent", rows)):
            if len(getattr(self, name)) != wanted:
                raise ValueError(f"{name} must have {wanted} rows")
        if len(self.truth) != cascades or len(self.followers) != accounts:
            raise ValueError("truth goes by cascade, followers by account")
        if not rows:
            raise ValueError("there must be posts")
        for name, size in (("cascade", cascades), ("account", accounts)):
            column = getattr(self, name)
            if column.min() < 0 or column.max() >= size:
                raise ValueError(f"{name} must be in [0, {size})")
        if self.parent.min() < ABSENT or self.parent.max() >= rows:
            raise ValueError(f"parent must be in [{ABSENT}, {rows})")
        there = self.parent >= 0
        if (self.cascade[there] != self.cascade[self.parent[there]]).any():
            raise ValueError("parent must be a row of the same cascade")
        if not np.isfinite(self.time).all():
            raise ValueError("time must be finite")

    def forget(self) -> None:
        """Let go of the columns of rows, which somebody else has taken over."""
        self.cascade = self.account = np.empty(0, np.int32)
        self.time, self.parent = np.empty(0), np.empty(0, np.int64)
        self.repeated = None
