"""The world and the policies in which published effects are asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from rumorsim.scenario import Scenario, build_graph
from rumorsim.scenario.loading import from_values

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
#: Half-lives of illegal content in days (Truong et al. 2025), four of the eight published.
HALF_LIVES: Final = (0.25, 1, 4, 16)
#: Published thresholds of followers. The graph is so much smaller than the platform that each
#: is divided by the divisor of a :class:`Choice`.
THRESHOLDS: Final = {
    ">=10K followers": 10_000,
    ">=50K": 50_000,
    ">=100K": 100_000,
    ">=500K": 500_000,
}


class Choice(NamedTuple):
    """What no paper says about bans here and has to be chosen."""

    #: Accounts reached that make a strike.
    strike: int
    #: Followers there for one follower here.
    divisor: int

    def __str__(self) -> str:
        return f"strike {self.strike}, followers / {self.divisor}"


#: The choice of the tables, and the others that show what hangs on it.
CENTRE: Final = Choice(100, 200)
CHOICES: Final = (CENTRE, Choice(50, 200), Choice(300, 200), Choice(100, 100), Choice(100, 400))
GRAPH: Final = {"kind": "power-law", "accounts": 8000, "mean_followers": 20, "seed": 7}


def world(events: int = EVENTS) -> dict[str, Any]:
    """Events of misinformation that self-media start and take up again over a day and a half.

    The feed is the default one.
    """
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
        for i in range(events)
    ]
    return {
        "name": "published",
        "horizon": f"{EVERY * events + 72:g} h",
        "graph": GRAPH,
        "accounts": {"kinds": {"self-media": {"share": 0.012, "prominence": 1.0}}},
        "stories": stories,
        "measures": ["reach", "shares", "enforcement", "collateral"],
    }


def policies(events: int = EVENTS) -> Scenario:
    """The scenario with every policy that a published number is about."""
    plain = from_values(world(events), Path())
    followers = build_graph(plain)[0].follower_counts()
    named = [{"name": name, "interventions": each} for name, each in _named(followers)]
    return from_values({**world(events), "policies": named}, Path())


def _named(followers: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for minutes in REMOVAL:
        yield f"removal {minutes} min", [_breaker(minutes, 0.0)]
        yield f"breaker 10% {minutes} min", [_breaker(minutes, 0.9)]
    for percent in NUDGES:
        yield f"nudge {percent}%", [_nudge(percent)]
    for percent in (34, 30, 25):
        yield f"label -{percent}%", [_label(0, percent)]
    for minutes in LABELS:
        yield f"label {minutes} min", [_label(minutes, 34)]
    for percent in (5, 25, 50, 75):
        yield f"label {percent}% of events", [_label(0, 34, percent / 100)]
    for days in HALF_LIVES:
        yield f"half-life {days:g} d", [_deletion(days)]
    # What "modest" and "aggressive" are made of is not in the data file: assumptions.
    made_of = {"modest": (120, 0.2, 10), "aggressive": (60, 0.3, 20)}
    for word, (minutes, part, percent) in made_of.items():
        yield f"{word} vcb only", [_breaker(minutes, 0.0, part)]
        yield f"{word} nudge only", [_nudge(percent)]
    for choice in CHOICES:
        for name, least in THRESHOLDS.items():
            yield with_choice(f"ban {name}", choice), [_ban(followers, least, choice)]
        for (word, (minutes, part, percent)), least in zip(
            made_of.items(), (50_000, 30_000), strict=True
        ):
            ban = _ban(followers, least, choice)
            yield with_choice(f"{word} ban only", choice), [ban]
            everything = [_breaker(minutes, 0.0, part), _nudge(percent), ban]
            yield with_choice(f"{word} all", choice), everything


def with_choice(policy: str, choice: Choice) -> str:
    """The name of a policy with bans under a choice."""
    return policy if choice == CENTRE else f"{policy} ({choice})"


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


def _ban(followers: Any, least: int, choice: Choice) -> dict[str, Any]:
    """Three strikes for accounts with so many followers: each, so many accounts more reached."""
    many = int(np.count_nonzero(followers >= least / choice.divisor))
    return {
        "kind": "strike-ladder",
        "when": {"reach": choice.strike},
        "whom": {"top": max(many, 1)},
        "steps": ["warn", "warn", "close"],
    }


def _deletion(days: float) -> dict[str, Any]:
    """Each original deleted, and its shares with it, at a constant hazard."""
    return {
        "kind": "delete-posts",
        "when": {"age": "0 h"},
        "whom": {"posts": "originals"},
        "delay": {"law": "exponential", "mean": f"{24 * days / math.log(2):.6g} h"},
    }


def _label(minutes: int, percent: int, part: float = 1.0) -> dict[str, Any]:
    """A warning on all posts of an event, from so long after it began.

    The papers label events; ``label`` labels posts, so what slows a story stands for it.
    """
    return _breaker(minutes, 1 - percent / 100, part)
