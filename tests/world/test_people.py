"""Who is behind the accounts: kinds, persons, receptivity, trust, and the file that sets them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from small_worlds import agree, events, small

import rumorsim.common.randomness
from rumorsim.common.errors import InputError
from rumorsim.graphs.follows import FollowGraph
from rumorsim.scenario.models import Accounts, CheckIns, Scenario
from rumorsim.simulation.simulation import Simulation
from rumorsim.world.people import People, draw_people
from rumorsim.world.world import build_world

ALARM = 1e-4


def graph_of(n: int = 2000, **attributes: Any) -> FollowGraph:
    """Account a is followed by the min(a, 40) accounts before it, the last ones most."""
    degree = np.minimum(np.arange(n) // 10, 40)
    offsets = np.concatenate([[0], np.cumsum(degree)])
    followers = np.concatenate([np.arange(d) for d in degree])
    return FollowGraph(offsets=offsets, followers=followers.astype(np.int32), attributes=attributes)


def people(config: dict[str, Any], n: int = 2000, seed: int = 1, **attributes: Any) -> People:
    accounts = Accounts.model_validate(config)
    return draw_people(accounts, graph_of(n), seed, {k: np.array(v) for k, v in attributes.items()})


# -- kinds ---------------------------------------------------------------------------------


def test_kinds_have_their_shares_exactly() -> None:
    kinds = {"a": {"share": 0.1}, "b": {"share": 0.25, "prominence": 1.0}, "c": {"share": 0.0}}
    drawn = people({"kinds": kinds})
    assert drawn.kinds == ("ordinary", "a", "b", "c")
    assert np.bincount(drawn.kind, minlength=4).tolist() == [1300, 200, 500, 0]
    everyone = people({"kinds": {"a": {"share": 0.6}, "b": {"share": 0.4}}})
    assert np.bincount(everyone.kind).tolist() == [0, 1200, 800]


def test_it_makes_no_difference_how_many_are_drawn_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Parts of 7 accounts, and one part of all."""
    kinds = {"a": {"share": 0.01, "prominence": 2.0}, "b": {"share": 0.5}}
    config = {"kinds": kinds, "second": 0.3, "trust_shape": 0.5}
    law = CheckIns.model_validate({"mean": "2 per h", "shape": 0.5})
    found = []
    for part in (7, 10_000):
        monkeypatch.setattr(rumorsim.common.randomness, "_PART", part)
        drawn = people(config)
        found.append((drawn.kind, drawn.person, drawn.trust, drawn.check_in_rates(law)))
    assert all(np.array_equal(one, two) for one, two in zip(*found, strict=True))
    assert not np.array_equal(people(config, seed=2).kind, found[0][0]), "the control"


@pytest.mark.parametrize("prominence", [0.0, 1.0, 3.0])
def test_prominent_kinds_are_found_among_the_followed(prominence: float) -> None:
    """The first of a race is drawn with weight (followers + 1) ** prominence: chi square."""
    n, worlds = 60, 1500
    graph = graph_of(n)
    accounts = Accounts.model_validate(
        {"kinds": {"star": {"share": 1 / n, "prominence": prominence}}}
    )
    winners = [
        int(np.flatnonzero(draw_people(accounts, graph, seed, {}).kind)[0])
        for seed in range(worlds)
    ]
    weight = (graph.follower_counts() + 1.0) ** prominence
    groups = graph.follower_counts()
    seen = np.bincount(groups[winners], minlength=6)
    due = np.bincount(groups, weights=weight) / weight.sum() * worlds
    pooled = due >= 5
    seen = np.append(seen[pooled], seen[~pooled].sum())
    due = np.append(due[pooled], due[~pooled].sum())
    assert stats.chisquare(seen[due > 0], due[due > 0]).pvalue > ALARM
    if prominence:
        flat = np.bincount(groups) / n * worlds
        assert stats.chisquare(np.bincount(groups[winners], minlength=6), flat).pvalue < 1e-9


def test_the_most_prominent_kinds_choose_first() -> None:
    kinds = {
        "common": {"share": 0.5, "prominence": 1.0},
        "rare": {"share": 0.01, "prominence": 9.0},
    }
    drawn = people({"kinds": kinds})
    followers = graph_of().follower_counts()
    assert followers[drawn.kind == 2].min() >= 39
    assert followers[drawn.kind == 1].mean() > followers[drawn.kind == 0].mean()


def test_officials_and_busy_kinds() -> None:
    kinds = {"press": {"share": 0.1, "official": True, "check_ins": 3.0}}
    drawn = people({"kinds": kinds})
    assert (drawn.official == (drawn.kind == 1)).all()
    plain = people({"kinds": {"press": {"share": 0.1}}})
    law = CheckIns.model_validate({"mean": "2 per h"})
    ratio = drawn.check_in_rates(law) / plain.check_in_rates(law)
    np.testing.assert_allclose(ratio, np.where(drawn.kind == 1, 3.0, 1.0), rtol=1e-12)


# -- persons --------------------------------------------------------------------------------


def test_persons_have_second_accounts() -> None:
    """A binomial share; whose second it is, is always somebody's first."""
    assert people({"second": 0.0}).person.tolist() == list(range(2000))
    person = people({"second": 0.3}).person
    second = person != np.arange(2000)
    assert stats.binomtest(int(second.sum()), 2000, 0.3).pvalue > ALARM
    assert not second[person].any()
    many = np.bincount(person)
    assert many.max() <= 8
    assert (many == 2).sum() > 200


# -- activity, receptivity, trust -----------------------------------------------------------


