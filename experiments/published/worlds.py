"""The world and the policies in which published effects are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from rumorsim.scenario import Scenario, build_graph
from rumorsim.scenario.loading import from_values

__all__ = ["LABELS", "NUDGES", "REMOVAL", "THRESHOLDS", "policies", "world"]

#: Events, one every so many hours, so that accounts offend again and again.
EVENTS: Final = 30
EVERY: Final = 16.0
#: P(share | read), for a reproduction number of some 0.78: then a nudge of 5 % takes 15 %.
APPEAL: Final = 0.11
#: Posts of each author and hours in which it posts, for the timing of the paper.
RATE: Final = "2 per day"
LASTING: Final = 36.0
REMOVAL: Final = (15, 30, 60, 120, 240)
NUDGES: Final = (5, 10, 20, 40)
LABELS: Final = (271, 572, 1177)
#: Published thresholds of followers and their stand-ins here, a two-hundredth of them: the
#: graph is so much smaller than the platform (assumption).
THRESHOLDS: Final = {">=10K followers": 50, ">=50K": 250, ">=100K": 500, ">=500K": 2500}
GRAPH: Final = {"kind": "power-law", "accounts": 8000, "mean_followers": 20, "seed": 7}


def world() -> dict[str, Any]:
    """Events of misinformation that self-media start and take up again over a day and a half."""
    stories = [
        {
            "name": f"event-{i}",
            "truth": False,
            "category": "fake-news",
            "appeal": APPEAL,
            "vigour": 0.5,
            "novelty": {"law": "power", "half_life": "3 h"},
            "author": {"kind": "self-media", "count": 12},
            "schedule": {
                "rate": RATE,
                "begin": f"{EVERY * i:g} h",
                "end": f"{EVERY * i + LASTING:g} h",
            },
        }
        for i in range(EVENTS)
    ]
    return {
        "name": "published",
        "horizon": f"{EVERY * EVENTS + 72:g} h",
        "graph": GRAPH,
        # The timing of the paper was matched with this limit of attention (assumption).
        "feed": {"attention": 20, "background": "100 per day"},
        "accounts": {"kinds": {"self-media": {"share": 0.012, "prominence": 1.0}}},
        "stories": stories,
        "measures": ["reach", "shares", "enforcement", "collateral"],
    }


def policies() -> Scenario:
    """The scenario with every policy that a published number is about."""
    plain = from_values(world(), Path())
    followers = build_graph(plain)[0].follower_counts()
    named = [{"name": name, "interventions": each} for name, each in _named(followers)]
    return from_values({**world(), "policies": named}, Path())


def _named(followers: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for minutes in REMOVAL:
        yield f"removal {minutes} min", [_breaker(minutes, 0.0)]
        yield f"breaker 10% {minutes} min", [_breaker(minutes, 0.9)]
    for percent in NUDGES:
        yield f"nudge {percent}%", [_nudge(percent)]
    for name, least in THRESHOLDS.items():
        yield f"ban {name}", [_ban(followers, least)]
    for percent in (34, 30, 25):
        yield f"label -{percent}%", [_label(0, percent)]
    for minutes in LABELS:
        yield f"label {minutes} min", [_label(minutes, 34)]
    for percent in (5, 25, 50, 75):
        yield f"label {percent}% of events", [_label(0, 34, percent / 100)]
    # What "modest" and "aggressive" are made of is not in the data file: assumptions.
    for word, minutes, part, percent, least in (
        ("modest", 120, 0.2, 10, 250),
        ("aggressive", 60, 0.3, 20, 150),
    ):
        parts = {
            "vcb": _breaker(minutes, 0.0, part),
            "nudge": _nudge(percent),
            "ban": _ban(followers, least),
        }
        for name, each in parts.items():
            yield f"{word} {name} only", [each]
        yield f"{word} all", list(parts.values())


def _breaker(minutes: int, flow: float, part: float = 1.0) -> dict[str, Any]:
    """No (or less) sharing of an event from so long after it began."""
    return {
        "kind": "circuit-breaker",
        "when": {"age": f"{max(minutes, 1)} min"},
        "whom": {"fraction": part},
        "flow": flow,
    }


def _nudge(percent: int) -> dict[str, Any]:
    return {"kind": "friction", "when": {"at": ["0 h"]}, "friction": 1 - percent / 100}


def _ban(followers: Any, least: int) -> dict[str, Any]:
    """Three strikes for accounts with so many followers: each, 100 accounts more reached."""
    return {
        "kind": "strike-ladder",
        "when": {"reach": 100},
        "whom": {"top": max(int(np.count_nonzero(followers >= least)), 1)},
        "steps": ["warn", "warn", "close"],
    }


def _label(minutes: int, percent: int, part: float = 1.0) -> dict[str, Any]:
    """A warning on all posts of an event, from so long after it began.

    The papers label events; ``label`` labels posts, so what slows a story stands for it.
    """
    return _breaker(minutes, 1 - percent / 100, part)
