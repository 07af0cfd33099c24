"""The same policy under other seeds: told as ordinary runs give it, and it can be stopped."""

from __future__ import annotations

import asyncio
import csv
import io
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from live_page import Page, Talk, page_running

from rumorsim import compare, load
from rumorsim.studies.statistics.stated import paired_difference
from rumorsim.web import limits
from rumorsim.web.gallery import GALLERY, Shelf
from rumorsim.web.messages import Act
from rumorsim.web.replicates import Outcome, Replicates, outcome_of
from rumorsim.web.script import NAME
from rumorsim.web.worlds import TwoWorlds

SHELF = Shelf()
SMALL = [name for name in GALLERY if name != "big-town"]


def worlds(name: str) -> TwoWorlds:
    scenario = SHELF.scenario(name)
    return TwoWorlds(scenario, None, scenario.policy_names[-1])


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with page_running() as running:
        with running.talk() as talk:
            talk.open()
        yield running
    assert not [line for line in running.errors if line.strip()], running.errors


# -- what is counted ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SMALL)
def test_the_seed_that_is_watched_comes_out_as_it_is_watched(name: str) -> None:
    two = worlds(name)
    found = outcome_of(two.scenario, two.seed, threading.Event())
    two.advance(two.horizon)
    (left, left_true), (right, right_true) = two.left.heard.counts, two.right.heard.counts
    wrong = two.right.penalties.wrong
    assert found == Outcome(two.seed, left, right, left_true, right_true, wrong)
    assert left > 10


def test_compare_of_the_scenario_that_is_saved_gives_the_same(tmp_path: Path) -> None:
    from rumorsim.web.downloads import DOWNLOADS

    two = worlds("in-doubt")
    two.advance(3.0)
    two.act(Act(do="act", verb="close", account=int(two.right.simulation.world.posts["author"][0])))
    name, body = DOWNLOADS["scenario.toml"](two, ())
    file = tmp_path / name
    file.write_bytes(body)
    assert f"--seed {two.seed + 1} --replicates 50" in body.decode()
    found = compare(load(file), seed=two.seed + 1, replicates=4, workers=1)
    mine = [outcome_of(two.scenario, seed, threading.Event()) for seed in found.seeds]
    for policy, side in (("none", "left"), (NAME, "right")):
        theirs = found.scalars[policy]["reach.truth.false.accounts"]
        assert [getattr(each, side) for each in mine] == theirs
    hit = found.scalars[NAME]["collateral.accounts.innocent"]
    assert [each.wrong for each in mine if each] == hit
    assert any(hit)


def test_a_run_that_is_stopped_or_too_long_has_no_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    two = worlds("in-doubt")
    stop = threading.Event()
    stop.set()
    assert outcome_of(two.scenario, 1, stop) is None
    monkeypatch.setattr(limits, "EVENTS", 50)
    assert outcome_of(two.scenario, 1, threading.Event()) is None


def test_the_time_that_other_seeds_may_take_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REPLICATE_SECONDS", 0.3)
    two = worlds("big-town")
    told: list[dict[str, Any]] = []

    async def tell(value: dict[str, Any]) -> None:
        told.append(value)

    async def all_of_them() -> None:
        with ThreadPoolExecutor(1) as threads:
            job = Replicates(two.scenario, two.seed, 50, threads, tell)
            while told[-1:] == [] or told[-1]["state"] == "running":
                await asyncio.sleep(0.01)
            await job.ended()

    asyncio.run(all_of_them())
    assert told[-1]["state"] == "stopped"
    assert len(told[-1]["outcomes"]) < 50


def test_the_last_seeds_there_are_are_followed_by_the_first() -> None:
    async def seeds(seed: int) -> range:
        async def tell(_: dict[str, Any]) -> None:
            return

        with ThreadPoolExecutor(1) as threads:
            job = Replicates(worlds("one-click").scenario, seed, 3, threads, tell)
            await job.ended()
        return job.seeds

    assert asyncio.run(seeds(2**53 - 1)) == range(3)
    assert asyncio.run(seeds(7)) == range(8, 11)


# -- what is told ---------------------------------------------------------------------------------


def replicated(talk: Talk) -> dict[str, Any]:
    """The next that is told of other seeds."""
    told: dict[str, Any] = talk.until("replicates")
    return told


