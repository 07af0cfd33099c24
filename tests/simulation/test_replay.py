"""Replays: what was observed comes back, and policies take away what hung from what they hit."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from naive_measures import prevented as naive_prevented
from observed_cascades import random_cascades, saved
from small_worlds import actions

import rumorsim
from rumorsim.common.errors import InputError
from rumorsim.events.stream import Batch, Facts, Kind, StoryFacts
from rumorsim.graphs.building import from_edges
from rumorsim.measures import flatten
from rumorsim.scenario.models import Scenario
from rumorsim.simulation import conditioning
from rumorsim.world.evidence import Evidence

#: Replays compared in the ordinary suite; the long check takes all.
QUICK, ALL = 40, 200


def replay(file: Path, **more: Any) -> Scenario:
    return Scenario.model_validate({"replay": {"cascades": str(file)}, **more})


def events(scenario: Scenario, policy: Any = "none", seed: int = 1, engine: str = "fast") -> Batch:
    return Batch.joined(list(rumorsim.stream(scenario, policy, seed=seed, engine=engine)))


def posts_of(batch: Batch) -> Batch:
    return batch.only(Kind.PUBLISH, Kind.SHARE)


def same(one: Batch, two: Batch) -> bool:
    return len(one) == len(two) and bool((one.rows == two.rows).all())


def random_replay(number: int, folder: Path) -> tuple[Scenario, Batch]:
    """A scenario of random cascades, with or without a follow graph, under a policy "mixed"."""
    rng = np.random.default_rng(number)
    choose = random.Random(number)
    facts, batch = random_cascades(rng, shares=int(rng.integers(1, 120)))
    file = saved(folder / f"{number}.ndjson", facts, batch)
    kinds: list[dict[str, Any]] = [
        {"kind": "close-accounts", "when": {"shares": choose.randint(1, 4)}},
        {"kind": "suspend-accounts", "duration": "1 h", "when": {"shares": 2}},
        {"kind": "delete-posts", "when": {"age": f"{choose.choice([0.25, 0.5, 1.3])} h"}},
        {"kind": "friction", "friction": choose.uniform(0, 1), "when": {"at": ["0.5 h"]}},
        {"kind": "friction", "forward_limit": choose.randint(1, 9), "when": {"at": ["0.25 h"]}},
        {"kind": "label", "when": {"age": "0.3 h"}},
        {"kind": "remove-followers", "keep": 0.5, "when": {"shares": 2}},
        {"kind": "take-down-story", "when": {"age": "1.3 h"}},
        {
            "kind": "close-accounts",
            "when": {"reports": 2},
            "delay": {"law": "fixed", "time": "0.5 h"},
        },
    ]
    chosen = choose.sample(kinds, 3)
    story: dict[str, Any] = {"report": choose.choice([0.0, 0.3])}
    if choose.random() < 0.3:
        story |= {"vigour": 0.7, "novelty": {"half_life": "2 h"}}
    if choose.random() < 0.3:
        story["reinforcement"] = [1.0, 0.5, 2.0]
    if number % 4 == 1:
        story |= {"rank_exponent": 1.0, "rank_scale": 0.5}
    scenario = replay(
        file, stories=[story], policies=[{"name": "mixed", "interventions": chosen}], seed=number
    )
    if choose.random() < 0.6:
        ends = rng.integers(0, 45, size=(2, 400))
        graph = from_edges(ends[0], ends[1], direction="follower followee")
        scenario = scenario.on(graph)
        if choose.random() < 0.5:
            scenario = scenario.set("replay.appeal", choose.choice([0.05, 0.9, 3.0]))
    return scenario, batch


def numbers(count: int) -> list[object]:
    return [pytest.param(i, marks=[] if i < QUICK else pytest.mark.long) for i in range(count)]


@pytest.mark.parametrize("number", numbers(ALL))
def test_engines_agree_on_random_replays(number: int, tmp_path: Path) -> None:
    scenario, observed = random_replay(number, tmp_path)
    for policy in ("none", "mixed"):
        fast = events(scenario, policy, seed=number)
        reference = events(scenario, policy, seed=number, engine="reference")
        assert same(fast, reference), policy
        if policy == "none":
            # Posts of equal times may come in another order: that of the engines.
            assert sorted(_plain(posts_of(fast))) == sorted(_plain(observed))


def _plain(batch: Batch) -> list[tuple[float, int, int, int]]:
    return [(row.time, row.kind == "share", row.story, row.account) for row in batch]


def test_random_replays_use_everything(tmp_path: Path) -> None:
    """Without this the agreement above could be about nothing."""
    lost = added = with_graph = again = 0
    for number in range(QUICK):
        scenario, observed = random_replay(number, tmp_path)
        made = posts_of(events(scenario, "mixed", seed=number))
        lost += len(made) < len(observed)
        with_graph += scenario.graph.kind == "given"
        before, after = set(_plain(observed)), set(_plain(made))
        added += bool(after - before)
        again += len(set(zip(observed.story.tolist(), observed.account.tolist(), strict=True))) < (
            len(observed)
        )
    assert lost > QUICK // 2
    assert added > 2, "no second chance was taken"
    assert QUICK // 4 < with_graph < QUICK
    assert again > QUICK // 2


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_none_gives_back_a_replayed_stream_to_the_bit(tmp_path: Path, engine: str) -> None:
    facts, batch = random_cascades(np.random.default_rng(5), shares=300)
    once = events(replay(saved(tmp_path / "once.ndjson", facts, batch)))
    file = saved(tmp_path / "twice.parquet", facts, once)
    assert same(events(replay(file), seed=9, engine=engine), once)


def test_a_world_replayed_on_its_own_graph_and_seed_is_itself(tmp_path: Path) -> None:
    """Exposures too: who was reached, and when, have the addresses that they had."""
    scenario, stream = _world(seed=4)
    file = tmp_path / "world.parquet"
    rumorsim.run(scenario, seed=4, events=file)
    graph = rumorsim.Simulation(scenario).world.graph
    again = replay(file, horizon="10 d").on(graph).set("replay.appeal", 0.05)
    assert same(events(again, seed=4), stream)
    assert len(stream.only(Kind.EXPOSE)) > 500


def _world(seed: int) -> tuple[Scenario, Batch]:
    scenario = Scenario.model_validate(
        {
            "horizon": "10 d",
            "graph": {"kind": "power-law", "accounts": 500, "mean_followers": 20},
            "feed": {"reading": "delay"},
            "stories": [
                {
                    "name": "rumor",
                    "truth": False,
                    "appeal": 0.05,
                    "author": {"random": 1},
                    "copies": 8,
                }
            ],
        }
    )
    return scenario, events(scenario, seed=seed)


# -- what removes prunes exactly what hung from it ----------------------------------------------


def chain(tmp_path: Path, times: list[float], accounts: list[int] | None = None) -> Path:
    """One cascade in which each post is shared by the next account."""
    size = len(times)
    facts, batch = _facts(size), Batch(_rows(times, list(range(-1, size - 1)), accounts))
    return saved(tmp_path / "chain.ndjson", facts, batch)


def _facts(accounts: int, followers: int = 0) -> Facts:
    return Facts(
        accounts=accounts,
        horizon=1000.0,
        stories=(StoryFacts("rumor", False, "health"),),
        person=np.arange(accounts, dtype=np.int32),
        kind=np.zeros(accounts, np.int16),
        followers=np.full(accounts, followers, np.int32),
    )


def _rows(times: list[float], parents: list[int], accounts: list[int] | None = None) -> Any:
    from rumorsim.events.stream import EVENT

    rows = np.zeros(len(times), EVENT)
    rows["time"], rows["post"] = times, np.arange(len(times))
    rows["account"] = np.arange(len(times)) if accounts is None else accounts
    rows["value"], rows["kind"] = parents, Kind.SHARE
    rows["source"] = rows["account"][np.maximum(parents, 0)]
    rows["source"][0], rows["value"][0], rows["kind"][0] = -1, 1.0, Kind.PUBLISH
    return rows


def test_closing_an_account_takes_what_hangs_from_it(tmp_path: Path) -> None:
    scenario = replay(chain(tmp_path, [0, 1, 2, 3, 4]))
    policy = [
        {"kind": "close-accounts", "when": {"at": ["2.5 h"]}, "whom": {"accounts": [2]}},
    ]
    left = posts_of(events(scenario, policy))
    # Account 2 shared at hour 2; its follower would have read that at hour 3.
    assert left.account.tolist() == [0, 1, 2]


def test_a_second_share_of_an_account_is_lost_with_it(tmp_path: Path) -> None:
    """Later shares of the same account in the same story go too, and what hung from them."""
    parents = [-1, 0, 0, 0, 3]
    rows = _rows([0, 1, 2, 3, 4], parents, accounts=[0, 1, 2, 1, 3])
    scenario = replay(saved(tmp_path / "e.ndjson", _facts(4), Batch(rows)))
    assert posts_of(events(scenario)).account.tolist() == [0, 1, 2, 1, 3]
    policy = [{"kind": "close-accounts", "when": {"at": ["1.5 h"]}, "whom": {"accounts": [1]}}]
    assert posts_of(events(scenario, policy)).account.tolist() == [0, 1, 2]


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("shares", [100, 254, 255, 256, 900])
def test_an_original_behind_many_shares_is_taken_down(
    tmp_path: Path, engine: str, shares: int
) -> None:
    """However many posts lie between one original and the next."""
    times = [0.0, *np.linspace(1, 900, shares).tolist(), 901.0, 902.0, 1900.0]
    second = shares + 1
    rows = _rows(times, [-1] + [0] * shares + [-1, second, second])
    rows["story"][second:] = 1
    rows["source"][second], rows["value"][second], rows["kind"][second] = -1, 1.0, Kind.PUBLISH
    facts = replace(_facts(len(times)), horizon=2000.0)
    facts = replace(facts, stories=(*facts.stories, StoryFacts("second", False, "health")))
    scenario = replay(saved(tmp_path / "e.ndjson", facts, Batch(rows)))
    policy = [{"kind": "delete-posts", "whom": {"posts": "originals"}, "when": {"age": "950 h"}}]
    made = events(scenario, policy, engine=engine)
    assert actions(made, "delete").post.tolist() == [0, second]
    assert posts_of(made).time[shares:].tolist() == [900.0, 901.0, 902.0]


# -- what dampens keeps shares with the ratio of the chances -------------------------------------


def star(tmp_path: Path, shares: int) -> Scenario:
    times = [0.0, *np.linspace(1, 900, shares).tolist()]
    facts = _facts(shares + 1, followers=10 * shares)
    rows = _rows(times, [-1] + [0] * shares)
    return replay(saved(tmp_path / "star.parquet", facts, Batch(rows)))


def friction(strength: float) -> Any:
    return [{"kind": "friction", "friction": strength, "when": {"at": ["0 h"]}}]


@pytest.mark.parametrize("kept", [0.1, 0.7])
def test_friction_keeps_the_share_it_says(tmp_path: Path, kept: float) -> None:
    """4 standard errors of a binomial: a false alarm in 16,000 at seeds fixed before looking."""
    shares = 4000
    left = len(events(star(tmp_path, shares), friction(kept)).only(Kind.SHARE))
    assert abs(left - kept * shares) < 4 * np.sqrt(shares * kept * (1 - kept))


@pytest.mark.parametrize("exponent", [0.0, 1.0])
def test_what_remains_of_a_replay_has_the_ranks_that_it_has(
    tmp_path: Path, exponent: float
) -> None:
    """Each share of an original is shared once; a policy lets half of them happen.

    With ranks half as high and an exponent of 1 the shares that remain are shared twice as
    readily, which makes up for the policy. Without follows that has an effect all the same.
    """
    shares = 600
    times = [0.0, *np.linspace(1, 100, shares), *np.linspace(200, 300, shares)]
    parents = [-1, *[0] * shares, *range(1, shares + 1)]
    facts, rows = _facts(2 * shares + 1), _rows(times, parents)
    story = {"rank_exponent": exponent, "rank_scale": 0.5} if exponent else {}
    scenario = replay(saved(tmp_path / "two.parquet", facts, Batch(rows)), stories=[story])
    left = events(scenario, friction(0.5)).only(Kind.SHARE)
    first = int((left.source == 0).sum())
    kept = (len(left) - first) / first
    assert abs(first - shares / 2) < 4 * np.sqrt(shares / 4)
    if exponent == 0:
        assert abs(kept - 0.5) < 4 * np.sqrt(0.25 / first)
    else:
        assert kept > 0.85


def test_fresh_coins_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with chances noted as 1 coins are fresh, and hardly a share would be kept."""
    scenario = star(tmp_path, 1000)
    right = conditioning.conditioned_evidence

    def fresh(*args: Any) -> Evidence:
        found = right(*args)
        reads = found.reads.copy()
        reads["chance"] = 1.0
        return replace(found, reads=reads)

    monkeypatch.setattr("rumorsim.simulation.simulation.conditioned_evidence", fresh)
    left = len(events(scenario, friction(0.7)).only(Kind.SHARE))
    assert abs(left - 700) > 4 * np.sqrt(1000 * 0.7 * 0.3)


