"""Strike ladders, tiers and summons: who is hit when, from the stream and the journal."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest
from intervention_examples import WORLD
from small_worlds import actions, events, small

from rumorsim.common.errors import InputError
from rumorsim.events.stream import VERBS, Batch, Kind
from rumorsim.platform.desk import Action
from rumorsim.platform.interventions.penalties import PENALTIES
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

#: Much is reported, nobody is tired of it.
LOUD: dict[str, Any] = {"stories": {i: {"report": 0.8} for i in range(3)}}


def under(*interventions: Any, **changes: Any) -> Scenario:
    return small(
        WORLD, LOUD, {"policies": [{"name": "it", "interventions": list(interventions)}]}, changes
    )


def done_to(scenario: Scenario) -> dict[int, list[Action]]:
    """What was done to each account or its posts, in order; no words."""
    simulation = Simulation(scenario, "it")
    simulation.advance(scenario.horizon)
    done = defaultdict(list)
    for each in simulation.desk.journal:
        if each.verb in PENALTIES:
            author = simulation.world.posts["author"]
            done[int(author[each.target]) if each.kind == "post" else each.target].append(each)
    return done


# -- ladder --------------------------------------------------------------------------------


def ladder(**settings: Any) -> dict[str, Any]:
    return {"kind": "strike-ladder", "when": {"reports": 2}, **settings}


def test_each_strike_brings_the_next_step() -> None:
    """Every account climbs the ladder in order and not beyond; some come to the end."""
    climbed = done_to(under(ladder()))
    verbs = {account: [each.verb for each in done] for account, done in climbed.items()}
    assert len(verbs) > 5
    for each in verbs.values():
        assert each == list(PENALTIES[: len(each)])
    assert max(map(len, verbs.values())) == len(PENALTIES)
    assert len({len(each) for each in verbs.values()}) > 2, "not all alike"


def test_a_strike_comes_after_as_many_reports_more() -> None:
    """Against a naive count of the stream: at 2, 4, 6 ... reports, up to three strikes."""
    batch = events(under(ladder(steps=["warn", "warn", "close"])), "it")
    counts: dict[int, int] = defaultdict(int)
    strikes: dict[int, int] = defaultdict(int)
    expected, got = [], []
    for row in batch.rows:
        account = int(row["source"] if row["kind"] == Kind.REPORT else row["account"])
        if row["kind"] == Kind.REPORT:
            counts[account] += 1
            if counts[account] % 2 == 0 and strikes[account] < 3:
                strikes[account] += 1
                expected.append((row["time"], account, strikes[account] == 3))
        elif row["kind"] == Kind.ACTION and VERBS[int(row["value"])] in ("warn", "close"):
            got.append((row["time"], account, VERBS[int(row["value"])] == "close"))
    assert got == expected
    assert sum(closed for *_, closed in got) > 3


def test_strikes_lapse() -> None:
    """With strikes that count for half an hour an account is warned again; else never."""
    steps = {"steps": ["warn", "remove-followers", "close"]}
    lasting, lapsing = (
        [[each.verb for each in done] for done in done_to(under(ladder(**steps, **more))).values()]
        for more in ({}, {"lapse": "30 min"})
    )
    assert not any(verbs.count("warn") > 1 for verbs in lasting)
    assert any(verbs.count("warn") > 1 for verbs in lapsing)


def test_a_suspension_ends() -> None:
    suspended = ladder(steps=["suspend"], suspension="90 min")
    simulation = Simulation(under(suspended), "it")
    batch = simulation.advance(30.0)
    begun, ended = (
        {int(r["account"]): r["time"] for r in actions(batch, verb).rows[::-1]}
        for verb in ("suspend", "reinstate")
    )
    account = next(iter(begun))
    # A further strike while it is suspended extends the suspension.
    mine = [r["time"] for r in actions(batch, "suspend").rows if r["account"] == account]
    last = next(t for t, after in pairwise([*mine, 99.0]) if after > t + 1.5)
    assert ended[account] == pytest.approx(last + 1.5)
    assert last > begun[account]


def test_the_most_reported_post_is_deleted() -> None:
    """Each deletion takes, of the account's posts that stood, the one with most reports."""
    batch = events(under(ladder(steps=["delete"])), "it")
    reports: dict[int, int] = defaultdict(int)
    standing: dict[int, set[int]] = defaultdict(set)
    deleted = 0
    for row in batch.rows:
        if row["kind"] in (Kind.PUBLISH, Kind.SHARE):
            standing[int(row["account"])].add(int(row["post"]))
        elif row["kind"] == Kind.REPORT:
            reports[int(row["post"])] += 1
        elif row["kind"] == Kind.ACTION and VERBS[int(row["value"])] == "delete":
            post, own = int(row["post"]), standing[int(row["account"])]
            assert reports[post] == max(reports[each] for each in own)
            own.remove(post)
            deleted += 1
    assert deleted > 5


# -- tiers and summons -----------------------------------------------------------------------


def closures(batch: Batch) -> list[tuple[float, int]]:
    return [(row["time"], int(row["account"])) for row in actions(batch, "close").rows]