def test_each_seed_is_told_as_it_is_done(page: Page) -> None:
    with page.talk() as talk:
        session = talk.open("in-doubt", seed=7)["session"]
        talk.say(do="replicate", count=6)
        told = [replicated(talk)]
        while told[-1]["state"] == "running":
            told.append(replicated(talk))
        assert [len(each["outcomes"]) for each in told] == list(range(7))
        last = told[-1]
        assert (last["state"], last["of"], last["first"]) == ("done", 6, 8)
        outcomes = [Outcome(*each) for each in last["outcomes"]]
        assert [each.seed for each in outcomes] == list(range(8, 14))
        pairs = [each.right for each in outcomes], [each.left for each in outcomes]
        assert last["difference"] == list(paired_difference(*pairs))
        assert told[1]["difference"][1:] == [None, None], "one world has no interval"
        body = page.get(f"/download/{session}/seeds.csv", Cookie=page.cookie).body.decode()
        rows = list(csv.DictReader(io.StringIO(body)))
        assert [int(row["with_policy_heard_rumor"]) for row in rows] == pairs[0]
        assert [int(row["innocent_accounts_hit"]) for row in rows] == [e.wrong for e in outcomes]


def test_it_can_be_stopped_and_begun_anew(page: Page) -> None:
    with page.talk() as talk:
        talk.open("big-town")
        talk.say(do="replicate", count=50)
        while len(replicated(talk)["outcomes"]) < 2:
            pass
        talk.say(do="stop")
        while (told := replicated(talk))["state"] == "running":
            pass
        assert told["state"] == "stopped"
        assert 2 <= len(told["outcomes"]) < 20
        talk.say(do="replicate", count=2)
        assert replicated(talk)["outcomes"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"do": "act", "verb": "close", "account": 3},
        {"do": "settings", "appeal": 0.5},
        {"do": "open", "scenario": "one-click"},
    ],
)
def test_another_policy_or_world_ends_it(page: Page, change: dict[str, Any]) -> None:
    with page.talk() as talk:
        session = talk.open("big-town")["session"]
        talk.say(do="replicate", count=50)
        while not replicated(talk)["outcomes"]:
            pass
        talk.say(**change)
        talk.until("policy")
        talk.say(do="pause")
        talk.until("frame")
        with pytest.raises(TimeoutError):
            while talk.hear(timeout=1.0) == "frame":
                pass
        body = page.get(f"/download/{session}/seeds.csv", Cookie=page.cookie).body
        assert len(body.splitlines()) == 1, "only the head"


def watched(page: Page) -> float:
    """Seconds that half an hour of two worlds takes: five where nothing else goes on."""
    with page.talk() as watching:
        watching.open("too-late")
        watching.say(do="speed", hours=0.1)
        watching.say(do="play")
        began = time.monotonic()
        while watching.until("frame").now < 0.5:
            pass
        return time.monotonic() - began


def test_others_watch_undisturbed_while_seeds_are_run(page: Page) -> None:
    """Ten browsers ask for all there are; another one's frames go on coming."""
    alone = watched(page)
    busy = [page.talk() for _ in range(10)]
    try:
        for talk in busy:
            talk.open("big-town")
            talk.say(do="replicate", count=50)
        taken = watched(page)
    finally:
        for talk in busy:
            talk.close()
    assert taken < 2.0 * max(alone, 5.0)


def test_a_browser_that_goes_takes_its_seeds_along(page: Page) -> None:
    for _ in range(6):
        with page.talk() as talk:
            talk.open("big-town")
            talk.say(do="replicate", count=50)
            replicated(talk)
    before = page.processor_time()
    with page.talk() as talk:
        talk.open("one-click")
        talk.say(do="replicate", count=2)
        while replicated(talk)["state"] != "done":
            pass
    used = page.processor_time() - before
    assert used < 10.0, "300 runs of a large town would take a minute and more"


def test_before_a_world_is_open_there_is_nothing_to_run(page: Page) -> None:
    with page.talk() as talk:
        talk.say(do="replicate", count=5)
        assert "open a scenario first" in talk.until("fault")["lines"][0]
        talk.say(do="stop")
        talk.open()
