"""Values of the second generator: times, rates, numbers and names, by type and by key."""

from __future__ import annotations

import random
from typing import Any, Final

from rumorsim.measures import MEASURES

__all__ = ["Node", "Place", "Values", "hours_as_text"]

#: A part of a JSON schema, and where in a scenario a value stands.
Node = dict[str, Any]
Place = tuple[str | int, ...]

#: What is a chance, or part of one.
PARTS: Final = {"appeal", "report", "belief", "sensitivity", "reinforcement", "receptivity"}
#: Sizes that a scenario of this generator does not exceed: how much there is to do.
SIZES: Final = {
    "copies": 3, "size": 9, "times": 3, "depth": 3, "branching": 3, "slots": 60, "pinned": 3,
    "random": 3, "most_followed": 3, "count": 2, "shares": 12, "brigade": 12, "stories": 9,
}  # fmt: skip
#: Factors on rates.
FACTORS: Final = {"check_ins": 3.0, "posting": 3.0, "again": 0.5}
#: Processes that tick: at most so many times in a run.
TICKING: Final = {"refresh", "window", "every"}
MOST_TICKS: Final = 150
#: Points of a Poisson process expected in a run, by the rate's key; "" for all others.
MOST_POINTS: Final = {"mean": 400.0, "background": 1e5, "": 40.0}
#: Hours for which a trending list has been going when a scenario begins.
BEFORE: Final = 24.0


#: The list of names that a key points into, where that is not called after it.
LISTS: Final = {
    "story": "stories", "answers": "stories", "category": "categories", "kind": "kinds",
    "guilty_kinds": "kinds", "unqualified": "kinds", "platform": "platforms",
}  # fmt: skip


def hours_as_text(hours: float) -> str:
    return f"{hours!r} h"


class Values:
    """What one scenario is drawn from: its size, its clock, its names."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        pick = chance.choice
        self.times = pick(("grid", "grid", "free", "ends"))
        #: Mostly much is to happen: the ends of what is allowed often leave nothing to do.
        self.lively = chance.random() < 0.75
        #: How often what may be left out is there.
        self.odds = pick((0.1, 0.2, 0.4, 0.6, 0.9))
        self.accounts = pick((8, 20, 40, 60) if self.lively else (1, 2, 3, 20))
        hours = {"grid": (6, 24, 48, 96), "free": (0.7, 5.3, 31.0, 70.0), "ends": (1e-9, 7.0, 60.0)}
        self.horizon = float(pick(hours[self.times]))
        self.unit = pick((0.25, 1.0, 1.0, 2.0)) * min(1.0, self.horizon / 6.0)
        self.names = {
            "stories": [f"s{i}" for i in range(pick((1, 1, 2, 4)))],
            "kinds": ["k0", "k1"],
            "platforms": [f"p{i}" for i in range(pick((0, 0, 1, 2, 3)))],
            "categories": ["health", "finance", "c0"],
        }

    def text(self, node: Node, name: str, path: Place) -> str:
        example = node.get("examples", [""])[0]
        if " per " in example:
            return self._rate(name) if len(node["examples"]) > 1 else self._quota()
        if example.startswith("90"):
            return self._duration(name)
        if example:
            return f"2023-03-10 {self.chance.randrange(24):02}:{self.chance.choice((0, 30, 59)):02}"
        if name == "measures":
            return self.chance.choice(sorted(MEASURES))
        words = self.names.get(LISTS.get(name, name))
        if name == "name":
            return f"{str(path[-3])[0]}{path[-2]}" if len(path) > 2 else f"s{path[-2]}"
        if name == "answers":
            words = [each for each in self.names["stories"] if each != f"s{path[1]}"]
        if words is None:
            raise KeyError(f"what to write at {path}?")
        return self.chance.choice(words or ["nowhere"])

    def _duration(self, name: str) -> str:
        if name in TICKING:
            span = self.horizon + BEFORE * (name == "refresh")
            hours = max(span / MOST_TICKS, self.unit * self.chance.choice((0.25, 1, 3)))
        elif self.times == "grid":
            hours = self.unit * self.chance.choice((0, 1, 1, 1, 1, 2, 2, 3, 4, 12))
        elif self.times == "free":
            hours = self.horizon * self.chance.random() ** 3
        else:
            hours = self.chance.choice((0.0, 1e-12, 1e-6, self.horizon, 0.5, 876_600.0))
        return hours_as_text(hours)

    def _rate(self, name: str) -> str:
        span = max(self.horizon, 1e-7) + BEFORE * (name == "topics")
        most = MOST_POINTS.get(name, MOST_POINTS[""]) / span
        share = self.chance.choice((0.1, 0.3, 1.0) if self.lively else (0.0, 1e-9, 0.01, 0.1, 1.0))
        return f"{min(1e9, most * share)!r} per h"

    def _quota(self) -> str:
        period = self.unit * self.chance.choice((1, 2, 24))
        return f"{self.chance.choice((1, 1, 2, 50))} per {period!r} h"

    def integer(self, node: Node, name: str, path: Place) -> int:
        if name in ("accounts", "ids") and isinstance(path[-1], int):
            return self.chance.randrange(self.accounts)
        if name == "accounts":
            return self.accounts
        if name in ("groups", "degree", "neighbours"):
            even = 2 * self.chance.randrange(max(1, self.accounts // 2))
            return max(1, even) if name == "groups" else even
        low = node.get("minimum", node.get("exclusiveMinimum", -1) + 1)
        high = min(node.get("maximum", 2**31), SIZES.get(name, 2**31))
        ends = self.chance.random() < (0.05 if self.lively else 0.3)
        near = low + self.chance.choice((0, 0, 1, 2, 4))
        return int(min(high, self.chance.choice((low, high)) if ends else near))

    def number(self, node: Node, name: str, path: Place) -> float:
        low = node.get("minimum", node.get("exclusiveMinimum", -1e-6) + 1e-6)
        high = node.get("maximum", node.get("exclusiveMaximum", 1e6) - 1e-6)
        high = min(high, FACTORS.get(name, high))
        if name == "mean_followers":
            return float(min(self.accounts - 1, self.chance.choice((0, 1, 3, 8, 8))))
        if name == "mean" and "visits" in path:
            return self.chance.choice((0.0, 0.5, 3.0, 20.0))
        if name == "share" and "kinds" in path:
            return self.chance.choice((0.1, 0.3, 0.5))
        inside = [each for each in (0.0, 0.05, 0.3, 0.5, 1.0, 2.0, 5.0) if low <= each <= high]
        if self.lively and name in PARTS:
            inside = [0.3, 0.5, 1.0]
        elif self.chance.random() < (0.05 if self.lively else 0.2):
            return float(self.chance.choice((low, high)))
        if self.chance.random() < 0.3:
            return low + (min(high, low + 2.0) - low) * self.chance.random()
        return float(self.chance.choice(inside or [low, high]))
