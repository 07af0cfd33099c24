"""Scenarios: what loads, what it resolves to, and that the resolved form is the scenario."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.functional_serializers import PlainSerializer

from rumorsim.common.errors import InputError
from rumorsim.common.provenance import digest_of
from rumorsim.common.settings.shapes import inside, key_path, keys_of, meaning_of, models_in
from rumorsim.graphs import from_edges
from rumorsim.graphs.generators import complete, path, star
from rumorsim.graphs.power_law import power_law
from rumorsim.scenario import Scenario, build_graph, input_files, load, loads
from rumorsim.scenario.estimates import expectations, reproduction_number, weighted_followers
from rumorsim.scenario.explained import explained, toml_value
from rumorsim.scenario.schema import json_schema

VALID = sorted((Path(__file__).parents[1] / "scenario" / "valid").glob("*.toml"))
MINIMAL = """
horizon = "1 d"
graph = { kind = "path", accounts = 10 }
[[stories]]
name = "a"
truth = false
appeal = 0.5
author = { random = 1 }
"""


def test_there_are_scenarios_of_many_kinds() -> None:
    assert len(VALID) >= 12
    loaded = [load(each) for each in VALID]
    assert len({scenario.graph.kind for scenario in loaded}) >= 8
    assert {scenario.feed.reading for scenario in loaded} == {"check-in", "delay"}
    acts = {
        intervention.kind
        for scenario in loaded
        for policy in scenario.policies
        for intervention in policy.interventions
    }
    assert len(acts) >= 12


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_resolved_form_is_the_scenario(file: Path) -> None:
    scenario = load(file)
    resolved = scenario.resolved()
    again = loads(json.dumps(resolved), file.parent)
    assert again == scenario.pinned()
    assert again.resolved() == resolved
    assert digest_of(again.resolved()) == digest_of(resolved)


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_explained_form_is_toml_and_the_scenario(file: Path) -> None:
    scenario = load(file)
    text = explained(scenario)
    assert loads(text, file.parent) == scenario.pinned()
    # Negative control: another value is another scenario.
    changed = text.replace('horizon = "', 'horizon = "1', 1)
    assert loads(changed, file.parent) != scenario.pinned()


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_graph_and_world_can_be_built(file: Path) -> None:
    assert "Expected reproduction number" in expectations(load(file))


def test_digest_names_the_contents_not_the_spelling() -> None:
    spelled = MINIMAL.replace('"1 d"', '"24 h"').replace("0.5", "5e-1")
    assert digest_of(loads(spelled).resolved()) == digest_of(loads(MINIMAL).resolved())
    other = MINIMAL.replace("0.5", "0.5000000000000001")
    assert digest_of(loads(other).resolved()) != digest_of(loads(MINIMAL).resolved())


def test_given_and_default_are_told_apart() -> None:
    lines = explained(loads(MINIMAL)).splitlines()
    assert any(line.startswith("appeal = 0.5") and "# given: base" in line for line in lines)
    assert any(line.startswith("copies = 1") and "# default: how many" in line for line in lines)
    assert any(line.startswith("# schedule is absent") for line in lines)
    # What stands in a default table is default as well.
    assert any(line.startswith("prominence = 1.5") and "# default" in line for line in lines)


# -- round trip of anything ------------------------------------------------------------

_hours = st.floats(0.001, 800_000).map(lambda h: f"{h!r} h")
_unit = st.floats(0, 1)
_positive = st.floats(0.1, 50)
_rates = st.floats(0, 1e6).map(lambda r: f"{r!r} per h")
#: So many publications fit into the longest horizon.
_few = st.floats(0, 1).map(lambda r: f"{r!r} per h")
_words = st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=8)


def _table(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(required, optional=optional)


def _law(name: str, **fields: Any) -> st.SearchStrategy[Any]:
    return _table({"law": st.just(name), **fields}, {})


_laws = st.one_of(
    _law("fixed", time=_hours),
    _law("exponential", mean=_hours),
    _law("lognormal", median=_hours, sigma=_unit),
    _law("lomax", shape=_positive, scale=_hours),
    _law("weibull", shape=_positive, scale=_hours),
    _law("power-law", flat_until=_hours, exponent=st.floats(1.1, 9)),
)
_novelty = _table({"half_life": _hours}, {"law": st.sampled_from(["power", "exponential"])})
_stories = _table(
    {
        "name": _words,
        "truth": st.booleans(),
        "appeal": st.floats(0, 1000),
        "author": st.one_of(
            _table({"random": st.integers(1, 9)}, {}),
            _table({"ids": st.lists(st.one_of(st.integers(), _words), min_size=1)}, {}),
            _table({"kind": st.just("celebrity")}, {"count": st.integers(1, 9)}),
        ),
    },
    {
        "category": _words,
        "schedule": _table({"rate": _few}, {"begin": st.just("1 h"), "end": st.just("2 h")}),
        "report": _unit,
        "vigour": _positive,
        "novelty": _novelty,
        "post_novelty": _novelty,
        "reinforcement": st.lists(st.floats(0, 1000), min_size=1, max_size=5),
    },
)
_whens = st.one_of(
    _table({"reports": st.integers(1, 99)}, {"window": _hours}),
    _table({"shares": st.integers(1, 99), "window": _hours, "off": st.integers(1, 9)}, {}),
    _table({"age": _hours}, {}),
    _table({"at": st.lists(_hours, min_size=1, max_size=3)}, {}),
)
_acts = _table(
    {
        "kind": st.sampled_from(["close-accounts", "suspend-accounts", "delete-posts"]),
        "when": _whens,
        "duration": _hours,
    },
    {
        "quota": st.integers(1, 999).map(lambda n: f"{n} per 7 h"),
        "delay": _laws,
        "whom": _table({}, {"fraction": _unit, "suspicion": _unit, "strikes": st.integers(0, 9)}),
    },
)
_scenarios = _table(
    {
        "horizon": st.floats(3, 800_000).map(lambda h: f"{h!r} h"),
        "graph": _table(
            {
                "kind": st.just("power-law"),
                "accounts": st.integers(50, 999),
                "mean_followers": st.floats(0, 40),
            },
            {"reciprocity": _unit, "seed": st.integers(0, 2**63 - 1)},
        ),
        "stories": st.lists(_stories, min_size=1, max_size=2, unique_by=lambda s: s["name"]),
    },
    {
        "seed": st.integers(0, 2**64 - 1),
        "start": st.datetimes().map(lambda t: t.isoformat(" ", "seconds")),
        "feed": _table(
            {},
            {
                "reading": st.sampled_from(["check-in", "delay"]),
                "attention": st.one_of(st.integers(1, 999), st.just("unlimited")),
                "background": _rates,
                "delay": _laws,
                "check_ins": _table(
                    {}, {"mean": _rates, "shape": st.one_of(_positive, st.just("alike"))}
                ),
                "daily_curve": st.lists(st.floats(0, 10), min_size=24, max_size=24),
            },
        ),
        "trending": _table({}, {"slots": st.integers(1, 99), "lasting": _laws}),
        "policies": st.lists(_acts, max_size=2).map(
            lambda acts: [{"name": "p", "interventions": acts}]
        ),
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_scenarios)
def test_any_scenario_survives_every_form_to_the_bit(values: dict[str, Any]) -> None:
    scenario = loads(json.dumps(values))
    assert loads(json.dumps(scenario.resolved())) == scenario
    assert loads(explained(scenario)) == scenario


def test_absent_always_means_none() -> None:
    """The resolved form leaves nulls out, so None must be a field's default or have a word."""

    def loses_none(field: Any) -> bool:
        spoken = any(isinstance(each, PlainSerializer) for each in field.metadata)
        return NoneType in get_args(field.annotation) and field.default is not None and not spoken

    for model in _models():
        for name, field in model.model_fields.items():
            assert not loses_none(field), f"{model.__name__}.{name}"

    class Lossy(BaseModel):
        shape: float | None = 0.5

    assert loses_none(Lossy.model_fields["shape"])


