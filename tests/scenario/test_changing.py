"""Scenarios changed in Python: checked as a file would be, and no way round the checks."""

from __future__ import annotations

import copy
import json
import operator
import pickle
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import networkx
import numpy as np
import pytest
from pydantic import BaseModel

from rumorsim import Scenario, load, loads, run
from rumorsim.common.errors import InputError
from rumorsim.platform.interventions.close_accounts import CloseAccounts
from rumorsim.scenario.explained import explained
from rumorsim.scenario.handing import with_policies
from rumorsim.scenario.models import Author, Policy, Story

SMALL = Path(__file__).parents[2] / "configs" / "small.toml"


@pytest.fixture
def scenario() -> Scenario:
    return load(SMALL)


def test_one_key(scenario: Scenario) -> None:
    changed = scenario.set("stories[tap-water].appeal", 0.3)
    assert changed.stories[0].appeal == 0.3
    assert scenario.stories[0].appeal == 0.15
    assert changed.set("stories[tap-water].appeal", 0.15) == scenario
    assert changed.base_dir == scenario.base_dir
    text = SMALL.read_text("utf-8").replace("appeal = 0.15", "appeal = 0.3", 1)
    written = loads(text, SMALL.parent)
    assert written.resolved() == changed.resolved()
    assert run(written, "close accounts").digest == run(changed, "close accounts").digest
    assert run(scenario, "close accounts").digest != run(changed, "close accounts").digest


def test_several_keys(scenario: Scenario) -> None:
    changed = scenario.with_({"feed.attention": 30, "stories[0].report": 0.1}, horizon="2 d")
    assert (changed.feed.attention, changed.stories[0].report, changed.horizon) == (30, 0.1, 48.0)
    assert scenario.with_() is scenario
    step = changed.set("policies[close accounts].interventions[close-accounts].when.reports", 9)
    assert step.policies[0].interventions[0].when.reports == 9


def test_values_of_python(scenario: Scenario) -> None:
    close = CloseAccounts(kind="close-accounts", when={"at": ["1 h"]})
    changed = scenario.with_(
        horizon=timedelta(days=2),
        seed=np.int64(7),
        policies=[*scenario.policies, Policy(name="mine", interventions=(close,))],
        stories=(scenario.stories[0].with_(appeal=np.float32(0.25)),),
    )
    assert changed.horizon == 48.0
    assert changed.seed == 7 and type(changed.seed) is int
    assert changed.policy("mine").interventions == (close,)
    assert changed.stories[0].appeal == 0.25
    ids = scenario.set("stories[0].author", {"ids": np.arange(3)})
    assert ids.stories[0].author == Author(ids=(0, 1, 2))


def test_none_leaves_a_key_out(scenario: Scenario) -> None:
    assert scenario.trending is None
    changed = scenario.set("trending.slots", 5)
    assert changed.trending is not None and changed.trending.slots == 5
    assert changed.set("trending", None) == scenario
    assert (
        scenario.set("feed.attention", None).feed.attention
        == load(SMALL).feed.__class__().attention
    )
    with pytest.raises(InputError, match="horizon: is missing; how long to run"):
        scenario.set("horizon", None)


def test_defaults_stay_defaults() -> None:
    """`check` still says what was given; of what was changed, only that."""
    plain = loads(
        'horizon = "1 d"\ngraph = { kind = "star", accounts = 9 }\n[[stories]]\nname = "a"\n'
        "truth = true\nappeal = 0.1\nauthor = { random = 1 }\n"
    )
    changed = plain.with_({"feed.check_ins.shape": 0.7, "graph.accounts": 8})
    assert changed.feed.check_ins.mean == plain.feed.check_ins.mean
    given = {line for line in explained(changed).splitlines() if "# given: " in line}
    given -= set(explained(plain).splitlines())
    assert {line.split("#")[0].strip() for line in given} == {"shape = 0.7", "accounts = 8"}
    assert plain.set("seed", 1).model_fields_set == plain.model_fields_set | {"seed"}
    # A default table that is changed in one place keeps all others.
    kinds = plain.set("accounts.kinds.self-media.share", 0.05).accounts.kinds
    assert kinds == {**plain.accounts.kinds, "self-media": kinds["self-media"]}
    assert (len(kinds), kinds["self-media"].share) == (3, 0.05)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("stories[tap-water].appeal", -1, "stories[0].appeal = -1: must be at least 0"),
        ("stories[tap-water].apeal", 0.1, 'did you mean "appeal"?'),
        ("stories[tapwater].appeal", 0.1, 'there is no "tapwater"; did you mean "tap-water"?'),
        ("stories[7].appeal", 0.1, "there is no [7]: the list holds"),
        ("horizon", 48, "must be a duration: text with a unit"),
        ("horizon", float("nan"), "must be a duration"),
        ("stories[0].appeal", float("inf"), "must be finite"),
        ("stories[0].author.kind", "nobody", "there is no such kind of account"),
        ("seed", 1.5, "must be a whole number"),
        ("seed", -1, "must be at least 0"),
        ("nothing", 1, "there is no such key here"),
        ("horizon.hours", 1, "nothing is inside"),
        ("", 1, "is not a dotted key"),
    ],
)
def test_what_is_wrong(scenario: Scenario, key: str, value: Any, said: str) -> None:
    with pytest.raises(InputError) as refused:
        scenario.set(key, value)
    assert said in str(refused.value)
    in_our_words(str(refused.value))


