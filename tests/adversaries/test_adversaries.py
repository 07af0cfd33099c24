"""The battery: what must hold for every adversary, whoever wrote it.

It runs over the registry, so a new adversary is covered as soon as it is registered; it
needs an entry in ``adversary_examples.EXAMPLES``, and a test fails until it has one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from adversary_examples import EXAMPLES, SHARED, SILENT
from intervention_examples import WORLD
from settings_fields import changed_alone, models_of
from small_worlds import agree, differ, events, merged, public, small

from rumorsim.adversaries import ADVERSARIES, Adversary
from rumorsim.common.errors import InputError
from rumorsim.events.stream import Batch
from rumorsim.scenario.loading import from_values
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

KINDS = sorted(ADVERSARIES)


def world_with(kind: str | None, *settings: Any, of: str = "", **changes: Any) -> Scenario:
    """The battery's world with one adversary of this kind (None: that of ``of``, without it)."""
    example = EXAMPLES[kind or of]
    adversaries = []
    if kind is not None:
        adversary: Any = {"kind": kind, **example.strong}
        for each in settings:
            adversary = merged(adversary, each)
        adversaries = [adversary]
    world = {k: v for k, v in WORLD.items() if k != "graph" or "graph" not in example.world}
    policy = {"name": "it", "interventions": list(example.interventions)}
    return small(
        {"graph": None} if "graph" in example.world else {},
        world,
        example.world,
        {"policies": [policy], "adversaries": adversaries},
        changes,
    )


def happens(scenario: Scenario, engine: str = "fast") -> Batch:
    return events(scenario, "it", engine)


# -- the table -------------------------------------------------------------------------


def test_every_adversary_has_an_example() -> None:
    assert set(EXAMPLES) == set(KINDS)


def test_the_tables_of_effects_cover_every_field() -> None:
    """A field that is not in the table of effects might change nothing."""
    assert set(SHARED) == set(Adversary.model_fields) - {"kind"}
    for kind, model in ADVERSARIES.items():
        assert set(EXAMPLES[kind].own) == set(model.model_fields) - set(Adversary.model_fields)


def effects() -> list[tuple[str, str, Any, Any]]:
    """(kind, field, settings, the change of that field alone)."""
    return [
        (kind, name, *effect)
        for kind in KINDS
        for name, effect in {**SHARED, **EXAMPLES[kind].own}.items()
    ]


@pytest.mark.parametrize(("kind", "name", "settings", "change"), effects())
def test_every_field_has_an_effect(kind: str, name: str, settings: Any, change: Any) -> None:
    base, changed = world_with(kind, settings), world_with(kind, settings, change)
    one, other = (each.adversaries[0].model_dump() for each in (base, changed))
    paths = changed_alone(one, other)
    assert paths, "the table must change something"
    assert all(path.startswith(name) for path in paths), "and this field alone"
    assert differ(happens(base), happens(changed))


def test_a_field_without_effect_would_be_seen() -> None:
    """Negative control: an end after the run, a budget nobody comes near, are no change."""
    for kind, settings in (("re-registration", {"end": "99 d"}), ("paid-posters", {"budget": 9e9})):
        assert agree(happens(world_with(kind)), happens(world_with(kind, settings)))


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_description(kind: str) -> None:
    for model in models_of(ADVERSARIES[kind]):
        for name, field in model.model_fields.items():
            assert field.description or name == "law", f"{model.__name__}.{name}"
    assert ADVERSARIES[kind].summary
    assert ADVERSARIES[kind].__doc__


# -- neutral, before, after ----------------------------------------------------------------


def ways_to_be_silent() -> list[tuple[str, str, Any]]:
    return [
        (kind, why, settings)
        for kind in KINDS
        for why, settings in {**SILENT, **EXAMPLES[kind].silent}.items()
    ]


@pytest.mark.parametrize(("kind", "why", "settings"), ways_to_be_silent())
def test_what_never_acts_changes_no_event(kind: str, why: str, settings: Any) -> None:
    without = happens(world_with(None, of=kind))
    assert len(without) > 100
    assert agree(happens(world_with(kind, settings)), without)


