"""What each adversary does, counted in the stream; statistical checks fail with P = ALARM."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pytest
from intervention_examples import WORLD
from scipy import stats
from small_worlds import actions, agree, events, small

from rumorsim.adversaries.base import Luck, of_kinds
from rumorsim.events.stream import Batch, Kind
from rumorsim.measures import Listening
from rumorsim.platform.sponsors import Sponsor
from rumorsim.simulation.simulation import Simulation

ALARM = 1e-4
#: Nobody reads or shares: what happens is the adversaries' doing.
STILL: dict[str, Any] = {
    "horizon": "50 h",
    "graph": {"kind": "path", "accounts": 400},
    "accounts": {"kinds": {"bot": {"share": 0.25}}},
    "feed": {"check_ins": {"mean": "0 per h"}},
    "stories": [
        {"name": "rumor", "truth": False, "appeal": 0.0, "author": {"ids": [0]}, "at": ["1 h"]},
        {"name": "news", "truth": True, "appeal": 0.0, "author": {"ids": [1]}, "at": ["2 h"]},
    ],
}


def run(
    adversary: dict[str, Any], *interventions: Any, world: Any = STILL, **changes: Any
) -> tuple[Simulation, Batch]:
    policy = {"name": "it", "interventions": list(interventions)}
    scenario = small(
        {"graph": None}, world, {"adversaries": [adversary], "policies": [policy]}, changes
    )
    simulation = Simulation(scenario, "it")
    return simulation, simulation.advance(scenario.horizon)


def bought(batch: Batch) -> Batch:
    """Publications outside the plan."""
    rows = batch.only(Kind.PUBLISH).rows
    return Batch(rows[rows["value"] >= 2**22])


# -- groups --------------------------------------------------------------------------------


def test_boosters_share_each_story_once_in_their_time() -> None:
    """Every bot, after a lognormal wait from the publication; KS against the law."""
    boosting = {
        "kind": "coordinated-boosters",
        "kinds": ["bot"],
        "size": 400,
        "stories": ["rumor"],
        "delay": {"law": "lognormal", "median": "3 min", "sigma": 0.5},
    }
    simulation, batch = run(boosting)
    shares = batch.only(Kind.SHARE)
    facts = simulation.facts
    bots = set(np.flatnonzero(facts.kind == facts.kinds.index("bot")).tolist()) - {0}
    assert Counter(shares.account.tolist()) == dict.fromkeys(bots, 1)
    assert set(shares.story.tolist()) == {0}
    waits = shares.time - 1.0
    assert stats.kstest(waits, stats.lognorm(0.5, scale=0.05).cdf).pvalue > ALARM
    assert stats.kstest(waits, stats.lognorm(0.5, scale=0.1).cdf).pvalue < ALARM


def test_a_crew_is_a_random_sample_of_its_kinds() -> None:
    """Each bot as likely as another over 200 worlds, other kinds never; chi-squared."""
    scenario = small(STILL)
    world = Simulation(scenario).world
    bots = of_kinds(world.people, ("bot",))
    times: Counter[int] = Counter()
    for seed in range(200):
        crew = Luck(seed).some(bots, 10)
        assert len(set(crew)) == 10
        times.update(crew)
    assert set(times) <= set(bots.tolist())
    counts = [times[bot] for bot in bots.tolist()]
    # Draws without replacement: the variance is smaller by (1 - 10 / bots).
    spread = sum((n - 2000 / len(bots)) ** 2 for n in counts) / (2000 / len(bots))
    spread /= 1 - 10 / len(bots)
    assert stats.chi2(len(bots) - 1).ppf(ALARM) < spread < stats.chi2(len(bots) - 1).isf(ALARM)


def test_mass_reports_close_what_counts_reports() -> None:
    """30 reports of the news, none of the rumor; the threshold closes its author for nothing."""
    reporting = {"kind": "mass-reporting", "size": 30, "stories": ["news"]}
    closing = {"kind": "close-accounts", "when": {"reports": 25}}
    _, batch = run(reporting, closing)
    reports = batch.only(Kind.REPORT)
    assert set(reports.story.tolist()) == {1}
    assert len(set(reports.account.tolist())) == len(reports) == 25, "the closed cannot be seen"
    assert actions(batch, "close").account.tolist() == [1]
    _, without = run({**reporting, "size": 20}, closing)
    assert len(actions(without, "close")) == 0


def test_fake_shares_are_paid_for_and_reach_nobody() -> None:
    """7 of 40 are bought; with real = 0 nobody reads them, with 1 their followers do."""
    faking = {
        "kind": "fake-engagement",
        "size": 40,
        "stories": ["rumor"],
        "shares": 10,
        "budget": 21.0,
        "price": 3.0,
    }
    reads = {}
    for real in (0.0, 1.0):
        simulation, batch = run({**faking, "real": real}, feed={"check_ins": {"mean": "2 per h"}})
        shares = batch.only(Kind.SHARE)
        assert len(shares) == 7
        (buyer,) = simulation.desk.sponsors
        assert buyer.purse == 0
        assert buyer.paid == set(shares.account.tolist())
        fake = np.isin(batch.only(Kind.EXPOSE).source, shares.account)
        reads[real] = int(fake.sum())
    assert reads[0.0] == 0
    assert reads[1.0] > 0


#: Much else is going on.
TOPICS: dict[str, Any] = {"slots": 2, "topics": "6 per h", "heat": {"median": 20.0}}


def test_fake_shares_buy_rank() -> None:
    """Nobody reads the fake accounts; on the trending list more people read the story."""
    alone = {i: {"appeal": 0.0, "copies": 1} for i in range(3)}
    read = {}
    for bought_shares in (0, 20):
        faking = {"kind": "fake-engagement", "size": 20, "stories": ["rumor"], "shares": 20}
        adversaries = [faking] if bought_shares else []
        scenario = small(WORLD, {"stories": alone, "adversaries": adversaries, "trending": TOPICS})
        reads = [events(scenario, seed=seed).only(Kind.EXPOSE).rows for seed in range(5)]
        read[bought_shares] = sum(
            int(((each["story"] == 0) & (each["value"] == 1)).sum()) for each in reads
        )
    assert read[20] > 4 * read[0] + 20


# -- money ---------------------------------------------------------------------------------


def test_boosters_hear_corrections_that_the_desk_orders() -> None:
    """A correction with no publication of its own: bots share what the desk has published."""
    stories = [
        STILL["stories"][0],
        {**STILL["stories"][1], "name": "denial", "answers": "rumor", "at": ["49 h"]},
    ]
    boosting = {
        "kind": "coordinated-boosters",
        "size": 400,
        "kinds": ["bot"],
        "stories": ["denial"],
        "delay": {"law": "fixed", "time": "6 min"},
    }
    order = {"kind": "correct", "when": {"at": ["10 h"]}, "whom": {"stories": ["rumor"]}}
    kinds = {"bot": {"share": 0.25}, "press": {"share": 0.1, "official": True}}
    still = {**STILL, "stories": stories, "accounts": {"kinds": kinds}}
    _, batch = run(boosting, order, world=still)
    ordered = batch.only(Kind.PUBLISH)
    time = float(ordered.time[ordered.story == 1][0])
    assert time == pytest.approx(10.0)
    shares = batch.only(Kind.SHARE)
    assert len(shares) > 50 and np.allclose(shares.time, time + 0.1)
    # Negative control: who boosts another story is not moved by it.
    _, other = run({**boosting, "stories": ["rumor"]}, order, world=still)
    assert not (other.only(Kind.SHARE).story == 1).any()


def test_paid_posts_are_a_poisson_process_until_the_money_is_gone() -> None:
    """12 posters, 2 an hour for 40 h; then a budget for 100, of which not one more is made."""
    posting = {"kind": "paid-posters", "size": 12, "story": "rumor", "rate": "2 per h"}
    within = {"begin": "5 h", "end": "45 h", "price": 2.5}
    _, batch = run({**posting, **within, "budget": 1e9})
    posts = bought(batch)
    low, high = stats.poisson(12 * 2 * 40).ppf([ALARM / 2, 1 - ALARM / 2])
    assert low <= len(posts) <= high
    assert (posts.time.min() > 5.0) & (posts.time.max() < 45.0)
    gaps = np.concatenate(
        [np.diff(posts.time[posts.account == a]) for a in set(posts.account.tolist())]
    )
    assert stats.kstest(gaps, stats.expon(scale=0.5).cdf).pvalue > ALARM
    assert stats.kstest(gaps, stats.expon(scale=0.6).cdf).pvalue < ALARM
    _, short = run({**posting, **within, "budget": 250.0})
    assert len(bought(short)) == 100
    assert (bought(short).rows == posts.rows[:100]).all()


def test_victims_pay_by_what_they_fear() -> None:
    """One follower each on a path: P(pay) = 1 / (1 + 3); the rest is published."""
    gang = {
        "kind": "blackmail",
        "size": 50,
        "story": "rumor",
        "rate": "1 per h",
        "ransom": 3.0,
        "harm": 1.0,
        "price": 1e-6,
        "budget": 1.0,
    }
    silent, batch = run(gang)
    published = len(bought(batch))
    (purse,) = silent.desk.sponsors
    ransoms = round(purse.purse / 3.0)
    assert purse.purse == pytest.approx(1.0 + 3.0 * ransoms - 1e-6 * published)
    assert stats.binomtest(ransoms, ransoms + published, 0.25).pvalue > ALARM
    assert stats.binomtest(ransoms, ransoms + published, 0.5).pvalue < ALARM


def test_ransoms_pay_for_slander() -> None:
    """A gang without money publishes nothing until somebody has paid, and never beyond that."""
    gang = {"kind": "blackmail", "size": 50, "story": "rumor", "rate": "1 per h", "budget": 0.0}
    _, nothing = run({**gang, "ransom": 1.0, "harm": 0.0})
    assert len(bought(nothing)) == 0
    simulation, batch = run({**gang, "ransom": 1.0, "harm": 0.2, "price": 1.0})
    assert len(bought(batch)) > 100
    assert simulation.desk.sponsors[0].purse >= 0


def test_paid_deletion_takes_the_most_shared_post_that_stands() -> None:
    """From the stream itself; bought by the first adversary; and until the money is gone."""
    deleting = {"kind": "paid-deletion", "stories": ["rumor"], "rate": "1 per h", "budget": 9.0}
    _, batch = run(deleting, world=WORLD)
    shares: Counter[int] = Counter()
    standing: dict[int, bool] = {}
    root: dict[int, int] = {}
    deleted = []
    for row in batch.rows:
        post = int(row["post"])
        if row["kind"] in (Kind.PUBLISH, Kind.SHARE) and row["story"] < 3:
            standing[post] = True
            root[post] = post
            if row["kind"] == Kind.SHARE:
                root[post] = root[int(row["value"])]
                shares[int(row["value"])] += 1
        elif row["kind"] == Kind.ACTION:
            there = [p for p in standing if standing[p] and standing[root[p]]]
            assert post == max(there, key=lambda p: (shares[p], -p))
            assert row["source"] == -2
            standing[post] = False
            deleted.append(post)
    assert len(deleted) == 9


def test_a_purse_is_never_in_debt() -> None:
    told: list[tuple[int, int, float]] = []
    purse = Sponsor(10.0, lambda *each: told.append(each))
    assert purse.pay(3, 6.0, 1)
    assert not purse.pay(4, 6.0, 1)
    assert purse.paid == {3}
    assert purse.fine(3, 1.0) == 1.0
    assert purse.fine(3, 100.0) == 3.0
    assert not purse.pay(3, 1.0, 0)
    purse.take_in(5, 1.0, 0)
    assert purse.pay(3, 1.0, 0)
    # What moved is told, what could not be paid is not.
    assert told == [(1, 3, 6.0), (-1, 3, 1.0), (-1, 3, 3.0), (0, 5, -1.0), (0, 3, 1.0)]


# -- money in the stream -----------------------------------------------------------------------

TRADE = [
    {
        "kind": "paid-posters",
        "size": 12,
        "story": "rumor",
        "rate": "1 per h",
        "price": 2.5,
        "budget": 100.0,
    },
    {"kind": "fake-engagement", "size": 30, "stories": ["news"], "shares": 7, "price": 0.5},
    {
        "kind": "blackmail",
        "size": 9,
        "story": "rumor",
        "rate": "0.5 per h",
        "ransom": 3.0,
        "harm": 2.0,
        "price": 1.0,
    },
    {"kind": "paid-deletion", "stories": ["rumor"], "rate": "1 per h", "price": 4.0, "budget": 9.0},
]
FINE = {"kind": "penalise-sponsors", "when": {"at": ["20 h"]}, "fine": 7.0}


def traded(policy: str, *measures: str) -> tuple[Simulation, dict[str, Any], Batch]:
    scenario = small(
        {"graph": None},
        STILL,
        {
            "adversaries": TRADE,
            "policies": [{"name": "it", "interventions": [FINE]}],
            "measures": list(measures),
        },
    )
    simulation = Simulation(scenario, policy)
    batch = simulation.advance(scenario.horizon)
    listening = Listening(simulation.facts, measures)
    listening.observe(batch)
    return simulation, listening.values(), batch


@pytest.mark.parametrize("policy", ["none", "it"])
def test_what_adversaries_pay_is_what_their_purses_lack(policy: str) -> None:
    simulation, found, batch = traded(policy, "payments")
    each = found["payments"]["adversaries"]
    posters, fake, gang, deleters = (each[kind["kind"]] for kind in TRADE)
    budgets = [100.0, 1e12, 1.0, 9.0]
    for purse, budget, one in zip(simulation.desk.sponsors, budgets, each.values(), strict=True):
        left = budget - one["spent"] + one["taken_in"] - one["fined"]
        assert purse.purse == pytest.approx(left, abs=1e-3)
    published = bought(batch)
    assert posters["payments"] + gang["payments"] == len(published) > 20
    assert posters["spent"] == 2.5 * posters["payments"]
    assert fake["spent"] == 0.5 * len(batch.only(Kind.SHARE)) == 3.5
    assert gang["taken_in"] > 0
    assert deleters == {"spent": 8.0, "taken_in": 0.0, "fined": 0.0, "payments": 2}
    assert found["payments"]["truth"]["true"] == 3.5
    assert (found["payments"]["fined"] > 0) == (policy == "it")


def test_posters_who_were_closed_are_not_paid() -> None:
    """From 20 h on nobody can post; the rest of the money stays where it is."""
    posting = {**TRADE[0], "budget": 1e6}
    simulation, batch = run(posting, {"kind": "close-accounts", "when": {"at": ["20 h"]}})
    published = bought(batch)
    assert len(published) > 20 and published.time.max() < 20.0
    assert simulation.desk.sponsors[0].purse == 1e6 - 2.5 * len(published)


def test_payments_are_told_only_where_a_measure_asks() -> None:
    """All else is the same to the bit."""
    _, _, asked = traded("it", "payments")
    _, _, plain = traded("it", "cost")
    assert len(asked.only(Kind.PAY)) > 20 and not len(plain.only(Kind.PAY))
    assert agree(Batch(asked.rows[asked.kind != Kind.PAY]), plain)


def test_bought_deletions_are_booked_under_who_bought_them() -> None:
    simulation, found, _ = traded("none", "cost", "enforcement")
    assert found["cost"]["interventions"] == {"paid-deletion": 2.0, "by hand": 0.0}
    by = found["enforcement"]["interventions"]
    assert (by["paid-deletion"]["actions"], by["by hand"]["actions"]) == (2, 0)
    assert {(each.by, each.reason) for each in simulation.desk.journal} == {(-2, "paid deletion")}
    # Negative control: what is done by hand afterwards is.
    simulation.desk.warn(3)
    assert simulation.desk.journal[-1].by == -1


# -- coming back -----------------------------------------------------------------------------

#: 400 accounts, all closed at 10 h.
CLOSE_ALL = {"kind": "close-accounts", "when": {"at": ["10 h"]}}
BACK = {"kind": "re-registration", "delay": {"law": "exponential", "mean": "4 h"}}


def heirs(simulation: Simulation) -> dict[int, int]:
    heir = simulation.world.heirs
    return {int(a): int(heir[a]) for a in np.flatnonzero(heir)}


def test_a_share_comes_back_after_its_delay() -> None:
    """Binomial for how many; the waits are read off the levers' history, KS."""
    simulation, _ = run({**BACK, "chance": 0.6}, CLOSE_ALL)
    back = heirs(simulation)
    # exp(-10) of them are still to come at the end.
    assert stats.binomtest(len(back), 400, 0.6).pvalue > ALARM
    begun = {
        row: when.time
        for when, table, column, row, value in simulation.desk.levers.history
        if (table, column) == ("accounts", "audience") and value == 0.0 and when.time >= 0
    }
    waits = [begun[heir] - 10.0 for heir in back.values()]
    assert stats.kstest(waits, stats.expon(scale=4.0).cdf).pvalue > ALARM
    assert stats.kstest(waits, stats.expon(scale=6.0).cdf).pvalue < ALARM


