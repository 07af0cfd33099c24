"""The one sentence of a sweep claims no more than its worlds show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rumorsim.reports.pages.sweep_answers import sweep_answer
from rumorsim.studies.compare.effects import FALSE
from rumorsim.studies.statistics.change import paired

Reach = Mapping[str, Sequence[float]]
_RNG = np.random.default_rng(1)
EVEN = (100 + 10 * _RNG.normal(size=40)).tolist()
#: One world in forty goes far.
RARE = [*EVEN[:-1], 90_000.0]
LOWER = [each - 30 for each in EVEN]


def swept(*settings: Reach) -> Any:
    """A sweep whose settings have the reach of false stories given by policy."""
    points = []
    for number, reach in enumerate(settings):
        changes = {
            policy: paired(values, None if policy == "none" else reach["none"], FALSE, 0.95)
            for policy, values in reach.items()
        }
        saved = SimpleNamespace(
            scenario={"stories": [{"truth": False}]},
            policies=tuple(reach),
            seeds=range(1, 41),
            scalars={policy: {FALSE: values} for policy, values in reach.items()},
            change=lambda policy, key, changes=changes: changes[policy],
        )
        points.append(SimpleNamespace(number=number, label=f"x {number}", saved=saved))
    return SimpleNamespace(points=points)


def test_settings_are_apart_where_the_worlds_can_say_so() -> None:
    told = sweep_answer(swept({"none": EVEN}, {"none": LOWER}))
    assert told.startswith("Mean reach of false stories went from")
    assert "30\u00a0accounts" in told


def test_settings_that_rest_on_one_world_are_not_called_close() -> None:
    told = sweep_answer(swept({"none": EVEN}, {"none": RARE}))
    assert told.startswith("40 worlds are too few to say how far the settings are apart on average")
    assert "interval" not in told
    assert "not clearly apart" not in told


def test_settings_that_do_not_differ_clearly() -> None:
    other = (100 + 10 * _RNG.normal(size=40)).tolist()
    told = sweep_answer(swept({"none": EVEN}, {"none": other}))
    assert told.startswith("The settings are not clearly apart")


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (
            {"none": RARE, "cut": [*RARE[:-1], 100.0]},
            "At 1 of 2 settings, 40 worlds are too few to say how large the change is on average.",
        ),
        (
            {"none": EVEN, "cut": EVEN},
            "At 1 of 2 settings, 40 worlds are too few to say how large the change is on average.",
        ),
        ({"none": EVEN, "cut": LOWER}, ""),
    ],
)
def test_settings_of_which_the_worlds_say_little_are_counted(other: Reach, told: str) -> None:
    found = sweep_answer(swept({"none": EVEN, "cut": LOWER}, other))
    assert "clearly cut the reach of false stories at" in found
    assert ("too few" in found) == bool(told)
    assert told in found


def test_several_policies_are_counted_by_cases() -> None:
    rare = {"none": RARE, "cut": [*RARE[:-1], 100.0], "other": [*RARE[:-1], 80.0]}
    clear = {"none": EVEN, "cut": LOWER, "other": LOWER}
    assert "In 2 of 4 cases, 40 worlds are too few" in sweep_answer(swept(clear, rare))
    alone = sweep_answer(swept(rare))
    assert alone.startswith(
        "No policy clearly cut the reach of false stories. 40 worlds are too few"
    )
    assert alone.endswith("how large any of the changes is on average.")