def in_our_words(text: str) -> None:
    for word in ("pydantic", "http", "Input should", "validation error", "type=", "input_value"):
        assert word not in text


def test_all_faults_at_once(scenario: Scenario) -> None:
    with pytest.raises(InputError) as refused:
        scenario.with_({"stories[0].appeal": -1, "feed.attention": 0}, seed="x")
    assert len(refused.value.faults) == 3


Way = Callable[[Scenario], object]
AROUND: dict[str, Way] = {
    "model_copy": lambda s: s.model_copy(update={"horizon": -5.0}),
    "model_copy of a story": lambda s: s.stories[0].model_copy(update={"appeal": -1.0}),
    "model_copy of an intervention": lambda s: (
        s.policies[0].interventions[0].model_copy(update={"when": {"reports": 0}})
    ),
    "copy": lambda s: s.copy(update={"seed": -1}),
    "names": lambda s: s.model_copy(update={"policies": (s.policies[0], s.policies[0])}),
    "construct": lambda s: Scenario.model_construct(horizon=-1),
    "construct of a story": lambda s: Story.model_construct(appeal=-1),
    "direct": lambda s: Scenario(horizon="1 d", graph=s.graph, stories=()),
    "direct story": lambda s: Story(name="x", truth=False, appeal=-1, author=Author(random=1)),
    "direct intervention": lambda s: CloseAccounts(kind="close-accounts", when={"reports": 0}),
    "validate": lambda s: Scenario.model_validate({"horizon": 1}),
    "validate text": lambda s: Scenario.model_validate_json("{"),
    "unknown key": lambda s: s.with_(apeal=3),
}


@pytest.mark.parametrize("way", AROUND)
def test_there_is_no_way_round(scenario: Scenario, way: str) -> None:
    with pytest.raises(InputError) as refused:
        AROUND[way](scenario)
    in_our_words(str(refused.value))


def test_assigning_names_the_way(scenario: Scenario) -> None:
    for model, name in ((scenario, "horizon"), (scenario.stories[0], "appeal")):
        with pytest.raises(AttributeError, match=rf"never changes; with_\({name}="):
            setattr(model, name, 1)
        with pytest.raises(AttributeError, match="never changes"):
            delattr(model, name)
    assert scenario == load(SMALL)


CHANGES: dict[type, tuple[Callable[[Any], object], ...]] = {
    dict: (
        lambda d: d.clear(),
        lambda d: d.update(x=1),
        lambda d: d.setdefault("x", 1),
        lambda d: d.pop("x", None),
        lambda d: d.popitem(),
        lambda d: operator.setitem(d, "x", 1),
        lambda d: operator.delitem(d, "x"),
        lambda d: operator.ior(d, {"x": 1}),
    ),
    list: (
        lambda x: x.clear(),
        lambda x: x.append(1),
        lambda x: x.extend([1]),
        lambda x: x.insert(0, 1),
        lambda x: x.remove(1),
        lambda x: x.reverse(),
        lambda x: x.sort(),
        lambda x: x.pop(),
        lambda x: operator.setitem(x, 0, 1),
        lambda x: operator.delitem(x, 0),
        lambda x: operator.iadd(x, [1]),
        lambda x: operator.imul(x, 2),
    ),
}


