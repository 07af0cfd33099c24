"""Exposures worked out after the run are those that a run logs as it goes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from random_scenarios import pair

from rumorsim.common.errors import InputError
from rumorsim.engine import late
from rumorsim.events.stream import Batch, Kind
from rumorsim.scenario import loads
from rumorsim.simulation.running import run
from rumorsim.simulation.simulation import Simulation


def streams(number: int, engine: str = "fast") -> tuple[Batch, Batch, Batch, Batch]:
    """Exposures and the rest of the stream, as events and late."""
    logged, late = (Simulation(each, "mixed", engine=engine) for each in pair(number))
    everything = logged.advance(logged.world.horizon)
    rest = late.advance(late.world.horizon)
    exposed = everything.only(Kind.EXPOSE)
    others = everything.only(*(kind for kind in Kind if kind != Kind.EXPOSE))
    return exposed, late.exposures(), others, rest


def in_order(batch: Batch) -> list[tuple[Any, ...]]:
    return sorted(batch.rows[["time", "account", "story", "post", "source"]].tolist())


def agree(number: int, engine: str = "fast") -> bool:
    exposed, late, others, rest = streams(number, engine)
    return in_order(exposed) == in_order(late) and others.rows.tolist() == rest.rows.tolist()


@pytest.mark.parametrize("number", range(60))
def test_late_exposures_are_the_same(number: int) -> None:
    assert agree(number)


def test_the_reference_engine_agrees() -> None:
    for number in range(6):
        assert agree(number, "reference")


def test_the_scenarios_act_and_expose() -> None:
    """Without this the agreement above could be about nothing."""
    batches = [streams(number) for number in range(30)]
    assert sum(len(late) for _, late, _, _ in batches) > 500
    assert sum(len(rest.only(Kind.ACTION)) for _, _, _, rest in batches) > 50


@pytest.mark.parametrize("ignored", ["audience", "alive", "visible", "can_read"])
def test_a_lever_ignored_is_seen(ignored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: without one lever's history some scenario must differ."""
    changes = late._changes

    def without(levers: Any, *others: Any) -> Any:
        history = [each for each in levers.history if each[2] != ignored]
        return changes(SimpleNamespace(history=history), *others)  # type: ignore[arg-type]

    monkeypatch.setattr(late, "_changes", without)
    assert not all(agree(number) for number in range(60))


@pytest.mark.parametrize("number", [1, 5, 9, 14])
def test_measures_are_the_same(number: int) -> None:
    logged, late = pair(number)
    assert run(logged, "mixed").measures == run(late, "mixed").measures


def test_late_runs_put_little_on_the_agenda() -> None:
    """What makes it fast: a share of 2 % means few of the deliveries are ever looked at."""
    story = {"name": "a", "truth": False, "appeal": 0.02, "author": {"random": 50}}
    graph = {"kind": "erdos-renyi", "accounts": 2000, "mean_followers": 20.0}
    logged, late = pair(1, stories=[story], graph=graph, policies=[])
    simulations = [Simulation(each) for each in (logged, late)]
    for simulation in simulations:
        simulation.advance(simulation.world.horizon)
    pending = [int(np.sum([e["exposed"] for e in s.world.memory])) for s in simulations]
    assert pending[1] < pending[0] / 5  # the 50 publishers are among both


BASE = """
horizon = "1 d"
[graph]
kind = "complete"
accounts = 9
[feed]
exposures = "late"
reading = "delay"
[[stories]]
name = "a"
truth = false
appeal = 0.1
author = { random = 1 }
"""


FEW = """
[[policies]]
name = "few"
interventions = [{ kind = "friction", when = { at = ["1 h"] }, forward_limit = 2 }]
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('reading = "delay"', "", "feed.exposures"),
        ("[[stories]]", "[trending]\n[[stories]]", "trending"),
        ('horizon = "1 d"', 'horizon = "1 d"\nmeasures = ["impressions"]', "impressions"),
        ("appeal = 0.1", "appeal = 0.1\nreinforcement = [1.0, 2.0]", "reinforcement"),
        ("[[stories]]", f"{FEW}\n[[stories]]", "forward_limit: changes who gets a post"),
    ],
)
def test_what_needs_exposures_at_once_is_refused(old: str, new: str, message: str) -> None:
    loads(BASE)
    with pytest.raises(InputError, match=message):
        loads(BASE.replace(old, new))


def test_reach_is_not_known_during_the_run() -> None:
    simulation = Simulation(loads(BASE))
    with pytest.raises(RuntimeError, match="late"):
        simulation.desk.count("reach", story=0)


def test_reports_are_not_made_likelier_during_the_run() -> None:
    """What would then be reported is not on the agenda; made less likely is."""
    desk = Simulation(loads(BASE)).desk
    desk.ask_readers(0, factor=0.5)
    with pytest.raises(
        ValueError, match='cannot be made more likely where feed.exposures is "late"'
    ):
        desk.ask_readers(0, factor=2.0)


@pytest.mark.parametrize("number", range(0, 60, 3))
def test_reach_is_counted_as_exposures_are(number: int) -> None:
    """In the middle of the run, where not all is read yet, and at its end."""
    for scenario in pair(number):
        simulation = Simulation(scenario, "mixed" if number % 2 else "none")
        exposed = []
        for until in (simulation.world.horizon / 20, simulation.world.horizon):
            exposed += simulation.advance(until).only(Kind.EXPOSE).story.tolist()
            told = simulation.exposures().story.tolist() or exposed
            wanted = np.bincount(told, minlength=len(simulation.world.stories))
            assert simulation.reach().tolist() == wanted.tolist()


def test_nobody_is_left_out_or_shown_a_post_during_the_run() -> None:
    """Late exposures know of deliveries to followers, and of nothing else."""
    simulation = Simulation(loads(BASE))
    simulation.desk.add_friction(0, friction=0.5)
    with pytest.raises(ValueError, match="late exposures nothing can change who gets a post"):
        simulation.desk.add_friction(0, forward_limit=3)
    simulation.advance("1 h")
    with pytest.raises(ValueError, match="late exposures nobody can be shown a post"):
        simulation.desk.engine.notify(0, [1, 2], 0)
