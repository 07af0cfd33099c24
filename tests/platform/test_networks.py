"""Networks and sponsors: what an investigation finds, and what is left of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
from intervention_examples import WORLD
from small_worlds import actions, events, small

from rumorsim.events.stream import Batch, Kind
from rumorsim.platform.interventions.take_down_network import TakeDownNetwork
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

BOOSTERS = {
    "kind": "coordinated-boosters",
    "stories": ["rumor"],
    "size": 8,
    "delay": {"law": "fixed", "time": "2 min"},
}


def world(*interventions: Any, **changes: Any) -> Scenario:
    policy = {"name": "it", "interventions": list(interventions)}
    return small(WORLD, {"adversaries": [BOOSTERS], "policies": [policy]}, changes)


def boosters(batch: Batch, simulation: Simulation) -> set[int]:
    """Who shared a publication of the rumor two minutes later, three times or more."""
    published = {
        int(row["post"]): row["time"]
        for row in batch.only(Kind.PUBLISH).rows
        if simulation.facts.stories[row["story"]].name.startswith("rumor")
    }
    often: Counter[int] = Counter()
    for row in batch.only(Kind.SHARE).rows:
        if abs(row["time"] - published.get(int(row["value"]), -1.0) - 2 / 60) < 1e-6:
            often[int(row["account"])] += 1
    return {account for account, times in often.items() if times >= 3}


def naive_group(batch: Batch, suspect: int, within: float, together: int) -> set[int]:
    """The same from the stream, pair by pair."""
    made = batch.only(Kind.PUBLISH, Kind.SHARE).rows
    root: dict[int, int] = {}
    posts: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for row in made:
        post = int(row["post"])
        root[post] = post if row["kind"] == Kind.PUBLISH else root[int(row["value"])]
        posts[root[post]].append((row["time"], int(row["account"])))
    ties: Counter[tuple[int, int]] = Counter()
    for same in posts.values():
        near = {(a, b) for t, a in same for u, b in same if a != b and abs(t - u) <= within}
        ties.update(near)
    group, grown = {suspect}, True
    while grown:
        more = {b for (a, b), times in ties.items() if a in group and times >= together}
        grown = not more <= group
        group |= more
    return group


def test_an_investigation_finds_the_boosters() -> None:
    """The group is the boosters, and that of an account outside is itself."""
    scenario = world()
    simulation = Simulation(scenario, "none")
    batch = simulation.advance(30.0)
    crew = boosters(batch, simulation)
    assert len(crew) == 8
    method = TakeDownNetwork(kind="take-down-network", when={"reports": 1}, within="1 min")  # type: ignore[arg-type]
    for suspect in range(60):
        group = set(method.group_of(simulation.desk, suspect))
        assert group == naive_group(batch, suspect, 1 / 60, 3)
        assert (group == crew) == (suspect in crew)
        assert group == crew or group == {suspect}


def test_groups_are_those_of_a_naive_count() -> None:
    """Wider windows and looser ties: still the components that pairs in the stream make."""
    simulation = Simulation(world(), "none")
    batch = simulation.advance(30.0)
    sizes = set()
    for within, together in ((0.5, 2), (5.0, 1), (5.0, 3), (30.0, 4)):
        settings: Any = {"when": {"reports": 1}, "within": f"{within} h", "together": together}
        method = TakeDownNetwork(**settings)
        for suspect in range(0, 60, 7):
            group = method.group_of(simulation.desk, suspect)
            assert group[0] == suspect
            assert set(group) == naive_group(batch, suspect, within, together)
            sizes.add(len(group))
    assert len(sizes) > 4


def test_a_network_goes_at_once_and_small_ones_are_let_go() -> None:
    take_down = {"kind": "take-down-network", "when": {"reports": 3}, "within": "1 min"}
    simulation = Simulation(world(take_down), "it")
    batch = simulation.advance(30.0)
    down = actions(batch, "take-down")
    assert len(set(down.time.tolist())) == 1
    assert set(down.account.tolist()) == boosters(batch, simulation)
    let_go = actions(batch, "dismiss").rows
    assert len(let_go) > 3
    for row in let_go:
        before = Batch(batch.rows[batch.time <= row["time"]])
        assert naive_group(before, int(row["account"]), 1 / 60, 3) == {int(row["account"])}


def test_an_arrest_closes_every_account_of_each_person() -> None:
    """Second accounts, and those laid out for a return, which then never happens."""
    back = {"kind": "re-registration", "delay": {"law": "fixed", "time": "1 h"}, "times": 2}
    take_down = {"kind": "take-down-network", "when": {"reports": 3}, "within": "1 min"}
    persons = {"accounts": {"second": 0.4}}
    for arrest in (True, False):
        policy = {"name": "it", "interventions": [{**take_down, "arrest": arrest}]}
        both = {"adversaries": [BOOSTERS, back], "policies": [policy]}
        simulation = Simulation(small(WORLD, persons, both), "it")
        batch = simulation.advance(30.0)
        world = simulation.world
        hit = actions(batch, "arrest" if arrest else "take-down").account
        assert len(hit) >= 8
        person = world.person
        theirs = np.isin(person, person[hit])
        returned = world.heirs[hit] > 0
        if arrest:
            assert not world.accounts["visible"][theirs].any()
            assert theirs.sum() > 3 * len(hit), "with two in reserve for each"
            assert not returned.any()
        else:
            assert world.accounts["visible"][theirs].any()
            assert returned.all()


# -- sponsors --------------------------------------------------------------------------------

PAID = {"kind": "paid-posters", "story": "rumor", "size": 4, "rate": "1 per h", "budget": 400.0}


def paid(*interventions: Any) -> Scenario:
    policy = {"name": "it", "interventions": list(interventions)}
    return small(WORLD, {"adversaries": [PAID], "policies": [policy]})


def bought(batch: Batch) -> Batch:
    """Publications outside the plan."""
    rows = batch.only(Kind.PUBLISH).rows
    return Batch(rows[rows["value"] >= 2**22])


def test_a_fined_sponsor_pays_no_more() -> None:
    """Once the first paid account is traced nothing is bought; untraced, it goes on."""
    fine = {"kind": "penalise-sponsors", "when": {"at": ["6 h"]}}
    fined, free = (bought(events(paid(*policy), "it")) for policy in ((fine,), ()))
    assert len(free) > 80
    assert free.time.max() > 25
    assert fined.time.max() < 6.0
    assert (fined.time == free.time[: len(fined)]).all()


def test_a_fine_takes_so_much_and_no_more() -> None:
    """400 to begin with, 1 for each post, fines of 30 from each of 4 accounts at 6 h."""
    fine = {"kind": "penalise-sponsors", "when": {"at": ["6 h"]}, "fine": 30.0}
    simulation = Simulation(paid(fine), "it")
    batch = simulation.advance(30.0)
    spent = len(bought(batch))
    fines = len(actions(batch, "fine"))
    assert fines == 4
    (sponsor,) = simulation.desk.sponsors
    assert sponsor.purse == 400.0 - spent - 30.0 * fines > 0
    assert set(actions(batch, "fine").account.tolist()) == sponsor.paid
    assert len(actions(batch, "dismiss")) == 60 - 4
