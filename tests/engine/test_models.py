"""The models beside the feed: both engines agree to the bit, levers act, faults are told."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from random_models import random_model_scenario
from scipy import stats
from small_worlds import agree, events, values

from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError
from rumorsim.common.randomness import Purpose
from rumorsim.engine import room
from rumorsim.engine.fast_models import FastModelEngine
from rumorsim.engine.kernels import contacts, spreaders, thresholds
from rumorsim.engine.kernels.records import REPEAT
from rumorsim.engine.models import MODELS
from rumorsim.engine.reference.models import ReferenceModelEngine
from rumorsim.events.stream import STOPS, Batch, Kind
from rumorsim.graphs import from_edges
from rumorsim.scenario import load, loads
from rumorsim.scenario.explained import explained
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

#: Scenarios compared in the ordinary suite; the long check takes all.
QUICK, ALL = 60, 200


def both(scenario: Scenario) -> tuple[Batch, Batch]:
    return events(scenario, "mixed"), events(scenario, "mixed", "reference")


def numbers(count: int) -> list[object]:
    return [pytest.param(i, marks=[] if i < QUICK else pytest.mark.long) for i in range(count)]


@pytest.mark.parametrize("number", numbers(ALL))
def test_engines_agree_on_every_event(number: int) -> None:
    scenario = random_model_scenario(number)
    streams = []
    for engine in ("fast", "reference"):
        simulation = Simulation(scenario, "mixed", engine=engine)
        streams.append(simulation.advance(scenario.horizon))
        simulation.world.check()
    assert agree(*streams)


def test_random_scenarios_use_everything() -> None:
    """Without this the agreement above could be about nothing."""
    kinds, stops, repeats = np.zeros(len(Kind), int), np.zeros(len(STOPS), int), 0
    for number in range(QUICK):
        scenario = random_model_scenario(number)
        simulation = Simulation(scenario, "mixed")
        batch = simulation.advance(scenario.horizon)
        kinds += np.bincount(batch.kind, minlength=len(Kind))
        codes = batch.only(Kind.STOP).value.astype(int)
        stops += np.bincount(codes, minlength=len(STOPS))
        repeats += int((simulation.world.posts["k"] >= REPEAT).sum())
    assert (np.delete(kinds[: Kind.WITHHOLD], Kind.SURFACE) > 50).all(), kinds
    assert (stops > 10).all(), stops
    assert repeats > 10


@pytest.mark.parametrize("number", range(25))
def test_cutting_the_run_anywhere_changes_nothing(number: int) -> None:
    scenario = random_model_scenario(number)
    whole = events(scenario, "mixed")
    chance = random.Random(number)
    cuts = [chance.uniform(0, scenario.horizon) for _ in range(chance.randint(1, 20))]
    cuts += whole.time[:: max(1, len(whole) // 10)].tolist()
    simulation = Simulation(scenario, "mixed")
    pieces = [simulation.advance(time) for time in [*sorted(cuts), scenario.horizon]]
    for piece, until in zip(pieces, sorted(cuts), strict=False):
        assert not len(piece) or piece.time[-1] < until
    assert agree(Batch.joined(pieces), whole)


@pytest.mark.parametrize("number", range(25))
def test_tiny_buffers_change_nothing(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = random_model_scenario(number)
    whole = events(scenario, "mixed")

    class Cramped(FastModelEngine):
        def __init__(self, world: Any) -> None:
            # None that another of these has left, as that has grown.
            room._free.clear()
            super().__init__(world, pool=1, log=1, exposures=2, spreaders=2)
            world.posts = world.posts[:1]
            self._room.hits = self._room.hits[:1]
            self._bind()

    monkeypatch.setattr("rumorsim.engine.fast_models.FastModelEngine", Cramped)
    assert agree(events(scenario, "mixed"), whole)


PLANTS: dict[str, tuple[str, Any]] = {
    "partner": ("reaches", lambda self, post, teller, hearer: True),
    "stop": ("stop_time", lambda self, post: self.env.now + 1.0),
    "threshold": ("threshold", lambda self, account, story: 0.5),
    "stifling": ("stifle", lambda self, account, partner, story, words: None),
}


@pytest.mark.parametrize("fault", PLANTS)
def test_a_planted_difference_is_seen(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a twin with one fault must not agree on all scenarios."""
    monkeypatch.setattr(ReferenceModelEngine, *PLANTS[fault])
    assert not all(agree(*both(random_model_scenario(number))) for number in range(QUICK))


