"""Stories, originals and audiences that differ: both engines, however posts are read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from random_models import random_model_scenario
from random_platforms import busy_desk, random_platforms
from random_scenarios import pair, random_scenario
from varied_stories import varied

from rumorsim.engine.reference.engine import ReferenceEngine
from rumorsim.events.stream import Batch, Kind
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

#: Scenarios of each kind.
MANY = 25


def events(scenario: Scenario, engine: str) -> Batch:
    policy = busy_desk(1) if not scenario.policies else "mixed"
    simulation = Simulation(scenario, policy, engine=engine)
    batch = simulation.advance(scenario.horizon)
    simulation.world.check()
    if scenario.feed.exposures == "late":
        # Worked out after the run: those of equal times in any order.
        late = simulation.exposures().rows
        batch = Batch.joined([batch, Batch(np.sort(late, order=["time", "account", "story"]))])
    return batch


def same(scenario: Scenario) -> bool:
    fast, reference = (events(scenario, engine).rows for engine in ("fast", "reference"))
    return len(fast) == len(reference) and bool((fast == reference).all())


KINDS: dict[str, Callable[[int], Scenario]] = {
    "feed": random_scenario,
    "models": random_model_scenario,
    "platforms": random_platforms,
    "late": lambda number: pair(number)[1],
}


@pytest.mark.parametrize("kind", KINDS)
def test_engines_agree(kind: str) -> None:
    differing = [i for i in range(MANY) if not same(varied(KINDS[kind](i), i))]
    assert not differing


def test_late_exposures_are_the_same() -> None:
    for number in range(MANY):
        logged, late = (varied(each, number) for each in pair(number))
        batch = events(logged, "fast")
        simulation = Simulation(late, "mixed")
        rest = simulation.advance(late.horizon)
        others = batch.only(*(kind for kind in Kind if kind != Kind.EXPOSE))
        assert (others.rows == rest.rows).all()
        exposed, found = batch.only(Kind.EXPOSE).rows, simulation.exposures().rows
        columns = ["time", "account", "story", "post", "source"]
        assert sorted(exposed[columns].tolist()) == sorted(found[columns].tolist())


def test_an_engine_that_forgets_originals_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a twin that takes originals for shares must not agree everywhere."""
    made = ReferenceEngine.new_post

    def forgetful(self: ReferenceEngine, story: int, author: int, k: int, parent: int) -> int:
        post = made(self, story, author, k, parent)
        if parent < 0 and self.world.stories["original"][story] > 0:
            self.world.posts["vigour"][post] /= self.world.stories["original"][story]
        return post

    monkeypatch.setattr(ReferenceEngine, "new_post", forgetful)
    assert not all(same(varied(random_scenario(i), i)) for i in range(MANY))
