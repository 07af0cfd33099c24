"""The desk: every verb, its undoing, and what the public sees of it; on both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small_worlds import actions, agree, differ, lever_columns, small
from test_desk_verbs import UNDOABLE

import rumorsim
from rumorsim.events.stream import VERBS, Batch, Kind
from rumorsim.events.verbs import LIFTED_BY
from rumorsim.platform.desk import Desk
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

BEGIN, END, HORIZON = 8.0, 16.0, 24.0
ENGINES = ["fast", "reference"]


def scenario(**changes: Any) -> Scenario:
    """Accounts 0 and 1 publish two posts an hour each; ten others read and share."""
    story = {
        "author": {"ids": [0, 1]},
        "schedule": {"rate": "2 per h"},
        "appeal": 0.05,
        "report": 0.02,
        "copies": 4,
    }
    base = {"stories": {0: story}, "measures": ["reach", "impressions"]}
    return small(base, changes)


Verb = Callable[[Desk], Any]


class Episode:
    """A run in which something is done at BEGIN and undone at END."""

    def __init__(self, verb: Verb | None, engine: str = "fast", **changes: Any) -> None:
        self.simulation = Simulation(scenario(**changes), "none", engine=engine)
        pieces = [self.simulation.advance(BEGIN)]
        done = verb(self.simulation.desk) if verb else None
        pieces.append(self.simulation.advance(END))
        if done is not None:
            self.simulation.desk.undo(done)
        pieces.append(self.simulation.advance(HORIZON))
        self.simulation.world.check()
        self.batch = Batch.joined(pieces)
        self.posts = self.simulation.world.posts[: self.simulation.world.posts_made].copy()

    def reads(self, begin: float, end: float) -> Batch:
        batch = self.batch.only(Kind.READ)
        return Batch(batch.rows[(batch.time >= begin) & (batch.time < end)])

    def by(self, account: int, begin: float, end: float) -> int:
        """How much an account did: read, share, publish, report."""
        rows = self.batch.rows[self.batch.kind <= Kind.REPORT]
        mine = rows[(rows["account"] == account) & (rows["time"] >= begin) & (rows["time"] < end)]
        return len(mine)

    def of_author(self, account: int, begin: float, end: float) -> Batch:
        """Reads of posts by an account, and of shares that go back to a post of its."""
        reads = self.reads(begin, end)
        author, root = self.posts["author"], self.posts["root"]
        own = (author[reads.post] == account) | (author[root[reads.post]] == account)
        return Batch(reads.rows[own])


def first_post(desk: Desk, author: int) -> int:
    return desk.posts_of(author)[-1]


# -- what the public sees ------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_a_closed_account_does_nothing_until_it_is_reinstated(engine: str) -> None:
    for account in (0, 5):
        run = Episode(lambda desk, a=account: desk.close(a), engine)
        assert run.by(account, 0, BEGIN) > 10
        assert run.by(account, BEGIN, END) == 0
        assert run.by(account, END, HORIZON) > 10


@pytest.mark.parametrize("engine", ENGINES)
def test_posts_of_a_closed_author_vanish_with_the_shares_of_its_originals(engine: str) -> None:
    run = Episode(lambda desk: desk.close(0), engine)
    assert len(run.of_author(0, BEGIN, END)) == 0
    shares = run.of_author(0, END, HORIZON)
    assert (shares.source != 0).any(), "shares of its originals are read again"
    assert len(run.of_author(1, BEGIN, END)) > 10
    assert len(Episode(None, engine).of_author(0, BEGIN, END)) > 10


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("hide", [False, True])
def test_a_suspended_account_reads_nothing_and_its_posts_stay_unless_hidden(
    engine: str, hide: bool
) -> None:
    run = Episode(lambda desk: desk.suspend(0, hide_posts=hide), engine)
    assert run.by(0, BEGIN, END) == 0
    assert run.by(0, END, HORIZON) > 10
    assert (len(run.of_author(0, BEGIN, END)) == 0) is hide


@pytest.mark.parametrize("engine", ENGINES)
def test_removed_followers_get_nothing_and_regained_ones_nothing_old(engine: str) -> None:
    run = Episode(lambda desk: desk.remove_followers(0), engine)
    during, after = run.reads(BEGIN, END), run.reads(END, HORIZON)
    assert not (during.source == 0).any()
    regained = after.rows[after.source == 0]
    times = run.posts["time"][regained["post"]]
    assert len(times) > 10
    assert not ((times >= BEGIN) & (times < END)).any(), "what was not delivered never is"
    assert run.by(0, BEGIN, END) > 10, "the account itself goes on"
    assert (Episode(None, engine).reads(BEGIN, END).source == 0).sum() > 10


def test_a_follow_is_kept_below_its_own_draw() -> None:
    """Who stays at 0.3 also stays at 0.6; about so many do (binomial, 1e-4)."""
    from scipy import stats

    star = {"graph": {"kind": "star", "accounts": 1000}, "stories": {0: {"author": {"ids": [0]}}}}
    readers = []
    for keep in (0.3, 0.6):
        run = Episode(lambda desk, k=keep: desk.remove_followers(0, keep=k), **star)
        after = run.reads(BEGIN + 1, END)
        fresh = after.rows[run.posts["time"][after.post] > BEGIN]
        readers.append(set(fresh["account"].tolist()))
        assert stats.binomtest(len(readers[-1]), 999, keep).pvalue > 1e-4
    assert readers[0] < readers[1]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_deleted_post_takes_its_shares_along(engine: str) -> None:
    """Deleted when just made, with reads to come."""
    with_reads = 0
    for seed in range(6):
        runs = []
        for delete in (True, False):
            run = Simulation(scenario(stories={0: {"appeal": 0.3}}), seed=seed, engine=engine)
            run.advance(BEGIN)
            post = run.desk.posts_of(0)[-1]
            if delete:
                run.desk.delete(post)
            reads = run.advance(HORIZON).only(Kind.READ)
            runs.append((run.world.posts["root"][reads.post] == post).sum())
        assert runs[0] == 0
        with_reads += runs[1] > 0
    assert with_reads > 2


@pytest.mark.parametrize("engine", ENGINES)
def test_a_hidden_post_is_unread_but_its_shares_are_not(engine: str) -> None:
    seen = {1.0: 0, 0.4: 0, 0.0: 0}
    shares = 0
    for seed in range(3):
        readers: dict[float, set[int]] = {}
        for visibility in seen:
            run = Simulation(
                scenario(stories={0: {"appeal": 0.3, "copies": 20}}), seed=seed, engine=engine
            )
            run.advance(1.0)
            made = run.world.posts
            shared = [post for post in run.desk.posts_of(0) if made["shares"][post] > 0]
            fresh = run.desk.posts_of(0)[-1]
            for post in {fresh, shared[-1]} if visibility < 1 else ():
                run.desk.hide(post, visibility=visibility)
            reads = run.advance(3.0).only(Kind.READ)
            readers[visibility] = set(reads.account[reads.post == fresh].tolist())
            seen[visibility] += len(readers[visibility])
            if visibility == 0:
                made = run.world.posts
                again = (made["root"][reads.post] == shared[-1]) & (reads.post != shared[-1])
                shares += int(again.sum())
        assert readers[0.0] <= readers[0.4] <= readers[1.0]
    assert seen[0.0] == 0 < seen[0.4] < seen[1.0]
    assert shares > 0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_delisted_story_is_off_the_list_at_once(engine: str) -> None:
    """Between two refreshes: no further exposure by the surface, until it is listed again."""
    world = {
        "graph": {"kind": "path", "accounts": 400},
        "feed": {"check_ins": {"mean": "1 per h"}},
        "stories": {
            0: {"appeal": 0.0, "copies": 1, "at": ["0 h"], "schedule": None, "author": {"ids": [0]}}
        },
        "trending": {"refresh": "3 h", "looks": "1 per day", "topics": "0 per h"},
    }

    def by_surface(run: Episode, begin: float, end: float) -> int:
        exposed = run.batch.only(Kind.EXPOSE)
        inside = (exposed.time >= begin) & (exposed.time < end)
        return int((inside & (exposed.value == 1)).sum())

    run, control = (
        Episode(lambda desk: desk.delist(0), engine, **world),
        Episode(None, engine, **world),
    )
    assert by_surface(run, 3.0, BEGIN) == by_surface(control, 3.0, BEGIN) > 10
    assert by_surface(control, BEGIN, END) > 10
    assert by_surface(run, BEGIN, END) == 0
    assert by_surface(run, END + 3, HORIZON) > 10


# -- undoing ---------------------------------------------------------------------------

VERBS_OF_THE_DESK: dict[str, Verb] = {
    "close": lambda desk: desk.close(0),
    "suspend": lambda desk: desk.suspend(0),
    "suspend, hidden": lambda desk: desk.suspend(0, hide_posts=True),
    "remove-followers": lambda desk: desk.remove_followers(0),
    "remove-followers, some": lambda desk: desk.remove_followers(0, keep=0.3),
    "delete": lambda desk: desk.delete(first_post(desk, 0)),
    "hide": lambda desk: desk.hide(first_post(desk, 0)),
    "hide, in part": lambda desk: desk.hide(first_post(desk, 0), visibility=0.7),
    "delist": lambda desk: desk.delist(1),
}


def test_every_verb_that_can_be_undone_is_tried() -> None:
    """The others are tried in ``test_desk_verbs``."""
    tried = {name.split(",")[0] for name in VERBS_OF_THE_DESK}
    assert tried | set(UNDOABLE) == set(LIFTED_BY)


@pytest.mark.parametrize("name", VERBS_OF_THE_DESK)
def test_engines_agree_on_every_verb(name: str) -> None:
    fast, slow = (Episode(VERBS_OF_THE_DESK[name], engine).batch for engine in ENGINES)
    assert agree(fast, slow)
    assert differ(fast, Episode(None).batch)


@pytest.mark.parametrize("name", VERBS_OF_THE_DESK)
def test_every_verb_is_undone_exactly_and_told(name: str) -> None:
    run = Simulation(scenario(trending={"topics": "0 per h"}))
    run.advance(BEGIN)
    before = lever_columns(run.world)
    done = VERBS_OF_THE_DESK[name](run.desk)
    moved = [k for k, v in lever_columns(run.world).items() if v.tobytes() != before[k].tobytes()]
    assert moved
    run.desk.undo(done, reason="enough")
    run.desk.undo(done)
    for lever, column in lever_columns(run.world).items():
        assert column.tobytes() == before[lever].tobytes()
    verb = name.split(",")[0]
    told = actions(run.advance(BEGIN + 1)).value.astype(int).tolist()
    assert [VERBS[code] for code in told] == [verb, LIFTED_BY[verb]]
    assert [(a.verb, a.reason) for a in run.desk.journal] == [
        (verb, ""),
        (LIFTED_BY[verb], "enough"),
    ]


@pytest.mark.parametrize("name", VERBS_OF_THE_DESK)
def test_what_is_done_and_undone_at_once_changes_no_public_event(name: str) -> None:
    def twice(desk: Desk) -> None:
        desk.undo(VERBS_OF_THE_DESK[name](desk))

    run = Episode(twice).batch
    rows = run.rows[run.kind != Kind.ACTION]
    assert agree(Batch(rows), Episode(None).batch)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda d: d.suspend(3, "1 h"), '"1 h" has no keyword; say which of hide_posts, reason'),
        (lambda d: d.suspend(3, hours=1), 'there is no keyword "hours"; one of "case", "hide_'),
        (lambda d: d.slow(0, flw=0.5), 'there is no keyword "flw"; did you mean "flow"'),
        (lambda d: d.close(), "missing a required argument: 'account'"),
        (lambda d: d.slow(0), "missing a required"),
        (lambda d: d.close(3, 4, reason="x"), "4 has no keyword"),
        (lambda d: d.promote(0, "x"), '"x" has no keyword'),
    ],
)
def test_calls_that_no_verb_takes_are_explained(call: Callable[[Desk], object], told: str) -> None:
    simulation = Simulation(rumorsim.load("small"), "none")
    with pytest.raises(TypeError, match=rf"^desk\.\w+\((account|story), .*: {told}") as refused:
        call(simulation.desk)
    assert "Verbs" not in str(refused.value) and "->" not in str(refused.value)
    assert simulation.desk.journal == []


def test_a_wrong_value_in_a_call_keeps_its_own_message() -> None:
    desk = Simulation(rumorsim.load("small"), "none").desk
    with pytest.raises(TypeError, match='^a target is a whole number, counted from 0, not "x"$'):
        desk.close("x")  # type: ignore[arg-type]


def test_a_story_that_is_not_there_is_named() -> None:
    desk = Simulation(rumorsim.load("small"), "none").desk
    with pytest.raises(KeyError, match='there is no story "nope"; one of "school-roof"'):
        desk.story("nope")
    with pytest.raises(KeyError, match='there is no story "tapwater"; did you mean "tap-water"'):
        desk.story("tapwater")
