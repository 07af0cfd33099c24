"""What holds of every surface, ours and those of installed packages alike."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np
import pytest
from brought import Entries, brought
from small_worlds import agree, events, small

from rumorsim.common.errors import InputError
from rumorsim.events.stream import Batch, Kind
from rumorsim.platform.surfaces import SURFACES, SurfaceModel, needed
from rumorsim.scenario import loads
from rumorsim.simulation.running import run

#: Settings under which a surface shows stories several times within a day.
EXAMPLES: Final[dict[str, dict[str, Any]]] = Entries(
    "EXAMPLES of test_surfaces.py",
    {
        "trending": {"slots": 2, "refresh": "1 h", "looks": "2 per h", "topics": "0 per h"},
        "recommendation": {"refresh": "1 h", "looks": "2 per h", "others": 0.0},
        "push": {"per_day": 9, "opened": 0.5, "least": 0.0, "refresh": "2 h"},
        **brought("rumorsim.surface_examples"),
    },
)
#: What keeps a story off each kind of surface.
AGAINST: Final[dict[str, dict[str, Any]]] = Entries(
    "AGAINST of test_surfaces.py",
    {
        "trending": {"kind": "filter-trending"},
        "recommendation": {"kind": "derank", "keep": 0.0},
        "push": {"kind": "limit-push"},
    },
)


def world(name: str, seed: int = 0) -> dict[str, Any]:
    """Nobody follows anybody on one of two platforms: there stories spread by the surface."""
    settings = EXAMPLES[name]
    if name in SURFACES.own:
        there: dict[str, Any] = {name: settings}
    else:
        there = {"surfaces": [{"kind": name, **settings}]}
    stories = [
        {
            "name": f"s{i}",
            "truth": bool(i),
            "appeal": 0.2,
            "author": {"ids": [i]},
            "at": ["1 h", "5 h", "9 h"],
        }
        for i in range(3)
    ]
    alone = {"kind": "erdos-renyi", "accounts": 40, "mean_followers": 0.0}
    follows = {"kind": "erdos-renyi", "accounts": 40, "mean_followers": 3.0}
    step = {**AGAINST[SURFACES[name].like], "when": {"at": ["0 h"]}}
    return {
        "seed": seed,
        "graph": {"kind": "union", "accounts": None, "parts": {"one": alone, "two": follows}},
        "platforms": {"one": there, "two": {}},
        "stories": stories,
        "policies": [{"name": "off", "interventions": [step]}],
    }


def shown(batch: Batch) -> Batch:
    """The exposures that are not of the feed."""
    exposed = batch.only(Kind.EXPOSE)
    return Batch(exposed.rows[exposed.value > 0])


def test_every_surface_has_an_example() -> None:
    missing = set(SURFACES) - set(EXAMPLES)
    assert not missing, f"add to EXAMPLES of test_surfaces.py: {missing}"
    assert set(EXAMPLES) <= set(SURFACES)


@pytest.mark.parametrize("name", list(SURFACES))
def test_stories_are_found_on_it_as_told(name: str) -> None:
    scenario = small(world(name))
    found = shown(events(scenario))
    assert len(found) > 5
    assert set(found.platform.tolist()) == {0}
    told = run(scenario).measures["reach"]["surfaces"]
    assert told[f"one {name}"] == len(found)


@pytest.mark.parametrize("name", list(SURFACES))
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("policy", ["none", "off"])
def test_both_engines_say_the_same(name: str, seed: int, policy: str) -> None:
    scenario = small(world(name, seed))
    assert agree(events(scenario, policy), events(scenario, policy, "reference"))


@pytest.mark.parametrize("name", list(SURFACES))
def test_late_exposures_are_refused_with_it(name: str) -> None:
    """Who reads a story there is known only during the run."""
    late = {"feed": {"reading": "delay", "exposures": "late"}}
    table, key = (name, name) if name in SURFACES.own else ("surfaces", "surfaces[0]")
    with pytest.raises(InputError) as caught:
        small(world(name), late)
    faults = [fault for fault in caught.value.faults if "late" in fault.rule]
    assert [fault.key for fault in faults] == [f"platforms.one.{key}"]
    small(world(name), {"policies": [], "platforms": {"one": {table: None}}}, late)


@pytest.mark.parametrize("name", list(SURFACES))
def test_too_many_updates_are_refused(name: str) -> None:
    settings = EXAMPLES[name]
    pace = {"refresh": "1e-9 s"} if "refresh" in settings else {}
    if not pace:
        pytest.skip("it has no setting `refresh`")
    key = name if name in SURFACES.own else "surfaces[0]"
    there = {key: pace} if name in SURFACES.own else {"surfaces": [{"kind": name, **pace}]}
    with pytest.raises(InputError) as caught:
        small(world(name), {"platforms": {"one": there}})
    assert f"platforms.one.{key}.refresh" in {fault.key for fault in caught.value.faults}


@pytest.mark.parametrize("name", list(SURFACES))
def test_what_it_provides_is_needed_by_somebody(name: str) -> None:
    made = SURFACES[name].model_validate(EXAMPLES[name] | _kind(name))
    assert made.like in made.provides() <= set(needed())


def _kind(name: str) -> dict[str, str]:
    return {} if name in SURFACES.own else {"kind": name}


@pytest.mark.parametrize("name", list(SURFACES))
def test_what_is_kept_off_it_is_not_found_there(name: str) -> None:
    scenario = small(world(name))
    assert len(shown(events(scenario, "off"))) == 0 < len(shown(events(scenario)))


@pytest.mark.parametrize("name", list(SURFACES))
def test_the_resolved_form_makes_the_same_run(name: str) -> None:
    result = run(small(world(name)), "off")
    assert run(loads(json.dumps(result.scenario)), "off").digest == result.digest


@pytest.mark.parametrize("name", list(SURFACES))
def test_a_longer_run_begins_the_same(name: str) -> None:
    values = world(name)
    scenario = small(values)
    longer = small({**values, "horizon": "30 h"})
    first, second = shown(events(scenario)), shown(events(longer))
    kept = second.rows[np.flatnonzero(second.time < scenario.horizon)]
    assert agree(first, Batch(kept))


@pytest.mark.parametrize("name", list(SURFACES))
def test_every_setting_says_what_it_is(name: str) -> None:
    for key, field in SURFACES[name].model_fields.items():
        assert field.description or key == "kind"


def test_a_surface_that_no_lever_moderates_is_refused() -> None:
    with pytest.raises(TypeError, match="like must be one of trending, recommendation, push"):

        class Unheard(SurfaceModel):
            like = "loudspeaker"