@pytest.mark.parametrize("shape", [0.468, 5.0])
def test_rates_are_gamma_with_their_mean(shape: float) -> None:
    law = CheckIns.model_validate({"mean": "3 per h", "shape": shape})
    rates = people({}, 20_000, seed=3).check_in_rates(law)
    plain = people({"kinds": {}}, 20_000, seed=3).check_in_rates(law)
    assert (rates == plain).all()
    assert stats.kstest(rates, stats.gamma(shape, scale=3 / shape).cdf).pvalue > ALARM
    assert stats.kstest(rates, stats.gamma(shape * 1.1, scale=3 / shape).cdf).pvalue < 1e-4
    alike = CheckIns.model_validate({"mean": "3 per h", "shape": "alike"})
    assert (people({}).check_in_rates(alike) == 3.0).all()


def test_trust_is_gamma_with_its_mean() -> None:
    assert (people({"trust": 0.7}).trust == 0.7).all()
    trust = people({"trust": 0.7, "trust_shape": 2.0}, 20_000).trust
    assert stats.kstest(trust, stats.gamma(2.0, scale=0.35).cdf).pvalue > ALARM


def with_categories(**accounts: Any) -> Scenario:
    stories = [
        {"name": f"s{i}", "truth": True, "category": f"c{i}", "appeal": 0.1, "author": {"ids": [0]}}
        for i in range(3)
    ]
    return small({"stories": stories, "accounts": accounts})


def test_receptivity_is_gamma_and_of_its_own_in_every_category() -> None:
    """KS in each; no correlation between categories (4 standard errors)."""
    world = build_world(with_categories(receptivity=0.8), graph_of(20_000), 1)
    factors = world.rules.receptivity
    assert factors.shape == (3, 20_000)
    for i in range(3):
        assert stats.kstest(factors[i], stats.gamma(0.8, scale=1 / 0.8).cdf).pvalue > ALARM / 3
        other = stats.spearmanr(factors[i], factors[i - 1]).statistic
        assert abs(other) < 4 / np.sqrt(20_000)
    assert build_world(with_categories(), graph_of(50), 1).rules.receptivity.size == 0


def test_people_depend_on_the_seed_alone() -> None:
    config = {"kinds": {"a": {"share": 0.2}}, "second": 0.2, "trust_shape": 1.0}
    one, same, other = (people(config, seed=seed) for seed in (1, 1, 2))
    for name in ("kind", "person", "trust"):
        assert (getattr(one, name) == getattr(same, name)).all()
        assert (getattr(one, name) != getattr(other, name)).any()


# -- the accounts file -------------------------------------------------------------------------

TABLE = """id,kind,person,check_ins,receptivity,trust,official
0,press,ann,48,0.5,0.25,yes
1,,ann,0,,,
2,bot,,,2,,false
3,,bob,24,,3,true
"""


def scenario_with(path: Path, **accounts: Any) -> Scenario:
    kinds = {"press": {"share": 0.0, "official": True, "check_ins": 2.0}}
    return small({"accounts": {"kinds": kinds, "file": str(path), "trust": 0.7, **accounts}})


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "accounts.csv"
    path.write_text(TABLE)
    return path


def test_a_file_sets_any_attribute_by_id(table: Path) -> None:
    """Where a cell is empty the scenario decides."""
    world = Simulation(scenario_with(table)).world
    drawn = world.people
    assert [drawn.kinds[k] for k in drawn.kind[:4]] == ["press", "ordinary", "bot", "ordinary"]
    assert drawn.person[0] == drawn.person[1]
    assert len(set(drawn.person.tolist())) == 11
    assert world.accounts["rate"][:4].tolist() == [2.0, 0.0, 2.0, 1.0]
    assert drawn.trust[:4].tolist() == [0.25, 0.7, 0.7, 3.0]
    assert drawn.official[:5].tolist() == [True, False, False, True, False]
    assert world.rules.receptivity[0, :4].tolist() == [0.5, 1.0, 2.0, 1.0]


def test_a_file_changes_the_run_and_is_pinned(table: Path) -> None:
    """The resolved form holds its digest; a changed file is refused under that digest."""
    plain = small({"accounts": {"kinds": {"press": {"share": 0.0}}, "trust": 0.7}})
    assert not agree(events(scenario_with(table)), events(plain))
    digest = hashlib.sha256(table.read_bytes()).hexdigest()
    assert scenario_with(table).resolved()["accounts"]["sha256"] == digest
    pinned = scenario_with(table, sha256=digest)
    assert agree(events(pinned), events(scenario_with(table)))
    table.write_text(TABLE.replace("48", "4800"))
    with pytest.raises(InputError, match="has changed"):
        events(pinned)


def test_attributes_of_the_graph_count_and_yield_to_the_file() -> None:
    graph = graph_of(50, trust=np.full(50, 0.5), check_ins=np.full(50, 24.0))
    scenario = small({})
    world = build_world(scenario, graph, 1)
    assert (world.people.trust == 0.5).all()
    assert (world.accounts["rate"] == 1.0).all()
    world = build_world(scenario, graph, 1, attributes={"trust": np.full(50, 0.2)})
    assert (world.people.trust == 0.2).all()
    assert (world.accounts["rate"] == 1.0).all()


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("trust", -1.0, "finite number of at least 0"),
        ("trust", float("inf"), "finite number of at least 0"),
        ("check_ins", "often", "must be a number"),
        ("receptivity", "1,5", "must be a number"),
        ("official", "perhaps", "must be true or false"),
    ],
)
def test_attributes_that_mean_nothing_are_refused(column: str, cell: Any, rule: str) -> None:
    values = np.array([None, cell, *[None] * 48], dtype=object)
    with pytest.raises(InputError, match=rule) as error:
        build_world(small({}), graph_of(50), 1, attributes={column: values})
    assert error.value.faults[0].key == f"accounts.{column}[1]"
