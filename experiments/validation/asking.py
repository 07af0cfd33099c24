"""How theory is asked of the public engine: scenario files with a few values put in.

With every factor 1 and a coin per (reader, author) those who post a story are the active
set of the independent cascade, and ``copies`` of a story are independent replicates of it.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rumorsim import Kind, Scenario, stream
from rumorsim.events.stream import VERBS

__all__ = [
    "SHARED",
    "Asked",
    "Counted",
    "Target",
    "counted",
    "scenario",
    "shared_graph",
    "targets",
]

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[2] / "shared"

Floats = NDArray[np.float64]


class Asked(NamedTuple):
    """How a row is asked: ``short`` or in full, and its rate times ``factor``.

    A factor other than 1 is the negative control: the row must then be refused.
    """

    short: bool = False
    factor: float = 1.0


class Target(NamedTuple):
    """One row of the table of targets, as it is written there."""

    id: str
    setup: str
    expected: str
    tolerance: str

    def numbers(self) -> list[float]:
        """The expected numbers, in order, where they are numbers."""
        return [float(word) for word in self.expected.replace(";", ",").split(",")]


class Counted(NamedTuple):
    """Posts of each copy, int64 [copies]; copy and hour of every post; accounts closed."""

    posts: NDArray[np.int64]
    copies: NDArray[np.int32]
    times: Floats
    closed: int

    def by(self, hours: float) -> NDArray[np.int64]:
        """Posts of each copy before ``hours``, int64 [copies]."""
        return np.bincount(self.copies[self.times < hours], minlength=len(self.posts))


def targets() -> dict[str, Target]:
    """The table of targets by id; FileNotFoundError where it is absent."""
    with (SHARED / "targets.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return {
            row["id"]: Target(row["id"], row["setup"], row["expected"], row["tolerance"])
            for row in rows
        }


def scenario(name: str, story: Mapping[str, Any], **tables: Mapping[str, Any]) -> Scenario:
    """``scenarios/<name>.toml`` with keys of its first story and of its tables replaced.

    A ``graph`` takes the place of the whole table; ``top`` holds keys outside any table.
    """
    place = HERE / "scenarios"
    told = tomllib.loads((place / f"{name}.toml").read_text(encoding="utf-8"))
    told["stories"][0] |= story
    told |= tables.pop("top", {})
    if "graph" in tables:
        told["graph"] = tables.pop("graph")
    for table, keys in tables.items():
        told[table] |= keys
    return Scenario.model_validate(told).at(place)


def shared_graph(name: str) -> dict[str, Any]:
    """The [graph] of a real follow graph beside the repository."""
    return {
        "kind": "file",
        "path": str(SHARED / "data" / f"{name}_follows.txt.gz"),
        "columns": "follower followee",
    }


def counted(
    told: Scenario, policy: str = "none", *, seed: int = 1, to_the_end: bool = True
) -> Counted:
    """Run it. ``to_the_end``: every cascade must have ended well before the horizon."""
    stories, times = [np.zeros(0, np.int32)], [np.zeros(0)]
    closed = 0
    for batch in stream(told, policy, seed):
        made = batch.only(Kind.PUBLISH, Kind.SHARE)
        stories.append(made.story.copy())
        times.append(made.time.copy())
        closed += int((batch.only(Kind.ACTION).value == VERBS.index("close")).sum())
    joined = np.concatenate(times)
    if to_the_end and joined[-1] > 0.9 * told.horizon:
        raise ValueError(f"{told.name}: the horizon of {told.horizon:g} h cut a cascade short")
    copies = np.concatenate(stories)
    posts = np.bincount(copies, minlength=sum(story.copies for story in told.stories))
    return Counted(posts, copies, joined, closed)
