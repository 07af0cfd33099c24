"""What happens at one moment happens in one order, and nothing is read before it is posted.

Fixed delays, whole hours and acts at once make ties of everything: each scenario here is the
smallest in which an order was wrong.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from rumorsim.events.stream import Batch, Kind
from rumorsim.events.verbs import VERBS
from rumorsim.platform.desk import Desk
from rumorsim.scenario import loads
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

ENGINES = ("fast", "reference")
#: A first read, wherever its row stands.
READ = ["time", "account", "story", "post", "source", "platform"]


def world(
    delay: str,
    exposures: str = "events",
    *,
    curve: Any = "flat",
    policy: str = "",
    when: str = 'at = ["0 h", "2 h"]',
    copies: int = 3,
) -> Scenario:
    return loads(f"""
horizon = "30 h"
[graph]
kind = "erdos-renyi"
accounts = 60
mean_followers = 6
[feed]
reading = "delay"
exposures = "{exposures}"
daily_curve = {curve if isinstance(curve, list) else f'"{curve}"'}
delay = {delay}
[[stories]]
name = "a"
truth = false
appeal = 0.3
report = 0.2
copies = {copies}
author = {{ random = 3 }}
{when}
[[policies]]
name = "acts"
interventions = [{policy}]
""")


CLOSE = '{ kind = "close-accounts", when = { shares = 1 } }'
CLOSE_FOR_A_TIME = '{ kind = "close-accounts", when = { shares = 1 }, duration = "1 h" }'
CUT = '{ kind = "remove-followers", when = { reports = 1 }, keep = 0.5, duration = "2 h" }'
DELETE = '{ kind = "delete-posts", when = { reports = 1 } }'
AN_HOUR = '{ law = "fixed", time = "1 h" }'
AT_ONCE = '{ law = "fixed", time = "0 h" }'


def first_reads(scenario: Scenario, seed: int, engine: str) -> tuple[list[Any], list[Any]]:
    """First reads in order of what they are, and all other events."""
    simulation = Simulation(scenario, "acts", seed, engine)
    batch = simulation.advance(scenario.horizon)
    reads = Batch.joined([batch.only(Kind.EXPOSE), simulation.exposures()])
    rest = batch.only(*(kind for kind in Kind if kind is not Kind.EXPOSE))
    return np.sort(reads.rows[READ], order=READ).tolist(), rest.rows.tolist()


@pytest.mark.parametrize("policy", [CLOSE, CLOSE_FOR_A_TIME, CUT, DELETE, f"{CUT}, {DELETE}"])
@pytest.mark.parametrize("delay", [AN_HOUR, AT_ONCE])
@pytest.mark.parametrize("engine", ENGINES)
def test_late_exposures_know_what_came_first_at_one_moment(
    engine: str, delay: str, policy: str
) -> None:
    """An act counts for who reads later in the same moment, and not for who read before."""
    read = 0
    for seed in range(6):
        wanted = first_reads(world(delay, policy=policy), seed, "fast")
        assert first_reads(world(delay, "late", policy=policy), seed, engine) == wanted
        read += len(wanted[0])
    assert read > 100


def test_late_exposures_of_ties_would_differ_without_an_order() -> None:
    """Negative control: acts take effect in the middle of a moment, and it matters."""

    def at_one_moment(policy: str) -> int:
        reads, rest = first_reads(world(AN_HOUR, policy=policy), 1, "fast")
        acted = {row[0] for row in rest if row[6] == Kind.ACTION}
        return sum(time in acted for time, *_ in reads)

    assert at_one_moment(CLOSE) > 5


@pytest.mark.parametrize("engine", ENGINES)
def test_late_exposures_say_where_the_reader_is(engine: str) -> None:
    scenario = loads("""
