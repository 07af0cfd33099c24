"""What a browser is told in words: the world and the policy."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rumorsim.common.settings.changing import without_nulls
from rumorsim.events.verbs import CLOSING, LIFTED_BY, VERBS
from rumorsim.web.worlds import TwoWorlds


def world_message(worlds: TwoWorlds, name: str, session: str) -> dict[str, Any]:
    """What does not change while a world is shown. Names are text, never markup."""
    world = worlds.left.simulation.world
    facts, scenario = world.facts, worlds.scenario
    return {
        "type": "world",
        "session": session,
        "name": name,
        "title": scenario.name,
        "seed": worlds.seed,
        "horizon": world.horizon,
        "start": facts.start,
        "accounts": world.graph.accounts,
        "follows": world.graph.follows,
        "ids": None if world.graph.ids is None else [str(i) for i in world.graph.id_list()],
        "reserve": facts.origin[world.graph.accounts :].tolist(),
        "kinds": list(facts.kinds),
        "stories": [
            {"name": s.name, "truth": s.truth, "category": s.category, "answers": s.answers}
            for s in facts.stories
        ],
        "lists": [asdict(each) for each in worlds.left.lists],
        "surfaces": list(facts.surfaces),
        "official": bool(world.accounts["official"].any()),
        "verbs": list(VERBS),
        "liftedBy": dict(LIFTED_BY),
        "closing": list(CLOSING),
        "policies": list(worlds.base.policy_names),
        "attention": scenario.reading.attention,
        "model": None if scenario.model is None else scenario.model.kind,
    }


def policy_message(worlds: TwoWorlds) -> dict[str, Any]:
    """The script of the right-hand world, the policy it began with, and the sliders."""
    entries = [
        {"origin": entry.origin, "intervention": without_nulls(entry.under(worlds.plan.settings))}
        for entry in worlds.plan.script
    ]
    settings = worlds.plan.settings.model_dump(exclude={"do"})
    return {
        "type": "policy",
        "begun": worlds.plan.begun,
        "entries": entries,
        "settings": settings,
        "undo": worlds.can_undo,
    }
