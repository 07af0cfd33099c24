"""Parents that are inferred: against plain Python, against worlds of our own, and by frequency."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rumorsim
from rumorsim import InputError, ParentLaw, ParentModel, fit_parent_law, infer_parents
from rumorsim.events.cascades import Posts, cascade_arrays
from rumorsim.events.observed.parents import naive_parents
from rumorsim.measures.cascades import shapes

BINS = 112
UNIFORM = ParentLaw((1.0,) * BINS, (0.0,) * BINS)


def plain_bin(seconds: float) -> int:
    """The quarter of an octave, split evenly, that an age lies in."""
    octave = math.floor(math.log2(max(seconds, 1.0)))
    return min(octave * 4 + int((max(seconds, 1.0) / 2**octave - 1) * 4), BINS - 1)


def plain_chances(data: dict[str, Any], law: ParentLaw, share: int) -> dict[int, float]:
    """Chances of the parents of one share, by the words of the law's docstring."""
    order = sorted(range(len(data["time"])), key=lambda row: data["time"][row])
    mine = [row for row in order if data["cascade"][row] == data["cascade"][share]]
    before = mine[: mine.index(share)]
    if not before:
        return {}
    follows = None if data["follows"] is None else {tuple(each) for each in data["follows"]}

    def age(row: int) -> int:
        one, other = (round(data["time"][each] * 3600.0 * 2**20) for each in (share, row))
        return plain_bin((one - other) / 2**20)

    def drawn(row: int) -> float:
        known = data["followers"]
        return 1.0 if known is None else (known[row] + 1.0) ** law.followers

    def within(some: list[int]) -> dict[int, float]:
        weight = {row: law.delay[age(row)] * drawn(row) for row in some if row != before[0]}
        total = sum(weight.values())
        root = 0.0
        if before[0] in some:
            odds = math.exp(law.root[age(before[0])]) * drawn(before[0])
            root = odds / (odds + total**law.crowding) if total else 1.0
        chances = {row: (1 - root) * each / total for row, each in weight.items()}
        return {**chances, before[0]: root} if before[0] in some else chances

    if follows is None:
        return within(before)
    who = data["account"]
    inside = [row for row in before if (who[share], who[row]) in follows]
    beyond = [row for row in before if row not in inside]
    part = law.outside if inside and beyond else float(not inside)
    mixed = {row: (1 - part) * each for row, each in within(inside).items()} if inside else {}
    return mixed | ({row: part * each for row, each in within(beyond).items()} if beyond else {})


@st.composite
def observed(draw: st.DrawFn) -> dict[str, Any]:
    posts = draw(st.integers(1, 14))
    whole = st.integers(0, 4)
    some = st.lists(whole, min_size=posts, max_size=posts)
    times = st.lists(st.integers(0, 10**5), min_size=posts, max_size=posts)
    pairs = st.lists(st.tuples(whole, whole), max_size=12, unique=True)
    return {
        "cascade": draw(st.lists(st.integers(0, 1), min_size=posts, max_size=posts)),
        "account": draw(some),
        "time": [each / 3600.0 for each in draw(times)],
        "followers": draw(st.none() | some),
        "follows": draw(st.none() | pairs.map(lambda each: np.array(each, int).reshape(-1, 2))),
    }


def some_law(seed: int) -> ParentLaw:
    draws = np.random.default_rng(seed)
    delay, root = draws.exponential(size=BINS) + 1e-3, draws.normal(size=BINS)
    some = draws.random(3)
    return ParentLaw(tuple(delay), tuple(root), 2 * some[0], some[1], some[2])


@settings(max_examples=150, deadline=None)
@given(data=observed(), seed=st.integers(0, 99))
def test_chances_are_those_of_plain_python(data: dict[str, Any], seed: int) -> None:
    law = some_law(seed)
    model = infer_parents(**data, law=law)
    for share in range(len(data["time"])):
        rows, chances = model.probabilities(share)
        expected = plain_chances(data, law, share)
        assert sorted(rows) == sorted(expected)
        assert chances == pytest.approx([expected[row] for row in rows], abs=1e-12)
        assert not len(rows) or chances.sum() == pytest.approx(1)