def test_followers_are_regained_by_halves() -> None:
    """0.8 of them at last, half of what is missing every 12 h, in steps of 6 h."""
    settings = {"delay": {"law": "fixed", "time": "1 h"}, "regained": 0.8, "half_life": "12 h"}
    simulation, _ = run({**BACK, **settings}, CLOSE_ALL)
    levels: dict[int, dict[float, float]] = defaultdict(dict)
    for when, table, column, row, value in simulation.desk.levers.history:
        if (table, column) == ("accounts", "audience") and when.time >= 11.0:
            levels[row][round(when.time - 11.0, 3)] = value
    assert len(levels) == 400
    expected = {6.0 * n: 0.8 * (1 - 0.5 ** (n / 2)) for n in range(7)}
    for curve in levels.values():
        assert curve == pytest.approx(expected)


def test_who_comes_back_is_read_by_those_regained_alone() -> None:
    """A star's centre: the share of followers reached afterwards is the share regained."""
    star = {
        "horizon": "30 h",
        "graph": {"kind": "star", "accounts": 1001},
        "feed": {"check_ins": {"mean": "4 per h"}},
        "stories": [
            {
                "name": "rumor",
                "truth": False,
                "appeal": 0.0,
                "author": {"most_followed": 1},
                "at": ["1 h", "15 h"],
                "copies": 1,
            }
        ],
    }
    closing = {"kind": "close-accounts", "when": {"at": ["30 min"]}, "whom": {"top": 1}}
    settings = {"delay": {"law": "fixed", "time": "1 h"}, "regained": 0.3, "half_life": "0 h"}
    simulation, batch = run({**BACK, **settings}, closing, world=star)
    (centre,), (heir,) = heirs(simulation), heirs(simulation).values()
    assert batch.only(Kind.WITHHOLD).account.tolist() == [centre], "nobody there at 1 h"
    assert batch.only(Kind.PUBLISH).account.tolist() == [heir]
    reached = batch.only(Kind.EXPOSE)
    assert set(reached.source.tolist()) == {heir}
    assert stats.binomtest(len(reached), 1000, 0.3).pvalue > ALARM
    person = simulation.facts.person
    assert person[heir] == person[centre]


