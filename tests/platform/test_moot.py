"""Acts on who is gone, or under as much already: nothing is done, told, priced or counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_worlds import actions, agree, events, lever_columns, small

from rumorsim.events.stream import VERBS, Batch, Kind
from rumorsim.events.verbs import TABLE, TARGET_OF
from rumorsim.measures import MEASURES
from rumorsim.platform.desk import Desk
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.running import run
from rumorsim.simulation.simulation import Simulation

ENGINES = ["fast", "reference"]

#: 40 accounts, all reported often; each of 0 to 3 posts once an hour.
REPORTED: dict[str, Any] = {
    "graph": {"kind": "complete", "accounts": 40},
    "stories": [
        {
            "name": "rumor",
            "truth": False,
            "appeal": 0.02,
            "report": 0.2,
            "author": {"ids": [0, 1, 2, 3]},
            "schedule": {"rate": "1 per h"},
            "copies": 2,
        }
    ],
    "measures": ["enforcement", "penalties", "cost", "collateral"],
}


def under(*interventions: Any, **changes: Any) -> Scenario:
    policy = {"name": "it", "interventions": list(interventions)}
    return small(REPORTED, {"policies": [policy]}, changes)


def told(batch: Batch, *verbs: str) -> list[tuple[float, str, int]]:
    """Hour (to the hundredth), verb and account of each action."""
    rows = actions(batch, *verbs).rows
    return [(round(float(r["time"]), 2), VERBS[int(r["value"])], int(r["account"])) for r in rows]


def at(kind: str, time: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "when": {"at": [time]}, "whom": {"accounts": [0]}, **more}


# -- a policy that closes and suspends ----------------------------------------------------

SUSPEND_LATE: dict[str, Any] = {
    "kind": "suspend-accounts",
    "when": {"reports": 2},
    "delay": {"law": "fixed", "time": "6 h"},
    "duration": "3 h",
}
CLOSE: dict[str, Any] = {"kind": "close-accounts", "when": {"reports": 3}}


@pytest.mark.parametrize("engine", ENGINES)
def test_suspensions_of_closed_accounts_are_moot(engine: str) -> None:
    """Whoever was closed before the suspension came is left out; closing goes on as alone."""
    both = under(SUSPEND_LATE, CLOSE)
    batch = events(both, "it", engine)
    closed = {a: t for t, _, a in told(batch, "close")}
    moot = {a for *_, a in told(batch, "moot")}
    suspended = {a for *_, a in told(batch, "suspend")}
    late = {a for t, _, a in told(batch, "flag") if t < 18}
    assert len(moot) >= 4
    assert moot == late & set(closed)
    assert suspended.isdisjoint(closed)
    assert {a for *_, a in told(batch, "reinstate")} <= suspended
    assert told(batch, "close") == told(events(under(CLOSE), "it", engine), "close")


def test_a_moot_case_is_free_and_no_strike() -> None:
    prices = {"flag": 0.0, "close": 10.0, "suspend": 1.0, "reinstate": 0.0}
    scenario = under(SUSPEND_LATE, CLOSE, prices=prices)
    result = run(scenario, policy="it")
    found = result.measures
    desk = found["enforcement"]
    closed, suspended = desk["verbs"]["close"], desk["verbs"]["suspend"]
    assert desk["moot"] == desk["verbs"]["moot"] == desk["queue"]["moot"] > 3
    assert desk["interventions"]["suspend-accounts"]["moot"] == desk["moot"]
    assert desk["interventions"]["close-accounts"]["moot"] == 0
    assert desk["actions"] == closed + suspended
    queue = desk["queue"]
    assert queue["opened"] == queue["acted"] + queue["moot"] + queue["open_at_end"]
    assert found["cost"]["total"] == 10.0 * closed + suspended
    assert found["penalties"]["accounts"] == closed + suspended
    simulation = Simulation(scenario, "it")
    simulation.advance(24.0)
    assert sum(simulation.desk.strikes.values()) == closed + suspended
    assert sum(each.cost for each in simulation.desk.journal) == found["cost"]["total"]
    reviewed = run(under(SUSPEND_LATE, CLOSE, prices={**prices, "moot": 0.5}), policy="it")
    assert reviewed.measures["cost"]["verbs"]["moot"] == 0.5 * desk["moot"]


def test_every_measure_that_reads_the_desk_knows_the_words() -> None:
    """A stream in which all verbs of the table occur is measured by all measures."""
    assert set(VERBS) == set(TABLE)
    batch = events(under(SUSPEND_LATE, CLOSE), "it")
    facts = Simulation(under(SUSPEND_LATE, CLOSE), "it").facts
    for measure in MEASURES.values():
        state = measure.start(facts)
        measure.observe(state, batch)
        assert measure.value(state)


# -- every verb ------------------------------------------------------------------------

#: Each verb on account 0, its first post, or the story, at full strength.
DOES: dict[str, Any] = {
    "close": lambda desk: desk.close(0),
    "take-down": lambda desk: desk.take_down([0])[0],
    "suspend": lambda desk: desk.suspend(0, hide_posts=True),
    "remove-followers": lambda desk: desk.remove_followers(0),
    "demonetise": lambda desk: desk.demonetise(0),
    "discount-engagement": lambda desk: desk.discount_engagement(0),
    "unmask": lambda desk: desk.unmask(0),
    "require-credentials": lambda desk: desk.require_credentials(0, credence=0.0),
    "classify": lambda desk: desk.classify(0, strictness=2.0),
    "warn": lambda desk: desk.warn(0),
    "fine": lambda desk: desk.fine(0),
    "arrest": lambda desk: desk.arrest(0)[0],
    "delete": lambda desk: desk.delete(desk.posts_of(0)[0]),
    "hide": lambda desk: desk.hide(desk.posts_of(0)[0]),
    "label": lambda desk: desk.label(desk.posts_of(0)[0]),
    "delist": lambda desk: desk.delist(0),
    "limit-push": lambda desk: desk.limit_push(0),
    "derank": lambda desk: desk.derank(0),
    "slow": lambda desk: desk.slow(0, flow=0.0, amplified=False),
    "promote": lambda desk: desk.promote(0),
    "take-down-story": lambda desk: desk.take_down_story(0),
    "ask-readers": lambda desk: desk.ask_readers(0, factor=2.0),
    "add-friction": lambda desk: desk.add_friction(0, friction=0.5),
    "warn-platform": lambda desk: desk.warn_platform(0, strictness=2.0),
}
#: Verbs that find nothing to do where this one was done before.
MOOT_UNDER: dict[str, set[str]] = {
    "close": {
        *("close", "take-down", "suspend", "remove-followers", "demonetise", "unmask"),
        *("discount-engagement", "require-credentials", "classify", "warn"),
        *("delete", "hide", "label"),
    },
    "suspend": {"suspend"},
    "remove-followers": {"remove-followers"},
    "demonetise": {"demonetise"},
    "discount-engagement": {"discount-engagement"},
    "unmask": {"unmask"},
    "require-credentials": {"require-credentials"},
    "delete": {"delete", "hide", "label"},
    "hide": {"hide"},
    "label": {"label"},
    "delist": {"delist"},
    "limit-push": {"limit-push"},
    "derank": {"derank"},
    "slow": {"slow", "delist", "limit-push", "derank"},
    "promote": {"promote"},
    # The post that is deleted above is of another story.
    "take-down-story": {*("take-down-story", "delist", "limit-push", "derank", "slow"), "promote"},
}
for _verb in ("classify", "warn", "fine", "ask-readers", "add-friction", "warn-platform"):
    MOOT_UNDER[_verb] = set()
MOOT_UNDER["take-down"] = MOOT_UNDER["close"]
MOOT_UNDER["arrest"] = {*MOOT_UNDER["close"], "arrest"}


def test_every_verb_that_does_something_is_tried() -> None:
    effects = {verb for verb in TARGET_OF if verb not in {v.lifted_by for v in TABLE.values()}}
    assert set(DOES) == set(MOOT_UNDER) == effects - {"correct", "reopen", "remonetise-in-part"}


@pytest.mark.parametrize("first", DOES)
def test_what_is_moot_under_what(first: str) -> None:
    """Both by hand, one after the other; and the same word by word of what is moot."""
    for second in DOES:
        simulation = Simulation(under())
        simulation.advance(8.0)
        desk = simulation.desk
        DOES[first](desk)
        levers, strikes = lever_columns(simulation.world), dict(desk.strikes)
        before, force = len(desk.journal), desk.force.on("account", 0)[:]
        done = DOES[second](desk)
        told_now = [(each.verb, each.cost) for each in desk.journal[before:]]
        if second in MOOT_UNDER[first]:
            assert done.moot and told_now == [("moot", 0.0)], second
            assert dict(desk.strikes) == strikes
            assert desk.force.on("account", 0) == force
            desk.undo(done)
            for lever, column in lever_columns(simulation.world).items():
                assert column.tobytes() == levers[lever].tobytes()
            assert len(desk.journal) == before + 1
        else:
            assert not done.moot and told_now[0] == (second, 1.0), second


def test_a_weaker_one_is_moot_and_a_stronger_one_comes_on_top() -> None:
    desk = Simulation(under()).desk
    audience = desk.world.accounts["audience"]
    first = desk.remove_followers(0, keep=0.7)
    assert desk.would_be_moot("remove-followers", 0, keep=0.9)
    assert desk.remove_followers(0, keep=0.9).moot
    assert desk.remove_followers(0, keep=0.7).moot
    second = desk.remove_followers(0, keep=0.3)
    assert audience[0] == 0.7 * 0.3
    desk.undo(first)
    assert audience[0] == 0.3
    assert not desk.would_be_moot("remove-followers", 0, keep=0.2)
    desk.undo(second)
    assert audience[0] == 1.0
    verbs = [each.verb for each in desk.journal]
    assert verbs == [*["remove-followers", "moot", "moot", "remove-followers"], "restore-followers"]


def test_a_verb_must_be_one_that_does_something() -> None:
    desk = Simulation(under()).desk
    for word in ("flag", "moot", "shut"):
        with pytest.raises(ValueError, match=f"'{word}' is not a verb that acts on a target"):
            desk.would_be_moot(word, 0)


# -- posts ---------------------------------------------------------------------------


def shared(engine: str = "fast") -> tuple[Desk, int, int]:
    """A desk with an original of account 0 and a share of it by somebody else."""
    lively = {"stories": {0: {"appeal": 0.5, "author": {"ids": [0]}}}}
    simulation = Simulation(under(**lively), engine=engine)
    simulation.advance(6.0)
    made = simulation.world.posts[: simulation.world.posts_made]
    share = int(np.flatnonzero(made["root"] != np.arange(len(made)))[0])
    return simulation.desk, int(made["root"][share]), share


@pytest.mark.parametrize("engine", ENGINES)
def test_a_share_is_gone_with_its_original(engine: str) -> None:
    desk, original, share = shared(engine)
    done = desk.delete(original)
    assert desk.gone("post", original) and desk.gone("post", share)
    for verb in (desk.delete, desk.hide, desk.label):
        assert verb(share).moot
    desk.undo(done)
    assert not desk.gone("post", share) and not desk.delete(share).moot
    assert not desk.gone("post", original)


def test_a_share_outlives_an_original_that_was_a_copy() -> None:
    desk, original, share = shared()
    desk.delete(original, takes_shares=False)
    assert desk.gone("post", original) and not desk.gone("post", share)
    assert desk.delete(original, takes_shares=False).moot
    assert desk.label(original).moot
    assert not desk.label(share).moot
    assert not desk.delete(original).moot, "that takes the shares along: more than before"
    assert desk.gone("post", share)


def test_posts_vanish_with_their_author_or_that_of_their_original() -> None:
    for who in ("its author", "the author of its original"):
        desk, original, share = shared()
        author = desk.world.posts["author"][share if who == "its author" else original]
        done = desk.close(int(author))
        assert desk.label(share).moot and desk.delete(share).moot
        assert desk.hide(original).moot is (who != "its author")
        desk.undo(done)
        assert not desk.label(share).moot


def test_a_label_shows_on_shares_already_and_hidden_posts_are_not_gone() -> None:
    desk, original, share = shared()
    desk.label(original, credence=0.5)
    assert desk.label(share, credence=0.5).moot
    assert not desk.label(share, credence=0.2).moot
    hidden = desk.hide(original)
    assert not desk.gone("post", original)
    assert not desk.delete(original).moot
    desk.undo(hidden)


def test_a_post_deleted_is_not_labelled_later() -> None:
    """By two interventions: every post is deleted an hour after it, and due a label at two."""
    delete = {"kind": "delete-posts", "when": {"age": "1 h"}}
    label = {"kind": "label", "when": {"age": "2 h"}}
    batch = events(under(delete, label), "it")
    assert len(actions(batch, "label")) == 0
    assert len(actions(batch, "moot")) > 20
    alone = events(under(label), "it")
    post = alone.only(Kind.PUBLISH, Kind.SHARE)
    first = dict(zip(post.post.tolist(), (post.kind == Kind.PUBLISH).tolist(), strict=True))
    assert all(first[p] for p in actions(alone, "label").post.tolist())
    assert not any(first[p] for p in actions(alone, "moot").post.tolist()), "a label shows on them"


# -- the caseload ---------------------------------------------------------------------------


def test_who_is_gone_takes_no_reviewer_s_time_and_no_quota() -> None:
    """Accounts 0 and 1 are closed; the one review an hour and act a day are for 2 and 3."""
    close = {"kind": "close-accounts", "when": {"at": ["1 h"]}, "whom": {"accounts": [0, 1]}}
    suspend = {
        "kind": "suspend-accounts",
        "when": {"at": ["2 h"]},
        "whom": {"accounts": [0, 1, 2, 3]},
        "reviewers": 1,
        "review_time": {"law": "fixed", "time": "1 h"},
        "duration": "9 d",
    }
    batch = events(under(close, suspend), "it")
    assert {t for t, *_ in told(batch, "suspend")} == {3.0, 4.0}
    # The two that are gone are put aside when their turn comes, at no cost of time.
    assert sum(t in (2.0, 3.0, 4.0) for t, *_ in told(batch, "moot")) == 2
    limited = under(close, {**suspend, "quota": "1 per 6 h"}, horizon="20 h")
    times = [t for t, *_ in told(events(limited, "it"), "suspend")]
    assert times == [3.0, 6.0], "neither moot case has used up the act of a period"


def test_a_turn_that_came_to_nothing_goes_to_who_waits() -> None:
    """Two wait for the next period. Who comes first is closed by then: the other is hit."""
    suspend = {
        "kind": "suspend-accounts",
        "when": {"at": ["1 h"]},
        "whom": {"accounts": [0, 1, 2]},
        "quota": "1 per 12 h",
        "duration": "9 d",
    }
    first, second, third = (a for *_, a in told(events(under(suspend), "it"), "flag"))
    close = {"kind": "close-accounts", "when": {"at": ["2 h"]}, "whom": {"accounts": [second]}}
    batch = events(under(suspend, close), "it")
    assert told(batch, "suspend") == [(1.0, "suspend", first), (12.0, "suspend", third)]
    assert told(batch, "moot") == [(12.0, "moot", second)]


def test_an_appeal_against_what_has_ended_is_moot() -> None:
    """Suspended for 2 h at 1 h, the appeal is heard at 5 h; against a closure it is not moot."""
    appeals = {"kind": "appeals", "delay": {"law": "fixed", "time": "4 h"}}
    batch = events(under(at("suspend-accounts", "1 h", duration="2 h"), appeals), "it")
    assert told(batch, "appeal", "reinstate", "moot", "reject-appeal") == [
        (1.0, "appeal", 0),
        (3.0, "reinstate", 0),
        (5.0, "moot", 0),
    ]
    batch = events(under(at("close-accounts", "1 h"), appeals), "it")
    assert told(batch, "reinstate", "moot") == [(5.0, "reinstate", 0)]


def test_nobody_appeals_against_a_moot_case() -> None:
    appeals = {"kind": "appeals", "when": {"age": "1 h"}, "delay": {"law": "fixed", "time": "9 h"}}
    late = at("suspend-accounts", "2 h", duration="1 d")
    batch = events(under(at("close-accounts", "1 h"), late, appeals), "it")
    assert told(batch, "appeal", "suspend", "moot", "reinstate") == [
        (2.0, "moot", 0),
        (2.0, "appeal", 0),
        (11.0, "reinstate", 0),
    ]


def test_who_was_arrested_while_appealing_stays_closed() -> None:
    close = at("close-accounts", "1 h")
    arrest = at("take-down-network", "2 h", smallest=1, arrest=True)
    appeals = {"kind": "appeals", "delay": {"law": "fixed", "time": "4 h"}}
    simulation = Simulation(under(close, arrest, appeals), "it")
    batch = simulation.advance(24.0)
    assert told(batch, "close", "arrest", "moot", "reinstate") == [
        (1.0, "close", 0),
        (2.0, "arrest", 0),
        (5.0, "moot", 0),
    ]
    assert simulation.world.accounts["can_post"][0] == 0


# -- ladders, campaigns, returning accounts, own policies ---------------------------------


def test_a_step_of_the_ladder_that_is_in_force_is_moot_and_leads_to_the_next() -> None:
    ladder = {
        "kind": "strike-ladder",
        "when": {"reports": 2},
        "steps": ["warn", "demonetise", "close"],
    }
    money = {"kind": "demonetise", "when": {"at": ["0 h"]}}
    busy = {"stories": {0: {"author": {"ids": [0]}}}}
    plain, both = (
        [verb for _, verb, a in told(events(under(*policy, **busy), "it")) if a == 0]
        for policy in ((ladder,), (ladder, money))
    )
    assert [verb for verb in plain if verb != "flag"] == ["warn", "demonetise", "close"]
    assert [verb for verb in both if verb != "flag"] == ["demonetise", "warn", "moot", "close"]


def test_a_campaign_looks_for_those_who_are_not_under_the_penalty_yet() -> None:
    """30 removals in 40 accounts of which 20 have lost their followers already: 20 are left."""
    before = {
        "kind": "remove-followers",
        "when": {"at": ["0 h"]},
        "whom": {"accounts": list(range(20))},
    }
    campaign = {
        "kind": "campaign",
        "begin": "1 h",
        "end": "20 h",
        "every": "1 h",
        "penalties": {"remove-followers": 30},
    }
    batch = events(under(before, campaign), "it")
    hit = [a for t, _, a in told(batch, "remove-followers") if t > 0]
    assert sorted(hit) == list(range(20, 40))
    assert len(actions(batch, "moot")) == 0


def test_an_account_comes_back_once_for_one_closure() -> None:
    """Closed for 20 h at 1 h, and for good at 2 h: one new account, not two."""
    back = {
        "kind": "re-registration",
        "delay": {"law": "fixed", "time": "3 h"},
        "half_life": "0 h",
        "times": 2,
    }
    policy = (at("close-accounts", "1 h", duration="20 h"), at("close-accounts", "2 h"))
    simulation = Simulation(under(*policy, adversaries=[back]), "it")
    batch = simulation.advance(24.0)
    assert told(batch, "close") == [(1.0, "close", 0), (2.0, "close", 0)]
    assert (simulation.world.heirs > 0).sum() == 1
    heir = simulation.world.heir_of(0)
    assert not simulation.desk.gone("account", heir)
    assert simulation.desk.gone("account", 0)


def test_whom_nobody_has_opened_yet_is_gone_too() -> None:
    back = {"kind": "re-registration", "delay": {"law": "fixed", "time": "3 h"}}
    simulation = Simulation(under(adversaries=[back]))
    row = simulation.world.graph.accounts
    assert simulation.desk.gone("account", row)
    assert simulation.desk.close(row).moot
    simulation.desk.arrest(0)
    told_of = {each.target for each in simulation.desk.journal if each.verb == "close"}
    assert told_of == {0}
    simulation.advance(24.0)
    assert not simulation.world.begun(row), "who was arrested does not come back"


@pytest.mark.parametrize("engine", ENGINES)
def test_an_innocent_account_hit_with_its_person_counts_once(engine: str) -> None:
    """By hand: every open account of the persons hit, and none that nobody has opened."""
    back = {
        "kind": "re-registration",
        "delay": {"law": "fixed", "time": "1 h"},
        "half_life": "0 h",
        "times": 2,
    }
    alone = {"stories": {0: {"appeal": 0.0, "copies": 1, "author": {"ids": [0]}}}}
    accounts = {"accounts": {"second": 0.5}, "adversaries": [back], "measures": ["collateral"]}
    scenario = small(REPORTED, alone, accounts)
    person = Simulation(scenario).world.person
    pairs = {0: (0, 10), 15: (15, 39)}
    for one, both in pairs.items():
        assert np.flatnonzero(person[:40] == one).tolist() == list(both)
        assert np.count_nonzero(person == one) == 6, "two more are laid out for each"

    def policy(desk: Desk) -> Any:
        yield desk.env.timeout(6)
        desk.close(15)
        yield desk.env.timeout(6)
        heir = desk.world.heir_of(15)
        assert not desk.gone("account", heir)
        desk.take_down([10])
        moot = [desk.arrest(account)[0].moot for account in (0, 10, 39, heir)]
        assert moot == [False, True, False, True]
        assert all(done.moot for done in desk.take_down([10, 15, 39, heir]))
        hit.extend([15, 10, 39, heir])

    hit: list[int] = []
    found = run(scenario, policy, engine=engine).measures["collateral"]["accounts"]
    # Only account 0 has posted the rumor. Of the two persons five accounts are or were open.
    assert found["innocent_accounts"] == hit and found["innocent"] == 4
    assert (found["guilty"], found["innocent_persons"], found["of_innocent_persons"]) == (1, 2, 5)
    verbs = {verb: count for verb, count in found["innocent_actions"].items() if count}
    assert verbs == {"take-down": 1, "arrest": 1, "close": 3}


@pytest.mark.parametrize("engine", ENGINES)
def test_policies_of_one_s_own_see_what_was_moot(engine: str) -> None:
    seen: list[bool] = []

    def mine(desk: Desk) -> Any:
        yield desk.env.timeout(1)
        seen.append(desk.close(0).moot)
        yield desk.env.timeout(1)
        seen.append(desk.would_be_moot("suspend", 0))
        seen.append(desk.suspend(0).moot)
        seen.append(desk.would_be_moot("suspend", 1))

    batch = events(under(), mine, engine)
    assert seen == [False, True, True, False]
    assert told(batch) == [(1.0, "close", 0), (2.0, "moot", 0)]


def test_a_correction_that_nobody_can_publish_is_moot() -> None:
    answered = {
        "accounts": {"kinds": {"media": {"share": 0.05, "official": True}}},
        "stories": [
            REPORTED["stories"][0],
            {
                "name": "answer",
                "truth": True,
                "answers": "rumor",
                "author": {"ids": [5]},
                "copies": 2,
                "schedule": {"rate": "0 per day"},
                "appeal": 0.1,
            },
        ],
    }
    shut = {"kind": "close-accounts", "when": {"at": ["1 h"]}, "whom": {"kinds": ["media"]}}
    correct = {"kind": "correct", "when": {"at": ["2 h"]}, "whom": {"stories": ["rumor"]}}
    batch = events(under(shut, correct, **answered), "it")
    assert len(actions(batch, "correct")) == 0
    assert len(actions(batch, "moot")) == 2, "of both copies of the story"
    assert len(actions(events(under(correct, **answered), "it"), "correct")) == 2
    simulation = Simulation(under(**answered))
    simulation.desk.close(5)
    answer = simulation.desk.story("answer#1")
    assert simulation.desk.correct(0, answer, 5) == -1
    assert [each.verb for each in simulation.desk.journal] == ["close", "moot"]


def test_engines_agree() -> None:
    policy = (SUSPEND_LATE, CLOSE, {"kind": "label", "when": {"reports": 1}})
    fast, slow = (events(under(*policy), "it", engine) for engine in ENGINES)
    assert agree(fast, slow)
