"""Taking whole stories down, on both engines, in feeds, by delay, in contacts and in replays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from observed_cascades import random_cascades, saved
from small_worlds import actions, agree, events, lever_columns, small

import rumorsim
from rumorsim.events.stream import Batch, Kind
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

ENGINES = ["fast", "reference"]
#: Accounts 0 to 3 post both stories every two hours.
TWO: dict[str, Any] = {
    "graph": {"kind": "erdos-renyi", "accounts": 200, "mean_followers": 8.0},
    "stories": [
        {
            "name": name,
            "truth": name == "news",
            "appeal": 0.2,
            "report": 0.05,
            "author": {"ids": [0, 1, 2, 3]},
            "at": ["0 h", "2 h", "4 h", "6 h", "8 h"],
        }
        for name in ("rumor", "news")
    ],
    "trending": {"topics": "0 per h", "refresh": "30 min", "slots": 5, "looks": "4 per day"},
    "measures": ["reach", "collateral", "cost"],
    "prices": {"take-down-story": 3.0},
}
BY_DELAY: dict[str, Any] = {
    "feed": {"reading": "delay", "delay": {"law": "exponential", "mean": "1 h"}}
}
CONTACTS: dict[str, Any] = {
    "trending": None,
    "feed": None,
    "model": {"kind": "maki-thompson", "contacts": "1 per h"},
    "stories": {0: {"report": None}, 1: {"report": None}},
}


def taken_down(*changes: dict[str, Any], **settings: Any) -> Scenario:
    it = {
        "kind": "take-down-story",
        "when": {"at": ["3 h"]},
        "whom": {"stories": ["rumor"]},
        **settings,
    }
    return small(TWO, *changes, {"policies": [{"name": "it", "interventions": [it]}]})


def of(batch: Batch, story: int, *kinds: Kind) -> Batch:
    only = batch.only(*kinds)
    return Batch(only.rows[only.story == story])


@pytest.mark.parametrize("changes", [{}, BY_DELAY], ids=["feed", "delay"])
def test_nothing_of_it_is_seen_and_other_stories_go_on(changes: dict[str, Any]) -> None:
    found = [events(taken_down(changes), "it", engine) for engine in ENGINES]
    assert agree(*found)
    late = Batch(found[0].rows[found[0].time > 3.0])
    assert len(of(late, 0, Kind.EXPOSE, Kind.SHARE, Kind.REPORT)) == 0
    assert len(of(late, 0, Kind.PUBLISH)) == 12, "authors go on, and nobody sees it"
    assert len(of(late, 1, Kind.PUBLISH)) == 12 and len(of(late, 1, Kind.EXPOSE)) > 0
    without = events(taken_down(changes), "none")
    assert len(of(Batch(without.rows[without.time > 3.0]), 0, Kind.SHARE)) > 0, "negative control"


def test_late_exposures_are_the_same() -> None:
    """Read by delay, worked out after the fact."""
    feed = {**BY_DELAY["feed"], "exposures": "late"}
    settings = {"trending": None, "measures": ["cost"]}
    late = Simulation(taken_down(settings, {"feed": feed}, duration="2 h"), "it")
    late.advance(24.0)
    told = events(taken_down(settings, BY_DELAY, duration="2 h"), "it").only(Kind.EXPOSE)
    columns = ["time", "account", "story", "post"]
    one, other = (sorted(each.rows[columns].tolist()) for each in (told, late.exposures()))
    assert one == other
    rumor = of(told, 0, Kind.EXPOSE).time
    assert not ((rumor > 3.0) & (rumor < 5.0)).any() and (rumor > 5.0).any()


def test_nobody_passes_it_on_in_contacts() -> None:
    found = [events(taken_down(CONTACTS), "it", engine) for engine in ENGINES]
    assert agree(*found)
    late = Batch(found[0].rows[found[0].time > 3.0])
    assert len(of(late, 0, Kind.EXPOSE, Kind.SHARE)) == 0 < len(of(late, 1, Kind.EXPOSE))


def test_it_is_undone_exactly_counted_and_paid_for() -> None:
    run = Simulation(taken_down(duration="2 h"), "it")
    batch = run.advance(24.0)
    assert len(actions(batch, "take-down-story")) == len(actions(batch, "restore-story")) == 1
    for column in ("alive", "listed", "recommendable", "pushable"):
        assert (lever_columns(run.world)["stories", column] == 1).all()
    expose = of(batch, 0, Kind.EXPOSE)
    assert not ((expose.time > 3.0) & (expose.time < 5.0)).any() and (expose.time > 5.0).any()
    result = rumorsim.run(taken_down(), "it", seed=1)
    assert result.measures["collateral"]["stories"]["taken_down"]["false"] == 1
    assert result.measures["cost"]["total"] == 1.0 + 3.0, "a case was opened, and one act"


@pytest.mark.parametrize("verb", ["delete", "hide", "label"])
def test_nothing_is_left_to_do_to_its_posts(verb: str) -> None:
    run = Simulation(taken_down(), "none")
    run.advance(3.0)
    desk = run.desk
    first = {int(run.world.posts["story"][post]): post for post in desk.posts_of(0)}
    taken = desk.take_down_story(0)
    assert desk.gone("story", 0) and desk.gone("post", first[0]) and not desk.gone("post", first[1])
    assert getattr(desk, verb)(first[0]).moot and not getattr(desk, verb)(first[1]).moot
    desk.undo(taken)
    assert not desk.gone("post", first[0]) and not getattr(desk, verb)(first[0]).moot


def test_who_reviews_may_err() -> None:
    """All that it has in common with other interventions: here review, and wrong ones."""
    scenario = taken_down(sensitivity=0.0, false_positive_rate=1.0, whom={})
    batch = events(scenario, "it")
    assert actions(batch, "take-down-story").story.tolist() == [1]
    assert actions(batch, "dismiss").story.tolist() == [0]


# -- replays ----------------------------------------------------------------------------------


def replayed(file: Path, kind: str, delay: str) -> Scenario:
    whom = {"posts": "originals"} if kind == "delete-posts" else {}
    it = {"kind": kind, "when": {"age": delay}, "whom": whom}
    return Scenario.model_validate(
        {
            "replay": {"cascades": str(file)},
            "policies": [{"name": "it", "interventions": [it]}],
        }
    )


def posts(scenario: Scenario, policy: str, engine: str = "fast") -> Any:
    batch = Batch.joined(list(rumorsim.stream(scenario, policy, seed=1, engine=engine)))
    return batch.only(Kind.PUBLISH, Kind.SHARE).rows


@pytest.mark.parametrize("delay", ["15 min", "1 h"])
def test_in_a_replay_it_does_what_deleting_the_only_original_does(
    delay: str, tmp_path: Path
) -> None:
    """To the bit in every share, on both engines, and something is lost."""
    facts, batch = random_cascades(np.random.default_rng(5), shares=100)
    file = saved(tmp_path / "cascades.ndjson", facts, batch)
    whole, deleted = (replayed(file, kind, delay) for kind in ("take-down-story", "delete-posts"))
    kept = posts(whole, "it").tobytes()
    assert kept == posts(whole, "it", "reference").tobytes() == posts(deleted, "it").tobytes()
    assert kept != posts(whole, "none").tobytes()


def test_in_a_replay_all_originals_of_a_story_go_at_once(tmp_path: Path) -> None:
    """Two cascades a story: deletion takes each at its own age, a takedown both at the first's."""
    facts, batch = random_cascades(np.random.default_rng(6), shares=150)
    rows = batch.rows.copy()
    rows["story"] //= 2
    facts = replace(facts, stories=facts.stories[:2])
    file = saved(tmp_path / "cascades.ndjson", facts, Batch(rows))
    whole, deleted = (replayed(file, kind, "1 h") for kind in ("take-down-story", "delete-posts"))
    kept = posts(whole, "it")
    assert kept.tobytes() == posts(whole, "it", "reference").tobytes()
    for story in (0, 1):
        ours = kept[kept["story"] == story]
        shares = ours[ours["kind"] == Kind.SHARE]
        assert shares["time"].max() <= ours["time"].min() + 1.0
    assert len(kept) < len(posts(deleted, "it")) < len(rows)
