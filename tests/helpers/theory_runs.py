"""Classical cascades as scenarios: how theory is asked of the public engine.

With every factor 1 and a coin per (reader, author) those who post a story are the active
set of the independent cascade, whatever the timetables. ``copies`` of a story are
independent replicates of it on one follow graph.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from rumorsim import Kind, Scenario, loads, stream
from rumorsim.events.stream import VERBS

SHARED = Path(__file__).resolve().parents[3] / "shared"

#: Everything is read, at the reader's own times.
CHECK_IN = """
reading = "check-in"
attention = "unlimited"
background = "0 per day"
check_ins = { mean = "24 per day", shape = "alike" }
"""
FIXED = 'reading = "delay"\ndelay = { law = "fixed", time = "1 h" }'
EXPONENTIAL = 'reading = "delay"\ndelay = { law = "exponential", mean = "1 h" }'
#: Longer than any of these cascades lives; ``Cascades`` checks that it is.
HORIZON = 2400.0


class Cascades(NamedTuple):
    """Posts of each copy, int64 [copies], and the accounts closed in the run."""

    posts: NDArray[np.int64]
    closed: int


def scenario(
    graph: str,
    *,
    appeal: float,
    copies: int,
    author: str,
    feed: str = CHECK_IN,
    rest: str = "",
) -> Scenario:
    """One story on a follow graph (the body of its table), in ``copies``."""
    return loads(
        f"""
horizon = "{HORIZON:g} h"
measures = ["shares"]
[graph]
{graph}
[feed]
{feed}
[[stories]]
name = "story"
truth = false
appeal = {appeal!r}
copies = {copies}
author = {{ {author} }}
{rest}
"""
    )


def cascades(
    scenario: Scenario, *, policy: str = "none", engine: str = "fast", seed: int = 1
) -> Cascades:
    """Run it to the end of every cascade."""
    copies = sum(story.copies for story in scenario.stories)
    posts = np.zeros(copies, dtype=np.int64)
    closed, last = 0, 0.0
    for batch in stream(scenario, policy, seed, engine):
        made = batch.only(Kind.PUBLISH, Kind.SHARE)
        posts += np.bincount(made.story, minlength=copies)
        closed += int((batch.only(Kind.ACTION).value == VERBS.index("close")).sum())
        last = float(batch.time[-1])
    assert last < 0.9 * HORIZON, "the horizon cut a cascade short"
    return Cascades(posts, closed)


def edge_file(folder: Path, edges: list[tuple[int, int]]) -> str:
    """The [graph] of a few follows, written as (followee, follower): the way posts travel."""
    place = folder / "edges.txt"
    place.write_text("".join(f"{a} {b}\n" for a, b in edges), encoding="utf-8")
    return f'kind = "file"\npath = \'{place}\'\ncolumns = "followee follower"'


def shared_graph(name: str, columns: str = "follower followee") -> str:
    """The [graph] of a real follow graph; skips where the data is absent."""
    place = SHARED / "data" / name
    if not place.exists():
        pytest.skip(f"{name} is not beside this repository (it is not ours to ship)")
    return f'kind = "file"\npath = \'{place}\'\ncolumns = "{columns}"'


def expected_of(row: str) -> str:
    """What the table of targets says; skips where it is absent."""
    table = SHARED / "targets.csv"
    if not table.exists():
        pytest.skip("the table of targets is not beside this repository")
    with table.open(encoding="utf-8") as file:
        return {each["id"]: each["expected"] for each in csv.DictReader(file)}[row]


def deviation(values: NDArray[np.int64], expected: float, reference_error: float = 0.0) -> float:
    """How many standard errors the mean of ``values`` lies from ``expected``."""
    error = math.hypot(float(values.std(ddof=1)) / math.sqrt(len(values)), reference_error)
    return (float(values.mean()) - expected) / error