@settings(max_examples=40, deadline=None)
@given(data=observed(), seed=st.integers(0, 99))
def test_forests_are_trees_of_candidates_and_addressed(data: dict[str, Any], seed: int) -> None:
    model = infer_parents(**data, law=some_law(seed), seed=seed)
    forests = model.forests(6)
    assert np.array_equal(model.forests(2, first=3), forests[3:5])
    assert np.array_equal(model.forest(5), forests[5])
    for share in range(len(model)):
        rows, chances = model.probabilities(share)
        allowed = set(rows[chances > 0].tolist()) if len(rows) else {-1}
        assert set(forests[:, share].tolist()) <= allowed


def test_a_cascade_has_the_same_forests_whatever_stands_beside_its_rows() -> None:
    """Rows in another order, and one more cascade after it."""
    one = ([0] * 6, [0, 1, 2, 3, 4, 5], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    more = ([1, *[0] * 6], [9, *range(5, -1, -1)], [0.5, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0])
    alone = infer_parents(*one, law=some_law(1)).forests(20)
    beside = infer_parents(*more, law=some_law(1)).forests(20)
    assert np.array_equal(np.where(alone < 0, -1, 6 - alone)[:, ::-1], beside[:, 1:])


@pytest.mark.parametrize("alike", [0.0, 0.4])
def test_parents_are_drawn_as_often_as_their_chances_say(alike: float) -> None:
    law = some_law(3)
    law = ParentLaw(law.delay, law.root, 0.0, law.crowding, 0.0, alike)
    model = infer_parents([0] * 5, range(5), [0.0, 0.2, 1.5, 7.0, 9.0], law=law)
    forests = model.forests(20_000)
    for share in range(1, 5):
        rows, chances = model.probabilities(share)
        often = np.bincount(forests[:, share], minlength=5)[rows] / 20_000
        assert np.abs(often - chances).max() < 4.5 * math.sqrt(0.25 / 20_000)
    luck = (forests[:, 1:] == 0).astype(float)
    together = np.corrcoef(luck[:, 2], luck[:, 3])[0, 1]
    assert (together > 0.1) == (alike > 0) and abs(together) < 0.4


def test_naive_rules() -> None:
    data = ([0, 0, 0, 0], [0, 1, 2, 3], [0.0, 1.0, 2.0, 3.0], [5, 2, 5, 0])
    rules = ("root", "latest", "most-followed")
    found = [naive_parents(*data, rule=rule).tolist() for rule in rules]
    assert found == [[-1, 0, 0, 0], [-1, 0, 1, 2], [-1, 0, 0, 2]]


def test_a_law_is_saved_and_read(tmp_path: Path) -> None:
    law = some_law(5)
    law.save(tmp_path / "law.json")
    assert ParentLaw.load(tmp_path / "law.json") == law
    model = infer_parents([0, 0, 0], [0, 1, 2], [0, 1, 2], law=tmp_path / "law.json")
    assert model.fitted.law == law and model.fitted.origin == "given"


BAD: list[tuple[dict[str, Any], str]] = [
    ({"time": []}, "must hold at least one post"),
    ({"time": [0.0, math.nan, 1.0]}, r"time\[1\] = nan: must be finite"),
    ({"account": [0, 1]}, r"account = shape \(2,\): must have one value a post"),
    ({"account": [0, -1, 2]}, r"account\[1\] = -1: must be whole numbers from 0"),
    ({"cascade": [0.5, 0, 0]}, "cascade = dtype float64: must be numbers"),
    ({"followers": [1, -1, 0]}, r"followers\[1\] = -1.0: must be 0 or more"),
    ({"follows": [[0, 1, 2]]}, "follows = int64 of shape"),
    ({"follows": [[0, -1]]}, "follows = -1: must hold accounts"),
    ({"law": 7}, "law = 7: must be a ParentLaw or a file"),
    ({"steps": 0}, "steps"),
    ({"seed": -1}, "seed"),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_bad_input_is_refused_by_name(change: dict[str, Any], message: str) -> None:
    data: dict[str, Any] = {"cascade": [0] * 3, "account": [0, 1, 2], "time": [0.0, 1.0, 2.0]}
    with pytest.raises(InputError, match=message):
        infer_parents(**{**data, **change})


def test_laws_and_parents_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="crowding = 2: must be in"):
        ParentLaw(UNIFORM.delay, UNIFORM.root, crowding=2)
    with pytest.raises(InputError, match="delay = 0.0: must be above 0"):
        ParentLaw((0.0,) * BINS, UNIFORM.root)
    with pytest.raises(InputError, match="root: must be 112 finite numbers"):
        ParentLaw(UNIFORM.delay, (1.0,))
    with pytest.raises(InputError, match="scale = 0: must be above 0"):
        ParentLaw.power_law(1.0, 0)
    (tmp_path / "law.json").write_text(json.dumps({"delay": []}))
    with pytest.raises(InputError, match=r"law.json: must be a JSON object with .*ParentLaw.save"):
        ParentLaw.load(tmp_path / "law.json")
    data = ([0, 0, 0], [0, 1, 2], [0.0, 1.0, 2.0])
    with pytest.raises(InputError, match=r"parent\[1\] = 2: must be an earlier row"):
        fit_parent_law(*data, parent=[-1, 2, 0])
    with pytest.raises(InputError, match="no share had a choice"):
        fit_parent_law([0, 0], [0, 1], [0.0, 1.0], [-1, 0])
    with pytest.raises(InputError, match='rule = "first": must be one of root'):
        naive_parents(*data, rule="first")
    with pytest.raises(InputError, match="needed by the rule"):
        naive_parents(*data, rule="most-followed")


@pytest.fixture(scope="module")
def world() -> tuple[Posts, Any]:
    """400 rumors that spread by feeds, nobody knows from whom, and the follow graph."""
    stories = [
        {"name": f"r{n}", "truth": False, "appeal": 0.03, "author": {"random": 1}}
        for n in range(400)
    ]
    feed = {
        "reading": "delay",
        "delay": {"law": "exponential", "mean": "4 h"},
        "attention": "unlimited",
        "background": "0 per day",
    }
    scenario = rumorsim.Scenario(
        horizon="60 d",
        graph={"kind": "power-law", "accounts": 4000, "mean_followers": 30},
        accounts={"kinds": {}},
        feed=feed,
        stories=stories,
        measures=["reach"],
    )
    simulation = rumorsim.Simulation(scenario, seed=3)
    return cascade_arrays(rumorsim.stream(scenario, seed=3)), simulation.world.graph


def inferred(world: tuple[Posts, Any], *, followers: bool, graph: bool, **law: Any) -> ParentModel:
    posts, follow = world
    counts = np.diff(follow.offsets)
    followees = np.repeat(np.arange(follow.accounts), counts)
    pairs = np.column_stack([follow.followers, followees]) if graph else None
    known = counts[posts.author] if followers else None
    return infer_parents(posts.story, posts.author, posts.time, known, pairs, **law)


@pytest.mark.parametrize(("followers", "graph"), [(True, False), (False, True), (True, True)])
def test_parents_of_a_simulated_world_hidden(
    world: tuple[Posts, Any], followers: bool, graph: bool
) -> None:
    """Calibrated, and depths and structural virality nearer the truth than by naive rules."""
    posts, follow = world
    model = inferred(world, followers=followers, graph=graph)
    found = model.calibration(posts.parent)
    assert max(found.top, found.root, found.among_shares) < 0.02
    if not graph:
        assert model.fitted.law.followers == pytest.approx(1, abs=0.15)
    mean = model.fitted.scale / (model.fitted.exponent - 1)
    assert mean == pytest.approx(4.0, rel=0.15)
    true = shapes(posts.parent)
    large = true.size > 5

    def apart(parent: Any) -> np.ndarray:
        drawn = shapes(np.asarray(parent, np.int32))
        pairs = [(drawn.depth, true.depth), (drawn.virality, true.virality)]
        return np.array([abs(one[large].mean() / two[large].mean() - 1) for one, two in pairs])

    ours = np.mean([apart(each) for each in model.forests(10)], axis=0)
    assert (ours < 0.15).all()
    counts = np.diff(follow.offsets)[posts.author]
    for rule in ("root", "latest", "most-followed"):
        naive = naive_parents(posts.story, posts.author, posts.time, counts, rule=rule)
        assert (apart(naive) > 2 * ours).all()


@pytest.mark.parametrize("graph", [False, True])
def test_a_uniform_choice_fails(world: tuple[Posts, Any], graph: bool) -> None:
    """Negative control."""
    found = inferred(world, followers=False, graph=graph, law=UNIFORM).calibration(world[0].parent)
    assert max(found.top, found.root) > 0.02
    better = inferred(world, followers=True, graph=graph).calibration(world[0].parent)
    assert better.log_score > found.log_score + 0.3
