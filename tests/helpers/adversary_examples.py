"""What the battery needs to know of each adversary: one strong example, what its fields do.

A new adversary needs one entry in :data:`EXAMPLES`; the battery fails until it is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brought import Entries
from intervention_examples import WORLD

__all__ = ["CLOSING", "EXAMPLES", "SHARED", "SILENT", "Example"]

Settings = dict[str, Any]
#: What a field does: settings, and the same with this field alone changed.
Effect = tuple[Settings, Settings]


@dataclass(frozen=True)
class Example:
    """``strong``: settings that change what happens in WORLD.

    ``own``: for each field that not every adversary has, what it does. ``silent``: ways of
    being there and changing nothing. ``world``: changes to WORLD that give it something to
    do; ``interventions``: the policy it is seen under, none of them if empty.
    """

    strong: Settings
    own: dict[str, Effect] = field(default_factory=dict)
    silent: dict[str, Settings] = field(default_factory=dict)
    world: Settings = field(default_factory=dict)
    interventions: tuple[Settings, ...] = ()


#: Closes accounts all the time.
CLOSING: tuple[Settings, ...] = ({"kind": "close-accounts", "when": {"reports": 2}},)
_FIXED: Settings = {"delay": {"law": "fixed", "time": "1 h"}}

#: Ways in which any adversary is there and does nothing.
SILENT: dict[str, Settings] = {"begins after the run": {"begin": "100 d"}}

#: What the fields do that all adversaries have.
SHARED: dict[str, Effect] = {
    "begin": ({}, {"begin": "9 h"}),
    "end": ({}, {"end": "3 h"}),
}


def _returning(name: str, strong: Settings, world: Settings | None = None, **own: Any) -> Example:
    fields: dict[str, Effect] = {
        "kinds": ({}, {"kinds": ["self-media"]}),
        "chance": ({}, {"chance": 0.5}),
        "delay": ({}, {"delay": {"law": "fixed", "time": "4 h"}}),
        "regained": ({}, {"regained": 0.2}),
        "half_life": ({}, {"half_life": "2 h"}),
        "times": ({"times": 3}, {"times": 1}),
        **own,
    }
    silent = {"nobody comes back": {"chance": 0.0}, "nobody is there": {"kinds": ["nobody"]}}
    return Example({**_FIXED, **strong}, fields, silent, world or {}, CLOSING)


_BACK: Settings = {"regained": 1.0, "half_life": "0 h", "times": 3}
_STORIES: Settings = {"stories": ["rumor"]}
_POSTERS: Settings = {"story": "rumor", "size": 3, "rate": "1 per h"}

EXAMPLES: dict[str, Example] = {
    "coordinated-boosters": Example(
        {**_STORIES, "size": 20},
        own={
            "kinds": ({}, {"kinds": ["self-media"]}),
            "size": ({}, {"size": 5}),
            "stories": ({}, {"stories": ["news"]}),
            "delay": ({}, _FIXED),
        },
        silent={"nobody is there": {"kinds": ["nobody"]}},
    ),
    "fake-engagement": Example(
        {**_STORIES, "size": 20, "shares": 10},
        own={
            "kinds": ({}, {"kinds": ["self-media"]}),
            "size": ({}, {"size": 12}),
            "stories": ({}, {"stories": ["news"]}),
            "delay": ({}, _FIXED),
            "shares": ({}, {"shares": 2}),
            "price": ({"budget": 50.0}, {"price": 10.0}),
            "budget": ({}, {"budget": 20.0}),
            "real": ({}, {"real": 0.8}),
        },
        silent={
            "nobody is there": {"kinds": ["nobody"]},
            "nobody can pay": {"budget": 0.0},
        },
    ),
    "paid-posters": Example(
        {**_POSTERS, "budget": 1000.0},
        own={
            "kinds": ({}, {"kinds": ["self-media"]}),
            "size": ({}, {"size": 1}),
            "story": ({}, {"story": "news"}),
            "rate": ({}, {"rate": "2 per h"}),
            "price": ({"budget": 50.0}, {"price": 10.0}),
            "budget": ({}, {"budget": 5.0}),
        },
        silent={
            "nobody is there": {"kinds": ["nobody"]},
            "nobody pays": {"budget": 0.0},
            "no posts": {"rate": "0 per h"},
        },
    ),
    "blackmail": Example(
        {**_POSTERS, "budget": 100.0, "ransom": 10.0, "harm": 1.0},
        own={
            "kinds": ({}, {"kinds": ["self-media"]}),
            "size": ({}, {"size": 1}),
            "story": ({}, {"story": "news"}),
            "rate": ({}, {"rate": "2 per h"}),
            "ransom": ({}, {"ransom": 1.0}),
            "harm": ({}, {"harm": 10.0}),
            "price": ({"budget": 20.0}, {"price": 10.0}),
            "budget": ({"harm": 0.1}, {"budget": 2.0}),
        },
        silent={
            "nobody is there": {"kinds": ["nobody"]},
            "no threats": {"rate": "0 per h"},
            "everybody pays": {"harm": 1e12, "ransom": 1e-6},
        },
    ),
    "paid-deletion": Example(
        {**_STORIES, "rate": "2 per h", "budget": 100.0},
        own={
            "stories": ({}, {"stories": ["news"]}),
            "rate": ({}, {"rate": "1 per h"}),
            "success": ({}, {"success": 0.5}),
            "price": ({"budget": 10.0}, {"price": 5.0}),
            "budget": ({}, {"budget": 5.0}),
        },
        silent={
            "nobody pays": {"budget": 0.0},
            "no attempts": {"rate": "0 per h"},
            "no success": {"success": 0.0},
        },
    ),
    "mass-reporting": Example(
        {"stories": ["news"], "size": 20},
        own={
            "kinds": ({}, {"kinds": ["self-media"]}),
            "size": ({}, {"size": 5}),
            "stories": ({}, {"stories": ["rumor"]}),
            "delay": ({}, _FIXED),
        },
        silent={"nobody is there": {"kinds": ["nobody"]}},
        interventions=({"kind": "delete-posts", "when": {"reports": 5}},),
    ),
    "re-registration": _returning("re-registration", _BACK),
    "migration": _returning(
        "migration",
        {**_BACK, "platform": "there"},
        world={
            "trending": None,
            "graph": None,
            "platforms": {"here": {}, "there": {}},
        },
        platform=({}, {"platform": "here"}),
    ),
    "cohort-replacement": _returning("cohort-replacement", _BACK),
}

# Two platforms: WORLD's graph is one, a few accounts are on the other.
_UNION = {
    "kind": "union",
    "parts": {
        "here": WORLD["graph"],
        "there": {"kind": "erdos-renyi", "accounts": 12, "mean_followers": 3.0, "seed": 4},
    },
}
EXAMPLES["migration"].world["graph"] = _UNION
EXAMPLES = Entries("EXAMPLES of adversary_examples.py", EXAMPLES)
