"""Platforms: presets, who is where, cross-posting, limits, recommendation and push."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from small_worlds import events, small
from world_effects import _TWO, EVERYTHING

from rumorsim.common.errors import InputError
from rumorsim.events.stream import Batch, Kind
from rumorsim.platform.surfaces.trending import Anchor
from rumorsim.scenario import loads
from rumorsim.simulation.simulation import Simulation
from rumorsim.world.settings.presets import preset_names

ALARM = 1e-4
STORY = """
horizon = "12 h"
[[stories]]
name = "rumor"
truth = false
appeal = 0.1
author = { random = 1 }
"""


# -- presets ---------------------------------------------------------------------------------


def test_a_preset_is_written_out_and_overridden() -> None:
    scenario = loads(
        STORY
        + '[platforms.weibo]\npreset = "weibo"\naccounts = 300\nfriction = 0.5\n'
        + "[platforms.weibo.trending]\nslots = 7\n"
    )
    weibo = scenario.platforms["weibo"]
    assert weibo.preset is None and weibo.accounts is None
    assert weibo.friction == 0.5
    assert weibo.trending is not None
    assert (weibo.trending.slots, weibo.trending.pinned, weibo.trending.anchored) == (7, 1, 3)
    assert scenario.graph.kind == "power-law"
    assert Simulation(scenario).world.graph.accounts == 300
    assert "preset" not in str(scenario.resolved())


@pytest.mark.parametrize("name", preset_names("platforms"))
def test_every_preset_runs_alone_and_beside_another(name: str) -> None:
    scenario = loads(
        STORY
        + f'[platforms.{name}]\npreset = "{name}"\naccounts = 200\n'
        + '[platforms.other]\npreset = "weibo"\naccounts = 100\n'
    )
    world = Simulation(scenario).world
    assert world.platforms.names == (name, "other")
    assert np.bincount(world.platforms.of).tolist() == [200, 100]
    assert len(events(scenario))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[platforms.a]\npreset = "weebo"\n', "weibo"),
        (
            '[platforms.a]\npreset = "weibo"\naccounts = 50\n[graph]\nkind = "star"\naccounts = 5',
            "remove",
        ),
        ("[graph]\nkind = 'star'\naccounts = 5\n[trending]\n[platforms.a]\n", "trending"),
        ("[graph]\nkind = 'star'\naccounts = 5\n[platforms.a]\naccounts = 5\n", "preset"),
        ("[graph]\nkind = 'star'\naccounts = 5\n[accounts]\nelsewhere = 0.5\n", "several"),
        (
            "[graph]\nkind = 'union'\n[graph.parts.a]\nkind = 'star'\naccounts = 5\n"
            "[platforms.b]\n",
            "not part of the graph",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(text: str, says: str) -> None:
    with pytest.raises((InputError, ValueError), match=says):
        loads(STORY + text)


# -- people and posts on several platforms -----------------------------------------------------


def test_the_asked_share_of_accounts_belongs_to_persons_elsewhere() -> None:
    """False alarms: 1e-4 under a binomial law."""
    parts = {n: {"kind": "path", "accounts": 2000} for n in ("weibo", "douyin")}
    changes: dict[str, Any] = {**_TWO, "graph": {"kind": "union", "parts": parts}}
    changes["accounts"] = {"elsewhere": 0.3}
    world = Simulation(small({"graph": None}, changes)).world
    person = world.people.person
    both = np.isin(person[2000:], person[:2000])
    assert stats.binomtest(int(both.sum()), 2000, 0.3).pvalue > ALARM
    assert stats.binomtest(int(both.sum()), 2000, 0.4).pvalue < ALARM


def _crossposting(factor: float) -> Batch:
    parts = {n: {"kind": "path", "accounts": 400} for n in ("weibo", "douyin")}
    changes = {
        "graph": {"kind": "union", "parts": parts},
        "accounts": {"elsewhere": 1.0},
        "platforms": {"weibo": {}, "douyin": {"crosspost": factor}},
        "stories": [
            {"name": "s", "truth": False, "appeal": 0.2, "author": {"random": 200}, "copies": 1}
        ],
        "feed": {"reading": "delay", "delay": {"law": "fixed", "time": "1 h"}},
        "measures": ["reach"],
    }
    return events(small({"graph": None, "stories": None}, changes))


@pytest.mark.parametrize("factor", [0.0, 1.0, 3.0])
def test_a_post_goes_to_its_own_person_elsewhere_by_the_factor(factor: float) -> None:
    """Each post of a person with a second account is shared there with P = appeal x factor."""
    batch = _crossposting(factor)
    reads = batch.only(Kind.EXPOSE)
    shares = batch.only(Kind.SHARE)
    crossed = shares.platform != np.where(shares.source < 400, 0, 1)
    seen = (reads.platform == 1) & (reads.source < 400)
    if factor == 0:
        assert not crossed.any() and not seen.any()
        return
    assert seen.sum() > 50
    p = min(1.0, 0.2 * factor)
    assert stats.binomtest(int(crossed.sum()), int(seen.sum()), p).pvalue > ALARM


def _read_shares(limit: int | None, removed: bool = False) -> tuple[Batch, list[int]]:
    """Reads of one publication and of 100 shares of it, and the followers of the sharers."""
    changes = {
        "graph": {"kind": "erdos-renyi", "accounts": 500, "mean_followers": 8.0, "seed": 3},
        "platforms": {"weibo": {} if limit is None else {"forward_limit": limit}},
        "stories": [{"name": "s", "truth": False, "appeal": 0.0, "author": {"ids": [0]}}],
        "feed": {"reading": "delay", "delay": {"law": "fixed", "time": "1 h"}},
        "measures": ["impressions"],
        "policies": None,
        "trending": None,
    }
    base: dict[str, Any] = dict.fromkeys(("graph", "stories", "feed"))
    simulation = Simulation(small(EVERYTHING, base, changes))
    simulation.advance(0.5)
    sharers = range(100, 200)
    if removed:
        for account in sharers:
            simulation.desk.remove_followers(account, keep=0.5)
    assert all(simulation.engine.share_now(0, account) > 0 for account in sharers)
    reads = simulation.advance(simulation.world.horizon).only(Kind.READ)
    follows = [len(simulation.world.graph.followers_of(account)) for account in sharers]
    return reads, follows


def _readers(reads: Batch) -> set[tuple[int, int]]:
    """Who read which share."""
    pairs = zip(reads.post.tolist(), reads.account.tolist(), strict=True)
    return {pair for pair in pairs if pair[0] > 0}


def test_a_share_goes_to_as_many_followers_as_the_limit() -> None:
    """Exactly; to all where there are fewer; publications know no limit."""
    free, follows = _read_shares(None)
    assert np.bincount(free.post, minlength=101)[1:].tolist() == follows
    assert min(follows) < 5 < max(follows)  # otherwise the limit is not tried
    limited, _ = _read_shares(5)
    counts = np.bincount(limited.post, minlength=101)
    assert counts[1:].tolist() == [min(5, each) for each in follows]
    assert counts[0] == (free.post == 0).sum()


def test_a_lower_forward_limit_reaches_some_of_the_same() -> None:
    everybody, five, two = (_readers(_read_shares(limit)[0]) for limit in (None, 5, 2))
    assert two < five < everybody
    # Whose follows were removed is not made good by others.
    cut = _readers(_read_shares(5, removed=True)[0])
    assert 0 < len(cut) < len(five)
    assert cut < five


def test_all_followers_are_as_likely_to_be_reached() -> None:
    """The place in the row of followers does not matter: chi square, false alarms 1e-4."""
    free, _ = _read_shares(None)
    reached = _readers(_read_shares(5)[0])
    place = np.zeros((2, 3))
    rows: dict[int, list[int]] = {}
    for post, reader in sorted(_readers(free)):
        rows.setdefault(post, []).append(reader)
    for post, row in rows.items():
        if len(row) > 5:
            for i, reader in enumerate(row):
                third = 3 * i // len(row)
                place[int((post, reader) in reached), third] += 1
    assert place.min() > 50
    assert stats.chi2_contingency(place).pvalue > ALARM
    # Negative control: the first so many of each row are told apart.
    first = place.copy()
    first[1] = [place[1].sum(), 0, 0]
    first[0] = place.sum(axis=0) - np.minimum(first[1], place.sum(axis=0))
    assert stats.chi2_contingency(first + 1).pvalue < ALARM


def test_planned_posts_keep_to_the_daily_number() -> None:
    for limit, most in ((None, 40), (2, 2)):
        changes = {
            "horizon": "3 d",
            "platforms": {"weibo": {} if limit is None else {"publications_per_day": limit}},
            "stories": {0: {"schedule": {"rate": "20 per day"}}},
            "trending": None,
        }
        published = events(small(EVERYTHING, changes)).only(Kind.PUBLISH)
        days = np.floor(published.time / 24).astype(int)
        _, counts = np.unique(np.stack([published.account, days]), axis=1, return_counts=True)
        assert counts.max() <= most
        assert (counts.max() > 2) == (limit is None)


# -- surfaces ----------------------------------------------------------------------------------


def test_who_comes_to_the_anchored_rank_stays() -> None:
    class Settings:
        anchored, anchored_for = 2, 5.0

    anchor = Anchor(Settings())  # type: ignore[arg-type]
    a, b, c = 7, -1, 3
    anchor.held(np.array([a, b, c]), 0.0)
    for now, fresh, expected in (
        (1.0, [b, c, a], [c, b, a]),
        (4.9, [c, a, b], [c, b, a]),
        (5.0, [c, a, b], [c, a, b]),
        (6.0, [a, c, b], [c, a, b]),
        # Too few others are left: it is the last of them, and at its rank again later.
        (7.0, [a], [a]),
        (8.0, [a, b, c], [b, a, c]),
    ):
        assert anchor.held(np.array(fresh), now).tolist() == expected


def _surface(**platform: Any) -> Batch:
    changes = {
        "platforms": {"weibo": platform},
        "trending": None,
        "graph": {"accounts": 2000, "mean_followers": 0.0, "kind": "erdos-renyi", "seed": 1},
        "stories": [
            {"name": "a", "truth": False, "appeal": 0.0, "author": {"random": 30}},
            {"name": "b", "truth": False, "appeal": 0.0, "author": {"random": 10}},
        ],
    }
    base = dict.fromkeys(("graph", "stories"))
    return events(small(EVERYTHING, {"policies": None}, base, changes))


def test_looks_at_recommendations_find_stories_by_their_share_of_the_score() -> None:
    """30 and 10 posts against 60 for everything else: 3, 1 and 6 of 10 looks; alarm 1e-4."""
    batch = _surface(
        recommendation={
            "refresh": "30 min",
            "half_life": "1000 d",
            "looks": "20 per day",
            "others": 30.0,
        }
    )
    seen = batch.only(Kind.EXPOSE)
    seen = Batch(seen.rows[seen.time < 1.0])
    counts = np.bincount(seen.story, minlength=2)
    assert counts.sum() > 100
    assert stats.binomtest(int(counts[0]), int(counts.sum()), 0.75).pvalue > ALARM
    assert stats.binomtest(int(counts[0]), int(counts.sum()), 0.5).pvalue < ALARM


def test_a_push_is_opened_by_the_asked_share_and_no_story_is_pushed_twice() -> None:
    batch = _surface(push={"per_day": 1, "opened": 0.2, "least": 0.0, "refresh": "30 min"})
    pushed = batch.only(Kind.SURFACE)
    assert pushed.story.tolist() == [0, 1]
    assert np.floor(pushed.time / 24).tolist() == [0.0, 1.0]
    opened = batch.only(Kind.EXPOSE)
    for story in (0, 1):
        count = int((opened.story == story).sum())
        assert stats.binomtest(count, 2000, 0.2).pvalue > ALARM
        assert stats.binomtest(count, 2000, 0.25).pvalue < ALARM


def test_a_promoted_story_holds_the_pinned_slot() -> None:
    def promoted(desk: Any) -> Any:
        desk.engine.promote(1, True)
        yield desk.env.timeout(10)
        desk.engine.promote(1, False)

    changes = {"trending": {"pinned": 1, "topics": "200 per h"}}
    batch = events(small(EVERYTHING, changes), promoted).only(Kind.SURFACE)
    mine = batch.rows[batch.story == 1]
    assert mine["value"][0] == 1.0
    assert (mine["time"] >= 10).any()
