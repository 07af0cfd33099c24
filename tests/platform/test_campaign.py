"""Campaigns: how many of what by when, against the numbers people wrote."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from scipy import stats
from small_worlds import actions, small

from rumorsim.common.errors import InputError
from rumorsim.events.stream import VERBS
from rumorsim.platform.desk import Action
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

ALARM = 1e-4
#: 1,000 accounts of which each has posted once: nobody reads, everybody may be taken up.
MANY: dict[str, Any] = {
    "horizon": "12 d",
    "graph": {"kind": "path", "accounts": 1000},
    "accounts": {"kinds": {"self-media": {"share": 0.5}, "fake-news": {"share": 0.2}}},
    "feed": {"check_ins": {"mean": "0 per h"}},
    "stories": [{"name": "rumor", "truth": False, "appeal": 0.0, "author": {"random": 500}}],
}


def under(*beside: Any, **settings: Any) -> Scenario:
    campaign = {"kind": "campaign", "begin": "1 d", "end": "9 d", **settings}
    return small(MANY, {"policies": [{"name": "it", "interventions": [campaign, *beside]}]})


def run(*beside: Any, **settings: Any) -> tuple[Simulation, list[Action]]:
    """A whole run, and its penalties."""
    simulation = Simulation(under(*beside, **settings), "it")
    simulation.advance(12 * 24.0)
    words = ("flag", "dismiss", "reinstate", "end-warning", "warn-platform")
    return simulation, [each for each in simulation.desk.journal if each.verb not in words]


PENALTIES = {"close": 120, "remove-followers": 60, "warn": 20}


def test_the_penalties_are_as_many_as_were_asked_for() -> None:
    _, done = run(penalties=PENALTIES)
    assert Counter(each.verb for each in done) == PENALTIES
    assert len({each.target for each in done if each.verb == "close"}) == 120


def test_the_pace_is_even_from_day_to_day() -> None:
    """25 a day for 8 days, at the beginning of each, and nothing before or after."""
    _, done = run(penalties=PENALTIES)
    assert Counter(each.time for each in done) == {24.0 * day: 25 for day in range(1, 9)}


def test_the_pace_can_be_front_loaded() -> None:
    _, done = run(penalties={"close": 200}, pace=[3.0, 1.0])
    by_day = Counter(each.time / 24 for each in done)
    assert [by_day[day] for day in range(1, 9)] == pytest.approx([37.5] * 4 + [12.5] * 4, abs=1)
    assert sum(by_day.values()) == 200


def test_it_ebbs_over_the_relaxation() -> None:
    """A day's pace falls linearly: 50 a day in the window, then 4 days of 44, 31, 19, 6."""
    _, done = run(penalties={"close": 400}, relaxation="4 d", end="9 d")
    by_day = Counter(each.time / 24 for each in done)
    assert [by_day[day] for day in range(1, 9)] == [50] * 8
    # Work of the k-th day under a line from 50 to 0 over 4 days.
    ebb = [50 * ((4 - k) ** 2 - (3 - k) ** 2) / 8 for k in range(3)]
    assert [by_day[day] for day in range(9, 12)] == pytest.approx(ebb, abs=1)


def test_counts_are_scaled_by_the_population() -> None:
    """1,000,000 self-media where the counts come from, 500 here: 1 in 2,000."""
    whom = {"kinds": ["self-media"]}
    simulation, done = run(penalties={"close": 67_000}, population=1_000_000, whom=whom)
    assert len(done) == round(67_000 / 2_000) == 34
    kinds = {simulation.facts.kinds[simulation.facts.kind[each.target]] for each in done}
    assert kinds == {"self-media"}


def test_the_mix_of_targets_is_kept() -> None:
    """30 % on one kind, 50 % on another, the rest on who is neither."""
    aims = [{"share": 0.3, "kinds": ["fake-news"]}, {"share": 0.5, "kinds": ["self-media"]}]
    simulation, done = run(penalties={"close": 200}, aims=aims)
    facts = simulation.facts
    hit = Counter(facts.kinds[facts.kind[each.target]] for each in done)
    assert hit == {"fake-news": 60, "self-media": 100, "ordinary": 40}


