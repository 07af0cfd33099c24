"""Every measure again, the slow and obvious way: one list of dicts, plain Python.

Written from the definitions, sharing nothing with ``rumorsim.measures``: these are what the
measures are held against.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import networkx as nx
from naive_arms import arms
from naive_attention import benefits, cost, earnings, payments, penalties
from naive_desk import collateral, enforcement
from naive_parts import Row, curve, div, first_times, groups, kinds, split, spread
from naive_people import audience, displacement, losses, sources
from naive_spread import spread as spread_of

from rumorsim.events.stream import Facts


def reach(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    seen = kinds(rows, "expose")
    posted = kinds(rows, "publish") + kinds(rows, "share")

    def who(part: list[Row], stories: set[int]) -> dict[str, int]:
        accounts = {row["account"] for row in part}
        authors = {row["account"] for row in posted if row["story"] in stories}
        return {
            "accounts": len(accounts),
            "with_authors": len(accounts | authors),
            "persons": len({int(facts.person[a]) for a in accounts}),
        }

    def where(part: list[Row]) -> dict[str, int]:
        codes = {"feed": 0, "trending": 1}
        return {name: sum(r["value"] == code for r in part) for name, code in codes.items()}

    value: dict[str, Any] = {
        **who(seen, set(range(len(facts.stories)))),
        "exposures": len(seen),
        "surfaces": where(seen),
    }
    value["truth"], value["stories"] = {}, {}
    for name, stories in groups(facts).items():
        part = [row for row in seen if row["story"] in stories]
        value["truth"][name] = {
            **who(part, stories),
            "exposures": len(part),
            "over_time": curve(facts, "accounts", first_times(part)),
        }
    for i, story in enumerate(facts.stories):
        part = [row for row in seen if row["story"] == i]
        value["stories"][story.name] = {
            **who(part, {i}),
            "surfaces": where(part),
            "over_time": curve(facts, "accounts", first_times(part)),
        }
    return value


def impressions(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    def of(stories: set[int]) -> dict[str, Any]:
        reads = [r for r in kinds(rows, "read") if r["story"] in stories]
        accounts = {r["account"] for r in kinds(rows, "expose") if r["story"] in stories}
        return {
            "reads": len(reads),
            "reads_per_account": div(len(reads), len(accounts)),
            "over_time": curve(facts, "reads", [r["time"] for r in reads]),
        }

    def by(names: tuple[str, ...], number: Any) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for i, name in enumerate(names):
            mine = [r for r in kinds(rows, "read") if number[r["account"]] == i]
            truth = {
                group: {"reads": sum(r["story"] in stories for r in mine)}
                for group, stories in groups(facts).items()
            }
            value[name] = {"truth": truth}
        return value

    return {
        "reads": len(kinds(rows, "read")),
        "kinds": by(facts.kinds, facts.kind),
        "platforms": by(facts.platforms, facts.platform),
        **split(facts, of),
    }


def shares(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    def of(stories: set[int]) -> dict[str, Any]:
        made = [r for r in kinds(rows, "publish", "share") if r["story"] in stories]
        return {
            "shares": len(kinds(made, "share")),
            "publications": len(kinds(made, "publish")),
            "sharers": len({r["account"] for r in made}),
            "over_time": curve(facts, "shares", [r["time"] for r in kinds(made, "share")]),
        }

    total = {"shares": len(kinds(rows, "share")), "publications": len(kinds(rows, "publish"))}
    return {**total, **split(facts, of)}


def trees(rows: list[Row]) -> list[tuple[int, nx.Graph, int]]:
    """(story, undirected tree, root) of each publication."""
    found: dict[int, tuple[int, nx.Graph, int]] = {}
    for row in kinds(rows, "publish", "share"):
        post = row["post"]
        if row["kind"] == "publish":
            found[post] = (row["story"], nx.Graph(), post)
            found[post][1].add_node(post)
        else:
            found[post] = found[int(row["value"])]
            found[post][1].add_edge(int(row["value"]), post)
    return [tree for post, tree in found.items() if tree[2] == post]


def cascades(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    every = trees(rows)

    def of(stories: set[int]) -> dict[str, Any]:
        size, depth, breadth, virality = [], [], [], []
        for story, tree, root in every:
            if story not in stories:
                continue
            levels = list(nx.single_source_shortest_path_length(tree, root).values())
            size.append(len(tree))
            depth.append(max(levels))
            breadth.append(max(levels.count(level) for level in levels))
            if len(tree) > 1:
                virality.append(nx.average_shortest_path_length(tree))
        return {
            "trees": len(size),
            "size": spread(size),
            "depth": spread(depth),
            "breadth": spread(breadth),
            "structural_virality": spread(virality),
        }

    return {**of(set(range(len(facts.stories)))), **split(facts, of)}


def delay_law(delays: list[float], windows: list[float], d: float) -> float:
    """P(delay <= d) by the product limit for right truncation, summed naively."""
    if not any(x <= d for x in delays):
        return 0.0
    product = 1.0
    for step in {x for x in delays if x > d}:
        at_risk = sum(x <= step <= max(y, x) for x, y in zip(delays, windows, strict=True))
        product *= 1 - delays.count(step) / at_risk
    return product


def reproduction(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    posts = kinds(rows, "publish", "share")
    horizon = facts.horizon
    children = [0] * len(posts)
    generation: list[int] = []
    delays, windows = [], []
    for row in posts:
        if row["kind"] == "publish":
            generation.append(0)
            continue
        parent = int(row["value"])
        generation.append(generation[parent] + 1)
        children[parent] += 1
        delays.append(row["time"] - posts[parent]["time"])
        windows.append(horizon - posts[parent]["time"])
    edges = [k * horizon / 20 for k in range(21)]

    def mean(of: list[int]) -> dict[str, Any]:
        caused = sum(children[i] for i in of)
        return {"posts": len(of), "shares": caused, "mean": div(caused, len(of))}

    def part(of: list[int], middle: float) -> float:
        times = [posts[i]["time"] for i in of] or [middle]
        return sum(delay_law(delays, windows, horizon - t) for t in times) / len(times)

    def of(stories: set[int]) -> dict[str, Any]:
        mine = [i for i, row in enumerate(posts) if row["story"] in stories]
        bins = [
            [i for i in mine if low <= posts[i]["time"] < high] for low, high in pairwise(edges)
        ]
        done = [part(b, (edges[k] + edges[k + 1]) / 2) for k, b in enumerate(bins)]
        late = [not delays or each < 0.95 for each in done]
        ages = {str(g): [i for i in mine if generation[i] == g] for g in range(10)}
        ages["10+"] = [i for i in mine if generation[i] >= 10]
        means = [mean(b) for b in bins]
        return {
            **mean(mine),
            "complete": mean([i for k, of_bin in enumerate(bins) if not late[k] for i in of_bin]),
            "censored_cohorts": sum(late),
            "generations": {g: mean(each) for g, each in ages.items()},
            "cohorts": {
                "time": edges[:-1],
                **{key: [m[key] for m in means] for key in ("posts", "shares", "mean")},
                "completeness": done if delays else [None] * 20,
                "censored": [int(flag) for flag in late],
            },
        }

    return {**of(set(range(len(facts.stories)))), **split(facts, of)}


def attention(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    first: dict[int, float] = {}
    for row in kinds(rows, "publish"):
        first.setdefault(row["story"], row["time"])
    parts = {"q10": 10, "q25": 25, "half": 50, "q75": 75, "q90": 90, "q95": 95}

    def times(kind: str, stories: set[int]) -> dict[str, Any]:
        mine = [r for r in kinds(rows, kind) if r["story"] in stories]
        ages = sorted(r["time"] - first[r["story"]] for r in mine)
        if not ages:
            return {"count": 0, **dict.fromkeys(parts), "peak_hour": None}
        hours = [int(r["time"]) for r in mine]
        return {
            "count": len(ages),
            **{name: ages[max(-(-p * len(ages) // 100), 1) - 1] for name, p in parts.items()},
            "peak_hour": min(set(hours), key=lambda hour: (-hours.count(hour), hour)),
        }

    def of(stories: set[int]) -> dict[str, Any]:
        return {"exposures": times("expose", stories), "shares": times("share", stories)}

    value = split(facts, of)
    for i, story in enumerate(facts.stories):
        value["stories"][story.name]["first_publication"] = first.get(i)
    return value


def spreaders(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    reasons = ("forgot", "recovered", "stifled", "stifled-by-another")

    def of(stories: set[int]) -> dict[str, Any]:
        telling: set[tuple[int, int]] = set()
        steps: list[tuple[float, int]] = []
        began, peak, peak_time, stops = 0, 0, None, dict.fromkeys(reasons, 0)
        for row in kinds(rows, "publish", "share", "stop"):
            if row["story"] not in stories:
                continue
            who = (row["account"], row["story"])
            if row["kind"] == "stop":
                stops[reasons[int(row["value"])]] += 1
                telling.remove(who)
            else:
                began += who not in telling
                telling.add(who)
            steps.append((row["time"], len(telling)))
            if len(telling) > peak:
                peak, peak_time = len(telling), row["time"]
        edges = [k * facts.horizon / 100 for k in range(101)]
        levels = [[level for time, level in steps if time < edge] for edge in edges]
        return {
            "began": began,
            "at_the_end": len(telling),
            "peak": peak,
            "peak_time": peak_time,
            "stops": stops,
            "over_time": {"time": edges, "spreaders": [(x or [0])[-1] for x in levels]},
        }

    return split(facts, of)


def prevented(facts: Facts, rows: list[Row]) -> dict[str, Any]:
    names = [story.name for story in facts.stories]
    counts = [sum(r["story"] == i for r in kinds(rows, "share")) for i in range(len(names))]

    def of(truth: bool) -> dict[str, Any]:
        stories = [i for i, story in enumerate(facts.stories) if story.truth is truth]
        posts = [r for r in kinds(rows, "publish", "share") if r["story"] in stories]
        audience = sum(int(facts.followers[r["account"]]) for r in posts)
        last = [
            max(r["time"] for r in kinds(posts, "share") if r["story"] == i)
            for i in stories
            if counts[i]
        ]
        value = {
            "shares": sum(counts[i] for i in stories),
            "audience": audience,
            "last_share": sum(last) / len(last) if last else None,
            **dict.fromkeys(("cascades", "observed", "mean", "over_shares", "audience_averted")),
        }
        if facts.observed is not None:
            before = {i: int(facts.observed.shares[i]) for i in stories}
            some = [i for i in stories if before[i]]
            total = sum(before.values())
            seen = sum(int(facts.observed.audience[i]) for i in stories)
            value["cascades"], value["observed"] = len(some), total
            if some:
                value["mean"] = sum(1 - counts[i] / before[i] for i in some) / len(some)
                value["over_shares"] = (total - value["shares"]) / total
            value["audience_averted"] = (seen - audience) / seen if seen else None
        return value

    return {
        "truth": {"false": of(False), "true": of(True)},
        "cascades": {
            word: {
                name: count
                for name, count, story in zip(names, counts, facts.stories, strict=True)
                if story.truth is truth
            }
            for word, truth in (("false", False), ("true", True))
        },
    }


NAIVE = {
    "reach": reach,
    "impressions": impressions,
    "shares": shares,
    "cascades": cascades,
    "spread": spread_of,
    "reproduction": reproduction,
    "attention": attention,
    "enforcement": enforcement,
    "collateral": collateral,
    "spreaders": spreaders,
    "benefits": benefits,
    "penalties": penalties,
    "audience": audience,
    "displacement": displacement,
    "losses": losses,
    "sources": sources,
    "cost": cost,
    "earnings": earnings,
    "payments": payments,
    "prevented": prevented,
    "arms": arms,
}