def test_weaker_friction_keeps_all_that_stronger_friction_keeps(tmp_path: Path) -> None:
    facts, batch = random_cascades(np.random.default_rng(2), shares=400, accounts=200)
    scenario = replay(saved(tmp_path / "e.parquet", facts, batch))
    sets = [
        {(s.account, s.story, s.time) for s in events(scenario, friction(f)).only(Kind.SHARE)}
        for f in (0.2, 0.4, 0.6, 0.8)
    ]
    assert all(less <= more for less, more in pairwise(sets))
    assert len({len(each) for each in sets}) == 4


def test_a_forward_limit_without_follows_thins_by_declared_followers(tmp_path: Path) -> None:
    """An original is no forward; a share of it reaches limit / followers of what it did."""
    size = 2000
    times = [0.0, 1.0, *np.linspace(2, 900, size).tolist()]
    rows = _rows(times, [-1, 0] + [1] * size)
    scenario = replay(saved(tmp_path / "e.parquet", _facts(size + 2, 10_000), Batch(rows)))
    policy = [{"kind": "friction", "forward_limit": 2500, "when": {"at": ["0 h"]}}]
    left = len(events(scenario, policy).only(Kind.SHARE)) - 1
    assert abs(left - size / 4) < 4 * np.sqrt(size * 0.25 * 0.75)