def test_an_aim_without_candidates_is_not_made_up_for() -> None:
    """There are only 200 of the kind: no others are taken in their stead."""
    aims = [{"share": 1.0, "kinds": ["fake-news"]}]
    _, done = run(penalties={"close": 600}, aims=aims)
    assert len(done) == 200


def test_who_is_found_innocent_does_not_count() -> None:
    """Judged with errors, the count is still met, and hits the guilty more: exact binomial."""
    simulation, done = run(penalties={"close": 200}, sensitivity=0.8, false_positive_rate=0.2)
    assert len(done) > 150
    posts = simulation.world.posts[: simulation.world.posts_made]
    guilty = set(posts["author"].tolist())
    right = sum(each.target in guilty for each in done)
    assert stats.binomtest(right, len(done), 0.8).pvalue > ALARM
    assert stats.binomtest(right, len(done), 0.5).pvalue < ALARM, "no coin"


def test_cases_brought_up_by_others_wait_for_the_pace() -> None:
    """Brought up all at once on day 2, they are closed 25 a day."""
    _, done = run(penalties={"close": 200}, when={"at": ["2 d"]})
    times = Counter(each.time for each in done)
    # By the end of day 2 two eighths are allowed, and no more were opened than that.
    assert times == {48.0: 50}
    _, done = run(penalties={"close": 200}, when={"age": "47 h"})
    by_day = Counter(each.time / 24 for each in done)
    assert by_day[2.0] == 25, "the second day's share, once the first day's is done"
    assert sum(by_day.values()) == 200


def test_the_desk_is_stricter_while_it_lasts_and_calms_down_in_steps() -> None:
    simulation = Simulation(under(penalties={"warn": 1}, strictness=5.0, relaxation="2 d"), "it")
    levels = []
    for day in np.arange(0.5, 12.0):
        simulation.advance(24.0 * day)
        levels.append(simulation.desk.strictness("account", 0))
    assert levels == [1.0] + [5.0] * 8 + [3.0] + [1.0] * 2
    told = [
        each.verb
        for each in simulation.desk.journal
        if "warning" in each.verb or "warn-" in each.verb
    ]
    assert told == ["warn-platform", "end-warning"]


def test_the_penalties_come_in_random_order_but_the_same_for_a_seed() -> None:
    scenario = under(penalties=PENALTIES)
    first, again, other = (
        actions(Simulation(scenario, "it", seed).advance(300.0)).rows.tolist() for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_a_delete_is_one_post() -> None:
    simulation = Simulation(under(penalties={"delete": 80}, whom={"stories": ["rumor"]}), "it")
    batch = simulation.advance(12 * 24.0)
    assert len(actions(batch, "delete")) == 80
    assert {VERBS[int(value)] for value in actions(batch).value} == {"flag", "delete"}


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"end": "1 d"}, "end is not after begin"),
        ({"pace": [0.0, 0.0]}, "pace is 0"),
        ({"penalties": {}}, "penalties"),
        ({"penalties": {"forgive": 3}}, "penalties"),
        ({"aims": [{"share": 0.6}, {"share": 0.6}]}, "more than 1"),
        ({"aims": [{"share": 0.6, "posts": "shares"}]}, "aims are accounts"),
        ({"aims": [{"share": 0.6, "kinds": ["nosuch"]}]}, r"aims\[0\]\.kinds.*nosuch.*no such"),
        ({"every": "1 s"}, "so short"),
        ({"end": "soon"}, "end"),
    ],
)
def test_what_makes_no_sense_is_refused(settings: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        under(**{"penalties": {"close": 1}, **settings})


def test_without_when_it_looks_once_in_every_step() -> None:
    scenario = under(penalties={"close": 1}, every="2 d", relaxation="1 d")
    when = scenario.policies[0].interventions[0].when
    assert when.at == (24.0, 72.0, 120.0, 168.0, 216.0)
