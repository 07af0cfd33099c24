"""Small worlds that tests share: scenarios in a few lines, their events, their levers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rumorsim.events.stream import VERBS, Batch, Kind
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation
from rumorsim.world.levers import CEILINGS
from rumorsim.world.world import World

__all__ = [
    "actions",
    "agree",
    "differ",
    "events",
    "lever_columns",
    "merged",
    "public",
    "small",
    "values",
]

#: Everybody follows everybody, opens the app often and sees no background.
PLAIN: dict[str, Any] = {
    "horizon": "24 h",
    "graph": {"kind": "complete", "accounts": 12},
    "accounts": {"kinds": {}},
    "feed": {
        "attention": "unlimited",
        "background": "0 per day",
        "check_ins": {"mean": "2 per h", "shape": "alike"},
    },
    "stories": [{"name": "rumor", "truth": False, "appeal": 0.2, "author": {"ids": [0]}}],
    "measures": ["reach"],
}


def merged(base: Any, changes: Any) -> Any:
    """``base`` with ``changes``: tables joined, lists element by element, None takes a key out.

    A list is joined only with a table whose keys are its places: ``{0: {...}}``.
    """
    if isinstance(base, list) and isinstance(changes, Mapping):
        return [merged(each, changes[i]) if i in changes else each for i, each in enumerate(base)]
    if not (isinstance(base, Mapping) and isinstance(changes, Mapping)):
        return changes
    joined = {key: value for key, value in base.items() if changes.get(key, value) is not None}
    for key, value in changes.items():
        if value is not None:
            joined[key] = merged(base[key], value) if key in base else value
    return joined


def values(*changes: Mapping[str, Any]) -> dict[str, Any]:
    """The plain small scenario with changes, as people would write it."""
    written: dict[str, Any] = PLAIN
    for each in changes:
        written = merged(written, each)
    return written


def small(*changes: Mapping[str, Any]) -> Scenario:
    """The plain small scenario with changes."""
    return Scenario.model_validate(values(*changes))


def events(
    scenario: Scenario, policy: Any = "none", engine: str = "fast", seed: int | None = None
) -> Batch:
    """All events of one run."""
    return Simulation(scenario, policy, seed, engine).advance(scenario.horizon)


def public(batch: Batch) -> Batch:
    """What the public and the surfaces did: all but the desk's actions."""
    return Batch(batch.rows[batch.kind != Kind.ACTION])


def actions(batch: Batch, *verbs: str) -> Batch:
    """The desk's actions, of these verbs if any are named."""
    rows = batch.rows[batch.kind == Kind.ACTION]
    if verbs:
        rows = rows[np.isin(rows["value"], [VERBS.index(verb) for verb in verbs])]
    return Batch(rows)


def agree(a: Batch, b: Batch) -> bool:
    """Are two streams the same to the bit?"""
    return len(a) == len(b) and bool((a.rows == b.rows).all())


def differ(a: Batch, b: Batch) -> bool:
    """Is there any difference between two streams?"""
    return not agree(a, b)


def lever_columns(world: World) -> dict[tuple[str, str], np.ndarray[Any, Any]]:
    """A copy of every lever column of a world, posts as far as they are made."""
    columns = {}
    for table, column in CEILINGS:
        array = getattr(world, table)
        if table in ("posts", "treated_posts"):
            array = array[: world.posts_made]
        columns[table, column] = (array[column] if column else array).copy()
    # No lever, as it has no factors, but moved by the desk all the same.
    columns["stories", "promoted"] = world.stories["promoted"].copy()
    return columns
