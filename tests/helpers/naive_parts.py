"""What the naive measures share: plain Python over a list of dicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rumorsim.events.stream import Facts

Row = dict[str, Any]


def groups(facts: Facts) -> dict[str, set[int]]:
    every = enumerate(facts.stories)
    made = {"false": set(), "true": set(), "correction": set()}
    for i, story in every:
        made["true" if story.truth else "false"].add(i)
        if story.answers is not None:
            made["correction"].add(i)
    return made


def kinds(rows: list[Row], *names: str) -> list[Row]:
    return [row for row in rows if row["kind"] in names]


def curve(facts: Facts, name: str, times: list[float]) -> dict[str, list[Any]]:
    edges = [k * facts.horizon / 100 for k in range(101)]
    # The last edge closes the run: nothing happens at or after it.
    return {"time": edges, name: [sum(t < edge for t in times) for edge in edges]}


def first_times(rows: list[Row]) -> list[float]:
    first: dict[int, float] = {}
    for row in rows:
        first.setdefault(row["account"], row["time"])
    return list(first.values())


def div(a: float, b: float) -> float | None:
    return a / b if b else None


def quantile(ordered: list[float], p: float) -> float:
    place = p * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def spread(values: list[float]) -> dict[str, Any]:
    names = {"q10": 0.1, "q25": 0.25, "median": 0.5, "q75": 0.75, "q90": 0.9, "q99": 0.99}
    if not values:
        return {"count": 0, "mean": None, "min": None, **dict.fromkeys(names), "max": None}
    s = sorted(values)
    return {
        "count": len(s),
        "mean": sum(s) / len(s),
        "min": s[0],
        **{name: quantile(s, p) for name, p in names.items()},
        "max": s[-1],
    }


def split(facts: Facts, of: Callable[[set[int]], dict[str, Any]]) -> dict[str, Any]:
    return {
        "truth": {name: of(stories) for name, stories in groups(facts).items()},
        "stories": {story.name: of({i}) for i, story in enumerate(facts.stories)},
    }


def desks(facts: Facts) -> list[tuple[str, int]]:
    """Who acts at the desk, by name, and its source in the stream."""
    buyers = [(i, each.kind) for i, each in enumerate(facts.adversaries) if each.buys]
    alike = [each.kind for each in facts.adversaries]
    found = [(each.label, i) for i, each in enumerate(facts.interventions)]
    for n, (i, kind) in enumerate(buyers):
        before = alike[:i].count(kind)
        found.append((f"{kind} ({before + 1})" if before else kind, -2 - n))
    found.append(("by hand", -1))
    named: list[tuple[str, int]] = []
    for i, (label, source) in enumerate(found):
        before = [name for name, _ in found[:i]].count(label)
        named.append((f"{label} ({before + 1})" if before else label, source))
    return named
