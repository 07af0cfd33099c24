"""Random small scenarios of the models beside the feed: what their engines are compared on."""

from __future__ import annotations

import random
from typing import Any

import random_scenarios as parts

from rumorsim.engine.models import MODELS
from rumorsim.scenario.models import Scenario

__all__ = ["random_model_scenario"]


def random_model_scenario(number: int, **fixed: Any) -> Scenario:
    """Scenario ``number``, the models in turn; top-level keys may be fixed."""
    chance = random.Random(f"model {number}")
    kind = list(MODELS)[number % len(MODELS)]
    stories = [parts._story(chance, i) for i in range(chance.randint(1, 3))]
    if len(stories) > 1 and chance.random() < 0.5:
        stories[1] |= {"answers": stories[0]["name"], "copies": stories[0]["copies"]}
    accounts = parts._accounts(chance)
    if kind == "linear-threshold":
        del accounts["kinds"]["official-media"]["check_ins"]
    scenario: dict[str, Any] = {
        "horizon": f"{chance.choice([3, 12, 30])} h",
        "start": f"2023-03-10 {chance.randrange(24):02}:30",
        "seed": chance.getrandbits(64),
        "graph": parts._graph(chance),
        "accounts": accounts,
        "model": _model(chance, kind),
        "stories": stories,
        "measures": chance.choice([["reach"], ["reach", "impressions"]]),
        "policies": [
            {
                "name": "mixed",
                "interventions": [
                    parts._intervention(chance, stories, False) for _ in range(chance.randint(1, 3))
                ],
            }
        ],
    }
    scenario.update(fixed)
    return Scenario.model_validate(scenario)


def _model(chance: random.Random, kind: str) -> dict[str, Any]:
    if kind in ("maki-thompson", "daley-kendall"):
        return {
            "kind": kind,
            "contacts": chance.choice(["1 per h", "20 per h"]),
            "stifling": chance.choice([0.2, 1.0]),
            "after": chance.choice([1, 2, 4]),
            "forgetting": chance.choice(["0 per h", "1 per h"]),
            "daily_curve": _curve(chance),
        }
    if kind == "linear-threshold":
        return {
            "kind": kind,
            "threshold": chance.choice(["uniform", 0.1, 1.0]),
            "delay": parts._law(chance),
            "daily_curve": _curve(chance),
        }
    return {
        "kind": kind,
        "transmission": chance.choice(["1 per h", "4 per h"]),
        "recovery": parts._law(chance),
        "daily_curve": _curve(chance),
    }


def _curve(chance: random.Random) -> Any:
    hours: list[float] = [chance.choice([0.0, 1.0, 5.0]) for _ in range(24)]
    hours[chance.randrange(24)] = 3.0
    return chance.choice(["flat", "waking", hours])