def test_numbers_of_kernels_are_those_of_the_tables() -> None:
    assert (contacts.CONTACT, contacts.CONTACT_MARK) == (Purpose.CONTACT, Purpose.CONTACT_MARK)
    assert (spreaders.STOP, spreaders.STOP_EVENT) == (Purpose.STOP, Kind.STOP)
    assert (thresholds.READ, thresholds.THRESHOLD) == (Purpose.READ, Purpose.THRESHOLD)
    assert STOPS[contacts.STIFLED] == "stifled"
    assert STOPS[contacts.BY_ANOTHER] == "stifled-by-another"


# -- what the platform does ------------------------------------------------------------

EXAMPLES: dict[str, dict[str, Any]] = {
    "maki-thompson": {},
    "daley-kendall": {},
    "sir": {"transmission": "0.2 per h", "recovery": {"law": "exponential", "mean": "2 h"}},
    "sis": {"transmission": "0.2 per h", "recovery": {"law": "exponential", "mean": "2 h"}},
    "linear-threshold": {"threshold": 0.02},
}
every_model = pytest.mark.parametrize("kind", MODELS)


def world(kind: str, *interventions: dict[str, Any], **changes: Any) -> Scenario:
    """A story on the complete graph of 40, and a policy "act"."""
    return Scenario.model_validate(
        values(
            {
                "graph": {"kind": "complete", "accounts": 40},
                "feed": None,
                "model": {"kind": kind, **EXAMPLES[kind]},
                "stories": {0: {"appeal": 1.0, "report": 0.5}},
                "policies": [{"name": "act", "interventions": list(interventions)}],
            },
            changes,
        )
    )


def sharers(batch: Batch) -> int:
    return len(np.unique(batch.only(Kind.PUBLISH, Kind.SHARE).account))


STRONG: dict[str, dict[str, Any]] = {
    "close": {"kind": "close-accounts", "when": {"at": ["0.5 h"]}},
    "suspend": {"kind": "suspend-accounts", "when": {"at": ["0.5 h"]}, "duration": "40 h"},
    "remove followers": {"kind": "remove-followers", "when": {"at": ["0.5 h"]}},
    "delete at once": {"kind": "delete-posts", "when": {"age": "0 h"}},
}


@every_model
@pytest.mark.parametrize("name", STRONG)
def test_strong_interventions_act(kind: str, name: str) -> None:
    """The same world until the desk acts; then far fewer, and the twin agrees."""
    scenario = world(kind, STRONG[name], seed=3)
    free, held = events(scenario), events(scenario, "act")
    first = held.only(Kind.ACTION).time[0]
    assert agree(
        free[: np.searchsorted(free.time, first)], held[: np.searchsorted(held.time, first)]
    )
    assert sharers(free) > 20
    assert sharers(held) < 0.8 * sharers(free)
    assert agree(held, events(scenario, "act", "reference"))


@every_model
def test_reports_close_who_tells(kind: str) -> None:
    scenario = world(kind, {"kind": "close-accounts", "when": {"reports": 1}})
    held = events(scenario, "act")
    closed = held.only(Kind.ACTION)
    reported = held.only(Kind.REPORT)
    assert len(reported) > 0
    assert set(closed.account) == set(reported.source)
    for account in np.unique(closed.account):
        late = held[
            int(np.flatnonzero((held.kind == Kind.ACTION) & (held.account == account))[-1]) :
        ]
        assert not (late.only(Kind.SHARE, Kind.EXPOSE).source == account).any()
    assert agree(held, events(scenario, "act", "reference"))


