"""Random small scenarios that use everything: what the engines are compared on."""

from __future__ import annotations

import random
from typing import Any

from rumorsim.scenario.models import Scenario

__all__ = ["pair", "random_scenario"]

CATEGORIES = ["health", "finance", "ordinary-news"]
KINDS = ["ordinary", "self-media", "official-media"]


def random_scenario(number: int, **fixed: Any) -> Scenario:
    """Scenario ``number``; top-level keys may be fixed."""
    chance = random.Random(number)
    stories = [_story(chance, i) for i in range(chance.randint(1, 4))]
    if len(stories) > 1 and chance.random() < 0.5:
        stories[1]["answers"] = stories[0]["name"]
        stories[1]["correction"] = chance.choice([0.0, 0.3, 1.0])
        stories[1]["copies"] = stories[0]["copies"]
    trending = _trending(chance) if chance.random() < 0.6 else None
    scenario: dict[str, Any] = {
        "start": chance.choice(["2023-03-10 08:00", "2023-03-10 23:59", "2023-03-10"]),
        "horizon": f"{chance.choice([3, 12, 30])} h",
        "seed": chance.getrandbits(64),
        "graph": _graph(chance),
        "accounts": _accounts(chance),
        "feed": _feed(chance),
        "stories": stories,
        "measures": chance.choice([["reach"], ["reach", "impressions"]]),
        "policies": [
            {
                "name": "mixed",
                "interventions": [
                    _intervention(chance, stories, trending is not None)
                    for _ in range(chance.randint(1, 4))
                ],
            }
        ],
    }
    if trending is not None:
        scenario["trending"] = trending
    for story in stories:
        _maybe(chance, story, "visits", _visits(chance), 0.3)
    scenario.update(fixed)
    return Scenario.model_validate(scenario)


def _maybe(
    chance: random.Random, table: dict[str, Any], key: str, value: Any, odds: float = 0.5
) -> None:
    if chance.random() < odds:
        table[key] = value


def _graph(chance: random.Random) -> dict[str, Any]:
    n = chance.randint(6, 40)
    return chance.choice(
        [
            {
                "kind": "erdos-renyi",
                "accounts": n,
                "mean_followers": chance.choice([1.0, 4.0]),
                "seed": n,
            },
            {"kind": "power-law", "accounts": n + 30, "mean_followers": 4.0, "seed": n},
            {"kind": "complete", "accounts": min(n, 15)},
            {"kind": "star", "accounts": n},
            {"kind": "path", "accounts": n},
            {"kind": "tree", "branching": 2, "depth": 4},
        ]
    )


def _accounts(chance: random.Random) -> dict[str, Any]:
    table: dict[str, Any] = {
        "kinds": {
            "self-media": {"share": 0.3, "prominence": chance.choice([0.0, 2.0])},
            "official-media": {"share": 0.2, "official": True, "check_ins": 2.0},
        },
        "second": chance.choice([0.0, 0.3]),
        "trust": chance.choice([1.0, 0.5, 2.0]),
    }
    _maybe(chance, table, "receptivity", 0.7)
    _maybe(chance, table, "trust_shape", 1.5)
    if "receptivity" in table and table["trust"] != 1.0:
        table["homophily"] = 0.8
    return table


def _law(chance: random.Random) -> dict[str, Any]:
    return chance.choice(
        [
            {"law": "fixed", "time": chance.choice(["0 h", "20 min", "1 h"])},
            {"law": "exponential", "mean": "40 min"},
            {"law": "lognormal", "median": "30 min", "sigma": 1.5},
            {"law": "lomax", "shape": 0.5, "scale": "10 min"},
            {"law": "weibull", "shape": 0.6, "scale": "1 h"},
            {"law": "power-law", "flat_until": "5 min", "exponent": 1.3},
            {
                "law": "quantiles",
                "probabilities": [0.1, 0.5, 0.9],
                "times": ["1 min", "10 min", "5 h"],
            },
        ]
    )


def _feed(chance: random.Random) -> dict[str, Any]:
    curve: Any = [chance.choice([0.0, 1.0, 5.0]) for _ in range(24)]
    curve[chance.randrange(24)] = 3.0
    return {
        "reading": chance.choice(["check-in", "check-in", "delay"]),
        "attention": chance.choice([1, 2, 5, "unlimited"]),
        "check_ins": {
            "mean": chance.choice(["20 per day", "100 per day"]),
            "shape": chance.choice([0.468, 3.0]),
        },
        "background": chance.choice(["0 per day", "50 per day", "500 per day"]),
        "background_by": chance.choice(["account", "followee"]),
        "delay": _law(chance),
        "daily_curve": chance.choice(["flat", "waking", curve]),
        "follow_weight": chance.choice(["none", "one-over-followees"]),
        "friction": chance.choice([1.0, 0.7]),
    }


