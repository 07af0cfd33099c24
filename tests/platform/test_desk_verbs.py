"""What the public sees of the later verbs of the desk: money, labels, surfaces, platforms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from small_worlds import actions, agree, small

from rumorsim.events.stream import VERBS, Batch, Kind
from rumorsim.events.verbs import LIFTED_BY
from rumorsim.platform.desk import Desk
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

BEGIN, END, HORIZON = 8.0, 16.0, 24.0
ENGINES = ["fast", "reference"]
ALARM = 1e-4
#: Surfaces of the world below, as the value of an expose event names them.
FEED, TRENDING, RECOMMENDATION, PUSH = range(4)

#: Authors 0 and 1 post; accounts follow each other on one platform with every surface.
WORLD: dict[str, Any] = {
    "graph": {"kind": "erdos-renyi", "accounts": 60, "mean_followers": 12.0, "seed": 4},
    "accounts": {"kinds": {"writer": {"share": 1.0, "dependence": 1.0, "official": True}}},
    "platforms": {
        "one": {
            "trending": {"topics": "0 per h", "pinned": 1, "slots": 20, "looks": "6 per day"},
            "recommendation": {"looks": "6 per day"},
            "push": {"opened": 0.3, "least": 0.0, "per_day": 900},
        }
    },
    "stories": [
        {
            "name": "rumor",
            "truth": False,
            "author": {"ids": [0, 1]},
            "schedule": {"rate": "2 per h"},
            "appeal": 0.05,
            "report": 0.05,
            "copies": 4,
        },
        {
            "name": "answer",
            "truth": True,
            "author": {"ids": [2]},
            "schedule": {"rate": "0 per day"},
            "appeal": 0.05,
            "copies": 4,
            "answers": "rumor",
        },
    ],
    "measures": ["reach", "impressions"],
}


def scenario(**changes: Any) -> Scenario:
    return small(WORLD, changes)


class Episode:
    """A run in which something is done at BEGIN; ``during`` is [BEGIN, END), then undone."""

    def __init__(self, does: Any, engine: str = "fast", **changes: Any) -> None:
        self.simulation = Simulation(scenario(**changes), engine=engine)
        self.before = self.simulation.advance(BEGIN)
        done = does(self.simulation.desk)
        self.during = self.simulation.advance(END)
        if done is not None:
            self.simulation.desk.undo(done)
        self.after = self.simulation.advance(HORIZON)
        self.simulation.world.check()
        made = self.simulation.world.posts_made
        self.posts = self.simulation.world.posts[:made].copy()


def of(batch: Batch, kind: Kind, **columns: float) -> int:
    """How many events of a kind have these values."""
    rows = batch.rows[batch.kind == kind]
    for name, value in columns.items():
        rows = rows[rows[name] == value]
    return len(rows)


def nothing(desk: Desk) -> None:
    """The control."""


# -- accounts ---------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("keep", [0.0, 0.5])
def test_who_lives_by_posting_posts_as_much_as_it_earns(engine: str, keep: float) -> None:
    run = Episode(lambda desk: desk.demonetise(0, keep=keep), engine, horizon="24 h")
    made = of(run.during, Kind.PUBLISH, account=0)
    withheld = of(run.during, Kind.WITHHOLD, account=0, value=1)
    assert made + withheld > 40
    assert stats.binomtest(made, made + withheld, keep).pvalue > ALARM
    assert of(run.during, Kind.WITHHOLD, account=1) == 0
    assert of(run.after, Kind.WITHHOLD) == of(run.before, Kind.WITHHOLD) == 0


def test_who_does_not_depend_on_income_posts_on() -> None:
    """Negative control of the above: the same without dependence."""
    alike = {"accounts": {"kinds": {"writer": {"dependence": 0.0}}}}
    run = Episode(lambda desk: desk.demonetise(0), **alike)
    control = Episode(nothing, **alike)
    assert of(run.during, Kind.PUBLISH, account=0) > 40
    assert agree(
        Batch(run.during.rows[run.during.kind != Kind.ACTION]),
        Batch(control.during.rows[control.during.kind != Kind.ACTION]),
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_posts_of_an_unmasked_account_are_read_and_not_shared(engine: str) -> None:
    run = Episode(lambda desk: desk.unmask(0, credence=0.0), engine)
    assert of(run.during, Kind.READ, source=0) > 50
    assert of(run.during, Kind.SHARE, source=0) == 0
    assert of(run.during, Kind.SHARE, source=1) > 0
    assert of(run.before, Kind.SHARE, source=0) > 0 < of(run.after, Kind.SHARE, source=0)


@pytest.mark.parametrize("engine", ENGINES)
def test_without_credentials_an_account_is_silent_and_goes_on_reading(engine: str) -> None:
    run = Episode(lambda desk: desk.require_credentials(0), engine)
    assert of(run.during, Kind.PUBLISH, account=0) == of(run.during, Kind.SHARE, account=0) == 0
    assert of(run.during, Kind.WITHHOLD, account=0, value=0) > 5
    assert of(run.during, Kind.READ, account=0) > 0
    assert of(run.after, Kind.PUBLISH, account=0) > 5
    told = [VERBS[int(v)] for v in actions(run.during).value]
    assert told == ["require-credentials"]
    doubted = Episode(lambda desk: desk.require_credentials(0, silence=False, credence=0.0), engine)
    assert of(doubted.during, Kind.PUBLISH, account=0) > 5
    assert of(doubted.during, Kind.SHARE, source=0) == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_discounted_engagement_does_not_rank(engine: str) -> None:
    """Nobody but 0 and 1 posts: discounted from the start, no surface ever shows a story."""
    quiet = {"stories": {0: {"appeal": 0.0}}}
    shown = []
    for weight in (1.0, 0.0):
        run = Simulation(scenario(**quiet), engine=engine)
        for account in (0, 1):
            run.desk.discount_engagement(account, weight=weight)
        shown.append(of(run.advance(HORIZON), Kind.SURFACE))
    assert shown[0] > 5
    assert shown[1] == 0


def test_warnings_and_fines_are_strikes_and_move_no_lever() -> None:
    run = Simulation(scenario())
    run.desk.warn(3)
    run.desk.fine(3)
    assert run.desk.strikes == {3: 2}
    assert run.desk.levers.history == []
    run.advance(BEGIN)
    run.desk.label(run.desk.posts_of(0)[0])
    assert run.desk.strikes == {3: 2}, "a label is no penalty"
    with pytest.raises(ValueError, match="fine cannot be undone"):
        run.desk.undo(run.desk.fine(3))


@pytest.mark.parametrize("engine", ENGINES)
def test_an_arrest_closes_every_account_of_the_person(engine: str) -> None:
    run = Simulation(scenario(accounts={"second": 0.4}), engine=engine)
    run.advance(BEGIN)
    person = run.world.facts.person
    who = int(np.argmax(np.bincount(person)))
    theirs = set(np.flatnonzero(person == who).tolist())
    assert len(theirs) > 1
    run.desk.arrest(min(theirs))
    closed = actions(run.advance(END), "close")
    assert set(closed.account.tolist()) == theirs
    assert (run.world.accounts["visible"][sorted(theirs)] == 0).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_network_taken_down_is_gone_and_seen_to_be_gone(engine: str) -> None:
    """At once; with fear, those who followed one of them post less afterwards."""
    run = Simulation(scenario(beliefs={"chilling": 0.5}), engine=engine)
    run.advance(BEGIN)
    run.desk.take_down([0, 1])
    after = run.advance(HORIZON)
    assert [VERBS[int(v)] for v in actions(after).value] == ["take-down", "take-down"]
    assert of(after, Kind.READ) == 0 == of(after, Kind.PUBLISH)
    chilled = set(np.flatnonzero(run.world.profiles["chill"] < 1).tolist())
    followers = {int(f) for a in (0, 1) for f in run.world.graph.followers_of(a)}
    assert chilled == followers - {0, 1}


# -- posts ------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("which", ["original", "share"])
def test_a_label_shows_on_the_shares_of_an_original(engine: str, which: str) -> None:
    """With credence 0: no more shares of it; of a labelled share, its own only."""
    often = {"stories": {0: {"appeal": 0.4, "copies": 20}, 1: {"copies": 20}}}
    run = Simulation(scenario(**often), engine=engine)
    run.advance(1.0)
    posts = run.world.posts[: run.world.posts_made]
    own = posts["root"] == np.arange(len(posts))
    shared = posts["root"][~own]
    labelled = np.unique(shared) if which == "original" else np.flatnonzero(~own)
    for post in labelled.tolist():
        run.desk.label(post, credence=0.0)
    later = run.advance(3.0)
    roots = run.world.posts["root"]
    again = later.only(Kind.SHARE).value.astype(int)
    assert len(again) > 5
    assert not np.isin(again, labelled).any()
    if which == "original":
        assert not np.isin(roots[again], labelled).any()
        assert np.isin(roots[later.only(Kind.READ).post], labelled).any(), "it is still read"
    else:
        assert np.isin(again, shared).any(), "its original is shared as before"


# -- stories ----------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_a_story_that_may_not_be_pushed_is_not(engine: str) -> None:
    pushed = []
    for limited in ([], range(4)):
        run = Simulation(scenario(), engine=engine)
        for story in limited:
            run.desk.limit_push(story)
        pushed.append(of(run.advance(HORIZON), Kind.EXPOSE, value=PUSH))
    assert pushed[0] > 0
    assert pushed[1] == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_deranked_story_is_recommended_less(engine: str) -> None:
    """With nothing kept, never; with a part, less than with all (sums over all four)."""
    reads = []
    for keep in (1.0, 0.2, 0.0):
        run = Simulation(scenario(stories={0: {"appeal": 0.0}}), engine=engine)
        for story in range(4):
            run.desk.derank(story, keep=keep)
        slots = run.advance(HORIZON).only(Kind.SURFACE)
        ends = run.world.slot_ends[RECOMMENDATION - 1]
        reads.append((int((slots.source == RECOMMENDATION - 1).sum()), float(ends[3])))
    assert reads[0][0] > 0 < reads[1][0]
    assert reads[2][0] == 0
    assert reads[1][1] < reads[0][1] < 1, "the share of looks that find one of them"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_promoted_story_is_pinned_until_every_promotion_is_undone(engine: str) -> None:
    run = Simulation(scenario(), engine=engine)
    run.advance(BEGIN)
    with run.desk.until(BEGIN + 1):
        twice = [run.desk.promote(3)]
    twice.append(run.desk.promote(3))
    run.advance(BEGIN + 1)
    assert run.world.slots[TRENDING - 1, 0] == 3
    run.desk.undo(twice[0])
    run.desk.undo(twice[0])
    run.advance(BEGIN + 2)
    assert run.world.slots[TRENDING - 1, 0] == 3
    run.desk.undo(twice[1])
    run.advance(BEGIN + 3)
    assert run.world.slots[TRENDING - 1, 0] == -1


@pytest.mark.parametrize("engine", ENGINES)
def test_a_slowed_story_is_not_shared_nor_amplified(engine: str) -> None:
    run = Episode(lambda desk: desk.slow(0, flow=0.0, amplified=False), engine)
    assert of(run.during, Kind.SHARE, story=0) == 0
    assert of(run.during, Kind.SHARE, story=1) > 0
    late = run.during.rows[run.during.time > BEGIN + 1]
    exposed = Batch(late).only(Kind.EXPOSE)
    assert not ((exposed.story == 0) & (exposed.value > FEED)).any()
    assert of(run.after, Kind.SHARE, story=0) > 0
    still = Episode(lambda desk: desk.slow(0, flow=0.0), engine)
    left = still.simulation.world.slots
    assert (left == 0).any(), "amplified as before"


@pytest.mark.parametrize("engine", ENGINES)
def test_readers_who_are_asked_report_more(engine: str) -> None:
    """First reads and reports of many copies: 0.05, and 0.2 when asked (binomial, ALARM)."""
    copies = {"stories": {0: {"copies": 30, "schedule": None, "at": ["0 h"]}, 1: {"copies": 30}}}
    for factor in (1.0, 4.0):
        run = Simulation(scenario(**copies, feed={"attention": 1}), engine=engine)
        for story in range(30):
            run.desk.ask_readers(story, factor=factor)
        batch = run.advance(HORIZON)
        reads, reports = of(batch, Kind.READ), of(batch, Kind.REPORT)
        fits = stats.binomtest(reports, reads, 0.05 * factor).pvalue
        other = stats.binomtest(reports, reads, 0.2 / factor).pvalue
        assert reads > 500
        assert fits > 1e-6 > other, "nobody reads a story often: reads are nearly all chances"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_correction_is_published_by_who_is_told_to(engine: str) -> None:
    run = Simulation(scenario(), engine=engine)
    run.advance(BEGIN)
    answer = run.desk.answers_to(1)
    assert answer == [5]
    posts = [run.desk.correct(1, 5, author) for author in (7, 7, 8)]
    made = run.world.posts[posts]
    assert made["author"].tolist() == [7, 7, 8]
    assert set(made["story"].tolist()) == {5}
    assert made["k"][1] == made["k"][0] + 1
    batch = run.advance(HORIZON)
    assert of(batch, Kind.EXPOSE, story=5) > 10
    run.desk.close(9)
    assert run.desk.correct(1, 5, 9) == -1
    with pytest.raises(ValueError, match="does not answer"):
        run.desk.correct(0, 5, 7)


# -- platforms --------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_friction_stops_sharing_on_the_platform(engine: str) -> None:
    run = Episode(lambda desk: desk.add_friction(0, friction=0.0), engine)
    assert of(run.during, Kind.SHARE) == 0 < of(run.during, Kind.READ)
    assert of(run.before, Kind.SHARE) > 0 < of(run.after, Kind.SHARE)
    told = [(VERBS[int(r["value"])], r["account"]) for r in actions(run.during).rows]
    assert told == [("add-friction", -1)]


def test_the_tightest_forward_limit_is_in_force() -> None:
    run = Simulation(scenario())
    accounts = len(run.world.accounts)
    three = [run.desk.add_friction(0, forward_limit=limit) for limit in (5, 2, 9)]
    limits = [float(run.world.forward[0])]
    for done in (three[1], three[0], three[2]):
        run.desk.undo(done)
        limits.append(float(run.world.forward[0]))
    assert limits == pytest.approx([2, 5, 9, accounts])
    assert limits[-1] == accounts, "to the bit"


# -- all of them --------------------------------------------------------------------------

UNDOABLE: dict[str, Any] = {
    "demonetise": lambda desk: desk.demonetise(0),
    "limit-push": lambda desk: desk.limit_push(0),
    "derank": lambda desk: desk.derank(0, keep=0.3),
    "discount-engagement": lambda desk: desk.discount_engagement(0, weight=0.5),
    "label": lambda desk: desk.label(desk.posts_of(0)[0], credence=0.3),
    "promote": lambda desk: desk.promote(2),
    "add-friction": lambda desk: desk.add_friction(0, friction=0.3, forward_limit=2),
    "slow": lambda desk: desk.slow(1, flow=0.2, amplified=False),
    "unmask": lambda desk: desk.unmask(0, credence=0.3),
    "require-credentials": lambda desk: desk.require_credentials(0, credence=0.3),
    "take-down-story": lambda desk: desk.take_down_story(1),
    "ask-readers": lambda desk: desk.ask_readers(0, factor=3.0),
    "take-down": lambda desk: desk.take_down([0])[0],
    "warn-platform": lambda desk: desk.warn_platform(0, strictness=2.0),
    "classify": lambda desk: desk.classify(0, strictness=2.0),
}


def test_every_verb_is_known_to_be_undone_or_for_good() -> None:
    for_good = {"correct", "warn", "fine", "arrest"}
    words = {"flag", "dismiss", "appeal", "reject-appeal", "moot"}
    in_part = {"reopen", "remonetise-in-part"}
    assert set(LIFTED_BY) | set(LIFTED_BY.values()) | in_part | for_good | words == set(VERBS)


@pytest.mark.parametrize("verb", UNDOABLE)
def test_engines_agree_and_what_was_undone_at_once_changes_nothing(verb: str) -> None:
    fast, slow = (Episode(UNDOABLE[verb], engine) for engine in ENGINES)
    for part in ("before", "during", "after"):
        assert agree(getattr(fast, part), getattr(slow, part))
    assert [VERBS[int(v)] for v in actions(fast.during).value] == [verb]
    assert [VERBS[int(v)] for v in actions(fast.after).value] == [LIFTED_BY[verb]]

    def at_once(desk: Desk) -> None:
        desk.undo(UNDOABLE[verb](desk))

    run, control = Episode(at_once), Episode(nothing)
    assert agree(
        Batch(run.during.rows[run.during.kind != Kind.ACTION]),
        control.during,
    )
    assert agree(run.after, control.after)


def test_an_action_costs_what_the_scenario_says() -> None:
    run = Simulation(scenario(prices={"label": 2.5, "add-friction": 0.0}))
    run.advance(BEGIN)
    run.desk.label(run.desk.posts_of(0)[0])
    run.desk.add_friction(0, friction=0.5)
    run.desk.demonetise(0)
    assert [each.cost for each in run.desk.journal] == [2.5, 0.0, 1.0]
    assert dict(run.facts.prices) == {"label": 2.5, "add-friction": 0.0}