@pytest.mark.parametrize("kind", KINDS)
def test_a_strong_setting_is_not_neutral(kind: str) -> None:
    """Negative control of the above: the public does other things, in each of 5 worlds."""
    for seed in range(5):
        its, none = (happens(world_with(k, of=kind, seed=seed)) for k in (kind, None))
        assert differ(public(its), public(none))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_history_before_it_begins_is_identical(kind: str, seed: int) -> None:
    its, none = (happens(world_with(k, {"begin": "9 h"}, of=kind, seed=seed)) for k in (kind, None))
    before = [Batch(batch.rows[batch.time < 9.0]) for batch in (its, none)]
    assert len(before[0]) > 50
    assert agree(*before)
    assert differ(its, none)


# -- engines, luck, configuration ---------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_engines_agree(kind: str, seed: int) -> None:
    scenario = world_with(kind, seed=seed, horizon="20 h", measures=["reach", "impressions"])
    fast, slow = (happens(scenario, engine) for engine in ("fast", "reference"))
    assert len(fast) > 100
    assert agree(fast, slow)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_engines_agree_with_all_of_them_at_once(engine: str) -> None:
    """And any cutting of the run gives the same events."""
    all_of_them = [{"kind": kind, **EXAMPLES[kind].strong} for kind in KINDS if kind != "migration"]
    closing = {"name": "it", "interventions": list(EXAMPLES["re-registration"].interventions)}
    scenario = small(WORLD, {"adversaries": all_of_them, "policies": [closing]})
    whole = happens(scenario)
    simulation = Simulation(scenario, "it", engine=engine)
    parts = [simulation.advance(time) for time in (0.1, 3.0, 3.5, 17.0, 30.0)]
    assert len(whole) > 500
    assert agree(Batch.joined(parts), whole)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_adversary_has_the_same_luck_beside_others(kind: str) -> None:
    """One of another kind that never acts changes nothing; a second of the kind is another."""
    alone = world_with(kind)
    mine = alone.resolved()["adversaries"][0]
    other = next(k for k in KINDS if k not in (kind, "migration"))
    idle = {"kind": other, **EXAMPLES[other].strong, "begin": "100 d"}
    with_idle, twice = (
        from_values({**alone.resolved(), "adversaries": each}, Path())
        for each in ([idle, mine], [mine, mine])
    )
    assert agree(happens(with_idle), happens(alone))
    assert differ(happens(twice), happens(alone))


@pytest.mark.parametrize(("kind", "name", "settings", "change"), effects())
def test_configurations_come_back_from_their_resolved_form(
    kind: str, name: str, settings: Any, change: Any
) -> None:
    scenario = world_with(kind, settings, change)
    text = json.dumps(scenario.resolved())
    again = from_values(json.loads(text), Path())
    assert again == scenario
    assert json.dumps(again.resolved()) == text
    assert type(again.adversaries[0]) is ADVERSARIES[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"begin": "9 h", "end": "9 h"}, "end is not after begin"),
        ({"xyzzy": 1}, "xyzzy"),
        ({"begin": "-1 h"}, "negative"),
    ],
)
def test_what_makes_no_sense_is_refused(kind: str, settings: Any, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        world_with(kind, settings)


NAMES = {"kinds": ["nosuch"], "stories": ["nosuch"], "story": "nosuch", "platform": "nosuch"}


@pytest.mark.parametrize(
    ("kind", "field"), [(k, f) for k in KINDS for f in NAMES if f in ADVERSARIES[k].model_fields]
)
def test_names_that_do_not_exist_are_refused(kind: str, field: str) -> None:
    with pytest.raises(InputError, match=rf"adversaries\[0\]\.{field}.*nosuch.*no such"):
        world_with(kind, {field: NAMES[field]})


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "migration"])
def test_nothing_stands_where_it_could_do_nothing(kind: str) -> None:
    late = {"reading": "delay", "exposures": "late", "check_ins": None, "attention": None}
    late = {**late, "background": None}
    with pytest.raises(InputError, match="late exposures"):
        world_with(kind, feed=late, trending=None)
    with pytest.raises(InputError, match="has no effect with the model sir"):
        world_with(
            kind,
            feed=None,
            trending=None,
            model={
                "kind": "sir",
                "transmission": "1 per h",
                "recovery": {"law": "fixed", "time": "1 h"},
            },
        )