def inside(value: Any) -> Iterator[tuple[str, Any]]:
    """All dictionaries and lists in a model, in whatever depth, with what refusals name."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            model = type(value).__name__
            for said, each in inside(getattr(value, name)):
                yield said or rf"a {model} never changes; with_\({name}=", each
        return
    if isinstance(value, dict | list):
        yield "", value
    if isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from inside(each)


def policy_with_values(desk: Any, table: dict[str, Any], places: list[int]) -> None:
    table["more"] = places.pop()


@pytest.fixture(scope="module")
def all_sorts() -> list[Scenario]:
    """Every valid scenario of the tests, and one with an own policy that was given tables."""
    files = [*SMALL.parent.glob("*.toml"), *(SMALL.parents[1] / "tests/scenario/valid").iterdir()]
    made = [load(file) for file in sorted(files) if file.suffix == ".toml"]
    own = partial(policy_with_values, table={"a": {"b": [1]}}, places=[1, 2])
    small = load(SMALL)
    star = {"kind": "star", "accounts": 9}
    union = small.set("graph", {"kind": "union", "parts": {"a": star, "b": star}})
    return [*made, union, with_policies(small, [own], only=False)[0]]


def test_nothing_inside_a_scenario_changes(all_sorts: list[Scenario]) -> None:
    found = 0
    fields = set()
    for scenario in all_sorts:
        before = scenario.resolved()
        for said, held in inside(scenario):
            found += 1
            fields.add(said)
            plain = dict if isinstance(held, dict) else list
            for change in CHANGES[plain]:
                with pytest.raises(TypeError, match=said):
                    change(held)
            mine = held.copy()
            mine.clear()
            assert type(mine) is plain
        assert scenario.resolved() == before
        again = pickle.loads(pickle.dumps(scenario))
        for one in (again, copy.copy(scenario), copy.deepcopy(scenario), scenario.set("seed", 5)):
            for said, held in inside(one):
                with pytest.raises(TypeError, match=said):
                    held.clear()
        assert again == scenario
    assert found > 50
    for name in ("kinds", "prices", "platforms", "penalties", "parts", "settings"):
        assert any(f"({name}=" in said for said in fields), name


def test_own_policies_get_values_of_their_own() -> None:
    """What a policy does with a table that it was given stays in that run."""
    own = partial(policy_with_values, table={"a": {"b": [1]}}, places=[1, 2])
    scenario, (name,) = with_policies(load(SMALL), [own], only=False)
    record = (scenario.policy(name).own or ())[0]
    before = json.loads(json.dumps(record.settings))
    assert run(scenario, name).digest == run(scenario, name).digest
    assert record.settings == before == {"table": {"a": {"b": [1]}}, "places": [1, 2]}


def test_copies_are_the_same(scenario: Scenario) -> None:
    changed = scenario.set("horizon", "5 h")
    for made in (copy.copy(changed), copy.deepcopy(changed), pickle.loads(pickle.dumps(changed))):
        assert made == changed
        assert made.base_dir == SMALL.parent
    assert changed.model_copy(update={"horizon": "6 h"}).horizon == 6.0


def test_a_graph_of_ones_own_stays(scenario: Scenario) -> None:
    follows = networkx.gnp_random_graph(50, 0.1, directed=True, seed=1)
    own = scenario.on(follows, direction="follower followee")
    changed = own.set("stories[0].appeal", 0.5)
    assert changed.follow_graph is own.follow_graph
    assert run(changed).events != run(own).events
    again = own.set("graph", {"kind": "star", "accounts": 9})
    assert again.follow_graph is None
    alone = {"stories[0].author": {"random": 1}, "stories[1].author": {"random": 1}}
    assert run(again.with_(alone)).provenance["reproducible_from_file"]


def test_another_file_is_not_held_to_the_old_digest(tmp_path: Path, scenario: Scenario) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(f"0,1\n1,2\n{2 if name == 'a.csv' else 1},0\n", "utf-8")
    graph = {"kind": "file", "path": "a.csv", "columns": "follower followee"}
    stories = (scenario.stories[0].with_(author=Author(random=1)),)
    one = scenario.at(tmp_path).with_(graph=graph, stories=stories).pinned()
    other = one.set("graph.path", "b.csv")
    assert getattr(one.graph, "sha256", None) is not None
    assert getattr(other.graph, "sha256", None) is None
    assert run(one).provenance["graph_digest"] != run(other).provenance["graph_digest"]
    kept = one.with_({"graph.path": "b.csv", "graph.sha256": "0" * 64})
    with pytest.raises(InputError, match="has changed since"):
        run(kept)


def test_with_a_model_of_contacts() -> None:
    classroom = load(SMALL.with_name("classroom-sir.toml"))
    changed = classroom.set("model.recovery.mean", "2 h")
    assert changed.model is not None and changed.model.written()["recovery"]["mean"] == "2.0 h"
    with pytest.raises(InputError, match="has no effect with the model sir"):
        classroom.set("feed.attention", 5)


@pytest.mark.parametrize("key", [3, None, ("feed", "attention")])
def test_a_key_that_is_no_text(scenario: Scenario, key: Any) -> None:
    with pytest.raises(InputError, match=r"is not a dotted key; write it such as stories\[0\]"):
        scenario.set(key, 4)
