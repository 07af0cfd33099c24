"""Branches of a world: both engines agree on them, and they leave alone what they must."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from redrawn_worlds import QUICK, alike, numbers, scenario_of
from small_worlds import agree, events, small

from rumorsim.common.errors import InputError
from rumorsim.events.stream import Batch, Kind
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.running import run
from rumorsim.simulation.simulation import Simulation
from rumorsim.studies.runner.reproduce import reproduce
from rumorsim.world.redraw import Redraw, counted

KEYS = (11, 2**64 - 1, 7)


def size_of(scenario: Scenario) -> int:
    return Simulation(scenario).world.size


def randomly(accounts: int, number: int) -> Redraw:
    chance = np.random.default_rng(number)
    return Redraw(chance.integers(0, len(KEYS) + 1, accounts, dtype=np.uint8), KEYS)


def made(
    scenario: Scenario, policy: str, redraw: Redraw | None, engine: str = "fast"
) -> tuple[Batch, np.ndarray]:
    """All events, and the exposures that are worked out late."""
    simulation = Simulation(scenario, policy, engine=engine, redraw=redraw)
    batch = simulation.advance(scenario.horizon)
    simulation.world.check()
    late = simulation.exposures().rows[["time", "account", "story", "post", "source"]]
    return batch, np.sort(late)


@pytest.mark.parametrize("number", numbers())
def test_engines_agree_on_every_event_of_a_branch(number: int) -> None:
    scenario = scenario_of(number)
    redraw = randomly(size_of(scenario), number)
    fast = made(scenario, "mixed", redraw)
    assert alike(fast, made(scenario, "mixed", redraw, "reference"))


@pytest.mark.parametrize("number", range(12))
def test_a_branch_without_new_draws_is_the_world(number: int) -> None:
    scenario = scenario_of(number)
    accounts = size_of(scenario)
    plain = made(scenario, "mixed", None)
    for redraw in (
        Redraw(np.zeros(accounts, np.uint8), KEYS),
        Redraw(np.ones(accounts, np.uint8), (scenario.seed,)),
    ):
        assert alike(plain, made(scenario, "mixed", redraw))


def test_branches_differ_from_their_worlds() -> None:
    """Negative control of the two tests above: each kind of scenario has draws that matter."""
    differ = [
        not alike(
            made(scenario, "none", None),
            made(scenario, "none", randomly(size_of(scenario), number)),
        )
        for number in range(QUICK)
        for scenario in [scenario_of(number)]
    ]
    assert sum(differ) > QUICK // 2
    assert any(differ[::3]) and any(differ[4::4])


def test_true_stories_keep_their_draws() -> None:
    story = {"truth": True, "appeal": 0.2, "author": {"ids": [0]}}
    both = small({"stories": {0: {"name": "rumor"}}})
    both = Scenario.model_validate(
        {**both.resolved(), "stories": [both.resolved()["stories"][0], {"name": "news", **story}]}
    )
    redraw = Redraw(np.ones(size_of(both), np.uint8), (5,))
    plain, branch = (made(both, "none", each)[0] for each in (None, redraw))
    news, rumor = ([each.rows[each.story == s] for each in (plain, branch)] for s in (1, 0))
    what = ["time", "kind", "account", "source"]
    assert (news[0][what] == news[1][what]).all()
    assert len(rumor[0]) != len(rumor[1]) or not (rumor[0] == rumor[1]).all()


def test_which_stories_count() -> None:
    assert counted([True, False, True]).tolist() == [False, True, False]
    assert counted([True, True]).tolist() == [True, True]


def test_a_fork_is_of_the_same_branch() -> None:
    scenario = small()
    simulation = Simulation(scenario, redraw=randomly(12, 1))
    simulation.advance("5 h")
    fork = simulation.fork()
    assert agree(fork.advance("24 h"), simulation.advance("24 h"))


def test_a_result_names_its_branch(tmp_path: Path) -> None:
    scenario = small()
    one, other = (run(scenario, redraw=randomly(12, i)) for i in (1, 2))
    plain = run(scenario)
    assert one.provenance["redraw"] != other.provenance["redraw"]
    assert "redraw" not in plain.provenance and plain.provenance["reproducible_from_file"]
    assert not one.provenance["reproducible_from_file"]
    assert len({each.digest for each in (one, other, plain)}) == 3
    one.save(tmp_path / "branch")
    with pytest.raises(InputError, match="it is a branch, whose redraw came from Python"):
        reproduce(tmp_path / "branch")


def test_a_branch_is_the_same_however_it_is_made() -> None:
    epochs = [0, 1, 1, 1]
    one, other = Redraw(np.array(epochs), (3,)), Redraw(np.array(epochs, np.uint8), (3,))
    assert one == other and hash(one) == hash(other)
    assert one != Redraw(np.array(epochs), (4,)) and one != Redraw(np.array(epochs[::-1]), (3,))


@pytest.mark.parametrize(
    ("epochs", "keys", "says"),
    [
        (np.array([0, 2]), (5,), "redraw.epochs = 2: must lie in 0 to 1, the number of keys"),
        (np.array([-1, 0]), (5,), "redraw.epochs = -1: must lie in 0 to 1, the number of keys"),
        (np.array([0.0, 1.0]), (5,), "one-dimensional array of whole numbers"),
        (np.zeros((2, 2), int), (), "one-dimensional array of whole numbers"),
        (np.zeros(2, int), (-1,), "redraw.keys = -1: "),
        (np.zeros(2, int), tuple(range(256)), "there may be 255 at most"),
    ],
)
def test_faulty_branches_are_refused(epochs: np.ndarray, keys: tuple[int, ...], says: str) -> None:
    with pytest.raises(InputError, match=says):
        Redraw(epochs, keys)


def test_a_branch_of_another_world_is_refused() -> None:
    with pytest.raises(InputError, match="one epoch for each of the world's 12 accounts"):
        events(small(), "none") and Simulation(small(), redraw=randomly(11, 1))


def test_random_scenarios_redraw_something() -> None:
    """Without shares nothing is drawn that a branch could change."""
    shares = sum(
        int((made(scenario_of(number), "none", None)[0].kind == Kind.SHARE).sum())
        for number in range(QUICK)
    )
    assert shares > 300