@pytest.mark.parametrize("times", [1, 3])
def test_an_account_comes_back_so_often_and_no_more(times: int) -> None:
    """Closed every two hours, back after one: as many successors in a row."""
    hours = [f"{hour} h" for hour in range(2, 20, 2)]
    closing = {"kind": "close-accounts", "when": {"at": hours}}
    settings = {"delay": {"law": "fixed", "time": "1 h"}, "times": times, "kinds": ["bot"]}
    simulation, batch = run({**BACK, **settings}, closing)
    back = heirs(simulation)
    bots = of_kinds(simulation.world.people, ("bot",)).tolist()
    for bot in bots:
        line = [bot]
        while line[-1] in back:
            line.append(back[line[-1]])
        assert len(line) == times + 1
    assert len(back) == times * len(bots)
    closed = Counter(actions(batch, "close").account.tolist())
    assert set(closed.values()) == {1}
    assert len(closed) == 400 + len(back)


def test_who_was_reinstated_meanwhile_does_not_come_back() -> None:
    settings = {"delay": {"law": "fixed", "time": "5 h"}}
    simulation, _ = run({**BACK, **settings}, {**CLOSE_ALL, "duration": "3 h"})
    assert heirs(simulation) == {}
    longer, _ = run({**BACK, **settings}, {**CLOSE_ALL, "duration": "7 h"})
    assert len(heirs(longer)) == 400


