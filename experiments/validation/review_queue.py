"""Row QUEUE-ErlangC: the review queue is an M/M/10, read from the events alone."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from asking import Asked, Target, scenario
from checks import Check, number
from numpy.typing import NDArray

from rumorsim import Kind, stream
from rumorsim.events.stream import VERBS

__all__ = ["erlang_c", "waits"]

REVIEWERS = 10
#: Hours left out at the beginning, and batches for the standard error: of 400 h and more,
#: against a relaxation time of some 9 h.
WARM_UP = 500.0
BATCHES = 20
FLAG, DELETE = VERBS.index("flag"), VERBS.index("delete")


def erlang_c(target: Target, asked: Asked) -> list[Check]:
    """P(wait) and the mean wait of all cases, waiting or not."""
    schedule = {"rate": f"{0.08 * asked.factor!r} per h"}
    horizon = "10000 h" if asked.short else "30000 h"
    told = scenario("review-queue", {"schedule": schedule}, top={"horizon": horizon})
    opened, wait = waits(told)
    late = opened > WARM_UP
    batches = np.array_split(wait[late], BATCHES)
    probability, mean = target.numbers()
    return [
        _batch_mean(target, "P(wait)", probability, [float((b > 0).mean()) for b in batches]),
        _batch_mean(target, "mean wait, h", mean, [float(b.mean()) for b in batches]),
    ]


def _batch_mean(target: Target, what: str, expected: float, means: list[float]) -> Check:
    error = float(np.std(means, ddof=1)) / math.sqrt(len(means))
    return number(target, what, expected, float(np.mean(means)), error)


def waits(told: object) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """When each case was opened and how long it waited for a reviewer, in hours.

    First come, first served: a case opened while all reviewers are busy begins when, in
    turn, a review before it ends.
    """
    opened: list[float] = []
    wait: list[float] = []
    queue: deque[int] = deque()
    under_way = 0
    for batch in stream(told, "review"):  # type: ignore[arg-type]
        rows = batch.only(Kind.ACTION)
        for time, verb in zip(rows.time.tolist(), rows.value.tolist(), strict=True):
            if verb == FLAG:
                opened.append(time)
                wait.append(math.nan)
                queue.append(len(wait) - 1)
            elif verb == DELETE:
                under_way -= 1
            if queue and under_way < REVIEWERS:
                case = queue.popleft()
                wait[case] = time - opened[case]
                under_way += 1
    begun = len(wait) - len(queue)
    return np.array(opened[:begun]), np.array(wait[:begun])
