"""The room of an engine that is gone serves the next one, whatever world that has."""

from __future__ import annotations

from small_worlds import small

from rumorsim import Simulation, run
from rumorsim.engine import room


def test_a_room_that_grew_in_one_world_serves_another_with_more_stories() -> None:
    graph = {"kind": "erdos-renyi", "accounts": 2_000, "mean_followers": 8.0, "seed": 1}
    story = {"name": "a", "truth": False, "appeal": 0.3, "author": {"random": 5}}
    few = small({"graph": graph, "stories": [{**story, "copies": 3}]})
    many = small({"graph": graph, "stories": [{**story, "copies": 40}]})
    room._free.clear()
    expected = [run(each, measures=["reach"]).digest for each in (many, few)]
    room._free.clear()
    run(few, measures=["reach"])
    (kept,) = room._free
    # Negative control: it had grown to a place for every key, and the other world has more keys.
    assert len(kept.exposures) == 6_000
    simulation = Simulation(many)
    assert simulation.engine._room is kept  # type: ignore[attr-defined]
    del simulation
    found = [run(each, measures=["reach"]).digest for each in (many, few)]
    assert found == expected