@every_model
def test_what_changes_nothing_changes_no_event(kind: str) -> None:
    never = {"kind": "close-accounts", "when": {"reports": 1000}}
    scenario = world(kind, never)
    assert agree(events(scenario), events(scenario, "act"))


@every_model
def test_closed_accounts_tell_nobody_and_are_told_nothing(kind: str) -> None:
    simulation = Simulation(world(kind))
    before = simulation.advance(1.0)
    closed = [0, 7, 8, 9]
    for account in closed:
        simulation.desk.close(account)
    after = simulation.advance(24.0)
    told = after.only(Kind.EXPOSE, Kind.SHARE)
    assert not np.isin(told.account, closed).any()
    assert not np.isin(told.source, closed).any()
    assert len(before) > 0


def test_a_suspended_account_goes_on_telling_afterwards() -> None:
    """Its contacts meanwhile are lost; it neither stops nor is told."""
    simulation = Simulation(world("maki-thompson"))
    simulation.advance(1e-6)
    done = simulation.desk.suspend(0)
    assert len(simulation.advance(10.0).only(Kind.SHARE, Kind.STOP)) == 0
    simulation.desk.undo(done)
    assert len(simulation.advance(24.0).only(Kind.SHARE)) > 5


def test_a_deleted_original_does_not_silence_who_heard_it() -> None:
    """Word of mouth: unlike the feed, where shares of a deleted original show nothing."""
    simulation = Simulation(world("maki-thompson", seed=3))
    simulation.advance(2.0)
    simulation.desk.delete(0)
    told = simulation.advance(24.0).only(Kind.SHARE)
    assert len(told) > 5
    assert not (told.source == 0).any()


def test_sis_shares_again_and_is_exposed_once() -> None:
    batch = events(world("sis"))
    assert len(batch.only(Kind.SHARE)) > 1.5 * sharers(batch)
    exposed = batch.only(Kind.EXPOSE).account
    assert len(exposed) == len(np.unique(exposed))


@every_model
def test_factors_of_the_story_and_reader_act(kind: str) -> None:
    plain = events(world(kind))
    duller = events(world(kind, stories={0: {"appeal": 0.3}}))
    picky = events(world(kind, accounts={"receptivity": 0.2}))
    assert not agree(duller, plain)
    assert not agree(picky, plain)


# -- the daily curve -------------------------------------------------------------------

#: Nothing at night, a break at noon. Contacts stand in five of the hours only.
OFFICE = [0.0] * 8 + [1.0, 2.0, 5.0, 3.0, 0.0, 2.0] + [0.0] * 10
MEETING = [kind for kind in MODELS if kind != "linear-threshold"]


def contacts_by_hour(kind: str, curve: Any) -> NDArray[np.int64]:
    """Contacts by hour of the day: one teller, five followers, never persuaded, 400 days."""
    rate = {"contacts": "2 per h"} if "contacts" in MODELS[kind].model_fields else {}
    epidemic = {"transmission": "0.4 per h", "recovery": {"law": "fixed", "time": "500 d"}}
    scenario = Scenario.model_validate(
        {
            "start": "2023-03-10 08:30",
            "horizon": "400 d",
            "graph": {"kind": "star", "accounts": 6},
            "model": {"kind": kind, **(rate or epidemic), "daily_curve": curve},
            "stories": [{"name": "a", "truth": False, "appeal": 0.0, "author": {"ids": [0]}}],
            "measures": ["impressions"],
        }
    )
    reads = events(scenario).only(Kind.READ).time
    return np.bincount(((reads + 8.5) % 24).astype(int), minlength=24)


