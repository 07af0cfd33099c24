"""What the battery needs to know of each intervention: one strong example, its own fields.

A new intervention needs one entry in :data:`EXAMPLES`; the battery fails until it is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["EXAMPLES", "OF_PLATFORMS", "SHARED", "WORLD", "Example"]

Settings = dict[str, Any]
#: What a field does: settings, and the same with this field alone changed.
Effect = tuple[Settings, Settings]


@dataclass(frozen=True)
class Example:
    """``strong``: settings that change the reach of stories in WORLD, down (-1) or up (1).

    ``needed``: settings without which the kind is refused. ``own``: for each field that it
    does not share with all others, what the field does. ``beside``: interventions of the
    same policy without which it has nothing to show; it is compared with them alone.
    """

    strong: Settings
    direction: int
    needed: Settings = field(default_factory=dict)
    own: dict[str, Effect] = field(default_factory=dict)
    beside: tuple[Settings, ...] = ()


EXAMPLES: dict[str, Example] = {
    "close-accounts": Example({"when": {"reports": 1}}, -1),
    "suspend-accounts": Example(
        {"when": {"reports": 1}, "duration": "90 d", "hide_posts": True},
        -1,
        needed={"duration": "2 h"},
        own={
            "hide_posts": (
                {"when": {"reports": 1}, "duration": "4 h"},
                {"hide_posts": True},
            ),
        },
    ),
    "remove-followers": Example(
        {"when": {"at": ["1 h"]}},
        -1,
        own={
            "keep": ({"when": {"at": ["1 h"]}}, {"keep": 0.5}),
            "regrowth": ({"when": {"at": ["1 h"]}}, {"regrowth": 0.5}),
        },
    ),
    "delete-posts": Example(
        {"when": {"age": "0 h"}},
        -1,
        own={
            "takes_shares": (
                {"when": {"age": "2 h"}, "whom": {"posts": "originals"}},
                {"takes_shares": False},
            ),
        },
    ),
    "filter-trending": Example({"when": {"age": "0 h"}}, -1),
    "discount-engagement": Example(
        {"when": {"at": ["0 h"]}},
        -1,
        own={"weight": ({"when": {"at": ["6 h"]}}, {"weight": 0.6})},
    ),
    "label": Example(
        {"when": {"age": "0 h"}, "credence": 0.0},
        -1,
        own={"credence": ({"when": {"age": "0 h"}}, {"credence": 0.1})},
    ),
    "crowd-note": Example(
        {"when": {"age": "0 h"}, "credence": 0.0},
        -1,
        needed={"delay": {"law": "fixed", "time": "0 h"}},
        own={
            "credence": ({"when": {"age": "0 h"}}, {"credence": 0.1}),
            "withdrawal": ({"when": {"age": "1 h"}}, {"withdrawal": 0.5}),
        },
    ),
    "friction": Example(
        {"when": {"at": ["1 h"]}, "friction": 0.1},
        -1,
        own={
            "friction": ({"when": {"at": ["6 h"]}}, {"friction": 0.3}),
        },
    ),
    "verify-identity": Example(
        {"when": {"at": ["1 h"]}, "credence": 0.0},
        -1,
        own={"credence": ({"when": {"at": ["6 h"]}}, {"credence": 0.8})},
    ),
    "require-credentials": Example(
        {
            "when": {"at": ["1 h"]},
            "unqualified": ["ordinary", "self-media", "official-media"],
        },
        -1,
        needed={"certification": {"law": "fixed", "time": "2 h"}},
        own={
            "unqualified": ({"when": {"at": ["6 h"]}}, {"unqualified": ["self-media"]}),
            "certification": ({"when": {"at": ["6 h"]}}, {"certification": {"time": "6 h"}}),
            "silence": ({"when": {"at": ["6 h"]}, "credence": 0.5}, {"silence": False}),
            "credence": ({"when": {"at": ["6 h"]}}, {"credence": 0.0}),
        },
    ),
    "user-reports": Example(
        {"when": {"at": ["0 h"]}, "factor": 3.0},
        -1,
        own={"factor": ({"when": {"at": ["6 h"]}}, {"factor": 3.0})},
        beside=({"kind": "close-accounts", "when": {"reports": 4}},),
    ),
}

_AT: Settings = {"when": {"at": ["6 h"]}}
_FEW: Settings = {"when": {"reports": 1}}
_JUDGED: Settings = {
    "when": {"at": ["6 h"]},
    "whom": {"categories": ["health"]},
    "sensitivity": 1.0,
    "false_positive_rate": 0.0,
}
_REVIEWED: Settings = {**_AT, "reviewers": 1, "review_time": {"law": "fixed", "time": "2 h"}}

#: What each field does that all interventions share, those of When and Whom included.
SHARED: dict[str, Effect] = {
    "when.at": (_AT, {"when": {"at": ["8 h"]}}),
    "when.reports": ({"when": {"reports": 1}}, {"when": {"reports": 3}}),
    "when.shares": ({"when": {"shares": 1}}, {"when": {"shares": 3}}),
    "when.reach": ({"when": {"reach": 2}}, {"when": {"reach": 6}}),
    "when.age": ({"when": {"age": "1 h"}}, {"when": {"age": "4 h"}}),
    "when.window": (
        {"when": {"reports": 1, "window": "1 h"}},
        {"when": {"reports": 1, "window": "5 h"}},
    ),
    "when.off": (
        {"when": {"reports": 1, "window": "1 h"}},
        {"when": {"reports": 1, "window": "1 h", "off": 1}},
    ),
    "whom.accounts": (_AT, {"whom": {"accounts": [0, 5, 7, 11, 29, 40]}}),
    "whom.kinds": (_AT, {"whom": {"kinds": ["self-media"]}}),
    "whom.categories": (_AT, {"whom": {"categories": ["health"]}}),
    "whom.stories": (_AT, {"whom": {"stories": ["rumor"]}}),
    "whom.top": (_AT, {"whom": {"top": 3}}),
    "whom.strikes": (_AT, {"whom": {"strikes": 1}}),
    "whom.suspicion": (_FEW, {"whom": {"suspicion": 1.0}}),
    "whom.fraction": (_AT, {"whom": {"fraction": 0.3}}),
    "whom.posts": (_AT, {"whom": {"posts": "originals"}}),
    "whom.nth": (_AT, {"whom": {"nth": 2}}),
    "quota": (_AT, {"quota": "1 per 6 h"}),
    "delay": (_AT, {"delay": {"law": "fixed", "time": "2 h"}}),
    "reviewers": (_REVIEWED, {"reviewers": 3}),
    "review_time": (_REVIEWED, {"review_time": {"law": "fixed", "time": "3 h"}}),
    "sensitivity": (_JUDGED, {"sensitivity": 0.0}),
    "false_positive_rate": (_JUDGED, {"false_positive_rate": 1.0}),
    "judge": (_JUDGED, {"judge": "category"}),
    "guilty_kinds": (
        {
            **_AT,
            "sensitivity": 1.0,
            "false_positive_rate": 0.0,
            "judge": "kind",
            "guilty_kinds": ["self-media"],
        },
        {"guilty_kinds": ["ordinary"]},
    ),
    "duration": ({**_AT, "duration": "2 h"}, {"duration": "6 h"}),
}

#: The same for interventions on whole platforms: what they share with the others.
OF_PLATFORMS: dict[str, Effect] = {
    **{name: SHARED[name] for name in ("when.at", "delay", "duration")},
    **{name: SHARED[name] for name in ("reviewers", "review_time")},
    "quota": (
        {"when": {"at": ["6 h", "8 h"]}, "duration": "1 h"},
        {"quota": "1 per 6 h"},
    ),
}


def _story(name: str, truth: bool, category: str, **more: Any) -> Settings:
    return {
        "name": name,
        "truth": truth,
        "category": category,
        "appeal": 0.12,
        "report": 0.3,
        "author": {"random": 2},
        "copies": 3,
        "schedule": {"rate": "3 per day"},
        **more,
    }


#: Changes to the plain small world that give every intervention something to do.
WORLD: Settings = {
    "horizon": "30 h",
    "graph": {"kind": "erdos-renyi", "accounts": 60, "mean_followers": 6.0, "seed": 3},
    "accounts": {
        "kinds": {
            "self-media": {"share": 0.3},
            "official-media": {"share": 0.2, "official": True},
            "nobody": {"share": 0.0},
        }
    },
    "feed": {"attention": 8, "background": "20 per day", "check_ins": {"mean": "1 per h"}},
    "trending": {"slots": 2, "refresh": "20 min", "topics": "0 per h", "looks": "6 per day"},
    "stories": [
        _story("rumor", False, "health"),
        _story("news", True, "health"),
        _story("sport", True, "ordinary-news"),
    ],
}
