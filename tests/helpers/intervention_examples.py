"""What the battery needs to know of each intervention: one strong example, its own fields.

A new intervention needs one entry in :data:`EXAMPLES`; the battery fails until it is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brought import Entries, brought

__all__ = ["EXAMPLES", "OF_PLATFORMS", "OF_REACTING", "SHARED", "WORLD", "Example"]

Settings = dict[str, Any]
#: What a field does: settings, and the same with this field alone changed.
Effect = tuple[Settings, Settings]


@dataclass(frozen=True)
class Example:
    """``strong``: settings that change the reach of stories in WORLD, down (-1) or up (1).

    ``needed``: settings without which the kind is refused. ``own``: for each field that it
    does not share with all others, what the field does. ``beside``: interventions of the
    same policy without which it has nothing to show; it is compared with them alone.
    ``world``, ``many``: changes to WORLD, and to the world of ``test_cases``, that give it
    something to do.
    """

    strong: Settings
    direction: int
    needed: Settings = field(default_factory=dict)
    own: dict[str, Effect] = field(default_factory=dict)
    beside: tuple[Settings, ...] = ()
    world: Settings = field(default_factory=dict)
    many: Settings = field(default_factory=dict)


def _only(surfaces: Settings) -> Settings:
    """One platform with these surfaces in the place of the trending list."""
    return {"trending": None, "platforms": {"one": surfaces}}


def _answered(name: str, copies: int, truth: bool = False, **more: Any) -> list[Settings]:
    """A story and its correction, which nobody publishes but by order."""
    by = {"author": {"random": 1}, "copies": copies, "appeal": 0.0} | more
    never = {"rate": "0 per day"}
    correction = {"answers": name, "correction": 0.0, "schedule": never, "truth": True}
    return [
        {"name": name, "truth": truth, **by},
        {**by, "name": f"{name}-answered", **correction},
    ]


_RUMORS = _answered("rumor", 300)
_NEWS = _answered("news", 300, truth=True)
_ANSWERED: list[Settings] = [
    *_answered(
        "rumor",
        6,
        category="health",
        appeal=0.2,
        report=0.3,
        author={"random": 2},
        schedule={"rate": "3 per day"},
    ),
    *_answered("news", 3, truth=True, category="health", schedule={"rate": "3 per day"}),
    *_answered("sport", 3, truth=True, schedule={"rate": "3 per day"}),
]


#: At every post, about: an age of nothing looks for new posts a thousand times an hour.
SOON: dict[str, Any] = {"age": "3 min"}

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
        {"when": SOON},
        -1,
        own={
            "takes_shares": (
                {"when": {"age": "2 h"}, "whom": {"posts": "originals"}},
                {"takes_shares": False},
            ),
        },
    ),
    "take-down-story": Example({"when": SOON}, -1),
    "filter-trending": Example({"when": SOON}, -1),
    "demonetise": Example(
        {"when": {"at": ["0 h"]}},
        -1,
        own={"keep": ({"when": {"at": ["6 h"]}}, {"keep": 0.5})},
        world={"accounts": {"kinds": {"self-media": {"share": 0.6, "dependence": 1.0}}}},
    ),
    "limit-push": Example(
        {"when": {"at": ["0 h"]}},
        -1,
        world=_only({"push": {"opened": 0.5, "least": 0.0, "per_day": 50}}),
        many=_only({"push": {}}),
    ),
    "derank": Example(
        {"when": {"at": ["0 h"]}},
        -1,
        own={"keep": ({"when": {"at": ["6 h"]}}, {"keep": 0.3})},
        world=_only({"recommendation": {"looks": "6 per day"}}),
        many=_only({"recommendation": {"refresh": "30 h"}}),
    ),
    "promote": Example(
        {"when": {"at": ["0 h"]}},
        1,
        world={
            "feed": {"attention": "unlimited", "background": "0 per day"},
            "stories": {i: {"appeal": 0.02} for i in range(3)},
            "trending": {
                "pinned": 1,
                "slots": 1,
                "looks": "24 per day",
                "topics": "9 per h",
                "heat": {"median": 1e6, "sigma": 0.0},
            },
        },
        many={"trending": {"pinned": 1}},
    ),
    "correct": Example(
        {"when": {"at": ["1 h"]}},
        1,
        own={"authors": ({"when": {"at": ["6 h"]}}, {"authors": 3})},
        world={"stories": _ANSWERED},
        many={"accounts": {"kinds": {"media": {"share": 0.1, "official": True}}}}
        | {"stories": [_RUMORS[0], _NEWS[0], _RUMORS[1], _NEWS[1]]},
    ),
    "circuit-breaker": Example(
        {"when": {"at": ["0 h"]}, "flow": 0.1},
        -1,
        own={
            "flow": ({"when": {"at": ["6 h"]}}, {"flow": 0.3}),
            "amplified": ({"when": {"at": ["6 h"]}}, {"amplified": False}),
            "fastest": ({"when": {"shares": 1, "window": "1 h"}}, {"fastest": 1}),
        },
    ),
    "discount-engagement": Example(
        {"when": {"at": ["0 h"]}},
        -1,
        own={"weight": ({"when": {"at": ["6 h"]}}, {"weight": 0.6})},
    ),
    "label": Example(
        {"when": SOON, "credence": 0.0},
        -1,
        own={"credence": ({"when": SOON}, {"credence": 0.1})},
    ),
    "crowd-note": Example(
        {"when": SOON, "credence": 0.0},
        -1,
        needed={"delay": {"law": "fixed", "time": "0 h"}},
        own={
            "credence": ({"when": SOON}, {"credence": 0.1}),
            "withdrawal": ({"when": {"age": "1 h"}}, {"withdrawal": 0.5}),
        },
    ),
    "friction": Example(
        {"when": {"at": ["1 h"]}, "friction": 0.1},
        -1,
        own={
            "friction": ({"when": {"at": ["6 h"]}}, {"friction": 0.3}),
            "forward_limit": ({"when": {"at": ["6 h"]}}, {"forward_limit": 1}),
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
        needed={"certification": {"law": "fixed", "time": "20 h"}},
        own={
            "unqualified": ({"when": {"at": ["6 h"]}}, {"unqualified": ["self-media"]}),
            "certification": ({"when": {"at": ["6 h"]}}, {"certification": {"time": "6 h"}}),
            "silence": ({"when": {"at": ["6 h"]}, "credence": 0.5}, {"silence": False}),
            "credence": (
                {"when": {"at": ["6 h"]}, "whom": {"kinds": ["self-media"]}},
                {"credence": 0.0},
            ),
        },
    ),
    "user-reports": Example(
        {"when": {"at": ["0 h"]}, "factor": 3.0},
        -1,
        own={
            "factor": ({"when": {"at": ["6 h"]}}, {"factor": 3.0}),
            "brigade": ({"when": {"at": ["6 h"]}}, {"brigade": 9}),
            "pace": ({"when": {"at": ["6 h"]}, "brigade": 9}, {"pace": "5 h"}),
        },
        beside=({"kind": "close-accounts", "when": {"reports": 4}},),
    ),
}

_AT: Settings = {"when": {"at": ["6 h"]}}
_STRICT: tuple[Settings, ...] = ({"kind": "close-accounts", "when": {"reports": 4}},)
EXAMPLES |= {
    "classify-accounts": Example(
        {"when": {"at": ["0 h"]}},
        -1,
        needed={"tiers": [{"name": "all", "strictness": 4.0}]},
        own={"tiers": (_AT, {"tiers": [{"name": "all", "strictness": 2.0}]})},
        beside=_STRICT,
    ),
    "strike-ladder": Example(
        {"when": {"reports": 1}, "steps": ["close"]},
        -1,
        needed={"steps": ["remove-followers", "close"]},
        own={
            "steps": ({"when": {"reports": 1}}, {"steps": ["close"]}),
            "suspension": ({"when": {"reports": 1}, "steps": ["suspend"]}, {"suspension": "1 h"}),
            "lapse": ({"when": {"reports": 1}}, {"lapse": "1 h"}),
        },
    ),
    "take-down-network": Example(
        {"when": {"reports": 1}},
        -1,
        needed={"smallest": 1},
        own={
            "within": ({"when": {"reports": 2}, "together": 1}, {"within": "5 h"}),
            "together": (
                {"when": {"reports": 2}, "together": 1, "within": "5 h"},
                {"together": 3},
            ),
            "smallest": ({"when": {"reports": 1}}, {"smallest": 2}),
            "arrest": ({"when": {"reports": 1}}, {"arrest": True}),
        },
    ),
    "penalise-sponsors": Example(
        {"when": {"at": ["2 h"]}},
        -1,
        own={"fine": ({"when": {"at": ["6 h"]}}, {"fine": 5.0})},
        world={
            # What is paid for is most of what is said, and nothing competes with it.
            "feed": {"attention": "unlimited"},
            "trending": None,
            "stories": {i: {"schedule": {"rate": "0.3 per day"}} for i in range(3)},
            "adversaries": [
                {"kind": "paid-posters", "size": 2, "rate": "2 per h", "budget": 1e3, **what}
                for what in ({"story": "rumor"}, {"story": "news"})
            ],
        },
    ),
    "warn-platform": Example(
        {"when": {"at": ["0 h"]}, "strictness": 4.0},
        -1,
        own={"strictness": (_AT, {"strictness": 4.0})},
        beside=_STRICT,
    ),
    "appeals": Example({}, 1, beside=({"kind": "close-accounts", "when": {"reports": 1}},)),
    "campaign": Example(
        {"when": {"reports": 1}},
        -1,
        needed={"end": "90 h", "every": "1 h", "penalties": {"close": 100_000}},
        own={
            "begin": ({"when": {"at": ["6 h", "20 h"]}}, {"begin": "10 h"}),
            "end": ({"when": {"at": ["20 h"]}}, {"end": "10 h"}),
            "penalties": (_AT, {"penalties": {"close": 3}}),
            "population": (_AT, {"population": 10_000_000}),
            "aims": (_AT, {"aims": [{"share": 1.0, "kinds": ["self-media"]}]}),
            "every": ({"when": {"at": ["1 h"]}, "penalties": {"close": 900}}, {"every": "9 h"}),
            "pace": ({"when": {"at": ["1 h"]}, "penalties": {"close": 900}}, {"pace": [1, 9]}),
            "suspension": (
                {"when": {"reports": 1}, "penalties": {"close": 0, "suspend": 100_000}},
                {"suspension": "1 h"},
            ),
            "strictness": ({"when": {"reports": 4}}, {"strictness": 4.0}),
            "relaxation": (
                {"when": {"at": ["20 h"]}, "end": "10 h"},
                {"relaxation": "20 h"},
            ),
        },
    ),
}

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
    "whom.arm": (_AT, {"whom": {"arm": "treated"}}),
    "readers": (_AT, {"readers": "treated"}),
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

#: The same for interventions whose cases are opened by what others did.
OF_REACTING: dict[str, Effect] = {
    name: ({k: v for k, v in settings.items() if k != "when"}, change)
    for name, (settings, change) in SHARED.items()
    if settings.get("when") == _AT["when"] and name not in ("when.at", "duration")
} | {
    "when.age": SHARED["when.age"],
    "whom.strikes": ({}, {"whom": {"strikes": 2}}),
    "whom.suspicion": ({}, {"whom": {"suspicion": 1.0}}),
}

#: The same for interventions on whole platforms: what they share with the others.
OF_PLATFORMS: dict[str, Effect] = {
    **{name: SHARED[name] for name in ("when.at", "delay", "duration", "readers")},
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
    "arms": {"by": "account"},
}
EXAMPLES = Entries(
    "EXAMPLES of intervention_examples.py",
    EXAMPLES | {kind: Example(**given) for kind, given in brought("rumorsim.examples").items()},
)
