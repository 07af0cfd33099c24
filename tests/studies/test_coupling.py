"""Coupled worlds: what policies share, and what removing more can and cannot do."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

import numpy as np
import pytest
from small_worlds import actions, agree, differ, events, public, small

from rumorsim.events.stream import Batch, Kind
from rumorsim.platform.desk import Desk, Quotas
from rumorsim.scenario.models import Scenario
from rumorsim.studies.compare.running import compare

CLOSE: dict[str, Any] = {"kind": "close-accounts"}
#: Two stories on a small follow graph, with reports, a trending list and limited attention.
BUSY: dict[str, Any] = {
    "graph": {"kind": "erdos-renyi", "accounts": 40, "mean_followers": 4},
    "accounts": {"kinds": {"self-media": {"share": 0.3}, "nobody": {"share": 0.0}}},
    "feed": {"attention": 3, "background": "1 per h"},
    "trending": {"slots": 5, "looks": "4 per day", "topics": "0.1 per h"},
    "stories": [
        {"name": "rumor", "truth": False, "appeal": 0.4, "report": 0.2, "author": {"random": 2}},
        {"name": "news", "truth": True, "appeal": 0.4, "report": 0.1, "author": {"random": 2}},
    ],
}


def _policy(name: str, *interventions: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "interventions": list(interventions)}


def _busy(*policies: Mapping[str, Any]) -> Scenario:
    return small(BUSY, {"policies": list(policies)})


# -- a policy that does nothing -------------------------------------------------------

AT_ONE: dict[str, Any] = {**CLOSE, "when": {"at": ["1 h"]}}
INERT = [
    _policy("never reached", {**CLOSE, "when": {"reports": 10_000}}),
    _policy("nobody of this kind", {**AT_ONE, "whom": {"kinds": ["nobody"]}}),
    _policy("nobody drawn", {**AT_ONE, "whom": {"fraction": 0.0}}),
]
ACTS = _policy("closes some", {**AT_ONE, "whom": {"fraction": 0.2}})


@pytest.mark.parametrize("worlds", [40, pytest.param(200, marks=pytest.mark.long)])
def test_a_policy_that_does_nothing_changes_no_event(worlds: int) -> None:
    scenario = _busy(*INERT)
    for seed in range(worlds):
        base = events(scenario, "none", seed=seed)
        for policy in scenario.policies:
            assert agree(base, events(scenario, policy, seed=seed)), (policy.name, seed)


def test_negative_control_a_policy_that_acts_is_seen() -> None:
    scenario = _busy(ACTS)
    changed = 0
    for seed in range(20):
        ours = events(scenario, "closes some", seed=seed)
        changed += differ(events(scenario, seed=seed), public(ours))
    assert changed >= 10


def test_inert_policies_differ_by_exactly_zero_in_the_comparison() -> None:
    found = compare(_busy(*INERT, ACTS), replicates=4, workers=1)
    for policy in found.policies[1:4]:
        change = found.change(policy, "reach.truth.false.accounts")
        assert change is not None
        assert change.identical
        assert change.identical and change.difference == (0.0, None, None)
        assert found.digests[policy] == found.digests["none"]
    assert found.digests["closes some"] != found.digests["none"]


# -- before the first action ------------------------------------------------------------

BY_REPORTS = _policy(
    "by reports",
    {**CLOSE, "when": {"reports": 2}, "delay": {"law": "exponential", "mean": "1 h"}},
    {"kind": "filter-trending", "when": {"shares": 4}},
)


def test_events_before_the_first_action_are_the_same_to_the_bit() -> None:
    scenario, acted, changed = _busy(BY_REPORTS), 0, 0
    for seed in range(40):
        base, ours = events(scenario, seed=seed), events(scenario, "by reports", seed=seed)
        first = int(np.argmax(ours.kind == Kind.ACTION))
        if ours.kind[first] != Kind.ACTION:
            assert agree(base, ours)
            continue
        acted += 1
        assert agree(base[:first], ours[:first])
        changed += differ(base, public(ours))
    # Negative control: it does act, and what comes after is not the same.
    assert acted >= 20
    assert changed >= 10


# -- the same intervention in two policies -----------------------------------------------

JUDGED: dict[str, Any] = {
    **CLOSE,
    "when": {"at": ["2 h", "5 h"]},
    "whom": {"fraction": 0.3},
    "delay": {"law": "exponential", "mean": "30 min"},
    "sensitivity": 0.7,
    "false_positive_rate": 0.4,
}
LATER: dict[str, Any] = {"kind": "delete-posts", "when": {"at": ["4 h"]}}


@pytest.mark.parametrize("extra_first", [False, True])
def test_the_same_intervention_hits_the_same_targets_while_the_worlds_agree(
    extra_first: bool,
) -> None:
    both = (LATER, JUDGED) if extra_first else (JUDGED, LATER)
    scenario, hits = _busy(_policy("alone", JUDGED), _policy("with another", *both)), 0
    for seed in range(40):
        alone = events(scenario, "alone", seed=seed)
        other = events(scenario, "with another", seed=seed)
        parted = actions(other, "flag").time[actions(other, "flag").post >= 0]
        until = float(parted[0]) if len(parted) else 24.0
        ours, theirs = (_closed(batch, until) for batch in (alone, other))
        assert ours == theirs
        hits += len(ours)
    assert hits >= 100


def test_negative_control_another_seed_hits_other_targets() -> None:
    scenario = _busy(_policy("alone", JUDGED))
    hit = {tuple(_closed(events(scenario, "alone", seed=seed), 24.0)) for seed in range(10)}
    assert len(hit) == 10


def _closed(batch: Batch, until: float) -> list[tuple[float, int]]:
    done = actions(batch, "close")
    before = done.time < until
    return list(zip(done.time[before].tolist(), done.account[before].tolist(), strict=True))


# -- closing more, or earlier --------------------------------------------------------------

#: One story from one original, unlimited attention, no surface, no background, no quota, no
#: reinforcement.
ONE_STORY: dict[str, Any] = {
    "graph": {"kind": "erdos-renyi", "accounts": 30, "mean_followers": 4},
    "stories": {0: {"appeal": 0.6, "vigour": 0.7, "author": {"ids": None, "random": 1}}},
}
READING = {
    "check-in": {},
    "delay": {"feed": {"reading": "delay", "delay": {"law": "exponential", "mean": "1 h"}}},
}
OwnPolicy = Callable[[Desk], Generator[Any, Any, None]]


def _closing(plan: Mapping[int, float]) -> OwnPolicy:
    """Close each account at its own hour."""

    def close_by_plan(desk: Desk) -> Generator[Any, Any, None]:
        for account, time in sorted(plan.items(), key=lambda each: (each[1], each[0])):
            yield desk.env.timeout(time - desk.now)
            desk.close(account)

    return close_by_plan


def _nested_plans(seed: int, accounts: int) -> tuple[dict[int, float], dict[int, float]]:
    """Who is closed when; and a superset, at the same or earlier hours. From plain arithmetic."""
    fewer, more = {}, {}
    for account in range(accounts):
        word = (seed * 1_000_003 + account * 7_919 + 12_345) * 2_654_435_761 % 2**32
        time = 0.01 + (word >> 8) % 1200 / 200
        if word % 7 < 2:
            fewer[account] = time
        if word % 7 < 3:
            more[account] = time if word % 2 else time / 3
    return fewer, more


def _reached(batch: Batch) -> set[int]:
    return set(batch.only(Kind.EXPOSE).account.tolist())


@pytest.mark.parametrize("reading", READING)
@pytest.mark.parametrize("pairs", [20, pytest.param(100, marks=pytest.mark.long)])
def test_closing_more_or_earlier_never_increases_reach(reading: str, pairs: int) -> None:
    """So many pairs on each of ten graphs, 0 violations: those reached are nested sets."""
    smaller = 0
    for graph in range(10):
        scenario = small(ONE_STORY, READING[reading], {"graph": {"seed": graph}})
        for seed in range(100 * graph, 100 * graph + pairs):
            fewer, more = _nested_plans(seed, 30)
            some = _reached(events(scenario, _closing(fewer), seed=seed))
            rest = _reached(events(scenario, _closing(more), seed=seed))
            assert rest <= some, (graph, seed)
            smaller += len(rest) < len(some)
    # Negative control: the larger plan does something in many worlds.
    assert smaller >= 2 * pairs


# -- where closing more can increase reach ---------------------------------------------------


def _with_trigger(plan: Mapping[int, float]) -> OwnPolicy:
    """Close by plan; and the most followed sharer so far once the story has 5 shares."""

    def close_and_watch(desk: Desk) -> Generator[Any, Any, None]:
        desk.env.process(_closing(plan)(desk))
        yield desk.reached("shares", 5, story=0)
        counts = desk.world.graph.follower_counts()
        desk.close(max(desk.authors(), key=lambda account: int(counts[account])))

    return close_and_watch


def _with_quota(plan: Mapping[int, float]) -> OwnPolicy:
    """Close by plan, at most two accounts in 24 hours."""

    def close_within_quota(desk: Desk) -> Generator[Any, Any, None]:
        quotas = Quotas(desk.env, 2, 24.0)
        for account, time in sorted(plan.items(), key=lambda each: (each[1], each[0])):
            yield desk.env.timeout(max(time - desk.now, 0.0))
            yield quotas.turn()
            desk.close(account)

    return close_within_quota


STORY = "stories"
THREE: dict[str, Any] = {STORY: {0: {"author": {"random": 3}}}}
#: What is outside the promise: the change to the scenario, the policy, and a world found by
#: search in which closing one account more, or earlier, reaches more accounts.
OUTSIDE: dict[str, tuple[dict[str, Any], Callable[[Mapping[int, float]], OwnPolicy], int]] = {
    "three originals": (
        {**THREE, **READING["delay"]}, _closing, 798
    ),
    "limited attention": ({"feed": {"attention": 1}}, _closing, 222),
    "reinforcement": ({STORY: {0: {"reinforcement": [1.0, 0.02]}}}, _closing, 222),
    "trigger": ({}, _with_trigger, 105),
    "quota": ({}, _with_quota, 23),
    "surface": (
        {**THREE, "trending": {"slots": 5, "looks": "2 per day", "topics": "0 per h"}},
        _closing,
        319,
    ),
}  # fmt: skip


def _gain(case: str, seed: int) -> int:
    """Accounts reached under the larger plan minus under the smaller one, in one world."""
    change, policy, _ = OUTSIDE[case]
    return _gain_with(change, policy, seed)


def _gain_with(
    change: dict[str, Any], policy: Callable[[Mapping[int, float]], OwnPolicy], seed: int
) -> int:
    scenario = small(ONE_STORY, change)
    fewer, _ = _nested_plans(seed, 30)
    more = {**fewer, seed % 30: 0.05}
    some, rest = (len(_reached(events(scenario, policy(p), seed=seed))) for p in (fewer, more))
    return rest - some


@pytest.mark.parametrize("case", OUTSIDE)
def test_counter_example_closing_more_increases_reach(case: str) -> None:
    assert _gain(case, OUTSIDE[case][2]) > 0


@pytest.mark.parametrize("case", OUTSIDE)
def test_negative_control_without_it_the_same_world_gains_nothing(case: str) -> None:
    # A list needs a second original: with one, its top post is the one all others hang on.
    change = THREE if case == "surface" else {}
    assert _gain_with(change, _closing, OUTSIDE[case][2]) <= 0