@pytest.mark.parametrize(
    "value", ['"', "\\", "\x7f", "\n\t", "谣言", "\U0001f600", "a.b", "'''", ""]
)
def test_text_survives_toml(value: str) -> None:
    assert tomllib.loads(f"x = {toml_value(value)}") == {"x": value}


# -- every field is explained ----------------------------------------------------------


def _models(model: type[BaseModel] = Scenario) -> Iterator[type[BaseModel]]:
    """The models of all tables of a scenario."""
    yield model
    for field in model.model_fields.values():
        annotation = field.annotation
        held = (inside(annotation, tuple), inside(annotation, dict), annotation)
        for inner in {each for part in held for each in models_in(part)}:
            yield from _models(inner)


def test_every_key_has_a_meaning() -> None:
    models = list(_models())
    assert len(models) > 25
    for model in models:
        for key in keys_of(model):
            assert meaning_of(model, key), f"{model.__name__}.{key}"


def _undescribed(schema: dict[str, Any]) -> list[str]:
    shapes = {"": schema, **schema["$defs"]}
    return [
        f"{name}.{key}"
        for name, shape in shapes.items()
        for key, each in shape.get("properties", {}).items()
        if not each.get("description")
    ]


def test_schema_describes_every_property() -> None:
    schema = json_schema()
    assert json.loads(json.dumps(schema, allow_nan=False)) == schema
    assert _undescribed(schema) == []
    assert set(schema["properties"]) == set(keys_of(Scenario))
    del schema["$defs"]["Story"]["properties"]["appeal"]["description"]
    assert _undescribed(schema) == ["Story.appeal"]