def _story(chance: random.Random, i: int) -> dict[str, Any]:
    story: dict[str, Any] = {
        "name": f"story-{i}",
        "truth": chance.random() < 0.5,
        "category": chance.choice(CATEGORIES),
        "appeal": chance.choice([0.05, 0.3, 0.9, 3.0]),
        "report": chance.choice([0.0, 0.1, 0.5]),
        "author": chance.choice(
            [{"random": 1}, {"random": 2}, {"most_followed": 2}, {"ids": [0, 1]}]
        ),
        "copies": chance.choice([1, 1, 3]),
        "reinforcement": chance.choice([[1.0], [0.2, 1.0, 2.0], [1.0, 0.0]]),
    }
    novelty = [
        {"law": "exponential", "half_life": "2 h"},
        {"law": "power", "half_life": "30 min", "exponent": 0.7},
    ]
    _maybe(chance, story, "vigour", 0.5)
    _maybe(chance, story, "novelty", chance.choice(novelty))
    _maybe(chance, story, "post_novelty", chance.choice(novelty), 0.3)
    if chance.random() < 0.5:
        story["at"] = [chance.choice(["0 h", "1 h", "2.5 h"]) for _ in range(chance.randint(1, 3))]
    else:
        story["schedule"] = {"rate": "8 per day", "begin": "1 h"}
    return story


def _visits(chance: random.Random) -> dict[str, Any]:
    mean, sigma = chance.choice([0.4, 5.0, 30.0]), chance.choice([0.0, 1.0])
    visits = {"mean": mean, "sigma": sigma, "delay": _law(chance)}
    _maybe(chance, visits, "followers_exponent", chance.choice([0.5, 2.0]), 0.3)
    return visits


def _trending(chance: random.Random) -> dict[str, Any]:
    return {
        "slots": chance.choice([1, 3, 50]),
        "refresh": chance.choice(["10 min", "1 h"]),
        "looks": chance.choice(["2 per day", "40 per day"]),
        "topics": chance.choice(["0 per h", "2 per h"]),
        "heat": {"median": 10.0, "sigma": 2.0},
        "lasting": _law(chance),
    }


def _intervention(
    chance: random.Random, stories: list[dict[str, Any]], trending: bool
) -> dict[str, Any]:
    kinds = ["close-accounts", "suspend-accounts", "remove-followers", "delete-posts"]
    kind = chance.choice([*kinds, "filter-trending"] if trending else kinds)
    table: dict[str, Any] = {
        "kind": kind,
        "when": _when(chance),
        "whom": _whom(chance, stories, kind),
    }
    _maybe(chance, table, "quota", "2 per 3 h", 0.3)
    _maybe(chance, table, "delay", _law(chance), 0.4)
    if chance.random() < 0.4:
        table |= {"reviewers": chance.choice([1, 3]), "review_time": _law(chance)}
    if chance.random() < 0.4:
        table |= {"sensitivity": 0.8, "false_positive_rate": 0.3}
        if "categories" in table["whom"]:
            table["judge"] = chance.choice(["truth", "category"])
    _maybe(chance, table, "duration", "2 h", 0.4)
    if kind == "suspend-accounts":
        table |= {"duration": "90 min", "hide_posts": chance.random() < 0.5}
    if kind == "remove-followers":
        table["keep"] = chance.choice([0.0, 0.5])
        if "duration" not in table:
            table["regrowth"] = chance.choice([0.0, 0.5])
    return table


def _when(chance: random.Random) -> dict[str, Any]:
    when: dict[str, Any] = chance.choice(
        [
            {"at": ["0 h"]},
            {"at": ["1 h", "4 h"]},
            {"reports": chance.choice([1, 2, 5])},
            {"shares": chance.choice([1, 3])},
            {"reach": chance.choice([1, 5, 20])},
            {"age": chance.choice(["0 h", "1 h", "5 h"])},
        ]
    )
    if set(when) & {"reports", "shares", "reach"} and chance.random() < 0.3:
        when["window"] = "1 h"
        _maybe(chance, when, "off", 1)
    return when


def _whom(chance: random.Random, stories: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    whom: dict[str, Any] = {}
    _maybe(chance, whom, "kinds", chance.sample(KINDS, 2), 0.3)
    _maybe(chance, whom, "categories", [stories[0]["category"]], 0.3)
    _maybe(chance, whom, "stories", [stories[-1]["name"]], 0.2)
    _maybe(chance, whom, "top", 10, 0.2)
    _maybe(chance, whom, "strikes", 1, 0.1)
    _maybe(chance, whom, "suspicion", 0.1, 0.2)
    _maybe(chance, whom, "fraction", 0.5, 0.3)
    if kind == "delete-posts":
        whom["posts"] = chance.choice(["all", "originals", "shares"])
    return whom


def pair(number: int, **more: Any) -> tuple[Scenario, Scenario]:
    """The same random scenario with exposures as events and late."""
    plain = random_scenario(number).model_dump(mode="json", by_alias=True, exclude_none=True)
    plain.pop("trending", None)
    plain["measures"] = ["reach", "shares", "attention", "reproduction", "cascades", "collateral"]
    plain["feed"]["reading"] = "delay"
    for story in plain["stories"]:
        story["reinforcement"] = [1.0]
        story.pop("answers", None)
        story.pop("correction", None)
        story.pop("visits", None)
    kept = []
    for each in plain["policies"][0]["interventions"]:
        each["whom"]["suspicion"] = 0.0
        if each["kind"] != "filter-trending" and "reach" not in each["when"]:
            kept.append(each)
    plain["policies"][0]["interventions"] = kept
    plain |= more
    late = {**plain, "feed": {**plain["feed"], "exposures": "late"}}
    return Scenario.model_validate(plain), Scenario.model_validate(late)
