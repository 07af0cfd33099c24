"""Stories, originals and audiences that differ: both engines, however posts are read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from random_models import random_model_scenario
from random_platforms import busy_desk, random_platforms
from random_scenarios import pair, random_scenario
from small_worlds import small
from varied_stories import varied

from rumorsim.engine.reference import feed
from rumorsim.engine.reference.engine import ReferenceEngine
from rumorsim.engine.reference.feed import Knowledge
from rumorsim.events.stream import Batch, Kind
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

#: Scenarios of each kind.
MANY = 16


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


def test_the_scenarios_repeat() -> None:
    """Without this the agreement above could be about nothing."""
    for kind in ("feed", "platforms", "late"):
        repeats = 0
        for number in range(MANY):
            shares = events(varied(KINDS[kind](number), number), "fast").only(Kind.SHARE)
            repeats += len(shares) - len(np.unique(shares.rows[["story", "account"]]))
        assert repeats > 3, kind


#: Few accounts that see the same posts in their feeds and, over and over, on a list.
LISTED = {
    "horizon": "12 h",
    "graph": {"kind": "erdos-renyi", "accounts": 30, "mean_followers": 5.0, "seed": 4},
    "stories": {0: {"again": 0.9, "appeal": 0.3}},
    "trending": {"slots": 3, "refresh": "10 min", "looks": "40 per day", "topics": "0 per h"},
}


def twice_or_own(engine: str) -> tuple[int, int, int]:
    """Repeats of a story, and of these: of the same post, of a post of one's own."""
    scenario = small(LISTED)
    shares = Simulation(scenario, engine=engine).advance(scenario.horizon).only(Kind.SHARE)
    columns = shares.rows[["account", "value"]]
    repeats = len(shares) - len(np.unique(shares.account))
    return (
        repeats,
        len(shares) - len(np.unique(columns)),
        int((shares.account == shares.source).sum()),
    )


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_nobody_shares_a_post_twice_or_its_own(engine: str) -> None:
    repeats, same_post, own = twice_or_own(engine)
    assert repeats > 30
    assert (same_post, own) == (0, 0)


def test_an_engine_that_forgets_what_was_shared_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: on a list the same post is read often enough to be shared twice."""

    def forgetful(self: ReferenceEngine, known: Knowledge, post: int, reader: int) -> float:
        return 0.9**known.shared

    monkeypatch.setattr(ReferenceEngine, "sharing_again", forgetful)
    _, same_post, own = twice_or_own("reference")
    assert same_post > 5 and own > 0


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


def test_an_engine_that_forgets_ranks_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a twin that takes every share for the first must not agree everywhere."""
    monkeypatch.setattr(feed, "rank_cell", lambda rank: 0)
    assert not all(same(varied(random_scenario(i), i)) for i in range(MANY))
