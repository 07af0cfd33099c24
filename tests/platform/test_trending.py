"""The trending list: who looks when and at what, how it is ranked, what competes for it.

Statistical checks have fixed seeds and fail for a right list with probability ALARM.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from small_worlds import agree, events, merged, small

from rumorsim.engine.kernels.alias import alias_table
from rumorsim.events.stream import VERBS, Batch, Kind
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

ALARM = 1e-4
#: Nobody follows anybody: whatever is read, was seen on the list.
ALONE: dict[str, Any] = {
    "horizon": "40 h",
    "graph": {"kind": "erdos-renyi", "accounts": 120, "mean_followers": 0.0},
    "feed": {"check_ins": {"mean": "1 per h", "shape": 1.5}},
    "trending": {"slots": 5, "refresh": "30 min", "looks": "6 per h", "topics": "0 per h"},
    "stories": [{"name": "rumor", "truth": False, "appeal": 0.0, "author": {"ids": [0]}}],
    "measures": ["reach", "impressions"],
}
#: Sharing goes on among followers, and the list changes.
LIVELY: dict[str, Any] = {
    "horizon": "20 h",
    "graph": {"kind": "erdos-renyi", "accounts": 60, "mean_followers": 5.0, "seed": 2},
    "trending": {"slots": 3, "refresh": "20 min", "looks": "1 per day", "topics": "0 per h"},
    "stories": [
        {
            "name": "rumor",
            "truth": False,
            "appeal": 0.08,
            "author": {"random": 2},
            "copies": 6,
            "schedule": {"rate": "3 per day"},
        }
    ],
    "policies": [
        {
            "name": "filter",
            "interventions": [
                {
                    "kind": "filter-trending",
                    "when": {"at": ["7.9 h"]},
                    "duration": "5 h",
                    "whom": {"fraction": 0.5},
                }
            ],
        }
    ],
}


def alone(**changes: Any) -> Scenario:
    return small(ALONE, changes)


def reads(scenario: Scenario, **how: Any) -> Batch:
    return events(scenario, **how).only(Kind.READ)


# -- looks ---------------------------------------------------------------------------------


def test_looks_come_at_their_rate_like_a_poisson_process() -> None:
    """The first post is listed from the first refresh on; then nothing but chance decides."""
    batch = reads(alone(trending={"steepness": 0.0, "slots": 1}))
    expected = 6.0 * 120 * 39.5
    assert stats.poisson.cdf(len(batch), expected) > ALARM
    assert stats.poisson.sf(len(batch), expected) > ALARM
    assert stats.kstest(np.diff(batch.time) * 720, "expon").pvalue > ALARM
    assert batch.time[0] > 0.5


def test_accounts_look_in_step_with_their_check_ins() -> None:
    """Chi square of looks by account; equal shares are refused (negative control)."""
    scenario = alone(trending={"slots": 1})
    counts = np.bincount(reads(scenario).account, minlength=120)
    rates = Simulation(scenario).world.accounts["rate"].astype(float)
    expected = rates / rates.sum() * counts.sum()
    often = expected >= 5
    seen = np.append(counts[often], counts[~often].sum())
    due = np.append(expected[often], expected[~often].sum())
    keep = due > 0
    assert stats.chisquare(seen[keep], due[keep]).pvalue > ALARM
    assert stats.chisquare(counts).pvalue < 1e-12


def test_who_never_opens_the_app_never_looks(tmp_path: Any) -> None:
    table = tmp_path / "accounts.csv"
    table.write_text("id,check_ins\n" + "".join(f"{i},0\n" for i in range(60)))
    batch = reads(alone(accounts={"file": str(table)}))
    assert len(batch) > 1000
    assert batch.account.min() >= 60


@pytest.mark.parametrize("steepness", [0.0, 1.0, 2.0])
def test_slots_are_looked_at_by_their_rank(steepness: float) -> None:
    """Story i has 5 - i posts from the start: the ranking never changes. Chi square."""
    stories = [
        {
            "name": f"s{i}",
            "truth": True,
            "appeal": 0.0,
            "author": {"ids": [0]},
            "at": ["0 h"] * (5 - i),
        }
        for i in range(5)
    ]
    scenario = alone(stories=stories, trending={"slots": 3, "steepness": steepness})
    counts = np.bincount(reads(scenario).story, minlength=5)
    shares = np.arange(1, 4.0) ** -steepness
    assert stats.chisquare(counts[:3], shares / shares.sum() * counts.sum()).pvalue > ALARM
    assert not counts[3:].any(), "what has no place on the list is not seen"
    wrong = np.arange(1, 4.0) ** -(steepness + 0.3)
    assert stats.chisquare(counts[:3], wrong / wrong.sum() * counts.sum()).pvalue < 1e-6


def test_empty_places_are_looked_at_in_vain() -> None:
    """One story on a list of many flat slots: a look meets it once in `slots`."""
    few, many = (len(reads(alone(trending={"slots": n, "steepness": 0.0}))) for n in (1, 10))
    assert stats.binomtest(many, few, 0.1).pvalue > ALARM


def listed(batch: Batch, horizon: float) -> dict[int, list[tuple[float, float]]]:
    """When each story was on the list, from the surface events."""
    spans: dict[int, list[tuple[float, float]]] = defaultdict(list)
    begun: dict[int, float] = {}
    for row in batch.only(Kind.SURFACE).rows:
        story = int(row["story"])
        if row["value"] > 0:
            begun.setdefault(story, row["time"])
        else:
            spans[story].append((begun.pop(story), row["time"]))
    for story, time in begun.items():
        spans[story].append((time, horizon))
    return spans


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_looks_meet_only_what_is_listed(engine: str) -> None:
    scenario = small(LIVELY, {"trending": {"topics": "1 per h", "looks": "1 per h"}})
    batch = events(scenario, engine=engine)
    spans = listed(batch, 20.0)
    met = [row for row in batch.only(Kind.EXPOSE).rows if row["value"] == 1]
    assert len(met) > 20
    for row in met:
        assert any(begin <= row["time"] < end for begin, end in spans[int(row["story"])])
    time_on = sum(end - begin for each in spans.values() for begin, end in each)
    assert time_on < 6 * 20.0 - 10, "some were off the list for a while"


def test_switching_the_list_off_and_on_shifts_no_look() -> None:
    """Looks have addresses in time: those after the story is listed again are the same."""
    policy = {
        "name": "off",
        "interventions": [
            {"kind": "filter-trending", "when": {"at": ["10.1 h"]}, "duration": "5 h"}
        ],
    }
    scenario = alone(policies=[policy], trending={"slots": 1})
    with_gap, whole = (reads(scenario, policy=name) for name in ("off", "none"))
    rows = whole.rows[(whole.time < 10.1) | (whole.time > 15.5)][["time", "account"]]
    assert (with_gap.rows[["time", "account"]] == rows).all()
    assert len(whole) > len(rows)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_look_reads_the_most_shared_post_that_stands(engine: str) -> None:
    scenario = small(LIVELY, {"trending": {"looks": "1 per h"}})
    batch = events(scenario, engine=engine)
    shares: dict[int, int] = defaultdict(int)
    story: dict[int, int] = {}
    met = 0
    for row in batch.rows:
        if row["kind"] in (Kind.PUBLISH, Kind.SHARE):
            story[int(row["post"])] = int(row["story"])
            if row["kind"] == Kind.SHARE:
                shares[int(row["value"])] += 1
        elif row["kind"] == Kind.EXPOSE and row["value"] == 1:
            posts = [post for post, of in story.items() if of == row["story"]]
            assert row["post"] == max(posts, key=lambda post: (shares[post], -post))
            met += row["post"] != posts[0]
    assert met > 5


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_post_that_comes_back_is_looked_at_again(engine: str) -> None:
    """Of two equal posts the first is read, the second while the first is deleted or hidden."""
    run = Simulation(alone(stories={0: {"at": ["0 h", "0 h"]}}), engine=engine)
    run.advance(1.0)
    seen = [set(run.advance(2.0).only(Kind.READ).post.tolist())]
    for until, verb in ((3.0, run.desk.delete), (5.0, run.desk.hide)):
        done = verb(0)
        seen.append(set(run.advance(until).only(Kind.READ).post.tolist()))
        run.desk.undo(done)
        seen.append(set(run.advance(until + 1).only(Kind.READ).post.tolist()))
    assert seen == [{0}, {1}, {0}, {1}, {0}]


# -- ranking -----------------------------------------------------------------------------


def naive_surface(
    batch: Batch, settings: Any, horizon: float, off: dict[int, tuple[float, float]]
) -> list[Any]:
    """(time, story, slot) of every move on a list without topics, from the posts alone."""
    posts = [(r["time"], int(r["story"])) for r in batch.only(Kind.PUBLISH, Kind.SHARE).rows]
    decay = float(np.float32(2.0 ** (-settings.refresh / settings.half_life)))
    score: dict[int, float] = defaultdict(float)
    place: dict[int, int] = {}
    moves = []
    tick = 1
    done = 0
    while tick * settings.refresh < horizon:
        now = tick * settings.refresh
        fresh: dict[int, int] = defaultdict(int)
        while done < len(posts) and posts[done][0] < now:
            fresh[posts[done][1]] += 1
            done += 1
        for story in sorted(set(score) | set(fresh)):
            score[story] = score[story] * decay + fresh[story]
        able = [s for s in score if not (s in off and off[s][0] <= now < off[s][1])]
        order = sorted(able, key=lambda s: (-score[s], s))[: settings.slots]
        after = {story: slot for slot, story in enumerate(order, start=1)}
        for story in sorted(set(place) | set(after)):
            if place.get(story, 0) != after.get(story, 0):
                moves.append((now, story, after.get(story, 0)))
        place = after
        tick += 1
    return moves


def off_times(batch: Batch) -> dict[int, tuple[float, float]]:
    acts = [r for r in batch.only(Kind.ACTION).rows if r["value"] > 0]
    return {
        int(r["story"]): (r["time"], r["time"] + 5.0)
        for r in acts
        if r["value"] == VERBS.index("delist")
    }


@pytest.mark.parametrize("policy", ["none", "filter"])
@pytest.mark.parametrize("seed", range(4))
def test_every_refresh_ranks_as_a_naive_count_does(seed: int, policy: str) -> None:
    scenario = small(LIVELY, {"seed": seed})
    batch = events(scenario, policy)
    told = [(r["time"], int(r["story"]), int(r["value"])) for r in batch.only(Kind.SURFACE).rows]
    off = off_times(batch)
    assert bool(off) is (policy == "filter")
    naive = naive_surface(batch, scenario.trending, 20.0, off)
    assert told == naive
    assert len(told) > 15
    wrong = scenario.trending.with_(half_life="4 h")
    assert told != naive_surface(batch, wrong, 20.0, off), "negative control"


# -- background topics ----------------------------------------------------------------------


def time_on_list(scenario: Scenario, seed: int) -> float:
    spans = listed(events(scenario, seed=seed), scenario.horizon)
    return sum(end - begin for each in spans.values() for begin, end in each)


def test_more_topics_leave_less_time_on_the_list() -> None:
    """Looks expose nobody here, so that sharing is the same in all three worlds."""
    totals = []
    for topics in ("0 per h", "2 per h", "20 per h"):
        heat = {"median": 40.0, "sigma": 1.0}
        changes = {"trending": {"topics": topics, "heat": heat, "looks": "0 per h"}}
        totals.append([time_on_list(small(LIVELY, changes), seed) for seed in range(8)])
    none, some, many = np.array(totals)
    assert (none >= some).all()
    assert (some >= many).all()
    assert none.sum() > 1.2 * some.sum() > 1.2 * 1.2 * many.sum()


def test_topics_do_not_depend_on_the_policy_nor_move_other_draws() -> None:
    """A list that nobody looks at changes no event but its own."""
    looked = small(LIVELY, {"trending": {"topics": "5 per h", "looks": "0 per h"}})
    without = small(merged(LIVELY, {"trending": None, "policies": None}))
    batch = events(looked)
    rest = Batch(batch.rows[batch.kind != Kind.SURFACE])
    assert agree(rest, events(without))
    assert len(rest) < len(batch)


def test_slots_shares_end_at_one_and_fall() -> None:
    for slots, steepness in ((1, 1.0), (50, 1.0), (1000, 10.0), (7, 0.0)):
        ends = alone(trending={"slots": slots, "steepness": steepness}).trending.slot_ends()
        assert len(ends) == slots
        assert ends[-1] == 1.0
        assert (np.diff(ends) >= 0).all()
        assert (np.diff(np.diff(ends)) <= 1e-6).all()


# -- the alias table ---------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.one_of(
        st.lists(st.floats(0, 1e3), min_size=1, max_size=40),
        st.lists(st.sampled_from([0.0, 0.1, 0.3, 1 / 3, 1.0, 1e-300]), min_size=1, max_size=200),
    )
)
def test_alias_tables_hold_the_weights(weights: list[float]) -> None:
    """Probabilities worked back out of the table; who has weight 0 is never drawn."""
    assume(sum(weights) > 1e-250)
    share, other = np.array(weights), np.empty(len(weights), np.int32)
    alias_table(share, other, np.empty(len(weights), np.int32))
    drawn = share.copy()
    np.add.at(drawn, other, 1 - share)
    np.testing.assert_allclose(drawn / len(weights), np.array(weights) / sum(weights), atol=1e-12)
    assert (drawn[np.array(weights) == 0] == 0).all()
