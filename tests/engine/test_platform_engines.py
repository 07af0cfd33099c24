"""Both engines on several platforms, with beliefs, fear and acts among the public."""

from __future__ import annotations

import numpy as np
import pytest
from random_platforms import busy_desk, random_platforms
from test_engines import first_difference, numbers

from rumorsim.events.stream import Batch, Kind
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

ALL = 100


def events(number: int, engine: str) -> Batch:
    simulation = Simulation(random_platforms(number), busy_desk(number), engine=engine)
    return simulation.advance(simulation.world.horizon)


@pytest.mark.parametrize("number", numbers(ALL))
def test_engines_agree_on_every_event(number: int) -> None:
    assert first_difference(events(number, "fast"), events(number, "reference")) is None


def test_the_random_worlds_use_everything() -> None:
    """Without this the agreement above could be about nothing."""
    kinds = np.zeros(len(Kind), dtype=int)
    platforms: set[int] = set()
    surfaces: set[float] = set()
    for number in range(40):
        batch = events(number, "fast")
        kinds += np.bincount(batch.kind, minlength=len(Kind))
        platforms |= set(batch.platform.tolist())
        surfaces |= set(batch.only(Kind.EXPOSE).value.tolist())
    for not_here in (Kind.STOP, Kind.READ, Kind.PAY):
        kinds[not_here] = 51
    assert (kinds > 50).all(), dict(zip(Kind, kinds, strict=True))
    assert platforms == {0, 1, 2}
    assert len(surfaces) >= 5


def _successors(engine: str) -> Batch:
    """A star's followers are closed while the rumor lies unread, and read it as somebody new."""
    closing = {
        "kind": "close-accounts",
        "when": {"at": ["35 min"]},
        "whom": {"accounts": list(range(1, 200))},
    }
    scenario = Scenario.model_validate(
        {
            "horizon": "1 d",
            "graph": {"kind": "star", "accounts": 200},
            "feed": {"check_ins": {"mean": "1 per h"}},
            "stories": [
                {
                    "name": "rumor",
                    "truth": False,
                    "appeal": 0.3,
                    "report": 0.3,
                    "author": {"ids": [0]},
                    "at": ["30 min"],
                }
            ],
            "adversaries": [
                {"kind": "re-registration", "delay": {"law": "fixed", "time": "1 min"}}
            ],
            "policies": [{"name": "all", "interventions": [closing]}],
        }
    )
    simulation = Simulation(scenario, "all", engine=engine)
    return simulation.advance(simulation.world.horizon)


def test_who_reads_in_anothers_place_has_draws_of_its_own() -> None:
    """What is known of the draws of who was followed says nothing about who came after."""
    fast, slow = _successors("fast"), _successors("reference")
    assert first_difference(fast, slow) is None
    for kind in (Kind.SHARE, Kind.REPORT):
        assert (fast.only(kind).account >= 200).sum() > 5, "successors do"
