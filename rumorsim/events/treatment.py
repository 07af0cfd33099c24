"""Arms of an experiment: which accounts are treated, and when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Treatment:
    """Who is treated when.

    ``begins`` (float64 [accounts]) is the hour from which each account is treated, inf for never.
    ``windows`` (uint8 [periods]) says of each period of ``period`` hours from hour 0 whether
    treatment is on; empty where it stays on. ``unit`` (int32 [accounts]) is the number of the unit
    that each account belongs to, ``egos`` (bool [accounts]) who is measured. ``drawn``: whether
    who is treated was drawn, and not decided by how many followers they have.
    """

    begins: NDArray[np.float64]
    unit: NDArray[np.int32]
    egos: NDArray[np.bool_]
    windows: NDArray[np.uint8]
    period: float
    drawn: bool = True

    @classmethod
    def nobody(cls) -> Treatment:
        """No experiment: no account has an entry, and none is treated."""
        unit, egos = np.empty(0, np.int32), np.empty(0, np.bool_)
        return cls(np.empty(0), unit, egos, np.empty(0, np.uint8), math.inf)

    @cached_property
    def there_is(self) -> bool:
        """Whether there are arms at all."""
        return len(self.begins) > 0

    def on(self, time: float) -> bool:
        """Whether treatment is on at ``time`` (hours)."""
        if not len(self.windows):
            return True
        return bool(self.windows[min(int(time / self.period), len(self.windows) - 1)])

    def treats(self, account: int, time: float) -> bool:
        """Whether an account is treated at ``time`` (hours)."""
        return self.there_is and time >= self.begins[account] and self.on(time)

    def treated(self, time: float) -> NDArray[np.bool_]:
        """Who is treated at ``time`` (hours); bool [accounts]."""
        return (self.begins <= time) & self.on(time)