@pytest.mark.parametrize("kind", MEETING)
def test_contacts_follow_the_daily_curve(kind: str) -> None:
    """As many a day as with a flat curve, at its hours: chi square, false alarms 1 in 10,000."""
    found = contacts_by_hour(kind, OFFICE)
    expected = 2.0 * 24 * 400 * np.array(OFFICE) / sum(OFFICE)
    live = expected > 0
    assert not found[~live].any()
    off = ((found[live] - expected[live]) ** 2 / expected[live]).sum()
    assert stats.chi2.sf(off, live.sum()) > 1e-4
    # Negative control: without the curve the same check fails.
    assert contacts_by_hour(kind, "flat")[~live].any()


def test_readings_follow_the_daily_curve() -> None:
    """Thresholds: a delay of one hour of the day's activity; by night nothing is read."""
    model = {"daily_curve": OFFICE}
    read = events(world("linear-threshold", model=model, start="2023-03-10 20:00"))
    times = read.only(Kind.EXPOSE).time
    assert len(times) > 20
    hour = ((times + 20.0) % 24).astype(int)
    assert (np.array(OFFICE)[hour] > 0).all()
    flat = events(world("linear-threshold", start="2023-03-10 20:00")).only(Kind.EXPOSE).time
    assert flat.min() == 1.0  # negative control: at 21:00, one hour after it was told


def test_a_day_without_hours_is_refused() -> None:
    for table, changes in (("model", {"model": {"daily_curve": [0.0] * 24}}), ("feed", {})):
        scenario = world("sir", **changes)
        if table == "feed":
            scenario = Scenario.model_validate(values({"feed": {"daily_curve": [0.0] * 24}}))
        with pytest.raises(InputError, match=rf"{table}\.daily_curve.*all hours are zero"):
            Simulation(scenario)


# -- weights of follows ----------------------------------------------------------------


def pressed(weights: list[float] | None, threshold: float) -> Scenario:
    """Accounts 0 and 1 tell a story; 2 follows both, 3 follows 2."""
    graph = from_edges([0, 1, 2], [2, 2, 3], direction="followee follower", weights=weights)
    story = {"name": "a", "truth": False, "appeal": 1.0, "author": {"ids": [0, 1]}}
    model = {"kind": "linear-threshold", "threshold": threshold, "weights": "graph"}
    return Scenario.model_validate(values({"feed": None, "model": model, "stories": [story]})).on(
        graph
    )


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_the_weights_of_the_graph_add_up_to_the_threshold(engine: str) -> None:
    """0.3 and 0.2 persuade of 0.5 and not of 0.6; then 0.9 alone does. Summed by hand."""
    told = {
        threshold: sorted(
            events(pressed([0.3, 0.2, 0.9], threshold), "none", engine)
            .only(Kind.SHARE)
            .account.tolist()
        )
        for threshold in (0.5, 0.6)
    }
    assert told == {0.5: [2, 3], 0.6: []}
    # Negative control: with weights that all are one over the followees nothing is the same.
    light = events(pressed([0.3, 0.2, 0.4], 0.5), "none", engine).only(Kind.SHARE).account
    assert light.tolist() == [2]


def test_engines_agree_with_the_weights_of_the_graph() -> None:
    shared = 0
    for number in range(10):
        chance = random.Random(number)
        follows = [(a, b) for a in range(25) for b in range(25) if a != b and chance.random() < 0.2]
        graph = from_edges(
            *zip(*follows, strict=True),
            direction="followee follower",
            weights=[chance.choice([0.0, 0.1, 0.4, 3.0]) for _ in follows],
        )
        model = {"threshold": chance.choice(["uniform", 0.3, 1.0]), "weights": "graph"}
        author = {"author": {"ids": [0, 1, 2]}}
        scenario = world("linear-threshold", model=model, stories={0: author}, seed=number)
        found = events(scenario.on(graph))
        assert agree(found, events(scenario.on(graph), engine="reference"))
        shared += sharers(found)
    assert shared > 80  # of 250: otherwise the agreement is about nothing


