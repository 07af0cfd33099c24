"""The table of verbs: every row is consistent, and the desk and both engines act on it."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from small_worlds import actions, agree
from test_desk_verbs import BEGIN, END, HORIZON, scenario

from rumorsim.events.stream import VERBS
from rumorsim.events.verbs import (
    ACCOUNT,
    APPEALED,
    CASE,
    CASES,
    CUTTING_OFF,
    EFFECTS,
    FELT,
    LIFT,
    LIFTED_BY,
    LIFTING,
    POST,
    STORY,
    TABLE,
    method_of,
)
from rumorsim.platform.desk import Desk, Done
from rumorsim.simulation.simulation import Simulation
from rumorsim.world.levers import CEILINGS

#: Settings at which a verb is felt, by the name of the setting; others are left at their default.
SETTINGS: dict[str, Any] = {
    **dict.fromkeys(("keep", "weight", "credence", "visibility", "friction", "flow"), 0.3),
    **dict.fromkeys(("strictness", "factor"), 2.0),
    "forward_limit": 2,
}


def target_of(desk: Desk, verb: str) -> int:
    """The target of a verb in the world of these tests: busy, and alive at BEGIN."""
    return {POST: desk.posts_of(0)[-1], STORY: 1}.get(TABLE[verb].target, 0)


def settings_of(verb: str) -> dict[str, Any]:
    parameters = inspect.signature(getattr(Desk, method_of(verb))).parameters
    return {name: value for name, value in SETTINGS.items() if name in parameters}


def act(desk: Desk, verb: str) -> Done | None:
    """One act with this verb; None where what it returns cannot be undone."""
    target, method = target_of(desk, verb), getattr(desk, method_of(verb))
    if verb == "correct":
        correction = desk.answers_to(target)[0]
        assert method(target, correction, 2) >= 0
        return None
    done = method([target] if verb == "take-down" else target, **settings_of(verb))
    first: Done = done[0] if isinstance(done, list) else done
    return first if verb in LIFTED_BY else None


def levers_of(simulation: Simulation, verb: str) -> list[float]:
    """The levers that the row of a verb names, of its target."""
    world, target = simulation.world, target_of(simulation.desk, verb)
    parameters = inspect.signature(TABLE[verb].moves).parameters
    given = {name: value for name, value in settings_of(verb).items() if name in parameters}
    found = []
    for table, column, factor in TABLE[verb].moves(**given):
        assert (table, column) in CEILINGS
        array = getattr(world, table)
        found += [float(array[column][target] if column else array[target]), factor]
    return found


@pytest.mark.parametrize("verb", EFFECTS)
def test_desk_and_engines_act_on_every_row(verb: str) -> None:
    runs = []
    for engine in ("fast", "reference"):
        simulation = Simulation(scenario(), engine=engine)
        before = simulation.advance(BEGIN)
        levers = levers_of(simulation, verb)
        done = act(simulation.desk, verb)
        moved = levers_of(simulation, verb)
        for was, factor, now in zip(levers[::2], levers[1::2], moved[::2], strict=True):
            assert now == pytest.approx(was * factor), "the lever that the row names"
        during = simulation.advance(END)
        said = [VERBS[int(code)] for code in actions(during).value]
        assert said[0] == verb
        if done is not None:
            simulation.desk.undo(done)
            assert levers_of(simulation, verb) == levers
        after = simulation.advance(HORIZON)
        lifted = [VERBS[int(code)] for code in actions(after).value]
        assert lifted == ([LIFTED_BY[verb]] if done is not None else [])
        struck = 1 if TABLE[verb].strike else 0
        assert simulation.desk.strikes.total() >= struck
        assert bool(simulation.desk.strikes.total()) == TABLE[verb].strike
        runs.append((before, during, after))
    for fast, slow in zip(*runs, strict=True):
        assert agree(fast, slow)


@pytest.mark.parametrize("verb", TABLE)
def test_rows_are_consistent(verb: str) -> None:
    row = TABLE[verb]
    assert {*row.stronger, *row.equal} <= set(TABLE)
    if row.lifted_by:
        lifts = TABLE[row.lifted_by]
        assert (lifts.target, lifts.effect) == (row.target, CASE if row.effect == CASE else LIFT)
    if row.strike:
        assert row.target in (ACCOUNT, POST)
    if row.cuts_off:
        assert row.target == ACCOUNT and row.lifted_by
    method = getattr(Desk, method_of(verb), None)
    assert (method is not None) == (verb in EFFECTS or verb in CASES - {"declassify"})


def test_every_row_is_of_one_sort() -> None:
    assert sorted((*CASES, *LIFTING, *EFFECTS)) == sorted(TABLE)
    assert set(FELT) < set(EFFECTS)
    assert LIFTING - set(LIFTED_BY.values()) == {"reopen", "remonetise-in-part"}
    assert set(CUTTING_OFF) < set(APPEALED) < set(EFFECTS)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_branch_repeats_an_appeal_made_by_hand(engine: str) -> None:
    """All that the table offers may be done by hand, and a branch does it again."""
    simulation = Simulation(scenario(), engine=engine)
    simulation.advance(BEGIN)
    done = simulation.desk.suspend(3)
    simulation.desk.appeal(done)
    simulation.desk.reject_appeal(done)
    branch = simulation.fork()
    assert [each.verb for each in branch.desk.journal] == ["suspend", "appeal", "reject-appeal"]
    assert agree(simulation.advance(END), branch.advance(END))
