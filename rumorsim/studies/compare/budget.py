"""How many worlds a comparison takes where nobody says: 20, and more where few of them decide.

Where the tail of reach needs more worlds (see ``tails``), four times as many are looked at, and
so on, as long as that fits the budget. What is looked at is how the numbers are spread over
worlds, not whether an interval is narrow or clear, so intervals keep their level (measured in
experiments/coverage).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from rumorsim.common.errors import Fault, InputError, show_value

#: Worlds of the first look.
FIRST: Final = 20
#: Times as many worlds at the next look: few looks, and a stop not far beyond what is needed.
_GROWTH: Final = 4
_FORM: Final = re.compile(r"(\d+\.?\d*|\.\d+)\s*(s|min|h|runs)")
_SECONDS: Final = {"s": 1.0, "min": 60.0, "h": 3600.0}


class Budget(NamedTuple):
    """What a comparison may take: ``seconds`` of time or ``runs``; the other is None."""

    text: str
    seconds: float | None
    runs: int | None

    @classmethod
    def read(cls, text: str) -> Budget:
        """From "30 s", "5 min", "1 h" or "2000 runs"; InputError for anything else and for zero."""
        found = _FORM.fullmatch(str(text).strip())
        if found is None or float(found[1]) <= 0:
            raise InputError(
                Fault(
                    "must be a time or a number of runs above zero",
                    key="budget",
                    value=show_value(text),
                    advice='such as "30 s", "5 min" or "2000 runs"',
                )
            )
        size, unit = float(found[1]), found[2]
        if unit == "runs":
            return cls(f"{size:,.0f} runs", None, int(size))
        return cls(f"{size:g} {unit}", size * _SECONDS[unit], None)

    def allows(self, worlds: int, policies: int, done: int, seconds: float) -> bool:
        """Whether ``worlds`` worlds fit, where ``done`` of them took ``seconds``."""
        if self.runs is not None:
            return worlds * policies <= self.runs
        assert self.seconds is not None
        return seconds * worlds / done <= self.seconds


class Pace:
    """How long runs take, from the first that is finished on: starting workers aside."""

    def __init__(self) -> None:
        self._begun = self._ended = 0.0
        self._counted = 0

    def watching(self, told: Callable[[int, int], None] | None) -> Callable[[int, int], None]:
        """``told``, which is called as runs are finished, with the time of it noted."""

        def moved(done: int, total: int) -> None:
            self._ended = time.monotonic()
            self._begun = self._begun or self._ended
            self._counted += 1
            if told is not None:
                told(done, total)

        return moved

    def seconds(self, runs: int) -> float:
        """What ``runs`` runs take at this pace."""
        return (self._ended - self._begun) * runs / max(self._counted - 1, 1)


#: What is used of a computer without being asked.
BUDGET: Final = "30 s"


def next_worlds(
    worlds: int, needed: int | None, budget: Budget, policies: int, seconds: float
) -> int | None:
    """How many worlds to have next; None where these do, or more do not fit the budget.

    ``needed`` is None where the worlds do; ``seconds`` is what ``worlds`` of them took.
    """
    if needed is None:
        return None
    wanted = _GROWTH * worlds
    return wanted if budget.allows(wanted, policies, worlds, seconds) else None