def test_weights_that_are_not_there_are_asked_for_in_the_model() -> None:
    with pytest.raises(InputError, match=r"model\.weights.*the graph has no weights"):
        Simulation(pressed(None, 0.5))


# -- scenario files --------------------------------------------------------------------

MINIMAL = """
horizon = "1 d"
graph = { kind = "path", accounts = 10 }
model = { kind = "maki-thompson" }
[[stories]]
name = "a"
truth = false
appeal = 0.5
author = { random = 1 }
"""


@every_model
def test_resolved_and_explained_forms_are_the_scenario(kind: str) -> None:
    scenario = world(kind)
    assert "feed" not in scenario.resolved()
    assert Scenario.model_validate(scenario.resolved()).resolved() == scenario.resolved()
    again = loads(explained(scenario))
    assert again.resolved() == scenario.resolved()
    assert agree(events(again), events(scenario))


@every_model
def test_every_field_has_a_description_and_an_effect(kind: str) -> None:
    """Another value of each field is another run."""
    others: dict[str, Any] = {
        "contacts": "3 per h",
        "stifling": 0.3,
        "after": 3,
        "forgetting": "2 per h",
        "transmission": "0.05 per h",
        "recovery": {"law": "fixed", "time": "1 h", "mean": None},
        "threshold": 0.5,
        "delay": {"law": "exponential", "mean": "3 h"},
        "daily_curve": OFFICE,
    }
    plain = events(world(kind))
    for name, field in MODELS[kind].model_fields.items():
        assert field.description, name
        if name not in ("kind", "weights"):  # weights: with a graph of its own, above
            assert not agree(events(world(kind, model={name: others[name]})), plain), name


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ('feed = { daily_curve = "waking" }', "a daily_curve of contacts goes into [model]"),
        ("feed = { attention = 5 }", "feed: [feed] has no effect with the model maki-thompson"),
        ("feed = {}", "feed: [feed] has no effect with the model maki-thompson"),
        ("trending = {}", "trending: [trending] has no effect with the model maki-thompson"),
    ],
)
def test_what_has_no_effect_is_refused(more: str, rule: str) -> None:
    loads(MINIMAL)
    with pytest.raises(InputError) as caught:
        loads(more + MINIMAL)
    assert rule in str(caught.value)


def test_check_ins_have_no_effect_on_thresholds() -> None:
    kinds = {"kinds": {"loud": {"share": 0.5, "check_ins": 9.0}}}
    with pytest.raises(ValueError, match="has no effect with the model linear-threshold"):
        world("linear-threshold", accounts=kinds)
    assert not agree(events(world("sir", accounts=kinds)), events(world("sir")))


def test_unknown_model_names_the_nearest() -> None:
    with pytest.raises(InputError, match="maki-thompson"):
        loads(MINIMAL.replace("maki-thompson", "maki-thomson"))


# -- the classroom ---------------------------------------------------------------------

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


def test_every_model_has_a_classroom() -> None:
    found = sorted(each.stem for each in CONFIGS.glob("classroom-*.toml"))
    assert found == sorted(f"classroom-{kind}" for kind in MODELS)


@every_model
def test_classrooms_run_and_compare(kind: str) -> None:
    """At the command line: every policy does something, and it takes no time."""
    file = str(CONFIGS / f"classroom-{kind}.toml")
    ran = CliRunner().invoke(cli, ["run", file, "--json"])
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["events"] > 100
    compared = CliRunner().invoke(
        cli, ["compare", file, "--replicates", "3", "--workers", "1", "--json"]
    )
    assert compared.exit_code == 0, compared.output
    scenario = load(file)
    assert scenario.model is not None
    assert scenario.model.kind == kind
    for policy in scenario.policy_names[1:]:
        assert not agree(events(scenario, policy), events(scenario))
    assert "Expected reproduction number" in CliRunner().invoke(cli, ["check", file]).stdout