def test_migrants_post_on_the_other_platform() -> None:
    """Planned posts of the closed come from there, read by a part of the followers here."""
    world: dict[str, Any] = {
        **STILL,
        "platforms": {"here": {}, "there": {}},
        "graph": {
            "kind": "union",
            "parts": {
                "here": {"kind": "star", "accounts": 500},
                "there": {"kind": "path", "accounts": 20},
            },
        },
        "feed": {"check_ins": {"mean": "4 per h"}},
        "stories": [
            {
                "name": "rumor",
                "truth": False,
                "appeal": 0.0,
                "author": {"most_followed": 1},
                "at": ["5 h"],
            }
        ],
    }
    moving = {
        "kind": "migration",
        "platform": "there",
        "delay": {"law": "fixed", "time": "1 h"},
        "regained": 0.2,
        "half_life": "0 h",
    }
    closing = {"kind": "close-accounts", "when": {"at": ["1 h"]}, "whom": {"top": 1}}
    simulation, batch = run(moving, closing, world=world)
    there = simulation.facts.platforms.index("there")
    (post,) = batch.only(Kind.PUBLISH).rows
    assert post["platform"] == there
    assert post["account"] in heirs(simulation).values()
    assert stats.binomtest(len(batch.only(Kind.EXPOSE)), 499, 0.2).pvalue > ALARM


def test_a_cohort_goes_on_boosting() -> None:
    """Every booster is closed at its first share; replaced, the crew shares the second story."""
    crew = {
        "kind": "coordinated-boosters",
        "kinds": ["bot"],
        "size": 50,
        "stories": ["rumor", "news"],
        "delay": {"law": "fixed", "time": "1 min"},
    }
    replacing = {
        "kind": "cohort-replacement",
        "kinds": ["bot"],
        "delay": {"law": "fixed", "time": "10 min"},
    }
    closing = {"kind": "close-accounts", "when": {"at": ["90 min"]}, "whom": {"kinds": ["bot"]}}
    policy = [{"name": "it", "interventions": [closing]}]
    shares = {}
    for name, adversaries in {"replaced": [crew, replacing], "gone": [crew]}.items():
        batch = events(small(STILL, {"adversaries": adversaries, "policies": policy}), "it")
        story = batch.only(Kind.SHARE).story.tolist()
        shares[name] = (story.count(0), story.count(1))
    assert shares["replaced"][0] == shares["gone"][0] >= 49
    assert shares["replaced"][1] >= 49
    assert shares["gone"][1] == 0
