"""A policy that acts by hand: every verb of the desk, read off its signature, at any time.

Verbs come in bursts and at whole hours, so that several act at one moment; what can be undone
sometimes is. A plug-in's verbs would take part like the desk's own.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Generator
from typing import Any, Final

from rumorsim.events.verbs import LIFTED_BY, TARGET_OF
from rumorsim.platform.desk import Desk
from rumorsim.platform.desk_records import Done

__all__ = ["by_hand"]

#: What stands for a target in the signatures of verbs.
TARGETS: Final = ("account", "post", "story", "platform")
#: Values for the settings of verbs, by their type.
VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "float": (0.0, 0.3, 1.0),
    "bool": (False, True),
    "int | None": (None, 1, 3),
}


def verbs_of(desk: Desk) -> dict[str, inspect.Signature]:
    """The desk's verbs that are aimed at one target, by the name of their method."""
    found = {}
    for verb in TARGET_OF:
        method = getattr(desk, verb.replace("-", "_"), None)
        if method is None:
            continue
        signature = inspect.signature(method)
        named = [each for each in signature.parameters.values() if each.kind is each.KEYWORD_ONLY]
        if [*signature.parameters][: -len(named)] in [[target] for target in TARGETS]:
            found[verb.replace("-", "_")] = signature
    return found


def by_hand(
    number: int, horizon: float, *, late: bool = False
) -> Callable[[Desk], Generator[Any, Any, None]]:
    """Policy ``number``, the same whatever happens and whichever engine runs.

    ``late``: without what nothing may do where exposures are worked out after the run.
    """

    def hand(desk: Desk) -> Generator[Any, Any, None]:
        chance = random.Random(f"hand {number}")
        verbs, done = verbs_of(desk), list[Done]()
        for _ in range(12):
            pause = horizon * chance.random() / 6.0
            yield desk.env.timeout(chance.choice((pause, 0.0, 1.0)))
            for _ in range(chance.choice((1, 1, 4))):
                name = chance.choice(sorted(verbs))
                told = _act(desk, chance, name, verbs[name], late)
                if isinstance(told, Done) and told.verb in LIFTED_BY:
                    done.append(told)
            if done and chance.random() < 0.5:
                desk.undo(done.pop(chance.randrange(len(done))))

    return hand


def _act(
    desk: Desk, chance: random.Random, name: str, signature: inspect.Signature, late: bool
) -> Any:
    """One verb with settings of its own; nothing where there is no target of its sort yet."""
    world = desk.world
    sizes = {
        "account": world.graph.accounts,
        "post": world.posts_made,
        "story": len(world.stories),
        "platform": len(world.facts.platforms),
    }
    (target, *_), settings = signature.parameters, {}
    for parameter in signature.parameters.values():
        values = VALUES.get(str(parameter.annotation))
        if values is None or parameter.name == "quietly":
            continue
        value = chance.choice(values)
        # How strict a desk is, and how much readers are asked, lie above 1 as well.
        if parameter.name == "strictness" or (parameter.name == "factor" and not late):
            value += 1.0
        settings[parameter.name] = None if parameter.name == "forward_limit" and late else value
    number = chance.randrange(10**6)
    if sizes[target] == 0:
        return None
    return getattr(desk, name)(number % sizes[target], **settings)
