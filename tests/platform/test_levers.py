"""Levers: base times the factors in force, undone exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import lever_columns, small

from rumorsim.simulation.simulation import Simulation
from rumorsim.world.levers import CEILINGS, RAISABLE, Factor, Levers
from rumorsim.world.world import World


def world() -> World:
    stories = {0: {"appeal": 0.5, "report": 0.3}}
    simulation = Simulation(small({"stories": stories, "arms": {"by": "account"}}))
    simulation.advance(6.0)
    return simulation.world


WORLD = world()


@pytest.mark.parametrize("lever", CEILINGS)
def test_every_lever_is_a_column_and_starts_at_its_ceiling(lever: tuple[str, str]) -> None:
    column = lever_columns(WORLD)[lever]
    assert len(column) > 0
    if lever in (("forward", ""), ("treated_forward", "")):
        assert (column == len(WORLD.accounts)).all(), "no limit is felt: more than there are"
    elif lever in RAISABLE:
        assert (column <= CEILINGS[lever]).all()
    else:
        assert (column == CEILINGS[lever]).all()


@settings(deadline=None)
@given(
    st.sampled_from(sorted(CEILINGS)),
    st.lists(st.one_of(st.floats(0, 1), st.integers(0, 5)), max_size=30),
)
def test_a_lever_is_its_base_times_the_factors_in_force(
    lever: tuple[str, str], steps: list[float]
) -> None:
    """A fraction is put; a whole number lifts the n-th of those in force."""
    table, column = lever
    levers = Levers(WORLD)
    before = lever_columns(WORLD)
    in_force: list[Factor] = []
    for step in steps:
        if isinstance(step, float):
            in_force.append(levers.put(table, column, 0, step))
        elif step < len(in_force):
            levers.lift(in_force.pop(step))
        values = tuple(factor.value for factor in in_force)
        assert levers.in_force(table, column, 0) == values
        now = lever_columns(WORLD)[lever]
        base = float(before[lever][0])
        assert now[0] == np.asarray(math.prod(values, start=base)).astype(now.dtype)
    for factor in in_force:
        levers.lift(factor)
    for each, column_now in lever_columns(WORLD).items():
        assert column_now.tobytes() == before[each].tobytes()


def test_dividing_a_factor_out_would_not_be_exact() -> None:
    """Negative control: the naive way of undoing, which the test above would refuse."""
    assert any(1.0 * a * b / a != b for a in (0.1, 0.3, 0.7) for b in (0.9, 0.33, 0.61))


def test_a_raisable_lever_is_cut_at_its_ceiling_and_comes_back() -> None:
    levers = Levers(WORLD)
    factors = [levers.put("stories", "report", 0, each) for each in (2.0, 2.0, 0.5)]
    assert WORLD.stories["report"][0] == 0.3 * 2.0 * 2.0 * 0.5
    levers.lift(factors[2])
    assert WORLD.stories["report"][0] == 1.0
    levers.lift(factors[1])
    assert WORLD.stories["report"][0] == 0.6
    with pytest.raises(ValueError, match="must be in"):
        levers.put("stories", "report", 0, math.inf)
    with pytest.raises(ValueError, match=r"must be in \[0, 1\]"):
        levers.put("stories", "flow", 0, 2.0)
    levers.lift(factors[0])
    assert WORLD.stories["report"][0] == levers.base("stories", "report", 0) == 0.3


def test_levers_of_other_rows_stay() -> None:
    levers = Levers(WORLD)
    before = lever_columns(WORLD)["accounts", "audience"]
    factor = levers.put("accounts", "audience", 3, 0.25)
    after = lever_columns(WORLD)["accounts", "audience"]
    assert np.flatnonzero(after != before).tolist() == [3]
    levers.lift(factor)


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, math.inf])
def test_a_factor_outside_the_unit_interval_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match=r"must be in \[0, 1\]"):
        Levers(WORLD).put("accounts", "credence", 0, value)


@pytest.mark.parametrize("lever", [("accounts", "rate"), ("stories", "appeal"), ("moon", "phase")])
def test_a_column_that_is_no_lever_is_refused(lever: tuple[str, str]) -> None:
    with pytest.raises(KeyError, match="no such lever"):
        Levers(WORLD).put(*lever, 0, 0.5)


def test_a_factor_is_lifted_once() -> None:
    levers = Levers(WORLD)
    factor = levers.put("accounts", "credence", 0, 0.5)
    equal = levers.put("accounts", "credence", 0, 0.5)
    levers.lift(factor)
    with pytest.raises(ValueError, match="not in force"):
        levers.lift(factor)
    assert levers.in_force("accounts", "credence", 0) == (0.5,)
    levers.lift(equal)
    with pytest.raises(ValueError, match="not in force"):
        Levers(WORLD).lift(Factor("accounts", "credence", 0, 0.5))
