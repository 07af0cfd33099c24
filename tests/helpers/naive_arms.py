"""The outcomes of arms that no draw made, the slow way: textbook sums over lists."""

from __future__ import annotations

import math
from typing import Any

from naive_parts import Row, kinds

from rumorsim.events.stream import Facts

__all__ = ["arms"]

OUTCOMES = {"shares": "share", "reach": "expose", "reports": "report", "impressions": "read"}
NOTHING = {"effect": None, "error": None, "freedom": None, "base": None, "target": None}


def arms(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    begins = facts.treatment.begins.tolist()
    first = min((time for time in begins if time < facts.horizon), default=0.0)

    def rate(part: list[Row], column: str, account: int, begin: float, end: float) -> float:
        times = [row["time"] for row in part if row[column] == account]
        return sum(begin <= time < end for time in times) * 24_000 / (end - begin)

    value: dict[str, Any] = {}
    for side, column in (("readers", "account"), ("authors", "source")):
        value[side] = {}
        for outcome, kind in OUTCOMES.items():
            part = kinds(rows, kind)
            everyone = range(facts.accounts)
            after = [rate(part, column, a, first, facts.horizon) for a in everyone]
            treated = [a for a in everyone if math.isfinite(begins[a])]
            control = [a for a in everyone if not math.isfinite(begins[a])]
            value[side][outcome] = {
                "mean": mean(after),
                "treated": mean([after[a] for a in treated]) if treated else None,
                "control": mean([after[a] for a in control]) if control else None,
            }
            if first > 0:
                before = [rate(part, column, a, 0.0, first) for a in everyone]
                found = differences(before, after, treated, control)
                value[side][outcome]["differences"] = found
            score = [math.log(1 + int(facts.followers[a])) for a in everyone]
            found = discontinuity(after, score, treated, control)
            value[side][outcome]["discontinuity"] = found
    return value


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def between(
    one: tuple[float, float, int], other: tuple[float, float, int], base: float, target: float
) -> dict[str, Any]:
    """Two means, each with its variance and how many it is of."""
    both = one[1] + other[1]
    pieces = [v**2 / (n - 1) for _, v, n in (one, other)]
    freedom = both**2 / sum(pieces) if both else 0.0
    return {
        "effect": one[0] - other[0],
        "error": math.sqrt(both),
        "freedom": freedom,
        "base": base,
        "target": target,
    }


def differences(
    before: list[float], after: list[float], treated: list[int], control: list[int]
) -> dict[str, Any]:
    if min(len(treated), len(control)) < 2:
        return NOTHING
    sides = []
    for arm in (treated, control):
        changes = [after[a] - before[a] for a in arm]
        middle = mean(changes)
        far = [abs(c - middle) > 1e-9 * max(map(abs, changes)) for c in changes]
        squares = [(c - middle) ** 2 for c, it_is in zip(changes, far, strict=True) if it_is]
        sides.append((middle, sum(squares) / (len(arm) - 1) / len(arm), len(arm)))
    base = mean([before[a] for a in treated]) + sides[1][0]
    return between(*sides, base, mean([after[a] for a in treated]))


def discontinuity(
    outcome: list[float], score: list[float], treated: list[int], control: list[int]
) -> dict[str, Any]:
    """A line on either side; its value at the threshold is a weighted sum of outcomes."""
    if not treated or not control:
        return NOTHING
    middle = (min(score[a] for a in treated) + max(score[a] for a in control)) / 2
    sides = []
    for arm in (treated, control):
        x = [score[a] - middle for a in arm]
        if len(arm) < 3 or max(x) == min(x):
            return NOTHING
        n, centre = len(arm), mean(x)
        spread = sum((each - centre) ** 2 for each in x)
        weights = [1 / n - centre * (each - centre) / spread for each in x]
        y = [outcome[a] for a in arm]
        level = sum(w * each for w, each in zip(weights, y, strict=True))
        slope = sum((a - centre) * b for a, b in zip(x, y, strict=True)) / spread
        variance = 0.0
        for w, a, b in zip(weights, x, y, strict=True):
            leverage = 1 / n + (a - centre) ** 2 / spread
            off = b - level - slope * a
            if abs(off) > 1e-9 * max(map(abs, y)):
                variance += w**2 * off**2 / max(1 - leverage, 1e-9)
        sides.append((level, variance, n - 1))
    return between(*sides, sides[1][0], sides[0][0])
