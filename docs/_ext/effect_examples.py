"""One setting of each intervention whose effect shows in one small world.

``EXAMPLES`` has an entry for every intervention of rumorsim. An entry may change the world that
all share, and may put other interventions beside its own: the picture then shows what it adds to
these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["EXAMPLES", "SEED", "WORLD", "Example"]

Settings = dict[str, Any]

#: The world of every picture.
SEED: Final = 11


@dataclass(frozen=True)
class Example:
    """``settings``: of the intervention itself. ``story``: "rumor" or "news", whose reach is drawn.

    ``beside``: interventions that act in both worlds. ``world``: changes to :data:`WORLD`.
    """

    settings: Settings
    story: str = "rumor"
    beside: tuple[Settings, ...] = ()
    world: Settings = field(default_factory=dict)


def _story(name: str, truth: bool, **more: Any) -> Settings:
    return {
        "name": name,
        "truth": truth,
        "category": "disaster-and-health",
        "appeal": 0.08,
        "report": 0.1,
        "author": {"kind": "self-media", "count": 6},
        "schedule": {"rate": "1 per day", "end": "24 h"},
        **more,
    }


WORLD: Final[Settings] = {
    "name": "catalogue",
    "horizon": "48 h",
    "graph": {"kind": "power-law", "accounts": 600, "mean_followers": 10},
    "accounts": {
        "kinds": {
            "self-media": {"share": 0.1, "prominence": 1.0},
            "official-media": {"share": 0.02, "prominence": 1.0, "official": True},
        }
    },
    "feed": {"check_ins": {"mean": "12 per day"}, "attention": 20, "background": "20 per day"},
    "trending": {"slots": 3, "looks": "4 per day", "topics": "1 per h"},
    "stories": [_story("rumor", False), _story("news", True)],
}

_REPORTED: Final[Settings] = {"when": {"reports": 2}}
_CLOSING: Final[Settings] = {"kind": "close-accounts", "when": {"reports": 6}}


def _surface(name: str, **settings: Any) -> Settings:
    """The world with one platform that has this surface in the place of the trending list."""
    return {"trending": None, "platforms": {"one": {name: settings}}}


_CORRECTED: Final = [
    _story("rumor", False, belief=0.5, if_doubted=0.3),
    _story("news", True),
    _story(
        "correction",
        True,
        answers="rumor",
        author={"kind": "official-media", "count": 2},
        schedule={"rate": "0 per day"},
        report=0.0,
    ),
]
_PAID: Final[Settings] = {
    "kind": "paid-posters",
    "story": "rumor",
    "size": 20,
    "rate": "1 per h",
    "budget": 1e6,
}

EXAMPLES: Final[dict[str, Example]] = {
    "close-accounts": Example(_REPORTED),
    "suspend-accounts": Example({**_REPORTED, "duration": "12 h", "hide_posts": True}),
    "remove-followers": Example({**_REPORTED, "keep": 0.1}),
    "delete-posts": Example({"when": {"reports": 1}, "whom": {"posts": "originals"}}),
    "take-down-story": Example({"when": {"reports": 3}}),
    "filter-trending": Example({"when": {"at": ["3 h"]}, "whom": {"stories": ["rumor"]}}),
    "demonetise": Example(
        {"when": {"at": ["3 h"]}, "whom": {"kinds": ["self-media"]}, "keep": 0.2},
        world={"accounts": {"kinds": {"self-media": {"share": 0.1, "dependence": 0.9}}}},
    ),
    "limit-push": Example(
        {"when": {"at": ["1 h"]}, "whom": {"stories": ["rumor"]}},
        world=_surface("push", opened=0.2, least=0.0),
    ),
    "derank": Example(
        {"when": {"at": ["1 h"]}, "whom": {"stories": ["rumor"]}},
        world=_surface("recommendation", looks="12 per day"),
    ),
    "promote": Example(
        {"when": {"at": ["3 h"]}, "whom": {"stories": ["news"]}},
        story="news",
        world={"trending": {"pinned": 1, "slots": 3, "looks": "6 per day", "topics": "6 per h"}},
    ),
    "correct": Example(
        {"when": {"reports": 3}, "whom": {"stories": ["rumor"]}, "authors": 5},
        world={"stories": _CORRECTED},
    ),
    "circuit-breaker": Example({"when": {"shares": 5}, "flow": 0.2}),
    "discount-engagement": Example({"when": {"at": ["1 h"]}, "weight": 0.0}),
    "label": Example({"when": {"reports": 1}, "credence": 0.2}),
    "crowd-note": Example({"when": {"age": "1 h"}, "credence": 0.2}),
    "friction": Example({"when": {"at": ["2 h"]}, "friction": 0.3}),
    "verify-identity": Example(
        {"when": {"at": ["2 h"]}, "whom": {"kinds": ["self-media"]}, "credence": 0.1}
    ),
    "require-credentials": Example(
        {
            "when": {"at": ["6 h"]},
            "unqualified": ["self-media"],
            "certification": {"law": "fixed", "time": "20 h"},
        }
    ),
    "user-reports": Example({"when": {"at": ["1 h"]}, "factor": 3.0}, beside=(_CLOSING,)),
    "classify-accounts": Example(
        {"when": {"at": ["1 h"]}, "tiers": [{"name": "all", "strictness": 3.0}]},
        beside=(_CLOSING,),
    ),
    "strike-ladder": Example({**_REPORTED, "steps": ["remove-followers", "close"]}),
    "take-down-network": Example({**_REPORTED, "within": "3 h", "together": 1}),
    "penalise-sponsors": Example(
        {"when": {"at": ["6 h"]}},
        world={
            "stories": [
                _story("rumor", False, schedule={"rate": "0 per day"}),
                _story("news", True),
            ],
            "adversaries": [_PAID],
        },
    ),
    "warn-platform": Example(
        {"when": {"at": ["1 h"]}, "strictness": 3.0, "duration": "24 h"}, beside=(_CLOSING,)
    ),
    "appeals": Example({}, beside=({"kind": "close-accounts", "when": {"reports": 2}},)),
    "campaign": Example(
        {
            "when": {"reports": 1},
            "end": "24 h",
            "every": "2 h",
            "penalties": {"close": 20, "remove-followers": 20},
        }
    ),
}
