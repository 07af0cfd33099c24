"""Designs and overrides: which values go together, and what they set."""

from __future__ import annotations

import math
import random
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sweep_studies import SCENARIO

from rumorsim.common.errors import InputError
from rumorsim.common.settings.changing import parse_key, path_in
from rumorsim.scenario import load
from rumorsim.scenario.unions import in_force, union_name
from rumorsim.studies.sweep.designs import Grid, LatinHypercube, Listed, Morris, Sobol
from rumorsim.studies.sweep.overrides import overridden
from rumorsim.studies.sweep.parameters import Parameter


def between(name: str = "x", **options: Any) -> Parameter:
    return Parameter(name=name, key="k", low=0.0, high=1.0, **options)


THREE = [between("a"), between("b"), between("c")]


def test_grid_is_every_combination() -> None:
    grid = Grid(kind="grid")
    parameters = [
        Parameter(name="a", key="a", values=(1, 2)),
        Parameter(name="b", key="b", low=0.0, high=1.0, steps=3),
    ]
    assert grid.count(parameters) == 6
    assert list(grid.points(parameters)) == [(a, b) for a in (1, 2) for b in (0.0, 0.5, 1.0)]
    assert list(grid.points([])) == [()]


def test_latin_hypercube_uses_every_part_once() -> None:
    design = LatinHypercube(kind="latin-hypercube", points=40, seed=3)
    units = design.units(3)
    assert units.shape == (40, 3)
    for column in units.T:
        assert sorted((column * 40).astype(int)) == list(range(40))
    # Negative control: independent uniform draws leave parts empty (chance of none: 40!/40^40).
    drawn = np.array([hash((i, "x")) % 1000 / 1000 for i in range(40)])
    assert sorted((drawn * 40).astype(int)) != list(range(40))
    # The columns are no copies of each other.
    assert abs(np.corrcoef(units.T)[0, 1]) < 0.5


def test_sobol_points_are_balanced_in_every_dyadic_box() -> None:
    units = Sobol(kind="sobol", points=64, seed=5).units(2)
    for a, b in ((64, 1), (1, 64), (8, 8), (16, 4), (2, 32)):
        boxes = Counter(
            zip((units[:, 0] * a).astype(int), (units[:, 1] * b).astype(int), strict=False)
        )
        assert set(boxes.values()) == {1}, (a, b)
    # Negative control: a Latin hypercube is balanced in its margins alone.
    other = LatinHypercube(kind="latin-hypercube", points=64).units(2)
    boxes = Counter(zip((other[:, 0] * 8).astype(int), (other[:, 1] * 8).astype(int), strict=False))
    assert set(boxes.values()) != {1}


def test_sobol_shift_is_unbiased() -> None:
    """The first point over 400 seeds is uniform: its mean misses 1/2 by 4 sd in 6e-5 of cases."""
    first = [float(Sobol(kind="sobol", points=2, seed=s).units(1)[0, 0]) for s in range(400)]
    assert abs(np.mean(first) - 0.5) < 4 * math.sqrt(1 / 12 / 400)


def test_morris_moves_one_parameter_at_a_time() -> None:
    design = Morris(kind="morris", trajectories=20, levels=4, seed=2)
    units = design.units(3)
    assert len(units) == design.count(THREE) == 80
    assert set((units * 3).round(9).flatten()) == {0.0, 1.0, 2.0, 3.0}
    orders = set()
    for start in range(0, 80, 4):
        moves = [np.flatnonzero(a != b) for a, b in pairwise(units[start : start + 4])]
        assert [len(move) for move in moves] == [1, 1, 1]
        order = tuple(int(move[0]) for move in moves)
        assert sorted(order) == [0, 1, 2]
        orders.add(order)
        steps = [abs(b - a).max() for a, b in pairwise(units[start : start + 4])]
        assert np.allclose(steps, 2 / 3)
    assert len(orders) > 1


def test_designs_depend_on_their_seed_alone() -> None:
    for make in (
        lambda seed: LatinHypercube(kind="latin-hypercube", points=8, seed=seed),
        lambda seed: Sobol(kind="sobol", points=8, seed=seed),
        lambda seed: Morris(kind="morris", trajectories=4, seed=seed),
    ):
        before = random.getstate(), np.random.get_state()[1].tolist()
        first = list(make(1).points(THREE))
        assert (random.getstate(), np.random.get_state()[1].tolist()) == before
        assert first == list(make(1).points(THREE))
        assert first != list(make(2).points(THREE))