horizon = "5 h"
platforms = { one = {}, two = {} }
[graph]
kind = "union"
parts.one = { kind = "complete", accounts = 6 }
parts.two = { kind = "complete", accounts = 9 }
[feed]
reading = "delay"
exposures = "late"
[[stories]]
name = "a"
truth = false
appeal = 0.5
author = { random = 8 }
""")
    simulation = Simulation(scenario, engine=engine)
    simulation.advance("5 h")
    exposed = simulation.exposures()
    assert np.array_equal(exposed.platform, simulation.facts.platform[exposed.account])
    assert set(exposed.platform.tolist()) == {0, 1}


#: Weights of the hours that bring the two changes of clock to their limits.
CURVES = ("waking", [0.1, 3, 0.7] * 8, [0, 1] * 12, [1e6, 1e-6] * 12, [0] * 23 + [1])
DELAYS = (
    AT_ONCE,
    '{ law = "fixed", time = "1e-12 h" }',
    '{ law = "lognormal", median = "1 s", sigma = 20 }',
    '{ law = "weibull", shape = 0.06, scale = "1 s" }',
)


@pytest.mark.parametrize("curve", CURVES, ids=str)
@pytest.mark.parametrize("delay", DELAYS)
def test_nothing_is_read_before_it_is_posted_whatever_the_clock(delay: str, curve: Any) -> None:
    scenario = world(delay, curve=curve, when='schedule = { rate = "4 per d" }', copies=20)
    batch = Simulation(scenario).advance(scenario.horizon)
    assert (np.diff(batch.time) >= 0).all()
    made = batch.only(Kind.PUBLISH, Kind.SHARE)
    read = batch.only(Kind.EXPOSE, Kind.REPORT)
    assert len(read) > 300
    assert (made.time[read.post] <= read.time).all()
    if delay != AT_ONCE and "1 s" not in delay:
        assert (made.time[read.post] < read.time).all(), "a delay is never rounded away"
    slow = Simulation(scenario, engine="reference").advance(scenario.horizon)
    assert slow.rows.tolist() == batch.rows.tolist()


BATCH = """
horizon = "20 h"
[graph]
kind = "star"
accounts = 40
[feed]
check_ins = { mean = "1 per h", shape = "alike" }
background = "0 per h"
[[stories]]
name = "a"
truth = false
appeal = 0.0
report = 1.0
copies = 5
author = { ids = [0] }
[[policies]]
name = "ladder"
[[policies.interventions]]
kind = "strike-ladder"
when = { reports = 2 }
steps = ["warn"]
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_check_in_that_counts_several_does_not_end_the_watch(engine: str) -> None:
    """Five reports at each check-in pass the levels 2, 4, 6 ... two or three at a time."""
    batch = Simulation(loads(BATCH), "ladder", engine=engine).advance("20 h")
    reports = len(batch.only(Kind.REPORT))
    verbs = Counter(VERBS[int(code)] for code in batch.only(Kind.ACTION).value)
    assert reports == 5 * 39
    # One case at a time for an account: one warning a check-in, and each passes a level.
    assert verbs == {"flag": 39, "warn": 39}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_count_is_told_that_is_watched_when_it_is_reached(engine: str) -> None:
    """Also to who begins to watch while the counts of the same check-in are told."""
    heard: list[int] = []

    def policy(desk: Desk) -> Any:
        def next_one(_: int, count: int) -> None:
            heard.append(count)
            desk.watch("account", "reports", count + 1, next_one)

        desk.watch("account", "reports", 3, next_one)
        yield desk.env.timeout(0)

    Simulation(loads(BATCH), policy, engine=engine).advance("20 h")
    # Reports come by fives: 4 is passed when 3 is told.
    assert heard == [3]


@pytest.mark.parametrize(
    "kind", ["maki-thompson", "daley-kendall", "sir", "sis", "linear-threshold"]
)
def test_ordered_corrections_are_told_in_every_model(kind: str) -> None:
    """What the desk has published is told as the model says, not put into feeds."""
    model = f'{{ kind = "{kind}" }}'
    if kind in ("sir", "sis"):
        model = f'{{ kind = "{kind}", transmission = "1 per h" }}'
    scenario = loads(f"""
horizon = "12 h"
model = {model}
[graph]
kind = "complete"
accounts = 20
[accounts.kinds]
official-media = {{ share = 0.2, official = true }}
[[stories]]
name = "rumor"
truth = false
appeal = 0.5
author = {{ random = 1 }}
[[stories]]
name = "answer"
truth = true
appeal = 1.0
author = {{ kind = "official-media" }}
answers = "rumor"
schedule = {{ rate = "0 per h" }}
[[policies]]
name = "correct"
interventions = [{{ kind = "correct", when = {{ at = ["1 h"] }}, authors = 2 }}]
""")
    fast, slow = (Simulation(scenario, "correct", 3, each).advance("12 h") for each in ENGINES)
    assert fast.rows.tolist() == slow.rows.tolist()
    told = fast.only(Kind.EXPOSE)
    assert (told.story == 1).sum() > 5
