"""Processes that wait again and again, as a Cimba model: the pace of a compiled event queue.

Cimba reads the annotations of its models as they are written, so they must not be postponed.
"""

import cimba  # type: ignore
from cimba import inputs

__all__ = ["HOURS", "PROCESSES", "Holding"]

#: Processes at once, and hours they are run for: a hold takes an hour on average.
PROCESSES, HOURS = 1000, 5000.0


class Holding(cimba.Model):  # type: ignore
    """Each process draws an exponential time and waits for so long, for ever."""

    gap: cimba.Input[float] = inputs.dist.exponential(mean=1)
    holds: cimba.Output[float]

    @cimba.on_start  # type: ignore
    def begins(self):  # type: ignore
        self.holds = 0.0

    @cimba.process(copies=PROCESSES)  # type: ignore
    def waits(self):  # type: ignore
        while True:
            cimba.hold(self.gap.next())
            self.holds += 1.0
