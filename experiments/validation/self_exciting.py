"""Rows HAWKES- and CHI-: self-exciting cascades, their memory being the delay of reading.

On a large random follow graph each post has a Poisson number of shares, each after its own
delay: a Hawkes process of branching ratio n = appeal x mean followers.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
from asking import Asked, Target, counted, scenario
from checks import Check, mean_of, number
from numpy.typing import NDArray

__all__ = ["HORIZONS", "harm_reduction", "hawkes_counts"]

FOLLOWERS = 5.0
SEISMIC = {"law": "power-law", "flat_until": "300 s", "exponent": 1.2315}
AMERICA_FIRST = {"law": "lomax", "shape": 0.206, "scale": "30 s"}
#: Ages in hours of SEISMIC's rows, which name the policies too.
HORIZONS = (0.25, 1.0, 4.0, 24.0)


def hawkes_counts(target: Target, asked: Asked) -> list[Check]:
    """HAWKES-N-*: mean number of posts, the first included, by each hour."""
    ratio = 0.8 if target.id.endswith("seismic8") else 0.5
    story = {
        "appeal": ratio / FOLLOWERS * asked.factor,
        "copies": 40_000 if asked.short else 100_000,
    }
    told = scenario("branching", story, feed={"delay": SEISMIC}, top={"horizon": "24 h"})
    found = counted(told, to_the_end=False)
    checks = []
    for hours, expected in zip(HORIZONS, target.numbers(), strict=True):
        checks.append(mean_of(target, f"posts by {hours:g} h", expected, found.by(hours)))
    return checks


def harm_reduction(target: Target, asked: Asked) -> list[Check]:
    """CHI-*: every post removed at an age, shares too; by how much fewer posts there are."""
    law: dict[str, Any]
    ages: tuple[float, ...]
    if target.id == "CHI-seismic":
        ratio, law, ages = 0.75, SEISMIC, HORIZONS
        copies = 15_000 if asked.short else 50_000
    else:
        ratio, law, ages = float(_ratio(target.setup)), AMERICA_FIRST, (24.0,)
        copies = 40_000 if asked.short else 80_000
    story = {"appeal": ratio / FOLLOWERS * asked.factor, "copies": copies}
    untouched = counted(scenario("branching", story)).posts
    told = scenario("branching", story, feed={"delay": law}, top={"horizon": "20000 h"})
    checks = []
    for hours, expected in zip(ages, target.numbers(), strict=True):
        left = counted(told, f"{hours:g}h").posts
        checks.append(_reduction(target, hours, expected, untouched, left))
    return checks


def _reduction(
    target: Target,
    hours: float,
    expected: float,
    untouched: NDArray[np.int64],
    left: NDArray[np.int64],
) -> Check:
    """1 - E[left] / E[untouched], paired: the worlds are coupled, so none has more posts.

    Who shares does not depend on when it is read (coins are tossed for reader and post), so
    the untouched world is run with short delays: with those of the row it would take
    longer than the century a scenario may last.
    """
    if (left > untouched).any():
        raise ValueError("removal made a cascade larger: the worlds are not coupled")
    chi = 1 - float(left.mean() / untouched.mean())
    rest = left - (1 - chi) * untouched
    error = float(rest.std(ddof=1)) / float(untouched.mean()) / math.sqrt(len(left))
    return number(target, f"fewer posts, removed at {hours:g} h", expected, chi, error)


def _ratio(setup: str) -> Any:
    found = re.search(r"n\*=([\d.]+)", setup)
    if found is None:
        raise ValueError(f"the target does not say n*: {setup}")
    return found[1]
