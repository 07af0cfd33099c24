"""Measures against closed forms and hand-made streams."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from event_streams import Draws

from rumorsim.events.stream import EVENT, VERBS, Batch, Facts, InterventionFacts, Kind, StoryFacts
from rumorsim.measures import MEASURES
from rumorsim.measures.cascades import shapes
from rumorsim.measures.reproduction import DelayLaw

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def star(n: int) -> np.ndarray:
    return np.array([-1] + [0] * (n - 1), np.int32)


def path(n: int) -> np.ndarray:
    return np.arange(-1, n - 1, dtype=np.int32)


@pytest.mark.parametrize("n", [2, 3, 10, 1000])
def test_structural_virality_of_star_and_path(n: int) -> None:
    """SV-star: 2 (n - 1) / n; SV-path: (n + 1) / 3."""
    assert shapes(star(n)).virality[0] == pytest.approx(2 * (n - 1) / n, rel=1e-15)
    assert shapes(path(n)).virality[0] == pytest.approx((n + 1) / 3, rel=1e-15)
    assert (shapes(star(n)).depth[0], shapes(path(n)).depth[0]) == (1, n - 1)
    assert (shapes(star(n)).breadth[0], shapes(path(n)).breadth[0]) == (n - 1, 1)


def test_the_virality_check_can_fail() -> None:
    """Negative control: one edge moved is one edge too many for the formula."""
    moved = path(10)
    moved[9] = 7
    assert shapes(moved).virality[0] != pytest.approx(11 / 3, rel=1e-3)


def test_two_trees_at_once_do_not_mix() -> None:
    both = np.array([-1, -1, 0, 1, 0, 3], np.int32)
    found = shapes(both)
    assert found.size.tolist() == [3, 3]
    assert found.virality.tolist() == [4 / 3, 4 / 3]
    assert found.breadth.tolist() == [2, 1]


def test_targets_still_say_what_is_tested() -> None:
    file = DATA.parent / "targets.csv"
    if not file.exists():
        pytest.skip("the table of targets is not beside this repository")
    rows = {row["id"]: row["expected"] for row in csv.DictReader(file.open(encoding="utf-8"))}
    assert (rows["SV-star"], rows["SV-path"]) == ("2(n-1)/n", "(n+1)/3")


def truncated_delays(rng: Draws, posts: int, horizon: float) -> tuple[np.ndarray, ...]:
    made = np.array([rng.random() * horizon for _ in range(posts)])
    delay = np.array([-math.log(rng.random()) for _ in range(posts)])
    seen = delay < horizon - made
    return delay[seen], horizon - made[seen]


def test_delay_law_undoes_the_censoring() -> None:
    """Exponential delays of mean 1 seen for 4 h: F(1)/F(4) within 0.05, the plain share not.

    About 3,000 delays give a standard error near 0.012; four of them make false alarms rarer
    than 1 in 10,000, and the seed is fixed. The uncorrected share is the negative control.
    """
    delays, windows = truncated_delays(Draws(7), 4000, 4.0)
    truth = (1 - np.exp(-1.0)) / (1 - np.exp(-4.0))
    law = DelayLaw(delays, windows)
    assert law(np.array([1.0]))[0] == pytest.approx(truth, abs=0.05)
    assert np.mean(delays <= 1.0) > truth + 0.05
    steps = law(np.linspace(0, 4, 50))
    assert np.all(np.diff(steps) >= 0) and steps[-1] == 1.0 and law(np.array([0.0]))[0] == 0.0


def facts(**more: object) -> Facts:
    given: dict[str, object] = {
        "accounts": 4,
        "horizon": 10.0,
        "stories": (
            StoryFacts("lie", False, "health"),
            StoryFacts("fact", True, "health"),
            StoryFacts("other lie", False, "sport"),
        ),
        "person": np.array([0, 1, 1, 3], np.int32),
        "kind": np.zeros(4, np.int16),
        "followers": np.zeros(4, np.int32),
    }
    return Facts(**{**given, **more})  # type: ignore[arg-type]


def publish(time: float, story: int, post: int, account: int) -> tuple[object, ...]:
    return (time, 0.0, story, post, account, -1, Kind.PUBLISH, 0)


def act(time: float, verb: str, account: int, source: int = 0) -> tuple[object, ...]:
    return (time, float(VERBS.index(verb)), -1, -1, account, source, Kind.ACTION, 0)


def measured(name: str, known: Facts, rows: list[tuple[object, ...]]) -> dict[str, object]:
    state = MEASURES[name].start(known)
    MEASURES[name].observe(state, Batch(np.array(rows, EVENT)))
    return MEASURES[name].value(state)


DESK_ROWS = [
    publish(0.0, 0, 0, 0),
    publish(0.0, 1, 1, 1),
    act(1.0, "flag", 0),
    act(1.0, "flag", 1),
    act(2.0, "flag", 3),
    act(3.0, "close", 0),
    act(4.0, "close", 1),
    act(5.0, "dismiss", 3),
    publish(6.0, 0, 2, 1),
    publish(6.0, 0, 3, 3),
]


@pytest.mark.parametrize(("judge", "right"), [("truth", 1), ("category", 2)])
def test_precision_by_target_and_by_truth(judge: str, right: int) -> None:
    """Account 1 had told the truth when closed, and lied later: wrong by truth, right to a
    desk that goes by category; in recall by the end it counts as caught."""
    by = (InterventionFacts("desk", "close-accounts", "account", judge, ("health",)),)
    value = measured("enforcement", facts(interventions=by), DESK_ROWS)
    desk = value["interventions"]["desk"]
    assert desk["precision"]["by_target"] == {"value": right / 2, "right": right, "of": 2}
    assert desk["precision"]["by_truth"] == {"value": 0.5, "right": 1, "of": 2}
    assert desk["recall"]["by_truth"] == {"value": 2 / 3, "right": 2, "of": 3}
    assert desk["latency"]["from_flag"]["mean"] == 2.5
    # Three cases are settled within the ten hours, all on the first day.
    assert desk["queue"].pop("settled_a_day") == pytest.approx(7.2)
    assert desk["queue"] == {
        "settled_a_day_by_a_reviewer": None,
        "settled_on_the_busiest_day": 3,
        "opened": 3,
        "dismissed": 1,
        "acted": 2,
        "moot": 0,
        "open_at_end": 0,
        "mean_waiting": (2 + 3 + 3) / 10,
        "max_waiting": 3,
    }


def test_categories_narrow_recall_by_target() -> None:
    by = (InterventionFacts("desk", "close-accounts", "account", "truth", ("sport",)),)
    value = measured("enforcement", facts(interventions=by), DESK_ROWS)
    assert value["recall"]["by_target"] == {"value": None, "right": 0, "of": 0}
    assert value["recall"]["by_truth"]["of"] == 3


def test_collateral_names_the_wrongly_hit() -> None:
    by = (InterventionFacts("desk", "close-accounts", "account"),)
    value = measured("collateral", facts(interventions=by), DESK_ROWS)
    assert value["accounts"]["innocent_ids"] == [1]
    assert value["accounts"]["of_innocent_persons"] == 2
    assert value["posts"]["of_closed_accounts"] == {"false": 1, "true": 1, "correction": 0}


def test_half_life_counts_from_the_first_publication() -> None:
    rows = [publish(1.0, 0, 0, 0)]
    rows += [(1.0 + t, 0.0, 0, 0, a, 0, Kind.EXPOSE, 0) for a, t in ((1, 0.5), (2, 2.0), (3, 7.0))]
    value = measured("attention", facts(), rows)
    assert value["stories"]["lie"]["exposures"]["half"] == 2.0
    assert value["stories"]["lie"]["exposures"]["peak_hour"] == 1


def test_an_account_reached_by_two_lies_counts_once() -> None:
    rows = [publish(0.0, 0, 0, 0), publish(0.0, 2, 1, 0)]
    rows += [(1.0 + s, 0.0, s, s // 2, 1, 0, Kind.EXPOSE, 0) for s in (0, 2)]
    rows += [(4.0, 0.0, 0, 0, 2, 0, Kind.EXPOSE, 0)]
    value = measured("reach", facts(), rows)
    assert value["truth"]["false"]["accounts"] == 2
    assert value["truth"]["false"]["exposures"] == 3
    assert value["truth"]["false"]["persons"] == 1
