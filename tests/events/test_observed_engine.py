"""The rows of observed cascades are those that an engine writes of the same posts, to the bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import small

import rumorsim
from rumorsim import Batch, Kind, read_cascades

#: Whoever reads shares, so that all first reads but those of authors are shares as well.
WORLD: dict[str, Any] = {
    "horizon": "60 h",
    "graph": {"kind": "power-law", "accounts": 300, "mean_followers": 6},
    "feed": {"reading": "delay"},
}


def stories(*, ties: bool) -> list[dict[str, Any]]:
    at = ["0 h", "0 h", "0 h", "1 h"] if ties else ["0 h", "2 h", "3.5 h", "7 h"]
    return [
        {
            "name": f"story {n}",
            "truth": bool(n % 2),
            "appeal": 1.0,
            "author": {"ids": [40 - 3 * n]},
            "at": [at[n]],
        }
        for n in range(4)
    ]


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("delay", ["law", "fixed"])
def test_an_engine_writes_the_same_rows(engine: Any, delay: str, tmp_path: Path) -> None:
    """With fixed delays many rows are at one time, and only the order of the engines is right."""
    fixed = {"feed": {"delay": {"law": "fixed", "time": "1 h"}}} if delay == "fixed" else {}
    scenario = small(WORLD, fixed, {"stories": stories(ties=delay == "fixed")})
    file = tmp_path / "events.ndjson"
    rumorsim.run(scenario, seed=11, events=file, engine=engine)
    facts, batches = rumorsim.read_events(file)
    rows = Batch.joined(list(batches)).only(Kind.PUBLISH, Kind.EXPOSE, Kind.SHARE).rows
    published = rows[rows["kind"] == Kind.PUBLISH]
    author = np.empty(len(facts.stories), int)
    author[published["story"]] = published["account"]
    unshared = (rows["kind"] == Kind.EXPOSE) & (rows["account"] == author[rows["story"]])
    rows = rows[~unshared]
    found = read_cascades(file)
    assert len(rows) > 1500 and len(np.unique(rows["time"])) < (
        len(rows) if delay == "law" else 200
    )
    assert np.array_equal(found.batch.rows, rows)
    assert found.facts.stories == facts.stories
