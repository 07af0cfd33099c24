"""Random small worlds of several platforms, beliefs and fear, and a desk that does everything."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

from random_scenarios import random_scenario

from rumorsim.engine.base import UNPLANNED
from rumorsim.platform.desk import Desk
from rumorsim.scenario.models import Scenario
from rumorsim.world.levers import Factor

__all__ = ["busy_desk", "random_platforms"]


def random_platforms(number: int) -> Scenario:
    """Scenario ``number`` of several platforms, without interventions of its own."""
    chance = random.Random(10_000 + number)
    base = random_scenario(number, policies=[]).model_dump(mode="json", by_alias=True)
    scenario = _without_nulls(base)
    names = ["weibo", "wechat", "douyin"][: chance.randint(1, 3)]
    scenario.pop("trending", None)
    scenario["graph"] = {
        "kind": "union",
        "parts": {
            name: {
                "kind": "erdos-renyi",
                "accounts": chance.randint(6, 25),
                "mean_followers": chance.choice([2.0, 4.0]),
                "seed": number,
            }
            for name in names
        },
    }
    scenario["platforms"] = {name: _platform(chance) for name in names}
    elsewhere = chance.choice([0.0, 0.5, 1.0])
    scenario["accounts"]["elsewhere"] = elsewhere if len(names) > 1 else 0.0
    for story in scenario["stories"]:
        story["belief"] = chance.choice([0.0, 0.4, 1.0])
        if story["belief"]:
            story["if_doubted"] = chance.choice([1.0, 0.2])
        if "answers" in story:
            story["convinces"] = chance.choice([1.0, 0.5])
            story["backfire"] = chance.choice([0.0, 0.5])
            if story["backfire"]:
                story["backfire_factor"] = 3.0
    scenario["beliefs"] = {
        "trust_refuted": chance.choice([0.0, -0.3, 0.2]),
        "trust_unrefuted": chance.choice([0.0, -0.2]),
        "trust_closure": chance.choice([0.0, -0.5, 0.5]),
        "chilling": chance.choice([0.0, 0.4, 1.0]),
        "most_trust": chance.choice([1.0, 3.0]),
    }
    if scenario["beliefs"]["chilling"]:
        scenario["beliefs"]["chilling_floor"] = chance.choice([0.0, 0.3])
    return Scenario.model_validate(scenario)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


def _platform(chance: random.Random) -> dict[str, Any]:
    platform: dict[str, Any] = {
        "friction": chance.choice([1.0, 0.6]),
        "crosspost": chance.choice([0.0, 1.0, 5.0]),
        "check_ins": chance.choice([1.0, 2.0]),
    }
    options = {
        "forward_limit": chance.choice([1, 2, 5]),
        "publications_per_day": 1,
        "trending": {
            "slots": 4,
            "refresh": "30 min",
            "looks": "30 per day",
            "topics": "0 per h",
            "pinned": chance.choice([0, 1]),
        },
        "recommendation": {"stories": 2, "looks": "40 per day", "others": 20.0},
        "push": {"per_day": 2, "opened": 0.5, "least": 0.0, "refresh": "40 min"},
    }
    for key, value in options.items():
        if chance.random() < 0.5:
            platform[key] = value
    return platform


def busy_desk(number: int) -> Any:
    """A policy that calls everything the engine can do among the public, at random times."""

    def policy(desk: Desk) -> Generator[Any, Any, None]:
        chance = random.Random(number)
        engine, world, levers = desk.engine, desk.world, desk.levers
        factors: list[Factor] = []
        for step in range(40):
            yield desk.env.timeout(chance.expovariate(2.0))
            account = chance.randrange(world.graph.accounts)
            story = chance.randrange(len(world.stories))
            what = chance.randrange(10)
            if what == 0:
                desk.close(account)
                engine.witness(account)
            elif what == 1:
                engine.publish_now(account, story, UNPLANNED + step)
            elif what == 2:
                engine.promote(story, chance.random() < 0.5)
            elif what == 3:
                table, column = chance.choice(
                    [("stories", "flow"), ("stories", "recommendable"), ("stories", "pushable")]
                )
                factors.append(levers.put(table, column, story, chance.choice([0.0, 0.5])))
            elif what == 4:
                platform = chance.randrange(len(world.platforms.names))
                limit = chance.choice([1, 3]) / world.size
                factors.append(levers.put("forward", "", platform, limit))
            elif what == 9:
                factors.append(levers.put("stories", "report", story, chance.choice([0.5, 4.0])))
            elif what == 5 and factors:
                levers.lift(factors.pop(chance.randrange(len(factors))))
            elif world.posts_made:
                post = chance.randrange(world.posts_made)
                if what == 6:
                    engine.share_now(post, account)
                elif what == 7:
                    engine.report_now(post, account)
                else:
                    some = [chance.randrange(world.graph.accounts) for _ in range(5)]
                    engine.notify(post, some, 0)

    return policy
