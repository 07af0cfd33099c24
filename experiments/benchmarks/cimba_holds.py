"""The pace of a compiled event queue: Cimba's, where processes wait again and again.

Run as a program, as its compiler and rumorsim's do not go together in one process: it prints the
holds that were made and the CPU, wall clock and system seconds that they took, as JSON. Cimba
reads the annotations of its models as they are written, so they must not be postponed.
"""

import json

import cimba  # type: ignore
import numpy as np
from cimba import inputs
from harness import timed

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


def main() -> None:
    model = Holding()
    experiment = cimba.Experiment(model, window=cimba.Window(duration=HOURS), seed=1)
    experiment.run()  # compiles it
    took, found = timed(experiment.run)
    holds = float(np.sum(found[model].holds))
    print(json.dumps({"holds": holds, "cpu": took.cpu, "wall": took.wall, "system": took.system}))


if __name__ == "__main__":
    main()