# -- what was prevented ------------------------------------------------------------------------


def test_prevented_is_held_against_what_was_observed(tmp_path: Path) -> None:
    facts, batch = random_cascades(np.random.default_rng(3), shares=200)
    scenario = replay(saved(tmp_path / "e.parquet", facts, batch))
    for policy in ("none", friction(0.5)):
        simulation = rumorsim.Simulation(scenario, policy, seed=3)
        made = simulation.advance(1000.0)
        found = rumorsim.run(scenario, policy, seed=3).scalars()
        naive = flatten(naive_prevented(simulation.facts, list(made.records())), "prevented")
        assert {key: found[key] for key in naive} == pytest.approx(naive, rel=1e-12)
        shares = found["prevented.truth.false.over_shares"]
        assert shares == 0 if policy == "none" else 0.2 < shares < 0.95


# -- refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"feed": {"reading": "check-in"}}, "feed.reading"),
        ({"feed": {"exposures": "late"}}, "feed.exposures"),
        ({"feed": {"delay": {"law": "exponential", "mean": "1 h"}}}, "feed.delay"),
        ({"trending": {"looks": "1 per day"}}, "trending"),
        ({"model": {"kind": "sir", "beta": "1 per h", "gamma": "1 per h"}}, "model"),
        ({"stories": [{"appeal": 0.3}]}, "stories[0].appeal"),
        ({"stories": [{"truth": True}]}, "stories[0].truth"),
        ({"stories": [{"copies": 3}]}, "stories[0].copies"),
        ({"stories": [{}, {}]}, "stories"),
        ({"replay": {"appeal": 0.3}}, "replay.appeal"),
        ({"beliefs": {"trust_closure": -0.1}}, "beliefs"),
        (
            {
                "policies": [
                    {
                        "name": "p",
                        "interventions": [{"kind": "filter-trending", "when": {"at": ["1 h"]}}],
                    }
                ]
            },
            "policies[0].interventions[0].kind",
        ),
    ],
)
def test_what_could_have_no_effect_is_refused(
    tmp_path: Path, more: dict[str, Any], key: str
) -> None:
    file = chain(tmp_path, [0, 1])
    values = {**more, "replay": {"cascades": str(file), **more.get("replay", {})}}
    with pytest.raises(InputError) as caught:
        Scenario.model_validate(values)
    assert any((fault.key or "").startswith(key) for fault in caught.value.faults), caught.value


def test_a_policy_names_what_was_observed(tmp_path: Path) -> None:
    scenario = replay(chain(tmp_path, [0, 1]))
    policy = [{"kind": "label", "when": {"age": "1 h"}, "whom": {"categories": ["helth"]}}]
    with pytest.raises(InputError, match="health"):
        events(scenario, policy)
    limit = [{"kind": "friction", "forward_limit": 5, "when": {"at": ["0 h"]}}]
    with pytest.raises(InputError, match="followers"):
        events(scenario, limit)


def test_a_share_before_its_parent_is_no_evidence(tmp_path: Path) -> None:
    rows = _rows([0, 1, 1], [-1, 0, 1])
    with pytest.raises(InputError, match="after the post"):
        events(replay(saved(tmp_path / "e.ndjson", _facts(3), Batch(rows))))


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    scenario = replay(chain(tmp_path, [0, 1])).pinned()
    chain(tmp_path, [0, 2])
    with pytest.raises(InputError, match="has changed"):
        events(scenario)
