"""What one account reads, exactly: attention, first reads, one share a story.

Nothing here is left to chance: every account reads all that it has to, or the newest of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_worlds import small

from rumorsim.events.stream import Batch, Kind
from rumorsim.simulation.simulation import Simulation

ENGINES = ["fast", "reference"]
POSTS = 7


def reads(attention: int | str, engine: str, appeal: float = 0.0) -> Batch:
    """Forty accounts that all follow one another; seven of them tell the same story at hour 1."""
    story = {
        "name": "s",
        "truth": False,
        "appeal": appeal,
        "author": {"ids": list(range(POSTS))},
        "at": ["1 h"],
    }
    changes: dict[str, Any] = {
        "horizon": "400 h",
        "graph": {"kind": "complete", "accounts": 40},
        "feed": {
            "attention": attention,
            "background": "0 per day",
            "check_ins": {"mean": "2 per day", "shape": 1000.0},
        },
        "stories": [story],
        "measures": ["impressions"],
    }
    base: dict[str, Any] = dict.fromkeys(("graph", "feed", "stories"))
    simulation = Simulation(small(base, changes), engine=engine)
    return simulation.advance(simulation.world.horizon)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("attention", [1, 3, POSTS, "unlimited"])
def test_a_check_in_reads_the_newest_posts_that_attention_holds(
    attention: int | str, engine: str
) -> None:
    """Who published reads the six others' posts, everyone else all seven, or what fits."""
    batch = reads(attention, engine).only(Kind.READ)
    most = POSTS if attention == "unlimited" else int(attention)
    counts = np.bincount(batch.account, minlength=40)
    assert counts[:POSTS].tolist() == [min(most, POSTS - 1)] * POSTS
    assert counts[POSTS:].tolist() == [most] * (40 - POSTS)
    for account in range(POSTS, 40):
        read = batch.post[batch.account == account]
        assert read.tolist() == list(range(POSTS - 1, POSTS - 1 - most, -1))


@pytest.mark.parametrize("engine", ENGINES)
def test_an_account_is_exposed_to_a_story_once(engine: str) -> None:
    batch = reads("unlimited", engine)
    exposed = batch.only(Kind.EXPOSE).account
    assert sorted(exposed.tolist()) == list(range(40))
    assert len(batch.only(Kind.READ)) > 200


@pytest.mark.parametrize("engine", ENGINES)
def test_an_account_shares_a_story_once_and_never_its_own(engine: str) -> None:
    batch = reads("unlimited", engine, appeal=1000.0)
    assert sorted(batch.only(Kind.SHARE).account.tolist()) == list(range(POSTS, 40))
