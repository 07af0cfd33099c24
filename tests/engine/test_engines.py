"""The two engines agree on every event to the bit, however the run is cut."""

from __future__ import annotations

import random

import numpy as np
import pytest
from random_scenarios import random_scenario

from rumorsim.engine import room
from rumorsim.engine.fast import FastEngine
from rumorsim.engine.reference.engine import ReferenceEngine
from rumorsim.events.stream import Batch, Kind
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

#: Scenarios compared in the ordinary suite; the long check takes all.
QUICK, ALL = 60, 200


def events(scenario: Scenario, engine: str) -> Batch:
    simulation = Simulation(scenario, "mixed", engine=engine)
    batch = simulation.advance(scenario.horizon)
    simulation.world.check()
    return batch


def first_difference(a: Batch, b: Batch) -> str | None:
    """Where two streams differ, in words; None where they are the same to the bit."""
    for i in range(min(len(a), len(b))):
        if a.rows[i] != b.rows[i]:
            return f"event {i}: {a.rows[i]} against {b.rows[i]}"
    return None if len(a) == len(b) else f"{len(a)} events against {len(b)}"


def numbers(count: int) -> list[object]:
    return [pytest.param(i, marks=[] if i < QUICK else pytest.mark.long) for i in range(count)]


@pytest.mark.parametrize("number", numbers(ALL))
def test_engines_agree_on_every_event(number: int) -> None:
    scenario = random_scenario(number)
    assert first_difference(events(scenario, "fast"), events(scenario, "reference")) is None


def test_random_scenarios_use_everything() -> None:
    """Without this the agreement above could be about nothing."""
    kinds = np.zeros(len(Kind), dtype=int)
    features: set[str] = set()
    for number in range(QUICK):
        scenario = random_scenario(number)
        kinds += np.bincount(events(scenario, "fast").kind, minlength=len(Kind))
        features |= {scenario.feed.reading, str(scenario.feed.attention), scenario.graph.kind}
        features |= {each.kind for each in scenario.policies[0].interventions}
    assert (kinds[: Kind.STOP] > 50).all(), kinds
    assert {"check-in", "delay", "unlimited", "1", "power-law"} <= features
    assert {"close-accounts", "suspend-accounts", "remove-followers"} <= features
    assert {"delete-posts", "filter-trending"} <= features


@pytest.mark.parametrize("number", range(40))
def test_cutting_the_run_anywhere_changes_nothing(number: int) -> None:
    scenario = random_scenario(number)
    whole = events(scenario, "fast")
    chance = random.Random(number)
    simulation = Simulation(scenario, "mixed")
    cuts = sorted(chance.uniform(0, scenario.horizon) for _ in range(chance.randint(1, 30)))
    # Cut at the very moment of events too: ties with the platform are the hard case.
    cuts += whole.time[:: max(1, len(whole) // 10)].tolist()
    pieces = [simulation.advance(time) for time in sorted(cuts)]
    pieces.append(simulation.advance(scenario.horizon))
    for piece, until in zip(pieces, sorted(cuts), strict=False):
        assert not len(piece) or piece.time[-1] < until
    assert first_difference(Batch.joined(pieces), whole) is None


@pytest.mark.parametrize("number", range(40))
def test_tiny_buffers_change_nothing(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = random_scenario(number)
    whole = events(scenario, "fast")

    class Cramped(FastEngine):
        def __init__(self, world: object) -> None:
            # None that another of these has left, as that has grown.
            room._free.clear()
            super().__init__(world, pool=1, log=1, exposures=2)  # type: ignore[arg-type]
            world.posts = world.posts[:1]  # type: ignore[attr-defined]
            self._room.hits = self._room.hits[:1]
            self._bind()

    monkeypatch.setattr("rumorsim.engine.fast.FastEngine", Cramped)
    assert first_difference(events(scenario, "fast"), whole) is None


@pytest.mark.parametrize(
    "fault",
    ["share coin", "attention", "follow order", "report coin"],
)
def test_a_planted_difference_is_seen(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a twin with one fault must not agree on all scenarios."""
    if fault == "share coin":
        original = ReferenceEngine.share_probability
        monkeypatch.setattr(
            ReferenceEngine, "share_probability", lambda self, *a: original(self, *a) * 0.95
        )
    elif fault == "attention":
        monkeypatch.setattr(ReferenceEngine, "pushed_out", lambda *a: False)
    elif fault == "follow order":
        look = ReferenceEngine.slot
        monkeypatch.setattr(
            ReferenceEngine, "slot", lambda self, s, *a: max(0, look(self, s, *a) - 1)
        )
    else:
        draws = ReferenceEngine.draws
        monkeypatch.setattr(ReferenceEngine, "draws", lambda self, p, r: draws(self, p, r)[::-1])
    assert any(
        first_difference(events(s, "fast"), events(s, "reference")) is not None
        for s in map(random_scenario, range(QUICK))
    )