def expected_closures(batch: Batch, levels: Any) -> list[tuple[float, int]]:
    """First time at which the reports of an account come to ``levels(account, time)``."""
    counts: dict[int, int] = defaultdict(int)
    hit: dict[int, float] = {}
    for row in batch.only(Kind.REPORT).rows:
        account = int(row["source"])
        counts[account] += 1
        if counts[account] >= levels(account, row["time"]):
            hit.setdefault(account, row["time"])
    return [(time, account) for account, time in hit.items()]


CLOSE = {"kind": "close-accounts", "when": {"reports": 5}}
TIERS = [
    {"name": "press", "kinds": ["self-media"], "followers": 6, "strictness": 5.0},
    {"name": "rest", "kinds": ["self-media", "official-media"], "strictness": 2.0},
]


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_tier_has_a_threshold_of_its_own(engine: str) -> None:
    """5 reports for most, 3 for the second tier, 1 for the first: from the stream itself."""
    tiers = {"kind": "classify-accounts", "when": {"at": ["0 h"]}, "tiers": TIERS}
    scenario = under(tiers, CLOSE)
    simulation = Simulation(scenario, "it", engine=engine)
    batch = simulation.advance(30.0)
    facts = simulation.facts

    def level(account: int, _time: float) -> int:
        kind = facts.kinds[facts.kind[account]]
        if kind == "self-media" and facts.followers[account] >= 6:
            return 1
        return math.ceil(5 / 2) if kind in ("self-media", "official-media") else 5

    assert closures(batch) == expected_closures(batch, level)
    assert {level(account, 0.0) for _, account in closures(batch)} == {1, 3, 5}
    assert closures(batch) != expected_closures(batch, lambda *_: 5), "a tier must matter"
    said = {each.reason for each in simulation.desk.journal if each.verb == "classify"}
    assert said == {"tier press", "tier rest"}


def test_a_tier_by_strikes_takes_who_was_penalised() -> None:
    """Accounts with a penalty go into the tier, the others into none."""
    tiers = [{"name": "repeaters", "strikes": 1, "strictness": 5.0}]
    classify = {"kind": "classify-accounts", "when": {"at": ["8 h"]}, "tiers": tiers}
    warned = {"kind": "strike-ladder", "when": {"reports": 2}, "steps": ["warn"]}
    simulation = Simulation(under(classify, warned), "it")
    simulation.advance(8.5)
    journal = simulation.desk.journal
    struck = {each.target for each in journal if each.verb == "warn" and each.time < 8}
    assert {each.target for each in journal if each.verb == "classify"} == struck
    assert len(struck) > 3


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_summons_lowers_thresholds_while_it_lasts(engine: str) -> None:
    """From 3 h to 9 h three reports do; who has them already at 3 h is hit at 3 h."""
    summons = {"kind": "warn-platform", "when": {"at": ["3 h"]}, "duration": "6 h"}
    scenario = under({**summons, "strictness": 2.0}, CLOSE)
    batch = Simulation(scenario, "it", engine=engine).advance(30.0)
    counts: dict[int, int] = defaultdict(int)
    hit: dict[int, float] = {}
    swept = False
    for row in batch.rows:
        if row["time"] >= 3.0 and not swept:
            swept = True
            hit |= {a: 3.0 for a, n in sorted(counts.items()) if n >= 3 and a not in hit}
        if row["kind"] == Kind.REPORT:
            account = int(row["source"])
            counts[account] += 1
            if counts[account] >= (3 if 3 <= row["time"] < 9 else 5):
                hit.setdefault(account, row["time"])
    assert sorted(closures(batch)) == sorted((time, account) for account, time in hit.items())
    assert 3.0 in hit.values()
    assert len(hit) > 8


def test_a_summons_multiplies_false_positives() -> None:
    """Of the innocent a tenth is closed, four tenths under a summons; wide bounds."""
    judged = {
        "kind": "close-accounts",
        "when": {"at": ["6 h"]},
        "sensitivity": 0.0,
        "false_positive_rate": 0.1,
    }
    summons = {"kind": "warn-platform", "when": {"at": ["1 h"]}, "strictness": 4.0}
    hits = {
        name: sum(len(closures(events(under(*policy, seed=seed), "it"))) for seed in range(10))
        for name, policy in {"calm": (judged,), "warned": (judged, summons)}.items()
    }
    # 600 accounts, some 40 % guilty: 36 and 144 expected.
    assert 15 < hits["calm"] < 70
    assert 90 < hits["warned"] < 210


def test_what_would_lower_nothing_is_refused() -> None:
    for settings in (
        {"kind": "warn-platform", "when": {"at": ["6 h"]}, "strictness": 1.0},
        {"kind": "warn-platform", "when": {"reports": 3}},
        {"kind": "classify-accounts", "when": {"at": ["0 h"]}, "tiers": []},
        {"kind": "strike-ladder", "when": {"reports": 1}, "steps": ["forgive"]},
    ):
        with pytest.raises(InputError):
            under(settings)
    with pytest.raises(InputError, match=r"tiers\[0\]\.kinds.*nosuch.*no such"):
        tiers = [{"name": "a", "kinds": ["nosuch"], "strictness": 2.0}]
        under({"kind": "classify-accounts", "when": {"at": ["0 h"]}, "tiers": tiers})
