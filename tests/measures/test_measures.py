"""One battery for every registered measure, on random streams and against the naive twin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brought import Entries, brought
from event_streams import FIXED_STREAMS, Draws, cut, random_facts, random_stream, streams
from hypothesis import given, settings
from naive_measures import NAIVE as OURS
from small_worlds import actions, small

from rumorsim import Simulation, load, loads, run, stream
from rumorsim.common.errors import InputError
from rumorsim.events.stream import Batch, Facts, Kind
from rumorsim.measures import MEASURES, Listening, Measure, curves, describe, flatten

#: The naive twins, those of installed plug-ins included.
NAIVE = Entries("NAIVE of naive_measures.py", {**OURS, **brought("rumorsim.naive_measures")})
every_measure = pytest.mark.parametrize("name", list(MEASURES))


def value_of(name: str, facts: Facts, pieces: list[Batch]) -> dict[str, Any]:
    measure = MEASURES[name]
    state = measure.start(facts)
    for piece in pieces:
        measure.observe(state, piece)
    return measure.value(state)


def same(left: Any, right: Any, path: str = "") -> None:
    """Equal in keys and order-free structure; numbers to 1 part in 10^12.

    What is read from a line far from its points, at a threshold, to 1 part in 10^10.
    """
    if isinstance(right, dict):
        assert set(left) == set(right), path
        for key in right:
            same(left[key], right[key], f"{path}.{key}")
    elif isinstance(right, list):
        assert len(left) == len(right), path
        for i, (one, other) in enumerate(zip(left, right, strict=True)):
            same(one, other, f"{path}[{i}]")
    elif isinstance(right, float):
        close = 1e-10 if ".discontinuity." in path else 1e-12
        assert left == pytest.approx(right, rel=close, abs=close), path
    else:
        assert left == right, path


@every_measure
def test_any_split_gives_the_same_value(name: str) -> None:
    """Whole, event by event, and cut at random places: streams with many events of one time."""
    for seed, (label, (facts, batch)) in enumerate(FIXED_STREAMS.items()):
        whole = json.dumps(value_of(name, facts, [batch]))
        singles = [batch[i : i + 1] for i in range(len(batch))]
        one_by_one = json.dumps(value_of(name, facts, singles))
        assert one_by_one == whole, f"{label}: observe() must add to what it has seen before"
        rng = Draws(1000 + seed)
        places = [rng.randint(0, len(batch)) for _ in range(rng.randint(1, 8))]
        assert json.dumps(value_of(name, facts, cut(batch, places))) == whole, label


def test_an_action_before_the_first_post_of_the_same_time_has_no_latency() -> None:
    """A filter at 0 h acts on a story that is published at 0 h, after it, wherever one cuts."""
    scenario = small(
        {
            "stories": [
                {
                    "name": "rumor",
                    "truth": False,
                    "appeal": 0.1,
                    "author": {"ids": [0]},
                    "at": ["0 h"],
                },
            ],
            "trending": {},
            "policies": [
                {
                    "name": "filter",
                    "interventions": [{"kind": "filter-trending", "when": {"at": ["0 h"]}}],
                },
            ],
        }
    )
    simulation = Simulation(scenario, "filter")
    batch, facts = simulation.advance(scenario.horizon), simulation.facts
    assert actions(batch, "delist").time.tolist() == [0.0]
    for pieces in ([batch], [batch[i : i + 1] for i in range(len(batch))]):
        value = value_of("enforcement", facts, pieces)
        assert value["verbs"]["delist"] == 1
        assert value["latency"]["from_first_guilty_post"]["count"] == 0


@every_measure
@settings(max_examples=60, deadline=None)
@given(stream=streams())
def test_equals_the_naive_recomputation(name: str, stream: tuple[Facts, Batch]) -> None:
    facts, batch = stream
    same(value_of(name, facts, [batch]), NAIVE[name](facts, list(batch.records())))


@every_measure
def test_empty_stream_is_sensible(name: str) -> None:
    facts = random_facts(Draws(5))
    with np.errstate(all="ignore"):
        value = value_of(name, facts, [])
    undefined = [key for key, number in flatten(value).items() if number != number]
    assert not undefined, f"a mean or share of nothing is None, not NaN: {undefined}"
    same(value, NAIVE[name](facts, []))
    assert json.dumps(value) == json.dumps(value_of(name, facts, [Batch()]))
    json.dumps(value, allow_nan=False)
    plain = flatten(value)
    assert plain
    held = {key: x for key, x in plain.items() if x and "censored" not in key}
    assert not held, "only the flags of unknown completeness may stand before anything happened"


@every_measure
def test_value_leaves_the_state_as_it_was(name: str) -> None:
    facts, batch = random_stream(Draws(8), 200)
    measure = MEASURES[name]
    state = measure.start(facts)
    measure.observe(state, batch[:100])
    measure.value(state)
    measure.observe(state, batch[100:])
    first = json.dumps(measure.value(state))
    assert first == json.dumps(measure.value(state)) == json.dumps(value_of(name, facts, [batch]))


@every_measure
def test_keys_are_described_and_do_not_depend_on_what_happened(name: str) -> None:
    facts, batch = random_stream(Draws(8), 200)
    full, empty = (value_of(name, facts, part) for part in ([batch], []))
    assert flatten(full, name).keys() == flatten(empty, name).keys()
    assert curves(full, name).keys() == curves(empty, name).keys()
    keys = [*flatten(full, name), *curves(full, name)]
    assert [key for key in keys if describe(key) is None] == []
    used = {MEASURES[name].describe(key) for key in keys}
    assert used == set(MEASURES[name].meanings.values()), "a meaning that labels nothing"


@every_measure
def test_needs_is_all_it_reads(name: str) -> None:
    """Kinds it does not name change nothing; each kind it names changes something."""
    needs = MEASURES[name].needs
    unfelt = set(needs - {Kind.PUBLISH, Kind.SHARE})
    for seed in range(21, 31):
        facts, batch = random_stream(Draws(seed), 300)
        whole = json.dumps(value_of(name, facts, [batch]))
        assert whole == json.dumps(value_of(name, facts, [batch.only(*needs)]))
        for kind in sorted(unfelt):
            rest = batch.only(*(set(Kind) - {kind}))
            if whole != json.dumps(value_of(name, facts, [rest])):
                unfelt.discard(kind)
    assert not unfelt


#: The kind of event that is taken away; by default the last of those that a measure reads.
PLANTS = {
    **{name: max(MEASURES[name].needs) for name in MEASURES},
    "attention": Kind.SHARE,
    "audience": Kind.BELIEVE,
    "displacement": Kind.EXPOSE,
    "earnings": Kind.READ,
}


@every_measure
def test_a_planted_change_is_seen(name: str) -> None:
    """Negative control: without one of the events it looks at, the naive twin disagrees."""
    for seed in range(21, 27):
        facts, batch = random_stream(Draws(seed), 300)
        places = np.flatnonzero(batch.kind == PLANTS[name])
        naive = NAIVE[name](facts, list(batch.records()))
        for place in places[-1:-9:-1]:
            keep = np.arange(len(batch)) != place
            if PLANTS[name] == Kind.SHARE:
                keep = np.arange(len(batch)) < place
            value = value_of(name, facts, [Batch(batch.rows[keep])])
            try:
                same(value, naive)
            except AssertionError:
                return
    pytest.fail("not one of the changes was seen")


def test_a_measure_that_depends_on_cuts_is_caught() -> None:
    """Negative control of the split test: counting batches is not a measure."""

    class Batches(Measure[list[int]]):
        name, summary, needs, meanings = "batches", "counts batches", frozenset(Kind), {}

        def start(self, facts: Facts) -> list[int]:
            return [0]

        def observe(self, state: list[int], batch: Batch) -> None:
            state[0] += 1

        def value(self, state: list[int]) -> dict[str, Any]:
            return {"batches": state[0]}

    facts, batch = random_stream(Draws(1), 50)
    values = []
    for pieces in ([batch], cut(batch, [10])):
        listening = Listening(facts, [Batches(), "reach"])
        for piece in pieces:
            listening.observe(piece)
        values.append(listening.values())
    assert values[0]["reach"] == values[1]["reach"]
    assert values[0]["batches"] != values[1]["batches"]


def test_listening_adds_up_needs_and_refuses_unknown_names() -> None:
    facts = random_facts(Draws(1))
    assert Listening(facts, ["reach"]).needs == {Kind.EXPOSE, Kind.PUBLISH, Kind.SHARE}
    assert Kind.READ in Listening(facts, MEASURES).needs
    assert Listening(facts, []).needs == frozenset()
    with pytest.raises(InputError, match='did you mean "reach"'):
        Listening(facts, ["reech"])
    with pytest.raises(KeyError):
        MEASURES["nothing"]


def test_flatten_and_curves() -> None:
    value = {"a": {"b": 1, "c": None, "d": {"time": [0.0], "n": [1]}}, "e": [1, 2]}
    assert flatten({"m": value}) == {"m.a.b": 1, "m.a.c": None} == flatten(value, "m")
    assert curves({"m": value}) == {"m.a.d": {"time": [0.0], "n": [1]}}


def test_posts_out_of_order_are_refused() -> None:
    facts, batch = random_stream(Draws(3), 100)
    posts = np.flatnonzero(np.isin(batch.kind, (Kind.PUBLISH, Kind.SHARE)))
    rows = batch.rows.copy()
    rows["post"][posts[1]] += 1
    with pytest.raises(InputError, match="numbered in order"):
        value_of("cascades", facts, [Batch(rows)])
    rows = batch.rows.copy()
    share = np.flatnonzero(batch.kind == Kind.SHARE)[0]
    rows["value"][share] = rows["post"][share]
    with pytest.raises(InputError, match="numbered in order"):
        value_of("cascades", facts, [Batch(rows)])


def test_authors_are_reached_only_by_others() -> None:
    """Everybody follows the author: reach is all but one, with authors all."""
    star = loads(
        'horizon = "9 d"\ngraph = { kind = "star", accounts = 9 }\n'
        'feed = { reading = "delay", attention = "unlimited" }\n[[stories]]\nname = "a"\n'
        "truth = false\nappeal = 1.0\nauthor = { most_followed = 1 }\n"
    )
    reach = run(star).measures["reach"]
    for part in (reach, reach["truth"]["false"], reach["stories"]["a"]):
        assert (part["accounts"], part["with_authors"]) == (8, 9)
    assert reach["truth"]["true"]["with_authors"] == 0
    # In the classroom's epidemic who was infected is who told, and who is counted with authors.
    classroom = load(Path(__file__).parents[2] / "configs" / "classroom-sir.toml")
    infected = np.unique(
        Batch.joined(list(stream(classroom))).only(Kind.PUBLISH, Kind.SHARE).account
    )
    found = run(classroom).measures["reach"]["stories"]["tap-water"]
    assert found["with_authors"] == len(infected)
    assert found["accounts"] < len(infected)