def test_list_takes_the_points_by_name() -> None:
    design = Listed.model_validate({"kind": "list", "points": [{"b": 2, "a": 1}, {"a": 3, "b": 4}]})
    parameters = [Parameter(name="a", key="a"), Parameter(name="b", key="b")]
    assert list(design.points(parameters)) == [(1, 2), (3, 4)]


def test_values_of_a_range() -> None:
    assert between(scale="linear").at(0.25) == 0.25
    log = Parameter(name="x", key="k", low=0.01, high=100.0, scale="log", steps=5)
    assert log.grid() == (0.01, 0.1, 1.0, 10.0, 100.0)
    whole = Parameter(name="x", key="k", low=1, high=5, whole=True, steps=5)
    assert whole.grid() == (1, 2, 3, 4, 5)
    counts = Counter(whole.at((i + 0.5) / 1000) for i in range(1000))
    assert set(counts.values()) == {200}
    hours = Parameter(name="x", key="k", low=1, high=3, form="{} h", steps=2)
    assert hours.grid() == ("1.0 h", "3.0 h")
    days = Parameter(name="x", key="k", low=1, high=3, whole=True, form="{} per day", steps=2)
    assert days.grid() == ("1 per day", "3 per day")
    words = Parameter(name="x", key="k", values=("a", "b"))
    assert [words.at(u) for u in (0.0, 0.49, 0.5, 1.0)] == ["a", "a", "b", "b"]


# -- overrides -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("horizon", ("horizon",)),
        ("feed.attention", ("feed", "attention")),
        ("stories[0].appeal", ("stories", 0, "appeal")),
        ("stories[tap-water].appeal", ("stories", "tap-water", "appeal")),
        ('policies["a.b [c"].x', ("policies", "a.b [c", "x")),
        ('accounts.kinds."self media".share', ("accounts", "kinds", "self media", "share")),
        ("stories[0].reinforcement[1]", ("stories", 0, "reinforcement", 1)),
    ],
)
def test_keys(key: str, parts: tuple[Any, ...]) -> None:
    assert parse_key(key) == parts


@pytest.mark.parametrize("key", ["", ".", "a..b", "a.", "[0]", "a[", "a[]", "a]b", "a[0", 'a."b'])
def test_what_is_no_key(key: str) -> None:
    with pytest.raises(InputError, match="is not a dotted key"):
        parse_key(key)


def test_an_override_is_as_if_written() -> None:
    scenario = load(SCENARIO)
    changed = overridden(
        scenario,
        {
            "stories[tap-water].appeal": 0.7,
            "policies[remove followers].interventions[1].delay": {"law": "fixed", "time": "2 h"},
            "stories[1].schedule": {"rate": "2 per h"},
            "stories[1].novelty.half_life": "3 h",
        },
    )
    assert changed.stories[0].appeal == 0.7
    assert changed.policies[1].interventions[1].delay is not None
    assert changed.stories[1].novelty is not None
    assert changed.stories[1].novelty.half_life == 3.0
    # All else is as it was, and the original too.
    assert changed.stories[0].with_(appeal=0.3) == scenario.stories[0]
    assert changed.policies[0] == scenario.policies[0]
    assert scenario.stories[0].appeal == 0.3
    assert overridden(scenario, {}) is scenario


def test_several_policies_are_in_force_together() -> None:
    scenario = load(SCENARIO)
    both = in_force(scenario, union_name(["remove followers", "close accounts"]))
    kinds = [each.kind for each in both.policies[0].interventions]
    assert kinds == ["close-accounts", "remove-followers", "remove-followers"]
    assert in_force(scenario, "none").policies == ()
    assert union_name([]) == "none"


def test_paths_have_places_for_names() -> None:
    scenario = load(SCENARIO)
    key = "policies[close accounts].interventions[close-accounts].when.reports"
    assert path_in(scenario, key) == "policies[0].interventions[0].when.reports"