def test_schema_refers_only_to_what_it_defines() -> None:
    schema = json_schema()
    text = json.dumps(schema)
    named = {part.split('"')[0] for part in text.split("#/$defs/")[1:]}
    assert named
    assert named <= set(schema["$defs"])


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_schema_takes_what_loads_and_refuses_what_does_not(file: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    resolved = load(file).resolved()
    assert list(validator.iter_errors(resolved)) == []
    resolved["stories"][0]["apeal"] = 1
    assert len(list(validator.iter_errors(resolved))) == 1


def test_key_paths_are_as_people_write_them() -> None:
    assert (
        key_path(("policies", 0, "interventions", 1, "when")) == "policies[0].interventions[1].when"
    )
    assert key_path(("accounts", "kinds", "big. V", "share")) == 'accounts.kinds."big. V".share'


# -- files -----------------------------------------------------------------------------


def _with_file(folder: Path) -> Path:
    (folder / "follows.txt").write_text("1 2\n2 3\n3 1\n")
    (folder / "who.csv").write_text("id,kind\n1,loud\n2,\n3,\n")
    scenario = folder / "s.toml"
    graph = 'graph = { kind = "file", path = "follows.txt", columns = "followee follower" }'
    text = MINIMAL.replace('graph = { kind = "path", accounts = 10 }', graph)
    scenario.write_text(text + '[accounts]\nfile = "who.csv"\n')
    return scenario


def test_paths_start_at_the_scenario(tmp_path: Path) -> None:
    graph, attributes = build_graph(load(_with_file(tmp_path)))
    assert graph.accounts == 3
    assert list(attributes["kind"]) == ["loud", None, None]


def test_a_graph_is_built_once_and_again_when_its_file_changes(tmp_path: Path) -> None:
    scenario = load(_with_file(tmp_path))
    graph, _ = build_graph(scenario)
    assert build_graph(load(tmp_path / "s.toml"))[0] is graph
    (tmp_path / "follows.txt").write_text("1 2\n2 3\n3 1\n1 3\n")
    assert build_graph(scenario)[0].follows == 4


def test_a_pinned_file_that_changed_is_refused(tmp_path: Path) -> None:
    scenario = load(_with_file(tmp_path))
    resolved = json.dumps(scenario.resolved())
    assert set(input_files(scenario)) == {"graph.path", "accounts.file"}
    build_graph(loads(resolved, tmp_path))
    (tmp_path / "who.csv").write_text("id,kind\n1,quiet\n2,\n3,\n")
    with pytest.raises(InputError, match=r"accounts\.sha256.*has changed"):
        build_graph(loads(resolved, tmp_path))
    # Negative control: what is not pinned may change.
    assert build_graph(scenario)[1]["kind"][0] == "quiet"


def test_contents_of_files_are_part_of_the_name(tmp_path: Path) -> None:
    scenario = load(_with_file(tmp_path))
    before = digest_of(scenario.resolved())
    (tmp_path / "who.csv").write_text("id,kind\n1,quiet\n2,\n3,\n")
    assert digest_of(scenario.resolved()) != before


# -- the estimate ----------------------------------------------------------------------


def test_weighted_followers_in_closed_form() -> None:
    assert weighted_followers(complete(30), "none") == pytest.approx(29)
    assert weighted_followers(complete(30), "one-over-followees") == pytest.approx(1)
    assert weighted_followers(star(30), "none") == 0
    # On a path of n accounts n - 2 of n - 1 followers have one follower themselves.
    assert weighted_followers(path(10), "none") == pytest.approx(8 / 9)


def test_weighted_followers_equals_the_mean_over_follows() -> None:
    graph = power_law(400, 8.0, reciprocity=0.2, clustering=0.1, seed=5)
    counts = graph.follower_counts()
    naive = np.mean([counts[follower] for a in range(400) for follower in graph.followers_of(a)])
    assert weighted_followers(graph, "none") == pytest.approx(float(naive))
    # Negative control: the plain mean is something else where degrees are heavy-tailed.
    assert abs(graph.mean_followers - float(naive)) > 0.2


def test_weighted_followers_takes_the_weights_of_the_graph() -> None:
    graph = from_edges(
        [1, 1, 2, 3], [2, 3, 4, 4], direction="followee follower", weights=[0.5, 1.0, 0.25, 0.75]
    )
    # Reached: 2 by 0.5, 3 by 1, 4 by 1; out of them go 0.25, 0.75 and nothing.
    assert weighted_followers(graph, "graph") == pytest.approx((0.5 * 0.25 + 1.0 * 0.75) / 2.5)


def test_reproduction_number_scales_with_friction_and_stops_at_one() -> None:
    scenario = loads(MINIMAL + "[feed]\nfriction = 0.5\n")
    story, graph = scenario.stories[0], complete(5)
    assert reproduction_number(scenario, story, graph) == pytest.approx(0.25 * 4)
    eager = loads(MINIMAL.replace("appeal = 0.5", "appeal = 7"))
    assert reproduction_number(eager, eager.stories[0], graph) == pytest.approx(4)


def test_reproduction_number_counts_how_audiences_respond() -> None:
    """The naive mean over follows of the shares that the follower's followers are to make."""
    graph = power_law(400, 8.0, reciprocity=0.2, clustering=0.1, seed=5)
    told = "appeal = 0.3\naudience_exponent = 0.7\naudience_reference = 5"
    scenario = loads(MINIMAL.replace("appeal = 0.5", told))
    counts = graph.follower_counts()
    chance = np.minimum(0.3 * ((counts + 1) / 6) ** -0.7, 1.0)
    onward, reached = chance * counts, np.repeat(chance, counts)
    naive = np.average(onward[graph.followers], weights=reached)
    found = reproduction_number(scenario, scenario.stories[0], graph)
    assert found == pytest.approx(float(naive), rel=1e-6)
    # Negative control: audiences that all respond alike have another one.
    plain = loads(MINIMAL.replace("appeal = 0.5", "appeal = 0.3"))
    assert abs(reproduction_number(plain, plain.stories[0], graph) - found) > 0.1


def test_check_tells_what_waits_for_reports_in_vain() -> None:
    """Reports come from a story's own `report`, from a brigade, or from mass-reporting."""
    waiting = """
[[policies]]
name = "p"
interventions = [{ kind = "close-accounts", when = { reports = 3 } }]
"""
    told = "when.reports = 3: nobody reports"
    brigade = '{ kind = "user-reports", when = { at = ["1 h"] }, brigade = 5 }'
    raid = """
[[adversaries]]
kind = "mass-reporting"
size = 1
stories = ["a"]
"""
    assert told in expectations(loads(MINIMAL + waiting))
    helped = (
        MINIMAL.replace("appeal = 0.5", "appeal = 0.5\nreport = 0.1") + waiting,
        MINIMAL + waiting.replace("3 } }]", "3 } }, " + brigade + "]"),
        MINIMAL + waiting + raid,
        MINIMAL + waiting.replace("reports", "shares"),
    )
    for text in helped:
        assert told not in expectations(loads(text))


def test_loading_leaves_the_kernels_alone() -> None:
    import subprocess

    code = "import sys, rumorsim.scenario; print('numba' in sys.modules, 'scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
