"""The measure ``spread`` again, the slow and obvious way: each cascade as a list of dicts."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, localcontext
from fractions import Fraction
from statistics import fmean
from typing import Any

import networkx as nx
from naive_parts import Row, div, kinds, quantile

from rumorsim.events.stream import Facts

NAMES = {"q10": 0.1, "q25": 0.25, "median": 0.5, "q75": 0.75, "q90": 0.9}


def quantiles(values: list[float]) -> dict[str, Any]:
    ordered = sorted(values)
    return {name: quantile(ordered, p) if ordered else None for name, p in NAMES.items()}


def with_mean(values: list[int]) -> dict[str, Any]:
    return {"mean": fmean(values) if values else None, **quantiles(values)}


def trees_of(rows: list[Row], age: float | None) -> list[dict[str, Any]]:
    """Each publication with its shares; a share knows its parent, generation, children."""
    posts: dict[int, dict[str, Any]] = {}
    trees = []
    for row in kinds(rows, "publish", "share"):
        post = {**row, "children": 0, "generation": 0}
        if row["kind"] == "publish":
            post["tree"] = {"root": post, "shares": []}
            trees.append(post["tree"])
        else:
            parent = posts.get(int(row["value"]))
            if parent is None:
                continue
            root = parent["tree"]["root"]
            if age is not None and row["time"] - root["time"] > age:
                continue
            parent["children"] += 1
            post |= {"parent": parent, "tree": parent["tree"]}
            post["generation"] = parent["generation"] + 1
            post["tree"]["shares"].append(post)
        posts[row["post"]] = post
    return trees


def virality(tree: dict[str, Any]) -> float:
    graph = nx.Graph([(share["post"], share["parent"]["post"]) for share in tree["shares"]])
    return nx.average_shortest_path_length(graph)


def breadth(tree: dict[str, Any]) -> int:
    levels = [share["generation"] for share in tree["shares"]]
    return max(levels.count(level) for level in levels) if levels else 1


def half(tree: dict[str, Any]) -> float:
    times = sorted(share["time"] for share in tree["shares"])
    return times[-(-len(times) // 2) - 1] - tree["root"]["time"]


def repeats(tree: dict[str, Any]) -> int:
    accounts = [share["account"] for share in tree["shares"]]
    return len(accounts) - len(set(accounts))


def by_moments(children: list[int]) -> float | None:
    if not children:
        return None
    mean = Fraction(sum(children), len(children))
    variance = Fraction(sum(c * c for c in children), len(children)) - mean**2
    return float(mean**2 / (variance - mean)) if variance > mean else None


def by_likelihood(children: list[int]) -> float | None:
    """The root of the derivative of the log likelihood by k, by halving, to 40 digits."""
    start = by_moments(children)
    if start is None:
        return None
    with localcontext() as context:
        context.prec = 40
        mean = Decimal(sum(children)) / len(children)

        def derivative(k: Decimal) -> Decimal:
            terms = (1 / (k + j) for c in children for j in range(c))
            return sum(terms, Decimal()) - len(children) * (1 + mean / k).ln()

        low = high = Decimal(start)
        while derivative(low) < 0:
            low /= 2
        while derivative(high) > 0:
            high *= 2
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if derivative(middle) > 0 else (low, middle)
        return float(low)


def hours(facts: Facts, shares: list[dict[str, Any]]) -> dict[str, Any]:
    if not facts.start or not shares:
        return {f"{hour}": None for hour in range(0, 24, 4)}
    at = datetime.fromisoformat(facts.start)
    begin = at.hour + at.minute / 60 + at.second / 3600
    bins = [int((begin + share["time"]) % 24 / 4) for share in shares]
    return {f"{4 * each}": bins.count(each) / len(bins) for each in range(6)}


def of(facts: Facts, trees: list[dict[str, Any]], truths: set[bool]) -> dict[str, Any]:
    seen = facts.observation
    trees = [tree for tree in trees if facts.stories[tree["root"]["story"]].truth in truths]
    out_of = len(trees)
    if seen is not None:
        trees = [tree for tree in trees if len(tree["shares"]) >= seen.fewest]
        if seen.most is not None:
            trees = [tree for tree in trees if len(tree["shares"]) <= seen.most]
    shares = [share for tree in trees for share in tree["shares"]]
    shared = [tree for tree in trees if tree["shares"]]
    children = [share["children"] for share in shares]
    levels = [share["generation"] for share in shares]

    def delays(first: bool) -> dict[str, Any]:
        found = [
            share["time"] - share["parent"]["time"]
            for share in shares
            if (share["generation"] == 1) == first
        ]
        return {**quantiles(found), "beyond_day": div(sum(x > 24 for x in found), len(found))}

    return {
        "cascades": {
            "held": len(trees),
            "share": div(len(trees), out_of),
            "shares": len(shares),
        },
        "delays": {"first": delays(True), "later": delays(False)},
        "generations": {
            **{f"{g}": div(levels.count(g), len(levels)) for g in range(1, 6)},
            "6+": div(sum(level > 5 for level in levels), len(levels)),
        },
        "children": {
            "mean": fmean(children) if children else None,
            "none": div(children.count(0), len(children)),
            "dispersion": by_likelihood(children),
            "dispersion_by_moments": by_moments(children),
            "by_generation": {
                f"{g}": div(levels.count(g + 1), levels.count(g)) for g in range(1, 5)
            },
        },
        "originals": with_mean([tree["root"]["children"] for tree in trees]),
        "sizes": with_mean([len(tree["shares"]) for tree in trees]),
        "virality": quantiles([virality(tree) for tree in shared]),
        "breadth": quantiles([breadth(tree) for tree in trees]),
        "depth": quantiles(
            [max((s["generation"] for s in tree["shares"]), default=0) for tree in trees]
        ),
        "half": quantiles([half(tree) for tree in shared]),
        "repeats": {"share": div(sum(map(repeats, trees)), len(shares))},
        "hours": hours(facts, shares),
    }


def spread(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    age = None if facts.observation is None else facts.observation.age
    trees = trees_of(rows, age)
    return {
        "all": of(facts, trees, {True, False}),
        "truth": {"false": of(facts, trees, {False}), "true": of(facts, trees, {True})},
    }
