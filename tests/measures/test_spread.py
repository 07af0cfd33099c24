"""Statistics of spread: by hand, as of imported cascades, resampled, from other packages."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from event_streams import Draws, random_facts
from small_worlds import small

import rumorsim
import rumorsim.common.plug_ins as plug_ins
from rumorsim import Batch, InputError, Kind
from rumorsim.common.plug_ins import GROUPS, Offer
from rumorsim.events.facts_json import facts_from_json, facts_to_json
from rumorsim.events.stream import Facts, ObservationFacts
from rumorsim.measures import MEASURES, flatten
from rumorsim.measures.cascade_table import CascadeTable
from rumorsim.measures.dispersion import dispersion, dispersion_by_moments
from rumorsim.measures.spread_data import cascade_table
from rumorsim.measures.spread_statistics import SPREAD_STATISTICS
from rumorsim.scenario.used_code import own_code_in

#: Two false cascades and a true one, in minutes. "a" has a chain of three and a share of two
#: days later; somebody shares "b" twice; nobody shares "c".
POSTS = [
    ("a", 1, None, 10, 0),
    ("a", 2, 1, 11, 60),
    ("a", 3, 1, 12, 120),
    ("a", 4, 2, 13, 90),
    ("a", 5, 4, 14, 210),
    ("a", 6, 3, 15, 120 + 2880),
    ("b", 7, None, 11, 0),
    ("b", 8, 7, 10, 30),
    ("b", 9, 8, 10, 90),
    ("c", 10, None, 16, 0),
]
#: What all of it is, worked out by hand.
BY_HAND = {
    "truth.false.cascades.held": 2,
    "truth.true.cascades.held": 1,
    "truth.false.delays.first.median": 1.0,  # 60, 120 and 30 minutes
    "truth.false.delays.later.q25": 0.875,  # 30, 120, 2880 and 60
    "truth.false.delays.later.beyond_day": 1 / 4,
    "truth.false.delays.first.beyond_day": 0.0,
    "truth.false.generations.1": 3 / 7,
    "truth.false.generations.2": 3 / 7,
    "truth.false.generations.3": 1 / 7,
    "truth.false.children.mean": 4 / 7,
    "truth.false.children.none": 3 / 7,
    "truth.false.children.by_generation.1": 3 / 3,
    "truth.false.children.by_generation.2": 1 / 3,
    "truth.false.children.dispersion": None,
    "truth.false.originals.mean": 1.5,
    "truth.false.sizes.mean": 3.5,
    "all.sizes.median": 2.0,
    "truth.false.breadth.q90": 1.9,  # 2 and 1
    "truth.false.depth.median": 2.5,  # 3 and 2
    "truth.false.virality.q10": 4 / 3 + 0.1 * (7 / 3 - 4 / 3),  # paths of three and six posts
    "truth.false.half.median": (2.0 + 0.5) / 2,  # the third of five, the first of two
    "truth.false.repeats.share": 1 / 7,
    "truth.true.sizes.mean": 0.0,
    "truth.true.virality.median": None,
    "truth.true.repeats.share": None,
}


def by_hand() -> rumorsim.Cascades:
    names = ("cascade", "post", "parent", "account", "time")
    columns = dict(zip(names, map(list, zip(*POSTS, strict=True)), strict=True))
    columns["rumor"] = [name != "c" for name in columns["cascade"]]
    return rumorsim.read_cascades(columns, unit="minutes")


def numbers(*given: Any, **options: Any) -> dict[str, Any]:
    return flatten(rumorsim.spread_statistics(*given, **options))


def test_by_hand() -> None:
    found = numbers(by_hand())
    assert {key: found[key] for key in BY_HAND} == pytest.approx(BY_HAND, nan_ok=False)


def test_what_a_data_set_would_hold_by_hand() -> None:
    """Within two hours "a" has three shares, the last one at two hours sharp, and "b" two."""
    found = numbers(by_hand(), observation={"sizes": [3, 3], "age": "2 h"})
    assert found["truth.false.cascades.held"] == 1
    assert found["truth.false.cascades.share"] == 1 / 2
    assert found["truth.true.cascades.share"] == 0.0
    assert found["all.cascades.share"] == 1 / 3
    assert found["all.sizes.mean"] == 3.0
    assert found["all.children.mean"] == 1 / 3, "what hangs on a later share is left out with it"
    late = numbers(by_hand(), observation={"sizes": [3], "age": "50 h"})
    assert late["all.sizes.mean"] == 5.0 and late["all.cascades.shares"] == 5
    assert numbers(by_hand(), observation={"sizes": [0, 1]})["all.sizes.mean"] == 0.0
    everything = numbers(by_hand(), observation={})
    assert everything == numbers(by_hand())


def test_the_facts_say_what_a_data_set_would_hold() -> None:
    cascades = by_hand()
    facts = replace(cascades.facts, observation=ObservationFacts(2, 2))
    assert numbers(cascades.batches(), facts)["all.sizes.q10"] == 2.0
    assert numbers(cascades.batches(), facts, observation={})["all.sizes.q10"] < 1
    again = facts_from_json(json.loads(json.dumps(facts_to_json(facts))))
    assert again.observation == facts.observation
    before = facts_to_json(cascades.facts)
    assert "observation" not in before
    assert facts_from_json(before).observation is None


@pytest.mark.parametrize(
    ("observation", "words"),
    [
        ({"sizes": [9, 2]}, "least size"),
        ({"sizes": [1, 2, 3]}, "sizes"),
        ({"sizes": []}, "sizes"),
        ({"sizes": [-1]}, "sizes"),
        ({"age": "0 h"}, "longer than zero"),
        ({"size": [1, 2]}, "size"),
    ],
)
def test_a_faulty_observation_is_refused(observation: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        rumorsim.spread_statistics(by_hand(), observation=observation)
    with pytest.raises(InputError, match=words):
        small({"observation": observation, "measures": ["spread"]})


def test_batches_need_their_facts() -> None:
    with pytest.raises(InputError, match="facts"):
        rumorsim.spread_statistics(by_hand().batches())


@pytest.fixture(scope="module")
def simulated() -> tuple[Facts, Batch]:
    author = {"author": {"random": 1}}
    scenario = small(
        {
            "graph": {"kind": "erdos-renyi", "accounts": 400, "mean_followers": 6.0},
            "horizon": "60 h",
            "start": "2023-03-05 07:00",
            "stories": [
                {"name": "rumor", "truth": False, "appeal": 0.25, "copies": 30, **author},
                {"name": "news", "truth": True, "appeal": 0.2, "copies": 30, **author},
            ],
            "measures": ["spread"],
            "observation": {"sizes": [2, 300], "age": "20 h"},
        }
    )
    simulation = rumorsim.Simulation(scenario, seed=3)
    return simulation.facts, simulation.advance(scenario.horizon)


def same(one: float | None, other: float | None) -> bool:
    return one == other if one is None or other is None else math.isclose(one, other, rel_tol=1e-9)


def test_a_run_and_its_cascades_imported_are_the_same(
    simulated: tuple[Facts, Batch], tmp_path: Path
) -> None:
    facts, batch = simulated
    state = MEASURES["spread"].start(facts)
    MEASURES["spread"].observe(state, batch)
    value: dict[str, Any] = flatten(MEASURES["spread"].value(state))
    assert value["truth.false.cascades.held"] > 5 and value["truth.true.cascades.held"] > 5
    assert value["all.generations.6+"] > 0 and 0 < value["all.cascades.share"] < 1
    posts = batch.only(Kind.PUBLISH, Kind.SHARE)
    first = posts.kind == Kind.PUBLISH
    truth = np.array([story.truth for story in facts.stories])
    table = {
        "cascade": posts.story,
        "post": posts.post,
        "parent": [
            None if begins else int(shared)
            for begins, shared in zip(first, posts.value, strict=True)
        ],
        "account": posts.account,
        "time": posts.time - posts.time[first].min(),
        "rumor": ~truth[posts.story],
    }
    cascades = rumorsim.read_cascades(table, unit="hours")
    found = numbers(cascades, observation={"sizes": [2, 300], "age": "20 h"})
    assert found["all.hours.8"] is None and value["all.hours.8"] is not None
    for key in found:
        if ".hours." not in key:
            assert same(found[key], value[key]), key


def test_taking_cascades_again_takes_their_trees(simulated: tuple[Facts, Batch]) -> None:
    facts, batch = simulated
    table = cascade_table([batch], facts, {})
    chosen = np.array([5, 5, 2, 40])
    part = table.take(chosen)
    assert np.array_equal(part.size, table.size[chosen]) and len(part) == 4
    for cascade, of in enumerate(chosen):
        mine, before = part.cascade == cascade, table.cascade == of
        assert np.array_equal(part.delay[mine], table.delay[before])
    child = np.flatnonzero(part.parent >= 0)
    parent = part.parent[child]
    assert np.array_equal(part.cascade[parent], part.cascade[child])
    assert np.array_equal(part.generation[parent] + 1, part.generation[child])
    assert np.allclose(part.age[parent] + part.delay[child], part.age[child])
    assert np.array_equal(np.bincount(parent, minlength=part.shares), part.children)
    first = np.flatnonzero(part.parent < 0)
    assert (part.generation[first] == 1).all()
    assert np.array_equal(np.bincount(part.cascade[first], minlength=4), part.direct)
    assert len(table.of_truth(True)) == 30 and not table.of_truth(False).truth.any()


# -- noise of sampling -------------------------------------------------------------------


def test_the_bootstrap_of_a_mean_is_its_standard_error(simulated: tuple[Facts, Batch]) -> None:
    """And a part of shares has the error of a ratio of means over cascades, not over shares."""
    facts, batch = simulated
    keys = ["spread.truth.false.sizes.mean", "truth.false.children.none", "all.sizes.mean"]
    found = rumorsim.bootstrap_spread([batch], facts, observation={}, keys=keys, draws=400)
    assert list(found) == keys
    table = cascade_table([batch], facts, {})
    sizes = table.size[~table.truth]
    error = sizes.std() / math.sqrt(len(sizes))
    assert found[keys[0]] == pytest.approx(error, rel=0.12)
    none = np.bincount(table.cascade, table.children == 0, len(table))[~table.truth]
    apart = none - none.sum() / sizes.sum() * sizes
    expected = apart.std() / math.sqrt(len(sizes)) / sizes.mean()
    assert found[keys[1]] == pytest.approx(expected, rel=0.25)
    # Each truth keeps its number of cascades: what is between them is no noise.
    parts = [table.size[table.truth == truth] for truth in (False, True)]
    within = math.sqrt(sum(part.var() * len(part) for part in parts)) / len(table)
    assert found[keys[2]] == pytest.approx(within, rel=0.12)


def test_errors_are_those_of_the_seed(simulated: tuple[Facts, Batch]) -> None:
    facts, batch = simulated
    keys = ["truth.true.delays.later.median", "truth.true.cascades.held", "all.hours.8"]
    one, same, other = (
        rumorsim.bootstrap_spread([batch], facts, keys=keys, draws=30, seed=seed)
        for seed in (1, 1, 2)
    )
    assert one == same != other
    assert all(value is not None and value > 0 for value in one.values())


def test_what_is_mostly_undefined_has_no_error() -> None:
    keys = ["truth.true.virality.median", "truth.false.sizes.mean"]
    found = rumorsim.bootstrap_spread(by_hand(), keys=keys, draws=20)
    assert found[keys[0]] is None and found[keys[1]] is not None
    with pytest.raises(InputError, match="there is no such number"):
        rumorsim.bootstrap_spread(by_hand(), keys=["truth.false.sizes.meen"])
    with pytest.raises(InputError, match="draws"):
        rumorsim.bootstrap_spread(by_hand(), draws=1)


# -- children ----------------------------------------------------------------------------


@pytest.mark.parametrize("k", [0.08, 0.2, 1.0, 5.0])
def test_the_dispersion_is_that_of_the_law(k: float) -> None:
    """20,000 counts of a negative binomial of mean 0.45: within four errors of k."""
    drawn = [
        np.random.default_rng(s).negative_binomial(k, k / (k + 0.45), 20_000) for s in range(9)
    ]
    fitted, moments = (
        np.array([of(each) for each in drawn]) for of in (dispersion, dispersion_by_moments)
    )
    assert abs(fitted.mean() - k) < 4 * fitted.std(ddof=1) / 3
    assert abs(moments.mean() - k) < 4 * moments.std(ddof=1) / 3 + 0.02 * k
    assert k > 0.5 or fitted.std() < moments.std(), "greatest likelihood is the more precise"
    assert abs(fitted.mean() - 1.5 * k) > 4 * fitted.std(ddof=1) / 3


def test_counts_without_excess_have_no_dispersion() -> None:
    for counts in ([], [0], [1, 1, 1], [0, 1], [0, 0, 1, 1, 2, 1]):
        given = np.array(counts, np.int64)
        assert dispersion(given) is None and dispersion_by_moments(given) is None
    assert dispersion(np.array([0, 0, 0, 3])) is not None


# -- statistics of one's own -------------------------------------------------------------


def _lone(table: CascadeTable) -> dict[str, float | None]:
    return {"share": float((table.size == 0).mean()) if len(table) else None}


LONE = rumorsim.SpreadStatistic("lone", _lone, {"share": ("part", "of cascades nobody shared")})


def test_a_statistic_of_ones_own_stands_beside_ours() -> None:
    found = rumorsim.spread_statistics(by_hand(), statistics=[LONE])
    assert found["all"]["lone"] == {"share": 1 / 3}
    assert found["truth"]["true"]["lone"] == {"share": 1.0}
    errors = rumorsim.bootstrap_spread(by_hand(), statistics=[LONE], keys=["all.lone.share"])
    assert errors == {"all.lone.share": 0.0}, "each truth keeps its cascades"
    with pytest.raises(InputError, match='did you mean "sizes"'):
        rumorsim.spread_statistics(by_hand(), statistics=["size"])


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package offers the statistic."""
    point = EntryPoint("lone", f"{__name__}:LONE", GROUPS["spread statistic"])
    offer = Offer("spread statistic", "lone", "other", "1.2", point.value, point)
    monkeypatch.setattr(plug_ins, "offers", lambda _: {"lone": (offer,)})
    monkeypatch.setattr(SPREAD_STATISTICS, "_loaded", {})


@pytest.mark.usefixtures("offered")
def test_a_scenario_names_statistics_of_other_packages() -> None:
    seen = {"statistics": ["lone"], "age": "20 h"}
    scenario = small({"measures": ["spread"], "observation": seen})
    result = rumorsim.run(scenario, seed=2)
    assert result.measures["spread"]["truth"]["false"]["lone"]["share"] in (0.0, 1.0)
    assert own_code_in(scenario.resolved()) == {"plug_ins": {"other": "1.2"}}
    meaning = MEASURES["spread"].describe("spread.truth.false.lone.share")
    assert meaning == ("part", "of cascades nobody shared")
    assert numbers(by_hand(), observation=seen)["all.lone.share"] == 1 / 3
    for name, words in (("lonely", 'did you mean "lone"'), ("sizes", "is taken anyway")):
        with pytest.raises(InputError, match=words):
            small({"measures": ["spread"], "observation": {"statistics": [name]}})


def test_an_empty_table_has_no_numbers() -> None:
    facts = random_facts(Draws(3))
    found = numbers([], facts, observation={})
    assert {key for key, value in found.items() if value} == set()
    assert found["all.cascades.held"] == 0 and found["all.cascades.share"] is None
