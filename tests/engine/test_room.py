"""The room of an engine that is gone serves the next one, whatever world that has."""

from __future__ import annotations

from small_worlds import small

from rumorsim import run
from rumorsim.engine import room


def test_a_room_that_grew_in_one_world_serves_another_with_more_accounts() -> None:
    story = {"name": "a", "truth": False, "appeal": 0.3, "author": {"random": 5}}
    graph = {"kind": "erdos-renyi", "mean_followers": 8.0, "seed": 1}
    small_world = small(
        {"graph": {**graph, "accounts": 2_000}, "stories": [{**story, "copies": 3}]}
    )
    large_world = small(
        {"graph": {**graph, "accounts": 16_000}, "stories": [{**story, "copies": 4}]}
    )
    room._free.clear()
    expected = [run(each, measures=["reach"]).digest for each in (large_world, small_world)]
    room._free.clear()
    run(small_world, measures=["reach"])
    (kept,) = room._free
    # Negative control: it had grown to a place for every key, which the larger world lacks.
    assert len(kept.exposures) == 6_000
    found = [run(each, measures=["reach"]).digest for each in (large_world, small_world)]
    assert found == expected
