"""Reading scenarios: a file or text becomes a Scenario, or all its faults at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from rumorsim.common.errors import InputError
from rumorsim.common.settings import validated
from rumorsim.common.settings.messages import shown
from rumorsim.scenario.models import Scenario
from rumorsim.scenario.shipped import shipped_or_given
from rumorsim.scenario.text import parsed, read_text

#: How a scenario may be given: itself, or the path of its file or the name of one that ships.
AnyScenario = Scenario | str | os.PathLike[str]


def load(path: str | os.PathLike[str]) -> Scenario:
    """Read a scenario from a file.

    Parameters
    ----------
    path : str or path
        A TOML file as people write it, or the resolved form of a scenario in JSON. Where there is
        no such file, the name of a scenario that comes with rumorsim, such as "quickstart".
        Relative paths in the file start at its folder.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If the file cannot be read or is not a valid scenario; it lists every fault found.

    Examples
    --------
    >>> rumorsim.load("small").policy_names
    ('none', 'close accounts', 'remove followers')
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
    raise InputError(rule, key="scenario", value=shown(given))


def loads(text: str, base_dir: str | os.PathLike[str] = ".") -> Scenario:
    """Read a scenario from text.

    Parameters
    ----------
    text : str
        The text of a scenario in TOML, or its resolved form in JSON.
    base_dir : str or path
        Folder at which relative paths in the text start.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If the text is not a valid scenario; it lists every fault found.
    """
    return from_values(parsed(text, "scenario"), Path(base_dir), "scenario")


def from_values(values: Any, base_dir: Path, file: str = "") -> Scenario:
    """The scenario in plain values (as TOML or JSON give them); ``file`` is for messages."""
    if not isinstance(values, dict):
        raise InputError("a scenario is a table", file=file, value=shown(values))
    return validated(Scenario, values, file).at(base_dir)
