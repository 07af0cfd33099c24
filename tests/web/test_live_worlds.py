"""The two worlds of a page: identical until a click, and what is clicked can be run again."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from live_page import read_frame
from small_worlds import agree, differ

from rumorsim import explain, load, run
from rumorsim.common.errors import InputError
from rumorsim.events.stream import VERBS, Batch, Kind
from rumorsim.scenario import Scenario
from rumorsim.scenario.loading import from_values
from rumorsim.web import limits, wire
from rumorsim.web.downloads import DOWNLOADS
from rumorsim.web.gallery import GALLERY, Shelf
from rumorsim.web.messages import Act, Hang, Settings
from rumorsim.web.script import NAME
from rumorsim.web.worlds import TwoWorlds

SHELF = Shelf()
#: Of a frame's sides: what has happened.
COLUMNS = ("reach", "shares", "time", "account", "source", "post", "value", "code")


def worlds(name: str = "one-click", policy: str = "none", seed: int | None = None) -> TwoWorlds:
    return TwoWorlds(SHELF.scenario(name), seed, policy)


def seen(side: Any) -> Batch:
    return Batch.joined(side.batches)


def first_author(two: TwoWorlds) -> int:
    return int(two.right.simulation.world.posts["author"][0])


def close(account: int) -> Act:
    return Act(do="act", verb="close", account=account)


# -- luck ---------------------------------------------------------------------------------


def test_the_worlds_are_identical_until_the_click_to_the_bit() -> None:
    two = worlds()
    two.advance(2.0)
    assert len(seen(two.left)) > 20
    assert agree(seen(two.left), seen(two.right))
    two.act(close(first_author(two)))
    two.advance(24.0)
    moment = float(seen(two.right).only(Kind.ACTION).time[0])
    assert 2.0 < moment < 2.001
    left, right = seen(two.left), seen(two.right)
    before = [Batch(each.rows[each.time < moment]) for each in (left, right)]
    assert agree(*before)
    assert differ(left, right)


def test_the_left_world_is_what_run_gives_however_it_was_cut() -> None:
    two = worlds()
    for hour in np.linspace(0.0, 24.0, 377)[1:]:
        two.advance(float(hour))
    assert run_digest(two.base, "none", two.seed) == digest_of(two, "left.ndjson")


def run_digest(scenario: Scenario, policy: str, seed: int | None = None) -> str:
    return run(scenario, policy, seed, measures=()).digest


def digest_of(two: TwoWorlds, what: str) -> str:
    _, body = DOWNLOADS[what](two, ())
    return str(json.loads(body.splitlines()[-1])["digest"])


# -- what is clicked ------------------------------------------------------------------------


def downloaded(two: TwoWorlds, folder: Path) -> Scenario:
    name, body = DOWNLOADS["scenario.toml"](two, ())
    (folder / name).write_bytes(body)
    return load(folder / name)


CLICKS: dict[str, list[Act]] = {
    "close": [close(3), close(4)],
    "suspend": [Act(do="act", verb="suspend", account=3)],
    "remove-followers": [Act(do="act", verb="remove-followers", account=3)],
    "delete": [Act(do="act", verb="delete", post=post) for post in (1, 0, 3)],
}


@pytest.mark.parametrize("verb", CLICKS)
def test_the_downloaded_scenario_gives_the_same_events(verb: str, tmp_path: Path) -> None:
    two = worlds()
    two.advance(1.7)
    author = first_author(two)
    for act in CLICKS[verb]:
        two.act(act)
    if verb != "delete":
        two.act(Act(do="act", verb=verb, account=author))
    two.advance(5.0)
    two.act(close(11))
    two.advance(24.0)
    verbs = {VERBS[int(v)] for v in seen(two.right).only(Kind.ACTION).value}
    assert {verb, "close"} <= verbs
    scenario = downloaded(two, tmp_path)
    assert run_digest(scenario, NAME) == digest_of(two, "right.ndjson")
    assert run_digest(scenario, "none") == digest_of(two, "left.ndjson")
    assert digest_of(two, "left.ndjson") != digest_of(two, "right.ndjson")


@pytest.mark.parametrize(("name", "verb"), [("the-list", "filter"), ("word-of-truth", "correct")])
def test_acts_on_stories_can_be_run_again(name: str, verb: str, tmp_path: Path) -> None:
    two = worlds(name)
    two.advance(6.0)
    two.act(Act(do="act", verb=verb, story=0))
    two.advance(two.horizon)
    assert differ(seen(two.left), seen(two.right))
    assert run_digest(downloaded(two, tmp_path), NAME) == digest_of(two, "right.ndjson")


def test_clicks_sliders_and_policies_together_can_be_run_again(tmp_path: Path) -> None:
    two = worlds("in-doubt", "close at the first report")
    two.advance(4.0)
    two.act(close(first_author(two)))
    two.move(Settings(do="settings", appeal=1.3, reaction=2.0, accuracy=0.8, attention=30))
    two.add({"kind": "delete-posts", "when": {"shares": 4}, "quota": "3 per h"})
    two.advance(9.0)
    two.act(close(77))
    two.advance(two.horizon)
    assert run_digest(downloaded(two, tmp_path), NAME) == digest_of(two, "right.ndjson")


def test_what_is_clicked_is_done_at_once() -> None:
    two = worlds()
    two.advance(3.0)
    two.act(close(5))
    accounts = two.right.simulation.world.accounts
    assert not accounts["visible"][5]
    assert two.left.simulation.world.accounts["visible"][5]
    two.act(Act(do="act", verb="delete", post=0))
    assert not two.right.simulation.world.posts["alive"][0]


def test_accounts_hit_that_told_nothing_false_are_counted() -> None:
    two = worlds()
    two.advance(3.0)
    truth = [story.truth for story in two.left.simulation.facts.stories]
    posts = two.right.simulation.world.posts[: two.right.simulation.world.posts_made]
    liar = next(int(p["author"]) for p in posts if not truth[p["story"]])
    told = {int(p["author"]) for p in posts if not truth[p["story"]]}
    innocent = next(a for a in range(400) if a not in told)
    two.act(close(liar))
    assert (two.right.penalties.wrong, two.right.penalties.acts) == (0, 1)
    two.act(close(innocent))
    assert (two.right.penalties.wrong, two.right.penalties.acts) == (1, 2)
    assert (two.left.penalties.wrong, two.left.penalties.acts) == (0, 0)


# -- living again ---------------------------------------------------------------------------


def test_rewinding_and_coming_back_changes_nothing() -> None:
    two = worlds()
    two.advance(2.0)
    two.act(close(first_author(two)))
    two.advance(9.0)
    before = seen(two.right)
    two.rewind(1.0)
    assert two.now == 1.0
    assert len(seen(two.right)) < len(before)
    two.advance(9.0)
    assert agree(before, seen(two.right))


def test_taking_the_only_entry_out_makes_the_worlds_one_again() -> None:
    two = worlds()
    two.advance(2.0)
    two.act(close(first_author(two)))
    two.advance(9.0)
    assert differ(seen(two.left), seen(two.right))
    two.drop(0)
    assert two.now == 9.0
    assert agree(seen(two.left), seen(two.right))


def test_sliders_move_both_worlds_or_the_policy_alone() -> None:
    two = worlds("too-late", "close after 3 reports, in six hours")
    two.advance(20.0)
    left, right = seen(two.left), seen(two.right)
    two.move(Settings(do="settings", reaction=0.25))
    assert agree(left, seen(two.left))
    assert differ(right, seen(two.right))
    two.move(Settings(do="settings", appeal=0.5))
    assert two.plan.settings.reaction == 0.25, "a slider that is not named stays where it is"
    assert differ(left, seen(two.left))
    two.move(Settings(do="settings", appeal=None, reaction=None))
    assert agree(left, seen(two.left))
    assert agree(right, seen(two.right))


# -- undoing --------------------------------------------------------------------------------


def test_a_click_that_is_undone_never_was() -> None:
    two = worlds()
    two.advance(2.0)
    two.act(close(first_author(two)))
    two.advance(9.0)
    assert differ(seen(two.left), seen(two.right))
    two.undo()
    assert (two.script, two.now) == ([], 9.0)
    assert agree(seen(two.left), seen(two.right))
    with pytest.raises(InputError, match="nothing to undo"):
        two.undo()


def test_every_kind_of_change_can_be_undone_last_one_first() -> None:
    two = worlds("in-doubt", "close at the first report")
    two.advance(5.0)
    plans = [two.plan]
    changes = [
        lambda: two.act(close(3)),
        lambda: two.act(Act(do="act", verb="delete", account=first_author(two))),
        lambda: two.move(Settings(do="settings", accuracy=0.9)),
        lambda: two.add({"kind": "delete-posts", "when": {"shares": 4}}),
        lambda: two.drop(0),
        lambda: two.choose("none"),
    ]
    for change in changes:
        change()
        assert two.plan != plans[-1]
        plans.append(two.plan)
    for plan in reversed(plans[:-1]):
        assert two.can_undo
        two.undo()
        assert two.plan == plan
    assert not two.can_undo


def test_what_is_refused_cannot_be_undone() -> None:
    two = worlds()
    two.advance(3.0)
    for change in (lambda: two.act(close(400)), lambda: two.add({}), lambda: two.drop(3)):
        with pytest.raises(InputError):
            change()
    assert not two.can_undo


def test_only_so_many_changes_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNDO", 2)
    two = worlds()
    two.advance(1.0)
    for account in (1, 2, 3):
        two.act(close(account))
    two.undo()
    two.undo()
    assert len(two.script) == 1
    assert not two.can_undo


def test_deleting_the_newest_posts_of_an_account_is_one_change(tmp_path: Path) -> None:
    two = worlds("in-doubt")
    two.advance(20.0)
    posts = two.right.simulation.world.posts[: two.right.simulation.world.posts_made]
    authors, counts = np.unique(posts["author"], return_counts=True)
    author = int(authors[counts.argmax()])
    own = np.flatnonzero(posts["author"] == author)
    assert len(own) >= 2
    two.act(Act(do="act", verb="delete", account=author))
    assert not two.right.simulation.world.posts["alive"][own[-3:]].any()
    assert len(two.script) == min(3, len(own))
    two.advance(two.horizon)
    assert run_digest(downloaded(two, tmp_path), NAME) == digest_of(two, "right.ndjson")
    two.undo()
    assert two.script == []


# -- looking back ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["the-list", "in-doubt", "big-town"])
def test_an_earlier_time_looks_as_it_did_when_it_was_the_present(name: str) -> None:
    scenario = SHELF.scenario(name)
    two = worlds(name, scenario.policy_names[-1])
    before = {}
    for hour in np.linspace(0.0, two.horizon, 40)[1:]:
        two.advance(float(hour))
        before[float(hour)] = read_frame(two.frame(1, wire.RESET))
    end = read_frame(two.frame(1, wire.RESET))
    for hour, frame in before.items():
        back = read_frame(two.frame_at(1, hour))
        assert back.flags & (wire.RESET | wire.KEPT) == wire.RESET | wire.KEPT
        assert back.now == hour
        for mine, theirs in zip(back.sides, frame.sides, strict=True):
            assert all((mine[key] == theirs[key]).all() for key in COLUMNS)
            assert (mine["wrong"], mine["acts"]) == (theirs["wrong"], theirs["acts"])
            assert (mine["slots"] == theirs["slots"]).all()
    assert two.now == two.horizon
    again = read_frame(two.frame(1, wire.RESET))
    assert all((again.sides[1][key] == end.sides[1][key]).all() for key in COLUMNS)
    assert any(frame.sides[1]["acts"] for frame in before.values())


def test_lists_of_a_world_that_was_run_again_are_known_at_every_refresh() -> None:
    live, two = worlds("the-list"), worlds("the-list")
    two.rewind(9.0)
    for hour in np.arange(0.25, 9.0, 0.1):
        live.advance(float(hour))
        now = read_frame(live.frame(1, wire.RESET)).sides[0]["slots"]
        assert (read_frame(two.frame_at(1, float(hour))).sides[0]["slots"] == now).all(), hour
    assert (now >= 0).any()


def test_looking_back_sends_nothing_twice_and_leaves_nothing_out() -> None:
    two = worlds()
    parts = []
    for hour in range(1, 25):
        two.advance(float(hour))
        two.frame_at(1, hour / 2)
        parts.append(read_frame(two.frame(1, 0)).sides[0]["time"])
    whole = read_frame(two.frame(1, wire.RESET)).sides[0]["time"]
    assert (np.concatenate(parts) == whole).all()
    assert len(whole) > 100


# -- the curve -------------------------------------------------------------------------------


def test_the_curve_is_a_table_of_what_the_page_counts() -> None:
    two = worlds("the-list", "filter the list")
    two.advance(8.0)
    name, body = DOWNLOADS["curve.csv"](two, ())
    assert name.endswith("-curve.csv")
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    assert [row["hours"] for row in rows[:2]] == ["0.0", str(2 / 60)]
    assert (rows[0]["time"], rows[-1]["time"][-8:]) == (str(two.base.start), "15:00:00")
    assert float(rows[-1]["hours"]) == 8.0
    for row in rows[:: len(rows) // 7]:
        for side, world in (("no_policy", two.left), ("with_policy", two.right)):
            exposed = seen(world).only(Kind.EXPOSE)
            exposed = Batch(exposed.rows[exposed.time < float(row["hours"])])
            for story, what in enumerate(("heard_rumor", "read_true_story")):
                reached = len(np.unique(exposed.account[exposed.story == story]))
                assert int(row[f"{side}_{what}"]) == reached
        difference = int(row["with_policy_heard_rumor"]) - int(row["no_policy_heard_rumor"])
        assert int(row["difference_heard_rumor"]) == difference
    assert int(rows[-1]["difference_heard_rumor"]) < 0


def test_a_curve_of_a_long_run_has_no_more_rows_than_a_page(tmp_path: Path) -> None:
    values = SHELF.scenario("one-click").resolved() | {"horizon": "400 d", "seed": 1}
    two = TwoWorlds(from_values(values, tmp_path), None, "none")
    two.advance(two.horizon)
    rows = DOWNLOADS["curve.csv"](two, ())[1].decode().splitlines()
    assert 700 < len(rows) <= 1002


# -- refused ---------------------------------------------------------------------------------

BAD_ACTS = [
    Act(do="act", verb="close"),
    Act(do="act", verb="close", account=400),
    Act(do="act", verb="delete", post=10_000),
    Act(do="act", verb="delete", account=3),
    Act(do="act", verb="filter", story=9),
    Act(do="act", verb="filter", story=0),  # there is no trending list
    Act(do="act", verb="correct", story=0),  # no story answers this one
]


@pytest.mark.parametrize("act", BAD_ACTS, ids=str)
def test_acts_that_make_no_sense_are_refused_and_change_nothing(act: Act) -> None:
    two = worlds()
    two.advance(3.0)
    with pytest.raises(InputError):
        two.act(act)
    assert two.script == []
    two.advance(6.0)
    assert agree(seen(two.left), seen(two.right))


def test_nothing_can_be_done_once_the_story_is_over() -> None:
    two = worlds()
    two.advance(24.0)
    with pytest.raises(InputError, match="over"):
        two.act(close(3))


BAD_ENTRIES: list[dict[str, Any]] = [
    {},
    {"kind": "close-accounts"},
    {"kind": "shout", "when": {"reports": 1}},
    {"kind": "close-accounts", "when": {"reports": 0}},
    {"kind": "close-accounts", "when": {"reports": 1}, "whom": {"accounts": ["nobody"]}},
    {"kind": "close-accounts", "when": {"at": [f"{i} min" for i in range(51)]}},
    {"kind": "close-accounts", "when": {"reports": 1, "window": "1 s"}},
    {"kind": "close-accounts", "when": {"reports": 1}, "quota": "5 per s"},
    {"kind": "filter-trending", "when": {"reports": 1}},
]


@pytest.mark.parametrize("entry", BAD_ENTRIES, ids=str)
def test_entries_that_cannot_be_are_refused_and_change_nothing(entry: dict[str, Any]) -> None:
    two = worlds()
    two.advance(3.0)
    before = two.right
    with pytest.raises(InputError):
        two.add(entry)
    assert (two.script, two.now, two.right) == ([], 3.0, before)


def test_too_many_entries_are_refused() -> None:
    two = worlds()
    two.advance(1.0)
    with pytest.raises(InputError, match="at most 60"):
        for i in range(61):
            two.act(close(i))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"graph": {"kind": "erdos-renyi", "accounts": 20_001, "mean_followers": 1.0}}, "accounts"),
        ({"graph": {"kind": "complete", "accounts": 1_500}}, "follows"),
        ({"feed": {"reading": "delay", "exposures": "late"}}, "who reads what"),
    ],
)
def test_worlds_too_large_to_be_watched_are_refused(change: Any, rule: str) -> None:
    values = {
        "horizon": "2 h",
        "graph": {"kind": "path", "accounts": 5},
        "stories": [{"name": "a", "truth": False, "appeal": 0.1, "author": {"random": 1}}],
        **change,
    }
    with pytest.raises(InputError, match=rule):
        TwoWorlds(from_values(values, Path()), None, "none")


# -- what hangs on an account ----------------------------------------------------------------


def test_what_hangs_on_an_account_is_what_explain_says() -> None:
    """Of both worlds, at the present hour and before; a closed account holds nothing any more."""
    two = worlds()
    two.advance(two.horizon)
    account = first_author(two)
    said = explain(SHELF.scenario("one-click"), "none", two.seed, check=0).tables
    for side in (0, 1):
        told = two.hanging(Hang(do="hang", world=side, account=account), two.horizon)
        hung = set(told["accounts"])
        # What hangs on it, itself included where it heard.
        assert len(hung) + bool(said.reached[account]) == said.on.reached[account] > 10
        assert two.hanging(Hang(do="hang", world=side, account=account), two.horizon) == told
    early = two.hanging(Hang(do="hang", world=0, account=account), 1.5)["accounts"]
    assert len(early) < len(hung)
    assert two.hanging(Hang(do="hang", world=0, account=account), 0.0)["accounts"] == []
    two.rewind(0.2)
    two.act(close(account))
    closed = two.hanging(Hang(do="hang", world=1, account=account), two.horizon)["accounts"]
    assert len(closed) < len(hung) / 2
    with pytest.raises(InputError, match="no such account"):
        two.hanging(Hang(do="hang", world=0, account=2**30), two.horizon)


# -- the gallery -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GALLERY)
def test_every_scenario_of_the_gallery_is_worth_watching(name: str) -> None:
    """The rumor reaches a tenth of all, and a policy that is there changes what comes of it."""
    scenario = SHELF.scenario(name)
    two = worlds(name, scenario.policy_names[-1])
    two.advance(two.horizon)
    reach = two.left.simulation.world.stories["reach"]
    false = [not story.truth for story in two.left.simulation.facts.stories]
    assert reach[false].max() > two.left.simulation.world.graph.accounts / 10
    assert differ(seen(two.left), seen(two.right)) == (len(scenario.policies) > 0)
    assert 0.05 * two.horizon < np.median(seen(two.left).only(Kind.EXPOSE).time)
