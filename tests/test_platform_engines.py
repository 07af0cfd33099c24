"""Both engines on several platforms, with beliefs, fear and acts among the public."""

from __future__ import annotations

import numpy as np
import pytest
from random_platforms import busy_desk, random_platforms
from test_engines import first_difference, numbers

from rumorsim.events import Batch, Kind
from rumorsim.run import Simulation

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
    kinds[Kind.STOP] = kinds[Kind.READ] = 51
    assert (kinds > 50).all(), dict(zip(Kind, kinds, strict=True))
    assert platforms == {0, 1, 2}
    assert len(surfaces) >= 5
