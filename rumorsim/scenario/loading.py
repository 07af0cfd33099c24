"""Reading scenarios: a file or text becomes a Scenario, or all its faults at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from rumorsim.common.errors import Fault, InputError
from rumorsim.common.settings import validated
from rumorsim.common.settings.messages import shown
from rumorsim.scenario.models import Scenario
from rumorsim.scenario.shipped import shipped_or_given
from rumorsim.scenario.text import parsed, read_text

#: How a scenario may be given: itself, or the path of its file or the name of one that ships.
AnyScenario = Scenario | str | os.PathLike[str]


def load(path: str | os.PathLike[str]) -> Scenario:
    """The scenario in a file: TOML as people write it, or its resolved form in JSON.

    ``path`` may be the name of one that comes with rumorsim, where no such file is here::

        rumorsim.load("quickstart")

    Relative paths in it start at its folder. InputError with every fault found.
    """
    place = shipped_or_given(path)
    scenario = from_values(parsed(read_text(place), str(path)), place.parent, str(path))
    return scenario.at(place.parent, str(place.absolute()))


def scenario_of(given: AnyScenario) -> Scenario:
    """A scenario as it is, or the one that :func:`load` reads; InputError for anything else."""
    if isinstance(given, Scenario):
        return given
    if isinstance(given, str | os.PathLike):
        return load(given)
    rule = "must be a Scenario, the path of a file or the name of one that comes with rumorsim"
    raise InputError(Fault(rule, key="scenario", value=shown(given)))


def loads(text: str, base_dir: str | os.PathLike[str] = ".") -> Scenario:
    """The scenario in a text; relative paths in it start at ``base_dir``."""
    return from_values(parsed(text, "scenario"), Path(base_dir), "scenario")


def from_values(values: Any, base_dir: Path, file: str = "") -> Scenario:
    """The scenario in plain values (as TOML or JSON give them); ``file`` is for messages."""
    if not isinstance(values, dict):
        raise InputError(Fault("a scenario is a table", file=file, value=shown(values)))
    return validated(Scenario, values, file).at(base_dir)
