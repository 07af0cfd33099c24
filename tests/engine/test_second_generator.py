"""The second generator: both engines agree on its scenarios, and every stream keeps every law.

``python tests/helpers/fuzz.py --scenarios 2000`` does the same at length. Each law has a control:
a stream with a planted violation is told to break it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from fuzz import ALL_LAWS, Found, examined
from law_book import Event, broken, events_of
from second_generator import second_scenario
from second_hand import by_hand

from rumorsim.adversaries import ADVERSARIES
from rumorsim.engine.models import MODELS
from rumorsim.events.stream import Facts, Kind
from rumorsim.events.verbs import EFFECTS, VERBS
from rumorsim.platform.interventions import INTERVENTIONS
from rumorsim.platform.surfaces import SURFACES
from rumorsim.scenario import loads
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

#: Scenarios of the ordinary suite; the long one goes on.
QUICK, LONG = 24, 400


@pytest.fixture(scope="module")
def found() -> Found:
    every = Found()
    for number in range(QUICK):
        every.add(examined(number))
    return every


def test_twins_agree_and_laws_hold(found: Found) -> None:
    assert found.faults == []
    assert found.runs >= 3 * QUICK
    # Without this they would hold of nothing.
    assert found.events > 5000 and len(found.kinds) >= 10, found.table()


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_twins_agree_and_laws_hold_at_length(part: int) -> None:
    size = (LONG - QUICK) // 10
    every = Found()
    for number in range(QUICK + part * size, QUICK + (part + 1) * size):
        every.add(examined(number))
    assert every.faults == []


def test_scenarios_are_the_same_every_time_and_differ() -> None:
    made = [second_scenario(number).model_dump_json() for number in (3, 3, 4)]
    assert made[0] == made[1] != made[2]


@pytest.mark.long
def test_every_plug_in_takes_part() -> None:
    seen: Counter[str] = Counter()
    verbs: Counter[str] = Counter()
    for number in range(300):
        scenario = second_scenario(number)
        seen.update(each.kind for each in scenario.adversaries)
        seen.update(each.kind for policy in scenario.policies for each in policy.interventions)
        seen.update([scenario.model.kind] if scenario.model else ["feed", scenario.feed.reading])
        for platform in (scenario, *scenario.platforms.values()):
            seen.update(k for k in SURFACES.own if getattr(platform, k, None) is not None)
        hand = Simulation(scenario, by_hand(number, scenario.horizon))
        acts = hand.advance(scenario.horizon).only(Kind.ACTION)
        verbs.update(VERBS[int(code)] for code in acts.value)
    wanted = {*ADVERSARIES, *INTERVENTIONS, *MODELS, *SURFACES.own, "feed", "check-in", "delay"}
    assert wanted <= set(seen)
    assert set(EFFECTS) - {"take-down"} <= set(verbs)


# -- each law sees what breaks it ------------------------------------------------------

TEXT = """
horizon = "12 h"
measures = ["impressions", "payments"]
[graph]
kind = "complete"
accounts = 20
[feed]
attention = 2
background = "0 per h"
[feed.check_ins]
mean = "2 per h"
shape = "alike"
[platforms.one]
publications_per_day = 1
push = { least = 0.0, opened = 0.5, refresh = "1 h" }
[beliefs]
trust_unrefuted = -0.2
[[stories]]
name = "a"
truth = false
appeal = 0.5
report = 0.5
belief = 0.5
author = { ids = [0, 1] }
[[stories]]
name = "b"
truth = true
appeal = 0.5
author = { ids = [2] }
answers = "a"
[[adversaries]]
kind = "paid-posters"
story = "a"
size = 2
rate = "1 per h"
budget = 4.0
[[adversaries]]
kind = "re-registration"
delay = { law = "fixed", time = "1 h" }
[[policies]]
name = "acts"
[[policies.interventions]]
kind = "close-accounts"
when = { reports = 6 }
delay = { law = "fixed", time = "1 h" }
quota = "1 per 2 h"
[[policies.interventions]]
kind = "strike-ladder"
when = { reports = 2 }
steps = ["warn", "demonetise"]
[[policies.interventions]]
kind = "remove-followers"
when = { at = ["3 h"] }
whom = { accounts = [0] }
[[policies.interventions]]
kind = "delete-posts"
when = { shares = 2 }
duration = "1 h"
[[policies.interventions]]
kind = "label"
when = { reports = 1 }
delay = { law = "fixed", time = "30 min" }
"""
BY_DELAY = """
horizon = "6 h"
[graph]
kind = "complete"
accounts = 20
[feed]
reading = "delay"
delay = { law = "fixed", time = "1 h" }
[[stories]]
name = "a"
truth = false
appeal = 0.3
author = { ids = [0] }
"""
SIR = """
horizon = "6 h"
[graph]
kind = "complete"
accounts = 20
[model]
kind = "sir"
transmission = "1 per h"
recovery = { law = "fixed", time = "1 h" }
[[stories]]
name = "a"
truth = false
appeal = 0.5
author = { ids = [0] }
"""
VISITED = """
horizon = "6 h"
[graph]
kind = "complete"
accounts = 20
[[stories]]
name = "a"
truth = false
appeal = 0.3
author = { ids = [0] }
visits = { mean = 3.0, delay = { law = "fixed", time = "1 min" } }
"""
Rows = list[Event]


def streamed(text: str, policy: str = "none") -> tuple[Scenario, Facts, Rows]:
    scenario = loads(text)
    simulation = Simulation(scenario, policy)
    return scenario, simulation.facts, events_of(simulation.advance(scenario.horizon))


def told(made: tuple[Scenario, Facts, Rows], *laws: Any) -> set[str]:
    """The laws (of these, or of all) that a stream breaks."""
    scenario, facts, rows = made
    return {law for law, _ in broken(facts, rows, scenario.resolved(), laws or ALL_LAWS)}


def first(rows: Rows, kind: Kind, verb: str = "", **also: Any) -> int:
    """The place of the first row of a kind (and a verb) with these values."""
    return next(
        place
        for place, row in enumerate(rows)
        if row.kind is kind
        and (not verb or row.verb == verb)
        and all(getattr(row, name) == value for name, value in also.items())
    )


def changed(place: int, rows: Rows, **values: Any) -> None:
    rows[place] = rows[place]._replace(**values)


def action(rows: Rows, verb: str, **values: Any) -> Event:
    """An action now: after the last of these rows."""
    blank = Event(rows[-1].time, Kind.ACTION, 0, -1, -1, -1, -1, float(VERBS.index(verb)))
    return blank._replace(**values)


def moved_back(rows: Rows) -> None:
    changed(len(rows) - 1, rows, time=rows[-2].time - 1e-9)


def read_too_soon(rows: Rows) -> None:
    place = first(rows, Kind.EXPOSE)
    posted = next(row for row in rows if row.kind is Kind.PUBLISH and row.post == rows[place].post)
    rows.insert(rows.index(posted), rows.pop(place)._replace(time=posted.time))


def after(verb: str, kind: Kind) -> Callable[[Rows], None]:
    """Whom a verb was done to goes on as if nothing was: a row of a kind right after it."""

    def plant(rows: Rows) -> None:
        place = first(rows, Kind.ACTION, verb)
        row = rows[first(rows, kind)]
        rows.insert(place + 1, row._replace(time=rows[place].time, account=rows[place].account))

    return plant


def closed_twice(rows: Rows) -> None:
    place = first(rows, Kind.ACTION, "close")
    rows.insert(place + 1, rows[place]._replace(value=float(VERBS.index("suspend"))))


def author_read_after(verb: str) -> Callable[[Rows], None]:
    """A post of whom a verb was done to is read by somebody who had not read the story."""

    def plant(rows: Rows) -> None:
        place = first(rows, Kind.ACTION, verb)
        gone = rows[place]
        posts = [row for row in rows[:place] if row.kind in (Kind.PUBLISH, Kind.SHARE)]
        post = next(
            row for row in posts if gone.post in (-1, row.post) and row.account == gone.account
        )
        reading = Event(gone.time, Kind.EXPOSE, 0, post.story, post.post, 19, post.account, 0.0)
        rows.insert(place + 1, reading)

    return plant


def one_more(kind: Kind, verb: str = "", **values: Any) -> Callable[[Rows], None]:
    """A row of a kind once more, right after itself, with some values changed."""

    def plant(rows: Rows) -> None:
        place = first(rows, kind, verb)
        rows.insert(place + 1, rows[place]._replace(**values))

    return plant


def with_other(kind: Kind, verb: str = "", **values: Any) -> Callable[[Rows], None]:
    """The first row of a kind with other values."""
    return lambda rows: changed(first(rows, kind, verb), rows, **values)


def unread_share(rows: Rows) -> None:
    """Whoever shares had not read."""
    share = rows[first(rows, Kind.SHARE)]
    rows[:] = [
        row
        for row in rows
        if row.kind not in (Kind.EXPOSE, Kind.READ)
        or (row.account, row.story) != (share.account, share.story)
    ]


def four_reads_at_once(rows: Rows) -> None:
    place = first(rows, Kind.READ)
    for number in (2.0, 3.0, 4.0):
        rows.insert(place + 2, rows[place]._replace(value=number))


def visit_of_a_share(rows: Rows) -> None:
    originals = {row.post for row in rows if row.kind is Kind.PUBLISH}
    place = next(
        i for i, row in enumerate(rows) if row.kind is Kind.EXPOSE and row.post not in originals
    )
    changed(place, rows, value=2.0)


def all_visits(rows: Rows) -> None:
    for place, row in enumerate(rows):
        if row.kind is Kind.EXPOSE and row.post == 0:
            changed(place, rows, value=2.0)


def never_lifted(rows: Rows) -> None:
    del rows[first(rows, Kind.ACTION, "restore-post")]


def sooner(verb: str, hours: float) -> Callable[[Rows], None]:
    """An act comes earlier than its case allows."""

    def plant(rows: Rows) -> None:
        row = rows.pop(first(rows, Kind.ACTION, verb))
        time = row.time - hours
        place = next(i for i, each in enumerate(rows) if each.time > time)
        rows.insert(place, row._replace(time=time))

    return plant


#: By law: what breaks it, in which stream.
PLANTED: dict[str, tuple[str, Callable[[Rows], None]]] = {
    "TimesNeverFall": (TEXT, moved_back),
    "NamesExist": (TEXT, with_other(Kind.EXPOSE, value=9.0)),
    "PlatformsAreWhereAccountsAre": (TEXT, with_other(Kind.PUBLISH, platform=1)),
    "PostsComeInOrder": (TEXT, with_other(Kind.SHARE, value=1e6)),
    "NothingIsReadBeforeItIsPosted": (TEXT, read_too_soon),
    "EverybodyIsExposedOnce": (TEXT, one_more(Kind.EXPOSE)),
    "SharesFollowExposures": (TEXT, unread_share),
    "ReportsFollowExposures": (TEXT, one_more(Kind.REPORT)),
    "SpreadersStopWhatTheyTell": (SIR, one_more(Kind.STOP)),
    "BeliefsAlternate": (TEXT, one_more(Kind.BELIEVE)),
    "TrustIsBounded": (TEXT, with_other(Kind.TRUST, value=106.0)),
    "DelaysOfReadingHold": (BY_DELAY, with_other(Kind.EXPOSE, time=1.5)),
    "AttentionIsLimited": (TEXT, four_reads_at_once),
    "WhoIsBarredDoesNothing": (TEXT, after("close", Kind.REPORT)),
    "WhoIsGoneIsNotSeen": (TEXT, author_read_after("delete")),
    "NothingIsDoneToWhoIsGone": (TEXT, closed_twice),
    "WhoIsCutOffReachesNobody": (TEXT, author_read_after("remove-followers")),
    "WithheldPostsAreBarred": (
        TEXT,
        lambda rows: rows.append(rows[-1]._replace(kind=Kind.WITHHOLD, account=17, value=0.0)),
    ),
    "WhoComesBackWasClosed": (TEXT, with_other(Kind.REPORT, account=25)),
    "CasesComeBeforeActs": (TEXT, sooner("label", 0.25)),
    "QuotasHold": (TEXT, one_more(Kind.ACTION, "close")),
    "LaddersAreClimbed": (
        TEXT,
        with_other(Kind.ACTION, "warn", value=float(VERBS.index("demonetise"))),
    ),
    "WhatIsForATimeIsUndone": (TEXT, never_lifted),
    "SurfacesShowWhatTheySay": (TEXT, with_other(Kind.EXPOSE, value=1.0)),
    "VisitsAreOfOriginals": (VISITED, visit_of_a_share),
    "VisitsAreAsMany": (VISITED, all_visits),
    "PlansAreKept": (TEXT, one_more(Kind.PUBLISH)),
    "PursesPayWhatTheyHave": (TEXT, with_other(Kind.PAY, value=5.0)),
}


def test_every_law_has_a_control() -> None:
    assert set(PLANTED) == {law.__name__ for law in ALL_LAWS}


@pytest.mark.parametrize("text", [TEXT, BY_DELAY, SIR, VISITED])
def test_streams_before_anything_is_planted_keep_all_laws(text: str) -> None:
    assert told(streamed(text, "acts" if text is TEXT else "none")) == set()


@pytest.mark.parametrize("law", ALL_LAWS, ids=lambda law: law.__name__)
def test_a_planted_violation_is_seen(law: Any) -> None:
    text, plant = PLANTED[law.__name__]
    made = streamed(text, "acts" if text is TEXT else "none")
    plant(made[2])
    assert told(made, law) == {law.name}
