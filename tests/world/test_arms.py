"""Who is treated: units as a whole, so many of them, and always the same for the same world."""

from __future__ import annotations

from collections import Counter
from typing import Any

import networkx as nx
import numpy as np
import pytest
from small_worlds import small

from rumorsim import Simulation
from rumorsim.common.errors import InputError
from rumorsim.engine.kernels.csr import apart, turned_rows
from rumorsim.events.facts_json import facts_from_json, facts_to_json
from rumorsim.events.stream import Facts
from rumorsim.events.treatment import Treatment
from rumorsim.graphs import from_networkx

GRAPH = {"kind": "erdos-renyi", "accounts": 200, "mean_followers": 4.0, "seed": 9}


def facts(seed: int = 1, graph: Any = None, **arms: Any) -> Facts:
    scenario = small({"graph": GRAPH, "arms": arms})
    if graph is not None:
        scenario = scenario.on(graph)
    return Simulation(scenario, seed=seed).facts


def treatment(seed: int = 1, graph: Any = None, **arms: Any) -> Treatment:
    return facts(seed, graph, **arms).treatment


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_exactly_a_share_of_accounts_is_treated(share: float) -> None:
    found = treatment(share=share)
    assert np.isfinite(found.begins).sum() == 200 * share
    assert (found.begins[np.isfinite(found.begins)] == 0).all()


def test_who_is_treated_is_a_matter_of_the_seed_and_the_number() -> None:
    same = [treatment(seed=3).begins, treatment(seed=3).begins]
    others = [treatment(seed=4).begins, treatment(seed=3, number=1).begins]
    assert np.array_equal(*same)
    for each in others:
        different = (np.isfinite(each) != np.isfinite(same[0])).mean()
        assert 0.35 < different < 0.65


def test_every_account_is_treated_as_often() -> None:
    """Each in 200 of 400 assignments, within 5.5 standard errors (false alarm 8e-6)."""
    often = sum(np.isfinite(treatment(seed=s).begins).astype(int) for s in range(400))
    assert abs(often - 200).max() < 5.5 * np.sqrt(400) / 2


@pytest.mark.parametrize("by", ["community", "attribute"])
def test_units_are_treated_as_a_whole(by: str) -> None:
    made = nx.planted_partition_graph(6, 30, 0.3, 0.004, seed=5)
    nx.set_node_attributes(made, {n: f"town {n // 30}" for n in made}, "town")
    graph = from_networkx(made, both_ways=True)
    arms = {"attribute": "town"} if by == "attribute" else {}
    found = treatment(graph=graph, by=by, **arms)
    towns = np.arange(180) // 30
    for town in range(6):
        assert len(set(found.unit[towns == town].tolist())) == 1
        assert len(set(found.begins[towns == town].tolist())) == 1
    assert np.isfinite(found.begins).sum() == 90


def test_a_finer_resolution_gives_more_communities() -> None:
    coarse, fine = (treatment(by="community", resolution=r).unit.max() for r in (0.5, 5.0))
    assert fine > 2 * coarse


def test_egos_have_their_surroundings_to_themselves() -> None:
    seen = facts(by="ego")
    found = seen.treatment
    assert seen.follows is not None
    offsets, followers = seen.follows
    followees = np.repeat(np.arange(200), np.diff(offsets))
    around: dict[int, set[int]] = {account: {account} for account in range(200)}
    for one, other in zip(followees.tolist(), followers.tolist(), strict=True):
        around[one].add(other)
        around[other].add(one)
    for ego in np.flatnonzero(found.egos).tolist():
        theirs = set(np.flatnonzero(found.unit == found.unit[ego]).tolist())
        assert theirs == around[ego]
    assert found.egos.sum() == len(set(found.unit[found.unit >= 0].tolist())) > 8
    assert np.isinf(found.begins[found.unit < 0]).all()


def test_egos_are_taken_one_by_one_in_the_order_of_the_draw() -> None:
    """The same as going through all accounts in plain Python."""
    rng = np.random.default_rng(2)
    offsets = np.concatenate([[0], np.cumsum(rng.integers(0, 4, 300))])
    columns = rng.integers(0, 300, offsets[-1]).astype(np.int32)
    order = rng.permutation(300)
    tied: dict[int, set[int]] = {account: {account} for account in range(300)}
    for one in range(300):
        for other in columns[offsets[one] : offsets[one + 1]].tolist():
            tied[one].add(other)
            tied[other].add(one)
    unit, egos = {}, set()
    for account in order.tolist():
        if not tied[account] & unit.keys():
            unit.update(dict.fromkeys(tied[account], len(egos)))
            egos.add(account)
    found, middles = apart(offsets, columns, *turned_rows(offsets, columns, 300), order)
    assert found.tolist() == [unit.get(account, -1) for account in range(300)]
    assert set(np.flatnonzero(middles).tolist()) == egos and 20 < len(egos) < 200


def test_stages_are_of_equal_size() -> None:
    found = treatment(stages=4, every="2 h", start="1 h", share=0.8)
    counts = Counter(found.begins.tolist())
    assert counts == {1.0: 40, 3.0: 40, 5.0: 40, 7.0: 40, np.inf: 40}


def test_periods_are_switched_for_all() -> None:
    found = treatment(by="everyone", switch="15 min")
    assert set(found.windows.tolist()) == {0, 1}
    assert found.treated(0.1).all() == found.on(0.1) == bool(found.windows[0])
    assert found.treats(3, 0.3) == bool(found.windows[1])


def test_the_most_followed_are_treated() -> None:
    seen = facts(by="followers", top=10, start="2 h")
    treated = np.isfinite(seen.treatment.begins)
    assert treated.sum() == 10 and not seen.treatment.drawn
    assert seen.followers[treated].min() >= seen.followers[~treated].max()


def test_facts_of_a_saved_stream_hold_the_arms() -> None:
    for arms in ({"by": "ego"}, {"by": "everyone", "switch": "1 h"}, {"by": "followers", "top": 3}):
        before = facts(**arms)
        after = facts_from_json(facts_to_json(before)).treatment
        for name in ("begins", "unit", "egos", "windows", "period", "drawn"):
            assert np.array_equal(getattr(after, name), getattr(before.treatment, name))
    assert not facts_from_json(facts_to_json(Simulation(small()).facts)).treatment.there_is


@pytest.mark.parametrize(
    ("arms", "message"),
    [
        ({"by": "attribute"}, "together"),
        ({"attribute": "town"}, "together"),
        ({"resolution": 2.0}, "by = community"),
        ({"stages": 3}, "every"),
        ({"every": "1 h"}, "stages"),
        ({"by": "everyone", "share": 0.2}, "no effect"),
        ({"by": "followers"}, "top"),
        ({"by": "followers", "top": 2, "switch": "1 h"}, "no effect"),
        ({"share": 0.0}, "remove"),
    ],
)
def test_what_means_nothing_is_refused(arms: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        small({"arms": arms})


def test_an_attribute_that_nobody_has_is_refused() -> None:
    with pytest.raises(InputError, match=r"arms\.attribute.*no such attribute"):
        treatment(by="attribute", attribute="town")
